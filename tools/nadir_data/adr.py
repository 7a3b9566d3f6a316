"""The explicit-euler layers of the advection-diffusion-reaction network in NumPy.

A second, independent writing of docs/theory.md sections 1, 4 and 5, used to make example data
of which the coefficients are known.
"""

from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

ACTIVATIONS = {"identity": lambda Z: Z, "tanh": np.tanh}


@dataclass
class Network:
    """Coefficients are numbers or arrays that broadcast against the grid; U and D lists of them."""

    spacing: tuple  # per axis, slowest first
    boundary: tuple  # per axis: "periodic", "reflect" or a number (the value of every ghost)
    layers: int
    omega: float
    R: object
    U: list
    D: list  # 1 (isotropic), d (diagonal) or d(d+1)/2 (upper triangle by rows) components
    b: object = 0.0
    activation: str = "identity"
    higher: dict = field(default_factory=dict)  # c_k by order k >= 3, on a ring only
    gaussian: tuple = ()  # A, sigma of a Gaussian that is added, on a ring only

    def run(self, z):
        """z_n of the samples z_0 [sample, grid axes]."""
        f = ACTIVATIONS[self.activation]
        for _ in range(self.layers):
            z = (1 - self.omega) * z + self.omega * f(self.kernel(z) - self.b)
        return z

    def kernel(self, z):
        """W z = (1 + R) z - U.grad z + D:grad grad z by central differences."""
        dimension = len(self.spacing)
        ghosts = extended(z, self.boundary)

        def shifted(*moves):
            offset = [0] * dimension
            for axis, step in moves:
                offset[axis] += step
            window = tuple(slice(1 + o, 1 + o + n) for o, n in zip(offset, z.shape[1:]))
            return ghosts[(slice(None),) + window]

        result = (1 + self.R) * z
        for a, h in enumerate(self.spacing):
            result = result - self.U[a] * (shifted((a, 1)) - shifted((a, -1))) / (2 * h)
        for (a, b), D in self.tensor():
            if a == b:
                second = (shifted((a, 1)) + shifted((a, -1)) - 2 * z) / self.spacing[a] ** 2
            else:
                corners = [s * t * shifted((a, s), (b, t)) for s in (1, -1) for t in (1, -1)]
                second = 2 * sum(corners) / (4 * self.spacing[a] * self.spacing[b])
            result = result + D * second
        for order, c in self.higher.items():
            result = result + c * ring_difference(z, order) / self.spacing[0] ** order
        if self.gaussian:
            result = result + ring_gaussian(z, *self.gaussian, self.spacing[0])
        return result

    def tensor(self):
        """Pairs of axes and their D, each pair once."""
        axes = range(len(self.spacing))
        diagonal = [(a, a) for a in axes]
        if len(self.D) == 1:
            return [(pair, self.D[0]) for pair in diagonal]
        if len(self.D) == len(diagonal):
            return list(zip(diagonal, self.D))
        return list(zip(sorted(diagonal + list(combinations(axes, 2))), self.D))


class RingNetwork(Network):
    """The same on a ring, with the derivatives of the waves themselves and not of a grid."""

    def kernel(self, z):
        points = z.shape[-1]
        k = 2j * np.pi * np.fft.rfftfreq(points, self.spacing[0])
        symbol = 1 + self.R - self.U[0] * k + self.D[0] * k**2
        return np.fft.irfft(symbol * np.fft.rfft(z), points)


def ring_difference(z, order):
    """The narrowest central difference of a derivative along the last axis, times the spacings."""
    after, before = np.roll(z, -1, axis=-1), np.roll(z, 1, axis=-1)
    if order == 0:
        return z
    if order == 1:
        return (after - before) / 2
    return ring_difference(after - 2 * z + before, order - 2)


def ring_gaussian(z, amplitude, width, spacing):
    """The sum over neighbours up to ten widths away of A h / (sigma sqrt(2 pi)) exp(-r^2/2 sigma^2)."""
    reach = int(np.ceil(10 * width / spacing))
    result = 0 * z
    for offset in range(-reach, reach + 1):
        weight = np.exp(-((offset * spacing / width) ** 2) / 2) / (width * np.sqrt(2 * np.pi))
        result = result + amplitude * spacing * weight * np.roll(z, -offset, axis=-1)
    return result


def extended(z, boundary):
    """z with one ghost on either side of every grid axis."""
    for axis, kind in enumerate(boundary, start=1):
        width = [(0, 0)] * z.ndim
        width[axis] = (1, 1)
        if kind == "periodic":
            z = np.pad(z, width, mode="wrap")
        elif kind == "reflect":
            z = np.pad(z, width, mode="symmetric")  # mirror at the cell face
        else:
            z = np.pad(z, width, mode="constant", constant_values=kind)
    return z


def random_waves(random, shape, modes, samples):
    """Smooth periodic random fields [sample, grid axes] of mean 0 and standard deviation 1.

    Normal coefficients on the Fourier modes |k_a| <= modes of every axis.
    """
    white = random.standard_normal((samples,) + tuple(shape))
    axes = tuple(range(1, white.ndim))
    spectrum = np.fft.fftn(white, axes=axes)
    for axis, n in zip(axes, shape):
        wavenumber = np.abs(np.fft.fftfreq(n, 1 / n))
        keep = [1] * white.ndim
        keep[axis] = n
        spectrum *= (wavenumber <= modes).reshape(keep)
    spectrum[(slice(None),) + (0,) * len(shape)] = 0
    waves = np.fft.ifftn(spectrum, axes=axes).real
    return waves / waves.std(axis=axes, keepdims=True)
