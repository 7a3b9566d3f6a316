"""Timed results, and the series of strong and weak scaling they belong to."""

import math
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import h5py
import numpy as np

from decomposition import process_grid

SWEEPS = ("forward", "gradient")
COEFFICIENTS = ("reaction", "advection", "diffusion", "bias", "relaxation")


class ReadError(ValueError):
    """What is wrong with a file, in words for the person who named it."""


@dataclass(frozen=True)
class Work:
    """What a case asks for whatever its grid: two runs with the same are of one series."""

    title: str
    periodic: tuple  # by axis
    layers: int
    samples: int
    varying: int  # coefficient fields that vary in space, those of every layer counted
    rest: str  # the rest of the resolved case
    targets: tuple = ()  # layers

    def __str__(self):
        return self.title or "untitled"

    def passes(self, together):
        """Passes of so many layers at most, none of which goes beyond a target."""
        ends = sorted({0, self.layers, *self.targets})
        return sum(-(-(b - a) // together) for a, b in zip(ends, ends[1:]))


@dataclass(frozen=True)
class Timed:
    """A run: its grid, its ranks, and seconds by sweep and repetition."""

    work: Work
    shape: tuple
    ranks: int
    nodes: int
    seconds: dict
    counts: dict  # messages and bytes of a gradient as the program counted them; empty without
    paths: tuple
    together: int = 1  # layers that share an exchange of ghosts

    @property
    def points(self):
        return math.prod(self.shape)

    @property
    def points_per_rank(self):
        return Fraction(self.points, self.ranks)

    def quartiles(self, sweep):
        return tuple(float(q) for q in np.quantile(self.seconds[sweep], (0.25, 0.5, 0.75)))

    def median(self, sweep):
        return self.quartiles(sweep)[1]


@dataclass(frozen=True)
class Series:
    """Runs of one case by ranks: on one grid (strong), or with the same points per rank (weak)."""

    kind: str
    work: Work
    runs: tuple

    @property
    def first(self):
        return self.runs[0]


# -- reading


def find(paths):
    """Result files among the paths, those of a folder included."""
    found = []
    for path in map(Path, paths):
        found += sorted(path.glob("*.h5")) if path.is_dir() else [path]
    if not found:
        raise ReadError(f"{', '.join(map(str, paths))}: no result files (*.h5)")
    return found


def read(path):
    """The timed run in a file."""
    try:
        with h5py.File(path, "r", locking=False) as file:
            return timed(file, path)
    except FileNotFoundError as error:
        raise ReadError(f"{path}: no such file") from error
    except OSError as error:
        raise ReadError(f"{path}: cannot be read as HDF5") from error
    except (KeyError, tomllib.TOMLDecodeError) as error:
        raise ReadError(f"{path}: not a result of nadir, or a damaged one") from error


def timed(file, path):
    if "provenance" not in file:
        raise ReadError(f"{path}: not a result of nadir (no /provenance)")
    if "timing" not in file:
        raise ReadError(f"{path}: has no times; they come from `nadir gradient --repeat K`")
    attributes, timing = file["provenance"].attrs, file["timing"]
    case = tomllib.loads(attributes["resolved_case"])
    samples = int(attributes["samples"]) if "samples" in attributes else int(file["sample"].size)
    counts = {k: int(timing.attrs[k]) for k in ("messages", "bytes") if k in timing.attrs}
    seconds = {sweep: timing[sweep][...] for sweep in SWEEPS}
    if not all(s.size and (s > 0).all() for s in seconds.values()):
        raise ReadError(f"{path}: its times are not positive numbers")
    return Timed(work_of(case, samples), tuple(case["grid"]["shape"]), int(attributes["ranks"]),
                 int(attributes.get("nodes", 1)), seconds, counts, (str(path),),
                 int(timing.attrs.get("layers_per_exchange", 1)))  # fmt: skip


def work_of(case, samples):
    periodic = tuple(b == "periodic" for b in case["grid"]["boundary"])
    rest = {k: v for k, v in case.items() if k in ("kernel", "network", "loss")}
    layers = case["network"]["layers"]
    targets = case.get("data", {}).get("target", [])
    targets = targets if isinstance(targets, list) else [targets]
    return Work(case.get("title", ""), periodic, layers, samples, varying_fields(case), repr(rest),
                tuple(t["layer"] for t in targets))  # fmt: skip


def components(name, case):
    axes = len(case["grid"]["shape"])
    if name == "advection":
        return axes
    tensor = case["kernel"].get("diffusion_tensor", "isotropic") if name == "diffusion" else ""
    return {"diagonal": axes, "full": axes * (axes + 1) // 2}.get(tensor, 1)


def varying_fields(case):
    """Fields whose ghosts are exchanged: each component, of each layer where it varies by layer."""
    count = 0
    for name in COEFFICIENTS:
        table = case["network" if name in ("bias", "relaxation") else "kernel"].get(name)
        varies = table.get("varies", []) if isinstance(table, dict) else []
        if "space" in varies:
            layers = case["network"]["layers"] if "layer" in varies else 1
            count += components(name, case) * layers
    return count


# -- series


def series_of(runs):
    """Strong series, then weak ones. A run that is alone in both ways is a strong series of one."""
    found = []
    for work, group in sorted(grouped(merged(runs), lambda r: r.work), key=lambda g: str(g[0])):
        strong = grouped(group, lambda r: r.shape)
        left = [runs[0] for _, runs in strong if len(runs) == 1]
        several = [runs for _, runs in strong if len(runs) > 1]
        weak = [same for same in like(left, group) if len(same) > 1]
        several += [[run] for run in left if not any(run in same for same in weak)]
        found += [series("strong", work, runs) for runs in several]
        found += [series("weak", work, runs) for runs in weak]
    return found


def like(left, group):
    """For every count of points per rank among `left`: all runs that have it."""
    for size in sorted({run.points_per_rank for run in left}):
        yield [run for run in group if run.points_per_rank == size]


def series(kind, work, runs):
    return Series(kind, work, tuple(sorted(runs, key=lambda run: run.ranks)))


def grouped(items, key):
    groups = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return list(groups.items())


def merged(runs):
    """Repetitions of the same run as one."""
    for run in runs:
        if process_grid(run.shape, run.ranks) is None:
            raise ReadError(f"{run.paths[0]}: {run.ranks} ranks do not fit its grid")
    alike = grouped(runs, lambda r: (r.work, r.shape, r.ranks, r.nodes))
    return [join(same) if len(same) > 1 else same[0] for _, same in alike]


def join(runs):
    first = runs[0]
    seconds = {sweep: np.concatenate([run.seconds[sweep] for run in runs]) for sweep in SWEEPS}
    paths = tuple(path for run in runs for path in run.paths)
    return Timed(first.work, first.shape, first.ranks, first.nodes, seconds, first.counts, paths)
