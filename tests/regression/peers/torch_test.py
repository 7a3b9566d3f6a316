"""PyTorch's autograd gives the same loss and gradient as nadir, on tiny problems of the benchmark.

Every dimension, family and style of writing it. Left out where there is no PyTorch.
"""

import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / folder) for folder in ("tests/peers", "tools/nadir_bench")]

torch_peer = pytest.importorskip("torch_peer")  # and with it PyTorch
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


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)
def test_gradient(problem, folder):
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
