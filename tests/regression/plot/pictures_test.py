"""tools/plot on made-up results of every dimension and family, on a forward run and on attractors."""

import itertools
import subprocess

import h5py
import numpy as np
import pytest
from PIL import Image

import synthetic
from drawing import NADIR, ROOT, Result, expect, fields, nadir_plot, plot, refused

SHAPES = {1: (40,), 2: (16, 24), 3: (6, 8, 10)}
CONSTANT, SPACE, LAYER, BOTH = [], ["space"], ["layer"], ["space", "layer"]
# What does not vary in space is drawn by the same lines of code in every dimension.
FAMILIES = {1: (CONSTANT, SPACE, LAYER, BOTH), 2: (LAYER, SPACE), 3: (SPACE,)}
GREEN = {"bistable": "[[3]]", "linear": "[[6, 7], [14, 17]]"}
SMALL, LARGE, HEAVY = 60, 5000, 300_000  # pixels, pixels, bytes


pytestmark = pytest.mark.filterwarnings("error")


def check_pictures(folder, expected):
    names = {path.stem for path in folder.glob("*.png")}
    expect(
        names == expected, f"{folder.name}: pictures {sorted(names)}, expected {sorted(expected)}"
    )
    for path in folder.glob("*.png"):
        image = Image.open(path).convert("RGB")
        label = f"{folder.name}/{path.name}"
        expect(all(SMALL <= n <= LARGE for n in image.size), f"{label}: {image.size} pixels")
        expect(path.stat().st_size <= HEAVY, f"{label}: {path.stat().st_size} bytes")
        pixels = np.asarray(image, dtype=float)
        expect((pixels.min(axis=2) < 250).mean() > 0.005, f"{label}: blank")
        if path.stem != "constants":  # a table is black on white; all others have colours
            coloured = pixels.max(axis=2) - pixels.min(axis=2) > 30
            expect(coloured.sum() > 200, f"{label}: no colour in it")


def expected_pictures(dimension, family):
    names = {"fields", "loss-by-layer", "constants"}  # omega is always a constant
    names |= {"history"} if dimension == 1 else set()
    names |= {"overview"} if dimension > 1 else set()
    names |= {"coefficients"} if "space" in family else set()
    names |= {"coefficients-by-layer"} if family == ["layer"] else set()
    return names


@pytest.mark.parametrize("dimension, family", [(d, f) for d in FAMILIES for f in FAMILIES[d]])
def test_family(folder, dimension, family):
    path = folder / f"{dimension}d-{'-'.join(family) or 'constant'}.h5"
    tensor = {1: "diagonal", 2: "full", 3: "isotropic"}[dimension]
    options = dict(tensor=tensor, n=2, history=dimension == 1)  # the history has no dimension
    synthetic.example(path, SHAPES[dimension], family, **options)
    check_pictures(plot(path), expected_pictures(dimension, family))


def test_options(folder):
    """--sample and --layer choose what is shown."""
    path = folder / "options.h5"
    synthetic.example(path, SHAPES[1], LAYER)
    result = Result(path)
    shown = [fields.Sample(result, *choice).output for choice in ((0, None), (1, None), (0, 3))]
    for one, other in itertools.combinations(shown, 2):
        expect(not np.array_equal(one, other), "--sample and --layer change nothing")
    options = nadir_plot.words.arguments([str(path), "--sample", "1", "--layer", "3"])
    expect((options.sample, options.layer) == (1, 3), "--sample and --layer are not read")


def test_refusals(folder):
    """What is no result, or lacks what is asked for: a line that says so."""
    path = folder / "refused.h5"
    synthetic.example(path, SHAPES[1], LAYER)
    expect("samples 0 to 1" in refused(path, "--sample", "2"), "--sample beyond the file")
    expect("0, 3, 6" in refused(path, "--layer", "4"), "--layer that is not stored")
    alien, text, cut = (folder / name for name in ("alien.h5", "text.h5", "cut.h5"))
    with h5py.File(alien, "w") as file:
        file["something"] = 1.0
    text.write_text("not a result")
    cut.write_bytes(path.read_bytes()[:3000])
    expect("alien.h5: not a result of nadir" in refused(alien), "a foreign file")
    expect("text.h5: not an HDF5 file" in refused(text), "a text")
    expect("cut.h5: damaged" in refused(cut), "half a file")
    expect("absent.h5: No such file" in refused(folder / "absent.h5"), "an absent file")


def test_without_target(folder):
    """A forward run has neither target nor history nor loss; pictures that were there before go."""
    path = folder / "forward.h5"
    case = ROOT / "inputs" / "convection-diffusion.toml"
    command = [NADIR, "forward", case, "--quiet", "--output", path]
    subprocess.run([str(c) for c in command], check=True, cwd=folder)
    with h5py.File(path, "r+") as file:  # forward of a case with a target still knows it
        for name in {"target", "observed", "withheld", "loss_by_layer"} & set(file):
            del file[name]
    pictures = path.with_suffix("")
    pictures.mkdir()
    for name in ("history.png", "mine.png"):
        (pictures / name).write_text("of another result")
    plot(path)
    expect((pictures / "mine.png").read_text() == "of another result", "a file that is not ours")
    (pictures / "mine.png").unlink()
    check_pictures(pictures, {"overview", "fields", "coefficients", "constants"})


@pytest.mark.parametrize("dimension", [2, 3])
def test_bare(folder, dimension):
    """Parameters alone (no states), as in a file of kernels."""
    path = folder / f"bare-{dimension}d.h5"
    tensor = {2: "full", 3: "isotropic"}[dimension]
    synthetic.example(path, SHAPES[dimension], BOTH, tensor=tensor, n=2, history=False)
    with h5py.File(path, "r+") as file:
        for name in ("state", "target", "observed", "withheld", "loss_by_layer", "layer"):
            del file[name]
    check_pictures(plot(path), {"coefficients", "constants"})


@pytest.mark.parametrize("name", GREEN)
def test_attractors(folder, name):
    """An analysis file of `nadir attractor`: lines in one dimension, maps in two."""
    path = folder / f"attractor-{name}.h5"
    case = ROOT / "inputs" / f"attractor-{name}.toml"
    command = [NADIR, "attractor", case, "--quiet", "--output", path, "--set", "attractor.green=" + GREEN[name]]
    subprocess.run([str(c) for c in command], check=True, cwd=folder)
    maps = {"coefficients"} if name == "linear" else set()
    check_pictures(plot(path), {"attractors", "relaxation", "constants"} | maps)
