"""tools/scaling: strong and weak scaling of timed results beside a model, as a table, PNG and JSON."""

import argparse
import re
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

import nadir_json  # noqa: E402
import report  # noqa: E402
from results import ReadError, find, read, series_of  # noqa: E402
from words import grid, positive  # noqa: E402


def arguments(words):
    parser = argparse.ArgumentParser(
        prog="tools/scaling",
        description="Strong and weak scaling of results of `nadir gradient --repeat K`: a table, PNG pictures "
        "and scaling.json, beside a model of the same runs and of more ranks (docs/scaling.md).",
    )
    parser.add_argument("results", nargs="+", metavar="FOLDER or RESULT.h5", help="timed results")
    parser.add_argument(
        "--output", help="folder of pictures and JSON; default: that of the first result"
    )
    parser.add_argument(
        "--ranks", type=positive(int), default=4096, help="predict up to so many (default: 4096)"
    )
    parser.add_argument("--grid", type=grid, metavar="NY,NX", help="predict for this grid only (weak: for these "
                        "points a side of each rank), with what the results cost per point")  # fmt: skip
    parser.add_argument(
        "--latency",
        type=positive(float),
        default=1.5e-6,
        help="seconds per message (default: 1.5e-6)",
    )
    parser.add_argument("--bandwidth", type=positive(float), default=12e9, help="bytes per second that leave a node "
                        "(default: 12e9)")  # fmt: skip
    parser.add_argument(
        "--ranks-per-node", type=positive(int), help="default: the most that ran on a node"
    )
    parser.add_argument("--node-speed-up", type=positive(float), help="how much faster a full node is than one rank, "
                        "its memory bandwidth being shared (default: as measured, when a full node was)")  # fmt: skip
    return parser.parse_args(words)


def refuse(message):
    print(f"tools/scaling: {message}", file=sys.stderr)
    sys.exit(2)


def slug(text):
    return re.sub("[^a-z0-9]+", "-", text.lower()).strip("-")


def name_of(series, taken):
    """Of the picture, without its ending: unlike those taken by other series."""
    run = series.first
    strong = series.kind == "strong"
    size = "x".join(map(str, run.shape)) if strong else f"{run.points // run.ranks}-per-rank"
    name = "-".join(filter(None, (series.kind, slug(series.work.title), size)))
    return name if name not in taken else f"{name}-{len(taken) + 1}"


def ranks_per_node(found):
    return max(-(-run.ranks // run.nodes) for series in found for run in series.runs)


def check_grid(options, found):
    """A grid given must have the axes of the series."""
    for series in found:
        if options.grid and len(options.grid) != len(series.first.shape):
            refuse(
                f"--grid: {len(options.grid)} axes, but {series.work} has {len(series.first.shape)}"
            )


def tell(series, options):
    """Print the tables of a series; its lines by sweep."""
    lines_by_sweep = {}
    for column in report.columns(series, options):
        lines = lines_by_sweep[column.sweep] = report.rows(column, options)
        if not lines:
            refuse(f"--grid: no power of 2 of ranks fits it for {series.work}")
        print(report.heading(series, column))
        print(report.table(lines))
        print(report.node_note(column) + "\n")
    return lines_by_sweep


def draw(path, series, lines_by_sweep, options):
    import plots  # after the words were judged: it takes most of the time

    print(plots.style.save(plots.draw(series, lines_by_sweep, options.ranks_per_node), path))


def present(found, folder, options):
    """Tables and pictures of all series; what scaling.json says of them."""
    names, summary = [], []
    for series in found:
        lines = tell(series, options)
        names.append(name_of(series, names))
        draw(folder / f"{names[-1]}.png", series, lines, options)
        work = series.work
        summary.append(dict(kind=series.kind, title=work.title, layers=work.layers, sweeps=lines))
    return summary


def main(words=None):
    options = arguments(words)
    try:
        paths = find(options.results)
        found = series_of([read(path) for path in paths])
    except ReadError as error:
        refuse(error)
    check_grid(options, found)
    options.ranks_per_node = options.ranks_per_node or ranks_per_node(found)
    folder = Path(options.output or paths[0].parent)
    folder.mkdir(parents=True, exist_ok=True)
    summary = present(found, folder, options)
    names = ("latency", "bandwidth", "ranks_per_node", "node_speed_up")
    document = dict(machine={k: getattr(options, k) for k in names}, series=summary)
    (folder / "scaling.json").write_text(nadir_json.text(document))
    print(folder / "scaling.json")
    judge_counts([line for series in summary for line in series["sweeps"]["gradient"]])


def judge_counts(lines):
    """The program's own counts must be the model's; where they are not, the model is out of date."""
    wrong = list(report.disagreements(lines))
    for line in wrong:
        print(f"tools/scaling: {line}", file=sys.stderr)
    if wrong:
        sys.exit(1)
    print(report.count_note(lines))


if __name__ == "__main__":
    main()
