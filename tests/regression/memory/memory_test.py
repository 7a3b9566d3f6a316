"""`nadir describe` predicts the memory a command adds after start-up to 10 %, for cases of 512 MB and more.

Added is the peak of the resident memory beyond that of the same command on an 8 x 8 grid.
NADIR_TEST_FULL=1 also goes through all optimisers and shapes in which other parts dominate.
"""

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import h5py
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools" / "nadir_bench"))
from peak_memory import measured, peak_in  # noqa: E402
import reference_page  # noqa: E402
from program import ENVIRONMENT, FULL, NADIR, expect, succeed  # noqa: E402

TOLERANCE = 0.10
SMALLEST = 512e6  # bytes; below it the prediction is not held to its tolerance
UNITS = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


@dataclass(frozen=True)
class Case:
    command: str
    shape: tuple
    layers: int
    varies: tuple = ("space",)
    optimizer: str = "bqnls"
    samples: int = 1
    options: str = ""  # of every parameter
    target: str = ""  # more keys of the target
    memory: str = "auto"  # for states
    run: str = ""  # more keys of [run]
    network: str = ""  # more keys of [network]
    iterations: int = 3

    def write(self, folder):
        random = np.random.default_rng(5)
        with h5py.File(folder / "fields.h5", "w") as file:
            for name in ("x", "y"):
                file.create_dataset(name, (self.samples, *self.shape), "f8")
                for sample in range(self.samples):
                    file[name][sample] = random.normal(size=self.shape)
        varies = ", ".join(f'"{axis}"' for axis in self.varies)
        parameter = lambda init: f"{{ init = {init}, varies = [{varies}]{self.options} }}"  # noqa: E731
        tensor = "isotropic" if len(self.shape) == 1 else "full"
        lines = [
            "[grid]",
            f"shape = {list(self.shape)}",
            f"boundary = {['reflect'] * len(self.shape)}",
            f'[network]\nlayers = {self.layers}\nactivation = "tanh"\n{self.network}',
            f"bias = {parameter(0.01)}\nrelaxation = {parameter(0.9)}",
            f'[kernel]\ndiffusion_tensor = "{tensor}"\nreaction = {parameter(0.01)}',
            f"advection = {parameter(0.05)}\ndiffusion = {parameter(0.05)}",
            '[data]\ninput = { file = "fields.h5", dataset = "x" }',
            f'target = {{ file = "fields.h5", dataset = "y"{self.target} }}',
            f'[training]\noptimizer = "{self.optimizer}"\niterations = {self.iterations}',
            f'[run]\nmemory = "{self.memory}"\n{self.run}',
        ]
        (folder / "case.toml").write_text("\n".join(lines) + "\n")

    def peak(self):
        """Bytes resident at most, and the description of the case."""
        with tempfile.TemporaryDirectory() as name:
            self.write(Path(name))
            words = measured([NADIR, self.command, "case.toml", "--quiet"])
            run = subprocess.run(words, cwd=name, env={**ENVIRONMENT, **os.environ}, capture_output=True, text=True)
            expect(run.returncode == 0, f"{self}: {run.stdout}{run.stderr}")
            described = succeed("describe", "case.toml", folder=name).out
            return peak_in(run.stdout), described


def predicted(command, description):
    """Bytes of a command's line, which must be the sum of its parts."""
    line = re.search(rf"^  {command} +([\d.]+) (\w+)  \((.+)\)$", description, re.M)
    expect(line, f"no line of memory for {command} in\n{description}")
    total = float(line[1]) * UNITS[line[2]]
    parts = re.findall(r"([\d.]+) (B|KiB|MiB|GiB)(?:,|$)", line[3])
    expect(abs(sum(float(n) * UNITS[u] for n, u in parts) / total - 1) < 0.02, f"parts and total: {line[0]}")
    return total


def check(case):
    start, _ = replace(case, shape=(8,) * len(case.shape), layers=2, samples=1).peak()
    peak, description = case.peak()
    added, expected = peak - start, predicted(case.command, description)
    ratio = expected / added
    print(f"{case.command} {case.optimizer} {case.shape} x {case.layers}, {case.samples} samples: added "
          f"{added / 1e6:.0f} MB, predicted {expected / 1e6:.0f} MB, ratio {ratio:.3f}", flush=True)  # fmt: skip
    expect(added > SMALLEST, f"{case} is too small to be judged")
    expect(abs(ratio - 1) <= TOLERANCE, f"{case}: predicted {expected:.4g} for {added:.4g} bytes\n{description}")


both = ("space", "layer")
CASES = [
    Case("gradient", (512, 512), 250),  # the states dominate
    Case("train", (640, 640), 2),  # the optimiser's vectors dominate
    Case("train", (1300, 1300), 8, (), options=", penalty = { h1 = 0.1 }"),  # the model of numbers
    Case("gradient", (512, 512), 500, run='state_precision = "single"'),
    Case("gradient", (1300, 1300), 60, memory="300 MiB", run='scratch = "."'),
]
if FULL:
    CASES += [
        Case("forward", (512, 512), 16, both),
        Case("forward", (512, 512), 3, (), samples=125),  # the data dominate
        Case("forward", (1500, 1500), 2, (), samples=10, target=', mask = { file = "fields.h5", dataset = "x" }'),
        Case("gradient", (512, 512), 3, (), samples=125, target=", withhold = { fraction = 0.2, seed = 1 }"),
        Case("gradient", (400, 400), 16, both),
        Case("gradient", (1300, 1300), 100, memory="300 MiB"),
        Case("gradient", (1300, 1300), 100, memory="300 MiB", run='state_precision = "single"\nscratch = "."'),
        Case("train", (512, 512), 500, run='state_precision = "single"'),
        Case("gradient", (100, 100, 100), 12),
        Case("gradient", (1300, 1300), 4, network='scheme = "rk4"\nnormalisation = "project"'),
        Case("gradient", (2000000,), 12),
        Case("gradient", (1300, 1300), 1, options=", penalty = { l2 = 0.1, h1 = 0.1 }"),
    ]
    few_vectors = ("bqnls", "cg", "steepest-descent", "adam")
    CASES += [Case("train", (1100,) * 2 if o in few_vectors else (600,) * 2, 2, optimizer=o) for o in reference_page.names("Optimizers")]
    # A second step through so many layers may leave the range of numbers.
    CASES += [Case("train", (300, 300), 900, optimizer=o, iterations=1) for o in reference_page.names("Optimizers")]
    bounds = ", bounds = [-5.0, 5.0], penalty = { l2 = 0.1 }"
    CASES += [Case("train", (1100, 1100), 1, optimizer=o, options=bounds) for o in ("steepest-descent", "adam")]
    CASES += [Case("train", (600, 600), 2, optimizer=o, options=bounds) for o in ("bqnls", "blmvm", "bncg")]
    pairs = ", penalty = { h1 = 0.1, tv = 0.1 }"
    CASES += [Case("train", (600, 600), 2, options=pairs), Case("train", (200, 200), 16, both, options=pairs)]


def name_of(case):
    return f"{case.command}-{case.optimizer}-{'x'.join(map(str, case.shape))}x{case.layers}"


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_memory(case):
    check(case)
