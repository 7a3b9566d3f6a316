"""The small valid case that is made wrong, its fields, and its lines by name."""

import h5py
import numpy as np

from program import expect

CASE = """\
title = "small"

[grid]
shape = [6, 5]
boundary = ["reflect", "periodic"]

[network]
layers = 3
activation = "tanh"

[kernel]
reaction = { init = -0.1, varies = ["space"] }
diffusion = { init = 0.1 }

[data]
input = { file = "fields.h5", dataset = "x" }
target = { file = "fields.h5", dataset = "y" }

[training]
iterations = 3

[output]
file = "result.h5"
"""

SHAPE, BOUNDARY, LAYERS = 'shape = [6, 5]', 'boundary = ["reflect", "periodic"]', "layers = 3"
REACTION = 'reaction = { init = -0.1, varies = ["space"] }'
INPUT = 'input = { file = "fields.h5", dataset = "x" }'
TARGET = 'target = { file = "fields.h5", dataset = "y" }'
ITERATIONS, OUTPUT = "iterations = 3", 'file = "result.h5"'


def write_fields(path):
    values = np.random.default_rng(2).normal(size=(3, 6, 5))
    holes = values[0].copy()
    holes[2, 3] = holes[5, 1] = np.nan
    with h5py.File(path, "w") as file:
        file["x"], file["y"], file["three"], file["holes"] = values[0], values[1], values, holes
        file["high"], file["none"] = np.full((6, 5), 2.0), np.full((6, 5), np.nan)
        file["wide"] = np.zeros((6, 6))
        # Never written, so they take no room: HDF5 makes the space of chunks when it is used.
        file.create_dataset("huge", (50000, 50000), chunks=(1000, 1000))
        file.create_dataset("large", (40000, 40000), chunks=(1000, 1000))


def edited(changes):
    """The case with lines replaced; line and column of the mark «, if there is one."""
    text = CASE
    for old, new in changes.items():
        expect(text.count(old) == 1, f"the case has not one line {old}")
        text = text.replace(old, new)
    before, mark, after = text.partition("«")
    place = (before.count("\n") + 1, len(before) - before.rfind("\n")) if mark else None
    return before + after, place
