"""Weight matrices with known coefficients, made without the program under test."""

from itertools import product
from pathlib import Path

import h5py
import numpy as np

from program import ENVIRONMENT, FULL, expect, nadir, snapshot, succeed  # noqa: F401

ROOT = Path(__file__).resolve().parents[3]


def shifted(shape, offset):
    """The matrix that takes z at q + offset, on a closed grid."""
    n = int(np.prod(shape))
    points = np.arange(n).reshape(shape)
    target = np.roll(points, [-o for o in offset], axis=tuple(range(len(shape)))).ravel()
    matrix = np.zeros((n, n))
    matrix[np.arange(n), target] = 1
    return matrix


def adr(shape, spacing, R, U, D):
    """1 + R - U.grad + D:grad grad; R [points], U [axis, points], D {(a, b): [points]}, or numbers."""
    d = len(shape)
    unit = np.eye(d, dtype=int)
    at = lambda *offset: shifted(shape, sum(offset))  # noqa: E731
    column = lambda value: np.broadcast_to(value, (int(np.prod(shape)),))[:, None]  # noqa: E731
    identity = at(0 * unit[0])
    matrix = (1 + column(R)) * identity
    for a in range(d):
        first = (at(unit[a]) - at(-unit[a])) / (2 * spacing[a])
        second = (at(unit[a]) + at(-unit[a]) - 2 * identity) / spacing[a] ** 2
        matrix = matrix - column(U[a]) * first + column(D[a, a]) * second
        for b in range(a + 1, d):
            corners = sum(s * t * at(s * unit[a], t * unit[b]) for s, t in product((1, -1), repeat=2))
            matrix = matrix + 2 * column(D[a, b]) * corners / (4 * spacing[a] * spacing[b])
    return matrix


def known(shape, varying):
    """R, U and D for a grid, the same everywhere or different at all points."""
    d, n = len(shape), int(np.prod(shape))
    wave = np.sin(0.7 * np.arange(n) + 0.3) if varying else 1.0
    R = -0.1 * wave
    U = [(0.2 - 0.15 * a) * wave for a in range(d)]
    D = {(a, b): (0.1 + 0.03 * a if a == b else 0.02) + 0.01 * wave for a in range(d) for b in range(a, d)}
    return R, U, D


def ring_distance(n):
    away = np.abs(np.arange(n)[:, None] - np.arange(n))
    return np.minimum(away, n - away)


def interpret(folder, file, *options, ranks=1, output="found.h5"):
    """Run `nadir interpret`; what it printed."""
    return succeed("interpret", file, *options, "--output", output, folder=folder, ranks=ranks).out


def read(path):
    """Every dataset of an analysis file by its path."""
    found = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, item: found.update({name: item[()]} if isinstance(item, h5py.Dataset) else {}))
    return found


def grid_options(shape, spacing, boundary="periodic"):
    join = lambda values: ",".join(str(v) for v in values)  # noqa: E731
    return ["--shape", join(shape), "--spacing", join(spacing), "--boundary", boundary]
