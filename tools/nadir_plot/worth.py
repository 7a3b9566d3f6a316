"""What a coefficient is worth: per layer before omega, in all layers together, and per unit of time."""

import numpy as np

import style
from lazy import combined
from parameter import TOTAL

PER_LAYER = "values: per layer, before ω"
TOTALS = "nωR, drift nωU, variance 2nωD (the drift takes n(ωU)² off it), nωb"


def amount(value, units=""):
    """A number as it is drawn, with its units."""
    return f"{value:.4g} {units}".rstrip().replace("-", "−")


def strides(result):
    """n omega, by which a constant counts in the whole chain; None where omega varies in space."""
    omega = result.parameters.get("relaxation")
    if result.n is None or omega is None or omega.varies_space:
        return None
    return float(np.sum(np.broadcast_to(omega.values.ravel(), result.n)))


def twice(parameter):
    return 2 if parameter.name == "diffusion" else 1


def factor(result, parameter):
    """How many times its value a parameter is worth in the whole chain; None where no number tells."""
    passed = strides(result)
    if passed is None or parameter.name not in TOTAL or parameter.varies_layer:
        return None
    return twice(parameter) * passed


def has_total(result, parameter):
    return result.n is not None and "relaxation" in result.parameters and parameter.name in TOTAL


def total_field(result, parameter, component):
    """The sum over all layers of omega times the parameter (of a D twice that) [grid axes]."""
    omega, last = result.parameters["relaxation"], parameter.shape[0] - 1
    pairs = {(min(k, omega.shape[0] - 1), min(k, last)) for k in range(result.n)}
    times = twice(parameter) * result.n / len(pairs)  # 1 of the layers, or all where they are alike
    terms = [f for i, k in sorted(pairs) for f in (omega.field(i, 0), parameter.field(k, component))]
    return combined(lambda *f: times * sum(w * p for w, p in zip(f[::2], f[1::2])), *terms)


def gamma(*parameters):
    """The factor of the physical rates; None where there is none, or it is 1."""
    rates = {p.rate for p in parameters if p.rate not in (None, 1.0)}
    return rates.pop() if rates else None


def in_time(parameter, value):
    """The physical rate of a value per unit of time, as text; "" where gamma is 1, and of omega."""
    rate = gamma(parameter)
    return "" if rate is None else amount(rate * value, style.unit(parameter.units))


def range_in_time(parameter, label, values):
    """The physical rates of values, as a note below a title; "" where gamma is 1."""
    rate = gamma(parameter)
    if rate is None:
        return ""
    values = rate * style.finite(values)
    ends = f"{amount(values.min())} … {amount(values.max(), style.unit(parameter.units))}"
    return f"{label}: {ends} per unit of time"


def total(result, parameter, component, value):
    """What a constant amounts to over all layers, see TOTALS; "" if that is unknown."""
    times = factor(result, parameter)
    if times is None:
        return ""
    return f"{parameter.purpose(component)} {amount(times * value, style.unit(parameter.units))}".strip()


def explained(result, *parameters):
    """How values, totals and rates are meant, in sentences for a caption."""
    known = any(has_total(result, p) for p in parameters)
    rate = gamma(*parameters)
    if all(p.name == "relaxation" for p in parameters):
        return []
    return [
        PER_LAYER,
        f"all {result.n} layers: {TOTALS}" if known else "",
        f"physical rates: γ = {rate:.4g} times the values, per unit of time" if rate else "",
    ]
