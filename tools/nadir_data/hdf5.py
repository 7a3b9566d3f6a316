"""Write the small HDF5 files of inputs/data: same bytes every time, readable by xarray."""

from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np

DATA = Path(__file__).resolve().parents[2] / "inputs" / "data"


@contextmanager
def create(path):
    """A new file, renamed to `path` when complete: a reader never sees half of it.

    Its bytes depend on its content alone (no time stamps).
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    try:
        with h5py.File(part, "w", libver="earliest") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def text(group, **attributes):
    """Fixed-length ASCII or UTF-8 attributes, one per keyword."""
    for name, value in attributes.items():
        group.attrs[name] = value


def axis(group, name, values, units, long_name):
    """A coordinate: a one-dimensional dataset that is a dimension scale."""
    scale = group.create_dataset(name, data=np.asarray(values), track_times=False)
    text(scale, units=units, long_name=long_name)
    scale.make_scale(name)
    return scale


def field(group, name, values, axes, units, long_name, dtype="f8"):
    """A dataset on the given axes (names of scales in `group` or its parents), compressed.

    Exact in the files committed: shuffle and gzip lose nothing.
    """
    values = np.asarray(values, dtype=dtype)
    filters = {}
    if values.size > 256:
        # One chunk per sample: nadir reads one sample at a time.
        chunks = values.shape if values.ndim < 3 else (1,) + values.shape[1:]
        filters = dict(chunks=chunks, shuffle=True, compression="gzip", compression_opts=9)
    dataset = group.create_dataset(name, data=values, track_times=False, **filters)
    text(dataset, units=units, long_name=long_name)
    for dimension, axis_name in enumerate(axes):
        scale = group.file[axis_name]
        dataset.dims[dimension].attach_scale(scale)
        dataset.dims[dimension].label = axis_name
    return dataset
