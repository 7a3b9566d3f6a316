"""Kernels that are no sweeps: Fourier transforms against sweeps, full matrices against what they are."""

import h5py
import numpy as np

from program import expect, succeed

RANKS = (1, 2, 3)

RING = """\
[grid]
shape = [18, 25]
spacing = [0.5, 1.0]
boundary = ["periodic", "periodic"]
[network]
layers = 3
activation = "tanh"
relaxation = 0.6
[kernel]
type = ["adr", "gaussian", "power-law"]
radius = 6
advection = { init = [0.1, -0.2], varies = ["layer"] }
diffusion = { init = 0.05 }
amplitude = { init = 0.4, varies = ["layer"] }
width = { init = 0.8 }
strength = { init = 0.05 }
length = { init = 1.1 }
exponent = { init = 3.7 }
[data]
input = { file = "fields.h5", dataset = "in" }
target = { file = "fields.h5", dataset = "out" }
[output]
layers = "all"
"""

MATRIX = """\
[grid]
shape = [6, 5]
boundary = ["reflect", "periodic"]
[network]
layers = 2
relaxation = 0.5
[kernel]
type = "dense"
weights = { init = { file = "small.h5", dataset = "W" }, varies = ["space"] }
[data]
input = { file = "small.h5", dataset = "in" }
target = { file = "small.h5", dataset = "out" }
[training]
optimizer = "bqnls"
iterations = 20
[output]
layers = "all"
"""


def close(what, found, expected, tolerance=1e-12):
    found, expected = np.asarray(found), np.asarray(expected)
    error = np.abs(found - expected).max() / np.abs(expected).max()
    expect(error <= tolerance, f"{what}: relative error {error:.1e}")


def gradient(folder, case, output, *options, ranks=1):
    out = succeed("gradient", case, "--output", output, *options, folder=folder, ranks=ranks).out
    with h5py.File(folder / output) as result:
        found = {name: values[()] for name, values in result["gradient"].items() if isinstance(values, h5py.Dataset)}
        return out, result["state"][()], {n: v for n, v in found.items() if n in result["parameters"]}


def test_convolutions(folder):
    """States and gradients both ways, on any number of ranks; auto takes one of them and says so."""
    random = np.random.default_rng(1)
    with h5py.File(folder / "fields.h5", "w") as file:
        file["in"], file["out"] = random.normal(size=(2, 2, 18, 25))
    (folder / "ring.toml").write_text(RING)
    _, states, slopes = gradient(folder, "ring.toml", "sweep.h5", "--set", "run.convolution=stencil")
    for ranks in RANKS:
        out, found, found_slopes = gradient(folder, "ring.toml", "fft.h5", "--set", "run.convolution=fft", ranks=ranks)
        expect("kernel by" not in out, out)
        close(f"states, {ranks} ranks", found, states)
        for name, slope in slopes.items():
            if name in ("advection", "diffusion", "amplitude", "width", "strength", "length", "exponent"):
                close(f"gradient of {name}, {ranks} ranks", found_slopes[name], slope, 1e-11)
    out, found, _ = gradient(folder, "ring.toml", "auto.h5", ranks=2)
    expect(out.count("kernel by ") == 1 and "ms for a product" in out, out)
    close("states of auto", found, states)
    out = succeed("gradient", "ring.toml", "--set", "run.convolution=fft", "--verify", folder=folder, ranks=2).out
    expect("the gradient is verified" in out, out)


def test_matrices(folder):
    """A full matrix goes through layers, training and interpretation as what it is."""
    random = np.random.default_rng(2)
    n = 30
    W = np.eye(n) + random.normal(size=(n, n)) / n
    x, y = random.normal(size=(2, 3, n))
    with h5py.File(folder / "small.h5", "w") as file:
        file["W"] = W.T.reshape(n, 6, 5)  # [source point, point]
        file["in"], file["out"] = x.reshape(3, 6, 5), y.reshape(3, 6, 5)
    (folder / "matrix.toml").write_text(MATRIX)
    for ranks in RANKS:
        _, states, slopes = gradient(folder, "matrix.toml", "m.h5", ranks=ranks)
        z1 = 0.5 * x + 0.5 * x @ W.T
        z2 = 0.5 * z1 + 0.5 * z1 @ W.T
        close(f"states, {ranks} ranks", states[:, 2].reshape(3, n), z2)
        back2 = 2 * (z2 - y)
        back1 = 0.5 * back2 + 0.5 * back2 @ W
        close("gradient", slopes["weights"].reshape(n, n).T, 0.5 * back2.T @ z1 + 0.5 * back1.T @ x)
    out = succeed("gradient", "matrix.toml", "--verify", folder=folder, ranks=2).out
    expect("the gradient is verified" in out, out)
    succeed("train", "matrix.toml", "--output", "t.h5", folder=folder, ranks=2)
    with h5py.File(folder / "t.h5") as result:
        loss = result["history/loss"][()]
        expect(loss[-1] < 1e-3 * loss[0], f"loss {loss}")
    out = succeed("describe", "matrix.toml", folder=folder).out
    expect("a full matrix has no symbol" in out and out.count("\nW ") == 1, out)
    succeed("interpret", "m.h5", "--output", "found.h5", folder=folder, ranks=2)
    with h5py.File(folder / "found.h5") as found:
        close("W_0", found["moments/value"][0, 0].ravel(), W.sum(axis=1))
