"""Coefficients that are known come back, from every kind of file and on any number of ranks."""

import h5py
import numpy as np
import xarray as xr

from weights import adr, expect, grid_options, interpret, known, read, ring_distance, succeed

GRIDS = {(24,): (0.5,), (8, 6): (0.5, 1.25), (4, 5, 6): (0.8, 1.0, 1.5)}


def close(found, expected, what, tolerance=1e-12):
    error = np.abs(found - np.broadcast_to(expected, np.shape(found))).max()
    expect(error <= tolerance, f"{what}: off by {error:.2e}")


def check_coefficients(found, shape, R, U, D, what):
    d, n = len(shape), int(np.prod(shape))
    spread = lambda value: np.broadcast_to(value, (n,)).reshape(shape)  # noqa: E731
    close(found["coefficients/R"][0], spread(R), f"{what}: R")
    u = found["coefficients/U"][0].reshape(d, *shape)
    for a in range(d):
        close(u[a], spread(U[a]), f"{what}: U_{a}")
    pairs = [(a, b) for a in range(d) for b in range(a, d)]
    for values, pair in zip(found["coefficients/D"][0].reshape(len(pairs), *shape), pairs):
        close(values, spread(D[pair]), f"{what}: D_{pair}")
    for name in ("explained", "explained_change"):
        close(found[name][0, 2:], 1, f"{what}: {name}")
    expect(not found["moments/boundary"].any(), f"{what}: a closed grid has no boundary")


def test_known_coefficients(folder):
    for shape, spacing in GRIDS.items():
        for varying in (False, True):
            coefficients = known(shape, varying)
            np.save(folder / "w.npy", adr(shape, spacing, *coefficients))
            interpret(folder, "w.npy", *grid_options(shape, spacing))
            check_coefficients(read(folder / "found.h5"), shape, *coefficients, f"{shape}, varying: {varying}")


def test_every_kind_of_file(folder):
    shape, spacing = (8, 6), (0.5, 1.25)
    matrix = adr(shape, spacing, *known(shape, True))
    np.save(folder / "c.npy", matrix)
    np.save(folder / "fortran.npy", np.asfortranarray(matrix))
    np.save(folder / "big.npy", matrix.astype(">f8"))
    np.savez(folder / "stored.npz", other=np.zeros(3), w=matrix)
    np.savez_compressed(folder / "packed.npz", other=np.zeros(3), w=matrix)
    with h5py.File(folder / "w.h5", "w") as file:
        file["group/w"] = matrix
        file.create_dataset("packed", data=matrix, compression="gzip", chunks=True)
    reference = None
    for words in (["c.npy"], ["fortran.npy"], ["big.npy"], ["stored.npz", "--dataset", "w"],
                  ["packed.npz", "--dataset", "w"], ["w.h5", "--dataset", "/group/w"],
                  ["w.h5", "--dataset", "/packed"]):  # fmt: skip
        interpret(folder, *words, *grid_options(shape, spacing))
        found = read(folder / "found.h5")
        reference = reference or found
        for name, values in found.items():
            np.testing.assert_array_equal(values, reference[name], f"{words}: {name}")


def test_any_number_of_ranks(folder):
    rng = np.random.default_rng(5)
    stack = np.stack([adr((50,), (1.0,), *known((50,), v)) for v in (False, True)] + [rng.normal(size=(50, 50))] * 2)
    np.save(folder / "stack.npy", stack)
    texts, files = [], []
    for ranks in (1, 2, 3):
        options = grid_options((5, 10), (1, 2), "open,periodic")
        texts.append(interpret(folder, "stack.npy", *options, ranks=ranks, output="ranks.h5"))
        files.append(read(folder / "ranks.h5"))
    expect(texts[0] == texts[1] == texts[2], "the report depends on the number of ranks")
    for found in files[1:]:
        expect(found.keys() == files[0].keys(), "datasets depend on the number of ranks")
        for name, values in found.items():
            np.testing.assert_array_equal(values, files[0][name], name)
    np.testing.assert_array_equal(files[0]["random/verdict"], [0, 0, 1, 1])
    np.save(folder / "one.npy", stack[1])  # fewer matrices than ranks
    interpret(folder, "one.npy", *grid_options((50,), (1,)), ranks=3)
    close(read(folder / "found.h5")["moments/boundary"], 0, "one matrix on three ranks")
    close(read(folder / "found.h5")["explained"][0, 2:], 1, "one matrix on three ranks")
    labelled(folder / "ranks.h5")


def labelled(path):
    """Every group opens in xarray, and every dataset says what it is."""
    for group in (None, "moments", "coefficients", "locality", "symbol", "cumulants", "random"):
        with xr.open_dataset(path, engine="h5netcdf", group=group) as found:
            for name, values in found.variables.items():
                expect(values.attrs.get("units") and values.attrs.get("long_name"), f"{group}/{name}: {values.attrs}")
    with xr.open_dataset(path, engine="h5netcdf", group="coefficients") as found:
        expect(found.D.dims == ("matrix", "D_component", "y", "x"), found.D.dims)
        expect(list(found.D_component.values) == ["yy", "yx", "xx"], found.D_component)


def test_points_anywhere(folder):
    """A plane of points given one by one has the moments of the grid, and open boundaries."""
    shape, spacing = (5, 10), (1.0, 2.0)
    rng = np.random.default_rng(6)
    weights = rng.normal(size=(50, 50))
    places = np.stack(np.meshgrid(np.arange(5) * 1.0, np.arange(10) * 2.0, indexing="ij"), -1).reshape(50, 2)
    np.savez(folder / "points.npz", w=weights, q=places, z=rng.normal(size=(3, 50)))
    interpret(folder, "points.npz", "--dataset", "w", *grid_options(shape, spacing, "open"))
    grid = read(folder / "found.h5")
    out = interpret(folder, "points.npz", "--dataset", "w", "--coordinates", "points.npz:q", "--signals", "points.npz:z")
    points = read(folder / "found.h5")
    close(points["moments/value"], grid["moments/value"].reshape(1, -1, 50), "moments of points", 1e-9)
    expect(grid["moments/boundary"].all(), "every row of a full matrix touches an open end")
    expect("no differences are known" in out and np.isnan(points["explained"][0, 1:]).all(), out)


def test_gaussian(folder):
    A, sigma, n = 0.7, 1.5, 40
    r = ring_distance(n)
    weights = A / (sigma * np.sqrt(2 * np.pi)) * np.exp(-(r**2) / (2 * sigma**2))
    np.save(folder / "w.npy", np.where(r <= 8 * sigma, weights, 0))
    interpret(folder, "w.npy", *grid_options((n,), (1,)))
    moments = read(folder / "found.h5")["moments/value"][0]
    for k, expected in enumerate([A, 0, A * sigma**2, 0, 3 * A * sigma**4]):
        close(moments[k], expected, f"Gaussian W_{k}", 1e-12 * max(1, expected))


def test_power_laws(folder):
    """Moments of an order of s - d and more are named and not printed."""
    r = ring_distance(200)
    for exponent, existing in ((6.5, 5), (3.5, 3), (3.0, 2), (1.5, 1), (0.8, 0)):
        np.save(folder / "w.npy", (1 + r**2 / 4.0) ** (-exponent / 2))
        out = interpret(folder, "w.npy", *grid_options((200,), (1,)))
        found = read(folder / "found.h5")
        states, moments = found["moments/state"][0], found["moments/value"][0]
        expect(f"|r|^-{exponent:g}, a power law" in out, out)
        expect(abs(found["locality/power_law"][0] - exponent) < 0.01, f"{exponent}: {found['locality/power_law']}")
        for order in range(5):
            expect((states[order] == 2) == (order >= existing), f"s = {exponent}: states {states}")
            expect(np.isnan(moments[order]).all() == (order >= existing), f"s = {exponent}: moment {order}")
        expect(out.count("does not exist") == 5 - existing, out)
        expect(("no moment exists" in out) == (existing == 0), out)


def test_filters(folder):
    """Convolution weights [out, in, y, x] made of known R, U and D, and a channel that is none."""
    h = (0.5, 2.0)
    R, U, D = -0.1, (0.2, -0.3), {(0, 0): 0.1, (1, 1): 0.4, (0, 1): 0.05}
    w = np.zeros((2, 1, 3, 3))
    w[0, 0, 1, 1] = 1 + R - 2 * D[0, 0] / h[0] ** 2 - 2 * D[1, 1] / h[1] ** 2
    for s in (-1, 1):
        w[0, 0, 1 + s, 1] = -s * U[0] / (2 * h[0]) + D[0, 0] / h[0] ** 2
        w[0, 0, 1, 1 + s] = -s * U[1] / (2 * h[1]) + D[1, 1] / h[1] ** 2
        for t in (-1, 1):
            w[0, 0, 1 + s, 1 + t] = s * t * 2 * D[0, 1] / (4 * h[0] * h[1])
    w[1] = np.arange(9).reshape(3, 3)
    np.save(folder / "w.npy", w)
    interpret(folder, "w.npy", *grid_options((16, 16), h))
    found = read(folder / "found.h5")
    close(found["coefficients/R"][0], R, "filter R")
    close(found["coefficients/U"][0, :, 0], U, "filter U")
    close(found["coefficients/D"][0, :, 0], [D[0, 0], D[0, 1], D[1, 1]], "filter D")
    close(found["explained"][0, 2:], 1, "filter explained")
    expect(found["random/verdict"].tolist() == [-1, -1], "nine weights are no spectrum")
    # In one dimension the layout must be said; the same numbers as a circulant matrix's.
    np.save(folder / "line.npy", w[:, :, :, 1])
    interpret(folder, "line.npy", "--layout", "filters")
    line = read(folder / "found.h5")["moments/value"][1, :, 0]
    close(line, [((np.arange(3) - 1.0) ** k * [1, 4, 7]).sum() for k in range(5)], "a line's moments")


CASE = """\
[grid]
shape = [12, 10]
spacing = [0.5, 2.0]
units = "km"
boundary = ["reflect", "periodic"]
[network]
layers = 3
relaxation = 0.5
[kernel]
diffusion_tensor = "full"
reaction = { init = -0.1, varies = ["layer"] }
advection = { init = { file = "u.h5", dataset = "u" }, varies = ["space"] }
diffusion = [0.02, 0.01, 0.3]
[data]
input = { file = "u.h5", dataset = "z" }
"""


def test_result_of_nadir(folder):
    rng = np.random.default_rng(7)
    with h5py.File(folder / "u.h5", "w") as file:
        file["u"], file["z"] = 0.1 * rng.normal(size=(2, 12, 10)), rng.normal(size=(12, 10))
    (folder / "case.toml").write_text(CASE.replace("diffusion = [", "diffusion = { train = false, init = [").replace("0.3]", "0.3] }"))
    succeed("forward", "case.toml", "--output", "run.h5", folder=folder)
    out = interpret(folder, "run.h5", ranks=2)
    found = read(folder / "found.h5")
    with h5py.File(folder / "run.h5") as run:
        close(found["coefficients/R"], run["parameters/reaction"][()][:, None, None], "result R")
        for layer in range(3):
            close(found["coefficients/U"][layer], run["parameters/advection"][()], "result U")
    close(found["coefficients/D"].transpose(0, 2, 3, 1), [0.02, 0.01, 0.3], "result D")
    moments = dict(zip(map(tuple, found["moments/index"]), found["moments/value"][0]))
    close(moments[0, 3], 4 * moments[0, 1], "W_3 = spacing^2 W_1")
    close(moments[1, 3], 4 * moments[1, 1], "W_13 = spacing^2 W_11")
    close(moments[2, 2], 0, "no corner moment of even order")
    expect(found["moments/state"][0][-1] == 1 and "alias" in out and "km^2" in out, out)
    expect(found["moments/boundary"][0, 0].all() and not found["moments/boundary"][0, 1:-1].any(), "flags")


RADIAL = """\
[grid]
shape = [64]
spacing = [0.5]
boundary = ["periodic"]
[network]
layers = 2
[kernel]
{kernel}
[data]
input = {{ file = "ring.h5", dataset = "z" }}
"""


def test_results_with_kernels_of_distances(folder):
    """Moments of Gaussians by layer; of a power law those that exist, as its own exponent tells."""
    with h5py.File(folder / "ring.h5", "w") as file:
        file["z"], file["A"] = np.random.default_rng(8).normal(size=64), [0.5, -0.25]
    amplitude = 'amplitude = { init = { file = "ring.h5", dataset = "A" }, varies = ["layer"] }'
    (folder / "case.toml").write_text(RADIAL.format(kernel=f'type = ["adr", "gaussian"]\n{amplitude}\nwidth = 1.5'))
    succeed("forward", "case.toml", "--output", "run.h5", folder=folder)
    interpret(folder, "run.h5")
    moments = read(folder / "found.h5")["moments/value"]
    for layer, A in enumerate([0.5, -0.25]):
        for k, expected in enumerate([1 + A, 0, A * 1.5**2, 0, 3 * A * 1.5**4]):
            close(moments[layer, k], expected, f"W_{k} of layer {layer}", 1e-11)
    kernel = 'type = "power-law"\nradius = 20\nstrength = 0.3\nlength = 0.7\nexponent = 3.5'
    (folder / "case.toml").write_text(RADIAL.format(kernel=kernel))
    succeed("forward", "case.toml", "--output", "law.h5", folder=folder)
    out = interpret(folder, "law.h5")
    found = read(folder / "found.h5")
    close(found["locality/power_law"][0], 3.5, "the power law itself")
    expect((found["moments/state"][0] == [0, 0, 0, 2, 2]).all(), f"states {found['moments/state'][0]}")
    expect(out.count("does not exist") == 2, out)
