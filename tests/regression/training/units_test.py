"""Trainings in metres, kilometres and grid units, of fields large and small, with steps that overflow, and with
nothing to learn: what is found, said and returned; the same history on any ranks and after a restart."""

import re

import h5py
import numpy as np
import pytest

from program import expect, nadir, once, succeed

R, U, D, OMEGA, LAYERS = -0.01, 0.3, 0.25, 0.5, 20
CASE = """\
[grid]
shape = [64]
spacing = [{spacing}]
boundary = ["periodic"]

[network]
layers = {layers}
relaxation = {omega}
{network}
[kernel]
reaction = {{ init = {reaction} }}
advection = {{ init = 0.0 }}
diffusion = {{ init = {diffusion} }}

[data]
input = {{ file = "fields.h5", dataset = "{input}" }}
target = {{ file = "fields.h5", dataset = "{target}" }}

[training]
{training}
"""


def write_fields(folder):
    """A Gaussian, and what 20 layers make of it, in several units."""
    start = np.exp(-(((np.arange(64) - 24) / 5) ** 2) / 2)
    end = start.copy()
    for _ in range(LAYERS):
        up, down = np.roll(end, -1), np.roll(end, 1)
        end = end + OMEGA * (R * end - U * (up - down) / 2 + D * (up + down - 2 * end))
    with h5py.File(folder / "fields.h5", "w") as file:
        file["zero"] = np.zeros(64)
        for k in (-12, -8, 0, 12):
            file[f"start{k}"], file[f"end{k}"] = start * 10.0**k, end * 10.0**k


def write_case(folder, name, spacing=1.0, field=0, **changes):
    values = dict(spacing=spacing, layers=LAYERS, omega=OMEGA, network="", reaction=0.0, training="",
                  diffusion=0.1 * spacing**2, input=f"start{field}", target=f"end{field}")  # fmt: skip
    (folder / name).write_text(CASE.format(**{**values, **changes}))


def found(path, spacing=1.0):
    with h5py.File(path) as file:
        r, u, d = (file["parameters"][name][()] for name in ("reaction", "advection", "diffusion"))
    return np.array([r, u / spacing, d / spacing**2])


def history(path):
    with h5py.File(path) as file:
        return {k: v[()] for k, v in file["history"].items() if k != "seconds"}


@pytest.fixture
def folder(folder):
    write_fields(folder)
    return folder


def test_units(folder):
    """The right numbers, and as many iterations, whatever the units of length and field."""
    iterations = set()
    for k, (spacing, field) in enumerate([(1.0, 0), (1000.0, 0), (1e5, 0), (1e-6, 0), (1.0, -8), (1.0, -12), (1.0, 12)]):
        write_case(folder, f"{k}.toml", spacing, field)
        run = succeed("train", f"{k}.toml", folder=folder)
        what = f"spacing {spacing}, field 1e{field}: {run}"
        expect(np.allclose(found(folder / f"results/{k}.h5", spacing), [R, U, D], atol=1e-5), what)
        expect("converged: the gradient fell below 1e-06 of the first one" in run.out, what)
        iterations.add(len(history(folder / f"results/{k}.h5")["loss"]))
    expect(len(iterations) == 1, f"numbers of iterations: {iterations}")


def test_restart(folder):
    """With scales that are no powers of two: the same bits on 1 and 3 ranks, and stopped and continued."""
    for optimizer in ("bqnls", "adam"):
        training = f'optimizer = "{optimizer}"\nlearning_rate = 0.01\niterations = 11'
        write_case(folder, "metres.toml", 1000.0, -8, network="bias = { init = 0.0 }", training=training)
        succeed("train", "metres.toml", "--output", "whole.h5", folder=folder)
        succeed("train", "metres.toml", "--output", "parts.h5", "--set", "training.iterations=6", folder=folder, ranks=3)
        succeed("train", "metres.toml", "--output", "parts.h5", "--restart", folder=folder)
        whole, parts = history(folder / "whole.h5"), history(folder / "parts.h5")
        expect(len(whole["loss"]) == 12, f"{optimizer}: {whole}")
        for key, values in whole.items():
            expect(np.array_equal(values, parts[key]), f"{optimizer}: {key}: {values} and {parts[key]}")


def test_overflow(folder):
    """A step that is far too long is shortened; where the start itself overflows, that is the end, with advice."""
    for optimizer in ("steepest-descent", "adam", "bqnls", "lmvm"):
        training = f'optimizer = "{optimizer}"\nlearning_rate = 1e200\niterations = 20'
        layers = LAYERS if optimizer in ("steepest-descent", "adam") else 2000
        write_case(folder, "wild.toml", layers=layers, training=training)
        run = succeed("train", "wild.toml", folder=folder)
        expect(re.search(r"trial steps were shortened; the last: the .* not finite", run.out), run)
        loss = history(folder / "results/wild.h5")["loss"]
        expect(np.isfinite(loss).all() and loss.min() < loss[0], f"{optimizer}: {loss}")
    write_case(folder, "start.toml", spacing=10.0, layers=2000, diffusion=500.0)
    run = nadir("train", "start.toml", folder=folder, ranks=2)
    once(run, 1, "iteration 0: the state is not finite: sample 0, layer ")
    once(run, 1, "network.layers; with omega = 0.5 the largest stable D (isotropic, f = identity, R = U = 0) is 100")


def test_nothing(folder):
    """A gradient of 0 is no success, unless the loss is 0 by these parameters alone."""
    for what in (dict(input="zero"), dict(input="zero", target="zero"), dict(omega=0.0)):
        for tolerance in ("1e-6", "0.0"):
            write_case(folder, "nothing.toml", training=f"gradient_tolerance = {tolerance}", **what)
            run = nadir("train", "nothing.toml", folder=folder)
            once(run, 1, "nothing was learned: the gradient is 0 at the start")
            expect("converged" not in run.out, run)
            expect(not (folder / "results/nothing.h5").exists(), f"{what}: a result")
    write_case(folder, "there.toml", diffusion=0.0, target="start0")
    run = succeed("train", "there.toml", folder=folder)
    expect("converged at the start: the loss is 0, nothing is left to learn" in run.out, run)
