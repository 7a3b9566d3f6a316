"""The program's choice of a process grid, and its halo exchange, done the long way on small grids."""

import itertools
import math

import numpy as np


def process_grid(shape, ranks):
    """By trying all triples, as src/grid/grid.cpp does."""
    n = (1,) * (3 - len(shape)) + tuple(shape)
    best, least = None, math.inf
    for p in itertools.product(range(1, ranks + 1), repeat=3):
        if math.prod(p) != ranks or any(k > m for k, m in zip(p, n)):
            continue
        box = [-(-m // k) for m, k in zip(n, p)]
        surface = sum(math.prod(box) // box[a] for a in range(3) if p[a] > 1)
        if surface <= least:
            best, least = p[3 - len(shape) :], surface
    return best


def padded_indices(start, count, n, periodic, width):
    """Of a row of points with ghosts at either end: which points of the grid they are."""
    index = np.arange(start - width, start + count + width)
    if periodic:
        return index % n
    mirrored = index % (2 * n)
    return np.where(mirrored < n, mirrored, 2 * n - 1 - mirrored)


class Exchange:
    """All ranks' boxes with ghosts around them, filled axis by axis by copying slabs."""

    def __init__(self, shape, processes, periodic, width=1):
        self.shape, self.processes, self.periodic = shape, processes, periodic
        self.width = width
        self.places = list(itertools.product(*map(range, processes)))
        # The first ranks of an axis own the remainder: numpy splits as PETSc does.
        self.cuts = [[r[0] for r in np.array_split(np.arange(n), p)] + [n] for n, p in zip(shape, processes)]
        self.values = {place: self.empty(place) for place in self.places}
        self.messages = dict.fromkeys(self.places, 0)
        self.points = dict.fromkeys(self.places, 0)
        self.leaving = {}  # points by the ranks they go from and to
        self.run()

    def start(self, place):
        return [self.cuts[a][k] for a, k in enumerate(place)]

    def counts(self, place):
        return [self.cuts[a][k + 1] - self.cuts[a][k] for a, k in enumerate(place)]

    def numbers(self, place):
        """The number of every point of the padded box in the whole grid, mirrored or wrapped."""
        widths = [self.width] * len(self.shape)
        rows = map(padded_indices, self.start(place), self.counts(place), self.shape, self.periodic, widths)
        return np.ravel_multi_index(np.meshgrid(*rows, indexing="ij"), self.shape)

    def empty(self, place):
        """The box with its own points filled and nothing in its ghosts."""
        values = np.full([n + 2 * self.width for n in self.counts(place)], -1)
        inside = (slice(self.width, -self.width),) * values.ndim
        values[inside] = self.numbers(place)[inside]
        return values

    def run(self):
        for axis, place in itertools.product(range(len(self.shape)), self.places):
            for side in (-1, 1):
                self.fill(axis, place, side)

    def fill(self, axis, place, side):
        """The ghosts of one face, by a message from a neighbour or from the box itself."""
        at, parts = place[axis] + side, self.processes[axis]
        inside = 0 <= at < parts or self.periodic[axis]
        source = (*place[:axis], at % parts, *place[axis + 1 :]) if inside else place
        # Slower axes with their ghosts, faster ones without.
        w = self.width
        rows = [slice(None)] * axis + [None] + [slice(w, -w)] * (len(self.shape) - axis - 1)
        ghost = slice(-w, None) if side > 0 else slice(0, w)
        last, first = slice(-2 * w, -w), slice(w, 2 * w)
        edge = {True: last if side < 0 else first, False: last if side > 0 else first}[inside]
        slab = self.values[source][tuple(edge if r is None else r for r in rows)]
        if not inside:  # mirrored
            slab = np.flip(slab, axis)
        self.values[place][tuple(ghost if r is None else r for r in rows)] = slab
        if source != place:
            self.messages[source] += 1
            self.points[source] += slab.size
            pair = self.places.index(source), self.places.index(place)
            self.leaving[pair] = self.leaving.get(pair, 0) + slab.size

    def complete(self):
        """Whether every ghost, corners included, is the point it stands for."""
        return all(np.array_equal(self.values[p], self.numbers(p)) for p in self.places)

    def busiest(self):
        return max(self.messages.values()), max(self.points.values())

    def busiest_node(self, ranks_per_node):
        nodes = {}
        for (source, target), points in self.leaving.items():
            node = source // ranks_per_node
            if node != target // ranks_per_node:
                nodes[node] = nodes.get(node, 0) + points
        return max(nodes.values(), default=0)
