"""tools/plot on made-up results of every dimension and family, and on a forward run."""

import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import h5py
import numpy as np
from PIL import Image

import synthetic

ROOT = Path(__file__).resolve().parents[3]
SHAPES = {1: (40,), 2: (16, 24), 3: (6, 8, 10)}
CONSTANT, SPACE, LAYER, BOTH = [], ["space"], ["layer"], ["space", "layer"]
# What does not vary in space is drawn by the same lines of code in every dimension.
FAMILIES = {1: (CONSTANT, SPACE, LAYER, BOTH), 2: (LAYER, SPACE, BOTH), 3: (SPACE, BOTH)}
SMALL, LARGE, HEAVY = 100, 5000, 300_000  # pixels, pixels, bytes


def expect(condition, message):
    if not condition:
        raise AssertionError(message)


def plot(result, *options, code=0):
    """Run tools/plot; the folder of its pictures, or what it said when it should refuse."""
    folder = result.with_suffix("")
    command = [ROOT / "tools" / "plot", result, "--output", folder, *options]
    run = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    expect(run.returncode == code, f"{result.name}: exit code {run.returncode}\n{run.stderr}")
    expect("Warning" not in run.stderr, f"{result.name}: {run.stderr}")
    return run.stderr if code else folder


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
    names = {"fields", "history", "loss-by-layer", "constants"}  # omega is always a constant
    names |= {"overview"} if dimension > 1 else set()
    names |= {"coefficients"} if "space" in family else set()
    names |= {"coefficients-by-layer"} if family == ["layer"] else set()
    return names


def check_family(folder, dimension, family):
    path = folder / f"{dimension}d-{'-'.join(family) or 'constant'}.h5"
    tensor = "full" if dimension == 2 else "diagonal"
    synthetic.example(path, SHAPES[dimension], family, tensor=tensor)
    check_pictures(plot(path), expected_pictures(dimension, family))


def check_options(folder):
    """--sample and --layer choose what is shown; what the file lacks is refused."""
    path = folder / "options.h5"
    synthetic.example(path, SHAPES[1], LAYER)
    first = (plot(path) / "fields.png").read_bytes()
    second = (plot(path, "--sample", "1", "--layer", "3") / "fields.png").read_bytes()
    expect(first != second, "--sample and --layer change nothing")
    expect("samples 0 to 1" in plot(path, "--sample", "2", code=1), "--sample beyond the file")
    expect("0, 3, 6" in plot(path, "--layer", "4", code=1), "--layer that is not stored")
    alien = folder / "alien.h5"
    with h5py.File(alien, "w") as file:
        file["something"] = 1.0
    expect("not a result of nadir" in plot(alien, code=1), "a foreign file")


def check_without_target(folder, program):
    """A forward run has neither target nor history nor loss."""
    path = folder / "forward.h5"
    case = ROOT / "inputs" / "convection-diffusion.toml"
    command = [program, "forward", case, "--quiet", "--output", path]
    subprocess.run([str(c) for c in command], check=True, cwd=folder)
    with h5py.File(path, "r+") as file:  # forward of a case with a target still knows it
        for name in {"target", "observed", "withheld", "loss_by_layer"} & set(file):
            del file[name]
    check_pictures(plot(path), {"overview", "fields", "coefficients", "constants"})


def check_bare(folder):
    """Parameters alone (no states), as in a file of kernels; and a run of no iterations."""
    path = folder / "bare.h5"
    synthetic.example(path, SHAPES[2], ["space"], tensor="diagonal", history=False)
    check_pictures(plot(path), {"overview", "fields", "coefficients", "constants", "loss-by-layer"})
    with h5py.File(path, "r+") as file:
        for name in ("state", "target", "observed", "withheld", "loss_by_layer", "layer"):
            del file[name]
    for picture in path.with_suffix("").glob("*.png"):
        picture.unlink()
    check_pictures(plot(path), {"coefficients", "constants"})


with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(check_family, folder, d, f) for d in SHAPES for f in FAMILIES[d]]
        jobs += [pool.submit(check_options, folder), pool.submit(check_bare, folder)]
        jobs += [pool.submit(check_without_target, folder, Path(sys.argv[1]).resolve())]
        for job in jobs:
            job.result()
print("every dimension and family has its pictures")
