"""Throughput, share of the limit, ratio to the opponents, and memory against depth, as PNG files."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "nadir_plot"))

import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402
import style  # noqa: E402
from matplotlib.ticker import LogLocator  # noqa: E402

COLORS = {
    "nadir": "#1b6ca8",
    "nadir-plain": "#7fb2d8",
    "twin": "#222222",
    "petsc-assembled": "#d95f02",
    "petsc-free": "#f0a35e",
    "pytorch": "#7a3b9a",
    "pytorch-tuned": "#b992cf",
}
WHAT = ("forward", "gradient")
TITLES = {"forward": "one loss", "gradient": "one loss and gradient"}


def runs(document):
    """(label, programs) of every problem and number of ranks."""
    for problem in document["problems"]:
        for run in problem["runs"]:
            ranks = "1 rank" if run["ranks"] == 1 else f"{run['ranks']} ranks"
            yield f"{problem['name']}, {ranks}", run["programs"]


def dots(ax, rows, what, value_of, names):
    """A dot with quartiles for each program and run; the handles for a legend, by program."""
    handles = {}
    for k, (_, entries) in enumerate(rows):
        for name in names:
            value = value_of(entries[name][what]) if name in entries else None
            if value:
                sides = [[value["median"] - value["q1"]], [value["q3"] - value["median"]]]
                handles[name] = ax.errorbar(
                    value["median"], k, xerr=sides, fmt="o", markersize=4, color=COLORS[name]
                )
    return handles


def panels(document, value_of, names, label, title, line=None):
    """A row for each run, forward beside gradient, the legend below; None where there is nothing."""
    rows = list(runs(document))
    height = 0.5 + 0.28 * len(rows)
    figure = plt.figure(figsize=(9.5, height + 1.1))
    places = figure.add_gridspec(2, 2, height_ratios=[height, 0.3])
    left = figure.add_subplot(places[0, 0])
    handles = {}
    for what, ax in zip(WHAT, (left, figure.add_subplot(places[0, 1], sharey=left))):
        handles |= dots(ax, rows, what, value_of, names)
        if line:
            ax.axvline(line, color=style.QUIET, linewidth=0.8)
        ax.set(title=TITLES[what], xlabel=label, xscale="log")
        ax.grid(axis="x", linewidth=0.4)
        ax.xaxis.set_major_formatter("{x:g}")
        ax.tick_params(labelleft=ax is left)
    left.set_yticks(np.arange(len(rows)), [label for label, _ in rows])
    left.set_ylim(len(rows) - 0.5, -0.5)
    if not handles:
        plt.close(figure)
        return None
    below = figure.add_subplot(places[1, :])
    below.axis("off")
    below.legend(handles.values(), handles, loc="center", ncols=len(handles))
    style.heading(figure, title)
    return figure


def throughput(document):
    return panels(
        document,
        lambda entry: entry["mpoint_layers_per_s"],
        COLORS,
        "million points x layers x samples per second",
        "Throughput",
    )


def limit(document):
    return panels(
        document,
        lambda entry: entry["rate_over_twin"],
        ["nadir", "nadir-plain"],
        "rate over that of the twin",
        "Share of the limit of memory (1: as fast as the bare streams)",
        line=1.0,
    )


def ratio(document):
    return panels(
        document,
        lambda entry: entry["time_over_nadir"],
        [name for name in COLORS if name not in ("nadir", "nadir-plain", "twin")],
        "time over that of nadir",
        "How many times longer the opponents take",
        line=1.0,
    )


def memory(document):
    if not document["memory"]:
        return None
    figure, ax = plt.subplots(figsize=(5.5, 3.8))
    for entry in document["memory"]:
        ax.plot(entry["layers"], np.array(entry["bytes"]) / 1e6, "o-", label=entry["label"])
    ax.set(xlabel="layers", ylabel="peak resident memory, MB", xscale="log", yscale="log")
    ax.set_xticks(entry["layers"], [str(n) for n in entry["layers"]])
    ax.minorticks_off()
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.grid(axis="y", linewidth=0.4)
    ax.yaxis.set_major_formatter("{x:g}")
    ax.legend()
    shape = " x ".join(map(str, entry["shape"]))
    style.heading(figure, f"Memory of a gradient against depth, {shape} points")
    return figure


def write(document, folder):
    """The paths of the pictures; none where there is nothing to show."""
    written = []
    for draw in (throughput, limit, ratio, memory):
        path = folder / f"{draw.__name__}.png"
        figure = draw(document)
        if figure is None:
            path.unlink(missing_ok=True)
        else:
            written.append(style.save(figure, path))
    return written
