"""Run the cases of inputs/ with the program under test."""

import tempfile
from contextlib import contextmanager
from pathlib import Path

import h5py

ROOT = Path(__file__).resolve().parents[3]
INPUTS = ROOT / "inputs"
from program import expect, succeed  # noqa: F401


@contextmanager
def trained(name):
    """The open result file of `nadir train inputs/NAME.toml`."""
    with tempfile.TemporaryDirectory() as folder:
        words = ("train", INPUTS / f"{name}.toml", "--quiet", "--output", Path(folder) / "result.h5")
        succeed(*words, folder=folder)
        with h5py.File(Path(folder) / "result.h5") as result:
            yield result
