"""Numbers that leave the range of a double: exit code 1, the place named, the results of before untouched;
but a step of a training that leads there is shortened."""

import re

import h5py
import numpy as np
import pytest

from program import expect, nadir, once, snapshot, succeed
from small_case import CASE, ITERATIONS, LAYERS, REACTION, edited, write_fields


def first_overflow(z, reaction):
    """Layer and point where z -> ((1 + R) z)^2 leaves the range of a double first."""
    layer = 0
    with np.errstate(over="ignore"):
        while np.isfinite(z).all():
            z, layer = ((1 + reaction) * z) ** 2, layer + 1
    y, x = np.argwhere(~np.isfinite(z))[0]
    return f"layer {layer}, point (y, x) = ({y}, {x})"


@pytest.fixture
def folder(folder):
    """With a good result, which must survive all of it."""
    write_fields(folder / "fields.h5")
    (folder / "case.toml").write_text(CASE)
    succeed("train", "case.toml", folder=folder)
    return folder


def test_divergence(folder):
    """Exit code 1, iteration, layer and point named, the results of before still there."""
    changes = {
        'activation = "tanh"': 'activation = "square"',
        LAYERS: "layers = 40",
        REACTION: "reaction = { init = 4.0 }",
        "diffusion = { init = 0.1 }": "diffusion = 0.0",
    }
    text, _ = edited(changes)
    (folder / "case.toml").write_text(text)
    with h5py.File(folder / "fields.h5") as file:
        place = "the state is not finite: sample 0, " + first_overflow(file["x"][()], 4.0)
    before = snapshot(folder)
    expect("result.h5" in before and "result.xdmf" in before, "no result of before")
    for command, ranks in (("forward", 1), ("gradient", 1), ("train", 1), ("forward", 3), ("gradient", 3), ("train", 3)):
        run = nadir(command, "case.toml", folder=folder, ranks=ranks)
        once(run, 1, ("iteration 0: " if command == "train" else "") + place)
        expect(unchanged(before, snapshot(folder)), f"{command}: not the files of before: {run}")


def unchanged(before, after):
    """Nothing of before is gone; only tables, logs of iterations as they come, are new."""
    new = {name for name in after if name not in before}
    tables = {data for name, data in before.items() if name.endswith(".csv")}
    results = {name: data for name, data in before.items() if not name.endswith(".csv")}
    return (
        all(name.endswith(".csv") for name in new)
        and tables <= set(after.values())
        and results.items() <= after.items()
    )


def test_wild_step(folder):
    """A step that is far too long, to where no number is finite, is shortened, and the run goes on."""
    text, _ = edited(
        {
            'activation = "tanh"': 'activation = "identity"',
            ITERATIONS: 'optimizer = "steepest-descent"\nlearning_rate = 1e200\niterations = 5',
            'file = "result.h5"': 'file = "wild.h5"',
        }
    )
    (folder / "case.toml").write_text(text)
    run = succeed("train", "case.toml", folder=folder)
    expect(re.search(r"trial steps were shortened; the last: the .* not finite", run.out), run)
    with h5py.File(folder / "wild.h5") as file:
        loss = file["history/loss"][()]
    expect(len(loss) == 6 and (np.diff(loss) <= 0).all() and loss[-1] < loss[0], f"a wild step: {loss}")


def test_overflowing_loss(folder):
    """All states are finite, but the square of a distance is not."""
    (folder / "case.toml").write_text(CASE.replace('dataset = "y"', 'dataset = "y", scale = 1e-200'))
    before = snapshot(folder)
    for command, start in (("gradient", ""), ("train", "iteration 0: ")):
        run = nadir(command, "case.toml", folder=folder)
        once(run, 1, start + "the loss is not finite, though all states are")
        expect(unchanged(before, snapshot(folder)), f"{command}: not the files of before: {run}")
