"""The coefficients in a result: R, U, D, b, omega, and those of the other kernels."""

import re
from dataclasses import dataclass
from typing import Callable

import numpy as np

import lazy

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
# What counts n omega times in the whole chain, and what that is called.
TOTAL = dict(reaction="nωR", advection="nωU", diffusion="2nωD", bias="nωb")
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
PURPOSE = dict(reaction="", advection="drift", diffusion="variance", bias="")


@dataclass
class Parameter:
    """One of them: by layer (1 where all have the same), component and point (1 where all have the same)."""

    name: str
    shape: tuple  # layers, components, grid axes
    varies_space: bool
    varies_layer: bool
    components: list  # axis names such as "x" or "yx"; [""] when there is one
    units: str
    rate: float | None  # gamma: the physical rate is so many times the value; None where there is none
    read: Callable  # (layer, component): a field [grid axes]

    def field(self, layer, component):
        return self.read(layer, component)

    @property
    def values(self):
        """All of it [layer, component, grid axes]: for what does not vary in space."""
        layers, components = self.shape[:2]
        rows = [[self.field(layer, c) for c in range(components)] for layer in range(layers)]
        return np.array(rows).reshape(self.shape)

    @property
    def symbol(self):
        base, number = _parts(self.name)
        return SYMBOL.get(base, base) + number.translate(SUBSCRIPTS)

    @property
    def meaning(self):
        return MEANING[_parts(self.name)[0]]

    def label(self, component):
        subscript = self.components[component]
        symbol = f"${self.symbol}_{{{subscript}}}$" if subscript else f"${self.symbol}$"
        return symbol.replace("ω", r"\omega")

    def total_label(self, component=None):
        """The symbol of what all layers together do, n omega U_x, say."""
        subscript = self.components[component] if component is not None else ""
        text = TOTAL[self.name].replace("n", r"\Sigma " if self.varies_layer else "n")
        text += f"_{{{subscript}}}" if subscript else ""
        return f"${text}$".replace("ω", r"\omega ")

    def rate_label(self, component=None):
        subscript = self.components[component] if component is not None else ""
        return rf"$\gamma {self.symbol}_{{{subscript}}}$" if subscript else rf"$\gamma {self.symbol}$"

    def purpose(self, component):
        """What the total is called: the drift, the variance, the covariance."""
        word = PURPOSE.get(self.name, "")
        slanted = self.name == "diffusion" and len(set(self.components[component])) > 1
        return "covariance" if slanted else word



def read_all(group, result):
    """The parameters of a result's group by name, in the order of SYMBOL; those of second kernels after the first."""
    names = {name: _parts(name) for name in group if _parts(name)[0] in SYMBOL}
    order = list(SYMBOL)
    place = {name: (int(number or 1), order.index(base)) for name, (base, number) in names.items()}
    return {name: _read(group, name, result) for name in sorted(names, key=place.get)}


def _parts(name):
    """("width", "2") of the second kernel's "width_2", ("width", "") of the first one's."""
    found = re.fullmatch(r"(.+)_(\d+)", name)
    return found.groups() if found else (name, "")


def _read(group, name, result):
    dataset, dimension = group[name], result.dimension
    axes = [dimension_name(dataset, i) for i in range(dataset.ndim)]
    space = tuple(len(c) for c in result.coordinates)
    varies_space = dataset.ndim >= dimension and dataset.shape[dataset.ndim - dimension :] == space
    if any(axes):
        varies_space = "x" in axes
    leading = axes[: dataset.ndim - dimension] if varies_space else axes
    varies_layer = "layer" in leading
    has_components = any(a.endswith("component") for a in leading)
    layers = dataset.shape[0] if varies_layer else 1
    components = dataset.shape[int(varies_layer)] if has_components else 1

    def read(layer, component):
        at = ((layer,) if varies_layer else ()) + ((component,) if has_components else ())
        return lazy.stored(dataset, at) if varies_space else np.full((1,) * dimension, dataset[at])

    return Parameter(
        name,
        (layers, components) + (space if varies_space else (1,) * dimension),
        varies_space,
        varies_layer,
        _component_names(group, name, components, result.axes),
        as_text(dataset.attrs.get("units", "1")),
        _rate(dataset),
        read,
    )


def _rate(dataset):
    factor = dataset.attrs.get("physical_factor")
    return None if factor is None else float(factor)


def _component_names(group, name, count, axes):
    scale = f"{name}_component"
    if count == 1:
        return [""]
    if scale in group and (group[scale].dtype.kind in "SO"):
        return [as_text(v).strip("\0 ") for v in group[scale][()]]
    if count == len(axes):
        return [a if name == "advection" else a + a for a in axes]
    return [a + b for i, a in enumerate(axes) for b in axes[i:]]


def dimension_name(dataset, position):
    """Name of the dimension scale attached to an axis, or its label, or nothing."""
    dimension = dataset.dims[position]
    if len(dimension):
        return dimension[0].name.rsplit("/", 1)[-1]
    return dimension.label


def as_text(value):
    return value.decode() if isinstance(value, bytes) else str(value)
