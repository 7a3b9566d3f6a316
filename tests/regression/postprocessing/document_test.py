"""Every command and program of docs/reading-results.md, run in the order they stand there.

The case is the README's, with its fields, cut short after a few iterations.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from program import ENVIRONMENT, NADIR, expect

ROOT = Path(__file__).resolve().parents[3]
PATHS = f"{NADIR.parent}:{ROOT / 'tools'}:{os.environ['PATH']}"


def blocks(document):
    """(kind, text) of every fenced block."""
    text = (ROOT / document).read_text()
    return [(m[1], m[2]) for m in re.finditer(r"^```(\w*)\n(.*?)^```", text, re.M | re.S)]


def run(command, folder, settings):
    done = subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True)
    expect(done.returncode == 0, f"{command[-1]}\nexit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def exported(text, settings):
    """The settings after the commands of a block that is meant for the checkout."""
    script = text + "\nenv -0"
    out = run(["bash", "-euo", "pipefail", "-c", script], ROOT, settings)
    return dict(line.split("=", 1) for line in out.split("\0") if "=" in line)


def prepare(folder, settings):
    """The README's fields.h5 and my.toml."""
    readme = blocks("README.md")
    fields = next(text for kind, text in readme if kind == "python")
    case = next(text for kind, text in readme if kind == "toml")
    run([sys.executable, "-c", fields], folder, settings)
    (folder / "my.toml").write_text(case + "\n[training]\niterations = 2\n")


def run_document(document, folder, settings):
    kinds = []
    said = ""
    for kind, text in blocks(document):
        kinds.append(kind)
        expect(kind in ("sh", "python"), f"{document}: nobody runs a block marked '{kind}'")
        if kind == "python":
            said += run([sys.executable, "-B", "-c", text], folder, settings)
        elif "$PWD" in text:
            settings = exported(text, settings)
        else:
            said += run(["bash", "-euo", "pipefail", "-c", text], folder, settings)
    expect(kinds.count("sh") == 8 and kinds.count("python") == 5, f"{document}: blocks are {kinds}")
    return said


def test_reading_results(folder):
    settings = {**ENVIRONMENT, **os.environ, "PATH": PATHS}
    prepare(folder, settings)
    said = run_document("docs/reading-results.md", folder, settings)
    for made in ("sweep-pictures/sweep.png", "all-layers-pictures/film.gif", "my-overview.svg"):
        expect((folder / "results" / made).exists(), f"no {made}")
    for promised in ("0 different", "exit code 1", "per unit of time", "kernel.diffusion.init"):
        expect(promised in said, f"the document's commands do not say '{promised}':\n{said}")
