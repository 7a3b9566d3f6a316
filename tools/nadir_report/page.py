"""The page: one HTML file with its pictures inside."""

import base64
import html

import numpy as np

from analysis import ALIASED, DIVERGENT

MEANING = {
    "moments": "Where the coefficients of the equation vary. Positive U carries the signal towards larger "
    "coordinates, positive D smears it, positive R lets it grow.",
    "symbol": "What the matrix multiplies a wave by (left), and a whole layer with f = identity (right). A layer "
    "smooths a wave where its amplification is below that of the mean, |a(0)|; the sign of one high moment "
    "does not tell.",
    "explained": "How much of W z, and of its change W z − z, is reproduced by the equation cut off after each "
    "order. Near 1, the weights are that equation.",
    "spectrum": "Eigenvalues once mean and mean diagonal are subtracted, over std √N. Those of a random "
    "matrix fill the circle evenly.",
    "singular-values": "Squared singular values of the same matrix, as a distribution; dashed is that of random "
    "matrices.",
    "locality": "The share of the weights that lies within a distance.",
}
EFFECT = {ALIASED: "an alias of lower orders, not learned", DIVERGENT: "does not exist: it would measure the box"}
VERDICT = {
    1: "cannot be told from a random matrix by its spectrum",
    0: "has structure: its spectrum is not a random matrix's",
    -1: "too few weights to tell whether it is random",
}
STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#222}
h1{font-size:1.6rem}h2{margin-top:2.5rem;border-bottom:1px solid #ccc}table{border-collapse:collapse}
td,th{padding:.2rem .8rem;text-align:left;border-bottom:1px solid #eee}td.number{font-variant-numeric:tabular-nums}
figure{margin:1.2rem 0}img{max-width:100%}figcaption{color:#555;font-size:.9rem;max-width:46rem}
pre{background:#f6f6f6;padding:.8rem;overflow-x:auto;font-size:.8rem}.quiet{color:#777}"""


def inlined(path):
    data = base64.b64encode(path.read_bytes()).decode()
    return f"data:image/png;base64,{data}"


def value_text(coefficient):
    if coefficient.state == DIVERGENT:
        return "–"
    units = "" if coefficient.units == "1" else f" {coefficient.units}"
    if not coefficient.varies:
        mean = coefficient.mean
        return f"{0.0 if abs(mean) < 1e-12 else mean:.6g}{units}"
    low, high = coefficient.used.min(), coefficient.used.max()
    mean = 0.0 if abs(coefficient.mean) < 1e-10 * (high - low) else coefficient.mean
    return f"{low:.4g} … {high:.4g}, mean {mean:.4g}{units}"


def coefficient_table(analysis, matrix):
    rows = []
    for c in analysis.coefficients(matrix):
        base, _, rest = c.name.partition("_")
        subscript, slash, divisor = rest.partition("/")
        name = base + (f"<sub>{subscript}</sub>" if subscript else "") + slash + divisor
        note = EFFECT.get(c.state, "")
        rows.append(
            f'<tr><td>{name}</td><td>{c.process}</td><td class="number">{value_text(c)}</td>'
            f'<td class="quiet">{note}</td></tr>'
        )
    head = "<tr><th>coefficient</th><th>process</th><th>value</th><th></th></tr>"
    return f"<table>{head}{''.join(rows)}</table>"


def summary(analysis, matrix):
    """Sentences for a reader who knows the paper."""
    sentences = []
    shares, change = analysis.explained[matrix], analysis.explained_change[matrix]
    enough = np.flatnonzero((shares >= 0.99) & (np.isnan(change) | (change >= 0.99)))
    if len(enough):
        found = 100 * np.nanmin([shares[enough[0]], change[enough[0]]])
        sentences.append(f"Moments up to order {enough[0]} explain {found:.4g} % of what it does.")
    elif np.isfinite(shares).any():
        sentences.append(
            f"No order up to {len(shares) - 1} explains 99 % of what it does; the best share of W z is "
            f"{np.nanmax(shares):.3g}."
        )
    sentences.append(f"The matrix {VERDICT[int(analysis.random['verdict'][matrix])]}.")
    exponent = analysis.locality["power_law"][matrix]
    if np.isfinite(exponent):
        sentences.append(f"Its weights fall off with distance as a power law of exponent {exponent:.3g}.")
    sentences.append(f"{analysis.effective[matrix]} numbers describe it.")
    return " ".join(sentences)


def matrix_section(analysis, matrix, pictures, equation):
    parts = [f"<h2>{html.escape(analysis.matrix_name(matrix))}</h2>", f"<p>{summary(analysis, matrix)}</p>"]
    latex = analysis.lines("equations")[matrix]
    if equation is not None:
        parts.append(f'<p><img src="{inlined(equation)}" alt="{html.escape(latex)}"></p>')
    parts.append(f"<details><summary>LaTeX</summary><pre>{html.escape(latex)}</pre></details>")
    parts.append(coefficient_table(analysis, matrix))
    for name, path in pictures.items():
        parts.append(
            f'<figure><img src="{inlined(path)}" alt="{name}"><figcaption>{MEANING[name]}</figcaption></figure>'
        )
    return "\n".join(parts)


def write(analysis, sections, path):
    title = html.escape(analysis.text("title"))
    subject = html.escape(analysis.text("subject"))
    total = float(analysis.attributes["all_parameters"])
    shown = "" if len(sections) == analysis.matrices else f" {len(sections)} of them are shown."
    body = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head><body>
<h1>{title}</h1>
<p>{subject}; one layer takes ω = {float(analysis.attributes["relaxation"]):g}.{shown}</p>
<p>Weights are generators of partial differential equations: the moments
W<sub>k</sub> = Σ<sub>j</sub> (q<sub>j</sub> − q<sub>i</sub>)<sup>k</sup> W<sub>ij</sub> of a row are reaction,
advection, diffusion and so on, and all matrices together are described by {analysis.effective.sum()} numbers
instead of {total:.0f}.</p>
{"".join(sections)}
<h2>The whole report</h2><pre>{html.escape(analysis.text("report"))}</pre>
</body></html>
"""
    path.write_text(body, encoding="utf-8")
    return path
