"""The programs that are compared: how each is called on a problem, and what it reports.

Each reports seconds of `forward` (one loss without adjoint) and `gradient` (one loss and gradient)
on its slowest rank, once per repetition after a warm-up; and, the twin aside, a fingerprint of the
answer: the loss, and for every parameter the gradient's norm and its product with the parameter.
"""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

import launch

ROOT = Path(__file__).resolve().parents[2]
PARAMETERS = ("reaction", "advection", "diffusion")
UNBLOCKED = "run.layers_per_pass=1"  # every layer in a pass of its own


@dataclass
class Setup:
    """What every program needs to know."""

    nadir: Path
    build: Path  # with the opponents in C++
    last_level_cache: int  # bytes


class Program:
    """One program; `speed` is a guess of its point-layers per second, to choose the repetitions."""

    slow = False
    needs_build = False
    speed = 1e8

    def __init__(self, setup):
        self.setup = setup

    def missing(self):
        """Why it cannot be run here; None if it can."""

    def command(self, problem, ranks, repeat, output):
        """The words, for a folder with fields.h5 and case.toml."""
        raise NotImplementedError

    def read(self, path, fingerprint):
        """The report in the file that `command` leaves at `path`, with or without a fingerprint."""
        with open(path) as file:
            return json.load(file)

    def memory(self, problem, ranks):
        """Bytes of all ranks together, roughly."""
        states = problem.layers + 3 + 2 * problem.samples
        return 8 * problem.points(ranks) * (states + 4 * stored_fields(problem))

    def repeat(self, problem, ranks, seconds):
        """Repetitions that take about so many seconds."""
        one = 1.4 * problem.point_layers(ranks) / self.speed
        return int(min(max(round(seconds / one), 1 if self.slow else 2), 50))


class Nadir(Program):
    """The program itself, with further words for it."""

    speed = 8e7
    words = ()

    def command(self, problem, ranks, repeat, output):
        words = [self.setup.nadir, "gradient", "case.toml", "--quiet", "--repeat", repeat]
        return launch.on_ranks([*words, "--output", output, *self.words], ranks)

    def read(self, path, fingerprint):
        with h5py.File(path) as file:
            report = {"version": f"nadir {file['provenance'].attrs['version']}"}
            report["version"] += f" ({file['provenance'].attrs['git_hash'][:10]})"
            for name in ("forward", "gradient"):
                report[name] = file[f"timing/{name}"][()].tolist()
            report["loss"] = float(file.attrs["loss"])
            if fingerprint:
                report |= fingerprint_of(file)
        path.with_suffix(".xdmf").unlink(missing_ok=True)
        return report


class PlainNadir(Nadir):
    """Without temporal blocking, where nadir has it."""

    words = ("--set", UNBLOCKED)

    def missing(self):
        if not accepts(self.setup.nadir, self.words):
            return (
                f"this nadir does not know {UNBLOCKED.split('=')[0]}: it has no other way to sweep"
            )


class Twin(Program):
    needs_build = True
    speed = 1.2e8

    def missing(self):
        return not_built(self.setup.build / "tests/peers/nadir-twin")

    def command(self, problem, ranks, repeat, output):
        in_memory = 4 * self.setup.last_level_cache // 8  # STREAM's own rule
        points = problem.points(ranks)
        words = [self.setup.build / "tests/peers/nadir-twin", "--points", points]
        words += ["--layers", problem.layers, "--samples", problem.samples]
        words += ["--fields", problem.coefficients if problem.varies else 0]
        words += ["--per-layer", int(problem.family == "layer"), "--repeat", repeat]
        triad = max(points, in_memory) if problem.size in ("dram", "weak") else points
        return launch.on_ranks([*words, "--triad", triad, "--output", output], ranks)

    def memory(self, problem, ranks):
        states = (problem.layers + 3) * problem.samples
        return 8 * problem.points(ranks) * (states + 2 * stored_fields(problem))


class Petsc(Program):
    needs_build = True
    slow = True
    jacobian = "assembled"
    speed = 4e6

    def missing(self):
        return not_built(self.setup.build / "tests/peers/nadir-petsc-ts")

    def command(self, problem, ranks, repeat, output):
        words = [self.setup.build / "tests/peers/nadir-petsc-ts"]
        words += ["--shape", ",".join(map(str, problem.shape(ranks))), "--layers", problem.layers]
        words += ["--samples", problem.samples, "--varies", problem.family, "--input", "fields.h5"]
        words += ["--jacobian", self.jacobian, "--repeat", repeat, "--output", output]
        return launch.on_ranks(words, ranks)

    def memory(self, problem, ranks):
        entries = 1 + 2 * problem.dimension + problem.coefficients
        matrices = 12 * entries * problem.points(ranks) if self.jacobian == "assembled" else 0
        stages = 8 * problem.layers * problem.points(ranks)
        return super().memory(problem, ranks) + stages + 2 * matrices


class PetscFree(Petsc):
    jacobian = "free"
    speed = 2e7


class PyTorch(Program):
    slow = True
    style = "formula"
    speed = 8e6
    stored = 12  # arrays that autograd keeps for a layer

    def __init__(self, setup):
        super().__init__(setup)
        self.python = python_with("torch", "h5py", "numpy")

    def missing(self):
        return None if self.python else "no Python here has torch, h5py and numpy"

    def command(self, problem, ranks, repeat, output):
        words = [self.python, "-B", ROOT / "tests/peers/torch_peer.py", "--input", "fields.h5"]
        words += ["--layers", problem.layers, "--dimension", problem.dimension]
        words += ["--varies", problem.family, "--style", self.style, "--threads", ranks]
        return [*words, "--repeat", repeat, "--output", output]

    def memory(self, problem, ranks):
        return super().memory(problem, ranks) + 8 * self.stored * problem.point_layers(ranks)


class TunedPyTorch(PyTorch):
    style = "weights"
    speed = 1e7
    stored = 10


PROGRAMS = {
    "nadir": Nadir,
    "nadir-plain": PlainNadir,
    "twin": Twin,
    "petsc-assembled": Petsc,
    "petsc-free": PetscFree,
    "pytorch": PyTorch,
    "pytorch-tuned": TunedPyTorch,
}


def stored_fields(problem):
    """Coefficient fields of all layers."""
    sets = {"constant": 0, "space": 1, "layer": problem.layers}
    return sets[problem.family] * problem.coefficients


def fingerprint_of(file):
    """Norm of the gradient and its product with the parameter, by parameter."""
    norm, along = {}, {}
    for name in PARAMETERS:
        gradient = file[f"gradient/{name}"][()].ravel()
        norm[name] = float(np.linalg.norm(gradient))
        along[name] = float(gradient @ file[f"parameters/{name}"][()].ravel())
    return {"gradient_norm": norm, "gradient_along": along}


def accepts(nadir, words):
    """Whether a case may say so, by the program's own reading of one."""
    case = ROOT / "inputs/diffusion-3d.toml"
    try:
        launch.run([nadir, "describe", case, "--quiet", *words], ROOT)
    except launch.Failure:
        return False
    return True


def not_built(path):
    return None if os.access(path, os.X_OK) else f"{path.name} has not been built"


def python_with(*modules):
    """An interpreter that has the modules, or None."""
    found = subprocess.run([ROOT / "tools/python-with", *modules], capture_output=True, text=True)
    return found.stdout.strip() or None
