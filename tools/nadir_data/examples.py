"""Data of the examples in inputs/: known coefficients, random inputs, the scheme's own output.

Every file but attractors.h5 and schemes-1d.h5 has /input and /target [sample, grid axes] and the
coefficients that made the target under /truth, named and shaped as under /parameters of a result
file: comparable as they are. attractors.h5 has the inputs and a source for the cases that have
attractors, schemes-1d.h5 an exact solution.
"""

import argparse
from pathlib import Path

import numpy as np

import hdf5
from adr import Network, RingNetwork, random_waves


def coordinates(shape, spacing, origin=None):
    """Coordinate arrays of the grid points, one per axis, shaped to broadcast."""
    origin = origin or [0.0] * len(shape)
    axes = [o + h * np.arange(n) for n, h, o in zip(shape, spacing, origin)]
    return np.meshgrid(*axes, indexing="ij", sparse=True)


def identify_1d():
    """Four constants of a tanh network on a ring."""
    random = np.random.default_rng(101)
    net = Network(spacing=(1.0,), boundary=("periodic",), layers=8, omega=0.5,
                  R=-0.05, U=[0.4], D=[0.3], b=0.02, activation="tanh")  # fmt: skip
    x = random_waves(random, (128,), 6, 1)
    truth = dict(reaction=net.R, advection=net.U[0], diffusion=net.D[0], bias=net.b)
    return net, x, truth


def dispersion_1d():
    """Waves on a ring that run apart: advection, diffusion, dispersion and hyper-diffusion."""
    random = np.random.default_rng(105)
    net = Network(spacing=(0.5,), boundary=("periodic",), layers=12, omega=0.5,
                  R=0.0, U=[0.1], D=[0.02], higher={3: 0.01, 4: -0.001})  # fmt: skip
    truth = dict(advection=net.U[0], diffusion=net.D[0], higher=np.array([0.01, -0.001]))
    return net, random_waves(random, (96,), 20, 2), truth


def inhibition_1d():
    """A ring whose points excite themselves and hold down those around them."""
    random = np.random.default_rng(106)
    net = Network(spacing=(0.5,), boundary=("periodic",), layers=10, omega=0.3,
                  R=0.5, U=[0.0], D=[0.05], activation="tanh", gaussian=(-0.8, 2.0))  # fmt: skip
    truth = dict(reaction=net.R, diffusion=net.D[0], amplitude=-0.8, width=2.0)
    return net, 0.5 * random_waves(random, (128,), 20, 2), truth


def galerkin_1d():
    """Waves on a ring that drift and spread as on no grid: advection and diffusion, on few points."""
    random = np.random.default_rng(106)
    net = RingNetwork(spacing=(1.0,), boundary=("periodic",), layers=10, omega=0.5,
                      R=0.0, U=[0.4], D=[0.2])  # fmt: skip
    return net, random_waves(random, (32,), 4, 2), dict(advection=net.U[0], diffusion=net.D[0])


def full_tensor_2d():
    """A diffusion tensor whose principal axis turns along x, as around a curved fibre."""
    random = np.random.default_rng(102)
    shape, spacing = (32, 48), (1.0, 1.0)
    y, x = coordinates(shape, spacing)
    angle = np.pi * x / shape[1] + 0.0 * y  # turns by half a revolution: periodic
    along, across = 0.35, 0.05
    tensor = [
        along * np.sin(angle) ** 2 + across * np.cos(angle) ** 2,  # yy
        (along - across) * np.sin(angle) * np.cos(angle),  # yx
        along * np.cos(angle) ** 2 + across * np.sin(angle) ** 2,  # xx
    ]
    net = Network(spacing, ("reflect", "periodic"), layers=4, omega=0.5,
                  R=0.0, U=[0.1, -0.2], D=tensor)  # fmt: skip
    truth = dict(advection=np.array(net.U), diffusion=np.stack(tensor))
    return net, random_waves(random, shape, 7, 8), truth


def diffusion_3d():
    """A block that conducts badly in a ball, cooled to 0 at the ends of its y axis."""
    random = np.random.default_rng(103)
    shape, spacing = (10, 12, 14), (1.0, 1.0, 1.0)
    z, y, x = coordinates(shape, spacing)
    radius = np.sqrt((z - 4.5) ** 2 + (y - 5.5) ** 2 + (x - 6.5) ** 2)
    D = 0.15 - 0.10 / (1 + np.exp(2 * (radius - 3)))
    net = Network(spacing, ("reflect", 0.0, "periodic"), layers=4, omega=0.5,
                  R=-0.05, U=[0.0, 0.0, 0.0], D=[D])  # fmt: skip
    return net, random_waves(random, shape, 3, 6), dict(reaction=net.R, diffusion=D)


def convection_diffusion():
    """u_t = a u_x + b u_y + 0.2 u_xx + 0.3 u_yy with varying a and b (arXiv 1710.09668)."""
    random = np.random.default_rng(104)
    points, layers, block = 50, 8, 0.015
    h = 2 * np.pi / points
    y, x = coordinates((points, points), (h, h))
    a = 0.5 * (np.cos(x) + y * (2 * np.pi - y) * np.sin(y)) + 0.6
    b = 2 * (np.cos(x) + np.sin(y)) + 0.8
    omega = 0.5
    step = block / (
        layers * omega
    )  # the coefficients of one layer are step times the physical ones
    net = Network((h, h), ("periodic", "periodic"), layers=layers, omega=omega,
                  R=0.0, U=[-b * step, -a * step], D=[0.3 * step, 0.2 * step])  # fmt: skip
    inputs = np.concatenate([random_waves(random, (points, points), F, 6) for F in (4, 5, 6, 7)])
    return net, inputs, dict(advection=np.stack(net.U), diffusion=np.array(net.D))


def steady_states():
    """The two states in which a bistable medium comes to rest, above zero and below."""
    random = np.random.default_rng(106)
    shape, spacing = (20, 24), (1.0, 1.0)
    y, x = coordinates(shape, spacing)
    R = 0.5 + 0.3 * np.exp(-((y - 6) ** 2 + (x - 7) ** 2) / 12) - 0.25 * np.exp(-((y - 13) ** 2 + (x - 16) ** 2) / 16)
    net = Network(spacing, ("reflect", "periodic"), layers=3000, omega=0.5,
                  R=R, U=[0.1, -0.3], D=[0.4], b=0.08, activation="tanh")  # fmt: skip
    sides = np.array([0.6, -0.6])[:, None, None]
    truth = dict(reaction=R, advection=np.array(net.U), diffusion=net.D[0], bias=net.b)
    return net, sides + 0.2 * random_waves(random, shape, 3, 2), truth


def write_attractors(path, name):
    """Where the cases inputs/attractor-*.toml start from."""
    random = np.random.default_rng(105)
    ring, (ny, nx) = 16, (20, 24)
    x = np.arange(ring)
    levels = np.repeat([[0.2], [0.45], [0.9]], ring, axis=1)
    bump = np.exp(-((x - 7.5) ** 2) / 18)
    sides = np.stack([0.2 + 0.3 * bump, -0.2 - 0.3 * bump, 0.6 * np.sin(2 * np.pi * x / ring) + 0.1])
    yy, xx = np.mgrid[0:ny, 0:nx]
    heater = np.exp(-((yy - 6) ** 2 + (xx - 7) ** 2) / 8) - 0.5 * np.exp(-((yy - 14) ** 2 + (xx - 17) ** 2) / 12)
    with hdf5.create(path) as out:
        hdf5.text(out, title=write_attractors.__doc__, comment=f"Made by tools/make-examples {name}.")
        for axis, n in (("sample", 3), ("ring", ring), ("y", ny), ("x", nx)):
            hdf5.axis(out, axis, np.arange(n, dtype="i4"), "1", axis)
        start = ("sample", "ring")
        hdf5.field(out, "profiles", random_waves(random, (ring,), 3, 3), start, "1", "smooth profiles", "f4")
        hdf5.field(out, "levels", levels, start, "1", "uniform profiles", "f4")
        hdf5.field(out, "sides", sides, start, "1", "above zero, below it, on both sides", "f4")
        hdf5.field(out, "cold", np.zeros((ny, nx)), ("y", "x"), "K", "plate at the start", "f4")
        hdf5.field(out, "sink", -0.1 * heater, ("y", "x"), "K", "bias b: minus the heating of a layer", "f4")
    print(f"{path}: starts of attractors, {path.stat().st_size // 1024} KiB")


def write_schemes(path, name):
    """A pulse that goes round a ring once, and where the relaxation equation itself takes it."""
    points, time, U, D = 128, 100.0, 1.28, 0.03
    x = np.arange(points)
    pulse = np.exp(-((x - 40) ** 2) / (2 * 4.0**2)).astype("f4").astype("f8")
    angle = 2 * np.pi * np.fft.rfftfreq(points)
    symbol = -1j * U * np.sin(angle) - 2 * D * (1 - np.cos(angle))  # of W - 1
    travelled = np.fft.irfft(np.exp(time * symbol) * np.fft.rfft(pulse), points)
    with hdf5.create(path) as out:
        hdf5.text(out, title=write_schemes.__doc__, comment=f"Made by tools/make-examples {name}.")
        hdf5.axis(out, "x", x.astype("f8"), "1", "x")
        hdf5.field(out, "pulse", pulse, ("x",), "1", "signal at the start", "f8")
        hdf5.field(out, "travelled", travelled, ("x",), "1", "signal after gamma t = 100", "f8")
    print(f"{path}: a pulse, {path.stat().st_size // 1024} KiB")


EXAMPLES = {
    "identify-1d": identify_1d,
    "dispersion-1d": dispersion_1d,
    "inhibition-1d": inhibition_1d,
    "galerkin-1d": galerkin_1d,
    "full-tensor-2d": full_tensor_2d,
    "diffusion-3d": diffusion_3d,
    "convection-diffusion": convection_diffusion,
    "steady-states": steady_states,
}
OTHERS = {"attractors": write_attractors, "schemes-1d": write_schemes}
NAMES = [*EXAMPLES, *OTHERS]


def write(path, name, make):
    net, inputs, truth = make()
    inputs = inputs.astype("f4").astype("f8")  # the file holds them exactly, at half the size
    targets = net.run(inputs)
    with hdf5.create(path) as out:
        title = make.__doc__.splitlines()[0]
        hdf5.text(out, title=title, comment=f"Made by tools/make-examples {name}.")
        hdf5.axis(out, "sample", np.arange(len(inputs), dtype="i4"), "1", "sample")
        axes = "zyx"[-len(net.spacing) :]
        for axis, n, h in zip(axes, inputs.shape[1:], net.spacing):
            hdf5.axis(out, axis, h * np.arange(n), "1", axis)
        dimensions = ("sample",) + tuple(axes)
        hdf5.field(out, "input", inputs, dimensions, "1", "input z_0", "f4")
        hdf5.field(out, "target", targets, dimensions, "1", f"output z_{net.layers}", "f4")
        group = out.create_group("truth")
        for parameter, value in truth.items():
            grid_axes = tuple(axes) if np.shape(value)[-len(axes) :] == inputs.shape[1:] else ()
            dataset = group.create_dataset(
                parameter, data=np.asarray(value, "f8"), track_times=False
            )
            hdf5.text(dataset, units="1", long_name=f"{parameter} that made the target")
            first = dataset.ndim - len(grid_axes)
            for dimension, axis in enumerate(grid_axes, start=first):
                dataset.dims[dimension].attach_scale(out[axis])
    print(f"{path}: {len(inputs)} samples of {inputs.shape[1:]}, {path.stat().st_size // 1024} KiB")


def main():
    parser = argparse.ArgumentParser(
        prog="tools/make-examples", description="Make the data of the examples in inputs/."
    )
    parser.add_argument("name", nargs="*", help=f"default: all of {', '.join(NAMES)}")
    parser.add_argument(
        "--output", type=Path, default=hdf5.DATA, help="folder; default: inputs/data"
    )
    options = parser.parse_args()
    for name in options.name or NAMES:
        if name not in NAMES:
            parser.error(f"{name}: unknown example (one of {', '.join(NAMES)})")
        path = options.output / f"{name}.h5"
        OTHERS[name](path, name) if name in OTHERS else write(path, name, EXAMPLES[name])


if __name__ == "__main__":
    main()
