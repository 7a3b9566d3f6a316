"""Input, target, prediction and their differences, of one sample and one layer."""

import matplotlib.pyplot as plt
import numpy as np

import panels
import style


def rms(values):
    values = values[np.isfinite(values)]
    return float(np.sqrt(np.mean(values**2))) if values.size else float("nan")


class Sample:
    """The fields of one sample in the data's units, None where the file has none."""

    def __init__(self, result, sample, layer):
        self.layer = result.layers[-1] if layer is None else layer
        self.input = result.input(sample)
        self.output = result.output(sample, layer)
        self.target = result.target_of(sample)
        self.error = self.withheld_error = self.trained_error = None
        if self.target is not None:
            self.error = self.output - self.target
            self.trained_error = np.where(result.observed[sample], self.error, np.nan)
            if result.withheld[sample].any():
                self.withheld_error = np.where(result.withheld[sample], self.error, np.nan)

    def quantities(self):
        """(title, field) of everything in units of the data, in reading order."""
        name = "prediction" if self.target is not None else "output"
        last = f"{name}, layer {self.layer}"
        rows = [("input", self.input), ("target", self.target), (last, self.output)]
        return [(title, field) for title, field in rows if field is not None]

    def change(self):
        """(title, field) of what happened between input and target, or input and output."""
        if self.input is None:
            return None
        if self.target is not None:
            return "change to learn: target − input", self.target - self.input
        return "change: output − input", self.output - self.input

    def errors(self, units=""):
        """(title, field) of the errors, which share one scale about zero."""
        tail = f" {style.pretty(units)}"
        rows = []
        for where, field in (("trained", self.trained_error), ("withheld", self.withheld_error)):
            if field is not None:
                rows.append((f"error where {where}: rms {rms(field):.3g}{tail}", field))
        return rows


def draw(result, sample, layer):
    """The figure of one sample."""
    fields = Sample(result, sample, layer)
    draw_it = {1: draw_lines, 2: draw_maps, 3: draw_slices}[result.dimension]
    figure = draw_it(result, fields)
    count = result.state.shape[0]
    title = result.title + (f" — sample {sample} of 0…{count - 1}" if count > 1 else "")
    style.heading(figure, title)
    return figure


def draw_lines(result, fields):
    errors = fields.errors(result.units) or [fields.change()]
    figure, axes = plt.subplots(2, 1, figsize=(7, 5.2), sharex=True)
    looks = {
        "input": dict(color=style.INK["input"], lw=1.2, ls="--"),
        "target": dict(color=style.INK["target"], lw=0, marker="o", ms=3.2, mfc="none", mew=0.9),
        "output": dict(color=style.INK["prediction"], lw=1.4),
    }
    for title, field in fields.quantities():
        panels.line(axes[0], result, field, label=title, **looks.get(title, looks["output"]))
    axes[0].set_ylabel(style.with_units("signal", result.units))
    for title, field in filter(None, errors):
        apart = "withheld" in title
        how = dict(lw=0, marker="o", ms=3.5) if apart else dict(lw=1.0, marker=".", ms=4)
        colour = style.INK["withheld" if apart else "prediction"]
        panels.line(axes[1], result, field, color=colour, label=title, **how)
    axes[1].axhline(0, color="black", lw=0.6)
    axes[1].set_ylabel(style.with_units("difference", result.units))
    for one in axes:
        if one.get_legend_handles_labels()[0]:
            one.legend(loc="lower right", ncol=3, bbox_to_anchor=(1, 1), borderaxespad=0.2)
    axes[-1].set_xlabel(style.with_units("x", result.grid_units))
    return figure


class Group:
    """Panels that share colours: [(title, field)], with unobserved ground taken out."""

    def __init__(self, result, entries, label, signed=None, trim=0.0):
        self.titles = [title for title, _ in entries]
        self.shown = [result.visible(field) for _, field in entries]
        self.cmap, self.norm = style.shades(*self.shown, signed=signed, trim=trim)
        self.label = style.with_units(label, result.units)

    def paint(self, figure, axes, plane, index, hidden, bar):
        field = self.shown[index]
        few = np.isfinite(field).mean() < 0.5 * (1 if hidden is None else (~hidden).mean())
        how = panels.scattered if few else panels.image
        drawn = how(axes, plane, field, self.cmap, self.norm, hidden)
        if bar:
            panels.colour_bar(figure, drawn, axes, self.label, *self.shown)


def groups(result, fields):
    """The rows of a figure, each a list of groups."""
    change, errors = fields.change(), fields.errors(result.units)
    first = [Group(result, fields.quantities(), "signal")]
    second = [Group(result, [change], "change", signed=True, trim=0.5)] if change else []
    second += [Group(result, errors, "error", signed=True, trim=0.5)] if errors else []
    return [row for row in (first, second) if row]


def draw_maps(result, fields):
    plane = panels.planes(result)[0]
    rows = groups(result, fields)
    columns = max(sum(len(g.titles) for g in row) for row in rows)
    figure, axes = panels.sheet(len(rows), columns, plane.aspect, width=3.7)
    for i, row in enumerate(rows):
        cells = [(g, k) for g in row for k in range(len(g.titles))]
        for j, (group, k) in enumerate(cells):
            last = k == len(group.titles) - 1
            group.paint(figure, axes[i, j], plane, k, result.hidden(), bar=last)
            axes[i, j].set_title(group.titles[k])
            plane.label(axes[i, j], left=j == 0)
        for empty in axes[i, len(cells) :]:
            empty.axis("off")
    explain_grey(figure, result)
    return figure


def explain_grey(figure, result):
    if result.hidden() is not None:
        figure.supxlabel("grey: no target there", x=0.99, ha="right", fontsize=8, color="#555555")


def draw_slices(result, fields):
    """Columns: quantities; rows: the three middle slices."""
    cuts = panels.planes(result)
    cells = [(g, k) for row in groups(result, fields) for g in row for k in range(len(g.titles))]
    mean_aspect = float(np.mean([plane.aspect for plane in cuts]))
    figure, axes = panels.sheet(len(cuts), len(cells), mean_aspect, width=2.6, extra=0.5)
    for j, (group, k) in enumerate(cells):
        last = k == len(group.titles) - 1
        for i, plane in enumerate(cuts):
            group.paint(figure, axes[i, j], plane, k, result.hidden(), bar=last)
            plane.label(axes[i, j], left=j == 0)
        # Long titles would run into the neighbour: break them at the colon.
        axes[0, j].set_title(group.titles[k].replace(": ", ":\n", 1), fontsize=8.5)
    for i, plane in enumerate(cuts):
        axes[i, 0].set_ylabel(f"slice {plane.title}\n\n" + axes[i, 0].get_ylabel())
    explain_grey(figure, result)
    return figure
