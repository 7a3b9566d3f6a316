"""The pictures of one matrix: each function draws a figure, or returns None without data for it."""

import re

import matplotlib.pyplot as plt
import numpy as np

import panels as maps
import style
from analysis import ALIASED, DIVERGENT
from result import PIXELS

COLOURS = ["#1b6ca8", "#d95f02", "#4d9a3f", "#7a4fa3"]
QUIET_LINE = dict(color="#888888", lw=0.9, ls="--")
MOST_FIELDS = 9


def name_of(analysis, matrix):
    return style.literal(analysis.matrix_name(matrix))


def shown(analysis, matrix):
    """Coefficients worth a panel: those that vary, without aliases and what does not exist."""
    found = [c for c in analysis.told(matrix) if c.state not in (ALIASED, DIVERGENT)]
    return [c for c in found if c.varies and np.isfinite(c.values).all()][:MOST_FIELDS]


def draw_moments(analysis, matrix):
    fields = shown(analysis, matrix)
    if not fields or analysis.moments[matrix].shape[-1] < 2:
        return None
    columns = min(3, len(fields))
    rows = -(-len(fields) // columns)
    aspect = aspect_of(analysis)
    height = 2.6 if aspect is None else 0.9 + 2.1 * aspect
    figure, panels = plt.subplots(rows, columns, figsize=(3.2 * columns, height * rows), squeeze=False)
    for panel in panels.flat[len(fields) :]:
        panel.set_axis_off()
    for panel, field in zip(panels.flat, fields):
        draw_field(panel, analysis, field)
        panel.set_title(style.with_units(f"{field.label}  {field.process}", field.units))
    notes = [c.label for c in analysis.coefficients(matrix) if c.state == DIVERGENT]
    style.heading(figure, f"{name_of(analysis, matrix)}: coefficients that vary")
    style.caption(
        figure,
        slice_shown(analysis),
        "" if fields[0].inner.all() else left_out(analysis, matrix),
        f"do not exist: {', '.join(notes)}" if notes else "",
    )
    return figure


def aspect_of(analysis):
    """Height over width of a map, kept within what a panel can show; None for lines."""
    if len(analysis.coordinates) < 2:
        return None
    height, width = (len(c) * abs(c[-1] - c[0]) / max(len(c) - 1, 1) or 1.0 for c in analysis.coordinates[-2:])
    return float(np.clip(height / width, 0.4, 1.3))


def left_out(analysis, matrix):
    """Why there are gaps, or grey."""
    reasons = ["rows at an open end"] if analysis.boundary[matrix].any() else []
    reasons += ["points without data"] if analysis.hidden is not None else []
    return ("grey: " if len(analysis.coordinates) > 1 else "gaps: ") + " and ".join(reasons)


def slice_shown(analysis):
    """Which slice of three dimensions is drawn."""
    if len(analysis.coordinates) < 3:
        return ""
    places = analysis.coordinates[0]
    return style.literal(f"slice {analysis.axes[0]} = {places[len(places) // 2]:.4g}")


def draw_field(panel, analysis, field):
    values = np.where(field.inner, field.values, np.nan)
    coordinates = analysis.coordinates
    if len(coordinates) == 3:  # the middle slice
        values, coordinates = values[values.shape[0] // 2], coordinates[1:]
    if len(coordinates) == 2:
        colours, norm = style.shades(values, trim=0.5)
        colours.set_bad(style.UNKNOWN)
        image = panel.pcolormesh(coordinates[1], coordinates[0], values, cmap=colours, norm=norm,
                                 shading="nearest", rasterized=True)  # fmt: skip
        panel.set_aspect("auto")
        if analysis.units in PIXELS:  # their first row is the one on top
            panel.invert_yaxis()
        panel.figure.colorbar(image, ax=panel, extend=style.clipped(norm, values))
        maps.name_axis(panel.xaxis, analysis.axes[-1], analysis.units)
        maps.name_axis(panel.yaxis, analysis.axes[-2], analysis.units)
        return
    places = coordinates[0] if coordinates else np.arange(len(values))
    panel.plot(places, values, color=COLOURS[0], lw=1.2 if coordinates else 0,
               marker=None if coordinates else ".", ms=3)  # fmt: skip
    if coordinates:
        maps.name_axis(panel.xaxis, analysis.axes[0], analysis.units)
    else:
        panel.set_xlabel("neuron")
    panel.axhline(0, lw=0.5, color="#bbbbbb")


def draw_symbol(analysis, matrix):
    if analysis.symbol is None:
        return None
    s, phase = analysis.symbol, analysis.symbol["phase"] / np.pi
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3.7))
    for d, (name, colour) in enumerate(zip(analysis.directions(), COLOURS)):
        where = name if name == "diagonal" else f"along {name}"
        left.plot(phase, s["real"][matrix, d], color=colour, **style.apart(d), label=f"{where}, real")
        dots = (2 * d, (2, 6))  # of three directions that coincide in turn
        left.plot(phase, s["imaginary"][matrix, d], color=colour, lw=1.8, ls=dots, label="imaginary")
        low, high = s["lowest"][matrix, d], s["highest"][matrix, d]
        if (high - low).max() > 1e-9:
            right.fill_between(phase, low, high, color=colour, alpha=0.15, lw=0)
        right.plot(phase, s["amplification"][matrix, d], color=colour, **style.apart(d), label=where)
    left.axhline(0, lw=0.5, color="#bbbbbb")
    left.set_title(r"symbol $\hat W(k)=\sum_r W_r\,e^{ik\cdot r}$")
    right.axhline(s["amplification"][matrix, 0, 0], label="$|a(0)|$: below it a wave is smoothed", **QUIET_LINE)
    right.axhline(1, lw=0.6, color="#c0267e")
    right.set_ylim(bottom=0)
    right.set_title(r"amplification $|a|=|1-\omega+\omega\hat W|$ of a layer")
    for panel in (left, right):
        panel.set_xlabel("phase of the wave from point to point [π]")
        panel.legend(ncol=2, loc="upper center", bbox_to_anchor=(0.5, -0.2))
    spread = (s["highest"][matrix] - s["lowest"][matrix]).max() > 1e-9
    style.heading(figure, f"{name_of(analysis, matrix)}: what happens to waves")
    range_of_rows = "shaded: the range over all points" if spread else ""
    style.caption(figure, range_of_rows, "above the thin line at 1 a wave grows")
    return figure


def draw_explained(analysis, matrix):
    shares = analysis.explained
    if not np.isfinite(shares[matrix]).any():
        return None
    figure, panel = plt.subplots(figsize=(4.6, 3.1))
    orders = np.arange(shares.shape[1])
    for other in shares[:50] if len(shares) > 1 else []:
        panel.plot(orders, np.maximum(other, -0.3), color="#c9d7e2", lw=0.8)
    lines = {"of $Wz$": shares[matrix], "of its change $Wz-z$": analysis.explained_change[matrix]}
    for k, ((label, line), colour) in enumerate(zip(lines.items(), COLOURS)):
        look = style.apart(k) | dict(marker="o", ms=(8, 4)[k])
        panel.plot(orders, np.maximum(line, -0.3), color=colour, label=label, **look)
    panel.axhline(1, **QUIET_LINE)
    lowest = np.nanmin([np.nanmin(line) for line in lines.values() if np.isfinite(line).any()])
    panel.set_ylim(min(0, max(lowest, -0.3)) - 0.03, 1.06)
    panel.legend()
    panel.set_xticks(orders)
    panel.set_xlabel("moments up to this order")
    panel.set_ylabel("explained share")
    style.heading(figure, f"{name_of(analysis, matrix)}: how much the PDE explains")
    others = "the other matrices in pale blue" if len(shares) > 1 else ""
    style.caption(figure, others, "below −0.3 cut off" if lowest < -0.3 else "")
    return figure


def draw_spectrum(analysis, matrix):
    if not analysis.has_spectrum(matrix):
        return None
    values = analysis.random["eigenvalues"][matrix]
    figure, panel = plt.subplots(figsize=(4.2, 4.0))
    angle = np.linspace(0, 2 * np.pi, 200)
    panel.fill(np.cos(angle), np.sin(angle), color="#eeeeee", lw=0)
    panel.plot(np.cos(angle), np.sin(angle), label="circular law of random matrices", **QUIET_LINE)
    panel.plot(values[:, 0], values[:, 1], ".", ms=4, color=COLOURS[0], label="eigenvalues")
    reach = 1.08 * max(1.0, np.abs(values).max())
    panel.set_xlim(-reach, reach)
    panel.set_ylim(-reach, 1.3 * reach)
    panel.set_aspect("equal")
    panel.set_xlabel("real part")
    panel.set_ylabel("imaginary part")
    panel.legend(loc="upper left")
    style.heading(figure, f"{name_of(analysis, matrix)}: eigenvalues")
    style.caption(figure, f"p = {analysis.random['p_circular'][matrix]:.2g}")
    return figure


def draw_singular_values(analysis, matrix):
    if not analysis.has_spectrum(matrix):
        return None
    squares = np.sort(analysis.random["singular_values"][matrix] ** 2)
    figure, panel = plt.subplots(figsize=(4.8, 3.4))
    share = np.arange(1, len(squares) + 1) / len(squares)
    s = np.linspace(0, 2, 300)
    law = 2 / np.pi * (s / 2 * np.sqrt(1 - (s / 2) ** 2) + np.arcsin(s / 2))
    panel.plot(s**2, law, label="Marchenko–Pastur's law of random matrices", **QUIET_LINE)
    panel.step(squares, share, where="post", color=COLOURS[0], lw=1.4, label="squared singular values")
    if squares[-1] > 12:
        panel.set_xscale("symlog", linthresh=4)
    panel.set_xlim(left=0)
    panel.set_ylim(0, 1.03)
    panel.set_xlabel("$s^2$")
    panel.set_ylabel("share of values below")
    panel.legend(loc="lower right")
    style.heading(figure, f"{name_of(analysis, matrix)}: singular values")
    style.caption(figure, f"p = {analysis.random['p_marchenko_pastur'][matrix]:.2g}")
    return figure


def draw_locality(analysis, matrix):
    locality = analysis.locality
    figure, panel = plt.subplots(figsize=(4.6, 3.1))
    for k, (name, label) in enumerate((("absolute", "$|W|$"), ("squared", "$|W|^2$"))):
        panel.step(locality["distance"], locality[name][matrix], where="post", color=COLOURS[k],
                   label=f"share of {label}", **style.apart(k))  # fmt: skip
    panel.set_ylim(0, 1.03)
    panel.set_xlim(left=0)
    panel.set_xlabel(style.with_units("within this distance", analysis.units))
    panel.legend(loc="lower right")
    style.heading(figure, f"{name_of(analysis, matrix)}: how local the weights are")
    exponent = locality["power_law"][matrix]
    style.caption(figure, f"falls off as $|r|^{{-{exponent:.3g}}}$" if np.isfinite(exponent) else "")
    return figure


FIGURES = {
    "moments": draw_moments,
    "symbol": draw_symbol,
    "explained": draw_explained,
    "spectrum": draw_spectrum,
    "singular-values": draw_singular_values,
    "locality": draw_locality,
}


def lines_of(latex, most=6):
    """The equation in lines of about as many terms each, six at most (b comes for nothing)."""
    terms = re.split(r" (?=[+-] )", latex.replace("[ - ", "[-"))
    count = max(1, -(-(len(terms) - 1) // most))
    size = -(-len(terms) // count)
    lines = [" ".join(terms[first : first + size]) for first in range(0, len(terms), size)]
    return lines[:1] + [rf"\qquad\qquad\; {line}" for line in lines[1:]]


def draw_equation(latex):
    """The equation as a picture; None where the typesetting does not know a sign."""
    text = latex.replace(r"\bigl[", "[").replace(r"\bigr]", "]").replace(r"\tfrac", r"\frac")
    figure = plt.figure(figsize=(0.1, 0.1), constrained_layout=False)
    try:
        words = figure.text(0, 0, "\n".join(f"${line}$" for line in lines_of(text)), fontsize=12, linespacing=1.6)
        figure.canvas.draw()
    except ValueError:
        plt.close(figure)
        return None
    box = words.get_window_extent()
    figure.set_size_inches((box.width + 16) / figure.dpi, (box.height + 12) / figure.dpi)
    words.set_position((8 / (box.width + 16), (6 - box.y0) / (box.height + 12)))
    return figure
