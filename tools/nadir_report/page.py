"""The page: one HTML file with its pictures inside. Its text is the template page.html, which escapes what is put in."""

import base64
import re
from pathlib import Path

import jinja2
import numpy as np
from markupsafe import Markup
from PIL import Image

import style
import words
from analysis import ALIASED, DIVERGENT

PIXELS_PER_INCH = 104  # of the page: the pictures' letters are then those of its captions
NARROWEST = 560  # pixels a wide picture shrinks to; a narrower window scrolls it
TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    keep_trailing_newline=True,
)


def picture(path, text, dpi, caption=""):
    """A picture inside the page, as large as its letters want; in a narrow window it scrolls."""
    data = base64.b64encode(path.read_bytes()).decode()
    with Image.open(path) as image:
        width = round(image.width * PIXELS_PER_INCH / dpi)
    return dict(data=data, text=text, width=width, narrowest=min(width, NARROWEST), caption=caption)


def symbols(analysis):
    """The coefficients there are: (symbol, process, what it does, units)."""
    return [
        (symbol, process, text, style.pretty(analysis.units_of(order)) or "a\u00a0number")
        for symbol, process, text, order in words.SYMBOLS
        if order <= analysis.order
    ]


def coefficients(analysis, matrix):
    """What there is; beside it what is zero and what says nothing, with the reason."""
    rows, zero, copies, lacking = [], [], [], []
    for c in analysis.told(matrix):
        special = {ALIASED: copies, DIVERGENT: lacking}.get(c.state)
        if special is None and c.is_zero:
            special = zero
        if special is None:
            rows.append((words.name(c), c.process, words.value(c), words.effect(c)))
        elif not (special is copies and c.is_zero):
            special.append(words.name(c))
    special = (
        (zero, "zero everywhere"),
        (copies, "aliases of lower orders: the rows are too short for moments of their own, so these are copies "
         "made by the grid, and nothing that was learned"),
        (lacking, "does not exist: it would grow with the size of the grid"),
    )  # fmt: skip
    return dict(rows=rows, special=[(Markup(", ").join(names), why) for names, why in special if names])


def layer(analysis, matrix):
    """What a layer does to a signal, by the means of the rows that the coefficients' means are taken over."""
    axes, farthest = analysis.axes[:3], float(analysis.locality["distance"].max())
    found, rows = analysis.layer(matrix), []
    for key, name, meaning, order in words.LAYER:
        if key not in found:
            continue
        units = analysis.units_of(order)
        numbers = np.atleast_1d(found[key])[: len(axes)]
        rounding = 1e-12 * max(1.0, farthest**order)
        numbers = np.where(np.abs(numbers) > rounding, numbers, np.where(np.isnan(numbers), numbers, 0.0))
        cells = [words.with_units(words.number(value), units) for value in numbers]
        rows.append((name, *cells, *[""] * (len(axes) - len(cells)), meaning))
    mean = ", on average over its rows" if analysis.boundary[matrix].size > 1 else ""
    omega = float(analysis.attributes["relaxation"])
    text = (
        f"What a layer with f(Z) = Z, the kernel (1 − ω) I + ωW with ω = {omega:g}, does to a "
        f"signal{mean}: {words.printed(analysis, '(of explicit Euler')}"
    )
    return dict(words=text, head=("", *(f"along {axis}" for axis in axes), ""), rows=rows)


def matrix_section(analysis, matrix, pictures, equation, dpi):
    """What the template tells of a matrix. `pictures`: paths by name; `equation`: a path, or None."""
    latex = analysis.equation(matrix)
    described = words.describes(analysis, matrix) is not False
    title = "Equation" if described else "The equation its moments would give"
    drawn = None if equation is None else picture(equation, latex, dpi)
    return dict(
        name=analysis.matrix_name(matrix),
        findings=words.findings(analysis, matrix),
        equation=dict(title=title, latex=latex, picture=drawn),
        coefficients=coefficients(analysis, matrix),
        pictures=[picture(path, name, dpi, words.MEANING[name]) for name, path in pictures.items()],
        layer=layer(analysis, matrix) if described else None,
    )


def printed(analysis):
    """The report `nadir interpret` printed, and what of it was left out.

    It knows nothing of points without data, so that its means would contradict those of the page.
    """
    text = analysis.text("report")
    if analysis.hidden is None:
        return text, ""
    means = re.compile(r"  [RUDW]\S* +(reaction|advection|diffusion|dispersion|hyper-diffusion|generalised)|one layer with|  along ")
    kept = [line for line in text.split("\n") if not means.match(line)]
    return "\n".join(kept), (
        "The lines with means over all points, those without data among them, are left out here: the tables above have "
        "the means over the points that count."
    )


def write(analysis, sections, path):
    text, left_out = printed(analysis)
    body = TEMPLATES.get_template("page.html").render(
        title=analysis.text("title"),
        subject=analysis.text("subject"),
        neurons="" if analysis.from_filters else analysis.text("neurons"),
        omega=f"{float(analysis.attributes['relaxation']):g}",
        matrices=analysis.matrices,
        effective=words.grouped(analysis.effective.sum()),
        total=words.grouped(analysis.attributes["all_parameters"]),
        units=analysis.units,
        how_to_read=words.HOW_TO_READ,
        symbols=symbols(analysis),
        sections=sections,
        printed=text,
        left_out=left_out,
    )
    path.write_text(body, encoding="utf-8")
    return path
