"""Fields of R, U and D to be found again from four samples: a case and its data, whatever the spacing."""

import adr
import h5py
import numpy as np

CASE = """\
grid = {{ shape = [{n}, {n}], spacing = [{h}, {h}], boundary = ["periodic", "periodic"] }}
network = {{ layers = {layers}, activation = "tanh", relaxation = {omega} }}
data = {{ input = {{ file = "{name}.h5", dataset = "x" }}, target = {{ file = "{name}.h5", dataset = "y" }} }}
training = {{ iterations = {iterations}, gradient_tolerance = 1e-12 }}
[kernel]
reaction  = {{ init = 0.0, varies = ["space"] }}
advection = {{ init = 0.0, varies = ["space"] }}
diffusion = {{ init = {start}, varies = ["space"], bounds = [0.0, {most}] }}
"""
LAYERS, OMEGA = 16, 0.5
START, MOST = 0.15, 0.5  # of D, in grid units


def waves(random, n, modes):
    """A smooth periodic field of deviation 1."""
    field, angle = np.zeros((n, n)), 2 * np.pi * np.arange(n) / n
    for ky in range(modes + 1):
        for kx in range(-modes, modes + 1):
            if ky > 0 or kx > 0:
                phase, size = random.uniform(0, 2 * np.pi), random.normal() / np.hypot(1, np.hypot(ky, kx))
                field += size * np.cos(ky * angle[:, None] + kx * angle + phase)
    return field / field.std()


def write(folder, name, n, h=1.0, iterations=60):
    """NAME.h5 and NAME.toml: samples x, what 16 layers of the fields to be found make of them, y."""
    random = np.random.default_rng(3)
    x = np.array([0.5 * waves(random, n, 4) for _ in range(4)])
    R, Uy, Ux = -0.02 + 0.02 * waves(random, n, 2), 0.1 * waves(random, n, 2), 0.1 + 0.1 * waves(random, n, 2)
    D = np.clip(0.15 + 0.03 * waves(random, n, 2), 0.02, 0.24)
    network = adr.Network((h, h), ("periodic",) * 2, LAYERS, OMEGA, R, [h * Uy, h * Ux], [h * h * D], activation="tanh")
    with h5py.File(folder / f"{name}.h5", "w") as file:
        file["x"], file["y"] = x, network.run(x)
    (folder / f"{name}.toml").write_text(
        CASE.format(n=n, h=h, name=name, layers=LAYERS, omega=OMEGA, iterations=iterations, start=START * h * h, most=MOST * h * h)
    )  # fmt: skip
