"""Fixed points of the layers, how fast they are reached, and Green's functions."""

import matplotlib.pyplot as plt
import numpy as np

import lazy
import panels
import style

SHOWN = 3  # fixed points, or Green's functions
COLOURS = ["#1b6ca8", "#d95f02", "#3a923a", "#c0267e", "#7f7f7f", "#8c6bb1"]


def draw(result):
    """(name, function that draws it); they return None where the file has no attractors."""
    there = "state" in result.attractor
    yield "attractors", lambda: draw_states(result) if there else None
    yield "relaxation", lambda: draw_relaxation(result) if there else None


def name(result, k):
    """What is known of fixed point k, in a line."""
    radius, starts = result.attractor["radius"][k], result.attractor["starts"][k]
    kind = "stable" if radius < 1 - 1e-9 else "unstable" if radius > 1 + 1e-9 else "neutral"
    return f"fixed point {k}: {kind}, {starts} start{'' if starts == 1 else 's'}"


def responses(result):
    """(title, field) of the Green's functions of the first fixed point."""
    green = result.attractor.get("green")
    for k in range(0 if green is None else min(SHOWN, green.shape[1])):
        at = ", ".join(f"{a} {result.attractor[f'source_{a}'][k]}" for a in result.axes)
        yield f"response to b at point {at}", lazy.stored(green, (0, k))


def states(result):
    for k in range(min(SHOWN, len(result.attractor["state"]))):
        yield name(result, k), lazy.stored(result.attractor["state"], (k,))


def draw_states(result):
    """States z* and, in a row of their own, responses; maps, or lines in one dimension."""
    rows = [row for row in (list(states(result)), list(responses(result))) if row]
    figure = draw_lines(result, rows) if result.dimension == 1 else draw_maps(result, rows)
    style.heading(figure, result.heading(": attractors"))
    return figure


def draw_lines(result, rows):
    figure, axes = plt.subplots(len(rows), 1, figsize=(7, 2.9 * len(rows)), squeeze=False, sharex=True)
    for panel, row, label in zip(axes[:, 0], rows, ("state z*", "response")):
        for k, (colour, (title, field)) in enumerate(zip(COLOURS, row)):
            panels.line(panel, result, field, color=colour, label=title, **style.apart(k))
        panel.axhline(0, color="black", lw=0.6)
        panel.set_ylabel(label)
        panel.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    axes[-1, 0].set_xlabel(style.with_units("x", result.grid_units))
    return figure


def draw_maps(result, rows):
    """Of three dimensions the first slice, across the slowest axis unless another one is asked for."""
    plane = panels.planes(result)[0]
    columns = max(len(row) for row in rows)
    figure, axes = panels.sheet(len(rows), columns, plane.aspect, width=3.7, extra=0.8)
    for line, row, label in zip(axes, rows, ("state z*", "response")):
        shown = [panels.values_shown(result, field) for _, field in row]
        cmap, norm = style.shades(*shown)
        for j, (panel, (title, field)) in enumerate(zip(line, row)):
            drawn = panels.image(panel, plane, field, cmap, norm)
            panels.title(panel, title, f"slice {plane.title}" if plane.title else "")
            plane.label(panel, left=j == 0)
            if j == len(row) - 1:
                panels.colour_bar(figure, drawn, panel, label, *shown)
        for empty in line[len(row) :]:
            empty.axis("off")
    return figure


def draw_relaxation(result):
    """Eigenvalues of a layer beside the inputs' way to their attractors."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.6, 3.9))
    turn = np.linspace(0, 2 * np.pi, 200)
    left.plot(np.cos(turn), np.sin(turn), color="black", lw=0.6)
    for k, colour in zip(range(len(result.attractor["state"])), COLOURS):
        re, im = result.attractor["eigenvalue"][k].T
        left.plot(re, im, lw=0, marker="o", ms=5 + 2.5 * k, mfc="none", color=colour, label=f"fixed point {k}")
    left.set_aspect("equal", "datalim")
    left.set_title("eigenvalues of a layer, and the unit circle")
    left.legend()
    way(right, result)
    style.heading(figure, result.heading(": relaxation"))
    return figure


def way(axes, result):
    reached = result.relaxation["attractor"]
    shown = [s for s in range(len(reached)) if reached[s] >= 0][: len(COLOURS)]
    for k, (s, colour) in enumerate(zip(shown, COLOURS)):
        distance = result.relaxation["distance"][s]
        look = style.apart(k) | dict(color=colour, label=f"input {s} to fixed point {reached[s]}")
        axes.plot(distance, **look)
        rate = result.attractor["radius"][reached[s]]
        line = distance[0] * rate ** np.arange(len(distance))
        axes.plot(line, color=colour, lw=0.8, ls=":")
    axes.set_title("distance to the attractor; dotted: its asymptotic rate")
    axes.set_xlabel("layer (0: the input)")
    if any((line.get_ydata() > 0).any() for line in axes.lines):
        axes.set_yscale("log", nonpositive="mask")
    if shown:
        axes.legend()
    axes.grid(True, lw=0.4, color="#dddddd")
