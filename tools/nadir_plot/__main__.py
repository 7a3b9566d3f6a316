"""tools/plot: the pictures of a result file of nadir, or of a sweep of several."""

import argparse
import sys
from pathlib import Path

import h5py

import attractors
import coefficients
import curves
import fields
import overview
import style
from result import Result


def arguments(words):
    parser = argparse.ArgumentParser(
        prog="tools/plot",
        description="PNG pictures of a result file: fields, errors, coefficients, training, overview; attractors. "
        "Of several: errors, coefficients and training against the keys in which their cases differ.",
    )
    parser.add_argument(
        "results", nargs="+", metavar="RESULT.h5", help="result file of nadir (HDF5)"
    )
    parser.add_argument(
        "--output",
        help="folder; default: NAME-pictures beside the result NAME.h5, or sweep-pictures beside the first",
    )
    parser.add_argument("--sample", type=int, default=0, help="sample to show, from 0 (default: 0)")
    parser.add_argument(
        "--layer", type=int, help="stored layer to show (default: the last one stored)"
    )
    parser.add_argument(
        "--dpi", type=int, default=150, help="pixels per inch (default: 150; drawn for 100 to 300)"
    )
    options = parser.parse_args(words)
    if len(options.results) > 1 and (options.sample != 0 or options.layer is not None):
        parser.error("--sample and --layer are for the pictures of one result")
    return options


def refuse(message):
    print(f"tools/plot: {message}", file=sys.stderr)
    sys.exit(2)


def check(options, result):
    """Sample and layer the file does not have are the reader's mistake: say what there is."""
    if result.state is None:
        return
    samples = result.state.shape[0]
    if not 0 <= options.sample < samples:
        refuse(f"--sample {options.sample}: the file has samples 0 to {samples - 1}")
    if options.layer is not None and options.layer not in result.layers:
        stored = ", ".join(str(layer) for layer in result.layers)
        refuse(f"--layer {options.layer}: the file stores the layers {stored}")


def pictures(result, sample, layer):
    """All figures by the name of their file, one at a time; None where the file has no data for one."""
    stored = result.state is not None
    yield "overview", overview.draw(result, sample, layer) if stored else None
    yield "fields", fields.draw(result, sample, layer) if stored else None
    yield from attractors.draw(result)
    yield from coefficients.draw(result, layer)
    yield "history", curves.draw_history(result)
    yield "loss-by-layer", curves.draw_by_layer(result)


def open_one(path):
    """The result; a file that cannot be one ends the program with a line that says why."""
    try:
        with open(path, "rb"):
            pass
        if not h5py.is_hdf5(path):
            refuse(f"{path}: not an HDF5 file")
        return Result(path)
    except OSError as error:
        refuse(f"{path}: {error.strerror or 'damaged, or still being written'}")
    except (ValueError, KeyError) as error:
        refuse(f"{path}: {error.args[0]}")


def pictures_of_sweep(paths):
    try:
        import sweep  # needs xarray, which the pictures of one result do without
    except ImportError as error:
        sys.exit(f"tools/plot: several results at once: {error}")
    try:
        runs = sweep.read(paths)
    except (OSError, sweep.ReadError) as error:
        sys.exit(f"tools/plot: {error}")
    yield from sweep.draw(runs)


def write(figures, folder, dpi):
    """Save the figures by name, and remove the pictures of those that are None."""
    for name, figure in figures:
        path = folder / f"{name}.png"
        if figure is None:
            path.unlink(missing_ok=True)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            print(style.save(figure, path, dpi))


def main(words=None):
    options = arguments(words)
    first = Path(options.results[0])
    if len(options.results) > 1:
        default = first.parent / "sweep-pictures"
        figures = pictures_of_sweep(options.results)
    else:
        default = Path(first.with_suffix("").as_posix() + "-pictures")
        result = open_one(first)
        check(options, result)
        figures = pictures(result, options.sample, options.layer)
    write(figures, Path(options.output or default), options.dpi)


if __name__ == "__main__":
    main()
