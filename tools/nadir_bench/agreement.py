"""Whether all programs have computed the same loss and gradient as nadir."""

import math

TOLERANCE = 1e-10


def difference(report, reference):
    """The largest relative difference of loss, norms and products; infinite where one is no number.

    A product may be small by cancellation: it is compared with the norm where that is much larger.
    """
    found = [abs(report["loss"] - reference["loss"]) / abs(reference["loss"])]
    for name, norm in reference["gradient_norm"].items():
        found.append(abs(report["gradient_norm"][name] - norm) / norm)
        along, expected = report["gradient_along"][name], reference["gradient_along"][name]
        found.append(abs(along - expected) / max(abs(expected), 1e-3 * norm))
    return max(found) if all(map(math.isfinite, found)) else math.inf


def check(reports):
    """Differences to nadir by program, of those that report a fingerprint."""
    reference = reports.get("nadir") or reports.get("nadir-plain")
    if not reference:
        return {}
    return {
        name: difference(report, reference)
        for name, report in reports.items()
        if report is not reference and "loss" in report
    }


def violations(differences):
    return {name: d for name, d in differences.items() if not d <= TOLERANCE}
