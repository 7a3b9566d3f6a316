"""Every kind of file the program and its tools write is one for netCDF's and HDF5's own tools: ncdump,
nccopy and ncks read and copy it with all its values, h5diff compares it."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import h5py
import numpy as np
import pytest

from program import expect, succeed

ROOT = Path(__file__).resolve().parents[3]
SHAPE = {"plane": (5, 6), "box": (3, 5, 6)}
COMPONENTS = {"yx": ["y", "x"], "tensor": ["yy", "yx", "xx"], "diagonal": ["zz", "yy", "xx"]}


def case(name, kernel, more=""):
    """Two samples of one of the SHAPEs, the coefficients fields of every layer."""
    shape = SHAPE[name]
    varies = 'varies = ["space", "layer"]'
    return f"""\
title = "µ & <{name}>"
grid = {{ shape = {list(shape)}, spacing = {[0.5] * len(shape)}, boundary = {["periodic"] * len(shape)}, units = "degree" }}
[network]
layers = 3
activation = "tanh"
relaxation = 0.5
[kernel]
advection = {{ init = 0.1, {varies} }}
diffusion = {{ init = 0.05, {varies} }}
{kernel}
[data]
units = "µm"
input = {{ file = "{name}.h5", dataset = "in" }}
target = {{ file = "{name}.h5", dataset = "out", withhold = {{ fraction = 0.2, seed = 1 }} }}
[training]
iterations = 3
gradient_tolerance = 0
[run]
checkpoint = {{ every = 1, keep = 2, layers = "all" }}
{more}
"""


CASES = {
    "full": case("plane", 'diffusion_tensor = "full"'),
    "diagonal": case("box", 'diffusion_tensor = "diagonal"'),
    "tails": case("plane", 'type = ["adr", "gaussian"]\nradius = 2\namplitude = { init = 0.1 }\nwidth = 0.6'),
    "moments": case("plane", 'type = "moment"\norder = 3\nhigher = { init = 0.0 }'),
}
ATTRACTOR = ROOT / "inputs/attractor-linear.toml"


def write_data(folder):
    random = np.random.default_rng(3)
    for name, shape in SHAPE.items():
        with h5py.File(folder / f"{name}.h5", "w") as file:
            file["in"], file["out"] = random.normal(size=(2, 2, *shape))
            file["out"][0].flat[3] = np.nan
    np.save(folder / "weights.npy", random.normal(size=(2, 30, 30)))
    for name, text in CASES.items():
        (folder / f"{name}.toml").write_text(text)


def tool(folder, *words):
    """What one of the tools prints; none may fail or complain."""
    try:
        run = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=60)
    except FileNotFoundError:
        raise AssertionError(f"{words[0]} is needed (tools/setup --tests)") from None
    expect(run.returncode == 0 and not run.stderr, f"{' '.join(map(str, words))}: {run.returncode}\n{run.stderr}")
    return run.stdout


def write_all(folder):
    """One file of each kind; their names."""
    write_data(folder)
    runs = [("train", "full.toml"), ("forward", "full.toml"), ("gradient", "full.toml", "--repeat", "2"),
            ("train", "diagonal.toml"), ("train", "tails.toml"), ("train", "moments.toml"), ("attractor", ATTRACTOR),
            ("interpret", "weights.npy", "--shape", "5,6", "--boundary", "periodic,open")]  # fmt: skip

    def run(words):
        name = f"{words[0]}-{Path(words[1]).stem}.h5"
        ranks = 3 if name == "train-full.h5" else 1
        succeed(*words, "--quiet", "--output", name, folder=folder, ranks=ranks)
        return name

    with ThreadPoolExecutor(2) as pool:
        names = list(pool.map(run, runs))
    succeed("interpret", "train-full.h5", "--quiet", "--output", "interpret-result.h5", folder=folder)
    files = ROOT / "tools/scaling-files"
    tool(folder, files, "prepare", "strong", "full.toml", "1", "prepared.h5")
    tool(folder, files, "keep", "gradient-full.h5", "kept.h5")
    checkpoints = sorted(path.name for path in folder.glob("train-full.checkpoint-*.h5"))
    expect({"train-full.checkpoint-3.h5", "train-full.checkpoint-best.h5"} <= set(checkpoints), f"{checkpoints}")
    return [*names, "interpret-result.h5", "prepared.h5", "kept.h5", *checkpoints]


def values(path):
    """All arrays by path; not the scales that netCDF invents for axes without one."""
    found = {}

    def visit(name, item):
        if isinstance(item, h5py.Dataset) and not name.startswith("phony_dim"):
            found[name] = item[()]

    with h5py.File(path) as file:
        file.visititems(visit)
    return found


def same_values(name, left, right):
    expect(left.keys() == right.keys(), f"{name}: {left.keys() ^ right.keys()}")
    for path, value in left.items():
        real = np.asarray(value).dtype.kind == "f"
        expect(np.array_equal(value, right[path], equal_nan=real), f"{name}: {path} became {right[path]}")


def body(cdl):
    return cdl.split("\n", 1)[1]


def check_file(folder, name):
    said = tool(folder, "ncdump", name)
    tool(folder, "nccopy", name, f"{name}.nccopy")
    expect(body(tool(folder, "ncdump", f"{name}.nccopy")) == body(said), f"nccopy {name} changes it")
    expect(tool(folder, "ncks", name), f"ncks {name} says nothing")
    tool(folder, "ncks", "-O", name, f"{name}.ncks")
    for copy in ("nccopy", "ncks"):
        same_values(f"{copy} {name}", values(folder / name), values(folder / f"{name}.{copy}"))
    compared = tool(folder, "h5diff", "--verbose", name, name)
    expect("not comparable" not in compared, f"h5diff {name}: {compared}")
    return said


@pytest.fixture(scope="module")
def folder(module_folder):
    return module_folder


@pytest.fixture(scope="module")
def said(folder):
    """{file: ncdump's text} of files that all tools took."""
    names = write_all(folder)
    with ThreadPoolExecutor(2) as workers:
        return dict(zip(names, workers.map(lambda name: check_file(folder, name), names)))


def test_names(said):
    """Components have their names in netCDF's eyes, too."""
    for file, scale, names in (("train-full.h5", "advection_component", "yx"), ("train-full.h5", "diffusion_component", "tensor"),
                               ("train-diagonal.h5", "diffusion_component", "diagonal"),
                               ("interpret-result.h5", "D_component", "tensor")):  # fmt: skip
        line = f"{scale} = " + ", ".join(f'"{name}"' for name in COMPONENTS[names]) + " ;"
        expect(line in said[file], f"{file}: no '{line}' in ncdump's text")


def test_globe(said):
    """A grid in degrees has CF's latitudes and longitudes, wherever its axes stand."""
    for name in ("train-full.h5", "interpret-result.h5", "train-diagonal.h5"):
        for axis, units, long_name in (("y", "degrees_north", "latitude"), ("x", "degrees_east", "longitude")):
            for line in (f'{axis}:units = "{units}"', f'{axis}:standard_name = "{long_name}"', f'{axis}:axis = "{axis.upper()}"'):
                expect(line in said[name], f"{name}: no '{line}' in ncdump's text")


@pytest.mark.usefixtures("said")
def test_two_runs(folder):
    """h5diff finds two runs equal, by the words of docs/reading-results.md; other coefficients it tells."""
    page = (ROOT / "docs/reading-results.md").read_text()
    line = next(line for line in page.splitlines() if line.startswith("h5diff "))
    words = [word for word in line.split() if not word.endswith(".h5")]
    succeed("train", "full.toml", "--quiet", "--output", "again.h5", folder=folder, ranks=3)
    tool(folder, *words, "train-full.h5", "again.h5")
    succeed("train", "full.toml", "--quiet", "--output", "other.h5", "--set", "kernel.diffusion.init=0.06", folder=folder)
    run = subprocess.run([*words, "train-full.h5", "other.h5"], cwd=folder, capture_output=True, text=True)
    expect(run.returncode == 1 and "</parameters/diffusion>" in run.stdout, f"{line}: {run}")
