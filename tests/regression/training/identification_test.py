"""Fields of R, U and D found from four samples: in few evaluations, the fewer the finer the grid, whatever the
spacing, and in many more from a multiple of the identity."""

import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

from program import expect, succeed

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tools" / "nadir_data"))
import identification  # noqa: E402



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
        identification.write(folder, f"fields-{n}", n, 1.0)
        needed[n] = evaluations(folder, f"fields-{n}")
    expect(needed[32] <= 25 and needed[64] <= needed[32], f"evaluations by grid: {needed}")
    plain = evaluations(folder, "fields-64", "--set", "training.initial_hessian=identity")
    expect(plain >= 2 * needed[64], f"{plain} from the identity, {needed[64]} from the model")


@pytest.mark.parametrize("spacing", [1 / 32, 1000.0])
def test_any_spacing(folder, spacing):
    identification.write(folder, "grid", 32, 1.0)
    identification.write(folder, "units", 32, spacing)
    expect(evaluations(folder, "grid") == evaluations(folder, "units"), f"other evaluations with spacing {spacing}")
