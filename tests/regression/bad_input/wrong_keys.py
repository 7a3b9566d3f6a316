"""Wrong cases: names of keys and sections, types and sizes of values."""

from small_case import ITERATIONS, LAYERS, SHAPE

ROWS = {
    "unknown key": (
        {LAYERS: "«layrs = 3\nlayers = 3"},
        "network.layrs: unknown key (did you mean 'layers'?)",
    ),
    "unknown section": (
        {"[training]": "[«trainin]"},
        "trainin: unknown key (did you mean 'training'?)",
    ),
    "key of another section": (
        {LAYERS: "layers = 3\n«iterations = 3"},
        "network.iterations: unknown key (did you mean 'training.iterations'?)",
    ),
    "wrong type, number": ({LAYERS: '«layers = "3"'}, 'network.layers: expected an integer or "attractor", found the string "3"'),
    "wrong type, real": ({LAYERS: "«layers = 3.5"}, 'network.layers: expected an integer or "attractor", found the number 3.5'),
    "wrong type, text": ({'title = "small"': "«title = 1"}, "title: expected a string, found the integer 1"),
    "not a number": ({ITERATIONS: "«gradient_tolerance = nan"}, "training.gradient_tolerance: must be finite, is nan"),
    "infinite": ({LAYERS: "layers = 3\n«rate = inf"}, "network.rate: must be finite, is inf"),
    "negative size": ({SHAPE: "shape = [6, «-5]"}, "grid.shape.1: must be at least 1, is -5"),
    "no layers": ({LAYERS: "«layers = 0"}, "network.layers: must be between 1 and 1000000000, is 0"),
}  # fmt: skip
