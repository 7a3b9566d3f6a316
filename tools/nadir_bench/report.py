"""The tables, in Markdown that can also be read as it is."""

from summary import text

MET = {True: "yes", False: "NO", None: "-"}


def table(head, rows):
    """Columns as wide as their longest entry; the first one flush left."""
    rows = [head, *rows]
    widths = [max(len(row[k]) for row in rows) for k in range(len(head))]

    def line(row):
        cells = [row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:]))]
        return "| " + " | ".join(cells) + " |"

    rule = "|" + "|".join("-" * (w + 2) for w in widths) + "|"
    return "\n".join([line(rows[0]), rule, *map(line, rows[1:])])


def median(summary, digits=4):
    return "-" if summary is None else f"{summary['median']:.{digits}g}"


def of_measurements(entries):
    """Every program on every problem: rates, how many times nadir's time it takes, share of the twin."""
    head = ["problem", "ranks", "program", "forward", "gradient", "time / nadir's, forward",
            "gradient", "rate / twin's, forward", "gradient"]  # fmt: skip
    rows = []
    for problem in entries:
        for run in problem["runs"]:
            for name, entry in run["programs"].items():
                row = [problem["name"], str(run["ranks"]), name]
                for what in ("forward", "gradient"):
                    row.append(median(entry[what]["mpoint_layers_per_s"]))
                for what in ("forward", "gradient"):
                    ratio = entry[what]["time_over_nadir"]
                    row.append("1" if name == "nadir" else text(ratio))
                for what in ("forward", "gradient"):
                    row.append("1" if name == "twin" else median(entry[what]["rate_over_twin"], 3))
                rows.append(row)
    return table(head, rows)


def of_triads(entries):
    head = ["problem", "ranks", "triad, GB/s"]
    rows = [
        [problem["name"], str(run["ranks"]), f"{twin['triad_gb_per_s']:.1f}"]
        for problem in entries
        for run in problem["runs"]
        if (twin := run["programs"].get("twin"))
    ]
    return table(head, rows)


def of_memory(entries):
    head = ["nadir gradient, peak", "layers", "MB"]
    rows = [
        [entry["label"], str(layers), f"{size / 1e6:.0f}"]
        for entry in entries
        for layers, size in zip(entry["layers"], entry["bytes"])
    ]
    return table(head, rows)


def of_acceptance(entries):
    head = ["acceptance", "problem", "target", "median [quartiles]", "met"]
    rows = [
        [
            entry["what"],
            entry["problem"],
            f"{entry['comparison']} {entry['target']:g}" if entry["target"] else "none",
            text(entry["value"]),
            MET[entry["met"]],
        ]
        for entry in entries
    ]
    return table(head, rows)


def whole(document):
    """All tables of the measured document; throughput in Mpoint-layers/s."""
    parts = [of_measurements(document["problems"]), of_triads(document["problems"])]
    if document["memory"]:
        parts.append(of_memory(document["memory"]))
    return "\n\n".join([*parts, of_acceptance(document["acceptance"])])
