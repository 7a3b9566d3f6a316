"""tools/report: pictures that are neither empty nor huge, and a page that needs nothing beside it."""

import re
import subprocess
import tempfile
from pathlib import Path

import h5py
import numpy as np
from PIL import Image

from weights import ROOT, adr, expect, grid_options, interpret, known, ring_distance, succeed

CASE = """[grid]
shape = [8, 10]
boundary = ["periodic", "periodic"]
[network]
layers = 2
activation = "identity"
relaxation = 0.5
[kernel]
type = "adr"
reaction = { init = { file = "fields.h5", dataset = "/reaction" }, varies = ["space"] }
diffusion = 0.1
[data]
input = { file = "fields.h5", dataset = "/before" }
target = { file = "fields.h5", dataset = "/after" }
"""
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
        for words in ("reaction", "diffusion", "dispersion", "aliases of lower orders", "km²", "has structure", "LaTeX"):
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
    expect("between scattered points there are no differences" in page, "what is not known of points")
    expect(page.count("<h2>") == 5 and "cannot be told from a random" in page, "a section for each matrix")
    np.save(folder / "f.npy", rng.normal(size=(3, 2, 3, 3)))
    interpret(folder, "f.npy")
    page = drawn(folder, {"symbol", "explained", "locality", "equation"}, "matrix-0-")
    expect("4 of them are shown" in page, "filters")
    one = report(folder, "found.h5", "--matrix", "5", "--output", "one")
    expect(one.returncode == 0 and len(list((folder / "one").glob("matrix-5-*.png"))) == 4, one)


def statements(folder):
    """What holds for some weights only is said of these, and of no others."""
    n, said = 64, {}
    kernels = dict(
        random=np.random.default_rng(1).normal(size=(n, n)) / np.sqrt(n),
        local=adr((n,), (0.5,), -0.05, [0.2], {(0, 0): 0.1}),
        trained=adr((n,), (0.5,), -0.05, [0.2], {(0, 0): 0.1}) + 1e-9 * np.random.default_rng(2).normal(size=(n, n)),
    )
    for name, matrix in kernels.items():
        np.save(folder / "w.npy", matrix)
        interpret(folder, "w.npy", *grid_options((n,), (0.5,)), "--units", "m")
        said[name] = drawn(folder, ALL - ({"moments"} if name == "local" else set()))
    case = ROOT / "inputs" / "dispersion-1d.toml"
    succeed("forward", case, "--quiet", "--output", "run.h5", folder=folder)
    interpret(folder, "run.h5")
    said["result"] = drawn(folder, {"symbol", "explained", "locality", "equation"})
    for words, kinds in (
        ("Its moments do not describe it", {"random"}),
        ("The equation its moments would give", {"random"}),
        ("it is the equation below", {"local", "trained", "result"}),
        ("That is how it was made and not a finding", {"result"}),
        ("<h3>One layer</h3>", {"local", "trained", "result"}),
        ("It has structure", {"local", "trained"}),
        ("comes with the lower orders on this grid", {"random", "trained"}),
        ("aliases of lower orders", {"local", "result"}),
        ("points have neither a target", set()),
    ):
        found = {name for name, page in said.items() if words in page}
        expect(found == kinds, f"'{words}' is said of {sorted(found)}, not {sorted(kinds)}")


def without_data(folder):
    """Land of a result is left out, as long as that result is at hand."""
    shape = (8, 10)
    y, x = np.indices(shape)
    land = x < 3
    field = np.sin(0.7 * x + 0.2 * y)
    field[land] = np.broadcast_to(field[:, 3:4], shape)[land]
    with h5py.File(folder / "fields.h5", "w") as file:
        file["before"], file["after"] = field, np.where(land, np.nan, 1.1 * field)
        file["reaction"] = np.where(land, 7.0, 0.1 + 0.01 * y)
    (folder / "case.toml").write_text(CASE)
    succeed("forward", "case.toml", "--quiet", "--output", "run.h5", folder=folder)
    interpret(folder, "run.h5", "--order", "2")
    pictures = {"moments", "symbol", "explained", "locality", "equation"}
    page = drawn(folder, pictures)
    said = f"{land.sum()} of {land.size} points have neither a target"
    expect(said in page and "0.1 … 0.17, mean 0.135" in page, "land is among the coefficients")
    succeed("forward", "case.toml", "--quiet", "--output", "run.h5", "--set", "kernel.advection=0.1", folder=folder)
    page = drawn(folder, pictures)
    expect(said not in page and "0.1 … 7" in page, "land of another result")


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
    for check in (matrices, statements, without_data, the_rest, refusals):
        check(Path(name))
        print("ok", check.__name__)
