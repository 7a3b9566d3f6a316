"""The page: one HTML file with its pictures inside."""

import base64
import html

import numpy as np
from PIL import Image

import style
import words
from analysis import ALIASED, DIVERGENT

PIXELS_PER_INCH = 104  # of the page: the pictures' letters are then those of its captions
NARROWEST = 600  # pixels a wide picture shrinks to; a narrower window scrolls it
STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#222}
h1{font-size:1.6rem;overflow-wrap:anywhere}h2{margin-top:2.5rem;border-bottom:1px solid #ccc;overflow-wrap:anywhere}
h3{margin:1.6rem 0 .4rem}p,li{max-width:48rem}ul{padding-left:1.2rem}li{margin:.3rem 0}
.wide{overflow-x:auto}table{border-collapse:collapse}
td,th{padding:.2rem .8rem .2rem 0;text-align:left;vertical-align:top;border-bottom:1px solid #eee}
td.number{font-variant-numeric:tabular-nums}.term{white-space:nowrap}
figure{margin:1.4rem 0}figcaption{color:#555;font-size:.9rem;max-width:46rem}sub,sup{line-height:0}
pre{background:#f6f6f6;padding:.8rem;font-size:.8rem;white-space:pre-wrap;overflow-wrap:anywhere}.quiet{color:#666}
@media print{body{margin:0;max-width:none;font-size:11pt}img{min-width:0!important}.wide{overflow:visible}
figure,table{break-inside:avoid}h2,h3{break-after:avoid}pre{background:none;border:1px solid #ccc}}"""


def picture(path, text, dpi):
    """A picture inside the page, as large as its letters want; in a narrow window it scrolls."""
    data = base64.b64encode(path.read_bytes()).decode()
    with Image.open(path) as image:
        width = round(image.width * PIXELS_PER_INCH / dpi)
    size = f"width:{width}px;max-width:100%;min-width:{min(width, NARROWEST)}px"
    return f'<div class="wide"><img src="data:image/png;base64,{data}" alt="{html.escape(text)}" style="{size}"></div>'


def table(head, rows):
    lines = [f"<tr>{''.join(f'<th>{h}</th>' for h in head)}</tr>"] if head else []
    for first, *others in rows:
        lines.append(f'<tr><td class="term">{first}</td>{"".join(f"<td>{c}</td>" for c in others)}</tr>')
    return f'<div class="wide"><table>{"".join(lines)}</table></div>'


def units_of(analysis, order):
    return style.pretty(analysis.units_of(order)) or "a&nbsp;number"


def how_to_read(analysis):
    rows = [
        (f"{symbol}", process, f"{text}", units_of(analysis, order))
        for symbol, process, text, order in words.SYMBOLS
        if order <= analysis.order
    ]
    places = (
        "The places of the neurons have no units here: they are numbers of grid steps, or whatever the places were "
        "given in." if analysis.units == "1" else f"Places are in {html.escape(analysis.units)}."
    )  # fmt: skip
    return (
        f"<h2>How to read this page</h2>{words.HOW_TO_READ}"
        f"{table(('coefficient', 'process', 'what it does', 'units'), rows)}"
        f"<p>{places} Letters below a coefficient are the axes: U<sub>x</sub> is the velocity along x, "
        "W<sub>xxx</sub>/6 stands before the third derivative along x. Coefficients belong to W; one layer does ω "
        "times as much (ωR, ωU, ωD), and in a time t of the equation it is γt times. γ, the paper's relaxation "
        "frequency, only sets the unit of time.</p>"
    )


def coefficient_table(analysis, matrix):
    """What there is; below it in a line each what is zero and what says nothing."""
    rows, zero, copies, lacking = [], [], [], []
    for c in analysis.coefficients(matrix):
        special = {ALIASED: copies, DIVERGENT: lacking}.get(c.state)
        if special is None and c.is_zero:
            special = zero
        if special is None:
            rows.append((words.name(c), c.process, words.value(c), words.effect(c)))
        elif not (special is copies and c.is_zero):
            special.append(words.name(c))
    text = table(("coefficient", "process", "value, by row", ""), rows) if rows else ""
    for names, why in (
        (zero, "zero everywhere"),
        (copies, "aliases of lower orders: the rows are too short for moments of their own, so these are copies "
         "made by the grid, and nothing that was learned"),
        (lacking, "does not exist: it would grow with the size of the grid"),
    ):  # fmt: skip
        if names:
            text += f'<p class="quiet">{", ".join(names)}: {why}.</p>'
    return text


def layer_table(analysis, matrix):
    axes, farthest = analysis.axes[:3], float(analysis.locality["distance"].max())
    rows = []
    for key, name, meaning, order in words.LAYER:
        units = analysis.units_of(order)
        numbers = np.atleast_1d(analysis.cumulants[key][matrix])[: len(axes)]
        rounding = 1e-12 * max(1.0, farthest**order)
        numbers = np.where(np.abs(numbers) > rounding, numbers, np.where(np.isnan(numbers), numbers, 0.0))
        cells = [words.with_units(words.number(value), units) for value in numbers]
        rows.append((name, *cells, *[""] * (len(axes) - len(cells)), meaning))
    mean = ", on average over its rows" if analysis.boundary[matrix].size > 1 else ""
    omega = float(analysis.attributes["relaxation"])
    return (
        f"<h3>One layer</h3><p>What a layer with f(Z) = Z, the kernel (1 − ω) I + ωW with ω = {omega:g}, does to a "
        f"signal{mean}:</p>"
        f"{table(('', *(f'along {axis}' for axis in axes), ''), rows)}"
    )


def equation_block(analysis, matrix, equation, dpi):
    latex = analysis.lines("equations")[matrix]
    described = words.describes(analysis, matrix)
    title = "The equation its moments would give" if described is False else "Equation"
    drawn = picture(equation, latex, dpi) if equation is not None else ""
    return f"<h3>{title}</h3>{drawn}<details><summary>LaTeX</summary><pre>{html.escape(latex)}</pre></details>"


def matrix_section(analysis, matrix, pictures, equation, dpi):
    items = "".join(f"<li>{sentence}</li>" for sentence in words.findings(analysis, matrix))
    parts = [f"<h2>{html.escape(analysis.matrix_name(matrix))}</h2><ul>{items}</ul>"]
    parts.append(equation_block(analysis, matrix, equation, dpi))
    parts.append(f"<h3>Coefficients</h3>{coefficient_table(analysis, matrix)}")
    for name, path in pictures.items():
        caption = f"<figcaption>{words.MEANING[name]}</figcaption>"
        parts.append(f"<figure>{picture(path, name, dpi)}{caption}</figure>")
        if name == "symbol" and words.describes(analysis, matrix) is not False:
            parts.append(layer_table(analysis, matrix))
    return "\n".join(parts)


def write(analysis, sections, path):
    title, subject, neurons = (html.escape(analysis.text(name)) for name in ("title", "subject", "neurons"))
    places = f" Neurons: {neurons}." if neurons and not analysis.from_filters else ""
    total = words.grouped(analysis.attributes["all_parameters"])
    count = len(sections)
    shown = "" if count == analysis.matrices else f" {count} of them {'is' if count == 1 else 'are'} shown."
    body = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head><body>
<h1>{title}</h1>
<p>{subject}; a layer takes ω = {float(analysis.attributes["relaxation"]):g}.{shown}{places}</p>
<p>Weights can be read as generators of partial differential equations (S. Succi, <i>A note on the physical
interpretation of neural PDE’s</i>, 2025). In all it takes {words.grouped(analysis.effective.sum())} numbers to
describe them, where full weight matrices have {total}.</p>
{how_to_read(analysis)}
{"".join(sections)}
<h2>The report as it was printed</h2>
<p>Beside the above: the <i>stable rank</i> is ‖W‖<sub>F</sub>²/‖W‖₂², how many directions W acts on about equally;
<i>kurtosis</i> is 3 for normally distributed weights; eigenvalues that <i>lie beyond a random matrix’s</i> are those
outside the circle.</p>
<pre>{html.escape(analysis.text("report"))}</pre>
</body></html>
"""
    path.write_text(body, encoding="utf-8")
    return path
