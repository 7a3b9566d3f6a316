"""One figure that tells the case: what went in, what came out, how good it is, what was learned."""

import coefficients
import constants
import curves
import fields
import panels
import style
import worth

COLUMNS = 3
ORDER = ("advection", "diffusion", "bias", "reaction", "relaxation")


def draw(result, sample, layer):
    """The overview; None in one dimension, where the figures of the parts are as short."""
    if result.dimension == 1:
        return None
    plane = panels.planes(result)[0]
    parts = fields.Sample(result, sample, layer)
    rows = [tell_fields(parts), tell_errors(parts), *tell_coefficients(result, layer)]
    rows = [row for row in rows if row]
    figure, axes = panels.sheet(len(rows), COLUMNS, plane.aspect, width=4.4, extra=1.0, share=0.62)
    for i, row in enumerate(rows):
        for paint, one in zip(row, axes[i]):
            paint(figure, one, plane)
        for empty in axes[i, len(row) :]:
            empty.axis("off")
    style.heading(figure, result.heading(result.sample_note(sample)), size=13)
    mapped, profiles = [p for p in result.parameters.values() if p.varies_space], coefficients.by_layer(result)
    dotted = coefficients.dotted(result, profiles)
    coefficients.explain_maps(figure, result, mapped, dotted, chain(result), panels.thinned([plane]))
    return figure


def chain(result):
    """How many layers there are, and their omega where it is one number."""
    omega = result.parameters.get("relaxation")
    if result.to_attractor:
        return "layers to the attractor"
    if result.n is None or omega is None or omega.varies_space or omega.varies_layer:
        return ""
    return f"n\u00a0=\u00a0{result.n} layers, ω\u00a0=\u00a0{omega.values.item():.4g}"


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
    """Rows: maps of what varies in space, profiles of what varies by layer, a table of the rest, curves if they fit."""
    cells = [painter_of(one) for one in maps(result, layer)]
    cells += [profile_of(result, parameter) for parameter in coefficients.by_layer(result)]
    table = constants_of(result)
    if table:
        cells.append(lambda figure, axes, plane: constants.panel(axes, result, table))
    if len(cells) % COLUMNS and result.loss_by_layer is not None:
        cells.append(lambda figure, axes, plane: approach(axes, result))
    if len(cells) % COLUMNS and "loss" in result.history and "withheld_rms" in result.attributes:
        cells.append(lambda figure, axes, plane: loss(axes, result))
    return [cells[first : first + COLUMNS] for first in range(0, len(cells), COLUMNS)]


def constants_of(result):
    """What varies neither in space nor by layer, but omega, which the caption tells."""
    return {
        name: p
        for name, p in result.parameters.items()
        if not (p.varies_space or p.varies_layer or name == "relaxation")
    }


def painter_of(one):
    def paint(figure, axes, plane):
        coefficients.draw_map(figure, axes, one, plane)
        plane.label(axes)

    return paint


def profile_of(result, parameter):
    return lambda figure, axes, plane: coefficients.draw_profile(axes, result, parameter)


def maps(result, layer):
    """All that varies in space: transport first, then D, b, R, omega and the other kernels' coefficients.

    Of layers that differ the last one asked for, and what all of them do; of one parameter alone some more layers.
    """
    names = sorted(result.parameters, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))
    found = [result.parameters[name] for name in names if result.parameters[name].varies_space]
    alone = len(found) == 1 and len(coefficients.components_of(found[0])) == 1
    for parameter in found:
        layers = coefficients.layers_shown(parameter, layer)
        some = [layers[0], layers[-1]] if alone and len(layers) > 1 else [layers[-1]]
        for component in coefficients.components_of(parameter):
            for index in some:
                yield coefficients.Map(result, parameter, index, component, layers)
            if coefficients.totals_apart(result, parameter):
                yield coefficients.Map(result, parameter, None, component, [None])


def approach(axes, result):
    curves.plot_by_layer(axes, result)
    panels.title(axes, "approach to the target", curves.points_counted(result))
