"""nadir attractor: the special cases of inputs/ with their known answers, on one rank and on two;
the file it writes; what it refuses, and what it cannot find."""

import tempfile
from pathlib import Path

import h5py
import numpy as np
import xarray as xr

import nadir_io
from program import expect, nadir, snapshot, succeed  # noqa: E402

INPUTS = Path(__file__).resolve().parents[3] / "inputs"
BISTABLE = 0.95750402407726869  # z = tanh(2 z)


class File:
    """All datasets and attributes of an analysis file."""

    def __init__(self, path):
        self.data, self.attributes = {}, {}
        with h5py.File(path) as file:
            file.visititems(self._keep)
            self.attributes[""] = dict(file.attrs)

    def _keep(self, name, item):
        self.attributes[name] = dict(item.attrs)
        if isinstance(item, h5py.Dataset):
            self.data[name] = item[()]

    def __getitem__(self, name):
        return self.data[name]


def found(folder, name, *words):
    """The file of a case of inputs/, the same from one rank and from two."""
    files = []
    for ranks in (1, 2):
        output = Path(folder) / f"{name}-{ranks}.h5"
        succeed("attractor", INPUTS / f"attractor-{name}.toml", "--output", output, *words,
                folder=folder, ranks=ranks)  # fmt: skip
        files.append(File(output))
    one, two = files
    expect(one.data.keys() == two.data.keys(), f"{name}: other datasets on two ranks")
    for key in one.data:
        same = np.array_equal(one[key], two[key], equal_nan=one[key].dtype.kind == "f")
        expect(same, f"{name}: /{key} differs between one rank and two")
    return one


def plate():
    """W - I of inputs/attractor-linear.toml, from the formula."""
    ny, nx, R, U, D = 20, 24, -0.01, 0.3, 0.4
    A = np.zeros((ny, nx, ny, nx))
    for j in range(ny):
        for i in range(nx):
            A[j, i, j, i] += R - 4 * D
            A[j, i, j, (i + 1) % nx] += D - U / 2
            A[j, i, j, (i - 1) % nx] += D + U / 2
            for k in (j - 1, j + 1):
                if 0 <= k < ny:
                    A[j, i, k, i] += D
    return A.reshape(ny * nx, ny * nx)


def test_identity(folder):
    file = found(folder, "identity")
    with h5py.File(INPUTS / "data/attractors.h5") as data:
        profiles = data["profiles"][()].astype("f8")
    expect(np.array_equal(file["attractor/state"], profiles), "identity: the output is not the input")
    expect((file["attractor/eigenvalue"] == [1.0, 0.0]).all(), "identity: eigenvalues are not 1")
    expect((file["relaxation/departure"] == 0).all(), "identity: something moves")
    expect(file["relaxation/departure"].shape == (3, 9), "identity: not through network.layers")


def test_pointwise(folder):
    for words, stable, unstable in (((), 0.0, 1.0), (("--set", "network.activation=logistic"), 1.0, 0.0)):
        file = found(folder, "pointwise", *words)
        state, radius = file["attractor/state"], file["attractor/radius"]
        expect(state.shape == (2, 16), f"pointwise: {len(state)} fixed points")
        np.testing.assert_allclose(state[0], stable, atol=1e-10)
        np.testing.assert_allclose(state[1], unstable, atol=1e-10)
        np.testing.assert_allclose(radius, [0.6, 1.4], atol=1e-9)
        np.testing.assert_array_equal(file["relaxation/attractor"], 0)
        np.testing.assert_allclose(file["relaxation/measured_rate"], 0.6, rtol=0.02)
        expect(np.isinf(file["attractor/relaxation_layers"][1]), "pointwise: unstable and relaxing")


def test_linear(folder):
    file = found(folder, "linear")
    with h5py.File(INPUTS / "data/attractors.h5") as data:
        b = data["sink"][()].astype("f8")
    A = plate()
    np.testing.assert_allclose(file["attractor/state"][0].ravel(), np.linalg.solve(A, b.ravel()), atol=1e-10)
    for k, (j, i) in enumerate(((6, 7), (14, 17))):
        unit = np.zeros_like(b)
        unit[j, i] = 1.0
        green = file["attractor/green"][0, k]
        np.testing.assert_allclose(green.ravel(), np.linalg.solve(A, unit.ravel()), atol=1e-10)
        expect((file["attractor/source_y"][k], file["attractor/source_x"][k]) == (j, i), "linear: sources")
    moduli = np.sort(abs(np.linalg.eigvals(np.eye(len(A)) + 0.5 * A)))[::-1]
    eigenvalue = file["attractor/eigenvalue"][0]
    np.testing.assert_allclose(np.hypot(*eigenvalue.T), moduli[: len(eigenvalue)], atol=1e-8)
    rate = np.log(file["relaxation/measured_rate"][0]) / np.log(moduli[0])
    expect(abs(rate - 1) < 0.01, f"linear: measured {rate} times the predicted rate")


def test_bistable(folder):
    file = found(folder, "bistable")
    state, starts = file["attractor/state"], file["attractor/starts"]
    expect(len(state) == 3 and starts.dtype == np.dtype("<i4"), f"bistable: {len(state)} fixed points")
    signs = np.sign(state[:2, 0])
    expect(sorted(signs) == [-1, 1], f"bistable: signs {signs}")
    np.testing.assert_allclose(state[:2], BISTABLE * np.outer(signs, np.ones(16)), atol=1e-10)
    np.testing.assert_allclose(state[2], 0.0, atol=1e-10)
    expect(starts[:2].sum() == 15 and starts[1] > 1 and starts[2] == 1, f"bistable: basins {starts}")
    radius = 1 - 0.05 * (1 - 2 * (1 - BISTABLE**2))
    np.testing.assert_allclose(file["attractor/radius"], [radius, radius, 1.05], atol=1e-9)
    reached = state[file["relaxation/attractor"], 0]
    expect((np.sign(reached) == [1, -1, 1]).all(), f"bistable: inputs end at {reached}")
    np.testing.assert_allclose(file["relaxation/measured_rate"], radius, rtol=0.01)
    depth = file["relaxation/measured_depth"]
    expect((abs(depth / file["relaxation/predicted_depth"] - 1) < 0.15).all(), f"bistable: depth {depth}")
    for sample, last in enumerate(depth):
        distance = file["relaxation/distance"][sample]
        expect(distance[last] <= 1e-6 < distance[last - 1], "bistable: depth and distance disagree")
    for other in ("anderson", "relaxation"):
        again = found(folder, "bistable", "--set", f"attractor.solver={other}")
        np.testing.assert_allclose(again["attractor/state"][:2], state[:2], atol=1e-10)
        np.testing.assert_array_equal(again["attractor/starts"][:2], starts[:2])


def test_loss_by_layer(folder):
    """With a target the loss is that of `nadir forward`, and the best depth its least."""
    target = "data.target={file='" + str(INPUTS / "data/attractors.h5") + "',dataset='/levels'}"
    file = found(folder, "bistable", "--set", target)
    succeed("forward", INPUTS / "attractor-bistable.toml", "--set", target, "--output", "forward.h5",
            folder=folder)  # fmt: skip
    with h5py.File(Path(folder) / "forward.h5") as forward:
        expected = forward["loss_by_layer"][()]
    loss = file["relaxation/loss"]
    np.testing.assert_allclose(loss[:, : expected.shape[1]], expected, rtol=1e-12)
    np.testing.assert_array_equal(file["relaxation/best_depth"], np.nanargmin(loss, axis=1))


def test_layout(folder):
    """Scales, units and provenance; xarray opens every group."""
    found(folder, "linear")
    path = Path(folder) / "linear-1.h5"
    file = File(path)
    for name in file.data:
        label = file.attributes[name]
        expect(label.get("units") and label.get("long_name"), f"/{name} has no units or long_name")
    libraries = file.attributes["provenance"]["libraries"]
    expect("SLEPc Release" in str(libraries) and "Petsc Release" in str(libraries), f"libraries: {libraries}")
    expect(file.attributes[""]["schema_version"] == 1, "schema_version")
    with xr.open_dataset(path, engine="h5netcdf", group="attractor") as attractor:
        expect(attractor.state.dims == ("attractor", "y", "x"), f"{attractor.state.dims}")
        expect(attractor.eigenvalue.dims == ("attractor", "mode", "part"), f"{attractor.eigenvalue.dims}")
        expect(list(attractor.part.values) == ["re", "im"], f"{attractor.part.values}")
        expect(attractor.green.dims == ("attractor", "source", "y", "x"), f"{attractor.green.dims}")
        expect(attractor.state.attrs["units"] == "K", "units of the state")
    with nadir_io.open_run(path) as run:
        expect(run.attractor.state.shape == (1, 20, 24), f"nadir_io: {run.attractor}")
        expect(set(run.relaxation.dims) == {"sample", "depth"}, f"nadir_io: {run.relaxation}")
    with xr.open_dataset(path, engine="h5netcdf", group="relaxation") as relaxation:
        expect(relaxation.distance.dims == ("sample", "depth"), f"{relaxation.distance.dims}")


def test_described(folder):
    """What a search would be, and its memory, where the case has one; not of other cases."""
    run = succeed("describe", INPUTS / "attractor-bistable.toml", folder=folder)
    for words in ("search  16 starts through up to 10000 layers", "6 eigenvalues", "  attractor "):
        expect(words in run.out, f"no '{words}': {run}")
    run = succeed("describe", INPUTS / "attractor-linear.toml", folder=folder)
    expect("search  one linear system" in run.out and "2 Green's functions" in run.out, f"{run}")
    run = succeed("describe", INPUTS / "identify-1d.toml", folder=folder)
    expect("search" not in run.out and "  attractor" not in run.out, f"a search nobody asked for: {run}")


def test_refusals(folder):
    """Exit 2, with the place, and nothing written."""
    case = INPUTS / "attractor-bistable.toml"
    layered = "kernel.reaction={init=1.0,varies=['layer'],train=false}"
    mistakes = [
        ((layered,), "kernel.reaction.varies: `nadir attractor` needs coefficients that are the same"),
        (("attractor.solver=newtn",), 'attractor.solver: unknown solver "newtn" (did you mean "newton"?'),
        (("attractor.green=[[16]]",), "attractor.green.0: index 16 is beyond the 16 points"),
        (("attractor.green=[[3],[1,2]]",), "attractor.green.1: must have one index for each of the 1 axes"),
        (("attractor.modes=0",), "attractor.modes: must be between 1 and"),
        (("network.relaxation=0.0",), "network.relaxation: omega is 0"),
        (("network.scheme=rk4",), "network.scheme: `nadir attractor` needs layers of explicit Euler"),
        (("network.normalisation=radial",), "network.normalisation: `nadir attractor` finds no attractors"),
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        before = snapshot(name)
        for settings, words in mistakes:
            settings = [word for setting in settings for word in ("--set", setting)]
            run = nadir("attractor", case, *settings, folder=name)
            expect(run.code == 2 and words in run.err, f"not refused with '{words}': {run}")
        run = nadir("attractor", case, "--", "-attractor_nonsense", "1", folder=name)
        expect(run.code == 2 and "-attractor_nonsense" in run.err, f"an unknown option: {run}")
        expect(snapshot(name) == before, "a refused search wrote something")
    options = ("--", "-attractor_eps_ncv", "12", "-attractor_snes_linesearch_type", "basic",
               "-attractor_ksp_converged_reason", "-attractor_linear_ksp_converged_reason")  # fmt: skip
    succeed("attractor", case, "--output", "options.h5", *options, folder=folder)


def test_failures(folder):
    """Exit 1: no fixed point, with the residuals and what to try; no attractor of W - I."""
    case = INPUTS / "attractor-pointwise.toml"
    none = ("--set", "network.activation=softplus", "--set", "network.bias=-1.0",
            "--set", "attractor.layers=200", "--output", "none.h5")  # fmt: skip
    for ranks in (1, 2):
        run = nadir("attractor", case, *none, folder=folder, ranks=ranks)
        for words in ("no fixed point was found from 4 starts", "closest:", "Try more attractor.starts"):
            expect(run.code == 1 and words in run.err, f"no '{words}': {run}")
    drift = ("--set", "kernel.reaction=0.0", "--set", "kernel.diffusion=0.1", "--set", "network.bias=0.1",
             "--output", "none.h5")  # fmt: skip
    run = nadir("attractor", INPUTS / "attractor-identity.toml", *drift, folder=folder)
    expect(run.code == 1 and "W - I is singular" in run.err and "<psi, b>" in run.err, f"{run}")
    expect(not (Path(folder) / "none.h5").exists(), "a failed search left a file")
