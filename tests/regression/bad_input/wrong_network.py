"""Wrong cases: grid, boundaries, activation and layers."""

from small_case import BOUNDARY, LAYERS, OUTPUT, REACTION, SHAPE

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
    "no number of layers": (
        {LAYERS: '«layers = "all"'},
        'network.layers: expected an integer or "attractor", found the string "all"',
    ),
    "layers that differ on the way to an attractor": (
        {
            LAYERS: 'layers = "attractor"',
            REACTION: 'reaction = { init = -0.1, «varies = ["space", "layer"] }',
        },
        'kernel.reaction.varies: network.layers = "attractor" needs coefficients that are the same in all layers: '
        'leave out "layer"',
    ),
    "omega of an attractor": (
        {LAYERS: 'layers = "attractor"\n«relaxation = { init = 0.5 }'},
        "network.relaxation: no attractor depends on it, so that it cannot be trained where network.layers = "
        '"attractor": give a number, or train = false',
    ),
    "stored layer beyond the attractor": (
        {LAYERS: 'layers = "attractor"', OUTPUT: 'file = "result.h5"\n«layers = [0, 2]'},
        "output.layers: layer 2 is beyond the attractor, which is layer 1",
    ),
    "stored layer beyond n": (
        {OUTPUT: 'file = "result.h5"\n«layers = [0, 4]'},
        "output.layers: layer 4 is beyond network.layers = 3",
    ),
}  # fmt: skip
