"""Every command and program of README.md, docs/result-file.md, docs/restart.md,
docs/reproducibility.md, docs/attractor.md, docs/interpret.md and docs/sst.md, run in their order.

Blocks marked sh, python and toml are run (toml is written to the file named before it) in an empty
folder. Indented commands are those of the README's second section, which continuous integration runs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

from program import NADIR

ROOT = Path(__file__).resolve().parents[3]
ENVIRONMENT = dict(os.environ, PATH=f"{NADIR.parent}:{ROOT / 'tools'}:{os.environ['PATH']}")


def blocks(document):
    """(kind, text, file named last before it) of every marked block."""
    text = (ROOT / document).read_text()
    for match in re.finditer(r"^```(sh|python|toml)\n(.*?)^```", text, re.M | re.S):
        names = re.findall(r"`([\w-]+\.toml)`", text[: match.start()])
        yield match[1], match[2], names[-1] if names else None


def run(command, folder, what):
    result = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True)
    if result.returncode != 0:
        pytest.fail(f"{what}\nexit code {result.returncode}\n{result.stdout[-3000:]}{result.stderr[-3000:]}")
    return result.stdout


def run_document(document, folder, said=None):
    """Run all blocks; what the programs print is added to `said`. The number of blocks."""
    count = 0
    said = [] if said is None else said
    for kind, text, name in blocks(document):
        count += 1
        if kind == "toml":
            (folder / name).write_text(text)
        elif kind == "python":
            said.append(run([sys.executable, "-c", text], folder, f"{document}:\n{text}"))
        else:
            start = ROOT if "$PWD" in text else folder  # the one block meant for the checkout
            said.append(run(["bash", "-euo", "pipefail", "-c", text], start, f"{document}:\n{text}"))
    return count


def test_readme(folder):
    if run_document("README.md", folder) < 6:
        pytest.fail("README.md: blocks are missing, or their marks")
    with h5py.File(folder / "results/my.h5") as result:
        drift = 10 * result["parameters/advection"][...]
        variance = 20 * float(result["parameters/diffusion"][()])
        error = np.abs(result["state"][0, -1] - result["target"][0]).max()
    # What the README promises its reader.
    np.testing.assert_allclose(drift, [3, 6], rtol=0.03)
    np.testing.assert_allclose(variance, 6 + np.mean(drift**2) / 20, rtol=0.1)
    np.testing.assert_array_less(error, 0.02)
    for path in ("results/my.xdmf", "results/my.csv", "results/my-pictures/overview.png"):
        if not (folder / path).exists():
            pytest.fail(f"README.md: no {path}")


def test_result_file(folder):
    run(["nadir", "train", str(ROOT / "inputs/sst.toml"), "--set", "training.iterations=3", "--quiet",
         "--output", "results/result.h5"], folder, "a result to read")
    if run_document("docs/result-file.md", folder) < 2:
        pytest.fail("docs/result-file.md: blocks are missing, or their marks")


def test_restart(folder):
    if run_document("docs/restart.md", folder) != 4:
        pytest.fail("docs/restart.md: blocks are missing, or their marks")
    with h5py.File(folder / "results/train.h5") as result:
        numbers = result["history/iteration"][...]
        np.testing.assert_array_equal(numbers, np.arange(len(numbers)))
        if len(numbers) <= 17:  # those of the command before
            pytest.fail("docs/restart.md: the last command has not gone on")


def test_reproducibility(folder):
    (folder / "inputs").symlink_to(ROOT / "inputs")
    if run_document("docs/reproducibility.md", folder) != 1:
        pytest.fail("docs/reproducibility.md: blocks are missing, or their marks")


def test_attractor(folder):
    (folder / "inputs").symlink_to(ROOT / "inputs")
    if run_document("docs/attractor.md", folder) != 8:
        pytest.fail("docs/attractor.md: blocks are missing, or their marks")
    if not (folder / "results/attractor-bistable-pictures/attractors.png").exists():
        pytest.fail("docs/attractor.md: no picture of the attractors")


def test_interpret(folder):
    text = (ROOT / "inputs/identify-1d.toml").read_text()
    (folder / "case.toml").write_text(text.replace("data/", f"{ROOT}/inputs/data/"))
    if run_document("docs/interpret.md", folder) != 5:
        pytest.fail("docs/interpret.md: blocks are missing, or their marks")
    with h5py.File(folder / "results/weights-interpretation.h5") as found:
        velocity = 0.2 + 0.1 * np.sin(2 * np.pi * np.arange(64) / 64)
        np.testing.assert_allclose(found["coefficients/U"][0], velocity, rtol=1e-12)
        np.testing.assert_array_equal(found["random/verdict"][:], [0])
    with h5py.File(folder / "results/random.h5") as found:
        np.testing.assert_array_equal(found["random/verdict"][:], [1, 1, 1])
    if not (folder / "results/weights-interpretation-report/index.html").exists():
        pytest.fail("docs/interpret.md: no page")


def numbers(lines):
    """{first word of a line: its numbers}, of the lines that have any."""
    found = {line.split()[0]: re.findall(r"\d+\.\d+", line) for line in lines if line.strip()}
    return {name: np.array(texts, dtype=float) for name, texts in found.items() if texts}


def tables(document):
    """The numbers a document shows as printed, a dictionary for each indented block."""
    text = re.sub(r"^```.*?^```", "", (ROOT / document).read_text(), flags=re.M | re.S)
    return [numbers(block.splitlines()) for block in re.findall(r"(?:^    \S.*\n)+", text, re.M)]


def test_sst(folder):
    (folder / "inputs").symlink_to(ROOT / "inputs")
    said = []
    if run_document("docs/sst.md", folder, said) != 4:
        pytest.fail("docs/sst.md: blocks are missing, or their marks")
    shown, printed = tables("docs/sst.md"), [numbers(said[i].splitlines()) for i in (1, 3)]
    for wanted, found in zip(shown, printed, strict=True):
        for field in wanted:  # the digits of an optimiser's last iterations are not promised
            np.testing.assert_allclose(found[field], wanted[field], rtol=0.1, err_msg=f"docs/sst.md: {field}")
    page = (folder / "results/sst-interpretation-report/index.html").read_text()
    for promised in ("That is how it was made and not a finding", "numbers to describe it", "open end",
                     "One layer", "points have neither a target"):  # fmt: skip
        if promised not in page:
            pytest.fail(f"docs/sst.md: '{promised}' is not on the page")
    for made in ("overview.png", "film.gif"):
        if not (folder / "results/sst-pictures" / made).exists():
            pytest.fail(f"docs/sst.md: no {made}")
