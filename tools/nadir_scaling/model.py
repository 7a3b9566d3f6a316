"""The time of an evaluation on many ranks, from that on few: docs/scaling.md has the formula."""

import math
from dataclasses import dataclass

from decomposition import BYTES, busiest_node, busiest_rank, largest_box, process_grid

FIELDS_AT_ONCE = 16  # coefficient fields whose ghosts share messages


@dataclass(frozen=True)
class Machine:
    """What the model must know of a cluster."""

    latency: float  # seconds per message
    bandwidth: float  # bytes per second and node that leave it
    ranks_per_node: int
    node_speed_up: float  # a full node against one rank, memory bandwidth being shared


@dataclass(frozen=True)
class Counts:
    """What one evaluation sends: of the busiest rank, and out of the busiest node."""

    messages: int
    bytes: int
    node_bytes: int = 0


@dataclass(frozen=True)
class Prediction:
    """Seconds of the parts of an evaluation."""

    kernel: float
    exchange: float
    reduction: float

    @property
    def seconds(self):
        return self.kernel + self.exchange + self.reduction

    @property
    def overlapped(self):
        """When all messages travel behind the work on points."""
        return max(self.kernel, self.exchange) + self.reduction


def field_exchanges(work, sweep, together=1):
    """(exchanges, fields sent in all of them, ghosts' width) of each kind in one evaluation.

    A layer exchanges its state; back, the derivative by its argument; and a gradient exchanges,
    once, the coefficients that vary in space. Where `together` layers share an exchange, it is wider;
    back it takes the adjoint along, and coefficients are exchanged for the way forward already.
    """
    passes, wide = work.passes(together) * work.samples, 2 * together - 1
    kinds = [(passes, passes, wide)]
    if sweep == "gradient":
        kinds.append((passes, passes * (2 if together > 1 else 1), together))
    if sweep == "gradient" or together > 1:
        kinds.append((-(-work.varying // FIELDS_AT_ONCE), work.varying, wide))
    return kinds


def counts(work, shape, ranks, sweep, together=1):
    """The largest messages and bytes over the ranks, as the program counts them."""
    parts = process_grid(shape, ranks, 2 * together - 1)
    messages = points = 0
    for exchanges, fields, width in field_exchanges(work, sweep, together):
        each, sent = busiest_rank(shape, parts, work.periodic, width)
        messages, points = messages + exchanges * each, points + fields * sent
    return Counts(messages, points * BYTES)


def leaving_node(work, shape, ranks, sweep, ranks_per_node, together=1):
    """Bytes that leave the busiest node."""
    if ranks <= ranks_per_node:
        return 0
    parts = process_grid(shape, ranks, 2 * together - 1)
    points = sum(
        fields * busiest_node(shape, parts, work.periodic, ranks_per_node, width)
        for _, fields, width in field_exchanges(work, sweep, together)
    )
    return points * BYTES


def point_layers(work, shape, ranks):
    """Points of the largest box times layers and samples."""
    return math.prod(largest_box(shape, process_grid(shape, ranks))) * work.layers * work.samples


def crowding(machine, ranks):
    """How much slower a rank is than alone, because the ranks of its node share the memory."""
    return max(1.0, min(ranks, machine.ranks_per_node) / machine.node_speed_up)


def communication(machine, work, shape, ranks, sweep, together=1):
    """Seconds of halo exchanges, and of the one allreduce."""
    sent = counts(work, shape, ranks, sweep, together)
    node_bytes = leaving_node(work, shape, ranks, sweep, machine.ranks_per_node, together)
    exchange = sent.messages * machine.latency + node_bytes / machine.bandwidth
    return exchange, math.ceil(math.log2(ranks)) * machine.latency


def predict(machine, work, shape, ranks, sweep, cost, together=1):
    """An evaluation on `ranks`; `cost`: seconds per point and layer of a rank that is alone."""
    kernel = cost * point_layers(work, shape, ranks) * crowding(machine, ranks)
    return Prediction(kernel, *communication(machine, work, shape, ranks, sweep, together))


def kernel_seconds(machine, run, sweep):
    """What is left of a measured time without the messages; half of it where that is less than nothing."""
    sent = sum(communication(machine, run.work, run.shape, run.ranks, sweep, run.together))
    return max(run.median(sweep) - sent, 0.5 * run.median(sweep))


def measured_cost(machine, series, sweep):
    """Seconds per point and layer of a rank that is alone, from the run on the fewest ranks."""
    run = series.first
    seconds = kernel_seconds(machine, run, sweep) / crowding(machine, run.ranks)
    return seconds / point_layers(run.work, run.shape, run.ranks)


def measured_speed_up(machine, series, sweep):
    """A full node against one rank as the runs on one node show it; None where they do not."""
    inside = {run.ranks: run for run in series.runs if run.ranks <= machine.ranks_per_node}
    if 1 not in inside or machine.ranks_per_node not in inside:
        return None
    rates = {p: run.points / kernel_seconds(machine, run, sweep) for p, run in inside.items()}
    return max(rates.values()) / rates[1]
