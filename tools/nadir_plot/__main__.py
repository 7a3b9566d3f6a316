"""tools/plot: the pictures of a result file of nadir, its layers as a film, or pictures of a sweep of several."""

import argparse
import functools
import sys
from pathlib import Path

import attractors
import coefficients
import curves
import fields
import film
import opening
import overview
import style
from result import Result

refuse = functools.partial(opening.refuse, "tools/plot")


def arguments(words):
    parser = argparse.ArgumentParser(
        prog="tools/plot",
        description="PNG pictures of a result file: fields, errors, coefficients, training, overview; attractors. "
        "With --animate its layers as a film instead. "
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
        "--dpi", type=int, help="pixels per inch (default: 150, of a film 100; drawn for 100 to 300)"
    )
    parser.add_argument(
        "--animate",
        action="store_true",
        help="the stored layers as a film: film.gif, and film.mp4 where ffmpeg is installed",
    )
    parser.add_argument(
        "--fps", type=float, help="frames per second of the film (default: it lasts about 8 s)"
    )
    options = parser.parse_args(words)
    if len(options.results) > 1 and (
        options.sample != 0 or options.layer is not None or options.animate
    ):
        parser.error("--sample, --layer and --animate are for one result")
    if options.animate and options.layer is not None:
        parser.error("--animate shows all stored layers: leave --layer out")
    if options.fps is not None and not (options.animate and 0.1 <= options.fps <= 50):
        parser.error("--fps: from 0.1 to 50 frames per second, with --animate")
    options.dpi = options.dpi or (100 if options.animate else 150)
    return options


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


def check_film(path, result):
    """A film needs the layers on the way, which a run stores when it is asked to."""
    if result.state is None:
        refuse(f"{path}: stores no layers, of which a film could be made")
    if not film.enough(result):
        stored = " and ".join(str(layer) for layer in result.layers)
        refuse(
            f"{path}: stores the layers {stored} alone; for a film run the case again with "
            "--set output.layers=all (output.layers = \"all\")"
        )


def pictures(result, sample, layer):
    """All figures by the name of their file, one at a time; None where the file has no data for one."""
    stored = result.state is not None
    yield "overview", overview.draw(result, sample, layer) if stored else None
    yield "fields", fields.draw(result, sample, layer) if stored else None
    yield from attractors.draw(result)
    yield from coefficients.draw(result, layer)
    yield "history", curves.draw_history(result)
    yield "loss-by-layer", curves.draw_by_layer(result)


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
        result = opening.opened("tools/plot", options.results[0], Result)
        check(options, result)
        figures = pictures(result, options.sample, options.layer)
    folder = Path(options.output or default)
    try:
        if options.animate:
            check_film(options.results[0], result)
            for path in film.save(film.draw(result, options.sample), folder, options.dpi, options.fps):
                print(path)
        else:
            write(figures, folder, options.dpi)
    except OSError as error:
        refuse(f"{error.filename or folder}: {error.strerror or error}")


if __name__ == "__main__":
    main()
