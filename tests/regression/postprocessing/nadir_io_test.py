"""tools/nadir_io.py: values, coordinates and units of one run, sweeps of several, and what it refuses."""

import shutil
import subprocess
import sys

import h5py
import numpy as np
import pytest

import nadir_io
import small
from program import expect


def equal(found, expected, what):
    found, expected = np.asarray(found), np.asarray(expected)
    numbers = found.dtype.kind == "f"  # of texts numpy cannot say whether they are NaN
    expect(np.array_equal(found, expected, equal_nan=numbers), f"{what}: {found}, expected {expected}")


def close(found, expected, what):
    expect(
        np.allclose(found, expected, rtol=1e-13, atol=1e-13, equal_nan=True), f"{what}: {found}, expected {expected}"
    )


def refused(call, *words):
    """The call must end in a ReadError that says all the words."""
    try:
        call()
    except nadir_io.ReadError as error:
        missing = [word for word in words if word not in str(error)]
        expect(not missing, f"'{error}' does not say {missing}")
        return
    raise AssertionError(f"should have been refused: {words}")


# -- one run -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(module_folder):
    small.prepare(module_folder)
    return module_folder


@pytest.fixture(scope="module")
def path(folder):
    return small.run("train", folder, "run.h5")


def test_fields(path):
    before, after = small.raw()
    y, x = small.coordinates()
    with nadir_io.open_run(path) as run:
        expect(run.state.dims == ("sample", "layer", "y", "x"), f"dimensions {run.state.dims}")
        equal(run.state.layer, [0, small.LAYERS], "layers stored")
        equal(run.state.y, y, "y")
        equal(run.target.x, x, "x")
        expect(run.state.x.attrs["units"] == "km" and run.state.attrs["units"] == "1", "units of z and x")
        close(run.state.isel(sample=0, layer=0), (before - small.OFFSET) / small.SCALE, "z_0")
        known = np.isfinite(after)
        equal(run.observed[0], known, "where it was observed")
        expect(run.withheld.dtype == bool and not (run.withheld[0].values & ~known).any(), "withheld elsewhere")
        equal(run.withheld.sum(), round(small.WITHHELD * known.sum()), "number of withheld points")
    with nadir_io.open_run(path, data_units=True) as run:
        close(run.state.isel(sample=0, layer=0), before, "input in the data's units")
        close(run.target[0], after, "target in the data's units")
        expect(run.state.attrs["units"] == "degC" == run.target.attrs["units"], "the data's units")
        error = (run.state.isel(layer=-1) - run.target).where(run.withheld)
        close(np.sqrt((error**2).mean()), run.attrs["withheld_rms"], "withheld error from the fields")


def test_parts(path):
    """Any part of a lazy array is what numpy would have taken."""
    with h5py.File(path, "r") as file:
        whole = file["state"][...]
    with nadir_io.open_run(path) as run:
        state = run.state
        equal(state[0, :, ::-2, 3], whole[0, :, ::-2, 3], "backwards")
        equal(state.isel(x=[5, 1, 1], layer=-1), whole[:, -1][..., [5, 1, 1]], "a list")
        equal(state.isel(y=slice(1, 4)).isel(y=-1), whole[:, :, 3], "a part of a part")
        equal(state.sel(layer=small.LAYERS, x=-0.5), whole[:, 1, :, 1], "by coordinate")
        loaded = run.target.load()
        late = run.state
    expect(np.isfinite(loaded).any(), "loaded values outlive the file")
    refused(lambda: late.values, "closed")
    expect("closed" in repr(run), f"{run}")


def test_groups(path):
    with nadir_io.open_run(path) as run:
        expect(set(run.parameters) == {"reaction", "advection", "diffusion", "bias", "relaxation"}, f"{run.parameters}")
        advection = run.parameters.advection
        expect(advection.dims == ("layer", "advection_component"), f"dimensions {advection.dims}")
        equal(advection.sel(advection_component="x"), [0.01] * small.LAYERS, "U_x")
        equal(advection.sel(advection_component="y"), [0.0] * small.LAYERS, "U_y")
        expect(run.parameters.diffusion.attrs["units"] == "km^2", "units of D")
        expect("relaxation" not in run.rates, "omega is no rate")
        equal(run.rates.advection, small.RATE * advection, "gamma U")
        expect(run.rates.diffusion.attrs["units"] == "km^2 per unit of time", "units of gamma D")
        expect(len(run.history.iteration) == 4 and run.history.evaluations.dtype.kind == "i", "history")
        equal(run.history.loss.min(), run.attrs["loss"], "the best loss")
        expect(len(run.gradient) == 0 and len(run.timing) == 0, "train writes no gradient")
        expect(run.provenance["command"] == "train" and run.provenance["ranks"] == 1, f"{run.provenance}")
        expect(run.case["network"]["rate"] == small.RATE, "resolved case")
        expect(list(run.coordinates) == ["y", "x"], f"grid {run.coordinates}")


def test_other_commands(folder):
    gradient = small.run("gradient", folder, "gradient.h5", "network.bias.init=0.1")
    with nadir_io.open_run(gradient) as run:
        expect(set(run.gradient) == {"reaction", "diffusion", "bias"}, f"trained ones: {set(run.gradient)}")
        expect(run.gradient.diffusion.dims == ("y", "x") and run.gradient.diffusion.any(), "gradient by D")
    forward = small.run("forward", folder, "forward.h5")
    with h5py.File(forward, "r+") as file:
        del file["target"], file["state"]
        file["parameters/advection_component"][...] = ["northwards", "eastwards"]
    with nadir_io.open_run(forward) as run:
        names = run.parameters.advection.advection_component.values.tolist()
        expect(names == ["northwards", "eastwards"], f"names of any length: {names}")
        expect(run.target is None and run.state is None and len(run.history) == 0, "what the file lacks")


def test_checkpoint(folder):
    small.run("train", folder, "long.h5", "run.checkpoint={ every = 2, keep = 9 }", "training.iterations=5")
    with nadir_io.open_run(folder / "long.checkpoint-2.h5", data_units=True) as run:
        equal(run.attrs["iteration"], 2, "iteration of the checkpoint")
        equal(run.history.iteration, [0, 1, 2], "its history")
        close(run.state.isel(sample=0, layer=0), small.raw()[0], "its input in the data's units")
        expect(run.parameters.diffusion.dims == ("y", "x"), "its parameters")


def test_seals(folder):
    """Results and checkpoints are as they were written, or not."""
    for name in ("long.h5", "long.checkpoint-2.h5"):
        path = folder / name
        expect(nadir_io.seal_problem(path) is None, f"{name}: {nadir_io.seal_problem(path)}")
        good = path.read_bytes()
        for at in (0, len(good) // 2, len(good) - 33):
            path.write_bytes(good[:at] + bytes([good[at] ^ 8]) + good[at + 1 :])
            expect("is damaged" in nadir_io.seal_problem(path), f"{name}, byte {at}: {nadir_io.seal_problem(path)}")
        for length in (0, 31, 32, len(good) - 32, len(good) - 1):
            path.write_bytes(good[:length])
            expect(nadir_io.seal_problem(path), f"{name}, {length} bytes")
        path.write_bytes(good)


def test_lock_free(path):
    """While a run is open here, another process may open the file for writing."""
    with nadir_io.open_run(path) as run:
        writer = f"import h5py; h5py.File({str(path)!r}, 'r+').close()"
        done = subprocess.run([sys.executable, "-c", writer], capture_output=True, text=True)
        expect(done.returncode == 0, f"a reader stands in the way of a writer: {done.stderr}")
        run.state.load()


def test_refusals(folder, path):
    refused(lambda: nadir_io.open_run(folder / "absent.h5"), "absent.h5", "no such file")
    part = folder / "absent.h5.part-0123abcd"
    shutil.copy(path, part)
    refused(lambda: nadir_io.open_run(folder / "absent.h5"), "no such file", "a run is writing it")
    refused(lambda: nadir_io.open_run(part), "still being written")
    part.unlink()
    cut = folder / "cut.h5"
    cut.write_bytes(path.read_bytes()[:-2000])
    refused(lambda: nadir_io.open_run(cut), "cut.h5", "HDF5")
    refused(lambda: nadir_io.open_run(folder / "small.toml"), "small.toml", "HDF5")
    refused(lambda: nadir_io.open_run(folder / "fields.h5"), "not a result of nadir")
    later = folder / "later.h5"
    shutil.copy(path, later)
    with h5py.File(later, "r+") as file:
        file.attrs["schema_version"] = 2
    refused(lambda: nadir_io.open_run(later), "schema_version is 2")


# -- sweeps ------------------------------------------------------------------------------------------


def test_sweep(folder):
    """Two keys, 2 x 2 runs; those with more layers also run longer."""
    paths = {}
    for layers, iterations in ((3, 2), (5, 4)):
        for weight in (0.0, 10.0):
            settings = [f"network.layers={layers}", f"training.iterations={iterations}",
                        f"kernel.diffusion.penalty.h1={weight}"]  # fmt: skip
            name = f"sweep-{layers}-{weight:g}.h5"
            paths[layers, weight] = small.run("train", folder, name, *settings)
    shutil.copy(paths[3, 0.0], folder / "sweep-3-0.checkpoint-2.h5")
    sweep = nadir_io.open_sweep(folder / "sweep-*.h5", data_units=True)
    keys = {"network.layers", "training.iterations", "kernel.diffusion.penalty.h1", "data.target.0.layer"}
    along = {name for name, c in sweep.coords.items() if c.dims == ("run",)}
    expect(along == keys | {"run", "file", "state_layer"}, f"coordinates along run: {along}")
    equal(sweep["network.layers"], [3, 3, 5, 5], "layers")
    equal(sweep["kernel.diffusion.penalty.h1"], [0.0, 10.0, 0.0, 10.0], "weights, 0 where none is written")
    equal(sweep.run, ["sweep-3-0", "sweep-3-10", "sweep-5-0", "sweep-5-10"], "names")
    for position, path in enumerate(paths.values()):
        check_run_of_sweep(sweep.isel(run=position), path)
    lean = nadir_io.open_sweep(list(paths.values()), states=False)
    expect("state" not in lean and lean.sizes["run"] == 4, "without states")


def check_run_of_sweep(piece, path):
    with nadir_io.open_run(path, data_units=True) as run:
        for name in ("loss", "misfit", "withheld_rms", "withheld_persistence_rms"):
            equal(piece[name], run.attrs[name], f"{path.name}: {name}")
        equal(piece.state, run.state.isel(layer=-1), f"{path.name}: last state")
        equal(piece.state_layer, run.case["network"]["layers"], f"{path.name}: which layer that is")
        equal(piece.diffusion, run.parameters.diffusion, f"{path.name}: diffusion")
        rounds, layers = len(run.history.loss), run.case["network"]["layers"]
        equal(piece.history_loss[:rounds], run.history.loss, f"{path.name}: loss by iteration")
        equal(np.isnan(piece.history_loss), np.arange(5) >= rounds, f"{path.name}: padding")
        equal(piece.advection[:layers], run.parameters.advection, f"{path.name}: U by layer")
        expect(np.isnan(piece.advection[layers:]).all(), f"{path.name}: layers it does not have")


def test_families(folder):
    """Constant and varying, isotropic and full, fixed and trained side by side."""
    full = ["kernel.diffusion_tensor=full", "kernel.diffusion={ init = [0.02, 0.01, 0.03] }"]
    families = {
        "space": [],
        "constant": ["kernel.diffusion=0.02"],
        "full": full,
        "diagonal": ["kernel.diffusion_tensor=diagonal", "kernel.diffusion={ init = [0.04, 0.05] }"],
    }
    paths = [small.run("forward", folder, f"{name}.h5", *settings) for name, settings in families.items()]
    sweep = nadir_io.open_sweep(paths)
    expect(sweep.diffusion.dims == ("run", "diffusion_component", "y", "x"), f"{sweep.diffusion.dims}")
    corner = sweep.diffusion.isel(y=0, x=0)
    isotropic, whole, diagonal = [0.02, 0.0, 0.02], [0.02, 0.01, 0.03], [0.04, 0.0, 0.05]
    equal(corner, [isotropic, isotropic, whole, diagonal], "D as tensors")
    equal(sweep["kernel.diffusion.train"], [True, False, True, True], "a number is a fixed parameter")
    equal(sweep["kernel.diffusion.varies"], ["space", "", "", ""], "what it varies in")
    expect("loss" in sweep and "history_loss" not in sweep, "forward runs have no history")


def test_sweep_refusals(folder):
    first = small.run("forward", folder, "first.h5")
    moved = small.run("forward", folder, "moved.h5", "grid.origin=[10.0, 0.0]")
    refused(lambda: nadir_io.open_sweep([first, moved]), "moved.h5", "coordinates x", "first.h5")
    rows, columns = small.SHAPE
    with h5py.File(folder / "fields.h5", "r+") as file:
        for name in ("before", "after"):
            values = file[name][:, :-1]
            del file[name]
            file[name] = values
    other = small.run("forward", folder, "other.h5", f"grid.shape=[{rows}, {columns - 1}]")
    refused(lambda: nadir_io.open_sweep([first, other]), f"{rows} x {columns - 1}", f"{rows} x {columns}")
    refused(lambda: nadir_io.open_sweep(str(folder / "none-*.h5")), "none-*.h5", "no such files")
    refused(lambda: nadir_io.open_sweep([]), "no files")
