"""An analysis file of `nadir interpret` in memory."""

from dataclasses import dataclass
from math import factorial, prod
from pathlib import Path

import h5py
import numpy as np

from result import Result, as_text

PROCESS = ["reaction", "advection", "diffusion", "dispersion", "hyper-diffusion"]
MEASURED, ALIASED, DIVERGENT = 0, 1, 2


@dataclass
class Coefficient:
    """What stands before one derivative: R, U, D or W_k/k!, for one matrix, by row."""

    name: str  # "D_yx"
    powers: np.ndarray  # of each axis
    values: np.ndarray  # [grid axes] or [point]
    state: int
    units: str
    farthest: float  # the largest distance
    learned: np.ndarray | None  # the part of an order above 2 that lower differences do not make; else None
    inner: np.ndarray  # rows that count, same shape: at no open end, and where something is known

    @property
    def order(self):
        return int(self.powers.sum())

    @property
    def has_effect(self):
        """Whether its sign alone says what it does: a mixed one of even order does not."""
        return self.order < 2 or not (self.powers % 2).any()

    @property
    def process(self):
        if self.order < len(PROCESS):
            return PROCESS[self.order]
        return "generalised propagation" if self.order % 2 else "generalised diffusion"

    @property
    def used(self):
        return self.values[self.inner]

    @property
    def mean(self):
        return float(self.used.mean())

    @property
    def varies(self):
        low, high = self.used.min(), self.used.max()
        return bool(high - low > 1e-3 * max(abs(low), abs(high)) + 1e-10)

    @property
    def rounding(self):
        return 1e-12 * max(1.0, self.farthest**self.order)

    @property
    def is_zero(self):
        return bool(np.abs(self.used).max() <= self.rounding)

    @property
    def made_by_lower(self):
        """Mean of what the differences of lower orders contribute: aliases; None where none are known."""
        if self.learned is None:
            return None
        made = float((self.values - self.learned)[self.inner].mean())
        return made if abs(made) > self.rounding else None

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
            self.differences = file["moments/difference"][()] if "moments/difference" in file else None
            self.boundary = file["moments/boundary"][()].astype(bool)
            self.reach = file["moments/reach"][()] if "moments/reach" in file else None
            self.units = as_text(file["locality/distance"].attrs["units"])
            group = file["moments"]
            on_grid = all(name in group for name in self.axes) and self.moments.ndim > 2
            self.coordinates = [group[name][()] for name in self.axes] if on_grid else []
            read = lambda name: {k: v[()] for k, v in file[name].items()}  # noqa: E731
            self.locality, self.random = read("locality"), read("random")
            self.cumulants = read("cumulants")
            self.symbol = read("symbol") if "symbol" in file else None
        self.matrices, self.order = len(self.explained), self.explained.shape[1] - 1
        self.hidden = self._without_data()

    def _without_data(self):
        """Points [grid axes] of the result that was interpreted where nothing is known (land, say).

        None without any, and where that result is not at hand or another one has taken its name.
        """
        source, run = Path(self.text("source")), self.text("source_run_id")
        for path in (source, self.path.parent / source.name) if run else ():
            try:
                result = Result(path)
            except (OSError, ValueError, KeyError):
                continue
            land = result.land()
            if result.run_id == run and land is not None and land.shape == self.boundary.shape[1:]:
                return land
        return None

    @property
    def from_result(self):
        return bool(self.text("source_run_id"))

    @property
    def from_filters(self):
        return self.boundary[0].size == 1 and not self.from_result

    @property
    def is_stencil(self):
        """Whether the kernels were made as such; full matrices were not."""
        return (self.from_result or self.from_filters) and self.reach is not None

    def rows_used(self, matrix):
        """Rows that values and pictures are made of: all, if none would be left."""
        used = ~self.boundary[matrix]
        if self.hidden is not None:
            used = used & ~self.hidden
        return used if used.any() else np.ones_like(used)

    def text(self, name):
        return as_text(self.attributes.get(name, ""))

    def lines(self, name):
        return self.text(name).split("\n")

    def matrix_name(self, matrix):
        return self.lines("matrix_names")[matrix]

    def coefficients(self, matrix):
        """One by one, as `nadir interpret` prints them."""
        used, farthest = self.rows_used(matrix), float(self.locality["distance"].max())
        for position, powers in enumerate(self.index):
            order = int(powers.sum())
            name = "".join(axis * int(power) for axis, power in zip(self.axes, powers))
            values = self.moments[matrix, position]
            if order == 0:
                name, values = "R", values - 1
            elif order == 1:
                name, values = f"U_{name}", -values
            elif order == 2:
                name, values = f"D_{name}", values / 2
            else:
                divisor = prod(factorial(int(power)) for power in powers)
                name, values = f"W_{name}/{divisor}", values / divisor
            state, units = int(self.states[matrix, position]), self.units_of(order)
            known = order > 2 and self.differences is not None
            learned = self.differences[matrix, position] if known else None
            yield Coefficient(name, powers, values, state, units, farthest, learned, used)

    def units_of(self, order):
        """Of what stands before a derivative of that order."""
        if self.units == "1" or order == 0:
            return "1"
        return self.units if order == 1 else f"{self.units}^{order}"

    def directions(self):
        return [as_text(name).strip("\0 ") for name in self.symbol["direction"]]

    def has_spectrum(self, matrix):
        return "eigenvalues" in self.random and self.random["verdict"][matrix] >= 0
