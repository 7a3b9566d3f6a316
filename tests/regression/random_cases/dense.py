"""The network of docs/theory.md as dense matrices, for a handful of points.

Boundaries and differences are small matrices per axis, a layer's linear part is their Kronecker
product, and its transpose is the transposed matrix: nothing here knows stencils, ghosts or sweeps.
"""

from dataclasses import dataclass, field
from functools import reduce
from itertools import combinations_with_replacement, product
from math import erf, pi, prod, sqrt

import numpy as np


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z))


def gelu(Z):
    share = 0.5 * (1 + np.vectorize(erf)(Z / sqrt(2)))
    return Z * share, share + Z * np.exp(-(Z**2) / 2) / sqrt(2 * pi)


# f and f'
ACTIVATIONS = {
    "identity": lambda Z: (Z, np.ones_like(Z)),
    "tanh": lambda Z: (np.tanh(Z), 1 - np.tanh(Z) ** 2),
    "relu": lambda Z: (np.maximum(Z, 0), (Z > 0) * 1.0),
    "leaky-relu": lambda Z: (np.where(Z > 0, Z, 0.01 * Z), np.where(Z > 0, 1, 0.01)),
    "sigmoid": lambda Z: (sigmoid(Z), sigmoid(Z) * sigmoid(-Z)),
    "softplus": lambda Z: (np.logaddexp(0, Z), sigmoid(Z)),
    "gelu": gelu,
    "sin": lambda Z: (np.sin(Z), np.cos(Z)),
    "square": lambda Z: (Z**2, 2 * Z),
    "logistic": lambda Z: (2 * Z - Z**2, 2 - 2 * Z),
}


def kron(matrices):
    return reduce(np.kron, matrices)


@dataclass
class Axis:
    """One axis: its extension by ghosts at both ends, and differences of the extended axis."""

    points: int
    spacing: float
    boundary: object  # "periodic" | "reflect" | ghost value
    ghosts: int = 1

    def extension(self):
        """E, c of extended = E z + c."""
        n, width = self.points, self.ghosts
        extend, constant = np.zeros((n + 2 * width, n)), np.zeros(n + 2 * width)
        extend[width : width + n] = np.eye(n)
        for ghost in [*range(-width, 0), *range(n, n + width)]:
            if self.boundary == "periodic":
                extend[ghost + width, ghost % n] = 1
            elif self.boundary == "reflect":  # again at the other end where it is deeper than the axis
                there = ghost % (2 * n)
                extend[ghost + width, there if there < n else 2 * n - 1 - there] = 1
            else:
                constant[ghost + width] = self.boundary
        return extend, constant

    def shift(self, offset):
        return np.eye(self.points, self.points + 2 * self.ghosts, self.ghosts + offset)

    def difference(self, order):
        """The narrowest central difference of any order of the extended axis at the points."""
        weights = np.poly1d([1, -2, 1]) ** (order // 2) * (np.poly1d([0.5, 0, -0.5]) if order % 2 else 1)
        # Coefficients of falling powers: of falling offsets.
        weights = np.atleast_1d(np.asarray(weights.coeffs if order else [1.0]))
        reach = len(weights) // 2
        matrix = sum(w * self.shift(reach - k) for k, w in enumerate(weights))
        return matrix / self.spacing**order

    def pairs(self):
        """Differences of neighbouring points, one row per pair, wrapped on a periodic axis."""
        n = self.points
        matrix = np.roll(np.eye(n), 1, axis=1) - np.eye(n)
        return matrix if self.boundary == "periodic" else matrix[:-1]


def higher_indices(d, order):
    """Orders of 3 and more by axis, by their sum, then lexicographic."""
    indices = [k for k in product(range(order + 1), repeat=d) if 3 <= sum(k) <= order]
    return sorted(indices, key=lambda k: (sum(k), k))


def gaussian(square, d, volume, A, sigma):
    """W_r and its derivatives by A and sigma."""
    phi = volume / (sigma * sqrt(2 * pi)) ** d * np.exp(-square / (2 * sigma**2))
    return A * phi, {"amplitude": phi, "width": A * phi * (square / sigma**3 - d / sigma)}


def power_law(square, d, volume, A, length, s):
    u = square / length**2
    phi = volume * (1 + u) ** (-s / 2)
    by = {"strength": phi, "length": A * phi * s * u / (1 + u) / length, "exponent": -A * phi * np.log1p(u) / 2}
    return A * phi, by


RADIAL = {"gaussian": gaussian, "power-law": power_law}
RADIAL_NAMES = {"gaussian": ["amplitude", "width"], "power-law": ["strength", "length", "exponent"]}


class Differences:
    """What each coefficient multiplies: P z + q, one (P, q) per component of the kernel's parameters.

    `family`: "adr"; ("moment", order), with higher derivatives; ("stencil", radius), weights alone;
    ("gaussian" | "power-law", radius), functions of the distance; ("sum", radius): adr and a Gaussian.
    """

    def __init__(self, axes, tensor, family="adr"):
        self.axes = axes
        self.linear = kron([axis.extension()[0] for axis in axes])
        self.constant = self.ghost_values()
        d = range(len(axes))
        self.identity = 0.0 if family[0] in ("stencil", *RADIAL) else 1.0
        self.of, self.radial, self.neighbours = {}, {"sum": "gaussian"}.get(family[0], family[0]), []
        offsets = list(product(range(-family[1], family[1] + 1), repeat=len(axes)))
        shift = lambda o: kron([axis.shift(k) for axis, k in zip(axes, o)])  # noqa: E731
        shifted = lambda o: (shift(o) @ self.linear, shift(o) @ self.constant)  # noqa: E731
        if self.radial in RADIAL:
            square = lambda o: sum((axis.spacing * k) ** 2 for axis, k in zip(axes, o))  # noqa: E731
            self.neighbours = [(square(o), *shifted(o)) for o in offsets]
        if family[0] == "stencil":
            self.of["weights"] = [shifted(o) for o in offsets]
        if self.identity == 0:
            return
        square = {a: self.derivative([2 * (a == b) for b in d]) for a in d}
        mixed = lambda a, b: [2 * term for term in self.derivative([(c in (a, b)) * 1 for c in d])]  # noqa: E731
        self.of |= {
            "reaction": [(np.eye(self.size), np.zeros(self.size))],
            "advection": [[-term for term in self.derivative([(a == b) * 1 for b in d])] for a in d],
        }
        if tensor == "isotropic":
            self.of["diffusion"] = [[sum(square[a][k] for a in d) for k in (0, 1)]]
        elif tensor == "diagonal":
            self.of["diffusion"] = [square[a] for a in d]
        else:
            upper = combinations_with_replacement(d, 2)
            self.of["diffusion"] = [square[a] if a == b else mixed(a, b) for a, b in upper]
        if family[0] == "moment":
            self.of["higher"] = [self.derivative(k) for k in higher_indices(len(axes), family[1])]

    @property
    def size(self):
        return prod(axis.points for axis in self.axes)

    def ghost_values(self):
        """The extension of z = 0, axis by axis, the slowest first."""
        values = np.zeros([axis.points for axis in self.axes])
        for number, axis in enumerate(self.axes):
            extend, constant = axis.extension()
            values = np.moveaxis(np.tensordot(extend, values, (1, number)), 0, number)
            values += constant.reshape([-1 if a == number else 1 for a in range(len(self.axes))])
        return values.ravel()

    def derivative(self, orders):
        matrix = kron([axis.difference(order) for axis, order in zip(self.axes, orders)])
        return matrix @ self.linear, matrix @ self.constant


@dataclass
class Penalty:
    l2: float = 0.0
    h1: float = 0.0
    tv: float = 0.0
    l1: float = 0.0
    epsilon: float = 1e-3
    continuum: bool = False


@dataclass
class Parameter:
    """Values [layer or 1][component][point or 1]."""

    values: np.ndarray
    train: bool
    penalty: Penalty = field(default_factory=Penalty)

    def at(self, layer):
        return self.values[layer % len(self.values)]


@dataclass
class Target:
    """y and m [sample][point]; m is 1 where the target counts in the loss."""

    layer: int
    weight: float
    y: np.ndarray
    m: np.ndarray


class Network:
    """n layers on a grid; parameters by name: those of the kernel, bias, relaxation."""

    def __init__(self, axes, tensor, family, layers, activation, parameters):
        self.axes, self.layers, self.parameters = axes, layers, parameters
        self.f = ACTIVATIONS[activation]
        self.differences = Differences(axes, tensor, family)

    def terms(self, layer):
        """(parameter, component, values, P, q) of the kernel's parameters."""
        for name, matrices in self.differences.of.items():
            for component, (P, q) in enumerate(matrices):
                yield name, component, self.parameters[name].at(layer)[component], P, q

    def radial_terms(self, layer):
        """Weights of neighbours by distance, their derivatives by parameter, P, q."""
        differences = self.differences
        names = RADIAL_NAMES.get(differences.radial, [])
        theta = [np.broadcast_to(self.parameters[name].at(layer)[0], differences.size) for name in names]
        volume = prod(axis.spacing for axis in self.axes)
        for square, P, q in differences.neighbours:
            yield *RADIAL[differences.radial](square, len(self.axes), volume, *theta), P, q

    def step(self, layer, z):
        """z', its Jacobian, and the derivatives of z' with respect to each parameter's field."""
        size = self.differences.size
        W, g = self.differences.identity * np.eye(size), np.zeros(size)
        for _, _, theta, P, q in self.terms(layer):
            theta = np.broadcast_to(theta, size)
            W, g = W + theta[:, None] * P, g + theta * q
        radial = {}
        for weight, slopes, P, q in self.radial_terms(layer):
            W, g = W + weight[:, None] * P, g + weight * q
            for name, slope in slopes.items():
                radial[name] = radial.get(name, 0) + slope * (P @ z + q)
        omega = np.broadcast_to(self.parameters["relaxation"].at(layer)[0], size)
        value, slope = self.f(W @ z + g - self.parameters["bias"].at(layer)[0])
        jacobian = np.diag(1 - omega) + (omega * slope)[:, None] * W
        by = {(name, c): omega * slope * (P @ z + q) for name, c, _, P, q in self.terms(layer)}
        by |= {(name, 0): omega * slope * dZ for name, dZ in radial.items()}
        by["bias", 0] = -omega * slope
        by["relaxation", 0] = value - z
        return (1 - omega) * z + omega * value, jacobian, by

    def evaluate(self, inputs, targets, mean):
        """States [sample][layer][point], misfit, loss, gradient by parameter."""
        total = sum(t.weight * t.m.sum() for t in targets)
        factor = 1 / total if mean else 1.0
        gradient = {n: np.zeros_like(p.values) for n, p in self.parameters.items() if p.train}
        misfit, all_states = 0.0, []
        for s, z in enumerate(inputs):
            states, steps = [z], []
            for layer in range(self.layers):
                z, *derivatives = self.step(layer, z)
                states.append(z)
                steps.append(derivatives)
            all_states.append(states)
            error = lambda t, z: t.m[s] * (z - t.y[s])  # noqa: E731, B023
            misfit += sum(factor * t.weight * np.sum(error(t, states[t.layer]) ** 2) for t in targets)
            seed = lambda l: sum(  # noqa: E731
                (2 * factor * t.weight * error(t, states[l]) for t in targets if t.layer == l),  # noqa: B023
                np.zeros_like(z),  # noqa: B023
            )
            adjoint = seed(self.layers)
            for layer in reversed(range(self.layers)):
                jacobian, by = steps[layer]
                for (name, component), derivative in by.items():
                    if name in gradient:
                        into = gradient[name][layer % len(gradient[name])][component]
                        into += adjoint * derivative if into.size > 1 else adjoint @ derivative
                adjoint = jacobian.T @ adjoint + seed(layer)
        loss = misfit + sum(self.penalty(name, gradient[name]) for name in gradient)
        return np.array(all_states), misfit, loss, gradient

    def penalty(self, name, gradient):
        """The penalty of a parameter at its initial values; adds its derivative."""
        parameter, p = self.parameters[name], self.parameters[name].penalty
        in_space = parameter.values.shape[2] > 1
        cell = prod(axis.spacing for axis in self.axes) if p.continuum and in_space else 1.0
        rounded = lambda x: (np.sqrt(x**2 + p.epsilon**2) - p.epsilon, x / np.sqrt(x**2 + p.epsilon**2))  # noqa: E731
        values = parameter.values.ravel()
        # l2 is 0 at the initial values, and so is its derivative.
        value, slope = rounded(values)
        total, change = p.l1 * value.sum(), p.l1 * slope
        for matrix in self.pair_matrices(parameter, in_space, p.continuum):
            x = matrix @ values
            value, slope = rounded(x)
            total += p.h1 * np.sum(x**2) + p.tv * value.sum()
            change = change + matrix.T @ (2 * p.h1 * x + p.tv * slope)
        gradient += cell * change.reshape(gradient.shape)
        return cell * total

    def pair_matrices(self, parameter, in_space, continuum):
        """Differences over consecutive layers, and over neighbours along each axis."""
        layers, components, _ = parameter.values.shape
        sizes = [axis.points if in_space else 1 for axis in self.axes]
        same = [np.eye(size) for size in [layers, components, *sizes]]
        if layers > 1:
            yield kron([Axis(layers, 1.0, "reflect").pairs(), *same[1:]])
        for number, axis in enumerate(self.axes if in_space else []):
            matrices = list(same)
            matrices[2 + number] = axis.pairs() / (axis.spacing if continuum else 1.0)
            yield kron(matrices)
