"""The table of a series, and the same numbers for a JSON file."""

import math
from dataclasses import asdict, replace
from fractions import Fraction

import model
from decomposition import process_grid, weak_grid
from results import SWEEPS


class Column:
    """A sweep of a series: what was measured, beside the model made from it."""

    def __init__(self, series, sweep, options):
        self.series, self.sweep, self.work = series, sweep, series.work
        alone = model.Machine(options.latency, options.bandwidth, options.ranks_per_node, math.inf)
        self.measured_node = model.measured_speed_up(alone, series, sweep)
        speed_up = options.node_speed_up or self.measured_node or math.inf
        self.machine = replace(alone, node_speed_up=speed_up)
        self.cost = model.measured_cost(self.machine, series, sweep)

    def row(self, shape, ranks, run=None):
        """A line of the table; `run` where it was measured."""
        together = run.together if run else 1
        what = self.work, shape, ranks, self.sweep
        prediction = model.predict(self.machine, *what, self.cost, together)
        sent = model.counts(*what, together)
        leaving = model.leaving_node(*what, self.machine.ranks_per_node, together)
        row = dict(ranks=ranks, shape=shape, processes=process_grid(shape, ranks, 2 * together - 1),
                   points_per_rank=float(Fraction(math.prod(shape), ranks)),
                   model=prediction.seconds, model_parts=asdict(prediction),
                   model_overlapped=prediction.overlapped, **asdict(replace(sent, node_bytes=leaving)))  # fmt: skip
        row["model_speed_up"] = self.speed_up(shape, prediction.seconds)
        if run:
            low, seconds, high = run.quartiles(self.sweep)
            row |= dict(nodes=run.nodes, seconds=seconds, quartiles=(low, high), files=run.paths,
                        speed_up=self.speed_up(shape, seconds), ratio=seconds / prediction.seconds,
                        counted=run.counts if self.sweep == "gradient" else {})  # fmt: skip
        return row

    def speed_up(self, shape, seconds):
        """Against one rank: by the points and layers that pass in a second."""
        return math.prod(shape) * self.work.layers * self.work.samples / seconds * self.cost

    def measured(self):
        return [self.row(run.shape, run.ranks, run) for run in self.series.runs]

    def predicted(self, most_ranks, grid=None):
        """Lines of the model alone: powers of 2 beyond the runs, or all of them on another grid."""
        beyond = 0 if grid else self.series.runs[-1].ranks
        ranks = [2**k for k in range(most_ranks.bit_length()) if beyond < 2**k <= most_ranks]
        shapes = [(self.shape(p, grid), p) for p in ranks]
        return [self.row(shape, p) for shape, p in shapes if process_grid(shape, p)]

    def shape(self, ranks, grid=None):
        """The grid of the series on so many ranks; `grid`: another one, or another box of a rank."""
        if self.series.kind == "strong":
            return grid or self.series.first.shape
        return weak_grid(grid or self.box(), ranks)

    def box(self):
        first = self.series.first
        return tuple(n // p for n, p in zip(first.shape, process_grid(first.shape, first.ranks)))


def columns(series, options):
    return [Column(series, sweep, options) for sweep in SWEEPS]


def rows(column, options):
    measured = [] if options.grid else column.measured()
    return measured + column.predicted(options.ranks, options.grid)


# -- text


HEADER = ("ranks", "grid", "points/rank", "seconds", "quartiles", "speed-up", "efficiency", "model",
          "measured/model", "messages", "bytes")  # fmt: skip


def table(lines):
    """Lines of one sweep as text; of those of the model alone every second one."""
    alone = [row for row in lines if "seconds" not in row]
    shown = [row for row in lines if "seconds" in row] + alone[::-2][::-1]
    cells = [HEADER] + [cells_of(row) for row in shown]
    widths = [max(len(line[k]) for line in cells) for k in range(len(HEADER))]
    return "\n".join("  ".join(c.rjust(w) for c, w in zip(line, widths)) for line in cells)


def cells_of(row):
    measured = "seconds" in row
    speed_up = row["speed_up"] if measured else row["model_speed_up"]
    return (
        str(row["ranks"]),
        "x".join(map(str, row["shape"])),
        f"{row['points_per_rank']:.0f}",
        f"{row['seconds']:.4g}" if measured else "-",
        "{:.4g}-{:.4g}".format(*row["quartiles"]) if measured else "-",
        f"{speed_up:.4g}",
        f"{speed_up / row['ranks']:.2f}",
        f"{row['model']:.4g}",
        f"{row['ratio']:.2f}" if measured else "-",
        str(row["messages"]),
        str(row["bytes"]),
    )


def heading(series, column):
    work = series.work
    what = f"{work.layers} layers" + (f", {work.samples} samples" if work.samples > 1 else "")
    cost = f"{1e-6 / column.cost:.4g} Mpoint-layers/s on one rank"
    return f"{series.kind} scaling: {work}, {what}, {column.sweep}, {cost}"


def node_note(column):
    """Where the model's node comes from."""
    machine = column.machine
    if math.isinf(machine.node_speed_up):
        return ("the model lets every rank of a node be as fast as one alone: no full node was measured; "
                "see --node-speed-up")  # fmt: skip
    source = (
        "measured, so the model meets it"
        if machine.node_speed_up == column.measured_node
        else "given"
    )
    return f"a node of {machine.ranks_per_node} ranks is {machine.node_speed_up:.3g} times as fast as one ({source})"


def disagreements(lines):
    """Where the program counted other messages or bytes than the model."""
    for row in lines:
        for name, value in row.get("counted", {}).items():
            if value != row[name]:
                yield f"{row['files'][0]}: counted {value} {name}, the model {row[name]}"


def count_note(lines):
    counted = [row for row in lines if row.get("counted")]
    if not counted:
        return "messages and bytes are the model's: the results have no counts"
    return f"messages and bytes are those counted by the program in {len(counted)} results"
