"""Input, target, prediction and their differences, of one sample and one layer."""

from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np

import lazy
import panels
import style
from lazy import combined

FILLED = "grey: no target, and input filled in"  # land, say


@dataclass
class View:
    """A field as it is shown: NaN is grey, and `note` says what grey means."""

    title: str
    field: np.ndarray
    note: str = ""
    is_state: bool = False  # known without a target as well
    is_error: bool = False  # its largest magnitude is marked
    place: tuple | None = None  # indices of that
    outlined: bool = False  # grey has several reasons: part them

    def short(self):
        """The same with what follows the colon of the title in the note, for want of width."""
        title, _, rest = self.title.partition(": ")
        return title, "; ".join(filter(None, [rest, self.note]))


class Sample:
    """The fields of one sample in the data's units, None where the file has none."""

    def __init__(self, result, sample, layer):
        self.result = result
        self.layer = result.layers[-1] if layer is None else layer
        self.gap = result.gap(sample)
        self.unobserved = result.unobserved(sample)
        self.input = result.input(sample)
        self.output = result.output(sample, layer)
        self.target = result.target_of(sample)
        self.error = self.trained = self.withheld = None
        if self.target is not None:
            self.error = combined(np.subtract, self.output, self.target)
            self.trained, self.withheld = result.observed(sample), result.withheld(sample)

    def quantities(self):
        """Views of everything in units of the data, in reading order."""
        name = "prediction" if self.target is not None else "output"
        views = [self._state("input", self.input)] if self.input is not None else []
        if self.target is not None:
            views.append(View("target", self.target, self._no_target()))
        place = "attractor" if self.result.to_attractor and self.layer == 1 else f"layer {self.layer}"
        return views + [self._state(f"{name}, {place}", self.output)]

    def _state(self, title, field):
        notes = [FILLED] if self.result.land() is not None else []
        notes += ["hatched: no target"] if self.gap is not None else []
        return View(title, self.result.visible(field), "; ".join(notes), is_state=True)

    def _no_target(self):
        return "" if self.unobserved is None else "grey: no target"

    def change(self):
        """View of what happened between input and target, or input and output."""
        if self.input is None:
            return None
        if self.target is not None:
            return View(
                "change to learn: target − input",
                combined(np.subtract, self.target, self.input),
                self._no_target(),
            )
        return self._state("change: output − input", combined(np.subtract, self.output, self.input))

    def errors(self):
        """Views of the errors, which share one scale about zero."""
        if self.error is None:
            return []
        if not lazy.count(self.withheld):
            return [self._error("error where trained", self.trained, self._no_target())]
        grey = "grey: withheld" + ("" if self.unobserved is None else " or no target")
        return [
            self._error("error where trained", self.trained, grey, outlined=True),
            self._error("error where withheld", self.withheld, "grey: not withheld", outlined=True),
        ]

    def whole_error(self):
        """View of the error wherever there is a target."""
        return self._error("error", combined(np.isfinite, self.error), self._no_target())

    def _error(self, title, where, grey, outlined=False):
        field = combined(lambda w, e: np.where(w, e, np.nan), where, self.error)
        units = f" {style.unit(self.result.units)}".rstrip()
        whole = " in the whole grid" if self.result.dimension == 3 else ""
        title = f"{title}: rms {lazy.rms(field):.3g}{units}{whole}".replace("-", "−")
        found = lazy.largest(field)
        if found is None:
            return View(title, field, grey)
        place, value = found
        note = f"largest {value:.3g}{units} {self._at(place)}".replace("-", "−")
        note = "; ".join(filter(None, [note, grey]))
        return View(title, field, note, is_error=True, place=place, outlined=outlined)

    def _at(self, place):
        """Where a point is: in the circle of a map; off the slices of three dimensions, its coordinates."""
        if self.result.dimension == 2:
            return "in the circle"
        where = [f"{c[i]:.4g}" for c, i in zip(self.result.coordinates, place)]
        return "at " + ", ".join(f"{a} = {w}" for a, w in zip(self.result.axes, where))


def draw(result, sample, layer):
    """The figure of one sample."""
    fields = Sample(result, sample, layer)
    draw_it = {1: draw_lines, 2: draw_maps, 3: draw_slices}[result.dimension]
    figure = draw_it(result, fields)
    style.heading(figure, result.heading(result.sample_note(sample)))
    return figure


def draw_lines(result, fields):
    figure, axes = plt.subplots(2, 1, figsize=(7, 5.4), sharex=True)
    looks = {
        "input": dict(color=style.INK["input"], lw=1.2, ls="--"),
        "target": dict(color=style.INK["target"], lw=0, marker="o", ms=3.2, mfc="none", mew=0.9),
        "output": dict(color=style.INK["prediction"], lw=1.4),
    }
    for view in fields.quantities():
        look = looks.get(view.title, looks["output"])
        panels.line(axes[0], result, view.field, label=view.title, **look)
    axes[0].set_ylabel(style.with_units("signal", result.units))
    for view in fields.errors() or filter(None, [fields.change()]):
        apart = "withheld" in view.title
        how = dict(lw=0, marker="o", ms=3.5) if apart else dict(lw=1.0, marker=".", ms=4)
        colour = style.INK["withheld" if apart else "prediction"]
        largest = view.note.split("; ")[0] if view.is_error else ""
        label = "; ".join(filter(None, [view.title, largest]))
        panels.line(axes[1], result, view.field, color=colour, label=label, **how)
    axes[1].axhline(0, color="black", lw=0.6)
    axes[1].set_ylabel(style.with_units("difference", result.units))
    for one, columns in zip(axes, (3, 1)):
        panels.shade(one, result, fields.unobserved)
        if one.get_legend_handles_labels()[0]:
            one.legend(loc="lower right", ncol=columns, bbox_to_anchor=(1, 1), borderaxespad=0.2)
    axes[-1].set_xlabel(style.with_units("x", result.grid_units))
    style.caption(figure, "grey bands: no target" if fields.unobserved is not None else "")
    return figure


class Group:
    """Views that share colours."""

    def __init__(self, fields, views, label, signed=None, trim=0.0):
        self.fields, self.views = fields, views
        self.shown = [panels.values_shown(fields.result, view.field) for view in views]
        self.cmap, self.norm = style.shades(*self.shown, signed=signed, trim=trim)
        self.label = style.with_units(label, fields.result.units)

    def paint(self, figure, axes, plane, index, bar):
        view = self.views[index]
        few = np.isfinite(self.shown[index]).mean() < 0.3
        how = panels.scattered if few else panels.image
        drawn = how(axes, plane, view.field, self.cmap, self.norm)
        if view.is_state:
            panels.mark(axes, plane, self.fields.gap)
        if view.outlined:
            panels.mark(axes, plane, self.fields.unobserved, hatch=False)
        if view.is_error:
            panels.mark_largest(axes, plane, view.place)
        if bar:
            panels.colour_bar(figure, drawn, axes, self.label, *self.shown)
        return drawn


def groups(fields):
    """The rows of a figure, each a list of groups."""
    change, errors = fields.change(), fields.errors()
    first = [Group(fields, fields.quantities(), "signal")]
    second = [Group(fields, [change], "change", signed=True, trim=0.5)] if change else []
    second += [Group(fields, errors, "error", signed=True, trim=0.5)] if errors else []
    return [row for row in (first, second) if row]


def draw_maps(result, fields):
    plane = panels.planes(result)[0]
    rows = groups(fields)
    columns = max(sum(len(g.views) for g in row) for row in rows)
    figure, axes = panels.sheet(len(rows), columns, plane.aspect, width=3.7, extra=0.8)
    for i, row in enumerate(rows):
        cells = [(g, k) for g in row for k in range(len(g.views))]
        for j, (group, k) in enumerate(cells):
            group.paint(figure, axes[i, j], plane, k, bar=k == len(group.views) - 1)
            panels.title(axes[i, j], group.views[k].title, group.views[k].note)
            plane.label(axes[i, j], left=j == 0)
        for empty in axes[i, len(cells) :]:
            empty.axis("off")
    style.caption(figure, panels.thinned([plane]))
    return figure


def draw_slices(result, fields):
    """Columns: quantities; rows: slices."""
    cuts = panels.planes(result)
    cells = [(g, k) for row in groups(fields) for g in row for k in range(len(g.views))]
    mean_aspect = float(np.mean([plane.aspect for plane in cuts]))
    figure, axes = panels.sheet(len(cuts), len(cells), mean_aspect, width=2.6, extra=0.6)
    for j, (group, k) in enumerate(cells):
        for i, plane in enumerate(cuts):
            group.paint(figure, axes[i, j], plane, k, bar=k == len(group.views) - 1)
            plane.label(axes[i, j], left=j == 0)
        # A long title would run into the neighbour: what follows the colon goes below it.
        panels.title(axes[0, j], *group.views[k].short(), room=34)
    for i, plane in enumerate(cuts):
        axes[i, 0].set_ylabel(f"slice {plane.title}\n\n" + axes[i, 0].get_ylabel())
    marked = any(view.is_error for group, _ in cells for view in group.views)
    circle = "circle: the largest error, if it lies in a slice" if marked else ""
    style.caption(figure, circle, panels.thinned(cuts))
    return figure
