"""The committed data are what the tools make, and what they say they are."""

import subprocess
from pathlib import Path

import h5py
import numpy as np
import pytest

from running import INPUTS, ROOT, expect

DATA = INPUTS / "data"
KNOWN = ["identify-1d", "inhibition-1d", "galerkin-1d", "dispersion-1d", "full-tensor-2d", "diffusion-3d"]
KNOWN += ["convection-diffusion", "steady-states"]


def datasets(path):
    """All datasets of a file in memory, by their path."""
    found = {}

    def keep(name, item):
        if isinstance(item, h5py.Dataset):
            found[name] = item[()]

    with h5py.File(path) as file:
        file.visititems(keep)
    return found


def compare(made, committed, tolerance):
    """Same datasets; values to a tolerance, as Fourier transforms differ in the last digit."""
    left, right = datasets(made), datasets(committed)
    expect(
        left.keys() == right.keys(), f"{committed.name}: {sorted(left)} made, {sorted(right)} there"
    )
    for name in left:
        same = np.allclose(left[name], right[name], rtol=0, atol=tolerance)
        expect(same, f"{committed.name}: /{name} is not what the tool makes")


def test_sst():
    with h5py.File(DATA / "sst.h5") as file:
        sst, mask = file["sst"], file["mask"][()]
        expect(sst.shape == (12, 90, 180) and mask.shape == (90, 180), "sst.h5: shapes")
        expect(mask.sum() == 7410, f"sst.h5: {mask.sum()} ocean points")
        expect(np.isfinite(sst[()]).all(), "sst.h5: missing values")
        expect(-3 < sst[()].min() and sst[()].max() < 35, "sst.h5: not sea temperatures in degC")
        expect(
            sst.attrs["units"] == "degC" and "Public domain" in file.attrs["license"],
            "sst.h5: attributes",
        )
        # Warm in the tropics, and land filled with values of the sea of the same month.
        expect(sst[0, 45][mask[45] > 0].min() > 20, "sst.h5: the equator is cold")
        for month in sst[()]:
            expect(
                set(month[mask == 0]) <= set(month[mask == 1]),
                "sst.h5: land not filled from the sea",
            )


def test_examples(folder):
    subprocess.run([ROOT / "tools" / "make-examples", "--output", folder], check=True)
    for name in [*KNOWN, "attractors", "schemes-1d"]:
        compare(folder / f"{name}.h5", DATA / f"{name}.h5", 1e-6)


def test_tool(folder):
    """prepare-sst from its source, where the package of the source is installed."""
    source = Path("/usr/share/ferret-vis/data/coads_climatology.cdf")
    if not source.is_file():
        pytest.skip("ferret-datasets is not installed: sst.h5 is not made again here")
    made = folder / "sst.h5"
    subprocess.run([ROOT / "tools" / "prepare-sst", "--output", made], check=True)
    compare(made, DATA / "sst.h5", 0)


def test_refusals(folder):
    """A missing source and an unknown example are said, and nothing is left behind."""
    cases = [
        (
            ["prepare-sst", "--source", folder / "none.cdf", "--output", folder / "none.h5"],
            "no such file",
        ),
        (["make-examples", "--output", folder / "none", "nosuch"], "unknown example"),
    ]
    for (tool, *arguments), words in cases:
        run = subprocess.run([ROOT / "tools" / tool, *arguments], capture_output=True, text=True)
        expect(
            run.returncode != 0 and words in run.stderr, f"{tool}: {run.returncode} {run.stderr}"
        )
    expect(not list(folder.glob("none*")), "a refused run left files")
