"""Small valid cases and their data, from which mutants are made.

The examples of inputs/, cut to a few points, and cases by hand that together name every key.
"""

import re
import sys
import tomllib
from pathlib import Path

import h5py
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "regression" / "support"))
import reference_page  # noqa: E402

ACTIVATIONS, SCHEME_NAMES = reference_page.names("Activations"), reference_page.names("Schemes")
LAYERS = 3
LENGTHS = (4, 5, 6)  # of the axes z, y, x
SAMPLES = 2
GRIDS = [(1,), (2,), (6,), (1, 1), (2, 1), (1, 3), (5, 6), (1, 1, 1), (1, 2, 3), (4, 5, 6)]

PLAIN = """\
title = "plain"
[grid]
shape = [6]
boundary = ["periodic"]
[network]
layers = 3
[kernel]
reaction = { init = 0.0 }
[data]
input = { file = "fields.h5", dataset = "in_6" }
target = { file = "fields.h5", dataset = "out_6" }
"""

RICH = """\
title = "many keys"
[grid]
shape = [5, 6]
spacing = [1.0, 0.5]
origin = [-1.0, 2.0]
units = "m"
boundary = [{ value = 0.5 }, "reflect"]
[network]
layers = 3
activation = "tanh"
scheme = "explicit-euler"
rate = 2.0
relaxation = { init = 0.5, varies = ["layer"], bounds = [0.0, 1.0] }
[network.bias]
init = { file = "fields.h5", dataset = "field_5x6" }
varies = ["space"]
train = true
[network.bias.penalty]
l2 = 0.1
h1 = 0.2
tv = 0.3
l1 = 0.4
epsilon = 1e-2
scaling = "continuum"
[kernel]
type = "adr"
diffusion_tensor = "full"
reaction = { init = { value = -0.1, noise = 0.01, seed = 3 }, varies = ["space", "layer"], penalty = { h1 = 1.0, tv = 1.0 } }
advection = { init = [0.1, -0.1], train = false }
diffusion = { init = [0.1, 0.0, 0.1], varies = [] }
[data]
units = "K"
[data.input]
file = "fields.h5"
dataset = "in_5x6"
index = "all"
scale = 2.0
offset = 0.5
[[data.target]]
file = "fields.h5"
dataset = "out_5x6"
index = [0, 1]
mask = { file = "fields.h5", dataset = "mask_5x6" }
layer = 2
weight = 3.0
withhold = { fraction = 0.2, seed = 7 }
[[data.target]]
file = "fields.h5"
dataset = "out_5x6"
withhold = { file = "fields.h5", dataset = "mask_5x6" }
[loss]
reduction = "mean"
[training]
strategy = "end-to-end"
optimizer = "adam"
iterations = 2
gradient_tolerance = 1e-6
initial_hessian = "identity"
perturb = "none"
learning_rate = 1e-2
adam_beta1 = 0.9
adam_beta2 = 0.99
adam_epsilon = 1e-9
[attractor]
solver = "anderson"
starts = 2
seed = 5
amplitude = [0.5, 2.0]
tolerance = 1e-9
iterations = 20
layers = 50
distance = 1e-3
depth_tolerance = 1e-4
modes = 3
green = [[0, 5], [4, 0]]
[run]
checkpoint = { every = 1, keep = 2, layers = "all" }
time_limit = "00:10:00"
memory = "1 MiB"
layers_per_pass = 3
layers_per_exchange = 2
tile = 2
state_precision = "single"
[output]
file = "result.h5"
layers = [0, 2]
"""

THREE = """\
[grid]
shape = [4, 5, 6]
boundary = ["reflect", { value = -1 }, "periodic"]
[network]
layers = 2
activation = "softplus"
[kernel]
diffusion_tensor = "diagonal"
advection = { init = 0.1, varies = ["layer"], penalty = { l2 = 1.0, l1 = 0.1 } }
diffusion = { init = [0.1, 0.2, 0.1], varies = ["space"], bounds = [0, 1e30] }
[data]
input = { file = "fields.h5", dataset = "in_4x5x6", index = 1 }
target = { file = "fields.h5", dataset = "out_4x5x6", index = 0, layer = 0 }
[run]
time_limit = 60
samples_per_pass = 2
sample_groups = 1
memory = "auto"
state_precision = "double"
scratch = "."
[output]
layers = "all"
"""

FAMILIES = """\
[grid]
shape = [5, 6]
boundary = ["periodic", "reflect"]
[network]
layers = 2
activation = "tanh"
[kernel]
type = "moment"
order = 4
diffusion_tensor = "full"
reaction = { init = 0.0 }
higher = { init = 0.001, varies = ["space"] }
[data]
input = { file = "fields.h5", dataset = "in_5x6" }
target = { file = "fields.h5", dataset = "out_5x6" }
"""

STENCIL = """\
[grid]
shape = [6]
boundary = ["periodic"]
[network]
layers = 2
activation = "identity"
[kernel]
type = "stencil"
radius = 2
weights = { init = [0.0, 0.1, 0.8, 0.1, 0.0] }
[data]
input = { file = "fields.h5", dataset = "in_6" }
"""

ATTRACTOR = """\
[grid]
shape = [5, 6]
boundary = ["reflect", "periodic"]
[network]
layers = "attractor"
activation = "tanh"
relaxation = 0.5
bias = { init = 0.1 }
[kernel]
reaction = { init = 0.2, varies = ["space"] }
diffusion = { init = 0.1, bounds = [0, 1] }
[data]
input = { file = "fields.h5", dataset = "in_5x6" }
target = { file = "fields.h5", dataset = "out_5x6", layer = 1 }
[training]
iterations = 2
[attractor]
layers = 200
iterations = 20
[output]
layers = [1]
"""

RADIAL = """\
[grid]
shape = [5, 6]
boundary = [{ value = 0.5 }, "periodic"]
[network]
layers = 2
activation = "tanh"
[kernel]
type = ["adr", "gaussian", "power-law"]
radius = 2
reaction = { init = -0.1 }
amplitude = { init = 0.3, varies = ["space"] }
width = { init = 0.7, varies = ["layer"], bounds = [0.1, 2.0] }
strength = { init = 0.1 }
length = { init = 1.5, varies = ["space", "layer"] }
exponent = 3.5
[data]
input = { file = "fields.h5", dataset = "in_5x6" }
target = { file = "fields.h5", dataset = "out_5x6" }
"""

GALERKIN = """\
[grid]
shape = [5, 6]
boundary = ["periodic", "reflect"]
[network]
layers = 2
activation = "tanh"
basis = "cubic-spline"
nodes = 3
[kernel]
diffusion = { init = 0.01, varies = ["space"] }
[data]
input = { file = "fields.h5", dataset = "in_5x6" }
target = { file = "fields.h5", dataset = "out_5x6" }
"""

GALERKIN_GAUSSIAN = """\
[grid]
shape = [6]
boundary = ["reflect"]
[network]
layers = 2
basis = "hat"
nodes = 3
[kernel]
type = "gaussian"
width = { init = 0.8, bounds = [0.5, 1.5] }
radius = 2
[data]
input = { file = "fields.h5", dataset = "in_6" }
target = { file = "fields.h5", dataset = "out_6" }
"""

SCHEMES = """\
[grid]
shape = [5, 6]
boundary = ["periodic", { value = 0.1 }]
[network]
layers = 2
activation = "relu"
scheme = "crank-nicolson"
rate = 2.0
normalisation = "radial"
thermostat = 0.5
relaxation = { init = 0.5, varies = ["space"] }
[kernel]
diffusion = { init = 0.1 }
[data]
input = { file = "fields.h5", dataset = "in_5x6" }
target = { file = "fields.h5", dataset = "out_5x6" }
"""

GAUSSIAN = """\
[grid]
shape = [6]
boundary = ["reflect"]
[network]
layers = 2
[kernel]
type = "gaussian"
amplitude = 0.9
width = { init = 0.5, train = false }
[data]
input = { file = "fields.h5", dataset = "in_6" }
"""

DENSE = """\
[grid]
shape = [6]
boundary = ["periodic"]
[network]
layers = 2
activation = "tanh"
[kernel]
type = "dense"
weights = { init = 0.1, varies = ["space", "layer"] }
[data]
input = { file = "fields.h5", dataset = "in_6" }
target = { file = "fields.h5", dataset = "out_6" }
[run]
convolution = "stencil"
"""

SUM = """\
[grid]
shape = [5, 6]
boundary = ["periodic", "reflect"]
[network]
layers = 2
activation = "tanh"
[kernel]
sum = [
  { type = "gaussian", amplitude = 0.4, width = { init = 0.6, bounds = [0.3, 1.0] }, radius = 2 },
  { type = "adr", diffusion = { init = [0.1, 0.0, 0.1], varies = ["layer"] }, diffusion_tensor = "full" },
  { type = "gaussian", amplitude = { init = 0.2, varies = ["space"] }, width = 0.9, radius = 1 },
]
[data]
input = { file = "fields.h5", dataset = "in_5x6" }
target = { file = "fields.h5", dataset = "out_5x6" }
"""

HATS = """\
[grid]
shape = [6]
boundary = ["periodic"]
[network]
layers = 2
basis = "hat"
[kernel]
advection = { init = 0.1, varies = ["layer"] }
[data]
input = { file = "fields.h5", dataset = "in_6" }
target = { file = "fields.h5", dataset = "out_6" }
"""

# The same in less usual TOML.
SPELLINGS = r'''
title = "a \\ b \" c \u00e9 é #" # a comment
grid = { shape = [ 0x6, # points
  ], boundary = [ 'periodic', ], units = 'C:\n' }
network.layers = 0b11
"network".'rate' = 1_0.0e0
kernel.reaction.init = -0
data.units = """\
  m/s"""
[[data.target]]
dataset = '/out_6'
"file" = "./data/../fields.h5"
scale = 1E+0
[data.input]
file = "fields.h5"
dataset = "//in_6"
[run]
time_limit = 00:00:01
[output]
file = "a \\ \" é.h5"
'''


def trainings():
    """A case for each optimiser, with all numbers of [training] that any of them reads."""
    numbers = {key: value for key, _, value, _ in reference_page.rows("[training]") if value[0].isdigit()}
    keys = "\n".join(f"{key} = {value}" for key, value in {**numbers, "iterations": 2}.items())
    return [f'{PLAIN}[training]\noptimizer = "{name}"\n{keys}\n' for name in reference_page.names("Optimizers")]


def kernels(texts):
    """A case for each family of kernels that none of TEXTS names, with the parameters that none names."""
    text = "\n".join(texts)
    kernel_rows = {key: kind for key, kind, *_ in reference_page.rows("[kernel]")}
    families = [name for name in re.findall(r'"([\w-]+)"', kernel_rows["type"]) if f'"{name}"' not in text]
    parameters = [key for key, kind in kernel_rows.items() if kind == "PARAMETER" and not re.search(rf"\b{key}\b", text)]
    keys = "\n".join(f"{key} = {{ init = 0.5 }}" for key in parameters)
    return [PLAIN.replace("reaction = { init = 0.0 }", f'type = "{name}"\n{keys}') for name in families]


def by_hand():
    written = [
        PLAIN, RICH, THREE, FAMILIES, STENCIL, RADIAL, GAUSSIAN, SUM, DENSE, SCHEMES, ATTRACTOR, GALERKIN, GALERKIN_GAUSSIAN, HATS, SPELLINGS
    ]
    return [*trainings(), *kernels(written), *written]


def examples():
    """The cases of inputs/ on fewer points and layers, as text with its comments."""

    def shape(found):
        axes = re.findall(r"\d+", found.group(1))
        return f"shape = [{', '.join(map(str, LENGTHS[-len(axes):]))}]"

    def number(found):
        return f"{found.group(1)}{min(int(found.group(2)), LAYERS)}"

    def indices(found):
        return re.sub(r"\d+", lambda index: str(min(int(index[0]), 1)), found.group(0))

    texts = []
    for path in sorted((ROOT / "inputs").glob("*.toml")):
        text = re.sub(r"shape\s*=\s*\[(.*?)\]", shape, path.read_text(encoding="utf-8"), count=1)
        text = re.sub(r"(?m)^(layers?\s*=\s*)(\d+)", number, text)
        text = re.sub(r"(?m)^green\s*=\s*\S.*?\]\]", indices, text)
        text = re.sub(r"(?m)^(iterations\s*=\s*)(\d+)", number, text)
        texts.append(text)
    return texts


def grid_name(grid):
    return "x".join(map(str, grid))


def write_fields(path):
    """Inputs, targets, fields and masks for every grid of GRIDS."""
    generator = np.random.default_rng(1)
    with h5py.File(path, "w") as file:
        for grid in GRIDS:
            name = grid_name(grid)
            target = generator.normal(size=(SAMPLES, *grid))
            target.flat[-1] = np.nan if target.size > 2 * SAMPLES else 0.0
            file[f"in_{name}"] = generator.normal(size=(SAMPLES, *grid))
            file[f"out_{name}"] = target
            file[f"field_{name}"] = generator.uniform(0.0, 0.2, size=grid)
            file[f"mask_{name}"] = np.arange(np.prod(grid)).reshape(grid) % 5 > 0


def datasets_of(tree):
    """Every table with the keys file and dataset."""
    if isinstance(tree, dict):
        if isinstance(tree.get("file"), str) and isinstance(tree.get("dataset"), str):
            yield tree["file"], tree["dataset"]
        tree = list(tree.values())
    if isinstance(tree, list):
        for value in tree:
            yield from datasets_of(value)


def write_example_data(text, folder):
    """Middles of the data of an example (the corners of the sea are land), as large as its grid."""
    case = tomllib.loads(text)
    grid = tuple(case["grid"]["shape"])
    for file, dataset in datasets_of(case):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        with h5py.File(ROOT / "inputs" / file) as source, h5py.File(folder / file, "a") as target:
            if dataset not in target:
                values = source[dataset]
                axes = zip(values.shape[-len(grid) :], grid)
                middle = tuple(slice((whole - n) // 2, (whole + n) // 2) for whole, n in axes)
                first = (slice(0, 8),) if values.ndim > len(grid) else ()
                target[dataset] = np.nan_to_num(values[first + middle])


def write_data(folder):
    """All data that seeds name."""
    write_fields(folder / "fields.h5")
    for text in examples():
        write_example_data(text, folder)


def tiny_case(random):
    """A valid case on one of the smallest grids, each key drawn."""
    grid = random.choice(GRIDS)
    axes, name = len(grid), grid_name(grid)
    tensor = random.choice(["isotropic", "diagonal", "full"])
    components = {"isotropic": 1, "diagonal": axes, "full": axes * (axes + 1) // 2}[tensor]

    def parameter(count):
        value = [round(random.uniform(0.0, 0.3), 3) for _ in range(count)]
        if random.random() < 0.2:
            return value[0]
        table = {"init": value, "varies": random.choice([[], ["space"], ["layer"], ["space", "layer"]])}
        if random.random() < 0.3:
            table["bounds"] = [random.choice([-1e30, 0.0]), random.choice([0.3, 1e30])]
        if random.random() < 0.5:
            kinds = random.sample(["l2", "h1", "tv", "l1"], 2)
            table["penalty"] = {kind: random.choice([0.0, 0.1, 10]) for kind in kinds}
            table["penalty"]["scaling"] = random.choice(["lattice", "continuum"])
        return table

    target = {"file": "fields.h5", "dataset": f"out_{name}", "layer": random.randint(0, LAYERS)}
    if random.random() < 0.3:
        target["withhold"] = {"fraction": random.choice([0.0, 0.1, 0.5, 0.99]), "seed": 3}
    return {
        "grid": {
            "shape": list(grid),
            "boundary": [random.choice(["periodic", "reflect", {"value": 1.0}]) for _ in grid],
            "spacing": [random.choice([1.0, 0.5, 3]) for _ in grid],
        },
        "network": {
            "layers": LAYERS,
            "activation": random.choice(ACTIVATIONS),
            "scheme": random.choice(SCHEME_NAMES),
            "normalisation": random.choice(["none", "none", "uniform", "radial", "project"]),
            "relaxation": parameter(1),
            "bias": parameter(1),
        },
        "kernel": {
            "diffusion_tensor": tensor,
            "reaction": parameter(1),
            "advection": parameter(axes),
            "diffusion": parameter(components),
        },
        "data": {"input": {"file": "fields.h5", "dataset": f"in_{name}"}, "target": target},
        "loss": {"reduction": random.choice(["sum", "mean"])},
        "output": {"layers": random.choice(["ends", "all", [1]])},
    }
