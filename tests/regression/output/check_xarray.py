"""Opens every group of the sample results with xarray and checks names, shapes and values.

usage: check_xarray.py FOLDER      (the folder write_sample filled)
"""

import os
import sys

import h5py
import numpy as np
import xarray as xr

AXES = {"line": ["x"], "plane": ["y", "x"], "box": ["z", "y", "x"]}
SHAPES = {"line": (11,), "plane": (4, 7), "box": (3, 4, 7)}
STORED = [0, 2, 4]


def ramp(shape):
    """100 z + 10 y + x on a grid."""
    indices = np.indices(shape)[::-1]
    return sum(10.0**power * index for power, index in enumerate(indices))


def check_root(path, name):
    with xr.open_dataset(path, engine="h5netcdf") as root:
        axes = AXES[name]
        assert root.state.dims == ("sample", "layer", *axes), root.state.dims
        assert list(root.layer.values) == STORED
        assert root.layer.dtype == np.int64
        grid = ramp(SHAPES[name])
        for s in range(2):
            for layer in STORED:
                got = root.state.isel(sample=s).sel(layer=layer).values
                assert np.array_equal(got, 10000 * s + 1000 * layer + grid), (name, s, layer)
        # Coordinates belong to their axes: a point named by its place.
        first = {axis: root[axis].values[0] for axis in axes}
        assert first["x"] == (-1.0 if name == "line" else 10.0)
        there = {axis: root[axis].values[-2] for axis in axes}
        assert root.target.sel(sample=1, **there) == 14000.5 + grid[(-2,) * len(axes)]
        assert root.observed.dtype == np.uint8 and bool((root.observed == 1).all())
        assert root.loss_by_layer.shape == (2, 5)
        assert root.attrs["loss"] == 0.25


def check_parameters(path, name, group):
    with xr.open_dataset(path, engine="h5netcdf", group=group) as parameters:
        axes = AXES[name]
        advection = parameters.advection
        assert list(parameters.layer.values) == [0, 1, 2, 3]
        assert parameters.bias.shape == () and float(parameters.bias) == 0.125
        assert list(parameters.advection_component.values) == axes
        for layer in range(4):
            for c, axis in enumerate(axes):
                got = advection.sel(layer=layer)
                if len(axes) > 1:
                    got = got.sel(advection_component=axis)
                assert got.dims == tuple(axes)
                assert np.array_equal(got.values, 1000 * layer + 100 * c + ramp(SHAPES[name]))


def check_labels(path):
    """Every dataset has units and long_name; every axis a scale."""
    unlabelled = []

    def visit(name, item):
        if not isinstance(item, h5py.Dataset):
            return
        if not {"units", "long_name"} <= set(item.attrs):
            unlabelled.append(name)
        scale = h5py.h5ds.is_scale(item.id)
        if not scale and not all(len(axis) == 1 for axis in item.dims):
            unlabelled.append(name + " (scales)")

    with h5py.File(path) as file:
        file.visititems(visit)
    assert not unlabelled, unlabelled


def main():
    folder = sys.argv[1]
    for name in AXES:
        path = os.path.join(folder, name + ".h5")
        check_root(path, name)
        check_parameters(path, name, "parameters")
        check_parameters(path, name, "gradient")
        with xr.open_dataset(path, engine="h5netcdf", group="history") as history:
            assert history.evaluations.dims == ("iteration",)
            assert list(history.evaluations.values) == [0, 1, 2]
        with xr.open_dataset(path, engine="h5netcdf", group="timing") as timing:
            assert list(timing.forward.values) == [1.0, 2.0]
        with xr.open_dataset(path, engine="h5netcdf", group="provenance") as provenance:
            assert provenance.attrs["resolved_case"] == 'title = "sample"\n'
        check_labels(path)
        print(name, "opens in xarray, values as written")


if __name__ == "__main__":
    main()
