"""network.layers = "attractor": every command on inputs/steady-states.toml and what they write; the
same history on 1, 2 and 3 ranks and after a restart; what is refused, and what is not found."""

from pathlib import Path

import h5py
import numpy as np

from program import expect, nadir, once, snapshot, succeed

CASE = Path(__file__).resolve().parents[3] / "inputs" / "steady-states.toml"
FEW = ("--set", "training.iterations=12")


def history(path):
    """What a training went through, without its seconds."""
    with h5py.File(path) as file:
        return {k: v[()] for k, v in file["history"].items() if k != "seconds"}


def same(a, b, what):
    expect(a.keys() == b.keys(), f"{what}: {a.keys()} and {b.keys()}")
    for key in a:
        expect(np.array_equal(a[key], b[key]), f"{what}: {key} differs: {a[key]} and {b[key]}")


def layer_of(z, R, U, D, b):
    """f(W z - b) on the grid of the case, from the formula."""
    ghosts = np.pad(np.pad(z, ((1, 1), (0, 0)), mode="symmetric"), ((0, 0), (1, 1)), mode="wrap")
    up, down = ghosts[2:, 1:-1], ghosts[:-2, 1:-1]
    right, left = ghosts[1:-1, 2:], ghosts[1:-1, :-2]
    Z = (1 + R) * z - U[0] * (up - down) / 2 - U[1] * (right - left) / 2
    return np.tanh(Z + D * (up + down + left + right - 4 * z) - b)


def test_forward(folder):
    """State 0 is the input, state 1 a fixed point by the formula; by depth, their losses."""
    with h5py.File(CASE.parent / "data/steady-states.h5") as data:
        truth = {k: v[()] for k, v in data["truth"].items()}
        inputs, targets = data["input"][()].astype("f8"), data["target"][()].astype("f8")
    words = [f"--set=kernel.{k}.init={list(np.ravel(truth[k]))}" for k in ("advection", "diffusion")]
    source = f'{{ file = "{CASE.parent}/data/steady-states.h5", dataset = "/truth/reaction" }}'
    words += [f"--set=kernel.reaction.init={source}", f"--set=network.bias={truth['bias']}"]
    run = succeed("forward", CASE, *words, "--output", "known.h5", folder=folder, ranks=2)
    for part in ("layers to the attractor, 2 samples", "target at the attractor:", "an attractor took"):
        expect(part in run.out, f"no '{part}': {run}")
    with h5py.File(folder / "known.h5") as file:
        state, loss = file["state"][()], file["loss_by_layer"][()]
        np.testing.assert_array_equal(file["layer"], [0, 1])
        expect(b"attractor" in file["layer"].attrs["long_name"].encode(), "/layer does not say what 1 is")
        np.testing.assert_array_equal(file["depth"], [0, 1])
        np.testing.assert_array_equal(state[:, 0], inputs)
        np.testing.assert_allclose(loss, [[np.sum((z - y) ** 2) for z in s] for s, y in zip(state, targets)])
    for s, side in enumerate((1, -1)):
        z = state[s, 1]
        expect((np.sign(z) == side).all(), f"input {s} went to the other side")
        np.testing.assert_allclose(layer_of(z, *(truth[k] for k in ("reaction", "advection", "diffusion", "bias"))),
                                   z, atol=1e-14)  # fmt: skip
        np.testing.assert_allclose(z, targets[s], atol=1e-7)


def test_commands(folder):
    """gradient --verify, describe, attractor and interpret know such cases."""
    run = succeed("gradient", CASE, "--verify", "--repeat", "1", "--output", "gradient.h5", folder=folder)
    expect("the gradient is verified" in run.out, f"{run}")
    with h5py.File(folder / "gradient.h5") as file:
        expect("relaxation" not in file["gradient"], "a gradient with respect to omega")
        expect(file["gradient/reaction"].shape == (20, 24), "the gradient's shape")
    run = succeed("describe", CASE, "--set", "run.memory=1", "--set", "run.state_precision=single", folder=folder)
    for part in ("480 points x layers to the attractor x 2 samples", "none is held on the way",
                 "run.memory, state_precision and scratch have no effect", "vectors of the solvers"):  # fmt: skip
        expect(part in run.out, f"no '{part}': {run}")
    run = succeed("attractor", CASE, "--output", "search.h5", folder=folder)
    with h5py.File(folder / "search.h5") as file, h5py.File(folder / "gradient.h5") as found:
        reached = file["attractor/state"][()][file["relaxation/attractor"][()]]
        np.testing.assert_allclose(reached, found["state"][:, 1], atol=1e-9)
    run = succeed("interpret", folder / "gradient.h5", "--output", "moments.h5", folder=folder)
    expect("layers that lead to an attractor" in run.out, f"{run}")


def test_same_training(folder):
    """Bit by bit on any number of ranks, in groups or not, in one go or after a restart."""
    for ranks in (1, 2, 3):
        succeed("train", CASE, *FEW, "--output", f"train-{ranks}.h5", folder=folder, ranks=ranks)
    succeed("train", CASE, *FEW, "--set", "run.sample_groups=2", "--output", "train-groups.h5",
            folder=folder, ranks=2)  # fmt: skip
    first = history(folder / "train-1.h5")
    expect(first["loss"][-1] < 0.1 * first["loss"][0], f"the loss hardly falls: {first['loss']}")
    for name in ("2", "3", "groups"):
        same(first, history(folder / f"train-{name}.h5"), f"training {name}")
    again = (*FEW, "--set", "run.checkpoint={ every = 5 }", "--output", "again.h5")
    run = succeed("train", CASE, *again, "--set", "training.iterations=7", folder=folder)
    expect("none is held on the way" in run.out, f"nothing about states: {run}")
    (folder / "again.h5").unlink()
    succeed("train", CASE, *again, "--restart", folder=folder, ranks=2)
    same(first, history(folder / "again.h5"), "after a restart")


def test_refusals(folder):
    """Exit 2, nothing written."""
    mistakes = (
        (("kernel.diffusion.varies=[\"layer\"]",), 'kernel.diffusion.varies: network.layers = "attractor" needs'),
        (("network.relaxation.init=0.5",), "network.relaxation: no attractor depends on it"),
        (("network.relaxation=0",), "network.relaxation: omega is 0 or changes sign"),
        (("data.target.layer=2",), "data.target.layer: must be 1, the attractor, or 0, the input"),
        (("network.layers=atractor",), 'network.layers: expected an integer or "attractor", found the string'),
    )
    before = snapshot(folder)
    for settings, words in mistakes:
        for command in ("train", "forward", "gradient", "describe"):
            run = nadir(command, CASE, *(w for s in settings for w in ("--set", s)), folder=folder)
            expect(run.code == 2 and words in run.err, f"not refused with '{words}': {run}")
    expect(snapshot(folder) == before, "a refused command wrote something")


def test_failures(folder):
    """Exit 1 where there is no attractor: which sample, the residuals, what to try."""
    cycle = ("--set", "kernel.reaction=-3.0", "--set", "network.relaxation=1.0", "--set", "kernel.diffusion=0.0",
             "--set", "attractor.layers=300", "--output", "none.h5")  # fmt: skip
    for ranks in (1, 2):
        for command in ("forward", "gradient", "train"):
            words = ("--set", "network.bias.bounds=[-1, 1]") if command == "train" else ()
            run = nadir(command, CASE, *cycle, *words, folder=folder, ranks=ranks)
            once(run, 1, "sample 0: no attractor was found: not at rest after 300 layers. Residuals |z - f(Z)|")
            expect("Try more attractor.layers" in run.err, f"nothing to try: {run}")
    expect(not (folder / "none.h5").exists(), "a failed run left a result")
