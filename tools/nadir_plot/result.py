"""A result file of nadir, in the data's own units where the file names them.

What is small is in memory; of large fields only what a picture shows is read (lazy.py), so the file stays open.
"""

import functools
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np

import lazy
import parameter
from lazy import combined
from parameter import as_text

AXES = {1: ["x"], 2: ["y", "x"], 3: ["z", "y", "x"]}
PIXELS = ("pixel", "pixels", "px")


@dataclass
class Wishes:
    """How the grid is to be shown."""

    slices: list = field(default_factory=list)  # of three dimensions: (axis, index); the middle ones if empty
    stride: int = 0  # every how many points are drawn; 0: as many as a picture has room for
    origin: str = "auto"  # where the first row lies: "lower", "upper"; "auto": upper for pixels


class Result:
    """What a result file holds; everything optional is None or empty when the file lacks it."""

    def __init__(self, path, wishes=None):
        self.path, self.wishes = Path(path), wishes or Wishes()
        file = self.file = h5py.File(path, "r", locking=False)
        if "state" not in file and "parameters" not in file:
            raise ValueError("not a result of nadir (no /state, no /parameters)")
        self._read_case(file)
        self._read_attributes(file)
        self._read_grid(file)
        self._find_fields(file)
        self.parameters = parameter.read_all(file.get("parameters", {}), self)
        self.attractor = _arrays(file.get("attractor", {}), large=("state", "green"))
        self.relaxation = _arrays(file.get("relaxation", {}))
        history = file.get("history", {})
        self.history = {k: history[k][()] for k in history if history[k].ndim == 1}
        self._read_ending(file)

    def _read_case(self, file):
        """The resolved case (nothing in files without one) and the number of layers, None if unknown
        or as many as it takes to an attractor."""
        provenance = file["provenance"].attrs if "provenance" in file else {}
        self.run_id = as_text(provenance.get("run_id", ""))
        self.case = tomllib.loads(as_text(provenance.get("resolved_case", "")))
        layers = self.case.get("network", {}).get("layers")
        self.to_attractor = layers == "attractor"
        if self.to_attractor:
            self.n = None
            return
        counts = [layers]
        counts += [len(file[name]) for name in ("parameters/layer",) if name in file]
        counts += [len(file[name]) - 1 for name in ("depth",) if name in file]
        self.n = next((count for count in counts if count), None)

    def _case_of(self, name):
        return self.case.get("network" if name in ("relaxation", "bias") else "kernel", {}).get(name)

    def trained(self, name):
        """Whether the case trains a parameter; None when the file does not say."""
        value = self._case_of(name)
        if isinstance(value, dict):
            return value.get("train", True)
        return None if value is None else False

    def initial(self, name, component):
        """The number a trained parameter began with; None where it was no number, or is not known."""
        value = self._case_of(name)
        if not isinstance(value, dict) or not value.get("train", True):
            return None
        value = value.get("init")
        if isinstance(value, list) and value:
            value = value[component] if len(value) > component else value[0]
        return float(value) if isinstance(value, (int, float)) else None

    def _read_attributes(self, file):
        self.attributes = {k: v for k, v in file.attrs.items() if k != "_NCProperties"}
        number = lambda name, default: float(self.attributes.get(name, default))  # noqa: E731
        self.scale, self.offset = number("data_scale", 1), number("data_offset", 0)
        self.units = as_text(self.attributes.get("data_units", "1"))
        self.title = as_text(self.attributes.get("title", "")) or self.path.stem

    def _read_ending(self, file):
        """Why the training ended, where it did not converge; "" where it did, or nothing is known."""
        attributes = file["history"].attrs if "history" in file else {}
        self.ended = as_text(attributes.get("ended", ""))
        self.converged = bool(attributes.get("converged", 1))
        if "optimizer" in file and self.history:
            self.converged, last = False, self.history.get("iteration", [0])[-1]
            self.ended = f"a checkpoint, after {last} iterations"

    def heading(self, more=""):
        """The title of a figure as it is drawn, and that the training did not converge."""
        import style  # not needed by those who only read

        return style.literal(self.title) + more + ("" if self.converged else " — not converged")

    def sample_note(self, sample):
        """Which of several samples is drawn."""
        count = self.samples
        return f" — sample {sample} of 0…{count - 1}" if count > 1 else ""

    def _read_grid(self, file):
        self.dimension = (
            file["state"].ndim - 2 if "state" in file else sum(a in file for a in "xyz")
        )
        self.axes = AXES[self.dimension]
        self.coordinates = []
        for position, axis in enumerate(self.axes):
            size = file["state"].shape[2 + position] if "state" in file else len(file[axis])
            self.coordinates.append(
                file[axis][()] if axis in file else np.arange(size, dtype=float)
            )
        units = as_text(file["x"].attrs.get("units", "1")) if "x" in file else "1"
        self.grid_units = "degree" if units == "degrees_east" else units
        self.shape = tuple(len(c) for c in self.coordinates)

    @property
    def upside_down(self):
        """Whether the first row is drawn at the top, as those of images are."""
        wish = self.wishes.origin
        return self.grid_units in PIXELS if wish == "auto" else wish == "upper"

    def _find_fields(self, file):
        optional = file.get  # datasets [sample, (stored layer,) grid axes]
        self.state, self.target = optional("state"), optional("target")
        self._observed, self._withheld = optional("observed"), optional("withheld")
        self.loss_by_layer = file["loss_by_layer"][()] if "loss_by_layer" in file else None
        stored = 0 if self.state is None else self.state.shape[1]
        self.layers = [int(l) for l in (file["layer"] if "layer" in file else range(stored))]
        self.samples = next((len(d) for d in (self.state, self.target) if d is not None), 0)

    # -- the fields of one sample, in the data's units -------------------------------------------

    def raw(self, z):
        return combined(lambda values: values * self.scale + self.offset, z)

    def input(self, sample):
        return self.stored_state(sample, self.layers.index(0)) if 0 in self.layers else None

    def output(self, sample, layer=None):
        """The stored state of `layer` (default: the last one stored)."""
        position = len(self.layers) - 1 if layer is None else self.layers.index(layer)
        return self.stored_state(sample, position)

    def stored_state(self, sample, position):
        return self.raw(lazy.stored(self.state, (sample, position)))

    def target_of(self, sample):
        """Target with NaN where it was neither trained on nor withheld; None without a target."""
        if self.target is None:
            return None
        goal = self.raw(lazy.stored(self.target, (sample,)))
        known = lambda y, used, withheld: np.where(used | withheld, y, np.nan)  # noqa: E731
        return combined(known, goal, self.observed(sample), self.withheld(sample))

    def _mask(self, dataset, sample, default):
        """A mask of a sample where its target is known."""
        target = lazy.stored(self.target, (sample,))
        if dataset is None:
            return combined(lambda y: np.isfinite(y) & default, target)
        return combined(lambda y, mask: np.isfinite(y) & (mask != 0), target, lazy.stored(dataset, (sample,)))

    def withheld(self, sample):
        """Where the target was observed and kept out of the training."""
        return self._mask(self._withheld, sample, False)

    def observed(self, sample):
        """Where the training saw the target."""
        known = self._mask(self._observed, sample, True)
        return combined(lambda used, out: used & ~out, known, self.withheld(sample))

    @functools.cached_property
    def any_withheld(self):
        return self.target is not None and any(lazy.count(self.withheld(s)) for s in range(self.samples))

    @functools.cached_property
    def points_trained(self):
        """How many points of each sample the training saw, at least 1."""
        return np.array([max(lazy.count(self.observed(s)), 1) for s in range(self.samples)])

    def unobserved(self, sample=None):
        """Grid points without a target in this sample (default: in any); None when there are none."""
        if self.target is None:
            return None
        if sample is None:
            return self._never
        never = combined(lambda used, out: ~(used | out), self.observed(sample), self.withheld(sample))
        return never if lazy.count(never) else None

    @functools.cached_property
    def _never(self):
        known = self.observed(0)
        for sample in range(self.samples):
            known = combined(np.logical_or, known, combined(np.logical_or, self.observed(sample), self.withheld(sample)))
        never = combined(np.logical_not, known)
        return never if lazy.count(never) else None

    def land(self):
        """Grid points never observed whose input is filled from neighbours: nothing is known there.

        A filling leaves steps: nearly every point there has its neighbour's input exactly, in all
        samples, and the points observed do not. A gap in the target alone does not look like this.
        """
        return self._land

    @functools.cached_property
    def _land(self):
        never = self.unobserved()
        if never is None or self.state is None or 0 not in self.layers:
            return None
        flat, count = np.zeros(2), np.zeros(2)  # of points observed, and never observed
        for rows, same in self._repeats():
            band = np.asarray(never[(slice(*rows),) + (slice(None),) * (self.dimension - 1)])
            for kind, where in enumerate((~band, band)):
                flat[kind] += np.count_nonzero(same[where])
                count[kind] += np.count_nonzero(where)
        if not count.all():
            return None
        return never if flat[1] > 0.95 * count[1] and flat[0] < 0.5 * count[0] else None

    def _repeats(self):
        """(rows, where the input equals a neighbour's in every sample), band by band."""
        position, rest = self.layers.index(0), (slice(None),) * (self.dimension - 1)
        for first, end in lazy.row_bands((self.shape[0], int(np.prod(self.shape[1:])) * self.samples)):
            low, high = max(first - 1, 0), min(end + 1, self.shape[0])  # with the neighbours' rows
            same = repeats(self.state[(slice(None), position, slice(low, high), *rest)])
            yield (first, end), same[first - low : len(same) - (high - end)]

    def gap(self, sample=None):
        """Grid points without a target where the state is known all the same.

        None without any, and where targets are so few that they are the exception.
        """
        never, land = self.unobserved(sample), self.land()
        if never is not None and land is not None:
            never = combined(lambda a, b: a & ~b, never, land)
        return never if never is not None and 0 < lazy.share(never) < 0.75 else None

    def visible(self, field):
        """A field [grid axes] with NaN on land."""
        land = self.land()
        return field if land is None else combined(lambda l, f: np.where(l, np.nan, f), land, field)


def _arrays(group, large=()):
    """The datasets of a group by name, those called `large` not read."""
    return {name: dataset if name in large else dataset[()] for name, dataset in group.items()}


def repeats(fields):
    """Where fields [sample, grid axes] equal a neighbour's values in every sample."""
    found = np.zeros(fields.shape[1:], dtype=bool)
    for axis in range(found.ndim):
        same = (np.diff(fields, axis=axis + 1) == 0).all(axis=0)
        for ends in ((0, 1), (1, 0)):
            found |= np.pad(same, [ends if a == axis else (0, 0) for a in range(found.ndim)])
    return found
