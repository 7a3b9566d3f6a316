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
    "unknown scheme": (
        {'activation = "tanh"': 'activation = "tanh"\n«scheme = "implicit-eular"'},
        'network.scheme: unknown scheme "implicit-eular" (did you mean "implicit-euler"? one of: '
        "explicit-euler, implicit-euler, crank-nicolson, rk2, rk4)",
    ),
    "thermostat of a hard norm": (
        {'activation = "tanh"': 'activation = "tanh"\nnormalisation = "project"\n«thermostat = 2.0'},
        'network.thermostat: is a key of the normalisations "uniform" and "radial"; network.normalisation is "project"',
    ),
    "several layers in a pass of another scheme": (
        {'activation = "tanh"': 'activation = "tanh"\nscheme = "rk2"', OUTPUT: OUTPUT + "\n[run]\n«layers_per_pass = 3"},
        'run.layers_per_pass: means nothing unless network.scheme is "explicit-euler" and '
        'network.normalisation "none": other layers are computed one after the other',
    ),
    "stored layer beyond n": (
        {OUTPUT: 'file = "result.h5"\n«layers = [0, 4]'},
        "output.layers: layer 4 is beyond network.layers = 3",
    ),
}  # fmt: skip
