"""Medians and quartiles of what was measured round by round."""

import numpy as np


def spread(values):
    """Median and quartiles; None without values."""
    if values is None:
        return None
    values = np.asarray(values, "f8")
    values = values[np.isfinite(values)]
    if values.size == 0:
        return None
    q1, median, q3 = np.percentile(values, [25, 50, 75])
    return {"median": float(median), "q1": float(q1), "q3": float(q3)}


def text(summary, digits=2):
    """Such as 1.90 [1.87, 1.95]."""
    if summary is None:
        return "-"
    median, q1, q3 = (f"{summary[key]:.{digits}f}" for key in ("median", "q1", "q3"))
    return f"{median} [{q1}, {q3}]"
