"""Single panels: a field of one, two or three dimensions drawn into axes."""

import textwrap

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import FuncFormatter, MaxNLocator

import lazy
import style

HATCH = "#a6a6a6"  # seen on dark colours and on light ones
SECOND_SCALE = 8.5  # where it stands, in widths of a colour bar
MOST_POINTS = 768  # along an axis of a map, more than a panel has pixels


class Plane:
    """A two-dimensional cut through the grid: how to slice a field, and where its points lie."""

    def __init__(self, result, fixed=None, at=None):
        """The plane of the index `at` of the axis `fixed` (default: the middle one); in 2-D the grid itself."""
        self.result, self.fixed = result, fixed
        self.at = result.shape[fixed] // 2 if at is None and fixed is not None else at
        self.kept = [a for a in range(result.dimension) if a != fixed]
        self.names = [result.axes[a] for a in self.kept]
        self.key = tuple(self.at if a == fixed else self._drawn(a) for a in range(result.dimension))
        self.points = [np.asarray(result.coordinates[a], dtype=float)[self.key[a]] for a in self.kept]

    def _drawn(self, axis):
        """The indices of an axis that are drawn: all, or every so many."""
        stride = self.result.wishes.stride or -(-self.result.shape[axis] // MOST_POINTS)
        return slice(None, None, max(1, min(stride, self.result.shape[axis] // 2)))

    @property
    def stride(self):
        return max(self.key[a].step for a in self.kept)

    def cut(self, field):
        """The plane's values of a field [grid axes]."""
        return None if field is None else np.asarray(field[self.key])

    def contains(self, place):
        """Whether the point of these indices lies in the plane."""
        return self.fixed is None or place[self.fixed] == self.at

    @property
    def title(self):
        if self.fixed is None:
            return ""
        return f"{self.result.axes[self.fixed]} = {self.result.coordinates[self.fixed][self.at]:.4g}"

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
        name_axis(axes.xaxis, self.names[1], self.result.grid_units, bottom)
        name_axis(axes.yaxis, self.names[0], self.result.grid_units, left)
        axes.tick_params(labelbottom=bottom, labelleft=left)


def name_axis(axis, name, units, show=True):
    """The name and units of an axis of the grid; on the globe latitudes and longitudes tell what it is."""
    if name in COMPASS and units.startswith("degree"):
        axis.set_major_locator(MaxNLocator(5, steps=[1, 3, 6, 10]))
        axis.set_major_formatter(COMPASS[name])
    elif show:
        axis.set_label_text(style.with_units(name, units))


def planes(result):
    """The cuts pictures show: the grid itself in 2-D, in 3-D the slices asked for, else the three middle ones."""
    if result.dimension == 2:
        return [Plane(result)]
    return [Plane(result, *cut) for cut in result.wishes.slices or [(axis, None) for axis in range(3)]]


def values_shown(result, field):
    """The values [...] that colours are chosen by: all, or of a large field those that are drawn."""
    if result.dimension == 1 or not isinstance(field, lazy.Field):
        return np.asarray(field)
    return np.concatenate([np.ravel(plane.cut(field)) for plane in planes(result)])


def thinned(planes):
    """That not all points are drawn, where that is so."""
    stride = max(plane.stride for plane in planes)
    every = {2: "second", 3: "third"}.get(stride, f"{stride}th")
    return f"drawn: every {every} point" if stride > 1 else ""


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
    return paint(axes, plane, plane.cut(field), cmap, norm)


def paint(axes, plane, values, cmap, norm):
    """The same of the plane's values."""
    values = np.ma.masked_invalid(np.asarray(values, dtype=float))
    y, x = plane.edges
    axes.set_facecolor(style.UNKNOWN)
    drawn = axes.pcolormesh(x, y, values, cmap=cmap, norm=norm, rasterized=True)
    height, width = abs(y[-1] - y[0]), abs(x[-1] - x[0])
    axes.set_aspect("equal" if 0.4 <= height / width <= 1.6 else "auto")
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(*((y[-1], y[0]) if plane.result.upside_down else (y[0], y[-1])))
    for spine in axes.spines.values():
        spine.set_visible(True)
        spine.set_linewidth(0.5)
    return drawn


def scattered(axes, plane, field, cmap, norm):
    """A field known at few points [grid axes]: enlarged squares, for single cells would be lost."""
    values = plane.cut(field)
    paint(axes, plane, np.full(values.shape, np.nan), cmap, norm)
    rows, columns = np.nonzero(np.isfinite(values))
    y, x = plane.points
    size = (1.7 * 72 * 2.8 / len(x)) ** 2  # a bit less than two cells of a panel of 2.8 inches
    look = dict(marker="s", s=min(size, 40), linewidths=0)
    return axes.scatter(x[columns], y[rows], c=values[rows, columns], cmap=cmap, norm=norm, **look)


def colour_bar(figure, drawn, axes, label, *fields, start=None, total=None):
    """A bar as high as the panel, at its right; pointed where values lie beyond it.

    `start`: a value to mark; `total` = (factor, label): a second scale, so many times the first.
    """
    extend = style.clipped(drawn.norm, *fields)
    bar = figure.colorbar(drawn, cax=axes.inset_axes([1.05, 0, 0.03, 1]), extend=extend)
    bar.formatter = FuncFormatter(lambda value, _: f"{value:.6g}".replace("-", "−"))
    bar.outline.set_linewidth(0.5)
    if start is not None and drawn.norm.vmin <= start <= drawn.norm.vmax:
        bar.ax.axhline(start, color="black", lw=0.8)
        look = dict(marker=">", ms=4.5, color="black", lw=0, clip_on=False)
        bar.ax.plot([-0.75], [start], transform=bar.ax.get_yaxis_transform(), **look)
    if total is None:
        bar.set_label(label)
    else:
        second_scale(bar, *total)
        head(bar.ax, 0, label)
        head(bar.ax, SECOND_SCALE, total[1])
    return bar


def second_scale(bar, factor, _label):
    """A scale of multiples, right of the first one."""
    scale = bar.ax.secondary_yaxis(
        SECOND_SCALE, functions=(lambda value: value * factor, lambda value: value / factor)
    )
    scale.yaxis.set_major_locator(MaxNLocator(5))
    scale.yaxis.set_major_formatter(bar.formatter)
    scale.spines["right"].set_linewidth(0.5)


def head(axes, x, text):
    """A text above a colour bar's scale."""
    where = dict(xycoords="axes fraction", textcoords="offset points", annotation_clip=False)
    axes.annotate(text, (x, 1), xytext=(0, 9), fontsize=8, ha="left", va="bottom", **where)


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


def mark_largest(axes, plane, place):
    """A circle around the point of these indices, where the plane contains it."""
    if place is None or not plane.contains(place):
        return
    y, x = (plane.result.coordinates[a][place[a]] for a in plane.kept)
    axes.plot(x, y, marker="o", ms=9, mfc="none", mec="black", mew=1.1, clip_on=False, zorder=4)


def arrows(axes, plane, U, hidden=None, across=26):
    """The in-plane part of a vector field U [component][grid axes] as arrows, one per block.

    Arrows beyond the 98th percentile keep their direction but not their length: gusts would leave
    the rest as dots. Returns the drawn arrows and that length, or None when all is 0.
    """
    shape = [len(p) for p in plane.points]
    inside = np.ones(shape) if hidden is None else (~plane.cut(hidden)).astype(float)
    step = max(1, int(np.ceil(max(shape) / across)))
    share = blocks(inside, step)
    uy, ux = (blocks(plane.cut(U[a]) * inside, step) / np.maximum(share, 1e-9) for a in plane.kept)
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
    points, edges = np.asarray(points), cell_edges(np.asarray(result.coordinates[0], dtype=float))
    for left, right, *_ in runs(points[None], np.zeros(2), edges):
        axes.axvspan(left, right, color=style.UNKNOWN, alpha=0.45, lw=0, zorder=0)


def line(axes, result, values, **how):
    """A one-dimensional field over its coordinate."""
    return axes.plot(result.coordinates[0], values, **how)


def sheet(rows, columns, aspect, width=3.3, extra=0.75, share=0.8):
    """A figure of maps in a grid, each with `width` inches, of which it is a share wide, and of the given aspect."""
    height = width * share * aspect + extra
    return plt.subplots(rows, columns, figsize=(width * columns, height * rows), squeeze=False)
