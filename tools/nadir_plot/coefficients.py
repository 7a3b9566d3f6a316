"""R, U, D, bias and omega: maps, arrows, profiles over the layers, a table of constants."""

import functools
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np

import constants
import fields
import panels
import style
import worth
from constants import meaning
from lazy import combined
from parameter import Parameter

MOST_LAYERS = 5  # panels of a parameter that varies in space and layer
START = "▸ at a colour bar: the initial value"


def draw(result, layer):
    """(name, function that draws it) of what varies in space, of what varies by layer alone, of constants."""
    in_space = {n: p for n, p in result.parameters.items() if p.varies_space}
    constant = {n: p for n, p in result.parameters.items() if not p.varies_space and not p.varies_layer}
    maps = draw_curves if result.dimension == 1 else draw_maps
    figures = {
        "coefficients": lambda: maps(result, in_space, layer) if in_space else None,
        "coefficients-by-layer": lambda: draw_profiles(result) if by_layer(result) else None,
        "constants": lambda: constants.draw(result, constant) if constant else None,
    }
    for name, make in figures.items():
        yield name, functools.partial(headed, result, make)


def headed(result, make):
    figure = make()
    if figure is not None:
        style.heading(figure, result.heading(": coefficients"))
    return figure


def by_layer(result):
    """What varies by layer and not in space."""
    return [p for p in result.parameters.values() if p.varies_layer and not p.varies_space]


def layers_shown(parameter, layer):
    """The layers given panels: the one asked for, else some spread over all."""
    count = parameter.shape[0]
    if count == 1:
        return [0]
    if layer is not None:
        return [min(layer, count - 1)]
    return sorted({int(round(i)) for i in np.linspace(0, count - 1, min(count, MOST_LAYERS))})


def totals_apart(result, parameter):
    """Whether what all layers do looks unlike a layer's values, and so gets a panel of its own."""
    return worth.has_total(result, parameter) and worth.factor(result, parameter) is None


def begun(result, parameters):
    """Whether any of them began with a number."""
    return any(result.initial(p.name, 0) is not None for p in parameters)


def dotted(result, parameters):
    return "dotted: initial value" if begun(result, parameters) else ""


def is_amount(parameter, component):
    """D along an axis and omega are amounts; R, U, b and D between two axes have a sign."""
    axes = parameter.components[component]
    return parameter.name == "relaxation" or (parameter.name == "diffusion" and len(set(axes)) < 2)


def symbol(parameter):
    return style.with_units(f"${parameter.symbol}$".replace("ω", r"\omega"), parameter.units)


# -- by layer


def draw_profiles(result):
    """One panel per parameter that varies by layer only, its components as lines over the layer."""
    shown = by_layer(result)
    width = min(3.2 * len(shown), 12.8)
    figure, axes = plt.subplots(1, len(shown), figsize=(max(width, 4.5), 3.1), squeeze=False)
    for one, parameter in zip(axes[0], shown):
        draw_profile(one, result, parameter)
    style.caption(figure, *worth.explained(result, *shown), dotted(result, shown))
    return figure


def draw_profile(axes, result, parameter):
    values = parameter.values.reshape(parameter.shape[:2])
    for component in range(values.shape[1]):
        look = style.apart(component) if values.shape[1] > 1 else dict(lw=1.3)
        look |= dict(marker="o", ms=max(5.5 - 1.5 * component, 2.5))
        label = ": ".join(filter(None, [parameter.label(component), all_layers(result, parameter, component)]))
        (line,) = axes.plot(values[:, component], label=label, **look)
        start = result.initial(parameter.name, component)
        if start is not None:
            axes.axhline(start, color=line.get_color(), lw=0.9, ls=":")
    if values.min() < 0 < values.max():
        axes.axhline(0, color="black", lw=0.6)
    panels.title(axes, f"{symbol(parameter)}: {parameter.meaning}",
                 worth.range_in_time(parameter, parameter.rate_label(), values), room=44)  # fmt: skip
    axes.set_xlabel("layer")
    axes.set_ylabel(symbol(parameter))
    axes.xaxis.get_major_locator().set_params(integer=True)
    if values.shape[1] > 1 or worth.has_total(result, parameter):
        axes.legend()


def all_layers(result, parameter, component):
    """What a parameter of layers amounts to over all of them, as text; "" where it is not known, or a field."""
    if not worth.has_total(result, parameter) or result.parameters["relaxation"].varies_space:
        return ""
    value = float(np.ravel(worth.total_field(result, parameter, component))[0])
    return f"{parameter.total_label(component)} = {worth.amount(value, style.unit(parameter.units))}"


# -- by space, one dimension


def draw_curves(result, parameters, layer):
    """One panel per component over x; layers as lines from light to dark; sums in panels of their own."""
    shown = []
    for p in parameters.values():
        for component in range(p.shape[1]):
            shown += [(p, component, layers_shown(p, layer))]
            shown += [(p, component, None)] if totals_apart(result, p) else []
    columns = min(len(shown), 2)
    rows = -(-len(shown) // columns)
    size = (4.4 * columns, 2.5 * rows + 0.4)
    figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False, sharex=True)
    for one, (parameter, component, layers) in zip(axes.ravel(), shown):
        draw_curve(one, result, parameter, component, layers)
    for one in axes.ravel()[len(shown) :]:
        one.axis("off")
    for one in axes[-1]:
        panels.name_axis(one.xaxis, "x", result.grid_units)
    grey = "grey bands: never a target" if result.gap() is not None else ""
    shown = parameters.values()
    style.caption(figure, *worth.explained(result, *shown), dotted(result, shown), grey)
    return figure


def draw_curve(axes, result, parameter, component, layers):
    """The values in some layers; with None what all layers together do."""
    total, every = layers is None, []
    for position, index in enumerate(layers or [None]):
        values = worth.total_field(result, parameter, component) if total else parameter.field(index, component)
        every.append(panels.values_shown(result, values))
        colour = style.INK["prediction"]
        if not total and len(layers) > 1:
            colour = plt.get_cmap("viridis")(0.85 * (1 - position / (len(layers) - 1)))
        panels.line(axes, result, values, color=colour, lw=1.3, label=f"layer {index}")
    panels.shade(axes, result, result.unobserved())
    start = None if total else result.initial(parameter.name, component)
    if start is not None:
        axes.axhline(start, color=style.QUIET, lw=0.9, ls=":")
    low, high = axes.get_ylim()
    if low < 0 < high:
        axes.axhline(0, color="black", lw=0.6)
    label = parameter.total_label(component) if total else parameter.label(component)
    words = f"all {result.n} layers" if total else meaning(parameter, component)
    words += f", layer {layers[0]}" if not total and parameter.varies_layer and len(layers) == 1 else ""
    rates = "" if total else worth.range_in_time(parameter, parameter.rate_label(component), every)
    panels.title(axes, f"{label}: {words}", rates)
    axes.set_ylabel(style.with_units(label, parameter.units))
    times = None if total else worth.factor(result, parameter)
    if times:
        scale = axes.secondary_yaxis("right", functions=(lambda v: v * times, lambda v: v / times))
        scale.set_ylabel(style.with_units(parameter.total_label(component), parameter.units))
    elif not total and len(layers) > 1:
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), handlelength=1)


# -- by space, two and three dimensions


@dataclass
class Map:
    """A parameter in a layer, or in all of them together (layer None); component None: arrows of a vector."""

    result: object
    parameter: Parameter
    layer: int | None
    component: int | None
    together: list  # the layers that share its colours

    def field(self, layer, component):
        if layer is None:
            return worth.total_field(self.result, self.parameter, component)
        return self.parameter.field(layer, component)

    def vector(self, layer):
        return [self.field(layer, component) for component in range(self.parameter.shape[1])]

    def shown(self, layer):
        """What the colours show: a component, or the length of the vector; nothing on land."""
        if self.component is not None:
            return self.result.visible(self.field(layer, self.component))
        length = combined(lambda *parts: np.sqrt(sum(part**2 for part in parts)), *self.vector(layer))
        return self.result.visible(length)

    @property
    def start(self):
        """The initial value, in the units of the colours; None where there is none, or of totals."""
        if self.layer is None:
            return None
        if self.component is not None:
            return self.result.initial(self.parameter.name, self.component)
        parts = [self.result.initial(self.parameter.name, c) for c in range(self.parameter.shape[1])]
        return None if None in parts else float(np.hypot.reduce(parts))

    @property
    def label(self):
        if self.layer is None:
            text = self.parameter.total_label(self.component)
        elif self.component is None:
            text = f"${self.parameter.symbol}$"
        else:
            text = self.parameter.label(self.component)
        return text

    @property
    def words(self):
        if self.layer is None:
            return f"all {self.result.n} layers"
        return "transport" if self.component is None else meaning(self.parameter, self.component)

    @property
    def place(self):
        return f", layer {self.layer}" if self.parameter.varies_layer and self.layer is not None else ""

    def length(self, text):
        """The label of a colour bar: of a vector its length."""
        return f"|{text}|" if self.component is None else text


def map_rows(result, parameters, layer):
    """The panels in rows: [(map, plane)]."""
    cuts = panels.planes(result)
    rows = []
    for parameter in parameters.values():
        layers = layers_shown(parameter, layer)
        for component in components_of(parameter):
            if len(layers) == 1:
                row = [(Map(result, parameter, layers[0], component, layers), plane) for plane in cuts]
            else:  # small multiples: layers side by side; of several slices the first
                row = [(Map(result, parameter, index, component, layers), cuts[0]) for index in layers]
            if totals_apart(result, parameter):
                row.append((Map(result, parameter, None, component, [None]), cuts[0]))
            rows.append(row)
    if len(cuts) == 1 and all(len(row) == 1 for row in rows):
        single = [row[0] for row in rows]
        columns = 3 if len(single) > 4 else 2
        rows = [single[i : i + columns] for i in range(0, len(single), columns)]
    return rows


def components_of(parameter):
    return [None] if parameter.name == "advection" else range(parameter.shape[1])


def draw_maps(result, parameters, layer):
    rows = map_rows(result, parameters, layer)
    columns = max(len(row) for row in rows)
    aspect = float(np.mean([plane.aspect for _, plane in rows[0]]))
    width = 4.6 if columns <= 2 else 4.2 if columns == 3 else 2.9
    figure, axes = panels.sheet(len(rows), columns, aspect, width=width, extra=1.0, share=0.66)
    for i, row in enumerate(rows):
        for j, (one, plane) in enumerate(row):
            multiples = len(one.together) > 1  # one parameter along the row: say and scale it once
            last = j == len(row) - 1 or row[j + 1][0].layer is None
            draw_map(figure, axes[i, j], one, plane, brief=multiples and j > 0, bar=last or not multiples)
            plane.label(axes[i, j], left=j == 0 or not multiples and bool(plane.title))
        for j in range(len(row), columns):
            axes[i, j].axis("off")
    explain_maps(figure, result, parameters.values(), panels.thinned([plane for _, plane in rows[0]]))
    return figure


def explain_maps(figure, result, parameters, *others):
    """A caption: what values, marks and arrows mean."""
    parameters = list(parameters)
    flow = result.dimension == 3 and any(p.name == "advection" for p in parameters)
    style.caption(
        figure,
        *worth.explained(result, *(parameters or result.parameters.values())),
        START if begun(result, parameters) else "",
        fields.FILLED if result.land() is not None else "",
        "hatched: never a target" if result.gap() is not None else "",
        "|U|: of all three components, arrows: their part in the plane" if flow else "",
        *others,
    )


def draw_map(figure, axes, one, plane, brief=False, bar=True):
    """One map of a component, or of all advection: strength, and arrows over it."""
    result, parameter = one.result, one.parameter
    values = style.finite(*(panels.values_shown(result, one.shown(layer)) for layer in one.together))
    cmap, norm = shades(one, values)
    drawn = panels.image(axes, plane, one.shown(one.layer), cmap, norm)
    panels.mark(axes, plane, result.gap())
    if bar:
        times = None if one.layer is None else worth.factor(result, parameter)
        label = style.with_units(one.length(one.label), parameter.units)
        total = one.length(parameter.total_label(one.component)) if times else ""
        second = (times, style.with_units(total, parameter.units)) if times else None
        panels.colour_bar(figure, drawn, axes, label, values, start=one.start, total=second)
    notes = [] if brief or one.layer is None else [
        worth.range_in_time(parameter, one.length(parameter.rate_label(one.component)), values),
        beyond(one, norm),
    ]  # fmt: skip
    if one.component is None:
        arrows = panels.arrows(axes, plane, one.vector(one.layer), result.land())
        if arrows is not None:
            longest = worth.amount(float(f"{arrows[1]:.2g}"), style.unit(parameter.units))
            notes.append(f"longest arrows: {longest} or more")
    place = one.place + (f", {plane.title}" if plane.title else "")
    text = one.label if brief else f"{one.label}: {one.words}"
    panels.title(axes, text + place, "; ".join(filter(None, notes)), room=52)


def beyond(one, norm):
    """An initial value that the colours do not reach, in words."""
    if one.start is None or norm.vmin <= one.start <= norm.vmax:
        return ""
    return f"initially {worth.amount(one.start, style.unit(one.parameter.units))}"


def shades(one, values):
    """Colours for all values shown: amounts from low to high, signed ones about zero."""
    if one.component is None:
        cmap, norm = plt.get_cmap("YlGnBu"), style.shades(values, signed=False, trim=0.5)[1]
        norm.vmin = 0
        return cmap, norm
    amount = is_amount(one.parameter, one.component) and values.min() >= -1e-12
    return style.shades(values, signed=not amount, trim=0.5)
