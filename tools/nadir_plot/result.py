"""A result file of nadir in memory, in the data's own units where the file names them."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

AXES = {1: ["x"], 2: ["y", "x"], 3: ["z", "y", "x"]}
SYMBOL = dict(reaction="R", advection="U", diffusion="D", bias="b", relaxation="ω")
SYMBOL |= dict(amplitude="A", width="σ", strength="A_p", length="ℓ", exponent="s")
MEANING = dict(
    reaction="growth (+) or decay (−)",
    advection="transport",
    diffusion="spreading",
    bias="sink (+) or source (−)",
    relaxation="relaxation factor",
    amplitude="sum of the Gaussian's weights",
    width="width of the Gaussian",
    strength="strength of the power law",
    length="where the power law's tail begins",
    exponent="how the power law falls",
)


def as_text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


@dataclass
class Parameter:
    """One of R, U, D, b, omega: values [layer, component, grid axes], absent axes of size 1."""

    name: str
    values: np.ndarray
    varies_space: bool
    varies_layer: bool
    components: list  # axis names such as "x" or "yx"; [""] when there is one
    units: str

    @property
    def symbol(self):
        return SYMBOL.get(self.name, self.name)

    def label(self, component):
        subscript = self.components[component]
        symbol = f"${self.symbol}_{{{subscript}}}$" if subscript else f"${self.symbol}$"
        return symbol.replace("ω", r"\omega")


class Result:
    """What a result file holds; everything optional is None or empty when the file lacks it."""

    def __init__(self, path):
        self.path = Path(path)
        with h5py.File(path, "r") as file:
            if "state" not in file and "parameters" not in file:
                raise ValueError("not a result of nadir (no /state, no /parameters)")
            self._read_case(file)
            self._read_attributes(file)
            self._read_grid(file)
            self._read_fields(file)
            self.parameters = self._read_parameters(file)
            self.attractor, self.relaxation = (
                {name: dataset[()] for name, dataset in file.get(group, {}).items()}
                for group in ("attractor", "relaxation")
            )
            history = file.get("history", {})
            self.history = {k: history[k][()] for k in history if history[k].ndim == 1}

    def _read_case(self, file):
        """The resolved case (nothing in files without one) and the number of layers, None if unknown."""
        provenance = file["provenance"].attrs if "provenance" in file else {}
        self.case = tomllib.loads(as_text(provenance.get("resolved_case", "")))
        counts = [self.case.get("network", {}).get("layers")]
        counts += [len(file[name]) for name in ("parameters/layer",) if name in file]
        counts += [len(file[name]) - 1 for name in ("depth",) if name in file]
        self.n = next((count for count in counts if count), None)

    def trained(self, name):
        """Whether the case trains a parameter; None when the file does not say."""
        section = "network" if name in ("relaxation", "bias") else "kernel"
        value = self.case.get(section, {}).get(name)
        return (
            value.get("train", True)
            if isinstance(value, dict)
            else None
            if value is None
            else False
        )

    def _read_attributes(self, file):
        self.attributes = {k: v for k, v in file.attrs.items() if k != "_NCProperties"}
        number = lambda name, default: float(self.attributes.get(name, default))  # noqa: E731
        self.scale, self.offset = number("data_scale", 1), number("data_offset", 0)
        self.units = as_text(self.attributes.get("data_units", "1"))
        self.title = as_text(self.attributes.get("title", "")) or self.path.stem

    def _read_grid(self, file):
        self.dimension = (
            file["state"].ndim - 2 if "state" in file else sum(a in file for a in "xyz")
        )
        self.axes = AXES[self.dimension]
        self.coordinates = []
        for position, axis in enumerate(self.axes):
            size = file["state"].shape[2 + position] if "state" in file else len(file[axis])
            self.coordinates.append(
                file[axis][()] if axis in file else np.arange(size, dtype=float)
            )
        self.grid_units = as_text(file["x"].attrs.get("units", "1")) if "x" in file else "1"

    def _read_fields(self, file):
        optional = lambda name: file[name][()] if name in file else None  # noqa: E731
        self.state, self.target = optional("state"), optional("target")
        self.loss_by_layer = optional("loss_by_layer")
        withheld, observed = optional("withheld"), optional("observed")
        stored = 0 if self.state is None else self.state.shape[1]
        self.layers = [int(l) for l in (file["layer"] if "layer" in file else range(stored))]
        if self.target is not None:
            known = np.isfinite(self.target)
            self.withheld = (
                np.zeros_like(known) if withheld is None else withheld.astype(bool) & known
            )
            observed = known if observed is None else observed.astype(bool) & known
            self.observed = observed & ~self.withheld

    def _read_parameters(self, file):
        group = file.get("parameters", {})
        return {name: self._read_parameter(group, name) for name in SYMBOL if name in group}

    def _read_parameter(self, group, name):
        dataset = group[name]
        axes = [dimension_name(dataset, i) for i in range(dataset.ndim)]
        shape, space = dataset.shape, tuple(len(c) for c in self.coordinates)
        varies_space = (
            dataset.ndim >= self.dimension and shape[dataset.ndim - self.dimension :] == space
        )
        if any(axes):
            varies_space = "x" in axes
        leading = axes[: dataset.ndim - self.dimension] if varies_space else axes
        values, varies_layer = dataset[()], "layer" in leading
        if not varies_layer:
            values = np.expand_dims(values, 0)
        has_components = any(a.endswith("component") for a in leading)
        if not has_components:
            values = np.expand_dims(values, 1)
        if not varies_space:
            values = values.reshape(values.shape + (1,) * self.dimension)
        components = self._component_names(group, name, values.shape[1])
        units = as_text(dataset.attrs.get("units", "1"))
        return Parameter(name, values, varies_space, varies_layer, components, units)

    def _component_names(self, group, name, count):
        scale = f"{name}_component"
        if count == 1:
            return [""]
        if scale in group and group[scale].dtype.kind in "SO":
            return [as_text(v).strip("\0 ") for v in group[scale][()]]
        if count == self.dimension:
            return [a if name == "advection" else a + a for a in self.axes]
        return [a + b for i, a in enumerate(self.axes) for b in self.axes[i:]]

    # -- the fields of one sample, in the data's units -------------------------------------------

    def raw(self, z):
        return z * self.scale + self.offset

    def input(self, sample):
        return self.raw(self.state[sample, 0]) if 0 in self.layers else None

    def output(self, sample, layer=None):
        """The stored state of `layer` (default: the last one stored)."""
        position = len(self.layers) - 1 if layer is None else self.layers.index(layer)
        return self.raw(self.state[sample, position])

    def target_of(self, sample):
        """Target with NaN where it was neither trained on nor withheld; None without a target."""
        if self.target is None:
            return None
        known = self.observed[sample] | self.withheld[sample]
        return np.where(known, self.raw(self.target[sample]), np.nan)

    def unobserved(self, sample=None):
        """Grid points without a target in this sample (default: in any); None when there are none."""
        if self.target is None:
            return None
        known = self.observed | self.withheld
        never = ~(known.any(axis=0) if sample is None else known[sample])
        return never if never.any() else None

    def land(self):
        """Grid points never observed whose input is filled from neighbours: nothing is known there.

        A filling leaves steps: nearly every point there has its neighbour's input exactly, in all
        samples, and the points observed do not. A gap in the target alone does not look like this.
        """
        never = self.unobserved()
        if never is None or self.state is None or 0 not in self.layers or never.all():
            return None
        flat = repeats(self.state[:, self.layers.index(0)])
        return never if flat[never].mean() > 0.95 and flat[~never].mean() < 0.5 else None

    def gap(self, sample=None):
        """Grid points without a target where the state is known all the same.

        None without any, and where targets are so few that they are the exception.
        """
        never, land = self.unobserved(sample), self.land()
        if never is not None and land is not None:
            never = never & ~land
        return never if never is not None and 0 < never.mean() < 0.75 else None

    def visible(self, field):
        """A field [..., grid axes] with NaN on land."""
        land = self.land()
        return field if land is None else np.where(land, np.nan, field)


def repeats(fields):
    """Where fields [sample, grid axes] equal a neighbour's values in every sample."""
    found = np.zeros(fields.shape[1:], dtype=bool)
    for axis in range(found.ndim):
        same = (np.diff(fields, axis=axis + 1) == 0).all(axis=0)
        for ends in ((0, 1), (1, 0)):
            found |= np.pad(same, [ends if a == axis else (0, 0) for a in range(found.ndim)])
    return found


def dimension_name(dataset, position):
    """Name of the dimension scale attached to an axis, or its label, or nothing."""
    dimension = dataset.dims[position]
    if len(dimension):
        return dimension[0].name.rsplit("/", 1)[-1]
    return dimension.label
