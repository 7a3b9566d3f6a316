"""Result files of the contract's layout (docs/result-file.md), made up."""

from pathlib import Path

import h5py
import numpy as np

AXES = {1: ["x"], 2: ["y", "x"], 3: ["z", "y", "x"]}


def components(name, dimension, tensor):
    axes = AXES[dimension]
    if name == "advection":
        return axes
    if name == "diffusion" and tensor == "diagonal":
        return [a + a for a in axes]
    if name == "diffusion" and tensor == "full":
        return [a + b for i, a in enumerate(axes) for b in axes[i:]]
    return [""]


def parameter_shape(name, shape, layers, varies, tensor):
    names = components(name, len(shape), tensor)
    dims = [("layer", layers)] if "layer" in varies else []
    if len(names) > 1:
        dims.append((f"{name}_component", len(names)))
    if "space" in varies:
        dims += list(zip(AXES[len(shape)], shape))
    return [n for n, _ in dims], [s for _, s in dims], names


class Writer:
    """The few HDF5 idioms of a result file: datasets with units and dimension scales."""

    def __init__(self, path):
        Path(path).unlink(missing_ok=True)  # whoever reads an older one goes on reading it
        self.file = h5py.File(path, "w")

    def scale(self, group, name, values, units="1"):
        data = np.array(values, dtype=h5py.string_dtype()) if isinstance(values[0], str) else values
        dataset = group.create_dataset(name, data=data)
        dataset.attrs.update(units=units, long_name=name)
        dataset.make_scale(name)

    def put(self, group, name, values, axes, units="1"):
        dataset = group.create_dataset(name, data=values)
        dataset.attrs.update(units=units, long_name=name)
        for position, axis in enumerate(axes):
            dataset.dims[position].attach_scale(group[axis])

    def grid(self, group, coordinates, units):
        for axis, values in coordinates.items():
            self.scale(group, axis, values, units)


def write(path, state, layers, coordinates, parameters, *, n, units="1", target=None, observed=None,
          withheld=None, history=None, attributes=None, tensor="isotropic"):  # fmt: skip
    """state [sample, stored layer, grid]; parameters {name: (values, varies)}; n: layers."""
    out = Writer(path)
    root, axes = out.file, list(coordinates)
    out.scale(root, "sample", np.arange(len(state)))
    out.scale(root, "layer", np.array(layers))
    out.grid(root, coordinates, units)
    out.put(root, "state", state, ["sample", "layer"] + axes)
    if target is not None:
        for name, values in dict(target=target, observed=observed, withheld=withheld).items():
            out.put(root, name, values, ["sample"] + axes)
        out.scale(root, "depth", np.arange(n + 1))
        square = np.where(observed[:, None] > 0, (state - np.nan_to_num(target)[:, None]) ** 2, 0)
        loss = square.reshape(state.shape[:2] + (-1,)).sum(-1)
        loss = np.stack([np.interp(np.arange(n + 1), layers, row) for row in loss])
        out.put(root, "loss_by_layer", loss, ["sample", "depth"])
    group = root.create_group("parameters")
    out.scale(group, "layer", np.arange(n))
    out.grid(group, coordinates, units)
    shape = tuple(len(c) for c in coordinates.values())
    for name, (values, varies) in parameters.items():
        dims, sizes, names = parameter_shape(name, shape, n, varies, tensor)
        if len(names) > 1:
            out.scale(group, f"{name}_component", names)
        out.put(group, name, np.broadcast_to(values, sizes), dims)
    if history:
        group = root.create_group("history")
        out.scale(group, "iteration", np.arange(len(history["loss"])))
        for name, values in history.items():
            out.put(group, name, values, ["iteration"])
    root.attrs.update(attributes or {})
    root.file.close()


def example(path, shape, varies, *, tensor="full", samples=2, n=6, target=True, history=True):
    """A made-up training result whose coefficients vary as asked, ["space", "layer"] say."""
    random = np.random.default_rng(7)
    coordinates = {a: 0.5 * np.arange(s) for a, s in zip(AXES[len(shape)], shape)}
    grid = np.meshgrid(*coordinates.values(), indexing="ij")
    wave = sum(np.sin(0.7 * g + k) for k, g in enumerate(grid))
    layers = [0, n // 2, n]
    state = np.stack([wave * (1 - 0.05 * l) + 0.1 * l for l in layers])[None].repeat(samples, 0)
    state = state + 0.05 * random.standard_normal((samples, 1) + tuple(shape))
    goal = state[:, -1] + 0.02 * random.standard_normal((samples,) + tuple(shape))
    missing = np.broadcast_to(grid[-1] < 1.0, goal.shape)
    withheld = (random.random(goal.shape) < 0.2) & ~missing
    goal = np.where(missing, np.nan, goal)
    parameters = {}
    for name, base in dict(
        reaction=-0.02, advection=0.2, diffusion=0.15, bias=0.01, relaxation=0.5
    ).items():
        kind = [] if name == "relaxation" else varies
        _, sizes, names = parameter_shape(name, shape, n, kind, tensor)
        values = np.full(sizes, base)
        if "space" in kind:
            values = values * (1 + 0.4 * np.cos(0.9 * grid[-1]))
        if "layer" in kind:
            values = values * np.linspace(0.6, 1.4, n).reshape([n] + [1] * (values.ndim - 1))
        parameters[name] = (values, kind)
    rounds = np.arange(30)
    rows = dict(
        loss=10.0 * 0.8**rounds + 0.1,
        misfit=9.0 * 0.8**rounds + 0.05,
        gradient_norm=5 * 0.7**rounds,
    )
    scores = dict(withheld_rms=0.02, withheld_persistence_rms=0.4, withheld_interpolation_rms=0.2)
    write(
        path, state, layers, coordinates, parameters, n=n, units="m", tensor=tensor,
        target=goal if target else None, observed=(~missing & ~withheld).astype("u1"),
        withheld=withheld.astype("u1"), history=rows if history else None,
        attributes=dict(
            title="made up", data_scale=15.0, data_offset=15.0, data_units="degC",
            **(scores if target else {}),
        ),
    )  # fmt: skip
