"""The problems of the benchmark: all of one kind, differing in dimension, family, samples and size.

A layer is z <- tanh(W z) with R, U and isotropic D trained, b = 0, omega = 1 and spacing 1 on
periodic axes. Names are DIMENSION-FAMILY-bSAMPLES-SIZE, such as 2d-space-b1-dram.
"""

import fnmatch
from dataclasses import dataclass

AXES = {"constant": [], "space": ["space"], "layer": ["space", "layer"]}  # of `varies` in the case

# One sample's grid by size and dimension. cache: what a pass of a layer touches stays in the cache
# of a core (a megabyte or two); dram: each array has 200 MB, except in the family with fields for
# every layer, whose fields together have more than a gigabyte; with 16 samples their states together.
SHAPES = {
    "tiny": {1: (256,), 2: (24, 32), 3: (8, 10, 12)},
    "cache": {1: (16384,), 2: (128, 128), 3: (24, 24, 32)},
    "small-cache": {1: (4096,), 2: (64, 64), 3: (16, 16, 16)},
    "reference": {2: (1024, 1024), 3: (128, 128, 128)},
    "weak": {2: (2048, 2048)},  # per rank
    "memory": {2: (256, 256)},
    "dram": {1: (26214400,), 2: (5120, 5120), 3: (300, 300, 300)},
    "small-dram": {1: (4194304,), 2: (2048, 2048), 3: (160, 160, 160)},
}
LAYERS = {"tiny": 4, "memory": 16, "cache": 16, "reference": 16, "weak": 16, "dram": 8}
# Where a run of a slow opponent would take minutes, only the fast ones are asked, unless they are named.
FAST_ONLY = ("weak", "dram")


@dataclass(frozen=True)
class Problem:
    """One problem; `ranks` matters only where the size is given per rank."""

    dimension: int
    family: str  # constant | space | layer
    samples: int
    size: str

    @property
    def name(self):
        return f"{self.dimension}d-{self.family}-b{self.samples}-{self.size}"

    @property
    def layers(self):
        if self.size == "dram" and self.family == "layer":
            return 4
        return LAYERS[self.size]

    def shape(self, ranks):
        many = self.samples > 1 or (self.family == "layer" and self.size == "dram")
        small = f"small-{self.size}" if many else ""
        first, *rest = SHAPES.get(small, SHAPES[self.size])[self.dimension]
        return (first * ranks if self.size == "weak" else first, *rest)

    def points(self, ranks):
        count = 1
        for n in self.shape(ranks):
            count *= n
        return count

    def point_layers(self, ranks):
        """Points times layers times samples: what one loss evaluates."""
        return self.points(ranks) * self.layers * self.samples

    @property
    def coefficients(self):
        """R, U by axis, D."""
        return 2 + self.dimension

    @property
    def varies(self):
        return AXES[self.family]

    @property
    def for_slow_opponents(self):
        return self.size not in FAST_ONLY and not (self.size == "reference" and self.samples > 1)


FAMILIES = ("constant", "space", "layer")
QUICK = [Problem(2, "space", 1, "tiny")]
# What the targets of the acceptance are judged by.
ACCEPTANCE = [
    Problem(2, "space", 1, "reference"),
    Problem(3, "space", 1, "reference"),
    Problem(2, "space", 16, "reference"),
    Problem(2, "space", 1, "dram"),
    Problem(2, "space", 16, "dram"),
    Problem(2, "space", 1, "weak"),
]
GRID = [
    Problem(dimension, family, samples, size)
    for size in ("cache", "dram")
    for dimension in (1, 2, 3)
    for family in FAMILIES
    for samples in (1, 16)
]
ALL = list(dict.fromkeys([*ACCEPTANCE, *GRID]))
TINY = [Problem(d, family, b, "tiny") for d in (1, 2, 3) for family in FAMILIES for b in (1, 16)]


def choose(patterns):
    """The problems whose names match one of the patterns, or `acceptance`; all without patterns.

    Raises ValueError for a pattern that matches nothing.
    """
    if not patterns:
        return ALL
    chosen = []
    for pattern in patterns:
        known = [p for p in ALL + TINY if fnmatch.fnmatch(p.name, pattern.lower())]
        if pattern == "acceptance":
            known = ACCEPTANCE
        if not known:
            raise ValueError(f"no problem is called {pattern}; --list shows their names")
        chosen += known
    return list(dict.fromkeys(chosen))
