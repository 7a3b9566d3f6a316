"""How a grid is cut among ranks, and what a halo exchange sends: src/grid/grid.cpp and halo.cpp.

Shapes are tuples, the slowest axis first, of one to three axes.
"""

import functools
import itertools
import math

BYTES = 8  # of a value in a message


def divisors(n):
    small = [k for k in range(1, math.isqrt(n) + 1) if n % k == 0]
    return sorted({*small, *(n // k for k in small)})


def factorizations(ranks, axes):
    """All tuples of `axes` factors of `ranks`, in the order in which the program tries them."""
    if axes == 1:
        yield (ranks,)
        return
    for first in divisors(ranks):
        for rest in factorizations(ranks // first, axes - 1):
            yield (first, *rest)


def halo_surface(shape, processes):
    """Points the most unfavourable rank exchanges in one direction of every cut axis."""
    box = largest_box(shape, processes)
    cut = [axis for axis, parts in enumerate(processes) if parts > 1]
    return sum(math.prod(box[:axis] + box[axis + 1 :]) for axis in cut)


def process_grid(shape, ranks, width=1):
    """The parts of each axis, `width` points of a cut one for every rank: the least surface, of equals
    the later one; None when none fits."""
    fitting = (
        p
        for p in factorizations(ranks, len(shape))
        if all(n >= k * (width if k > 1 else 1) for n, k in zip(shape, p))
    )
    return min(reversed(list(fitting)), key=lambda p: halo_surface(shape, p), default=None)


def largest_box(shape, processes):
    """Points a side of the largest box a rank owns."""
    return tuple(-(-n // parts) for n, parts in zip(shape, processes))


def box_at(shape, processes, place):
    """Points a side of the box at a place of the process grid: the first ones get the remainder."""
    return tuple(n // p + (k < n % p) for n, p, k in zip(shape, processes, place))


def weak_grid(box, ranks):
    """The grid of `ranks` boxes piled up as evenly in all axes as can be."""
    piles = reversed(list(factorizations(ranks, len(box))))
    return tuple(n * k for n, k in zip(box, min(piles, key=sum)))


def neighbour(processes, place, axis, side, periodic):
    """Place of the rank beyond a face; None beyond the grid. An axis in one part has none."""
    at = place[axis] + (-1 if side == 0 else 1)
    if processes[axis] == 1 or (not 0 <= at < processes[axis] and not periodic[axis]):
        return None
    return (*place[:axis], at % processes[axis], *place[axis + 1 :])


def messages_of(shape, processes, periodic, place, width=1):
    """(place it goes to, points) of every message a rank sends in one exchange of a field.

    Axis by axis, each over the rows the slower axes have already extended by their ghosts.
    """
    box = box_at(shape, processes, place)
    for axis in range(len(shape)):
        extended = [n + 2 * width for n in box[:axis]]
        points = width * math.prod(extended) * math.prod(box[axis + 1 :])
        for side in range(2):
            target = neighbour(processes, place, axis, side, periodic)
            if target is not None:
                yield target, points


def places(processes):
    """All places of the process grid in the order of the ranks, the fastest axis first."""
    return itertools.product(*map(range, processes))


def rank_at(processes, place):
    rank = 0
    for parts, k in zip(processes, place):
        rank = rank * parts + k
    return rank


def busiest_rank(shape, processes, periodic, width=1):
    """Messages and points that one exchange of a field sends, each the largest over the ranks."""
    messages = points = 0
    for place in representatives(processes):
        sent = [size for _, size in messages_of(shape, processes, periodic, place, width)]
        messages, points = max(messages, len(sent)), max(points, sum(sent))
    return messages, points


def representatives(processes):
    """Places among which the busiest one is: all others lie and own as one of these does.

    Boxes shrink with the place and places 1 to parts - 2 have the same neighbours, so of each axis
    the first two and the last one suffice.
    """
    return itertools.product(*({0, min(1, parts - 1), parts - 1} for parts in processes))


@functools.lru_cache  # the sweeps of a series ask for the same
def busiest_node(shape, processes, periodic, ranks_per_node, width=1):
    """Points that leave the busiest node in one exchange of a field; ranks fill node by node."""
    leaving = {}
    for rank, place in enumerate(places(processes)):
        node = rank // ranks_per_node
        for target, points in messages_of(shape, processes, periodic, place, width):
            if rank_at(processes, target) // ranks_per_node != node:
                leaving[node] = leaving.get(node, 0) + points
    return max(leaving.values(), default=0)
