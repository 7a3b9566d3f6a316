"""tools/report: a page and pictures of an interpretation made by `nadir interpret`."""

import argparse
import functools
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "nadir_plot"))  # the look of all pictures

import opening  # noqa: E402
import page  # noqa: E402
import pictures  # noqa: E402
import style  # noqa: E402
from analysis import Analysis  # noqa: E402

MOST_MATRICES = 4
refuse = functools.partial(opening.refuse, "tools/report")


def arguments(words):
    parser = argparse.ArgumentParser(
        prog="tools/report",
        description="A self-contained HTML page and PNG pictures of an interpretation: coefficients, symbol and "
        "amplification, explained share, spectra, locality.",
    )
    parser.add_argument("analysis", metavar="INTERPRETATION.h5", help="written by nadir interpret")
    parser.add_argument("--output", help="folder; default: NAME-report beside NAME.h5")
    parser.add_argument(
        "--matrix", type=int, action="append", help=f"matrix to show, repeatable (default: the first {MOST_MATRICES})"
    )
    parser.add_argument("--dpi", type=int, default=150, help="pixels per inch (default: 150)")
    return parser.parse_args(words)


def chosen(options, analysis):
    wanted = options.matrix or list(range(min(MOST_MATRICES, analysis.matrices)))
    for matrix in wanted:
        if not 0 <= matrix < analysis.matrices:
            refuse(f"--matrix {matrix}: the file has matrices 0 to {analysis.matrices - 1}")
    return wanted


def draw(analysis, matrix, folder, dpi):
    """The pictures of a matrix that can be drawn, by name, and that of its equation."""
    start = f"matrix-{matrix}-" if analysis.matrices > 1 else ""
    made = {}
    for name, function in pictures.FIGURES.items():
        figure = function(analysis, matrix)
        if figure is not None:
            made[name] = style.save(figure, folder / f"{start}{name}.png", dpi)
    figure = pictures.draw_equation(analysis.equation(matrix))
    equation = None if figure is None else style.save(figure, folder / f"{start}equation.png", dpi)
    return made, equation


def main(words=None):
    options = arguments(words)
    analysis = opening.opened("tools/report", options.analysis, Analysis)
    matrices = chosen(options, analysis)
    folder = Path(options.output or f"{Path(options.analysis).with_suffix('')}-report")
    folder.mkdir(parents=True, exist_ok=True)
    sections = []
    for matrix in matrices:
        made, equation = draw(analysis, matrix, folder, options.dpi)
        for path in made.values():
            print(path)
        sections.append(page.matrix_section(analysis, matrix, made, equation, options.dpi))
    print(page.write(analysis, sections, folder / "index.html"))


if __name__ == "__main__":
    main()
