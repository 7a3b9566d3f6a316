"""One figure that tells the case: what went in, what came out, how good it is, what was learned."""


import coefficients
import curves
import fields
import panels
import style


def draw(result, sample, layer):
    """The overview; None in one dimension, where the figures of the parts are as short."""
    if result.dimension == 1:
        return None
    plane = panels.planes(result)[0]
    rows = [tell(result, sample, layer) for tell in (tell_fields, tell_errors, tell_coefficients)]
    rows = [row for row in rows if row]
    columns = 3
    figure, axes = panels.sheet(len(rows), columns, plane.aspect, width=3.9, extra=0.7)
    for i, row in enumerate(rows):
        for j in range(columns):
            if j < len(row):
                row[j](figure, axes[i, j], plane)
            else:
                axes[i, j].axis("off")
    style.heading(figure, result.title, size=13)
    fields.explain_grey(figure, result)
    return figure


def map_of(result, title, field, cmap, norm, label):
    shown = result.visible(field)

    def paint(figure, axes, plane):
        drawn = panels.image(axes, plane, shown, cmap, norm)
        panels.colour_bar(figure, drawn, axes, label, shown)
        axes.set_title(title + (f" ({plane.title})" if plane.title else ""))
        plane.label(axes)

    return paint


def tell_fields(result, sample, layer):
    parts = fields.Sample(result, sample, layer)
    label = style.with_units("signal", result.units)
    cmap, norm = style.shades(*(result.visible(f) for _, f in parts.quantities()))
    return [map_of(result, t, f, cmap, norm, label) for t, f in parts.quantities()]


def tell_errors(result, sample, layer):
    """What there was to learn, what is left of it in the same colours, and the score."""
    parts = fields.Sample(result, sample, layer)
    if parts.error is None or parts.input is None:
        return []
    change = parts.change()
    cmap, norm = style.shades(result.visible(change[1]), signed=True, trim=0.5)
    label = style.with_units("difference", result.units)
    row = [
        map_of(result, *change, cmap, norm, label),
        map_of(result, "error left: prediction − target", parts.error, cmap, norm, label),
    ]
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


def tell_coefficients(result, sample, layer):
    """Three maps of what varies in space; curves where there are fewer."""
    row = []
    for parameter, index, component in maps_worth_showing(result, layer)[:3]:

        def paint(figure, axes, plane, parameter=parameter, index=index, component=component):
            together = coefficients.layers_shown(parameter, layer)
            coefficients.draw_map(
                figure, axes, result, parameter, index, component, plane, together
            )
            plane.label(axes)

        row.append(paint)
    if len(row) < 3 and result.loss_by_layer is not None:
        row.append(lambda figure, axes, plane: approach(axes, result))
    if len(row) < 3 and "loss" in result.history and "withheld_rms" in result.attributes:
        row.append(lambda figure, axes, plane: loss(axes, result))
    return row


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
    axes.set_title("approach to the target")
