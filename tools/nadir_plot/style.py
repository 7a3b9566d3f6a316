"""One look for all pictures: colours, limits, figures of the right size, small PNG files."""

import textwrap

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402
from matplotlib.colors import Normalize  # noqa: E402
from PIL import Image  # noqa: E402

UNKNOWN = "#c9c9c9"  # no value there
QUIET = "#555555"  # captions
UNDATED = {".pdf": {"CreationDate": None}, ".svg": {"Date": None}}  # the same picture is the same file
INK = dict(
    input="#7f7f7f", target="#d95f02", prediction="#1b6ca8", withheld="#c0267e", loss="#222222"
)

plt.rcParams.update(
    {
        "font.size": 9,
        "axes.titlesize": 9.5,
        "axes.titlelocation": "left",
        "axes.labelsize": 8.5,
        "xtick.labelsize": 8,
        "ytick.labelsize": 8,
        "legend.fontsize": 8,
        "legend.frameon": False,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.formatter.limits": (-3, 4),
        "axes.formatter.use_mathtext": True,
        "mathtext.fontset": "dejavusans",
        "image.interpolation": "nearest",
        "figure.constrained_layout.use": True,
        "figure.constrained_layout.h_pad": 0.07,
        "figure.constrained_layout.w_pad": 0.1,
        "hatch.linewidth": 0.5,
        "svg.hashsalt": "nadir",
    }
)


PRETTY = {"1": "", "degC": "°C", "degree": "°", "degrees": "°"}
RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def pretty(units):
    """Units as they are printed: none for pure numbers, powers raised."""
    base, _, power = units.partition("^")
    return PRETTY.get(base, base) + power.translate(RAISED)


def literal(text):
    """A text of others as it stands: no sign in it begins a formula."""
    return str(text).replace("$", r"\$")


def unit(units):
    """Units as they are drawn."""
    return literal(pretty(units))


def with_units(text, units):
    return f"{text} [{unit(units)}]" if pretty(units) else text


def apart(k):
    """The look of the k-th curve of several that may coincide: each leaves something of those below to see."""
    looks = (
        dict(lw=4.0, alpha=0.45),
        dict(lw=1.9),
        dict(lw=1.5, ls=(0, (4, 3))),
        dict(lw=1.5, ls=(0, (1, 2))),
    )
    return looks[min(k, len(looks) - 1)]


def heading(figure, text, size=10.5):
    """The title over a whole figure, no larger than its width allows."""
    room = figure.get_figwidth() * 72 / (0.63 * max(len(text), 1))
    figure.suptitle(text, x=0.01, ha="left", fontweight="bold", fontsize=min(size, room))


def caption(figure, *sentences):
    """What the marks of a figure mean, below it at the right; nothing when there is nothing to say."""
    text = "; ".join(filter(None, sentences))
    if text:
        room = int(figure.get_figwidth() * 72 / (8 * 0.56))  # letters of a line
        text = "\n".join(textwrap.wrap(text, room, break_long_words=False))
        figure.supxlabel(text, x=0.99, ha="right", fontsize=8, color=QUIET)


def finite(*arrays):
    """All finite values of the arrays, at least one number."""
    values = np.concatenate([np.ravel(a) for a in arrays if a is not None])
    values = values[np.isfinite(values)]
    return values if values.size else np.zeros(1)


def shades(*arrays, signed=None, trim=0.0):
    """A colour map and limits shared by the arrays: diverging about 0 when they change sign.

    `signed` forces or forbids that; `trim` leaves that percentage of outliers at either end to the
    pointed ends of the colour bar.
    """
    values = finite(*arrays)
    low, high = np.percentile(values, [trim, 100 - trim])
    if low == high:
        low, high = values.min(), values.max()
    if signed is None:
        signed = low < 0 < high and min(-low, high) > 0.2 * max(-low, high)
    if signed:
        bound = max(abs(low), abs(high)) or 1.0
        return plt.get_cmap("RdBu_r").copy(), Normalize(-bound, bound)
    if low == high:
        margin = abs(low) * 0.05 or 1.0
        low, high = low - margin, high + margin
    return plt.get_cmap("viridis").copy(), Normalize(low, high)


def clipped(norm, *arrays):
    """Which ends of the colour bar are pointed: values lie beyond them."""
    values = finite(*arrays)
    slack = 1e-3 * (norm.vmax - norm.vmin)  # less than a shade
    below, above = values.min() < norm.vmin - slack, values.max() > norm.vmax + slack
    return {(0, 0): "neither", (1, 0): "min", (0, 1): "max", (1, 1): "both"}[
        (int(below), int(above))
    ]


def save(figure, path, dpi=150, limit=300_000):
    """Write a figure by the suffix of its path: PDF, SVG, else a PNG."""
    figure.set_dpi(dpi)
    if path.suffix in (".pdf", ".svg"):
        figure.savefig(path, dpi=dpi, metadata=UNDATED[path.suffix])
    else:
        save_png(figure, path, limit)
    plt.close(figure)
    return path


def save_png(figure, path, limit):
    """A PNG of at most `limit` bytes: 256 colours where it would be larger."""
    figure.canvas.draw()  # once; savefig would lay out and draw everything twice
    image = Image.fromarray(np.asarray(figure.canvas.buffer_rgba())).convert("RGB")
    image.save(path, optimize=True)
    if path.stat().st_size > limit:
        image.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.FLOYDSTEINBERG).save(
            path, optimize=True
        )
