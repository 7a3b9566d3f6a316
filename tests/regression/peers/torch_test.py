"""PyTorch's autograd gives the same loss and gradient as nadir, on tiny problems of the benchmark.

Every dimension, family and style of writing it. Left out (exit code 77) where there is no PyTorch.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / folder) for folder in ("tests/regression/support", "tests/peers", "tools/nadir_bench")]

try:
    import torch_peer
except ImportError:
    if os.environ.get("NADIR_LOOKED_FOR_TORCH"):
        raise
    finding = [ROOT / "tools/python-with", "torch", "h5py", "numpy"]
    python = subprocess.run(finding, capture_output=True, text=True).stdout.strip()
    if not python:
        print("no Python here has torch: nothing to compare with")
        sys.exit(77)
    os.environ["NADIR_LOOKED_FOR_TORCH"] = "1"
    os.execv(python, [python, *sys.argv])

import agreement  # noqa: E402
import inputs  # noqa: E402
import programs  # noqa: E402
from problems import Problem  # noqa: E402
from program import NADIR, expect, succeed  # noqa: E402

PROBLEMS = [
    Problem(1, "constant", 16, "tiny"),
    Problem(1, "layer", 1, "tiny"),
    Problem(2, "space", 16, "tiny"),
    Problem(2, "layer", 16, "tiny"),
    Problem(3, "constant", 1, "tiny"),
    Problem(3, "space", 1, "tiny"),
]


def compare(problem, folder):
    folder.mkdir()
    inputs.write(folder, problem, 1)
    succeed("gradient", "case.toml", "--repeat", "1", "--output", "result.h5", folder=folder)
    setup = programs.Setup(NADIR, ROOT, 0)
    expected = programs.Nadir(setup).read(folder / "result.h5", fingerprint=True)
    for style in torch_peer.STYLES:
        output = folder / "torch.json"
        torch_peer.main([
            "--input", str(folder / "fields.h5"), "--layers", str(problem.layers), "--dimension",
            str(problem.dimension), "--varies", problem.family, "--style", style, "--output", str(output),
        ])  # fmt: skip
        difference = agreement.difference(json.loads(output.read_text()), expected)
        print(f"{problem.name}, {style}: {difference:.1e}")
        expect(difference <= agreement.TOLERANCE, f"{problem.name}, {style}: not the gradient of nadir")


with tempfile.TemporaryDirectory() as name:
    for problem in PROBLEMS:
        compare(problem, Path(name) / problem.name)
