"""Checkpoints with a good seal around what cannot be: refused with the place, before anything is computed."""

import shutil

import h5py
import numpy as np
import pytest

from program import expect, nadir, snapshot, succeed
from sealing import seal, unseal
from small import CASE, write_inputs


def put(path, value):
    """An attribute "GROUP@NAME" or a dataset, in place of the one before."""

    def work(file):
        group, _, name = path.partition("@")
        if name:
            file[group].attrs[name] = value
        else:
            del file[group]
            if value is not None:
                file[group] = value

    return work


def declare(path, shape):
    """A dataset that says it is large and has nothing."""

    def work(file):
        del file[path]
        file.create_dataset(path, shape, chunks=tuple(min(n, 1024) for n in shape), dtype="f8")

    return work


def cut(path):
    return lambda file: put(path, file[path][:-1])(file)


def first(path, value):
    def work(file):
        data = file[path][()]
        data[(0,) * data.ndim] = value
        put(path, data)(file)

    return work


nan = float("nan")
TRAINING = {
    "a version to come": (put("/@schema_version", 99), "has schema_version 99; this nadir reads 1"),
    "iteration nan": (put("/@iteration", nan), "iteration is nan"),
    "iteration -1": (put("/@iteration", -1), "iteration is -1"),
    "iteration 1e18": (put("/@iteration", 1e18), "iteration is 1e+18"),
    "iteration 0.5": (put("/@iteration", 0.5), "iteration is 0.5"),
    "iteration beyond": (put("/@iteration", 4000000000), "/history does not lead to iteration 4000000000"),
    "no run": (put("provenance@run_id", ""), "does not say of which run it is"),
    "short misfit": (cut("history/misfit"), "/history/misfit has shape [6], expected [7]"),
    "short iterations": (cut("history/iteration"), "/history/misfit has shape [7], expected [6]"),
    "history of 2^50 rows": (declare("history/iteration", (2**50,)), "/history/iteration"),
    "history that is a table": (put("history/iteration", np.zeros((7, 2))), "/history/iteration"),
    "iterations going down": (put("history/iteration", np.arange(7)[::-1] - 0.0), "/history"),
    "loss nan": (first("history/penalty", nan), "/history/penalty"),
    "evaluations -1": (first("history/evaluations", -1), "/history"),
    "no history": (put("history/iteration", None), "/history does not lead to iteration 6"),
    "pairs -1": (put("optimizer@pairs", -1.0), "pairs = -1"),
    "pairs 1e18": (put("optimizer@pairs", 1e18), "pairs = 1e+18"),
    "pairs nan": (put("optimizer@pairs", nan), "pairs of /optimizer is nan"),
    "pairs 1.5": (put("optimizer@pairs", 1.5), "pairs = 1.5"),
    "width -1": (put("optimizer@active_width", -1.0), "active_width = -1"),
    "curvature 0": (put("optimizer@curvature_0", -1.0), "curvature_0 = -1"),
    "a vector too short": (put("optimizer/diagonal/diffusion", np.ones(3)), "/optimizer/diagonal/diffusion"),
    "a vector nan": (first("optimizer/step_0/diffusion", nan), "/optimizer/step_0/diffusion"),
    "no vector": (put("optimizer/step_0/diffusion", None), "/optimizer/step_0/diffusion"),
    "parameters nan": (first("parameters/diffusion", nan), "/parameters/diffusion"),
    "a group for a number": (put("optimizer@pairs", "five"), "pairs of /optimizer"),
}
FORWARD = {
    "layer nan": (put("/@layer_reached", nan), "layer_reached is nan"),
    "layer -1": (put("/@layer_reached", -1), "layer_reached is -1"),
    "layer 4": (put("/@layer_reached", 4), "layer_reached of / is 4, no integer from 0 to 3"),
    "current of another size": (put("current", np.zeros((1, 13))), "/current has shape [1, 13]"),
    "current nan": (first("current", nan), "/current"),
    "current of terabytes": (declare("current", (1, 2**40)), "/current has shape"),
    "no states": (put("state", None), "/state"),
    "other layers": (put("layer", np.array([0, 2])), "holds the states of other layers"),
    "distances too short": (put("loss_by_layer", np.zeros((1, 3))), "/loss_by_layer has shape [1, 3]"),
    "a sum nan": (put("/@misfit_so_far", nan), "misfit_so_far"),
}


@pytest.mark.parametrize(
    "command, good, mutants", [("train", "r.checkpoint-6.h5", TRAINING), ("forward", "r.checkpoint-2.h5", FORWARD)], ids=["train", "forward"]
)
def test_contents(folder, command, good, mutants):
    """A seal says that nothing was changed since; what it seals may be anything."""
    write_inputs(folder, case=CASE.replace("[run]", "[run]\ntime_limit = 100000"))
    succeed(command, "case.toml", folder=folder)
    words = (command, "case.toml", "--set", "training.iterations=7")
    (folder / "r.h5").unlink()
    for number, (what, (mutate, told)) in enumerate(mutants.items()):
        bad = folder / "bad.h5"
        shutil.copy(folder / good, bad)
        unseal(bad)
        with h5py.File(bad, "r+") as file:
            mutate(file)
        seal(bad)
        before = snapshot(folder)
        run = nadir(*words, "--restart=bad.h5", folder=folder, ranks=2 if number % 9 == 5 else 1)
        expect(run.code == 2 and "bad.h5: " in run.err and told in run.err, f"{what}: {run}")
        expect(snapshot(folder) == before, f"{what}: files changed")
    # One that is good but for the changed place goes on.
    shutil.copy(folder / good, folder / "bad.h5")
    unseal(folder / "bad.h5")
    seal(folder / "bad.h5")
    succeed(*words, "--restart=bad.h5", folder=folder)
