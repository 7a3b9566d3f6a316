"""tools/plot: the pictures of a result file of nadir, or of a sweep of several."""

import argparse
import sys
from pathlib import Path

import coefficients
import curves
import fields
import overview
import style
from result import Result


def arguments():
    parser = argparse.ArgumentParser(
        prog="tools/plot",
        description="PNG pictures of a result file: fields, errors, coefficients, training, overview. "
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
    options = parser.parse_args()
    if len(options.results) > 1 and (options.sample != 0 or options.layer is not None):
        parser.error("--sample and --layer are for the pictures of one result")
    return options


def check(options, result):
    """Sample and layer the file does not have are the reader's mistake: say what there is."""
    if result.state is None:
        return
    samples = result.state.shape[0]
    if not 0 <= options.sample < samples:
        sys.exit(f"tools/plot: --sample {options.sample}: the file has samples 0 to {samples - 1}")
    if options.layer is not None and options.layer not in result.layers:
        stored = ", ".join(str(layer) for layer in result.layers)
        sys.exit(f"tools/plot: --layer {options.layer}: the file stores the layers {stored}")


def pictures(result, sample, layer):
    """All figures the file has data for, by the name of their file, one at a time."""
    if result.state is not None:
        yield "overview", overview.draw(result, sample, layer)
        yield "fields", fields.draw(result, sample, layer)
    yield from coefficients.draw(result, layer).items()
    yield "history", curves.draw_history(result)
    yield "loss-by-layer", curves.draw_by_layer(result)


def open_one(path):
    try:
        return Result(path)
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"tools/plot: {path}: {error}")


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


def main():
    options = arguments()
    first = Path(options.results[0])
    if len(options.results) > 1:
        default = first.parent / "sweep-pictures"
        figures = pictures_of_sweep(options.results)
    else:
        default = Path(first.with_suffix("").as_posix() + "-pictures")
        result = open_one(first)
        check(options, result)
        figures = pictures(result, options.sample, options.layer)
    folder = Path(options.output or default)
    for name, figure in figures:
        if figure is not None:
            folder.mkdir(parents=True, exist_ok=True)
            print(style.save(figure, folder / f"{name}.png"))


if __name__ == "__main__":
    main()
