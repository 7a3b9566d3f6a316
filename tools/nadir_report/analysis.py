"""An analysis file of `nadir interpret` in memory."""

from dataclasses import dataclass
from math import factorial, prod
from pathlib import Path

import h5py
import numpy as np

PROCESS = ["reaction", "advection", "diffusion", "dispersion", "hyper-diffusion"]
MEASURED, ALIASED, DIVERGENT = 0, 1, 2


def as_text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


@dataclass
class Coefficient:
    """What stands before one derivative: R, U, D or W_k/k!, for one matrix, by row."""

    name: str  # "D_yx"
    order: int
    values: np.ndarray  # [grid axes] or [point]
    state: int
    units: str
    inner: np.ndarray  # rows that touch no boundary, same shape

    @property
    def process(self):
        if self.order < len(PROCESS):
            return PROCESS[self.order]
        return "generalised propagation" if self.order % 2 else "generalised diffusion"

    @property
    def used(self):
        return self.values[self.inner] if self.inner.any() else self.values.ravel()

    @property
    def mean(self):
        return float(self.used.mean())

    @property
    def varies(self):
        low, high = self.used.min(), self.used.max()
        return bool(high - low > 1e-3 * max(abs(low), abs(high)) + 1e-10)

    @property
    def label(self):
        """For mathtext: $D_{yx}$, $W_{xxx}/6$."""
        base, _, rest = self.name.partition("_")
        subscript, slash, divisor = rest.partition("/")
        return f"${base}" + (f"_{{{subscript}}}" if subscript else "") + slash + divisor + "$"


class Analysis:
    def __init__(self, path):
        self.path = Path(path)
        with h5py.File(path, "r") as file:
            if "moments" not in file or "explained" not in file:
                raise ValueError("not an interpretation (no /moments, no /explained)")
            self.attributes = {name: file.attrs[name] for name in file.attrs}
            self.explained = file["explained"][()]
            self.explained_change = file["explained_change"][()]
            self.effective = file["effective_parameters"][()]
            self.index = file["moments/index"][()]
            self.axes = [as_text(name).strip("\0 ") for name in file["moments/axis"][()]]
            self.moments = file["moments/value"][()]
            self.states = file["moments/state"][()]
            self.boundary = file["moments/boundary"][()].astype(bool)
            self.units = as_text(file["locality/distance"].attrs["units"])
            group = file["moments"]
            on_grid = all(name in group for name in self.axes) and self.moments.ndim > 2
            self.coordinates = [group[name][()] for name in self.axes] if on_grid else []
            read = lambda name: {k: v[()] for k, v in file[name].items()}  # noqa: E731
            self.locality, self.random = read("locality"), read("random")
            self.cumulants = read("cumulants")
            self.symbol = read("symbol") if "symbol" in file else None
        self.matrices = len(self.explained)

    def text(self, name):
        return as_text(self.attributes.get(name, ""))

    def lines(self, name):
        return self.text(name).split("\n")

    def matrix_name(self, matrix):
        return self.lines("matrix_names")[matrix]

    def coefficients(self, matrix):
        """One by one, as `nadir interpret` prints them."""
        inner = ~self.boundary[matrix]
        for position, index in enumerate(self.index):
            order = int(index.sum())
            name = "".join(axis * int(power) for axis, power in zip(self.axes, index))
            values = self.moments[matrix, position]
            if order == 0:
                name, values = "R", values - 1
            elif order == 1:
                name, values = f"U_{name}", -values
            elif order == 2:
                name, values = f"D_{name}", values / 2
            else:
                divisor = prod(factorial(int(power)) for power in index)
                name, values = f"W_{name}/{divisor}", values / divisor
            units = self.units if self.units == "1" or order == 1 else f"{self.units}^{order}"
            yield Coefficient(name, order, values, int(self.states[matrix, position]),
                              units if order else "1", inner)  # fmt: skip

    def directions(self):
        return [as_text(name).strip("\0 ") for name in self.symbol["direction"]]

    def has_spectrum(self, matrix):
        return "eigenvalues" in self.random and self.random["verdict"][matrix] >= 0
