"""tools/plot as its tests call it."""

import contextlib
import importlib.util
import io
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PLOT = ROOT / "tools" / "nadir_plot"
sys.path.insert(0, str(PLOT))
# In this process: the libraries are loaded once, not for every result.
plot_of = importlib.util.spec_from_file_location("nadir_plot", PLOT / "__main__.py")
nadir_plot = importlib.util.module_from_spec(plot_of)
plot_of.loader.exec_module(nadir_plot)

import fields  # noqa: E402, F401
import film  # noqa: E402, F401
from program import NADIR, expect, succeed  # noqa: E402, F401
from result import Result  # noqa: E402, F401


def plot(result, *options):
    """Draw as the command line does, in few pixels; the folder of the pictures."""
    folder = result.with_suffix("")
    words = [result, "--output", folder, "--dpi", "60", *options]
    with contextlib.redirect_stdout(io.StringIO()):
        nadir_plot.main([str(word) for word in words])
    return folder


def refused(*words, lines=1):
    """What tools/plot says when it must refuse, in one line; of words on the command line, in several."""
    command = [str(word) for word in (ROOT / "tools" / "plot", *words)]
    run = subprocess.run(command, capture_output=True, text=True)
    expect(run.returncode == 2, f"{command}: exit code {run.returncode}\n{run.stderr}")
    expect(lines is None or run.stderr.count("\n") == lines, f"more than a line: {run.stderr}")
    return run.stderr
