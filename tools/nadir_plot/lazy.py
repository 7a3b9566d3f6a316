"""Fields too large to be in memory: cut, strided, and summed band by band. Smaller ones are plain arrays."""

from math import prod

import numpy as np

WHOLE = 2**22  # values of a field that is in memory as a whole: 32 MiB
BAND = 2**21  # values of a band, the part of a larger one that is in memory at a time


class Field:
    """Values [grid axes] that are read, or worked out, where they are asked for.

    `field[key]`: the key has an int or a slice with a positive step for every axis.
    """

    def __init__(self, shape, read):
        self.shape, self.read, self.ndim = tuple(shape), read, len(shape)

    def __getitem__(self, key):
        return self.read(key)

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.read((slice(None),) * self.ndim), dtype=dtype)


def stored(dataset, leading=()):
    """What a dataset holds at the `leading` indices: an array, or a Field where that is large."""
    shape = dataset.shape[len(leading) :]
    if prod(shape) <= WHOLE:
        return dataset[(*leading, ...)]
    return Field(shape, lambda key: _part(dataset, leading, key))


def _part(dataset, leading, key):
    """HDF5 picks single values out of a row one by one: whole rows are read where several are wanted."""
    last = key[-1]
    if isinstance(last, slice) and last.step not in (None, 1):
        rows = dataset[(*leading, *key[:-1], slice(last.start, last.stop))]
        return rows[..., :: last.step].copy()
    return dataset[(*leading, *key)]


def combined(function, *fields):
    """`function` of fields of one shape, value by value; large where one of them is."""
    large = [field for field in fields if isinstance(field, Field)]
    if not large:
        return function(*fields)
    return Field(large[0].shape, lambda key: function(*(_at(field, key) for field in fields)))


def _at(field, key):
    """A single number stands for all points."""
    alone = not isinstance(field, Field) and field.size == 1
    return field.ravel()[0] if alone else np.asarray(field[key])


def bands(*fields):
    """(first row, the fields' values in a band of rows), all rows in turn; at once where no field is large."""
    if not any(isinstance(field, Field) for field in fields):
        yield 0, fields
        return
    shape = fields[0].shape
    for first, end in row_bands(shape):
        key = (slice(first, end),) + (slice(None),) * (len(shape) - 1)
        yield first, tuple(np.asarray(field[key]) for field in fields)


def row_bands(shape):
    """(first, end) of the rows, indices of the slowest axis, that make a band."""
    step = max(1, BAND // prod(shape[1:]))
    return [(first, min(first + step, shape[0])) for first in range(0, shape[0], step)]


# -- what is counted or summed over all values ---------------------------------------------------------


def count(mask):
    return sum(int(np.count_nonzero(part)) for _, (part,) in bands(mask))


def share(mask):
    return count(mask) / max(prod(mask.shape), 1)


def rms(field):
    """Root mean square of the finite values; NaN without any."""
    squares, number = 0.0, 0
    for _, (part,) in bands(field):
        part = part[np.isfinite(part)]
        squares, number = squares + float(np.sum(part**2)), number + part.size
    return float(np.sqrt(squares / number)) if number else float("nan")


def largest(field):
    """(indices, value) of the largest magnitude of a field; None where it has no values."""
    best = None
    for first, (part,) in bands(field):
        if not np.isfinite(part).any():
            continue
        place = np.unravel_index(np.nanargmax(np.abs(part)), part.shape)
        if best is None or abs(part[place]) > abs(best[1]):
            best = (first + place[0], *place[1:]), part[place]
    return best
