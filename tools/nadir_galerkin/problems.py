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
            first, second = (np.fft.irfft(k**order * modes, FINE) for order in (1, 2))
            Z = z - self.velocity(x) * first + self.D * second - self.b
            z = (1 - self.omega) * z + self.omega * f(Z)
        return z[:: FINE // points]


PROBLEMS = [
    Problem("advection", "advection"),
    Problem("advection-diffusion", "advection and diffusion", D=2e-3),
    Problem("tanh", "advection and tanh", activation="tanh", b=0.1),
    Problem("varying", "advection that varies in space", waves=0.5),
]
