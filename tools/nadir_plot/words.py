"""The command line of tools/plot."""

import argparse
import re
from pathlib import Path

PICTURES, FILMS = (".png", ".pdf", ".svg"), (".gif", ".mp4")
OTHERS = (".jpg", ".jpeg", ".eps", ".ps", ".tif", ".tiff", ".webp", ".bmp", ".avi", ".mov", ".webm")


def is_picture(path):
    """Whether a path names a file rather than a folder, by its suffix."""
    return Path(path).suffix in PICTURES + FILMS


def cut(text):
    """An axis and a place on it, as in z=2.5."""
    found = re.fullmatch(r"([xyz])=(.+)", text)
    try:
        return found[1], float(found[2])
    except (TypeError, ValueError):
        raise argparse.ArgumentTypeError(f"'{text}': an axis and a coordinate, as in z=2.5") from None


def stride(text):
    if not re.fullmatch("[1-9][0-9]{,8}", text):
        raise argparse.ArgumentTypeError(f"'{text}': a positive integer")
    return int(text)


def parser():
    made = argparse.ArgumentParser(
        prog="tools/plot",
        description="Pictures of a result file: fields, errors, coefficients, training, overview; attractors. "
        "With --animate its layers as a film instead. "
        "Of several: errors, coefficients and training against the keys in which their cases differ.",
    )
    add = made.add_argument
    add("results", nargs="+", metavar="RESULT.h5", help="result file of nadir (HDF5)")
    add("--output", metavar="FOLDER|NAME.pdf|NAME.svg|NAME.png", help="folder of PNG files (default: NAME-pictures beside "
        "the result NAME.h5, or sweep-pictures beside the first); or a file by its suffix: a PDF has all pictures as "
        "pages, SVG and PNG are NAME-overview.svg and so on, with --only NAME.svg itself")  # fmt: skip
    add("--only", metavar="PICTURE", help="one picture, by its name: overview, fields, coefficients, ...")
    add("--sample", type=int, default=0, help="sample to show, from 0 (default: 0)")
    add("--layer", type=int, help="stored layer to show (default: the last one stored)")
    add("--slice", type=cut, action="append", default=[], metavar="AXIS=PLACE", help="of three dimensions the slice to "
        "show, as in z=2.5, in the units of the grid; repeatable (default: the three middle ones)")  # fmt: skip
    add("--stride", type=stride, help="draw every so many points (default: as many as a map has room for)")
    add("--origin", choices=("auto", "lower", "upper"), default="auto", help="where the first row lies; auto: on top as in "
        "images if the grid's units are pixels, else at the bottom")  # fmt: skip
    add("--dpi", type=int, help="pixels per inch (default: 150, of a film 100; drawn for 100 to 300)")
    add("--animate", action="store_true",
        help="the stored layers as a film: film.gif, and film.mp4 where ffmpeg is installed")  # fmt: skip
    add("--fps", type=float, help="frames per second of the film (default: it lasts about 8 s)")
    return made


def arguments(line):
    made = parser()
    options = made.parse_args(line)
    several = len(options.results) > 1
    chosen = (options.layer, options.stride, *options.slice)
    if several and (options.sample != 0 or options.animate or any(c is not None for c in chosen)):
        made.error("--sample, --layer, --slice, --stride and --animate are for one result")
    if options.animate and options.layer is not None:
        made.error("--animate shows all stored layers: leave --layer out")
    if options.animate and options.only:
        made.error("--only is for pictures: leave it or --animate out")
    if options.fps is not None and not (options.animate and 0.1 <= options.fps <= 50):
        made.error("--fps: from 0.1 to 50 frames per second, with --animate")
    check_output(made, options)
    options.dpi = options.dpi or (100 if options.animate else 150)
    return options


def check_output(made, options):
    if options.output is None:
        return
    if not options.output.strip():
        made.error("--output: the name is empty")
    suffix = Path(options.output).suffix
    wanted, kind = (FILMS, "films") if options.animate else (PICTURES, "pictures")
    if suffix in PICTURES + FILMS + OTHERS and suffix not in wanted:
        made.error(f"--output {options.output}: {kind} are {', '.join(wanted)}, or go into a folder")
