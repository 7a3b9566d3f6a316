"""Loss by iteration and by layer."""

import matplotlib.pyplot as plt
import numpy as np

import panels
import style


def draw_history(result):
    """Loss, misfit and gradient norm by iteration; None without a history."""
    history = result.history
    if "loss" not in history or len(history["loss"]) < 1:
        return None
    iterations = history.get("iteration", np.arange(len(history["loss"])))
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.1))
    left.plot(
        iterations,
        history["loss"],
        color=style.INK["loss"],
        lw=1.5,
        label="loss = misfit + penalties",
    )
    if "misfit" in history:
        left.plot(
            iterations,
            history["misfit"],
            color=style.INK["prediction"],
            lw=1.2,
            ls="--",
            label="misfit",
        )
    left.set_title("what is minimised")
    left.legend()
    if "gradient_norm" in history:
        right.plot(iterations, history["gradient_norm"], color=style.INK["target"], lw=1.2)
    right.set_title("norm of its gradient")
    for axes in (left, right):
        logarithmic(axes)
        axes.set_xlabel("iteration")
    style.heading(figure, result.heading(": training"))
    style.caption(figure, style.literal(result.ended))
    return figure


def logarithmic(axes):
    """A log scale where all is positive (a loss can reach 0 exactly)."""
    values = np.concatenate([line.get_ydata() for line in axes.lines] or [np.zeros(1)])
    if (values > 0).any():
        axes.set_yscale("log", nonpositive="mask")
    axes.grid(True, which="major", lw=0.4, color="#dddddd")


def draw_by_layer(result):
    """Distance of every layer's state to the last target; None without a target."""
    if result.loss_by_layer is None:
        return None
    figure, panel = plt.subplots(figsize=(5, 3.3))
    plot_by_layer(panel, result)
    panels.title(panel, "", points_counted(result))
    style.heading(figure, result.heading(": approach to the target"))
    return figure


def points_counted(result):
    """Which points the distance to the target is taken over."""
    return "at trained points; withheld ones are left out" if result.any_withheld else ""


def distances(result):
    """Root mean square distance of every layer to the target [sample, depth], in units of the data."""
    return abs(result.scale) * np.sqrt(result.loss_by_layer / result.points_trained[:, None])


def plot_by_layer(panel, result):
    """The distance per observed point, so that it reads in units of the data."""
    distance = distances(result)
    depth = np.arange(distance.shape[1])
    several = 1 < len(distance) <= 8
    for sample in distance if several else []:
        panel.plot(depth, sample, color="#9ec9e2", lw=0.9, label="each sample")
    total = abs(result.scale) * np.sqrt(
        result.loss_by_layer.sum(axis=0) / result.points_trained.sum()
    )
    marker = "o" if len(depth) <= 50 else None
    panel.plot(
        depth,
        total,
        color=style.INK["prediction"],
        marker=marker,
        ms=3.5,
        lw=1.5,
        label="all samples",
    )
    panel.set_ylim(bottom=0)
    panel.set_xlabel("0: the input, 1: its attractor" if result.to_attractor else "layer (0: the input)")
    panel.set_ylabel(style.with_units("rms distance to the target", result.units))
    panel.xaxis.get_major_locator().set_params(integer=True)
    if several:
        panel.legend(handles=panel.lines[-2:])
    panel.grid(True, lw=0.4, color="#dddddd")


def draw_scores(axes, result):
    """Bars of the withheld error beside the baselines; False when nothing was withheld."""
    names = [
        ("withheld_persistence_rms", "no change (output = input)", style.INK["input"]),
        ("withheld_interpolation_rms", "change interpolated from neighbours", style.INK["target"]),
        ("withheld_rms", "this network", style.INK["prediction"]),
    ]
    rows = [
        (label, float(result.attributes[k]), colour)
        for k, label, colour in names
        if k in result.attributes
    ]
    rows = [row for row in rows if np.isfinite(row[1])]
    if not rows:
        return False
    labels, values, colours = zip(*rows[::-1])
    bars = axes.barh(range(len(rows)), values, color=colours, height=0.42)
    axes.bar_label(bars, [f" {v:.3g}" for v in values], fontsize=8.5)
    for place, label in enumerate(labels):
        axes.text(0, place + 0.25, f" {label}", va="bottom", fontsize=8.5)
    axes.set_yticks([])
    axes.set_ylim(-0.4, len(rows) - 0.3)
    axes.set_xlim(0, 1.18 * max(values))
    axes.set_xlabel(style.with_units("rms error at withheld points", result.units))
    return True
