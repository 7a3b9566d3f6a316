"""Small cases for the tests of this folder, with fields that are functions of the coordinates."""

from pathlib import Path

import h5py
import numpy as np

from program import FULL, NADIR as PROGRAM, succeed  # noqa: F401

ROOT = Path(__file__).resolve().parents[3]

SHAPE = (24, 32) if FULL else (6, 8)
SPACING, ORIGIN = (2.0, 0.5), (10.0, -1.0)
SCALE, OFFSET, RATE, OMEGA = 4.0, 15.0, 3.0, 0.5
WITHHELD = 0.25
LAYERS = 3

CASE = f"""
title = "small"

[grid]
shape = [{SHAPE[0]}, {SHAPE[1]}]
spacing = [{SPACING[0]}, {SPACING[1]}]
origin = [{ORIGIN[0]}, {ORIGIN[1]}]
units = "km"
boundary = ["reflect", "reflect"]

[network]
layers = {LAYERS}
rate = {RATE}
relaxation = {OMEGA}

[kernel]
reaction = {{ init = 0.0 }}
advection = {{ init = [0.0, 0.01], varies = ["layer"], train = false }}
diffusion = {{ init = 0.02, varies = ["space"], penalty = {{ h1 = 0.1 }} }}

[data]
units = "degC"
input = {{ file = "fields.h5", dataset = "before", scale = {SCALE}, offset = {OFFSET} }}

[data.target]
file = "fields.h5"
dataset = "after"
scale = {SCALE}
offset = {OFFSET}
withhold = {{ fraction = {WITHHELD}, seed = 1 }}

[training]
iterations = 3
"""


def coordinates():
    return [o + h * np.arange(n) for n, h, o in zip(SHAPE, SPACING, ORIGIN)]


def raw():
    """Input and target in the data's own units; two points of the target were not observed."""
    y, x = np.meshgrid(*coordinates(), indexing="ij")
    before = 20 + np.sin(0.2 * y) + np.cos(x)
    after = 20 + 0.8 * (before - 20) + 0.1
    after[0, :2] = np.nan
    return before, after


def prepare(folder):
    """The case and its fields in a folder; the path of the case."""
    with h5py.File(folder / "fields.h5", "w") as file:
        file["before"], file["after"] = raw()
    path = folder / "small.toml"
    path.write_text(CASE)
    return path


def run(command, folder, output, *settings, **options):
    """`nadir COMMAND small.toml --set SETTING ...` in a prepared folder; the path of the result."""
    words = [word for setting in settings for word in ("--set", setting)]
    succeed(command, "small.toml", "--quiet", "--output", output, *words, folder=folder, **options)
    return folder / output
