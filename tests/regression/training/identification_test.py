"""Fields of R, U and D found from four samples: in few evaluations, the fewer the finer the grid, whatever the
spacing, and in many more from a multiple of the identity."""

import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

from program import expect, succeed

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tools" / "nadir_data"))
import adr  # noqa: E402

CASE = """\
grid = {{ shape = [{n}, {n}], spacing = [{h}, {h}], boundary = ["periodic", "periodic"] }}
network = {{ layers = 16, activation = "tanh", relaxation = 0.5 }}
data = {{ input = {{ file = "{name}.h5", dataset = "x" }}, target = {{ file = "{name}.h5", dataset = "y" }} }}
training = {{ iterations = 60, gradient_tolerance = 1e-12 }}
[kernel]
reaction  = {{ init = 0.0, varies = ["space"] }}
advection = {{ init = 0.0, varies = ["space"] }}
diffusion = {{ init = {start}, varies = ["space"], bounds = [0.0, {most}] }}
"""


def waves(random, n, modes):
    """A smooth periodic field of deviation 1."""
    field, angle = np.zeros((n, n)), 2 * np.pi * np.arange(n) / n
    for ky in range(modes + 1):
        for kx in range(-modes, modes + 1):
            if ky > 0 or kx > 0:
                phase, size = random.uniform(0, 2 * np.pi), random.normal() / np.hypot(1, np.hypot(ky, kx))
                field += size * np.cos(ky * angle[:, None] + kx * angle + phase)
    return field / field.std()


def write(folder, name, n, h):
    random = np.random.default_rng(3)
    x = np.array([0.5 * waves(random, n, 4) for _ in range(4)])
    R, Uy, Ux = -0.02 + 0.02 * waves(random, n, 2), 0.1 * waves(random, n, 2), 0.1 + 0.1 * waves(random, n, 2)
    D = np.clip(0.15 + 0.03 * waves(random, n, 2), 0.02, 0.24)
    network = adr.Network((h, h), ("periodic",) * 2, 16, 0.5, R, [h * Uy, h * Ux], [h * h * D], activation="tanh")
    with h5py.File(folder / f"{name}.h5", "w") as file:
        file["x"], file["y"] = x, network.run(x)
    (folder / f"{name}.toml").write_text(CASE.format(n=n, h=h, name=name, start=0.15 * h * h, most=0.5 * h * h))


def evaluations(folder, name, *words):
    """Needed to a thousandth of the first misfit."""
    succeed("train", f"{name}.toml", "--quiet", "--output", f"r-{name}.h5", *words, folder=folder)
    with h5py.File(folder / f"r-{name}.h5") as result:
        misfit, count = result["history/misfit"][()], result["history/evaluations"][()]
    there = misfit <= 1e-3 * misfit[0]
    return int(count[np.argmax(there)]) if there.any() else np.inf


def test_few_evaluations(folder):
    needed = {}
    for n in (32, 64):
        write(folder, f"fields-{n}", n, 1.0)
        needed[n] = evaluations(folder, f"fields-{n}")
    expect(needed[32] <= 25 and needed[64] <= needed[32], f"evaluations by grid: {needed}")
    plain = evaluations(folder, "fields-64", "--set", "training.initial_hessian=identity")
    expect(plain >= 2 * needed[64], f"{plain} from the identity, {needed[64]} from the model")


@pytest.mark.parametrize("spacing", [1 / 32, 1000.0])
def test_any_spacing(folder, spacing):
    write(folder, "grid", 32, 1.0)
    write(folder, "units", 32, spacing)
    expect(evaluations(folder, "grid") == evaluations(folder, "units"), f"other evaluations with spacing {spacing}")
