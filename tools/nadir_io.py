"""Results and checkpoints of nadir as labelled arrays; needs h5py and xarray, nothing else.

    import nadir_io

    with nadir_io.open_run("results/my.h5", data_units=True) as run:
        prediction = run.state.isel(sample=0, layer=-1).load()

    sweep = nadir_io.open_sweep("results/sweep-*.h5")
    sweep.withheld_rms.swap_dims(run="kernel.diffusion.init").plot()

Files are opened read-only and without HDF5's file locks, so a reader never stands in a writer's
way. An open run keeps reading the file it opened, even when a newer one takes its name meanwhile.
"""

import functools
import glob
from pathlib import Path

import h5py
import numpy as np
import xarray as xr
from xarray.backends import BackendArray
from xarray.core.indexing import IndexingSupport, LazilyIndexedArray, explicit_indexing_adapter

SCHEMA = 1
AXES = ("z", "y", "x")
UNFINISHED = ".part-"  # in the name of a file that is still being written
SEAL = np.uint64(0x316C616573646E21)  # "!ndseal1"
SCORES = ("loss", "misfit", "withheld_rms", "withheld_persistence_rms", "withheld_interpolation_rms")
HOUSEKEEPING = {"CLASS", "NAME", "REFERENCE_LIST", "DIMENSION_LIST", "_Encoding"}
ORDER = ("run", "sample", "layer", "iteration", "advection_component", "diffusion_component", *AXES)


class ReadError(ValueError):
    """What is wrong with a file, in words for the person who named it."""


def open_file(path):
    """The h5py file of a result or checkpoint; ReadError when `path` is none."""
    path = Path(path)
    if UNFINISHED in path.name:
        raise ReadError(f"{path}: still being written; it gets its own name when it is complete")
    try:
        file = h5py.File(path, "r", locking=False)
    except FileNotFoundError as error:
        raise ReadError(f"{path}: no such file{_writers_of(path)}") from error
    except OSError as error:
        raise ReadError(f"{path}: cannot be read as HDF5: {error}") from error
    version = file.attrs.get("schema_version")
    if version == SCHEMA and "parameters" in file:
        return file
    file.close()
    if version is None or version == SCHEMA:
        raise ReadError(f"{path}: not a result of nadir (no schema_version or no /parameters)")
    raise ReadError(f"{path}: schema_version is {version}, this reader knows {SCHEMA}")


def seal_problem(path):
    """Why a result or checkpoint is not as nadir wrote it, in words; None when it is.

    Reads all of it. Results of versions before have no seal, and programs that change a file drop it.
    """
    size = Path(path).stat().st_size - 32
    if size < 0:
        return "is too short"
    with open(path, "rb") as file:
        file.seek(size)
        begin, length, checksum, end = np.frombuffer(file.read(32), dtype="<u8")
        if begin != SEAL or end != ~SEAL or length != size:
            return "has no seal: it is incomplete, was changed, or is of an older version"
        file.seek(0)
        found, place = np.zeros(1, dtype="<u8"), 0
        while block := file.read(min(8 << 20, max(0, size - 8 * place))):
            words = np.frombuffer(block + b"\0" * (-len(block) % 8), dtype="<u8")
            places = np.arange(place, place + len(words), dtype="<u8")
            found += _mixed(words + places * np.uint64(0x9E3779B97F4A7C15)).sum(dtype="<u8")
            place += len(words)
    return None if found[0] == checksum else "is damaged: its checksum is not that of its contents"


def _mixed(x):
    """splitmix64's finaliser, modulo 2^64 as arrays of numpy are."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def open_run(path, data_units=False):
    """The result or checkpoint at `path`; with `data_units` its states and targets are raw data."""
    return Run(path, data_units)


def open_sweep(paths, data_units=False, states=True):
    """Several results as one dataset over `run`, all of it in memory; the files are closed again.

    `paths` is a list, or a pattern such as "results/sweep-*.h5" (checkpoints are left out). The
    keys in which the cases differ are coordinates along `run`, named as `--set` names them.
    `state` is the last stored state of each run (`state_layer` says which layer), left out with
    `states=False`; `history_loss` and so on end in NaN where a run was shorter than the longest.
    A parameter that varies less in one run than in another is repeated over what it lacks.
    """
    paths = _found(paths)
    grids, pieces, cases = [], [], []
    for path in paths:
        with open_run(path, data_units) as run:
            grids.append(run.coordinates)
            _check_same_grid(paths[0], grids[0], path, run.coordinates)
            pieces.append(_piece(run, states))
            cases.append(run.case)
    sweep = _join(pieces).assign_coords(run=_names(paths), file=("run", [str(p) for p in paths]))
    return sweep.assign_coords({k: ("run", v) for k, v in _differing_keys(cases).items()})


class Run:
    """One result or checkpoint. Arrays are read when they are used, so use them before `close`.

    What the file lacks is None (arrays) or an empty dataset (groups).
    """

    def __init__(self, path, data_units=False):
        self.path = Path(path)
        self._file = open_file(path)
        self.attrs = _attributes(self._file)
        self._data_units = data_units

    def close(self):
        self._file.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __repr__(self):
        return f"<nadir run {str(self.path)!r}: {', '.join(self._file) if self._file else 'closed'}>"

    @functools.cached_property
    def coordinates(self):
        """The grid's axes in C order, slowest first."""
        return {a: self._array("", a).load() for a in AXES if a in self._file}

    @property
    def state(self):
        """Stored states [sample, layer, grid axes]; layer 0 is the input."""
        return self._array("", "state", **self._conversion())

    @property
    def target(self):
        """The last target [sample, grid axes], NaN where it was not observed."""
        return self._array("", "target", **self._conversion())

    @property
    def observed(self):
        """Where the target was observed, withheld points included."""
        return self._array("", "observed", dtype=bool)

    @property
    def withheld(self):
        """Where it was observed and kept out of the loss."""
        return self._array("", "withheld", dtype=bool)

    @property
    def loss_by_layer(self):
        """Squared distance of every layer's state to the last target [sample, depth]."""
        return self._array("", "loss_by_layer")

    @property
    def parameters(self):
        """R, U, D, b and omega: moments of the kernel, per layer."""
        return self._group("parameters")

    @property
    def rates(self):
        """The physical rates gamma R, gamma U, gamma D and gamma b, per unit of time."""
        known = {k: p for k, p in self.parameters.items() if "physical_factor" in p.attrs}
        return xr.Dataset({name: _rate(parameter) for name, parameter in known.items()})

    @property
    def gradient(self):
        """Derivative of the loss by every trained parameter."""
        return self._group("gradient")

    @property
    def history(self):
        """Loss, misfit, gradient norm and so on by iteration."""
        return self._group("history")

    @property
    def timing(self):
        """Seconds of repeated evaluations."""
        return self._group("timing")

    @property
    def attractor(self):
        """Fixed points of the layers, their basins and eigenvalues; after `nadir attractor`."""
        return self._group("attractor")

    @property
    def relaxation(self):
        """How the inputs relax to them, by depth."""
        return self._group("relaxation")

    @functools.cached_property
    def provenance(self):
        """Versions, command line, ranks, host, start time, run id, the case as it was read."""
        return _attributes(self._file["provenance"]) if "provenance" in self._file else {}

    @functools.cached_property
    def case(self):
        """The resolved case, every default filled in, as nested dicts."""
        import tomllib  # Python 3.11; everything else works with older ones

        return tomllib.loads(self.provenance.get("resolved_case", ""))

    def _conversion(self):
        if not self._data_units:
            return {}
        get = self.attrs.get
        return dict(scale=get("data_scale", 1.0), offset=get("data_offset", 0.0), units=get("data_units", "1"))

    def _group(self, group):
        stored = self._file.get(group, {})
        arrays = [name for name in stored if not _is_scale(stored[name])]
        return xr.Dataset({name: self._array(group, name) for name in arrays})

    def _array(self, group, name, units=None, **conversion):
        """The dataset as a lazy array with its coordinates; None when the file lacks it."""
        path = f"{group}/{name}"
        if path not in self._file:
            return None
        dataset = self._file[path]
        dims = [name] if _is_scale(dataset) else [_dimension(d) for d in dataset.dims]
        attrs = _attributes(dataset)
        if units is not None:
            attrs["units"] = units
        data = LazilyIndexedArray(_Stored(self._file, path, **conversion))
        coords = {} if dims == [name] else {d: self._array(group, d).load() for d in dims}
        variable = xr.Variable(dims, data, attrs)
        return xr.Dataset({name: variable}, coords)[name]  # a DataArray made from it would read it


class _Stored(BackendArray):
    """A dataset of an open file that reads only what is asked for: values * scale + offset."""

    def __init__(self, file, path, dtype=None, scale=1.0, offset=0.0):
        dataset = file[path]
        self.file, self.path, self.scale, self.offset = file, path, scale, offset
        self.texts = dataset.dtype.kind in "SO"
        self.shape = dataset.shape
        self.dtype = np.dtype(f"U{_longest(dataset)}" if self.texts else dtype or dataset.dtype)

    def __getitem__(self, key):
        return explicit_indexing_adapter(key, self.shape, IndexingSupport.OUTER_1VECTOR, self._read)

    def _read(self, key):
        if not self.file:
            raise ReadError(f"{self.path}: its file was closed before this was read; load() it before")
        dataset = self.file[self.path]
        values = np.asarray((dataset.asstr() if self.texts else dataset)[key], dtype=self.dtype)
        if self.scale == 1.0 and self.offset == 0.0:
            return values
        return values * self.scale + self.offset


def _writers_of(path):
    """A hint for a result that is not there yet."""
    if any(path.parent.glob(glob.escape(path.name) + UNFINISHED + "*")):
        return "; a run is writing it, and gives it this name when it is complete"
    return ""


def _longest(texts):
    """Characters of the longest text; those of results are few."""
    return max((len(text) for text in texts.asstr()[()].flat), default=1)


def _is_scale(dataset):
    return h5py.h5ds.is_scale(dataset.id)


def _dimension(dimension):
    return dimension[0].name.rsplit("/", 1)[-1]


def _attributes(thing):
    """The attributes a reader cares about, numbers as numbers of Python."""
    plain = {k: v for k, v in thing.attrs.items() if k not in HOUSEKEEPING and not k.startswith("_N")}
    return {k: v.item() if isinstance(v, np.generic) else v for k, v in plain.items()}


def _rate(parameter):
    rate = parameter * parameter.attrs["physical_factor"]
    units, name = parameter.attrs["units"], parameter.attrs["long_name"]
    return rate.assign_attrs(units=f"{units} per unit of time", long_name=f"rate of {name}")


# -- sweeps ------------------------------------------------------------------------------------------


def _found(paths):
    if not isinstance(paths, (str, Path)):
        found = [Path(p) for p in paths]
        if not found:
            raise ReadError("a sweep of no files")
        return found
    pattern = str(paths)
    found = [Path(p) for p in sorted(glob.glob(pattern)) if UNFINISHED not in Path(p).name]
    if ".checkpoint-" not in pattern:
        found = [p for p in found if ".checkpoint-" not in p.name]
    if not found:
        raise ReadError(f"{pattern}: no such files")
    return found


def _names(paths):
    """Short names of the runs that tell them apart."""
    stems = [p.stem for p in paths]
    return stems if len(set(stems)) == len(stems) else [str(p) for p in paths]


def _check_same_grid(first_path, first, path, grid):
    shapes = [" x ".join(str(c.size) for c in g.values()) for g in (first, grid)]
    if shapes[0] != shapes[1]:
        raise ReadError(f"{path}: its grid is {shapes[1]}, that of {first_path} is {shapes[0]}")
    for axis in first:
        if not np.array_equal(first[axis], grid[axis]):
            raise ReadError(f"{path}: its coordinates {axis} are not those of {first_path}")


def _piece(run, states):
    """What a sweep keeps of a run."""
    piece = run.parameters.load()
    for name, values in run.history.load().items():
        piece[f"history_{name}"] = values
    for name in SCORES:
        if name in run.attrs:
            piece[name] = xr.DataArray(run.attrs[name], attrs=dict(units=_units_of_score(run, name)))
    if states and run.state is not None:
        last = run.state.isel(layer=-1)
        piece["state"] = last.drop_vars("layer").load()
        piece["state_layer"] = int(last.layer)
    shown = ("title", "data_units", "data_scale", "data_offset")
    return piece.assign_attrs({k: run.attrs[k] for k in shown if k in run.attrs})


def _units_of_score(run, name):
    return run.attrs.get("data_units", "1") if name.startswith("withheld") else "1"


def _join(pieces):
    components = max((p["diffusion_component"].values.tolist() for p in pieces
                      if "diffusion_component" in p.dims), key=len, default=[])  # fmt: skip
    names = list(dict.fromkeys(name for piece in pieces for name in piece.data_vars))
    complete = []
    for piece in pieces:
        if components:
            whole = _tensor(piece.diffusion, components)
            piece = piece.drop_dims("diffusion_component", errors="ignore").assign(diffusion=whole)
        lacking = {name: np.nan for name in names if name not in piece}
        complete.append(piece.assign(lacking)[names])
    sweep = xr.concat(complete, dim="run", join="outer", combine_attrs="drop_conflicts")
    if "state_layer" in sweep:
        sweep = sweep.set_coords("state_layer")
    return sweep.transpose(*(d for d in ORDER if d in sweep.dims))


def _tensor(diffusion, components):
    """D with all components: an isotropic one on the diagonal; what a diagonal one lacks is 0."""
    scale = dict(diffusion_component=components)
    if "diffusion_component" in diffusion.dims:
        return diffusion.reindex(scale, fill_value=0.0)
    diagonal = xr.DataArray([float(c[0] == c[1]) for c in components], scale, ["diffusion_component"])
    return (diagonal * diffusion).assign_attrs(diffusion.attrs)


def _differing_keys(cases):
    """{key: value of every case} of the keys not equal in all; where results go is no key."""
    flat = [dict(_flatten(case)) for case in cases]
    keys = set().union(*flat)
    for case in flat:  # a number where another case has a table is short for its init, fixed
        for key in [k for k in case if f"{k}.init" in keys]:
            case.update({f"{key}.init": case.pop(key), f"{key}.train": False, f"{key}.varies": ""})
    fullest_first = sorted(flat, key=len, reverse=True)  # its keys stand in the order of a case
    keys = dict.fromkeys(key for case in fullest_first for key in case)
    columns = {key: _filled(key, flat) for key in keys if not key.startswith("output.")}
    return {k: _column(v) for k, v in columns.items() if any(value != v[0] for value in v)}


def _filled(key, cases):
    """The values of a key. A resolved case says nothing of penalties when all their weights are 0."""
    values = [case.get(key) for case in cases]
    if ".penalty." not in key:
        return values
    weight = key.rsplit(".", 1)[-1] in ("l2", "h1", "tv", "l1")
    unsaid = 0.0 if weight else next(v for v in values if v is not None)
    return [unsaid if v is None else v for v in values]


def _flatten(table, prefix=""):
    for key, value in table.items():
        if isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
            value = {str(i): item for i, item in enumerate(value)}
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield prefix + key, _leaf(value)


def _leaf(value):
    """A list of one number is that number; other lists are text."""
    if not isinstance(value, list):
        return value
    if len(value) == 1 and isinstance(value[0], (int, float)):
        return value[0]
    return ", ".join(str(v) for v in value)


def _column(values):
    """One array of all runs' values of a key; NaN or "" where a case lacks it."""
    kinds = {type(v) for v in values}
    if kinds in ({bool}, {int}):
        return np.array(values)
    if kinds <= {int, float, type(None)}:
        return np.array([np.nan if v is None else v for v in values], dtype=float)
    return np.array(["" if v is None else str(v) for v in values])
