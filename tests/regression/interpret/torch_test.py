"""Weights trained in PyTorch: what they learned is read off them, and what they were before is random."""

import subprocess

import numpy as np
import pytest

from weights import ROOT, adr, expect, grid_options, interpret, read

torch = pytest.importorskip("torch")
import export_torch  # noqa: E402

N, R, U, D = 64, -0.05, 0.2, 0.3


def data(samples):
    """White noise and what advection, diffusion and decay make of it in one step."""
    z = torch.randn(samples, N, dtype=torch.float64)
    return z, z @ torch.from_numpy(adr((N,), (1.0,), R, [U], {(0, 0): D})).T


def train(model, z, target, evaluations):
    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=evaluations, history_size=20, tolerance_grad=1e-12,
                                  tolerance_change=1e-16, line_search_fn="strong_wolfe")  # fmt: skip

    def closure():
        optimizer.zero_grad()
        loss = ((model(z) - target) ** 2).mean()
        loss.backward()
        return loss

    optimizer.step(closure)
    return float(closure().detach())


class Convolution(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Conv1d(1, 1, 5, padding=2, padding_mode="circular", bias=False, dtype=torch.float64)

    def forward(self, z):
        return self.layer(z[:, None])[:, 0]


def near(found, expected, what, tolerance):
    error = np.abs(np.asarray(found) - expected).max()
    expect(error <= tolerance, f"{what}: off by {error:.2e}")


def export(folder, model, name):
    """As a user does: torch.save, then tools/export-torch."""
    torch.save(model.state_dict(), folder / "model.pt")
    run = subprocess.run([ROOT / "tools/export-torch", folder / "model.pt", folder / name], capture_output=True, text=True)
    expect(run.returncode == 0, run.stderr)
    return run.stdout


def test_convolution(folder):
    torch.manual_seed(1)
    model = Convolution()
    train(model, *data(50), 200)
    export(folder, model, "w.safetensors")
    out = interpret(folder, "w.safetensors", "--layout", "filters")
    found = read(folder / "found.h5")
    near(found["coefficients/R"], R, "convolution R", 1e-5)
    near(found["coefficients/U"], U, "convolution U", 1e-5)
    near(found["coefficients/D"], D, "convolution D", 1e-5)
    expect(found["effective_parameters"][0] == 3, out)


def test_network(folder):
    """Two equal layers of a linear network, trained together, are a step each; before that they are random."""
    torch.manual_seed(3)
    model = torch.nn.Sequential(torch.nn.Linear(N, N, dtype=torch.float64), torch.nn.Linear(N, N, dtype=torch.float64))
    export(folder, model, "before.npz")
    verdicts = []
    for name in ("0.weight", "1.weight"):
        interpret(folder, "before.npz", "--dataset", name, *grid_options((N,), (1,)))
        verdicts.append(int(read(folder / "found.h5")["random/verdict"][0]))
    expect(verdicts == [1, 1], f"initial weights are random: {verdicts}")
    with torch.no_grad():
        for layer in model:
            layer.weight.add_(torch.eye(N, dtype=torch.float64))
    z, target = data(400)
    loss = train(model, z, target, 400)
    expect(loss < 1e-6, f"training stopped at a loss of {loss}")
    product = (model[1].weight @ model[0].weight).detach()
    export_torch.export({"both": product, "steps": torch.tensor(3)}, folder / "both.safetensors")
    out = interpret(folder, "both.safetensors", *grid_options((N,), (1,)))
    found = read(folder / "found.h5")
    near(found["coefficients/R"][0].mean(), R, "network R", 2e-3)
    near(found["coefficients/U"][0].mean(), U, "network U", 2e-2)
    near(found["coefficients/D"][0].mean(), D, "network D", 0.2)
    expect(found["random/verdict"][0] == 0, out)
    expect(found["explained"][0, 2] > 0.99, out)


def test_files(folder):
    """Types are kept, other tensors left out, and what is no state dict is refused in a line."""
    state = {"a": torch.ones(2, 2, dtype=torch.bfloat16), "count": torch.tensor(3), "b": torch.full((60, 60), 0.5).half()}
    torch.save({"state_dict": state, "epoch": 3}, folder / "checkpoint.pt")
    listing = subprocess.run([ROOT / "tools/export-torch", folder / "checkpoint.pt", "--list"], capture_output=True, text=True)
    expect("BF16" in listing.stdout and "count" not in listing.stdout, listing)
    for name in ("t.safetensors", "t.npz"):
        export_torch.export(state, folder / name)
        interpret(folder, name, "--dataset", "a", "--shape", "2", "--boundary", "open")
        near(read(folder / "found.h5")["moments/value"][0, 0], 2, name, 0)
    model = torch.nn.Sequential(torch.nn.Linear(5, 4), torch.nn.BatchNorm1d(4))
    torch.jit.script(model).save(folder / "script.pt")
    run = subprocess.run([ROOT / "tools/export-torch", "script.pt", "script.npz"], cwd=folder, capture_output=True, text=True)
    expect(run.returncode == 0 and not run.stderr, run)
    stored, wanted = np.load(folder / "script.npz"), export_torch.floating(model)
    expect(set(stored) == set(wanted) and "1.num_batches_tracked" not in stored, f"TorchScript: {set(stored)}")
    for name, tensor in wanted.items():
        expect(np.array_equal(stored[name], tensor.numpy()), f"TorchScript: {name}")
    whole = (folder / "script.pt").read_bytes()
    (folder / "cut.pt").write_bytes(whole[: len(whole) // 2])
    torch.save(model, folder / "whole.pt")
    (folder / "text.pt").write_text("no model")
    for words, message in (
        (["text.pt", "x.npz"], "not a state dict"),
        (["whole.pt", "x.npz"], "not a state dict"),
        (["cut.pt", "x.npz"], "not a state dict"),
        (["none.pt", "x.npz"], "No such file"),
        (["checkpoint.pt", "x.txt"], "must end in .safetensors or .npz"),
    ):
        run = subprocess.run([ROOT / "tools/export-torch", *words], cwd=folder, capture_output=True, text=True)
        expect(run.returncode == 2 and message in run.stderr and run.stderr.count("\n") == 1, run)
