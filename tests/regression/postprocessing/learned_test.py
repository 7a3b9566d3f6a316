"""--init-from, which jobs/forward.slurm uses, and tools/learned: a run with all that was learned makes the states
that the training left, bit by bit, for every kind of kernel."""

import subprocess
from pathlib import Path

import h5py
import numpy as np
import pytest

from program import expect, nadir, once, succeed

ROOT = Path(__file__).resolve().parents[3]
SMALL = """\
grid = {{ shape = [6, 7], boundary = ["reflect", "periodic"] }}
network = {{ layers = 3, activation = "tanh", relaxation = {{ init = 0.5, varies = ["layer"] }}, bias = {{ init = 0.0, varies = ["space"] }} }}
data = {{ input = {{ file = "f.h5", dataset = "in" }}, target = {{ file = "f.h5", dataset = "out" }} }}
training = {{ iterations = 4 }}
[kernel]
{kernel}
"""
KERNELS = {
    "full tensor": 'diffusion_tensor = "full"\nadvection = { init = 0.1, varies = ["space", "layer"] }\ndiffusion = { init = 0.1 }',
    "Gaussian": 'type = "gaussian"\namplitude = { init = 0.1 }\nwidth = { init = 0.6 }',
    "power law": 'type = "power-law"\nradius = 3\nstrength = { init = 0.1 }\nlength = { init = 1.2 }\nexponent = { init = 3.5 }',
    "stencil": 'type = "stencil"\nradius = 1\nweights = { init = 0.05, varies = ["layer"] }',
    "dense": 'type = "dense"\nweights = { init = 0.01, varies = ["space"] }',
}


def learned(path, folder):
    run = subprocess.run([ROOT / "tools/learned", path], cwd=folder, capture_output=True, text=True)
    expect(run.returncode == 0 and not run.stderr, f"tools/learned {path}: {run}")
    return run.stdout.splitlines()


def check(name, case, folder, *settings):
    """Trains a case, then runs its layers with what was learned; the misfit both end with."""
    trained, ran = f'"{name}" trained\'s.h5', f"{name}.h5"  # a name to be quoted
    succeed("train", case, "--quiet", "--output", trained, *settings, folder=folder)
    succeed("forward", case, "--quiet", "--output", "by-words.h5", *learned(trained, folder), *settings, folder=folder)
    succeed("forward", case, "--quiet", "--output", ran, "--init-from", trained, *settings, folder=folder)
    with h5py.File(folder / "by-words.h5") as left, h5py.File(folder / ran) as right:
        expect(np.array_equal(left["state"], right["state"]), f"{name}: by words of --set, other states")
    with h5py.File(folder / trained) as left, h5py.File(folder / ran) as right:
        start = left["history/misfit"][0]
        expect(left.attrs["misfit"] < 0.999 * start, f"{name}: nothing learned: {left['history/misfit'][()]}")
        for path in ("state", "loss_by_layer"):
            expect(np.array_equal(left[path], right[path]), f"{name}: another /{path} than that of the training")
        for path in left["parameters"]:
            expect(np.array_equal(left["parameters"][path], right["parameters"][path]), f"{name}: /parameters/{path}")
        return right.attrs["misfit"]


@pytest.fixture
def folder(folder):
    with h5py.File(folder / "f.h5", "w") as data:
        data["in"], data["out"] = np.random.default_rng(5).normal(size=(2, 6, 7))
    return folder


def test_dispersion(folder):
    misfit = check("dispersion", ROOT / "inputs/dispersion-1d.toml", folder)
    expect(misfit < 1e-12, f"dispersion-1d: {misfit}, its training reaches 7.6e-14")


@pytest.mark.parametrize("kind", KERNELS)
def test_kernels(folder, kind):
    (folder / "small.toml").write_text(SMALL.format(kernel=KERNELS[kind]))
    check(kind, "small.toml", folder)


def test_other_parameters(folder):
    """A case takes what it shares with a result, and keeps what it fixes."""
    (folder / "small.toml").write_text(SMALL.format(kernel=KERNELS["full tensor"]))
    succeed("train", "small.toml", "--quiet", "--output", "a.h5", folder=folder)
    other = KERNELS["full tensor"].replace('diffusion_tensor', 'type = "moment"\norder = 3\nreaction = -0.25\ndiffusion_tensor')
    (folder / "other.toml").write_text(SMALL.format(kernel=other))
    run = succeed("train", "other.toml", "--init-from", "a.h5", "--output", "b.h5", folder=folder)
    expect("not in it, as in the case: higher" in run.out, run.out)
    with h5py.File(folder / "a.h5") as a, h5py.File(folder / "b.h5") as b:
        expect(b["history/loss"][0] <= a["history/loss"][0], "starts no better")
        expect(b["parameters/reaction"][()] == 0.0, "reaction is fixed, at what the result has")


def test_constants_become_fields(folder):
    """What was the same everywhere may vary now: it starts as it was, on any number of ranks."""
    kernel = "advection = {{ init = 0.1{0} }}\ndiffusion = {{ init = 0.1{0} }}"
    (folder / "constants.toml").write_text(SMALL.format(kernel=kernel.format("")))
    (folder / "fields.toml").write_text(SMALL.format(kernel=kernel.format(', varies = ["space", "layer"]')))
    succeed("train", "constants.toml", "--quiet", "--output", "a.h5", folder=folder)
    for ranks in (1, 2):
        succeed("forward", "fields.toml", "--init-from", "a.h5", "--output", "b.h5", folder=folder, ranks=ranks)
        with h5py.File(folder / "a.h5") as a, h5py.File(folder / "b.h5") as b:
            expect(b["parameters/advection"].shape == (3, 2, 6, 7), "a field for every layer")
            expect(np.array_equal(a["state"], b["state"]), "the states of the constants")


def test_init_from_refused(folder):
    (folder / "small.toml").write_text(SMALL.format(kernel=KERNELS["full tensor"]))
    succeed("train", "small.toml", "--quiet", "--output", "a.h5", folder=folder)
    for words, message in (
        (["none.h5"], "--init-from: no such file: none.h5"),
        (["f.h5"], "--init-from: f.h5: is no result of nadir"),
        (["a.h5", "--set", "network.layers=4"], "--init-from: kernel.advection.init.dataset: /parameters/advection has shape"),
    ):  # fmt: skip
        once(nadir("forward", "small.toml", "--init-from", *words, folder=folder), 2, message)


def test_refused(folder):
    (folder / "text.h5").write_text("none")
    with h5py.File(folder / "other.h5", "w") as file:
        file["a"] = 1.0
    for words, message in (
        ([], "usage"), (["none.h5"], "none.h5: no such file"), (["text.h5"], "cannot be read as HDF5"),
        (["other.h5"], "other.h5: not a result of nadir"),
    ):  # fmt: skip
        run = subprocess.run([ROOT / "tools/learned", *words], cwd=folder, capture_output=True, text=True)
        expect(run.returncode == 2 and message in run.stderr and not run.stdout, f"{words}: {run}")
        expect(run.stderr.count("\n") == 1, f"{words}: more than a line: {run.stderr}")
