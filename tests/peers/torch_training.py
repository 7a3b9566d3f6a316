"""The training of tools/nadir_data/identification.py in PyTorch: the same loss, by Adam or L-BFGS.

tools/bench --training gives the words. Writes seconds, evaluations and losses as they went.
"""

import argparse
import json
import time

import h5py
import torch
from torch_peer import Weights


class Layers(Weights):
    """z <- (1 - omega) z + omega tanh(W z) with R = 0, U = 0 and D = `start` at first."""

    def __init__(self, shape, layers, omega, start):
        self.layers, self.d, self.per_layer, self.omega = layers, 2, False, omega
        zeros = {"reaction": shape, "advection": (2, *shape), "diffusion": shape}
        self.parameters = {name: torch.zeros(size, dtype=torch.float64) for name, size in zeros.items()}
        self.parameters["diffusion"] += start
        for parameter in self.parameters.values():
            parameter.requires_grad_(True)

    def step(self, z, here, neighbours):
        return (1 - self.omega) * z + self.omega * super().step(z, here, neighbours)


class Record:
    """What a training has come to, without the time of recording."""

    def __init__(self):
        self.start, self.rows = time.perf_counter(), []

    def add(self, loss):
        self.rows.append((time.perf_counter() - self.start, float(loss)))


def train(chain, z, target, options):
    record = Record()
    parameters = list(chain.parameters.values())

    def closure():
        loss = chain.gradient(z, target)
        record.add(loss.detach())
        return loss

    if options.method == "adam":
        optimizer = torch.optim.Adam(parameters, lr=options.rate)
    else:
        optimizer = torch.optim.LBFGS(parameters, max_iter=options.evaluations, max_eval=options.evaluations,
                                      history_size=10, line_search_fn="strong_wolfe",
                                      tolerance_grad=0, tolerance_change=0)  # fmt: skip
    while len(record.rows) < options.evaluations:
        before = len(record.rows)
        optimizer.step(closure)
        if options.method == "lbfgs" and len(record.rows) - before <= 1:
            break  # it has given up
    return record.rows


def main(words=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--input", required=True, help="HDF5 file with x and y")
    parser.add_argument("--layers", type=int, required=True)
    parser.add_argument("--omega", type=float, required=True)
    parser.add_argument("--start", type=float, required=True, help="of D")
    parser.add_argument("--method", choices=("adam", "lbfgs"), required=True)
    parser.add_argument("--rate", type=float, default=1e-3, help="of adam")
    parser.add_argument("--evaluations", type=int, required=True)
    parser.add_argument("--output", required=True, help="JSON file")
    options = parser.parse_args(words)
    torch.set_num_threads(1)
    with h5py.File(options.input) as file:
        z, target = (torch.from_numpy(file[name][()]) for name in ("x", "y"))
    chain = Layers(tuple(z.shape[1:]), options.layers, options.omega, options.start)
    chain.gradient(z, target)  # the warm-up
    rows = train(chain, z, target, options)
    with open(options.output, "w") as file:
        json.dump({"version": f"PyTorch {torch.__version__}", "seconds": [s for s, _ in rows], "loss": [v for _, v in rows]}, file)


if __name__ == "__main__":
    main()
