"""The layers of nadir in PyTorch: eager, double precision, gradients by autograd.

The fields are read from the file nadir reads; tools/bench gives the words. Written in two styles:
`formula` as the equation reads, with bias and relaxation, and `weights` as quick as the same
operations can be made (the weights of the neighbours made once where layers share them, a fused
multiply-add for each neighbour, nothing for b = 0 and omega = 1). Neighbours come from torch.roll:
padding and slicing is slower, for the derivative of a slice is a full array of zeros.
"""

import argparse
import json
import time

import h5py
import torch
from torch.nn.functional import pad

PARAMETERS = ("reaction", "advection", "diffusion")


def arguments(words):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--input", required=True, help="HDF5 file of the problem")
    parser.add_argument("--layers", type=int, required=True)
    parser.add_argument("--dimension", type=int, required=True)
    parser.add_argument("--varies", choices=("constant", "space", "layer"), required=True)
    parser.add_argument("--style", choices=STYLES, default="formula")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--output", required=True, help="JSON file")
    return parser.parse_args(words)


class Chain:
    """R, U and D of all layers, and the states they make."""

    def __init__(self, file, options):
        self.layers, self.d = options.layers, options.dimension
        self.per_layer = options.varies == "layer"
        self.parameters = {name: torch.as_tensor(file[name][()]) for name in PARAMETERS}
        for parameter in self.parameters.values():
            parameter.requires_grad_(True)

    def of_layer(self, layer):
        """R, the list of U by axis, D."""
        R, U, D = (p[layer] if self.per_layer else p for p in self.parameters.values())
        return R, [U] if self.d == 1 else list(U), D

    def loss(self, z, target):
        made = self.coefficients(0)
        for layer in range(self.layers):
            if self.per_layer and layer > 0:
                made = self.coefficients(layer)
            z = self.step(z, *made)
        return ((z - target) ** 2).sum()

    def gradient(self, z, target):
        """The loss, and the derivatives in `.grad` of the parameters."""
        for parameter in self.parameters.values():
            parameter.grad = None
        loss = self.loss(z, target)
        loss.backward()
        return loss


class Formula(Chain):
    """z <- (1 - omega) z + omega tanh(z + R z - U.grad z + D lap z - b)."""

    omega, bias = 1.0, 0.0

    def coefficients(self, layer):
        return self.of_layer(layer)

    def step(self, z, R, U, D):
        slopes, laplacian = [], -2 * self.d * z
        for axis in range(1, 1 + self.d):
            after, before = torch.roll(z, -1, axis), torch.roll(z, 1, axis)
            slopes.append((after - before) / 2)
            laplacian = laplacian + after + before
        transport = sum(u * slope for u, slope in zip(U, slopes))
        Z = z + R * z - transport + D * laplacian - self.bias
        return (1 - self.omega) * z + self.omega * torch.tanh(Z)


class Weights(Chain):
    """z <- tanh(W z) from the weights of W: of the point itself, and of two neighbours by axis."""

    def coefficients(self, layer):
        R, U, D = self.of_layer(layer)
        return 1 + R - 2 * self.d * D, [(D + 0.5 * u, D - 0.5 * u) for u in U]

    def step(self, z, here, neighbours):
        Z = here * z
        for axis, (before, after) in enumerate(neighbours, start=1):
            Z = torch.addcmul(Z, before, torch.roll(z, 1, axis))
            Z = torch.addcmul(Z, after, torch.roll(z, -1, axis))
        return torch.tanh(Z)


STYLES = {"formula": Formula, "weights": Weights}


def seconds_of(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main(words=None):
    options = arguments(words)
    torch.set_num_threads(options.threads)
    with h5py.File(options.input) as file:
        chain = STYLES[options.style](file, options)
        z, target = (torch.from_numpy(file[name][()]) for name in ("input", "target"))

    def forward():
        with torch.no_grad():
            return chain.loss(z, target)

    loss = float(chain.gradient(z, target).detach())  # the warm-up
    times = {"forward": [], "gradient": []}
    for _ in range(options.repeat):
        times["forward"].append(seconds_of(forward))
        times["gradient"].append(seconds_of(lambda: chain.gradient(z, target)))
    report = {"version": f"PyTorch {torch.__version__}", **times, "loss": loss}
    with torch.no_grad():
        named = chain.parameters.items()
        report["gradient_norm"] = {name: float(p.grad.norm()) for name, p in named}
        report["gradient_along"] = {name: float((p.grad * p).sum()) for name, p in named}
    with open(options.output, "w") as file:
        json.dump(report, file, indent=2)


if __name__ == "__main__":
    main()
