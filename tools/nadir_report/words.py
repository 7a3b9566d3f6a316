"""What the page says: symbols, captions, and sentences about a matrix for a reader who knows the paper.

Texts are plain, whatever is in them: the page's template makes HTML of them. Only what is written here as
HTML, for its subscripts, is Markup; what is put into it is escaped.
"""

import numpy as np
from markupsafe import Markup

import style

ENOUGH = 0.99  # of W z and of its change: the moments are the weights
DESCRIBED = 0.5  # of W z, by all orders: less is no description
HEAVY_TAILS, CLEAR = 4.5, 1e-6  # as in the report of nadir interpret

HOW_TO_READ = Markup("""<p>A layer takes a signal z, one number per neuron, to
z ← (1 − ω) z + ω f(W z − b), the paper's (10), (11) and (19): weights W, bias b, activation f and relaxation ω.
With ω = 1 it is the layer of an ordinary network, (2). Neuron i sits at the place q<sub>i</sub>, and row i of the
weights has the moments W<sub>k</sub>(i) = Σ<sub>j</sub> (q<sub>j</sub> − q<sub>i</sub>)<sup>k</sup> W<sub>ij</sub>,
(17). By them W is a differential operator, (16), and for f(Z) = Z a layer is a time step of the equation
∂<sub>t</sub> z = γ (R z − U·∇z + D:∇∇z + … − b). For other f that is what happens to Z = W z − b, which f then
bends; f and b are not read here.</p>""")

SYMBOLS = (
    (Markup("R = W<sub>0</sub> − 1"), "reaction", "the paper's amplitude rescaling without the identity: positive lets "
     "the signal grow, negative decay", 0),
    (Markup("U = −W<sub>1</sub>"), "advection", "velocity; positive carries the signal to larger coordinates (the "
     "paper calls W₁ the speed; with (16) it is the opposite)", 1),
    (Markup("D = W<sub>2</sub>/2"), "diffusion", "positive smears, negative sharpens (the paper's W₂, halved as (16) "
     "has it)", 2),
    (Markup("W<sub>3</sub>/6"), "dispersion", "a velocity that depends on the size of what moves", 3),
    (Markup("W<sub>4</sub>/24"), "hyper-diffusion", "negative smears, positive sharpens", 4),
)  # fmt: skip

MEANING = {
    "moments": "Where the coefficients of the equation vary: positive U carries the signal to larger coordinates, "
    "positive D smears it, positive R lets it grow.",
    "symbol": "Left: a wave exp(ik·q) of wave number k leaves W multiplied by the symbol Ŵ(k), the mean over all "
    "rows; its imaginary part moves the wave. Right: a whole layer with f(Z) = Z multiplies its height by |a(k)|. "
    "A layer smooths the waves with |a(k)| below |a(0)|, that of the uniform signal (dashed); above 1 they grow. "
    "Phase 0 is the uniform signal, 1 the wave that changes sign from neuron to neuron. The sign of one high moment "
    "alone does not tell whether a layer smooths.",
    "explained": "How much of W z, and of its change W z − z, the equation reproduces when it is cut off after each "
    "order: 1 − |error|²/|W z|², on smooth waves or on the signals that were given. 1 is everything; below 0 the "
    "equation is worse than nothing. Where W is near the identity its change is the harder test.",
    "spectrum": "Eigenvalues of W without its mean and mean diagonal, over their standard deviation and √N. Those "
    "of a random matrix fill the circle evenly. p is the probability that a random matrix is as far from that; "
    "below 0.01 is called structure.",
    "singular-values": "Squares of the singular values s of the same matrix: the share below each value, and that "
    "of random matrices (dashed); p as above.",
    "locality": "The share of the weights, and of their squares, that lies within a distance of the neuron. Moments "
    "and the equation mean something where it reaches 1 soon.",
}

LAYER = (
    ("mass", "mass", "what the sum of the signal is multiplied by, 1 + ωR", 0),
    ("drift", "drift", "how far the signal moves, ωU/(1 + ωR)", 1),
    ("variance", "variance", "what its spread gains, 2ωD/(1 + ωR) less the square of the drift", 2),
    ("effective_diffusion", "effective diffusion", "half of that per ω: D less what the finite step takes off", 2),
    ("third", "third cumulant", "how lopsided the weights of the layer are", 3),
)


def number(value, digits=4):
    """With a real minus, and powers of ten as they are printed."""
    if not np.isfinite(value):
        return "–"
    mantissa, _, power = f"{value:.{digits}g}".partition("e")
    tens = f"\u00a0×\u00a010{str(int(power)).translate(style.RAISED)}" if power else ""
    return mantissa.replace("-", "−") + tens


def with_units(text, units):
    pretty = style.pretty(units)
    return text if text == "–" or not pretty else f"{text}\u00a0{pretty}"


def grouped(count):
    """A large number in groups of three digits."""
    return f"{int(count):,}".replace(",", "\u202f")


def percent(share):
    """Never rounded up to all."""
    return f"{np.floor(1e4 * share + 1e-6) / 100:.4g} %"


def name(coefficient):
    base, _, rest = coefficient.name.partition("_")
    subscript, slash, divisor = rest.partition("/")
    divided = slash + divisor if divisor != "1" else ""
    below = Markup("<sub>{}</sub>").format(subscript) if subscript else ""
    return Markup("{}{}{}").format(base, below, divided)


def effect(coefficient):
    """What a coefficient that is the same everywhere does by itself, or how much of it says nothing."""
    if coefficient.made_by_lower is not None:
        made = with_units(number(coefficient.made_by_lower), coefficient.units)
        return f"of this {made} comes with the lower orders on this grid (aliases)"
    if coefficient.varies or not coefficient.has_effect:
        return ""
    value, order = coefficient.mean, coefficient.order
    if order == 0:
        return "the signal grows" if value > 0 else "the signal decays"
    if order == 1:
        return f"carries it to {'larger' if value > 0 else 'smaller'} coordinates"
    if order % 2:
        return ""
    return "smears" if (order % 4 == 2) == (value > 0) else "sharpens"


def value(coefficient):
    if not coefficient.varies:
        return with_units(number(coefficient.mean, 6), coefficient.units)
    low, high = coefficient.used.min(), coefficient.used.max()
    mean = 0.0 if abs(coefficient.mean) < 1e-10 * (high - low) else coefficient.mean
    text = f"{number(low)} … {number(high)}, mean {number(mean)}"
    return with_units(text, coefficient.units)


# -- sentences ---------------------------------------------------------------------------------------


def sufficient(analysis, matrix):
    """The lowest order that explains enough, and how much; None where no order does."""
    shares, change = analysis.explained[matrix], analysis.explained_change[matrix]
    for order in np.flatnonzero((shares >= ENOUGH) & (np.isnan(change) | (change >= ENOUGH))):
        return int(order), float(np.nanmin([shares[order], change[order]]))
    return None


def describes(analysis, matrix):
    """Whether the equation of all orders describes the weights at all; None where that is not known."""
    last = analysis.explained[matrix][-1]
    return None if np.isnan(last) else bool(last >= DESCRIBED)


def explained(analysis, matrix):
    enough, shares = sufficient(analysis, matrix), analysis.explained[matrix]
    if enough:
        order, share = enough
        text = f"Moments up to order {order} explain {percent(share)} of what it does: it is the equation below."
        if analysis.is_short_stencil(matrix):
            text += f" {stencil(analysis, matrix)}"
        return text
    if not np.isfinite(shares).any():
        return ""
    if analysis.reach is None:
        return (
            f"R alone explains {number(shares[0], 3)} of W z. How much the other orders do is not known: between "
            "scattered points there are no differences to try them with."
        )
    if describes(analysis, matrix) is False:
        return (
            "Its moments do not describe it: with all orders the equation reproduces less of W z than half (in "
            "the picture below, a share under 0.5). Its weights do not fall off fast enough, and the "
            "coefficients measure how large the grid is more than what was learned."
        )
    best = int(np.nanargmax(shares))
    change = analysis.explained_change[matrix][best]
    also = "" if np.isnan(change) else f" and {number(change, 3)} of its change W z − z"
    return (
        f"No order up to {len(shares) - 1} explains 99 % of what it does. The best, {best}, explains "
        f"{number(shares[best], 3)} of W z{also}: the equation below is a part of the truth."
    )


def stencil(analysis, matrix):
    steps = int(analysis.reach[matrix].max())
    return (
        f"That is how it was made and not a finding: its rows reach {steps} step{'' if steps == 1 else 's'} of the "
        "grid, and so few weights are moments of low order."
    )


def random(analysis, matrix):
    found = analysis.random
    verdict = int(found["verdict"][matrix])
    if verdict < 0 and "eigenvalues" in found:
        return "Whether it is random is undefined: all weights are the same."
    if verdict < 0:
        return "Whether it is random was not judged: that takes a full matrix of at least 50 rows."
    judged = found["eigenvalues"].shape[1]
    block = f" (of its leading {judged} rows and columns)" if judged < analysis.boundary[matrix].size else ""
    if verdict == 1:
        return f"By its spectrum{block} it cannot be told from a random matrix."
    text = f"It has structure: its spectrum{block} is not that of a random matrix."
    p = min(found["p_circular"][matrix], found["p_marchenko_pastur"][matrix])
    if found["kurtosis"][matrix] > HEAVY_TAILS and p > CLEAR:
        text += " But its weights have heavy tails, which alone make large values."
    return text


def power_law(analysis, matrix):
    exponent = analysis.locality["power_law"][matrix]
    if not np.isfinite(exponent):
        return ""
    return (
        f"Its weights fall off with distance as a power law of exponent {number(exponent, 3)}: only moments of an "
        f"order below {number(max(exponent - len(analysis.axes), 0), 3)} exist."
    )


def boundary(analysis, matrix):
    flagged = analysis.boundary[matrix]
    if not flagged.any():
        return ""
    if flagged.all():
        return "Every row reaches an open end, so that the moments are those of what is left of it."
    return f"{grouped(flagged.sum())} of {grouped(flagged.size)} rows reach beyond an open end and are left out."


def without_data(analysis, matrix):
    if analysis.hidden is None:
        return ""
    return (
        f"{grouped(analysis.hidden.sum())} of {grouped(analysis.hidden.size)} points have neither a target nor an "
        "input of their own. No data say what the coefficients are there: they are left out of values, means and maps (but "
        "not of what happens to waves, nor of the shares explained, which go over all rows)."
    )


def printed(analysis, start):
    """The line of the printed report that begins so; nothing without one."""
    lines = (line.strip() for line in analysis.lines("report"))
    found = next((line for line in lines if line.startswith(start)), "")
    return found.replace("omega", "ω")


def identifiable(analysis, _matrix):
    """That only products with omega are known."""
    text = printed(analysis, "omega was trained")
    return text and text + "."


def size(analysis, matrix):
    count = grouped(analysis.effective[matrix])
    if sufficient(analysis, matrix) is None:
        return f"It takes all of its {count} weights that are not 0 to describe it."
    return (
        f"It takes {count} numbers to describe it: one for a coefficient that is the same everywhere, one per row "
        "for each that varies."
    )


def findings(analysis, matrix):
    """Sentences, the most important ones first."""
    kinds = (explained, identifiable, random, power_law, boundary, without_data, size)
    return [sentence for sentence in (kind(analysis, matrix) for kind in kinds) if sentence]
