"""Wrong cases: grid, boundaries, activation and layers."""

import reference_page
from small_case import BOUNDARY, LAYERS, OUTPUT, REACTION, SHAPE

ACTIVATIONS = ", ".join(reference_page.names("Activations"))

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
    "an exchange for several layers of another scheme": (
        {
            'activation = "tanh"': 'activation = "tanh"\nnormalisation = "uniform"',
            OUTPUT: OUTPUT + "\n[run]\n«layers_per_exchange = 2",
        },
        'run.layers_per_exchange: means nothing unless network.scheme is "explicit-euler" and '
        'network.normalisation "none": other layers are computed one after the other',
    ),
    "stored layer beyond n": (
        {OUTPUT: 'file = "result.h5"\n«layers = [0, 4]'},
        "output.layers: layer 4 is beyond network.layers = 3",
    ),
}  # fmt: skip
