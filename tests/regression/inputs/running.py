"""Run the cases of inputs/ with the program under test."""

import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import h5py

ROOT = Path(__file__).resolve().parents[3]
INPUTS = ROOT / "inputs"


@contextmanager
def trained(name):
    """The open result file of `nadir train inputs/NAME.toml`."""
    with tempfile.TemporaryDirectory() as folder:
        command = [Path(sys.argv[1]).resolve(), "train", INPUTS / f"{name}.toml", "--quiet"]
        command += ["--output", Path(folder) / "result.h5"]
        run = subprocess.run([str(c) for c in command], cwd=folder, capture_output=True, text=True)
        if run.returncode != 0:
            raise AssertionError(f"{name}: exit code {run.returncode}\n{run.stdout}{run.stderr}")
        with h5py.File(Path(folder) / "result.h5") as result:
            yield result


def expect(condition, message):
    """An assertion that survives python -O and says what was found."""
    if not condition:
        raise AssertionError(message)
