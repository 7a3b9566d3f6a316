"""The examples whose coefficients are known find them: inputs/data/NAME.h5:/truth is the judge."""

import h5py
import numpy as np
import pytest

from running import INPUTS, expect, trained


# Largest error of a coefficient, relative to the largest coefficient of its kind.
TOLERANCE = {
    "identify-1d": 1e-6,
    "dispersion-1d": 1e-5,
    "inhibition-1d": 1e-4,
    "galerkin-1d": 1e-4,
    "full-tensor-2d": 1e-3,
    "diffusion-3d": 1e-4,
    "convection-diffusion": 1e-4,
    "steady-states": 1e-4,
}
REAL_DATA = {"sst", "seasons"}  # judged in sst_test.py
OTHERS = ("attractor-", "schemes-")  # judged in attractor_test.py and schemes_test.py


def test_every_case_has_a_test():
    cases = {path.stem for path in INPUTS.glob("*.toml") if not path.stem.startswith(OTHERS)}
    expect(cases == set(TOLERANCE) | REAL_DATA, f"cases without a test, or the reverse: {cases}")


@pytest.mark.parametrize("name, tolerance", TOLERANCE.items())
def test_known(name, tolerance):
    with h5py.File(INPUTS / "data" / f"{name}.h5") as data, trained(name) as result:
        for parameter, truth in data["truth"].items():
            found, truth = result["parameters"][parameter][()], truth[()]
            expect(
                found.shape == truth.shape, f"{name} {parameter}: {found.shape}, not {truth.shape}"
            )
            error = np.abs(found - truth).max() / np.abs(truth).max()
            print(f"{name:22} {parameter:10} relative error {error:.1e} (at most {tolerance:.0e})")
            expect(error <= tolerance, f"{name}: {parameter} off by {error:.2e} > {tolerance}")
        loss = result["history/loss"]
        expect(loss[-1] < 1e-8 * loss[0], f"{name}: loss fell from {loss[0]} to {loss[-1]} only")
