"""Single panels: a field of one, two or three dimensions drawn into axes."""

import textwrap

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import FuncFormatter, MaxNLocator

import style

HATCH = "#a6a6a6"  # seen on dark colours and on light ones


class Plane:
    """A two-dimensional cut through the grid: how to slice a field, and where its points lie."""

    def __init__(self, result, fixed=None):
        self.result = result
        self.kept = [a for a in range(result.dimension) if a != fixed]
        self.fixed = fixed
        self.names = [result.axes[a] for a in self.kept]
        self.points = [np.asarray(result.coordinates[a], dtype=float) for a in self.kept]

    def cut(self, field):
        """The plane's values of a field [grid axes]: itself in 2-D, the middle slice in 3-D."""
        if field is None or self.fixed is None:
            return field
        return np.take(field, np.shape(field)[self.fixed] // 2, axis=self.fixed)

    def contains(self, place):
        """Whether the point of these indices lies in the plane."""
        shape = [len(c) for c in self.result.coordinates]
        return self.fixed is None or place[self.fixed] == shape[self.fixed] // 2

    @property
    def title(self):
        if self.fixed is None:
            return ""
        position = self.result.coordinates[self.fixed]
        return f"{self.result.axes[self.fixed]} = {position[len(position) // 2]:.4g}"

    @property
    def edges(self):
        """Boundaries of the cells around the points, per kept axis."""
        return [cell_edges(p) for p in self.points]

    @property
    def aspect(self):
        """Height over width of the plane, kept within what a panel can show."""
        height, width = (abs(e[-1] - e[0]) for e in self.edges)
        return float(np.clip(height / width, 0.4, 1.6))

    def label(self, axes, left=True, bottom=True):
        """Name the axes, or leave that to the neighbour panel on the left or below."""
        for show, name, set_label, ticks in (
            (bottom, self.names[1], axes.set_xlabel, axes.xaxis),
            (left, self.names[0], axes.set_ylabel, axes.yaxis),
        ):
            on_globe = name in COMPASS and self.result.grid_units.startswith("degree")
            if on_globe:
                ticks.set_major_locator(MaxNLocator(5, steps=[1, 3, 6, 10]))
                ticks.set_major_formatter(COMPASS[name])
            elif show:
                set_label(style.with_units(name, self.result.grid_units))
        axes.tick_params(labelbottom=bottom, labelleft=left)


def planes(result):
    """The cuts pictures show: the grid itself in 2-D, the three middle slices in 3-D."""
    if result.dimension == 2:
        return [Plane(result)]
    return [Plane(result, fixed) for fixed in range(3)]


def longitude(degrees, _position):
    degrees = (degrees + 180) % 360 - 180
    return f"{abs(degrees):.0f}°" + ("" if degrees in (0, -180) else "E" if degrees > 0 else "W")


def latitude(degrees, _position):
    return f"{abs(degrees):.0f}°" + ("" if degrees == 0 else "N" if degrees > 0 else "S")


COMPASS = {"x": longitude, "y": latitude}


def cell_edges(points):
    if len(points) == 1:
        return np.array([points[0] - 0.5, points[0] + 0.5])
    middle = (points[1:] + points[:-1]) / 2
    return np.concatenate(
        [[1.5 * points[0] - 0.5 * points[1]], middle, [1.5 * points[-1] - 0.5 * points[-2]]]
    )


def image(axes, plane, field, cmap, norm):
    """A map of a field [grid axes] of the plane's grid; grey where it is NaN."""
    values = np.ma.masked_invalid(plane.cut(np.asarray(field, dtype=float)))
    y, x = plane.edges
    axes.set_facecolor(style.UNKNOWN)
    drawn = axes.pcolormesh(x, y, values, cmap=cmap, norm=norm, rasterized=True)
    height, width = abs(y[-1] - y[0]), abs(x[-1] - x[0])
    axes.set_aspect("equal" if 0.4 <= height / width <= 1.6 else "auto")
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(y[0], y[-1])
    for spine in axes.spines.values():
        spine.set_visible(True)
        spine.set_linewidth(0.5)
    return drawn


def scattered(axes, plane, field, cmap, norm):
    """A field known at few points [grid axes]: enlarged squares, for single cells would be lost."""
    values = plane.cut(np.asarray(field, dtype=float))
    image(axes, plane, np.full(np.shape(field), np.nan), cmap, norm)
    rows, columns = np.nonzero(np.isfinite(values))
    y, x = plane.points
    size = (1.7 * 72 * 2.8 / len(x)) ** 2  # a bit less than two cells of a panel of 2.8 inches
    look = dict(marker="s", s=min(size, 40), linewidths=0)
    return axes.scatter(x[columns], y[rows], c=values[rows, columns], cmap=cmap, norm=norm, **look)


def colour_bar(figure, drawn, axes, label, *fields):
    """A bar as high as the panel, at its right; pointed where values lie beyond it."""
    extend = style.clipped(drawn.norm, *fields)
    bar = figure.colorbar(
        drawn, cax=axes.inset_axes([1.03, 0, 0.03, 1]), label=label, extend=extend
    )
    bar.formatter = FuncFormatter(lambda value, _: f"{value:.6g}".replace("-", "−"))
    bar.outline.set_linewidth(0.5)
    return bar


def title(axes, text, note="", room=58):
    """A title, and below it in small print what the panel needs explained, `room` letters a line.

    Returns the title's text.
    """
    lines = textwrap.wrap(note, room)
    heading = axes.set_title(text, pad=6 + 9.5 * len(lines))
    if lines:
        axes.annotate(
            "\n".join(lines),
            (0, 1),
            xycoords="axes fraction",
            xytext=(0, 4),
            textcoords="offset points",
            fontsize=7.5,
            color=style.QUIET,
        )
    return heading


def mark(axes, plane, points, hatch=True):
    """Outline points [grid axes] of the plane's grid and hatch them lightly; None marks nothing."""
    if points is None:
        return
    inside = plane.cut(points)
    look = dict(colors=HATCH, lw=1.0) if hatch else dict(colors="black", lw=0.6)
    axes.add_collection(LineCollection(outline(inside, *plane.edges), **look))
    if hatch:
        look = dict(facecolor="none", edgecolor=HATCH, lw=0, hatch="////")
        cells = [rectangle(*corners) for corners in runs(inside, *plane.edges)]
        if cells:
            axes.add_patch(PathPatch(Path.make_compound_path(*cells), **look))


def outline(inside, y, x):
    """Line segments along the cell edges that part what is inside from what is not."""
    padded = np.pad(inside, 1)
    rows, columns = np.nonzero(padded[1:, 1:-1] != padded[:-1, 1:-1])
    segments = [[(x[c], y[r]), (x[c + 1], y[r])] for r, c in zip(rows, columns)]
    rows, columns = np.nonzero(padded[1:-1, 1:] != padded[1:-1, :-1])
    return segments + [[(x[c], y[r]), (x[c], y[r + 1])] for r, c in zip(rows, columns)]


def runs(inside, y, x):
    """(left, right, bottom, top) of the rows of adjacent cells inside."""
    for row, cells in enumerate(inside):
        ends = np.flatnonzero(np.diff(np.pad(cells.astype(int), 1)))
        for first, last in ends.reshape(-1, 2):
            yield x[first], x[last], y[row], y[row + 1]


def rectangle(left, right, bottom, top):
    corners = [(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)]
    return Path(corners, closed=True)


def mark_largest(axes, plane, field):
    """A circle around the largest magnitude of a field [grid axes], where the plane contains it."""
    place = largest(field)
    if place is None or not plane.contains(place):
        return
    y, x = (plane.points[i][place[a]] for i, a in enumerate(plane.kept))
    axes.plot(x, y, marker="o", ms=9, mfc="none", mec="black", mew=1.1, clip_on=False, zorder=4)


def largest(field):
    """Indices of the largest magnitude of a field; None where it has no values."""
    if not np.isfinite(field).any():
        return None
    return np.unravel_index(np.nanargmax(np.abs(field)), np.shape(field))


def arrows(axes, plane, U, hidden=None, across=26):
    """The in-plane part of a vector field U [component, grid axes] as arrows, one per block.

    Arrows beyond the 98th percentile keep their direction but not their length: gusts would leave
    the rest as dots. Returns the drawn arrows and that length, or None when all is 0.
    """
    inside = np.ones(U.shape[1:]) if hidden is None else (~hidden).astype(float)
    step = max(1, int(np.ceil(max(len(p) for p in plane.points) / across)))
    share = blocks(plane.cut(inside), step)
    uy, ux = (blocks(plane.cut(U[a] * inside), step) / np.maximum(share, 1e-9) for a in plane.kept)
    speed = np.where(share >= 0.5, np.hypot(ux, uy), 0)
    if not speed.any():
        return None
    strong = np.percentile(speed[speed > 0], 98)
    shrink = np.minimum(1, strong / np.maximum(speed, 1e-300))
    y, x = (blocks(p[:, None], step, 1)[:, 0] for p in plane.points)
    X, Y = np.meshgrid(x, y)
    keep = speed > 0.03 * strong
    length = 1.25 * step * abs(np.diff(plane.points[1]).mean())
    look = dict(width=0.003, headwidth=3.6, headlength=4.2, color="black", zorder=3)
    how = dict(angles="xy", scale_units="x", scale=strong / length)
    return (
        axes.quiver(X[keep], Y[keep], (ux * shrink)[keep], (uy * shrink)[keep], **how, **look),
        strong,
    )


def blocks(values, rows, columns=None):
    """Means over blocks of rows x columns values, the last ones smaller."""
    columns = rows if columns is None else columns
    total = np.add.reduceat(values, np.arange(0, values.shape[0], rows), axis=0)
    total = np.add.reduceat(total, np.arange(0, values.shape[1], columns), axis=1)
    ones = np.ones(values.shape)
    count = np.add.reduceat(ones, np.arange(0, values.shape[0], rows), axis=0)
    count = np.add.reduceat(count, np.arange(0, values.shape[1], columns), axis=1)
    return total / count


def shade(axes, result, points):
    """Grey bands where a one-dimensional grid has these points; None shades nothing."""
    if points is None:
        return
    edges = cell_edges(np.asarray(result.coordinates[0], dtype=float))
    for left, right, *_ in runs(points[None], np.zeros(2), edges):
        axes.axvspan(left, right, color=style.UNKNOWN, alpha=0.45, lw=0, zorder=0)


def line(axes, result, values, **how):
    """A one-dimensional field over its coordinate."""
    return axes.plot(result.coordinates[0], values, **how)


def sheet(rows, columns, aspect, width=3.3, extra=0.75):
    """A figure of maps in a grid, each about `width` inches wide and of the given aspect."""
    height = width * 0.8 * aspect + extra
    return plt.subplots(rows, columns, figsize=(width * columns, height * rows), squeeze=False)
