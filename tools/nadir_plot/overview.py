"""One figure that tells the case: what went in, what came out, how good it is, what was learned."""

import coefficients
import curves
import fields
import panels
import style

COLUMNS = 3


def draw(result, sample, layer):
    """The overview; None in one dimension, where the figures of the parts are as short."""
    if result.dimension == 1:
        return None
    plane = panels.planes(result)[0]
    parts = fields.Sample(result, sample, layer)
    rows = [tell_fields(parts), tell_errors(parts), *tell_coefficients(result, layer)]
    rows = [row for row in rows if row]
    figure, axes = panels.sheet(len(rows), COLUMNS, plane.aspect, width=3.9, extra=0.75)
    for i, row in enumerate(rows):
        for paint, one in zip(row, axes[i]):
            paint(figure, one, plane)
        for empty in axes[i, len(row) :]:
            empty.axis("off")
    style.heading(figure, result.title, size=13)
    shown = {p.name for p, *_ in maps_worth_showing(result, layer)[:COLUMNS]}
    coefficients.explain_maps(figure, result, shown, chain(result))
    return figure


def chain(result):
    """How many layers there are, and their omega where it is one number."""
    omega = result.parameters.get("relaxation")
    if result.attractor:
        return "layers to the attractor"
    if result.n is None or omega is None or omega.varies_space or omega.varies_layer:
        return ""
    text = f"n = {result.n} layers, ω = {omega.values.item():.4g}"
    return text + ("; all layers: " + coefficients.TOTALS if constants(result) else "")


def map_of(parts, views, index, label, **scale):
    """Paints one view in colours shared by all `views`."""
    group = fields.Group(parts, views, label, **scale)
    view = views[index]

    def paint(figure, axes, plane):
        group.paint(figure, axes, plane, index, bar=True)
        title, note = view.short() if plane.title else (view.title, view.note)
        panels.title(axes, title + (f" ({plane.title})" if plane.title else ""), note)
        plane.label(axes)

    return paint


def tell_fields(parts):
    views = parts.quantities()
    return [map_of(parts, views, index, "signal") for index in range(len(views))]


def tell_errors(parts):
    """What there was to learn, what is left of it in colours of its own, and the score."""
    result = parts.result
    if parts.error is None or parts.input is None:
        return []
    views = [(parts.change(), "change"), (parts.whole_error(), "error")]
    row = [map_of(parts, [view], 0, label, signed=True, trim=0.5) for view, label in views]
    if "withheld_rms" in result.attributes:
        row.append(lambda figure, axes, plane: scores(axes, result))
    elif "loss" in result.history:
        row.append(lambda figure, axes, plane: loss(axes, result))
    return row


def scores(axes, result):
    curves.draw_scores(axes, result)
    axes.set_title("points the training never saw")


def loss(axes, result):
    axes.plot(result.history["loss"], color=style.INK["loss"], lw=1.5)
    curves.logarithmic(axes)
    axes.set_title("loss")
    axes.set_xlabel("iteration")


def tell_coefficients(result, layer):
    """Rows: maps of what varies in space, a table of what does not vary, curves if there is room."""
    cells = [
        map_of_parameter(result, layer, *one) for one in maps_worth_showing(result, layer)[:COLUMNS]
    ]
    if constants(result):
        cells.append(
            lambda figure, axes, plane: coefficients.constants_panel(
                axes, result, constants(result)
            )
        )
    if len(cells) % COLUMNS and result.loss_by_layer is not None:
        cells.append(lambda figure, axes, plane: approach(axes, result))
    if len(cells) % COLUMNS and "loss" in result.history and "withheld_rms" in result.attributes:
        cells.append(lambda figure, axes, plane: loss(axes, result))
    return [cells[first : first + COLUMNS] for first in range(0, len(cells), COLUMNS)]


def constants(result):
    """What varies neither in space nor by layer, but omega, which the caption tells."""
    return {
        name: p
        for name, p in result.parameters.items()
        if not (p.varies_space or p.varies_layer or name == "relaxation")
    }


def map_of_parameter(result, layer, parameter, index, component):
    together = coefficients.layers_shown(parameter, layer)

    def paint(figure, axes, plane):
        coefficients.draw_map(figure, axes, result, parameter, index, component, plane, together)
        plane.label(axes)

    return paint


def maps_worth_showing(result, layer):
    """(parameter, layer, component or None for arrows): transport first, then D, b, R, omega."""
    maps = []
    for name in ("advection", "diffusion", "bias", "reaction", "relaxation"):
        parameter = result.parameters.get(name)
        if parameter is not None and parameter.varies_space:
            components = [None] if name == "advection" else range(parameter.values.shape[1])
            maps += [(parameter, component) for component in components]
    if len(maps) == 1:  # room for its first, middle and last layer
        parameter, component = maps[0]
        layers = coefficients.layers_shown(parameter, layer)
        some = {layers[0], layers[len(layers) // 2], layers[-1]}
        return [(parameter, index, component) for index in sorted(some)]
    return [(p, coefficients.layers_shown(p, layer)[-1], c) for p, c in maps]


def approach(axes, result):
    curves.plot_by_layer(axes, result)
    panels.title(axes, "approach to the target", curves.points_counted(result))
