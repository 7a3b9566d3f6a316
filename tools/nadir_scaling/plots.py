"""The picture of a series: seconds and efficiency against ranks, measured points and the model."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "nadir_plot"))

import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.ticker import LogLocator, NullLocator  # noqa: E402

import style  # noqa: E402

COLOURS = dict(forward=style.INK["prediction"], gradient=style.INK["target"])


def draw(series, lines_by_sweep, full_node):
    """`full_node`: ranks from which on there are several nodes."""
    figure, (seconds, efficiency) = plt.subplots(1, 2, figsize=(9, 3.6))
    for sweep, lines in lines_by_sweep.items():
        look = dict(color=COLOURS[sweep])
        plot_model(seconds, lines, lambda row, model: row[model], **look)
        plot_model(efficiency, lines, efficiency_of_model, **look)
        measured = [row for row in lines if "seconds" in row]
        plot_measured(seconds, measured, lambda row, s: s, sweep, **look)
        plot_measured(efficiency, measured, efficiency_of, sweep, **look)
    if series.kind == "strong":
        plot_ideal(seconds, lines_by_sweep)
    finish(seconds, "seconds per evaluation", full_node)
    finish(efficiency, "efficiency", full_node)
    efficiency.set_ylim(0, None)
    if series.kind == "strong":
        seconds.set_yscale("log")
    else:
        seconds.set_ylim(0, None)
    legend(seconds, series, lines_by_sweep)
    style.heading(figure, f"{series.kind} scaling: {style.literal(series.work)}, {extent(series, lines)}")
    style.caption(figure, "points: medians and quartiles; lines: the model without overlap",
                  "shaded: up to full overlap of messages and work")  # fmt: skip
    return figure


def extent(series, lines):
    """The size of the series in words, from any of its lines."""
    if series.kind == "strong":
        return " x ".join(map(str, lines[0]["shape"])) + " points"
    return f"{lines[0]['points_per_rank']:.0f} points per rank"


def efficiency_of_model(row, model):
    return row["model_speed_up"] / row["ranks"] * row["model"] / row[model]


def efficiency_of(row, seconds):
    return row["speed_up"] / row["ranks"] * row["seconds"] / seconds


def plot_model(axes, lines, value, color):
    ranks = [row["ranks"] for row in lines]
    worst = [value(row, "model") for row in lines]
    best = [value(row, "model_overlapped") for row in lines]
    axes.plot(ranks, worst, color=color, lw=1.2)
    axes.fill_between(ranks, worst, best, color=color, alpha=0.2, lw=0)


def plot_measured(axes, lines, value, label, color):
    if not lines:
        return
    middle = [value(row, row["seconds"]) for row in lines]
    ends = [sorted(value(row, s) for s in row["quartiles"]) for row in lines]
    bars = [[m - low for m, (low, _) in zip(middle, ends)], [high - m for m, (_, high) in zip(middle, ends)]]  # fmt: skip
    ranks = [row["ranks"] for row in lines]
    axes.errorbar(ranks, middle, bars, fmt="o", ms=4.5, color=color, capsize=2, label=label)


def plot_ideal(axes, lines_by_sweep):
    """As many times faster as there are ranks."""
    for lines in lines_by_sweep.values():
        first, ranks = lines[0], [row["ranks"] for row in lines]
        start = first["model"] * first["ranks"]
        axes.plot(ranks, [start / p for p in ranks], color=style.QUIET, lw=0.8, ls=":")


def finish(axes, label, full_node):
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_locator(LogLocator(base=4))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter("{x:.0f}")
    axes.set_xlabel("ranks")
    axes.set_ylabel(label)
    axes.grid(True, which="major", lw=0.4, color="#dddddd")
    low, high = axes.get_xlim()
    if low < full_node < high:
        axes.axvline(full_node, color=style.QUIET, lw=0.8, ls="--")
        where = dict(xycoords=("data", "axes fraction"), xytext=(3, 3), textcoords="offset points")
        axes.annotate("one node", (full_node, 0), fontsize=7.5, color=style.QUIET, **where)


def legend(axes, series, lines_by_sweep):
    handles = [plt.Line2D([], [], color=COLOURS[s], marker="o", ms=4.5, lw=1.2, label=s) for s in lines_by_sweep]  # fmt: skip
    if series.kind == "strong":
        handles.append(plt.Line2D([], [], color=style.QUIET, lw=0.8, ls=":", label="ideal"))
    axes.legend(handles=handles)
