"""An analysis file of `nadir interpret` in memory."""

import re
from dataclasses import dataclass, replace
from math import factorial, prod
from pathlib import Path

import h5py
import numpy as np

from parameter import as_text
from result import Result

PROCESS = ["reaction", "advection", "diffusion", "dispersion", "hyper-diffusion"]
CUMULANTS = ["mass", "drift", "variance", "effective_diffusion", "third"]
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
        divided = slash + divisor if divisor != "1" else ""
        return f"${base}" + (f"_{{{subscript}}}" if subscript else "") + divided + "$"


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
                return np.asarray(land)
        return None

    @property
    def from_result(self):
        return bool(self.text("source_run_id"))

    @property
    def from_filters(self):
        return self.boundary[0].size == 1 and not self.from_result

    def is_short_stencil(self, matrix):
        """Whether the kernel was made with no more weights than the moments tell apart; a full matrix was not."""
        made = self.from_result or self.from_filters
        return made and self.reach is not None and 2 * int(self.reach[matrix].max()) <= self.order

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

    def told(self, matrix):
        """The same as they are told: a D that is alike along all axes, and slanted nowhere, once."""
        all_of_them = list(self.coefficients(matrix))
        second = [c for c in all_of_them if c.order == 2]
        if not self._isotropic(second):
            return all_of_them
        first = next(c for c in second if 2 in c.powers)
        return [replace(first, name="D") if c is first else c for c in all_of_them if c is first or c.order != 2]

    def _isotropic(self, second):
        along = [c for c in second if 2 in c.powers]
        if len(along) < 2 or any(c.state != MEASURED for c in second):
            return False
        slack = dict(rtol=1e-9, atol=along[0].rounding)
        alike = all(np.allclose(c.used, along[0].used, **slack) for c in along)
        return alike and all(c.is_zero for c in second if 2 not in c.powers)

    def equation(self, matrix):
        """LaTeX; with one Laplacian where D is alike along all axes."""
        latex = self.lines("equations")[matrix]
        if not self._isotropic([c for c in self.coefficients(matrix) if c.order == 2]):
            return latex
        terms = list(re.finditer(r" ([+-]) (\S+?)\\,\\partial_\{(\w+)\}\^\{2\} z", latex))
        alike = {(sign, factor.replace(f"D_{{{a}{a}}}", "D")) for sign, factor, a in (t.groups() for t in terms)}
        if len(alike) != 1 or {t[3] for t in terms} != set(self.axes):
            return latex
        (sign, factor), (first, *others) = alike.pop(), terms
        for term in others[::-1]:
            latex = latex[: term.start()] + latex[term.end() :]
        return latex[: first.start()] + rf" {sign} {factor}\,\nabla^{{2}} z" + latex[first.end() :]

    def layer(self, matrix):
        """Cumulants of a layer, by the means of the rows that count; those the file has where all of them do."""
        if self.hidden is None:
            return {name: self.cumulants[name][matrix] for name in CUMULANTS}
        omega, mean = float(self.attributes["relaxation"]), self._means(matrix)
        mass = 1 - omega + omega * mean(0, 0)
        first, second, third = (
            np.array([omega * mean(axis, order) for axis in range(len(self.axes))]) / mass for order in (1, 2, 3)
        )
        variance = second - first**2
        found = dict(mass=mass, drift=-first, variance=variance, effective_diffusion=variance / (2 * omega))
        return found | (dict(third=third - 3 * second * first + 2 * first**3) if self.order > 2 else {})

    def _means(self, matrix):
        """A function: the mean of a moment along one axis over the rows that count, NaN where there is none."""
        used, index = self.rows_used(matrix), self.index.tolist()

        def mean(axis, order):
            powers = [order if a == axis else 0 for a in range(len(self.axes))]
            values = self.moments[matrix, index.index(powers)] if powers in index else np.array(np.nan)
            return float(np.broadcast_to(values, used.shape)[used].mean())

        return mean

    def units_of(self, order):
        """Of what stands before a derivative of that order."""
        if self.units == "1" or order == 0:
            return "1"
        return self.units if order == 1 else f"{self.units}^{order}"

    def directions(self):
        return [as_text(name).strip("\0 ") for name in self.symbol["direction"]]

    def has_spectrum(self, matrix):
        return "eigenvalues" in self.random and self.random["verdict"][matrix] >= 0
