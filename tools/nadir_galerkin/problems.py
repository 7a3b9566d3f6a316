"""Smooth problems on a ring of length 2 pi, and what layers make of them without any grid.

A layer is marched in time as by the program; only its derivatives are those of trigonometric
polynomials on many points. The difference to a result is the error in space alone.
"""

from dataclasses import dataclass

import numpy as np

FINE = 512  # points of the reference: derivatives to rounding


@dataclass
class Problem:
    name: str
    text: str
    activation: str = "identity"
    layers: int = 8
    omega: float = 0.5
    U: float = 0.1
    D: float = 0.0
    b: float = 0.0
    waves: float = 0.0  # of U, which is U (1 + waves sin x)
    sigma: float = 0.0  # above 0: the kernel is a Gaussian of this width instead

    def velocity(self, x):
        return self.U * (1 + self.waves * np.sin(x))

    def input(self, x):
        return np.exp(np.sin(x)) - 1

    def reference(self, points):
        """The output at `points` points, of which FINE is a multiple."""
        x = 2 * np.pi * np.arange(FINE) / FINE
        k = 1j * np.fft.rfftfreq(FINE, 1 / FINE)
        f = np.tanh if self.activation == "tanh" else lambda Z: Z
        z = self.input(x)
        for _ in range(self.layers):
            modes = np.fft.rfft(z)
            modes[np.abs(modes) < 1e-14 * np.abs(modes).max()] = 0  # rounding, which derivatives raise
            Z = self.kernel(x, k, modes) - self.b
            z = (1 - self.omega) * z + self.omega * f(Z)
        return z[:: FINE // points]

    def kernel(self, x, k, modes):
        """W z, from the Fourier modes of z."""
        if self.sigma:
            return np.fft.irfft(np.exp((self.sigma * k) ** 2 / 2) * modes, FINE)  # k is imaginary
        z, first, second = (np.fft.irfft(k**order * modes, FINE) for order in (0, 1, 2))
        return z - self.velocity(x) * first + self.D * second


PROBLEMS = [
    Problem("advection", "advection"),
    Problem("advection-diffusion", "advection and diffusion", D=2e-3),
    Problem("tanh", "advection and tanh", activation="tanh", b=0.1),
    Problem("varying", "advection that varies in space", waves=0.5),
    Problem("wide", "a wide Gaussian, σ = 0.5", sigma=0.5),
    Problem("narrow", "a narrow Gaussian, σ = 0.1", sigma=0.1),
]
