"""Wrong cases: parameters, their bounds and initial values, optimisers."""

import reference_page
from small_case import ITERATIONS, REACTION

OPTIMIZERS = ", ".join(reference_page.names("Optimizers"))
WITH_BOUNDS = ", ".join(name for name, takes_bounds, _ in reference_page.rows("Optimizers") if takes_bounds == "yes")
HIGH = 'init = { file = "fields.h5", dataset = "high" }'

ROWS = {
    "unknown TAO type": (
        {ITERATIONS: '«optimizer = "bqnsl"'},
        f'training.optimizer: unknown optimizer "bqnsl" (did you mean "bqnls"? one of: {OPTIMIZERS})',
    ),
    "TAO type that needs more": (
        {ITERATIONS: '«optimizer = "nls"'},
        f'training.optimizer: unknown optimizer "nls" (one of: {OPTIMIZERS})',
    ),
    "nothing to train": (
        {REACTION: "reaction = -0.1", "diffusion = { init = 0.1 }": "diffusion = 0.1", "[kernel]": "[«kernel]"},
        "kernel: no parameter is trained: write one as a table, e.g. reaction = { init = 0.0 }",
    ),
    "bounds reversed": (
        {REACTION: "reaction = { init = -0.1, «bounds = [1.0, -1.0] }"},
        "kernel.reaction.bounds: reversed: the lower bound 1.0 is above the upper bound -1.0",
    ),
    "init outside bounds": (
        {REACTION: "reaction = { «init = -0.1, bounds = [0.0, 1.0] }"},
        "kernel.reaction.init: -0.1 is outside the bounds [0.0, 1.0]",
    ),
    "default init outside bounds": (
        {REACTION: "«reaction = { bounds = [0.5, 1.0] }"},
        "kernel.reaction.init: 0.0 is outside the bounds [0.5, 1.0]",
    ),
    "init file outside bounds": (
        {REACTION: f'reaction = {{ «{HIGH}, varies = ["space"], bounds = [0.0, 1.0] }}'},
        "kernel.reaction.init: 30 values of the file lie outside the bounds [0, 1]",
    ),
    "shape of an init file": (
        {REACTION: 'reaction = { init = { file = "fields.h5", «dataset = "high" }, varies = ["space", "layer"] }'},
        "kernel.reaction.init.dataset: high has shape [6, 5], expected [3, 6, 5] "
        "(layers, components, grid; axes it does not vary in absent)",
    ),
    "number of components": (
        {REACTION: "reaction = 0.0\nadvection = { «init = [1.0, 2.0, 3.0] }"},
        "kernel.advection.init: must have one number per component, 2 (y, x), has 3; values that "
        "differ in space or layer come from a file",
    ),
    "bounds for a type without them": (
        {REACTION: "reaction = { init = 0.1, «bounds = [0.0, 1.0] }", ITERATIONS: 'optimizer = "lmvm"'},
        f'kernel.reaction.bounds: the optimizer "lmvm" takes no bounds (these do: {WITH_BOUNDS})',
    ),
}  # fmt: skip
