"""Wrong cases: grid, boundaries, activation and layers."""

from small_case import BOUNDARY, OUTPUT, SHAPE

ACTIVATIONS = (
    "identity, tanh, relu, leaky-relu, sigmoid, softplus, gelu, sin, square, logistic"
)

ROWS = {
    "number of spacings": (
        {SHAPE: "shape = [6, 5]\n«spacing = [1.0]"},
        "grid.spacing: must have one entry for each of the 2 axes of grid.shape, has 1",
    ),
    "negative spacing": (
        {SHAPE: "shape = [6, 5]\nspacing = [1.0, «-1.0]"},
        "grid.spacing.1: must be positive, is -1.0",
    ),
    "missing boundary": (
        {"[grid]": "[«grid]", BOUNDARY: ""},
        'grid.boundary: missing: one of "periodic", "reflect", { value = number } for each axis; '
        "there is no default, since a wrong guess would go unseen",
    ),
    "unknown boundary": (
        {BOUNDARY: 'boundary = ["reflect", «"periodc"]'},
        'grid.boundary.1: unknown boundary "periodc" (did you mean "periodic"? one of: periodic, reflect)',
    ),
    "number of boundaries": (
        {BOUNDARY: '«boundary = ["reflect"]'},
        "grid.boundary: must have one entry for each of the 2 axes of grid.shape, has 1",
    ),
    "unknown activation": (
        {'activation = "tanh"': '«activation = "tanch"'},
        f'network.activation: unknown activation "tanch" (did you mean "tanh"? one of: {ACTIVATIONS})',
    ),
    "stored layer beyond n": (
        {OUTPUT: 'file = "result.h5"\n«layers = [0, 4]'},
        "output.layers: layer 4 is beyond network.layers = 3",
    ),
}  # fmt: skip
