"""A small case with all that a run reads: fields, a mask, withheld points, initial values."""

import h5py
import numpy as np

CASE = """\
[grid]
shape = [12]
boundary = ["periodic"]
[network]
layers = 3
[kernel]
advection = 0.1
diffusion = { init = { file = "init.h5", dataset = "D" }, varies = ["space"], penalty = { l2 = 0.1 } }
[data]
input = { file = "fields.h5", dataset = "x" }
[[data.target]]
file = "fields.h5"
dataset = "y"
mask = { file = "fields.h5", dataset = "sea" }
withhold = { file = "fields.h5", dataset = "test" }
[training]
iterations = 6
gradient_tolerance = 0.0
[run]
checkpoint = { every = 2, keep = 2, layers = "none" }
[output]
file = "r.h5"
layers = [0, 1, 3]
"""


def write_inputs(folder, points=12, case=CASE):
    values = np.random.default_rng(6)
    field = np.sin(2 * np.pi * np.arange(points) / points)
    with h5py.File(folder / "fields.h5", "w") as file:
        file["x"], file["y"] = field, 0.8 * np.roll(field, 1) + 0.05 * values.normal(size=points)
        file["sea"] = (np.arange(points) != 4).astype("i1")
        file["test"] = (np.arange(points) == 7).astype("i1")
    with h5py.File(folder / "init.h5", "w") as file:
        file["D"] = np.full(points, 0.1)
    (folder / "case.toml").write_text(case)
