"""Coefficients that vary neither in space nor by layer, as a table."""

import matplotlib.pyplot as plt

import style
import worth

ROW = 0.3  # inches
RATE = "per unit of time"


def draw(result, parameters):
    """Symbol, meaning, value, where it began, what all layers together do, the rate in time."""
    heads, rows = drop_empty(("", "constant", "value", "initially", total_head(result), RATE),
                             list(rows_of(result, parameters)))  # fmt: skip
    widths = column_widths(heads, rows, 90)
    width = 0.08 * sum(widths)
    figure, axes = plt.subplots(figsize=(width, ROW * (len(rows) + 1) + 0.75))
    table(axes, heads, rows, widths, height=len(rows) + 1, size=9)
    style.caption(figure, *worth.explained(result, *parameters.values()))
    return figure


def panel(axes, result, parameters):
    """The same in the room of a map, without meaning and beginning."""
    rows = [(label, value, *rest) for label, _, value, _, *rest in rows_of(result, parameters)]
    heads, rows = drop_empty(("", "value", total_head(result), RATE), rows)
    widths = column_widths(heads, rows, 40)
    size = max(9 * min(1, 46 / sum(widths)), 6)  # a panel has room for so many letters
    table(axes, heads, rows, widths, height=max(len(rows) + 1, 6), size=size)
    axes.set_title("constants")


def total_head(result):
    return "" if worth.strides(result) is None else f"all {result.n} layers"


def rows_of(result, parameters):
    """(symbol, meaning, value, initial value, total, rate) of constants, as text; "" where there is none."""
    for parameter in parameters.values():
        units = style.unit(parameter.units)
        fixed = " (fixed)" if result.trained(parameter.name) is False else ""
        for component, value in enumerate(parameter.values[0].ravel()):
            start = result.initial(parameter.name, component)
            yield (
                parameter.label(component),
                meaning(parameter, component),
                worth.amount(value, units) + fixed,
                "" if start is None else worth.amount(start, units),
                worth.total(result, parameter, component, value),
                worth.in_time(parameter, value),
            )


def meaning(parameter, component):
    slanted = parameter.name == "diffusion" and len(set(parameter.components[component])) > 1
    return "slanted spreading" if slanted else parameter.meaning


def drop_empty(heads, rows):
    """Heads and rows without the columns in which nothing stands."""
    kept = [k for k in range(len(heads)) if k == 0 or any(row[k] for row in rows)]
    return [heads[k] for k in kept], [[row[k] for k in kept] for row in rows]


def column_widths(heads, rows, least):
    """Letters of the columns, with the space to the next, and of an empty one; those of a symbol are few."""
    columns = list(zip(*[heads, *rows]))
    widths = [6] + [max(len(text) for text in column) + 3 for column in columns[1:]]
    return widths + [max(0, least - sum(widths))]


def table(axes, heads, rows, widths, height, size):
    """Rows of texts under bold heads, in `height` lines."""
    places = [sum(widths[:k]) / sum(widths) for k in range(len(widths))]
    axes.axis("off")
    axes.set(xlim=(0, 1), ylim=(height - 0.4, -0.6))
    for line, row in enumerate([heads, *rows]):
        for x, text in zip(places, row):
            axes.text(x, line, text, va="center", fontsize=size, fontweight=None if line else "bold")
        axes.axhline(line + 0.5, color="#888888" if line else "black", lw=0.4 if line else 0.9)
