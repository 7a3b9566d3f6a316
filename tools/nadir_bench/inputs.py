"""Data and case file of a problem: smooth fields of few waves, the same for every program."""

import itertools

import h5py
import numpy as np

# Mean and amplitude of each coefficient by dimension: R, every U, D. The layers stay stable,
# 2 d D <= 1 and sum U^2 / (2 D) <= 1, and the states away from 0 and from where tanh is flat.
COEFFICIENTS = {
    1: [(-0.02, 0.02), (0.1, 0.05), (0.2, 0.1)],
    2: [(-0.02, 0.02), (0.1, 0.05), (0.15, 0.05)],
    3: [(-0.02, 0.02), (0.08, 0.04), (0.1, 0.03)],
}


def wave(shape, number, phase):
    """A product of one cosine per axis, with `number` and more periods on each 64 points."""
    field = np.ones((1,) * len(shape))
    for axis, n in enumerate(shape):
        periods = max(1, n // 64) * (number + axis)
        angle = 2 * np.pi * periods * np.arange(n) / n + phase + 0.7 * axis
        field = field * np.cos(angle).reshape([-1 if a == axis else 1 for a in range(len(shape))])
    return field


def coefficient(problem, ranks, c, layer):
    """Coefficient c of a layer: a field, or its mean where it is a number."""
    d = problem.dimension
    mean, amplitude = COEFFICIENTS[d][0 if c == 0 else 1 if c <= d else 2]
    if problem.family == "constant":
        return mean + 0.1 * c * amplitude
    return mean + amplitude * wave(problem.shape(ranks), 1 + c % 3, 0.4 * c + 0.2 * layer)


def write_parameter(file, problem, ranks, name, components):
    """A dataset of the shape a case expects: [(layer,) (component,) (grid)]."""
    layers = range(problem.layers if problem.family == "layer" else 1)
    grid = problem.shape(ranks) if problem.family != "constant" else ()
    leading = ((problem.layers,) if problem.family == "layer" else ()) + (
        (len(components),) if len(components) > 1 else ()
    )
    dataset = file.create_dataset(name, leading + grid, "f8")
    for layer, (k, c) in itertools.product(layers, enumerate(components)):
        index = ((layer,) if problem.family == "layer" else ()) + (
            (k,) if len(components) > 1 else ()
        )
        dataset[index if index + grid else ()] = coefficient(problem, ranks, c, layer)


def write_fields(path, problem, ranks):
    shape, d = problem.shape(ranks), problem.dimension
    with h5py.File(path, "w") as file:
        for name, shift in (("input", 0.0), ("target", 0.3)):
            dataset = file.create_dataset(name, (problem.samples, *shape), "f8")
            for sample in range(problem.samples):
                phase = 0.37 * sample + shift
                dataset[sample] = 0.4 * wave(shape, 1, phase) + 0.2 * wave(shape, 3, -phase)
        write_parameter(file, problem, ranks, "reaction", [0])
        write_parameter(file, problem, ranks, "advection", list(range(1, 1 + d)))
        write_parameter(file, problem, ranks, "diffusion", [1 + d])


def case_text(problem, ranks, layers=None):
    varies = ", ".join(f'"{axis}"' for axis in problem.varies)
    parameters = "\n".join(
        f'{name} = {{ init = {{ file = "fields.h5", dataset = "{name}" }}, varies = [{varies}] }}'
        for name in ("reaction", "advection", "diffusion")
    )
    return f"""\
title = "{problem.name}"

[grid]
shape    = {list(problem.shape(ranks))}
boundary = {["periodic"] * problem.dimension}

[network]
layers     = {layers or problem.layers}
activation = "tanh"

[kernel]
{parameters}

[data]
input  = {{ file = "fields.h5", dataset = "input" }}
target = {{ file = "fields.h5", dataset = "target" }}
"""


def write(folder, problem, ranks, layers=None):
    """Put fields.h5 and case.toml into the folder."""
    write_fields(folder / "fields.h5", problem, ranks)
    (folder / "case.toml").write_text(case_text(problem, ranks, layers))
