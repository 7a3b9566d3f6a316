"""Several results at once: what changes with the keys in which their cases differ."""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import LogFormatter, NullLocator

import curves
import style
from parameter import SYMBOL

sys.path.append(str(Path(__file__).resolve().parents[1]))

import nadir_io  # noqa: E402
from nadir_io import ReadError  # noqa: E402, F401

MOST_KEYS = 4  # columns of panels
MOST_NAMES = 8  # entries of a legend
WIDE = 30  # a range of factors from which on an axis is logarithmic
BASELINES = {
    "withheld_persistence_rms": "no change",
    "withheld_interpolation_rms": "change\ninterpolated",
}
DASHES = ("-", "--", ":", "-.")


def read(paths):
    return nadir_io.open_sweep(paths, states=False)


def draw(runs):
    """(name, function that draws it) of every picture; it returns None without data for one."""
    keys = keys_of(runs)
    yield "sweep", lambda: draw_scores(runs, keys)
    yield "sweep-coefficients", lambda: draw_coefficients(runs, keys)
    yield "sweep-history", lambda: draw_histories(runs, keys)


class Key:
    """A key of the case along the runs: where each run stands on its axis, and what it is called."""

    def __init__(self, name, values):
        self.name = name
        self.numeric = values.dtype.kind in "if"
        distinct = [v for v in np.unique(values) if v == v]
        self.names = [f"{v:g}" if self.numeric else style.literal(v) or "none" for v in distinct]
        places = distinct if self.numeric else range(len(distinct))
        self.rank = np.array([distinct.index(v) if v == v else -1 for v in values])
        self.values = np.array([places[r] if r >= 0 else np.nan for r in self.rank], dtype=float)

    def same_as(self, other):
        """Whether it tells the runs apart just as the other does, as the target's layer does n."""
        return len(set(zip(self.rank, other.rank))) == len(set(self.rank)) == len(set(other.rank))

    def scale(self, axes):
        """Factors apart, the values go on a logarithmic axis; with 0 among them, on one that has a 0."""
        positive = self.values[self.values > 0]
        if not self.numeric or not positive.size or positive.max() < WIDE * positive.min():
            return
        if np.nanmin(self.values) > 0:
            axes.set_xscale("log")
        elif np.nanmin(self.values) == 0:
            axes.set_xscale("symlog", linthresh=positive.min())

    def label(self, axes):
        axes.set_xlabel(self.name)
        if not self.numeric:
            axes.set_xticks(range(len(self.names)), self.names)
            axes.set_xlim(-0.4, len(self.names) - 0.6)
        elif self._apart(axes):
            axes.set_xticks(np.unique(self.values[self.rank >= 0]), self.names)
            axes.xaxis.set_minor_locator(NullLocator())

    def _apart(self, axes):
        """Whether the values are few and stand far enough apart to be the ticks."""
        places = np.unique(self.values[self.rank >= 0])
        places = axes.transData.transform(np.column_stack([places, np.ones(places.size)]))[:, 0]
        return 1 < places.size <= 7 and np.diff(places).min() > 0.12 * np.ptp(places)


def keys_of(runs):
    """The keys worth an axis; the runs' names when their cases do not differ."""
    keys = []
    for name, values in runs.coords.items():
        if values.dims == ("run",) and name not in ("run", "file", "state_layer"):
            key = Key(name, values.values)
            if not any(key.same_as(k) for k in keys):
                keys.append(key)
    return keys or [Key("run", runs.run.values)]


def families(key, others):
    """Runs that differ in `key` alone, as lists ordered by it: each is a line."""
    groups = {}
    for run in range(len(key.rank)):
        groups.setdefault(tuple(other.rank[run] for other in others), []).append(run)
    return [sorted(group, key=lambda run: key.rank[run]) for group in groups.values()]


# -- panels


def sheet(rows, keys):
    """Axes [row, key], with the same x in a column and the same y in a row."""
    size = (3.4 * len(keys) + 0.6, 2.3 * rows + 0.5)
    figure, axes = plt.subplots(
        rows, len(keys), figsize=size, squeeze=False, sharex="col", sharey="row"
    )
    for column, key in enumerate(keys):
        key.scale(axes[0, column])
    return figure, axes


def plot(axes, key, keys, values, spread=None, **look):
    """A quantity [run] over a key, coloured by the first other key; `spread` [2, run] as bars.

    Numbers are joined by lines, names are not.
    """
    others = [k for k in keys if k is not key]
    for family in families(key, others):
        colour = (
            colours(others[0])(others[0].rank[family[0]])
            if others
            else dict(color=style.INK["prediction"])
        )
        line = (
            dict(marker="o", ms=4, lw=1.2) | colour | look | ({} if key.numeric else {"ls": "none"})
        )
        axes.plot(key.values[family], values[family], **line)
        if spread is not None:
            bars = np.abs(spread[:, family] - values[family])
            look_of_bars = dict(fmt="none", ecolor=colour["color"], elinewidth=0.8, capsize=2)
            axes.errorbar(key.values[family], values[family], bars, **look_of_bars)
    axes.grid(True, which="major", lw=0.4, color="#dddddd")


def finish(figure, axes, keys, runs):
    """Axes of the keys below, what the colours mean above, and a heading."""
    for column, key in enumerate(keys):
        key.label(axes[-1, column])
        others = [k for k in keys if k is not key]
        if others:
            explain(
                axes[0, column],
                others[0],
                colours(others[0]),
                loc="lower left",
                bbox_to_anchor=(0, 1),
                ncol=4,
            )
    style.heading(figure, f"{style.literal(runs.attrs.get('title') or 'sweep')}: {runs.sizes['run']} runs")


def colours(key):
    """The look of a line for a rank of the key."""
    steps = max(len(key.names) - 1, 1)
    return lambda rank: dict(color=plt.get_cmap("viridis")(0.9 * max(rank, 0) / steps))


def entries(key, look):
    """Lines for a legend: one for each value of the key, or for a few over the whole range."""
    count = len(key.names)
    ranks = sorted({int(round(i)) for i in np.linspace(0, count - 1, min(count, MOST_NAMES))})
    looks = {rank: dict(color="black", lw=1.6) | look(rank) for rank in ranks}
    return [plt.Line2D([], [], label=key.names[rank], **looks[rank]) for rank in ranks]


def explain(axes, key, look, **where):
    short = dict(
        alignment="left", title_fontsize=8, borderpad=0.2, handlelength=1.8, columnspacing=1
    )
    axes.legend(handles=entries(key, look), title=key.name, **short, **where)


def logarithmic(axes):
    """The log scale of the other pictures, with 20 rather than 2 x 10^1 on its axis."""
    curves.logarithmic(axes)
    if axes.get_yscale() == "log":
        axes.yaxis.set_major_formatter(LogFormatter())
        axes.yaxis.set_minor_formatter(LogFormatter(minor_thresholds=(1.5, 0.5)))


# -- figures


def draw_scores(runs, keys):
    """Final loss and withheld error over each key; None when there is neither."""
    rows = [row for name, row in (("loss", losses), ("withheld_rms", withheld)) if name in runs]
    if not rows:
        return None
    keys = keys[:MOST_KEYS]
    figure, axes = sheet(len(rows), keys)
    for row, fill in enumerate(rows):
        fill(axes[row], keys, runs)
    finish(figure, axes, keys, runs)
    return figure


def losses(panels, keys, runs):
    loss, misfit = runs.loss.values, runs.misfit.values
    penalised = np.nanmax(np.abs(loss - misfit)) > 0.01 * np.nanmax(np.abs(loss))
    for axes, key in zip(panels, keys):
        plot(axes, key, keys, loss)
        if penalised:
            plot(axes, key, keys, misfit, ls=":", mfc="white")
        logarithmic(axes)
    panels[0].set_ylabel("loss at the end" + ("\n(open circles: misfit)" if penalised else ""))


def withheld(panels, keys, runs):
    for axes, key in zip(panels, keys):
        plot(axes, key, keys, runs.withheld_rms.values)
        for name, label in BASELINES.items():
            if name in runs and np.ptp(runs[name].values) == 0:
                height = runs[name].values[0]
                axes.axhline(height, color=style.INK["input"], lw=1, ls="--")
                if axes is panels[-1]:
                    where = dict(
                        xycoords=("axes fraction", "data"),
                        xytext=(4, 0),
                        textcoords="offset points",
                    )
                    axes.annotate(label, (1, height), va="center", fontsize=8, **where)
        axes.set_ylim(bottom=0)
    units = runs.attrs.get("data_units", "1")
    panels[0].set_ylabel(style.with_units("rms error at\nwithheld points", units))


def draw_coefficients(runs, keys):
    """Every coefficient that is not the same in all runs, a component per row; None without any."""
    rows = [row for name in SYMBOL if name in runs for row in components(runs[name])]
    if not rows:
        return None
    keys = keys[:MOST_KEYS]
    figure, axes = sheet(len(rows), keys)
    ranged = False
    for row, (label, values) in enumerate(rows):
        mean, spread = summary(values)
        ranged = ranged or spread is not None
        for column, key in enumerate(keys):
            plot(axes[row, column], key, keys, mean, spread)
        axes[row, 0].set_ylabel(label)
    finish(figure, axes, keys, runs)
    if ranged:
        figure.supxlabel(
            "points: means; bars: smallest to largest value in space and layers",
            fontsize=8,
            color="#555555",
        )
    return figure


def components(parameter):
    """(label, values [run, ...]) of the components that differ between the runs."""
    symbol = SYMBOL[parameter.name].replace("ω", r"\omega")
    scale = f"{parameter.name}_component"
    parts = {f"${symbol}$": parameter}
    if scale in parameter.dims:
        parts = {f"${symbol}_{{{c}}}$": parameter.sel({scale: c}) for c in parameter[scale].values}
    units = parameter.attrs.get("units", "1")
    for label, values in parts.items():
        first = np.broadcast_to(values.isel(run=0), values.shape)
        if not np.array_equal(values, first, equal_nan=True):
            yield style.with_units(label, units), values


def summary(values):
    """Mean of each run, and its smallest and largest value where it varies."""
    inner = [d for d in values.dims if d != "run"]
    mean, low, high = (getattr(values, f)(inner).values for f in ("mean", "min", "max"))
    return mean, np.stack([low, high]) if (low < high).any() else None


def draw_histories(runs, keys):
    """Loss and gradient norm of all runs by iteration; colours are the first key, dashes the second."""
    if "history_loss" not in runs:
        return None
    looks = {keys[0]: colours(keys[0])}
    if len(keys) > 1 and len(keys[1].names) <= len(DASHES):
        looks[keys[1]] = lambda rank: dict(ls=DASHES[rank])
    figure, panels = plt.subplots(1, 2, figsize=(9, 3.4))
    titles = dict(history_loss="loss", history_gradient_norm="norm of its gradient")
    for axes, (name, title) in zip(panels, titles.items()):
        for run in range(runs.sizes["run"]):
            look = {k: v for key, of in looks.items() for k, v in of(key.rank[run]).items()}
            axes.plot(runs.iteration, runs[name][run], lw=1.1, **look)
        logarithmic(axes)
        axes.set_title(title)
        axes.set_xlabel("iteration")
        axes.xaxis.get_major_locator().set_params(integer=True)
    handles = []
    for key, look in looks.items():
        handles += [plt.Line2D([], [], ls="none", label=key.name), *entries(key, look)]
    panels[1].legend(handles=handles, loc="center left", bbox_to_anchor=(1, 0.5))
    style.heading(
        figure, f"{style.literal(runs.attrs.get('title') or 'sweep')}: training of {runs.sizes['run']} runs"
    )
    return figure
