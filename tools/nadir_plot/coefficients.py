"""R, U, D, bias and omega: maps, arrows, profiles over the layers, a table of constants."""

import matplotlib.pyplot as plt
import numpy as np

import fields
import panels
import style
from result import MEANING

PER_LAYER = "values: per layer, before ω"
TOTALS = "nωR, drift nωU, variance 2nωD (the drift takes n(ωU)² off it), nωb"
MOST_LAYERS = 5  # panels of a parameter that varies in space and layer


def draw(result, layer):
    """(name, figure or None): of what varies in space, of what varies by layer alone, of constants."""
    figures = dict.fromkeys(("coefficients", "coefficients-by-layer", "constants"))
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
    for name, figure in figures.items():
        if figure is not None:
            style.heading(figure, f"{result.title}: coefficients")
        yield name, figure


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
    """A table: symbol, meaning, value, and what all layers together do."""
    rows = list(constant_rows(result, parameters))
    figure, axes = plt.subplots(figsize=(7.2, 0.27 * (len(rows) + 1) + 0.7))
    table(axes, ("", "constant", "value", total_head(result)), rows, (0.0, 0.07, 0.42, 0.68))
    style.caption(figure, *about_constants(result))
    return figure


def constants_panel(axes, result, parameters):
    """The same in the room of a map."""
    rows = [(label, *rest) for label, _, *rest in constant_rows(result, parameters)]
    table(axes, ("", "value", total_head(result)), rows, (0.0, 0.12, 0.55))
    axes.set_title("constants")


def constant_rows(result, parameters):
    """(symbol, meaning, value with unit, total with unit or "") of constants."""
    for parameter in parameters.values():
        units = style.pretty(parameter.units)
        fixed = " (fixed)" if result.trained(parameter.name) is False else ""
        for component, value in enumerate(parameter.values[0].ravel()):
            yield (
                parameter.label(component),
                meaning(parameter, component),
                amount(value, units) + fixed,
                total(result, parameter, component, value),
            )


def total_head(result):
    return "" if strides(result) is None else f"all {result.n} layers"


def strides(result):
    """n omega, by which a constant counts in the whole chain; None where omega varies in space."""
    omega = result.parameters.get("relaxation")
    if result.n is None or omega is None or omega.varies_space:
        return None
    return float(np.sum(np.broadcast_to(omega.values.ravel(), result.n)))


def total(result, parameter, component, value):
    """What a constant amounts to over all layers, see TOTALS; "" if that is unknown."""
    passed = strides(result)
    if passed is None or parameter.name == "relaxation":
        return ""
    name, factor = "", 1
    if parameter.name == "advection":
        name = "drift "
    elif parameter.name == "diffusion":
        slanted = len(set(parameter.components[component])) > 1
        name, factor = "covariance " if slanted else "variance ", 2
    return name + amount(factor * passed * value, style.pretty(parameter.units))


def amount(value, units):
    return f"{value:.4g} {units}".rstrip().replace("-", "−")


def about_constants(result):
    """How constants and totals are meant, in sentences for a caption."""
    if strides(result) is None:
        return [PER_LAYER]
    return [PER_LAYER, "all layers: " + TOTALS]


def table(axes, heads, rows, places):
    """Rows of texts under bold heads, columns beginning at `places` (0 to 1)."""
    lines = [heads, *rows]
    axes.axis("off")
    axes.set(xlim=(0, 1), ylim=(max(len(lines), 6) - 0.4, -0.6))
    for height, row in enumerate(lines):
        for x, text in zip(places, row):
            axes.text(x, height, text, va="center", fontweight=None if height else "bold")
        axes.axhline(
            height + 0.5, color="#888888" if height else "black", lw=0.4 if height else 0.9
        )


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
    style.caption(
        figure, PER_LAYER, "grey bands: never a target" if result.gap() is not None else ""
    )
    return figure


def draw_curve(axes, result, parameter, component, layers):
    for position, index in enumerate(layers):
        values = parameter.values[index, component]
        colour = style.INK["prediction"]
        if len(layers) > 1:
            colour = plt.get_cmap("viridis")(0.85 * (1 - position / (len(layers) - 1)))
        panels.line(axes, result, values, color=colour, lw=1.3, label=f"layer {index}")
    panels.shade(axes, result, result.unobserved())
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
    explain_maps(figure, result, parameters)
    return figure


def explain_maps(figure, result, parameters, *others):
    """A caption: what values, marks and arrows mean."""
    flow = "advection" in parameters and result.dimension == 3
    style.caption(
        figure,
        PER_LAYER,
        fields.FILLED if result.land() is not None else "",
        "hatched: never a target" if result.gap() is not None else "",
        "|U|: of all three components, arrows: their part in the plane" if flow else "",
        *others,
    )


def draw_map(
    figure, axes, result, parameter, layer, component, plane, together, brief=False, bar=True
):
    """One map of a component, or (component None) of all advection: strength, and arrows over it.

    `together` are the layers that share its colours.
    """
    note_below = ""
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
    drawn = panels.image(axes, plane, result.visible(field), cmap, norm)
    panels.mark(axes, plane, result.gap())
    if bar:
        panels.colour_bar(figure, drawn, axes, style.with_units(label, parameter.units), values)
    if component is None:
        drawn = panels.arrows(axes, plane, parameter.values[layer], result.land())
        if drawn is not None:
            longest = amount(float(f"{drawn[1]:.2g}"), style.pretty(parameter.units))
            note_below = f"longest arrows: {longest} or more"
    place = note(parameter, layer) + (f", {plane.title}" if plane.title else "")
    panels.title(axes, (name if brief else f"{name}: {words}") + place, note_below)
