"""R, U, D, bias and omega: maps, arrows, profiles over the layers, a table of constants."""

import matplotlib.pyplot as plt
import numpy as np

import fields
import panels
import style
from result import MEANING

MOST_LAYERS = 5  # panels of a parameter that varies in space and layer


def draw(result, layer):
    """Figures by name: of what varies in space, of what varies by layer alone, of constants."""
    figures = {}
    in_space = {n: p for n, p in result.parameters.items() if p.varies_space}
    elsewhere = {n: p for n, p in result.parameters.items() if not p.varies_space}
    if in_space:
        maps = draw_curves if result.dimension == 1 else draw_maps
        figures["coefficients"] = maps(result, in_space, layer)
    if any(p.varies_layer for p in elsewhere.values()):
        figures["coefficients-by-layer"] = draw_profiles(result, elsewhere)
    constants = {n: p for n, p in elsewhere.items() if not p.varies_layer}
    if constants:
        figures["constants"] = draw_constants(result, constants)
    for figure in figures.values():
        style.heading(figure, f"{result.title}: coefficients")
    return figures


def layers_shown(parameter, layer):
    """The layers given panels: the one asked for, else some spread over all."""
    count = parameter.values.shape[0]
    if count == 1:
        return [0]
    if layer is not None:
        return [min(layer, count - 1)]
    return sorted({int(round(i)) for i in np.linspace(0, count - 1, min(count, MOST_LAYERS))})


def note(parameter, layer):
    return f", layer {layer}" if parameter.varies_layer else ""


def shades(parameter, component, values):
    """Colours for all values shown: amounts from low to high, signed ones about zero."""
    amount = is_amount(parameter, component) and style.finite(values).min() >= -1e-12
    return style.shades(values, signed=not amount, trim=0.5)


def is_amount(parameter, component):
    """D along an axis and omega are amounts; R, U, b and D between two axes have a sign."""
    axes = parameter.components[component]
    return parameter.name == "relaxation" or (parameter.name == "diffusion" and len(set(axes)) < 2)


def meaning(parameter, component):
    if parameter.name == "diffusion" and not is_amount(parameter, component):
        return "slanted spreading"
    return MEANING[parameter.name]


def symbol(parameter):
    return style.with_units(f"${parameter.symbol}$".replace("ω", r"\omega"), parameter.units)


# -- constants


def draw_constants(result, parameters):
    """A table: symbol, meaning, value."""
    measured = any(style.pretty(p.units) for p in parameters.values())
    rows = [("", "constant", "value", "unit" if measured else "")]
    for parameter in parameters.values():
        for component, value in enumerate(parameter.values[0].ravel()):
            number = f"{value:.6g}".replace("-", "−")
            units = style.pretty(parameter.units)
            rows.append((parameter.label(component), meaning(parameter, component), number, units))
    height = 0.27 * len(rows)
    figure, axes = plt.subplots(figsize=(5.2, height + 0.45))
    axes.axis("off")
    axes.set(xlim=(0, 1), ylim=(len(rows) - 0.4, -0.6))
    for line, row in enumerate(rows):
        for x, text in zip((0.0, 0.1, 0.6, 0.85), row):
            axes.text(x, line, text, va="center", fontweight=None if line else "bold")
        axes.axhline(line + 0.5, color="#888888" if line else "black", lw=0.4 if line else 0.9)
    return figure


# -- by layer


def draw_profiles(result, parameters):
    """One panel per parameter that varies by layer only, its components as lines over the layer."""
    shown = [p for p in parameters.values() if p.varies_layer]
    width = min(3.0 * len(shown), 12)
    figure, axes = plt.subplots(1, len(shown), figsize=(max(width, 4.5), 2.9), squeeze=False)
    for one, parameter in zip(axes[0], shown):
        values = parameter.values.reshape(parameter.values.shape[:2])
        for component in range(values.shape[1]):
            one.plot(
                values[:, component], marker="o", ms=3.5, lw=1.2, label=parameter.label(component)
            )
        if values.min() < 0 < values.max():
            one.axhline(0, color="black", lw=0.6)
        one.set_title(f"{symbol(parameter)}: {MEANING[parameter.name]}")
        one.set_xlabel("layer")
        one.set_ylabel(symbol(parameter))
        one.xaxis.get_major_locator().set_params(integer=True)
        if values.shape[1] > 1:
            one.legend()
    return figure


# -- by space, one dimension


def draw_curves(result, parameters, layer):
    """One panel per component over x; layers as lines from light to dark."""
    shown = [(p, c) for p in parameters.values() for c in range(p.values.shape[1])]
    columns = min(len(shown), 2)
    rows = -(-len(shown) // columns)
    size = (4.2 * columns, 2.4 * rows + 0.4)
    figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False, sharex=True)
    for one, (parameter, component) in zip(axes.ravel(), shown):
        draw_curve(one, result, parameter, component, layers_shown(parameter, layer))
    for one in axes.ravel()[len(shown) :]:
        one.axis("off")
    for one in axes[-1]:
        one.set_xlabel(style.with_units("x", result.grid_units))
    return figure


def draw_curve(axes, result, parameter, component, layers):
    for position, index in enumerate(layers):
        values = result.visible(parameter.values[index, component])
        colour = style.INK["prediction"]
        if len(layers) > 1:
            colour = plt.get_cmap("viridis")(0.85 * (1 - position / (len(layers) - 1)))
        panels.line(axes, result, values, color=colour, lw=1.3, label=f"layer {index}")
    low, high = axes.get_ylim()
    if low < 0 < high:
        axes.axhline(0, color="black", lw=0.6)
    title = f"{parameter.label(component)}: {meaning(parameter, component)}"
    axes.set_title(title + (note(parameter, layers[0]) if len(layers) == 1 else ""))
    axes.set_ylabel(symbol(parameter))
    if len(layers) > 1:
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), handlelength=1)


# -- by space, two and three dimensions


def map_rows(result, parameters, layer):
    """The panels in rows: [(parameter, layer, component or None for arrows, plane)]."""
    cuts = panels.planes(result)
    rows = []
    for parameter in parameters.values():
        layers = layers_shown(parameter, layer)
        components = [None] if parameter.name == "advection" else range(parameter.values.shape[1])
        for component in components:
            if len(layers) == 1:
                rows.append([(parameter, layers[0], component, plane) for plane in cuts])
            else:  # small multiples: layers side by side; of three slices the first
                rows.append([(parameter, index, component, cuts[0]) for index in layers])
    if len(cuts) == 1 and all(len(row) == 1 for row in rows):
        single = [row[0] for row in rows]
        columns = 3 if len(single) > 4 else 2
        rows = [single[i : i + columns] for i in range(0, len(single), columns)]
    return rows


def draw_maps(result, parameters, layer):
    rows = map_rows(result, parameters, layer)
    columns = max(len(row) for row in rows)
    aspect = float(np.mean([plane.aspect for *_, plane in rows[0]]))
    width = 3.9 if columns <= 2 else 3.5 if columns == 3 else 2.7
    figure, axes = panels.sheet(len(rows), columns, aspect, width=width)
    for i, row in enumerate(rows):
        for j, (parameter, index, component, plane) in enumerate(row):
            together = layers_shown(parameter, layer)
            first, last = j == 0, j == len(row) - 1
            multiples = len(together) > 1  # one parameter along the row: say and scale it once
            brief, bar = multiples and not first, last or not multiples
            cut = (result, parameter, index, component, plane, together)
            draw_map(figure, axes[i, j], *cut, brief=brief, bar=bar)
            plane.label(axes[i, j], left=first or not multiples and bool(plane.title))
        for j in range(len(row), columns):
            axes[i, j].axis("off")
    fields.explain_grey(figure, result)
    return figure


def draw_map(
    figure, axes, result, parameter, layer, component, plane, together, brief=False, bar=True
):
    """One map of a component, or (component None) of all advection: strength, and arrows over it.

    `together` are the layers that share its colours.
    """
    hidden = result.hidden()
    if component is None:
        values = np.sqrt(np.sum(parameter.values**2, axis=1))
        field, values = values[layer], result.visible(values[together])
        cmap, norm = plt.get_cmap("YlGnBu"), style.shades(values, signed=False, trim=0.5)[1]
        norm.vmin = 0
        name, words, label = "$U$", "transport", "$|U|$"
    else:
        field = parameter.values[layer, component]
        values = result.visible(parameter.values[together, component])
        cmap, norm = shades(parameter, component, values)
        name = label = parameter.label(component)
        words = meaning(parameter, component)
    drawn = panels.image(axes, plane, field, cmap, norm, hidden)
    if bar:
        panels.colour_bar(figure, drawn, axes, style.with_units(label, parameter.units), values)
    if component is None:
        panels.arrows(axes, plane, parameter.values[layer], hidden)
    place = note(parameter, layer) + (f", {plane.title}" if plane.title else "")
    axes.set_title((name if brief else f"{name}: {words}") + place)
