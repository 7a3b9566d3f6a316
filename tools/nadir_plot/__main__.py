"""tools/plot: the pictures of a result file of nadir."""

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
        description="PNG pictures of a result file: fields, errors, coefficients, training, overview.",
    )
    parser.add_argument("result", help="result file of nadir (HDF5)")
    parser.add_argument("--output", help="folder; default: NAME-pictures beside the result NAME.h5")
    parser.add_argument("--sample", type=int, default=0, help="sample to show, from 0 (default: 0)")
    parser.add_argument(
        "--layer", type=int, help="stored layer to show (default: the last one stored)"
    )
    return parser.parse_args()


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


def main():
    options = arguments()
    try:
        result = Result(options.result)
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"tools/plot: {options.result}: {error}")
    check(options, result)
    folder = Path(options.output or Path(options.result).with_suffix("").as_posix() + "-pictures")
    folder.mkdir(parents=True, exist_ok=True)
    for name, figure in pictures(result, options.sample, options.layer):
        if figure is not None:
            print(style.save(figure, folder / f"{name}.png"))


if __name__ == "__main__":
    main()
