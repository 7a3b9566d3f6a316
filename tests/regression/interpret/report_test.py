"""tools/report: pictures that are neither empty nor huge, and a page that needs nothing beside it."""

import html.parser
import itertools
import re
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
from PIL import Image

sys.path[:0] = [str(Path(__file__).resolve().parents[3] / "tools" / name) for name in ("nadir_report", "nadir_plot")]

import pictures  # noqa: E402
from analysis import Analysis  # noqa: E402
from weights import ROOT, adr, expect, grid_options, interpret, known, ring_distance, succeed  # noqa: E402

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


def one_mean(page):
    """R is told with one mean, that of the points that count, on the whole page; D, the same along both axes, once."""
    (row,) = re.findall(r'<tr><td class="term">R</td>.*?</tr>', page)
    expect("0.1 … 0.17, mean 0.135" in row, row)
    expect(not re.search(r"^ *R +reaction", page, re.M), "the report as it was printed has another mean of R")
    (mass,) = re.findall(r'<td class="term">mass</td><td>([0-9.]+)</td>', page)
    expect(abs(float(mass) - (1 + 0.5 * 0.135)) < 6e-4, f"mass of a layer {mass}, not 1 + omega R")
    (row,) = re.findall(r'<tr><td class="term">D(?:<.*?)?</td>.*?</tr>', page)
    expect("<td>0.1</td>" in row and row.startswith('<tr><td class="term">D</td>'), row)
    own = page[: page.index("The report as it was printed")]
    expect(r"0.1\,\nabla^{2} z" in own and r"\partial_{x}^{2}" not in own, "the equation has D twice")


class Tags(html.parser.HTMLParser):
    """The tags and attributes of a page, and the text between them."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.text = set(), set(), ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.text += data


def test_matrices(folder):
    """Fields in one, two and three dimensions."""
    for shape, spacing in (((60,), (0.5,)), ((8, 7), (1, 2)), ((4, 4, 4), (1, 1, 2))):
        np.save(folder / "w.npy", adr(shape, spacing, *known(shape, True)))
        interpret(folder, "w.npy", *grid_options(shape, spacing), "--units", "km", "--order", "3")
        page = drawn(folder, ALL)
        for words in ("reaction", "diffusion", "dispersion", "aliases of lower orders", "km²", "has structure", "LaTeX"):
            expect(words in page, f"{shape}: no '{words}' on the page")
        expect(re.search(r"Moments up to order [12] explain", page), page[:3000])


def test_statements(folder):
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
    trained = ["--set", "network.relaxation={ init = 0.5 }", "--set", "network.scheme=crank-nicolson"]
    succeed("forward", case, "--quiet", "--output", "run.h5", *trained, folder=folder)
    interpret(folder, "run.h5")
    page = drawn(folder, {"symbol", "explained", "locality", "equation"})
    page = page[: page.index("The report as it was printed")]
    expect("ω was trained with f = identity: only ω R" in page, "products alone are known")
    expect("of explicit Euler; the layers of this result are crank-nicolson" in page, "another scheme")
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


def test_without_data(folder):
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
    names = {"moments", "symbol", "explained", "locality", "equation"}
    page = drawn(folder, names)
    one_mean(page)
    said = f"{land.sum()} of {land.size} points have neither a target"
    expect(said in page and "0.1 … 0.17, mean 0.135" in page, "land is among the coefficients")
    succeed("forward", "case.toml", "--quiet", "--output", "run.h5", "--set", "kernel.advection=0.1", folder=folder)
    page = drawn(folder, names)
    expect(said not in page and "0.1 … 7" in page, "land of another result")


def test_geography(folder):
    """Degrees are latitudes and longitudes, as in the pictures of tools/plot; lines that coincide are all seen."""
    shape, spacing = (8, 12), (2.0, 30.0)
    np.save(folder / "w.npy", adr(shape, spacing, *known(shape, True)))
    interpret(folder, "w.npy", *grid_options(shape, spacing), "--units", "degree", "--order", "2")
    figure = pictures.draw_moments(Analysis(folder / "found.h5"), 0)
    panel = figure.axes[0]
    found = panel.xaxis.get_major_formatter()(200.0, 0), panel.yaxis.get_major_formatter()(10.0, 0)
    expect(found == ("160°W", "10°N"), f"ticks at 200 and 10 degrees: {found}")
    np.save(folder / "w.npy", adr((8, 8), (1, 1), -0.05, [0.0, 0.0], {(0, 0): 0.1, (0, 1): 0.0, (1, 1): 0.1}))
    interpret(folder, "w.npy", *grid_options((8, 8), (1, 1)), "--order", "2")
    analysis, same = Analysis(folder / "found.h5"), 0
    expect([c.name for c in analysis.told(0)] == ["R", "U_x", "U_y", "D"], "D is told twice")
    for draw in pictures.FIGURES.values():
        figure = draw(analysis, 0)
        for axes in figure.axes if figure else ():
            for one, other in itertools.combinations(axes.lines, 2):
                y = one.get_ydata(), other.get_ydata()
                if len(y[0]) == len(y[1]) and len(y[0]) > 2 and np.allclose(*y, atol=1e-9):
                    same += 1
                    looks = {(line.get_linewidth(), str(line._dash_pattern)) for line in (one, other)}
                    expect(len(looks) == 2, f"{draw.__name__}: {one.get_label()} hides {other.get_label()}")
    expect(same >= 3, f"{same} lines that coincide: the example shows nothing")


def test_hostile(folder):
    """What files, data sets and units are called is text, whatever stands in it."""
    attack, dollars = '"><script>alert(1)</script>', "a$x_$^{"
    weights = adr((60,), (0.5,), *known((60,), True))
    np.savez(folder / "w.npz", w=weights)
    interpret(folder, "w.npz", *grid_options((60,), (0.5,)))
    harmless = Tags(drawn(folder, ALL))
    name = "<img src=x onerror=alert(2)>.npz"
    np.savez(folder / name, **{"<b onload=alert(3)>": weights})
    interpret(folder, name, *grid_options((60,), (0.5,)), "--units", attack + dollars)
    page = Tags(drawn(folder, ALL))
    expect(page.tags == harmless.tags, f"tags that are not the page's: {page.tags ^ harmless.tags}")
    expect(page.attributes == harmless.attributes, f"attributes: {page.attributes ^ harmless.attributes}")
    for words in (name, "<b onload=alert(3)>", f"Places are in {attack}{dollars}."):
        expect(words in page.text, f"'{words}' is not told as it is")
    with h5py.File(folder / "found.h5", "r+") as file:  # every text of the file, even those nadir writes itself
        for key, value in list(file.attrs.items()):
            if isinstance(value, str) and "\n" not in value and key != "source":
                file.attrs[key] = value + attack
    expect(Tags(drawn(folder, ALL)).tags <= harmless.tags, "a text of the file is not escaped")


def test_the_rest(folder):
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


def test_refusals(folder):
    np.save(folder / "f.npy", np.random.default_rng(4).normal(size=(3, 2, 3, 3)))
    interpret(folder, "f.npy")
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
