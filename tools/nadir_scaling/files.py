"""tools/scaling-files: what jobs/scaling.slurm does before and after the program runs."""

import argparse
import sys
import tomllib
from pathlib import Path

import h5py

from decomposition import process_grid, weak_grid
from words import grid, positive

INPUT, TARGET = 0.5, 0.4  # nowhere 0, so that no value ever becomes denormal
SCALE_ATTRIBUTES = ("CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST")
WEAK_SHARE = 4  # a rank's box has so many times shorter sides than the case's grid


def refuse(message):
    print(f"tools/scaling-files: {message}", file=sys.stderr)
    sys.exit(2)


def quarter(shape):
    return tuple(max(1, n // WEAK_SHARE) for n in shape)


def case_shape(path):
    try:
        with open(path, "rb") as file:
            return tuple(tomllib.load(file)["grid"]["shape"])
    except OSError as error:
        refuse(f"{path}: {error.strerror}")
    except (ValueError, KeyError, TypeError):
        refuse(f"{path}: no case file with grid.shape")


def shape_of(options):
    """The grid of a run: that of the case or of --shape, which is a rank's share for weak scaling."""
    shape = case_shape(options.case)
    if options.shape and len(options.shape) != len(shape):
        refuse(f"--shape: {len(options.shape)} axes, but {options.case} has {len(shape)}")
    if options.kind == "weak":
        return weak_grid(options.shape or quarter(shape), options.ranks)
    shape = options.shape or shape
    if process_grid(shape, options.ranks) is None:
        refuse(f"{options.ranks} ranks do not fit a grid of {'x'.join(map(str, shape))}")
    return shape


def write_fields(path, shape):
    """Input and target of any size in a few kilobytes: datasets never written read as their fill value."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        for name, value in dict(input=INPUT, target=TARGET).items():
            file.create_dataset(name, shape, "f4", fillvalue=value)


def prepare(options):
    """Make the fields; print the words for nadir, one a line."""
    shape = shape_of(options)
    write_fields(options.data, shape)
    print("--set", f"grid.shape={list(shape)}", sep="\n")
    for name in ("input", "target"):
        print("--set", f"data.{name}={{ file = '{options.data}', dataset = '/{name}' }}", sep="\n")


def copy_labelled(result, file, group):
    """Copies a group of arrays along scales of its own. HDF5 copies references to other objects, such as
    those to scales, as references to nothing, on which netCDF's tools fail."""
    made = file.create_group(group)
    made.attrs.update(result[group].attrs)
    for name, dataset in result[group].items():
        made[name] = dataset[()]
        made[name].attrs.update({k: v for k, v in dataset.attrs.items() if k not in SCALE_ATTRIBUTES})
        if h5py.h5ds.is_scale(dataset.id):
            made[name].make_scale(name)
    for name, dataset in result[group].items():
        for axis, dimension in enumerate(dataset.dims):
            for scale in dimension.values():
                made[name].dims[axis].attach_scale(made[Path(scale.name).name])


def keep(options):
    """A result without its fields: times, provenance, and how many nodes and samples there were."""
    options.to.parent.mkdir(parents=True, exist_ok=True)
    part = options.to.with_name(options.to.name + ".part")
    try:
        with h5py.File(options.result, "r") as result, h5py.File(part, "w") as file:
            copy_labelled(result, file, "timing")
            result.copy("provenance", file)
            file["provenance"].attrs["nodes"] = options.nodes
            file["provenance"].attrs["samples"] = result["sample"].size
    except (OSError, KeyError) as error:
        part.unlink(missing_ok=True)
        refuse(f"{options.result}: no result with times: {error}")
    part.replace(options.to)


def arguments(words):
    parser = argparse.ArgumentParser(prog="tools/scaling-files", description=__doc__)
    commands = parser.add_subparsers(required=True)
    make = commands.add_parser("prepare", help=prepare.__doc__)
    make.add_argument("kind", choices=("strong", "weak"))
    make.add_argument("case", help="case file")
    make.add_argument("ranks", type=positive(int))
    make.add_argument("data", type=Path, help="HDF5 file to write")
    make.add_argument("--shape", type=grid, help="the grid; weak: a rank's share of it")
    make.set_defaults(run=prepare)
    trim = commands.add_parser("keep", help=keep.__doc__)
    trim.add_argument("result", type=Path)
    trim.add_argument("to", type=Path)
    trim.add_argument("--nodes", type=positive(int), default=1)
    trim.set_defaults(run=keep)
    return parser.parse_args(words)


if __name__ == "__main__":
    options = arguments(sys.argv[1:])
    options.run(options)
