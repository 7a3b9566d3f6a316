"""tools/report: pictures that are neither empty nor huge, and a page that needs nothing beside it."""

import re
import subprocess
import tempfile
from pathlib import Path

import h5py
import numpy as np
from PIL import Image

from weights import ROOT, adr, expect, grid_options, interpret, known, ring_distance

ALL = {"moments", "symbol", "explained", "spectrum", "singular-values", "locality", "equation"}


def report(folder, *words):
    command = [str(word) for word in (ROOT / "tools" / "report", *words)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def drawn(folder, expected, start=""):
    """The pictures of a report, each of them drawn upon, and its page."""
    run = report(folder, "found.h5", "--dpi", "60", "--output", "page")
    expect(run.returncode == 0, run.stderr)
    pictures = {path.stem.removeprefix(start): path for path in (folder / "page").glob(f"{start}*.png")}
    expect(set(pictures) == expected, f"drawn: {sorted(pictures)}")
    for path in pictures.values():
        image = Image.open(path).convert("L")
        low, high = image.getextrema()
        expect(min(image.size) >= 10 and low < 100 and high > 200, f"{path.name}: {image.size}, {low} to {high}")
        expect(path.stat().st_size < 300_000, f"{path.name} is too large")
    page = (folder / "page/index.html").read_text()
    expect(not re.search(r'(?:src|href)="(?!data:)', page), "the page refers to other files")
    expect(page.count("data:image/png;base64,") >= len(expected), "pictures are not in the page")
    for path in (folder / "page").iterdir():
        path.unlink()
    return page


def matrices(folder):
    """Fields in one, two and three dimensions."""
    for shape, spacing in (((60,), (0.5,)), ((8, 7), (1, 2)), ((4, 4, 4), (1, 1, 2))):
        np.save(folder / "w.npy", adr(shape, spacing, *known(shape, True)))
        interpret(folder, "w.npy", *grid_options(shape, spacing), "--units", "km", "--order", "3")
        page = drawn(folder, ALL)
        for words in ("reaction", "diffusion", "dispersion", "an alias of lower orders", "km^2", "has structure", "LaTeX"):
            expect(words in page, f"{shape}: no '{words}' on the page")
        expect(re.search(r"Moments up to order [12] explain", page), page[:3000])


def the_rest(folder):
    """A power law, points anywhere, filters, a stack, and matrices too small to judge."""
    r = ring_distance(80)
    np.save(folder / "w.npy", (1 + r**2) ** -1.5)
    interpret(folder, "w.npy", *grid_options((80,), (1,)))
    page = drawn(folder, ALL - {"moments"})
    expect("does not exist" in page and "power law of exponent 3" in page, page[:3000])
    rng = np.random.default_rng(4)
    np.savez(folder / "w.npz", w=rng.normal(size=(3, 55, 55)), q=rng.normal(size=(55, 4)))
    interpret(folder, "w.npz", "--dataset", "w", "--coordinates", "w.npz:q", "--order", "2")
    page = drawn(folder, ALL - {"symbol"}, "matrix-0-")
    expect(page.count("<h2>") == 4 and "cannot be told from a random" in page, "a section for each matrix")
    np.save(folder / "f.npy", rng.normal(size=(3, 2, 3, 3)))
    interpret(folder, "f.npy")
    page = drawn(folder, {"symbol", "explained", "locality", "equation"}, "matrix-0-")
    expect("4 of them are shown" in page, "filters")
    one = report(folder, "found.h5", "--matrix", "5", "--output", "one")
    expect(one.returncode == 0 and len(list((folder / "one").glob("matrix-5-*.png"))) == 4, one)


def refusals(folder):
    (folder / "text.h5").write_text("no HDF5")
    with h5py.File(folder / "other.h5", "w") as file:
        file["x"] = 1
    for words, message in (
        (["none.h5"], "No such file"),
        (["text.h5"], "not an HDF5 file"),
        (["other.h5"], "not an interpretation"),
        (["found.h5", "--matrix", "6"], "the file has matrices 0 to 5"),
    ):
        run = report(folder, *words)
        expect(run.returncode == 2 and message in run.stderr and run.stderr.count("\n") == 1, run)


with tempfile.TemporaryDirectory() as name:
    for check in (matrices, the_rest, refusals):
        check(Path(name))
        print("ok", check.__name__)
