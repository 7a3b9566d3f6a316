"""What a run leaves: the result file as xarray and ParaView see it, its log, its names.

Small cases in 1, 2 and 3 dimensions, with other numbers of points on every axis, whose input is a
known function of the coordinates: a transposed or shifted axis shows at once.
"""

import csv
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import pytest
import xarray as xr

from program import expect, nadir, succeed

ROOT = Path(__file__).resolve().parents[3]
SAMPLES, N, RATE = 2, 4, 2.5
SCALE, OFFSET = 2.0, 10.0
PROVENANCE = {
    "case", "resolved_case", "version", "git_hash", "git_dirty", "libraries", "compiler", "compile_flags",
    "instruction_set", "command_line", "ranks", "host", "start_time", "run_id", "parent_run_id",
}  # fmt: skip
HISTORY = ["loss", "misfit", "gradient_norm", "step_length", "evaluations", "seconds"]


@dataclass
class Example:
    name: str
    axes: str
    shape: tuple
    spacing: tuple
    origin: tuple
    stored: object  # output.layers as in the case
    layers: list  # and as numbers

    def coordinates(self):
        return {a: o + h * np.arange(n) for a, n, h, o in zip(self.axes, self.shape, self.spacing, self.origin)}

    def field(self, place):
        """The raw input, 100 z + 10 y + x in coordinates (plus 1000 per sample)."""
        return sum({"x": 1, "y": 10, "z": 100}[axis] * value for axis, value in place.items())

    def diffusion_names(self):
        return [a + b for k, a in enumerate(self.axes) for b in self.axes[k:]]

    def dims(self):
        """Dimensions of every parameter."""
        components = ["advection_component"] if len(self.axes) > 1 else []
        tensor = ["diffusion_component"] if len(self.axes) > 1 else []
        return {
            "reaction": ["layer"],
            "advection": ["layer", *components, *self.axes],
            "diffusion": tensor,
            "bias": list(self.axes),
            "relaxation": [],
        }

    def write(self, folder):
        """Case and data in a folder of their own: paths in a case are relative to the case."""
        folder.mkdir()
        mesh = dict(zip(self.axes, np.meshgrid(*self.coordinates().values(), indexing="ij")))
        values = self.field(mesh) + 1000.0 * np.arange(SAMPLES).reshape([-1] + [1] * len(self.axes))
        target = values + 5 * np.sin(values)
        target[0].flat[2] = np.nan
        withheld = np.zeros(target.shape, "u1")
        withheld[1].flat[[0, 4]] = 1
        with h5py.File(folder / "fields.h5", "w") as file:
            file["input"], file["target"], file["withheld"] = values, target, withheld
        (folder / f"{self.name}.toml").write_text(self.text())
        return values, target, withheld

    def text(self):
        number = f"scale = {1000 * SCALE}, offset = {OFFSET}"
        return f"""\
title = "{self.name}"
[grid]
shape = {list(self.shape)}
spacing = {list(self.spacing)}
origin = {list(self.origin)}
units = "m"
boundary = {["reflect"] * len(self.shape)}
[network]
layers = {N}
activation = "tanh"
rate = {RATE}
bias = {{ init = 0.1, varies = ["space"], bounds = [-1.0, 1.0] }}
relaxation = 0.75
[kernel]
diffusion_tensor = "full"
reaction = {{ init = -0.1, varies = ["layer"], penalty = {{ l1 = 0.01 }} }}
advection = {{ init = 0.05, varies = ["space", "layer"] }}
diffusion = {{ init = 0.02, train = true }}
[data]
units = "degC"
input = {{ file = "fields.h5", dataset = "input", {number} }}
[[data.target]]
file = "fields.h5"
dataset = "target"
scale = {1000 * SCALE}
offset = {OFFSET}
withhold = {{ file = "fields.h5", dataset = "withheld" }}
[training]
iterations = 6
[output]
layers = {json.dumps(self.stored)}
"""


EXAMPLES = [
    Example("line", "x", (11,), (0.5,), (-1.0,), "ends", [0, 4]),
    Example("plane", "yx", (4, 7), (0.5, 2.0), (-1.0, 10.0), "all", [0, 1, 2, 3, 4]),
    Example("box", "zyx", (3, 4, 7), (3.0, 0.5, 2.0), (5.0, -1.0, 10.0), [0, 2, 3], [0, 2, 3]),
]


def equal(name, found, expected):
    expect(np.shape(found) == np.shape(expected), f"{name}: {np.shape(found)} for {np.shape(expected)}")
    expect(np.array_equal(found, expected), f"{name}: {found}, not {expected}")


def near(name, found, expected, tolerance=1e-12):
    expect(np.shape(found) == np.shape(expected), f"{name}: {np.shape(found)} for {np.shape(expected)}")
    close = np.allclose(found, expected, rtol=tolerance, atol=tolerance, equal_nan=True)
    expect(close, f"{name}: {found}, not {expected}")


def dataset(path, group=None):
    return xr.open_dataset(path, engine="h5netcdf", group=group)


def labels(item):
    return item.dtype.str[1:], tuple(item.dims), item.attrs["units"]


# ---- xarray -----------------------------------------------------------------------------------------


def check_root(example, path, data):
    values, target, withheld = data
    scaled = lambda raw: (raw - OFFSET) / (1000 * SCALE)  # noqa: E731
    axes = tuple(example.axes)
    with dataset(path) as root:
        expect(labels(root.state) == ("f8", ("sample", "layer", *axes), "1"), f"state: {root.state}")
        expect(labels(root.target) == ("f8", ("sample", *axes), "1"), f"target: {root.target}")
        for name in ("observed", "withheld"):
            expect(labels(root[name]) == ("u1", ("sample", *axes), "1"), f"{name}: {root[name]}")
        expect(labels(root.loss_by_layer)[:2] == ("f8", ("sample", "depth")), f"{root.loss_by_layer}")
        equal("sample", root["sample"].values, np.arange(SAMPLES))
        equal("layer", root["layer"].values, example.layers)
        expect(root["layer"].dtype == np.int64, f"layer: {root['layer'].dtype}")
        equal("depth", root["depth"].values, np.arange(N + 1))
        for axis, coordinate in example.coordinates().items():
            equal(axis, root[axis].values, coordinate)
            expect(root[axis].attrs["units"] == "m", f"{axis}: {root[axis].attrs}")
        near("z_0", root.state.sel(layer=0).values, scaled(values))
        near("target", root.target.values, scaled(target))
        equal("observed", root.observed.values, np.isfinite(target) * 1)
        equal("withheld", root.withheld.values, withheld)
        # A point by its place, in two samples.
        for sample in range(SAMPLES):
            place = {axis: values[-2] for axis, values in example.coordinates().items()}
            at = float(root.state.sel(sample=sample, layer=0, **place))
            near("named point", at, scaled(example.field(place) + 1000 * sample))
        check_losses(example, root)


def check_losses(example, root):
    used = (root.observed.values > 0) & (root.withheld.values == 0)
    target = np.where(used, root.target.values, 0)
    axes = tuple(range(2, 2 + len(example.axes)))
    square = np.where(used[:, None], root.state.values - target[:, None], 0) ** 2
    near("loss_by_layer", root.loss_by_layer.sel(depth=root.layer.values).values, square.sum(axis=axes))
    misfit = root.loss_by_layer.isel(depth=-1).values.sum()
    near("misfit", root.attrs["misfit"], misfit)
    expect(root.attrs["loss"] > root.attrs["misfit"], "loss: no penalty in it")
    if N not in root.layer.values:
        return
    error = (root.state.sel(layer=N).values - root.target.values)[root.withheld.values > 0]
    near("withheld_rms", root.attrs["withheld_rms"], 1000 * SCALE * np.sqrt(np.mean(error**2)))
    error = (root.state.sel(layer=0).values - root.target.values)[root.withheld.values > 0]
    near("persistence", root.attrs["withheld_persistence_rms"], 1000 * SCALE * np.sqrt(np.mean(error**2)))


def check_parameters(example, path, group):
    units = {"reaction": "1", "advection": "m", "diffusion": "m^2", "bias": "1", "relaxation": "1"}
    wanted = set(units) - ({"relaxation"} if group == "gradient" else set())
    with dataset(path, group) as parameters:
        expect(set(parameters.data_vars) == wanted, f"/{group}: {list(parameters.data_vars)}")
        for name in wanted:
            item = parameters[name]
            expect(list(item.dims) == example.dims()[name], f"/{group}/{name}: {item.dims}")
            expect(item.dtype == np.float64, f"/{group}/{name}: {item.dtype}")
            if group == "parameters":
                expect(item.attrs["units"] == units[name], f"/{group}/{name}: {item.attrs}")
        equal("layers", parameters["layer"].values, np.arange(N))
        for axis, coordinate in example.coordinates().items():
            equal(axis, parameters[axis].values, coordinate)
        if len(example.axes) > 1:
            equal("components", list(parameters.advection_component.values), list(example.axes))
            equal("components", list(parameters.diffusion_component.values), example.diffusion_names())
        if group == "parameters":
            expect(float(parameters.relaxation) == 0.75, "a fixed parameter changed")


def check_history(path, result):
    with dataset(path, "history") as history:
        numbers = history["iteration"].values
        equal("iteration", numbers, np.arange(len(numbers)))
        for name in HISTORY:
            kind = np.int64 if name == "evaluations" else np.float64
            expect(history[name].dims == ("iteration",) and history[name].dtype == kind, f"{history[name]}")
        expect(history.seconds.attrs["units"] == "s", f"{history.seconds.attrs}")
        expect((np.diff(history.evaluations.values) > 0).all(), f"{history.evaluations.values}")
        loss = history.loss.values
        expect(loss.min() < 0.9 * loss[0], f"no learning: {loss}")
        # Everything in the file is at the best parameters.
        near("loss", result.attrs["loss"], loss.min(), 1e-10)
        best = {name: history[name].values[loss.argmin()] for name in ("misfit",)}
        near("misfit", result.attrs["misfit"], best["misfit"], 1e-10)
        rows = list(csv.DictReader(path.with_suffix(".csv").open()))
        expect(len(rows) == len(numbers), f"{len(rows)} rows in the CSV, {len(numbers)} iterations")
        for name in ["iteration", *HISTORY]:
            equal(f"CSV {name}", [float(row[name]) for row in rows], history[name].values)
        near("penalty", [float(r["penalty"]) + float(r["misfit"]) for r in rows], loss)


def check_labels(path):
    """Every dataset has units and long_name; every axis exactly one scale."""
    wrong = []

    def visit(name, item):
        if not isinstance(item, h5py.Dataset):
            return
        if not {"units", "long_name"} <= set(item.attrs):
            wrong.append(name)
        if not h5py.h5ds.is_scale(item.id) and not all(len(axis) == 1 for axis in item.dims):
            wrong.append(name + " (scales)")

    with h5py.File(path) as file:
        file.visititems(visit)
        groups = set(file) - set(name for name in file if isinstance(file[name], h5py.Dataset))
    expect(not wrong, f"{path}: without labels: {wrong}")
    return groups


def check_provenance(path, example, command):
    with dataset(path, "provenance") as provenance:
        said = provenance.attrs
        expect(PROVENANCE <= set(said), f"missing in /provenance: {PROVENANCE - set(said)}")
        expect(said["case"] == example.text(), f"case text: {said['case']}")
        expect(said["ranks"] == 1 and said["parent_run_id"] == "", f"{said}")
        expect(said["command_line"].startswith(f"nadir {command} "), f"{said['command_line']}")
        return said["run_id"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
@pytest.mark.parametrize("command", ["train", "gradient", "forward"])
def test_command(command, example, folder):
    """Runs a command in `folder`, case and data one below it; checks every group of the result."""
    data = example.write(folder / "given")
    words = [command, f"given/{example.name}.toml", *(["--repeat", "3"] if command == "gradient" else [])]
    succeed(*words, folder=folder)
    path = folder / "results" / f"{example.name}.h5"
    expect(path.is_file(), f"no {path}, the documented default")
    groups = check_labels(path)
    also = {"forward": set(), "gradient": {"gradient", "timing"}, "train": {"history"}}[command]
    expect(groups == {"parameters", "provenance"} | also, f"{command}: groups {groups}")
    check_root(example, path, data)
    check_parameters(example, path, "parameters")
    check_provenance(path, example, command)
    if command == "gradient":
        check_parameters(example, path, "gradient")
        with dataset(path, "timing") as timing:
            equal("repeat", timing["repeat"].values, np.arange(3))
            for item in (timing.forward, timing.gradient):
                expect(labels(item) == ("f8", ("repeat",), "s"), f"{item}")
                expect((item.values > 0).all() and (item.values < 60).all(), f"{item}")
    if command == "train":
        with dataset(path) as root:
            check_history(path, root)
        check_xdmf(example, path)
    check_ranks(words, example, path, folder)


# ---- other readers and rank counts ------------------------------------------------------------------


def check_xdmf(example, path):
    """What ParaView shows at every point is what the file says there, by its coordinates."""
    python = subprocess.run(
        [ROOT / "tools" / "python-with", "vtkmodules.vtkIOXdmf2", "numpy"], capture_output=True, text=True
    )
    expect(python.returncode == 0, f"ParaView's reader is needed (python3-paraview): {python.stderr}")
    reader = Path(__file__).with_name("xdmf_reader.py")
    read = subprocess.run(
        [python.stdout.strip(), reader, path.with_suffix(".xdmf")], capture_output=True, text=True, check=True
    )
    steps = json.loads(read.stdout)
    expect([step["time"] for step in steps] == example.layers, f"times: {[s['time'] for s in steps]}")
    sizes = dict(zip(example.axes, example.shape))
    for step in steps:
        expect(step["dimensions"] == [sizes.get(axis, 1) for axis in "xyz"], f"{step['dimensions']}")
        expect(not read.stderr, read.stderr)
        places = [dict(zip("xyz", point)) for point in step["points"]]
        by_axis = {axis: [place[axis] for place in places] for axis in example.axes}
        for axis, coordinate in example.coordinates().items():
            near(f"{axis} in the viewer", np.unique(by_axis[axis]), coordinate)
        points = {axis: xr.DataArray(by_axis[axis], dims="point") for axis in example.axes}
        for name, field in expected_fields(path, int(step["time"])):
            shown = step["fields"].pop(name, None)
            expect(shown is not None, f"{name} is not shown at step {step['time']}")
            near(f"{name} at step {step['time']}", shown, field.sel(points, method="nearest").values)
        expect(not step["fields"], f"also shown: {list(step['fields'])}")


def expected_fields(path, layer):
    """Names in the viewer and the data behind them, at the step of one layer."""
    with dataset(path) as root, dataset(path, "parameters") as parameters:
        for sample in range(SAMPLES):
            yield f"state {sample}", root.state.sel(sample=sample, layer=layer)
            for name in ("target", "observed", "withheld"):
                yield f"{name} {sample}", root[name].sel(sample=sample)
        yield "bias", parameters.bias
        made_by = parameters.advection.sel(layer=max(layer - 1, 0))
        if "advection_component" not in made_by.dims:
            yield "advection", made_by
        else:
            for axis in made_by.advection_component.values:
                yield f"advection {axis}", made_by.sel(advection_component=axis)


def numbers_of(path, skip=("provenance", "timing")):
    with h5py.File(path) as file:
        found = {f"attribute {name}": file.attrs[name] for name in file.attrs}
        file.visititems(
            lambda name, item: found.update({name: item[()]})
            if isinstance(item, h5py.Dataset) and not name.startswith(skip)
            else None
        )
        return found


def same_numbers(left, right, exact, what):
    """States bit by bit where `exact` says so; sums may be rounded in another order."""
    expect(left.keys() == right.keys(), f"{what}: {left.keys() ^ right.keys()}")
    for name, value in left.items():
        other = right[name]
        if name in ("history/seconds",):
            continue
        real = np.asarray(value).dtype.kind == "f"
        if not real or name in exact:
            expect(np.array_equal(value, other, equal_nan=real), f"{what}: {name}")
        else:
            near(f"{what}: {name}", other, value, 1e-8 if exact == () else 1e-12)


def check_ranks(words, example, path, folder):
    trained = words[0] == "train"
    for ranks in (3,) if words[0] == "forward" else (2, 3):
        other = folder / f"ranks-{ranks}.h5"
        succeed(*words, "--output", other, "--quiet", folder=folder, ranks=ranks)
        exact = () if trained else ("state", "target", "loss_by_layer")
        same_numbers(numbers_of(path), numbers_of(other), exact, f"{example.name} {words[0]} on {ranks} ranks")
        with h5py.File(other) as file:
            expect(file["provenance"].attrs["ranks"] == ranks, "ranks in /provenance")


# ---- names, options, repetition ---------------------------------------------------------------------


def test_repetition(folder):
    """The resolved case is a case, and repeats the run from anywhere."""
    example = EXAMPLES[1]
    example.write(folder / "given")
    for command in ("gradient", "train"):
        first, again = folder / f"{command}.h5", folder / "elsewhere" / f"{command}-again.h5"
        override = ("--set", "training.iterations=4", "--set", "kernel.reaction=-0.05")
        succeed(command, f"given/{example.name}.toml", *override, "--output", first, folder=folder)
        with h5py.File(first) as file:
            resolved = file["provenance"].attrs["resolved_case"]
        (folder / "elsewhere").mkdir(exist_ok=True)
        (folder / "elsewhere" / "resolved.toml").write_text(resolved)
        succeed(command, "resolved.toml", "--output", again, folder=folder / "elsewhere")
        left, right = numbers_of(first), numbers_of(again)
        same_numbers(left, right, set(left), f"resolved case of {command}")
        with h5py.File(again) as file:
            renamed = file["provenance"].attrs["resolved_case"].replace(str(again), str(first))
            expect(renamed == resolved, "the resolved case resolves to another one")
        expect(float(left["parameters/reaction"]) == -0.05, "--set had no effect")
        expect("gradient/reaction" not in left, "a number is a fixed parameter")
        expect("history/iteration" not in left or len(left["history/iteration"]) <= 5, "--set iterations")


def test_ended(folder):
    """Why a training ended stands in its result: for pictures, and for whoever reads it next year."""
    example = EXAMPLES[0]
    example.write(folder / "given")
    for words, converged, start in (
        (["training.iterations=3", "training.gradient_tolerance=0"], 0, "stopped after all 3 iterations"),
        (["training.iterations=60", "training.gradient_tolerance=0.9"], 1, "converged"),
    ):
        path = folder / f"ended-{converged}.h5"
        settings = [word for setting in words for word in ("--set", setting)]
        succeed("train", f"given/{example.name}.toml", *settings, "--output", path, folder=folder)
        with h5py.File(path) as file:
            found = file["history"].attrs["converged"], file["history"].attrs["ended"]
        expect(found[0] == converged and found[1].startswith(start), f"{words}: {found}")
    with h5py.File(path, "r") as file:
        expect(len(file["history/iteration"]) < 60, "converged after all iterations")


def test_kept(folder):
    """A result of another case is kept under a number, one of the same case replaced."""
    example = EXAMPLES[0]
    example.write(folder / "given")

    def run(*words):
        succeed("forward", f"given/{example.name}.toml", "--output", "out/r.h5", *words, folder=folder)
        with h5py.File(folder / "out" / "r.h5") as file:
            return file["provenance"].attrs["run_id"]

    def present():
        return {path.name: h5py.File(path).attrs["title"] for path in (folder / "out").glob("*.h5")}

    first, second = run(), run()
    expect(first != second, "two runs, one run id")
    expect(present() == {"r.h5": example.name}, f"the same case again: {present()}")
    run("--set", "title=second")
    expect(present() == {"r.h5": "second", "r.1.h5": example.name}, f"another case: {present()}")
    with h5py.File(folder / "out" / "r.1.h5") as file:
        expect(file["provenance"].attrs["run_id"] == second, "not the last result was kept")
    run("--set", "title=third")
    expect(present() == {"r.h5": "third", "r.1.h5": example.name, "r.2.h5": "second"}, f"a third case: {present()}")
    left = {path.name for path in (folder / "out").iterdir()}
    both = {f"r{k}.{kind}" for k in ("", ".1", ".2") for kind in ("h5", "xdmf")}
    expect(left == both, f"also left: {left}")
    expect("r.2.h5:/state" in (folder / "out" / "r.2.xdmf").read_text(), "the kept XDMF names another result")


def test_names(folder):
    """ParaView reads results of any name, also those that are kept."""
    example = EXAMPLES[0]
    example.write(folder / "given")
    for name in ("a:b:c", "ä€", " x & <y>", "ä:ä", "q\"'"):
        for title in ("first", "second"):
            words = ["--set", f"title={title}", "--output", f"{name}.h5"]
            succeed("forward", f"given/{example.name}.toml", *words, folder=folder)
        for path in (folder / f"{name}.h5", folder / f"{name}.1.h5"):
            check_xdmf(example, path)
        text = (folder / f"{name}.1.xdmf").read_text()
        expect(text.count(".1.h5:/") == text.count(".h5:/") > 0, f"{name}.1.xdmf does not name the kept file only")


def test_options(folder):
    """--output and the case's output.file go from the working directory; --quiet says nothing."""
    example = EXAMPLES[2]
    example.write(folder / "given")
    case = f"given/{example.name}.toml"
    run = succeed("forward", case, "--set", "output.file=here/named.h5", folder=folder)
    expect("wrote here/named.h5" in run.out and (folder / "here/named.h5").is_file(), f"{run}")
    run = succeed("train", case, "--output", "stronger.h5", "--set", 'output.file="weaker.h5"', "--quiet", folder=folder)
    expect(run.out == "" and run.err == "", f"--quiet: {run}")
    expect((folder / "stronger.h5").is_file() and not (folder / "weaker.h5").exists(), "--output is not the stronger")
    run = succeed("train", case, "--output", "v.h5", "--verbose", folder=folder)
    expect("resolved case:" in run.out and "[network]" in run.out, f"--verbose: {run}")
    # A path given by --set goes from the working directory, too.
    run = nadir("forward", case, "--set", 'data.input.file="fields.h5"', folder=folder)
    expect(run.code == 2 and "--set data.input.file: no such file: fields.h5" in run.err, f"{run}")
    succeed("forward", case, "--set", 'data.input.file="given/fields.h5"', folder=folder)
    # Arrays are indexed; a number becomes a parameter when a key below it is set.
    words = ["--set", "data.target.0.layer=2", "--set", "network.relaxation.train=true", "--set", "network.activation=sin"]
    succeed("gradient", case, *words, "--output", "s.h5", folder=folder)
    with h5py.File(folder / "s.h5") as file:
        resolved = file["provenance"].attrs["resolved_case"]
        expect("gradient/relaxation" in file and file["gradient/relaxation"].shape == (), "--set train=true")
        expect('activation = "sin"' in resolved and "layer = 2" in resolved, f"--set: {resolved}")
        near("misfit at layer 2", file.attrs["misfit"], file["loss_by_layer"][:, 2].sum())
