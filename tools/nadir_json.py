"""JSON that any reader accepts, of numbers that may be numpy's."""

import json
import math

import numpy as np


def text(document):
    """The document as JSON; numbers that JSON has none for (NaN, infinity) are null."""
    return json.dumps(plain(document), indent=1, allow_nan=False) + "\n"


def plain(thing):
    """The same in Python's own types; what cannot be said in them is a TypeError."""
    if isinstance(thing, (np.ndarray, np.generic)):
        thing = thing.tolist()
    if isinstance(thing, dict):
        return {str(key): plain(value) for key, value in thing.items()}
    if isinstance(thing, (list, tuple)):
        return [plain(value) for value in thing]
    return None if isinstance(thing, float) and not math.isfinite(thing) else thing
