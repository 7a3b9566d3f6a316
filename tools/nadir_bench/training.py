"""Time to solution: what it takes to bring a loss within a share of its optimum.

Every case is trained in several ways, alternately, each several times. The optimum is the lowest loss that any of
them, and one long training besides, has come to; the excess is (loss - optimum) / (first loss - optimum). Seconds are
those of the training alone, evaluations are losses with their gradients, and a gradient-equivalent is the time of one
such evaluation by itself (`nadir gradient --repeat`).
"""

import datetime
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import h5py
import launch
import machine
import numpy as np
from programs import ROOT, python_with

sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tools/nadir_data"), str(ROOT / "tools/nadir_plot")]

import identification  # noqa: E402
import nadir_json  # noqa: E402

LEVELS = (1e-2, 1e-3, 1e-6)
INPUTS = ("sst", "seasons", "convection-diffusion", "full-tensor-2d", "diffusion-3d")
GRIDS = (32, 64, 128)
RATES = (1e-3, 3e-3, 1e-2, 3e-2, 1e-1)  # of Adam, in scaled unknowns: the best one counts


@dataclass(frozen=True)
class Case:
    name: str
    file: Path
    grid: int = 0  # of an identification


@dataclass(frozen=True)
class Way:
    """One way to train: words for nadir, or for PyTorch."""

    name: str
    words: tuple
    torch: bool = False
    iterations: int = 0  # 0: those of the case


def settings(**values):
    return tuple(word for key, value in values.items() for word in ("--set", f"training.{key}={value}"))


def ways(case, python, quick):
    """Those a case is trained in; of Adam at several rates the best is reported."""
    many = 100 if quick else 400
    found = [
        Way("nadir", settings(iterations=many)),
        Way("nadir from the identity", settings(initial_hessian="identity", iterations=3 * many)),
        *(Way(f"nadir adam {rate:g}", settings(optimizer="adam", learning_rate=rate, iterations=2 * many)) for rate in RATES),
    ]  # fmt: skip
    if case.grid and python:
        found += [
            *(Way(f"PyTorch Adam {rate:g}", ("--method", "adam", "--rate", rate), True, 2 * many) for rate in RATES),
            Way("PyTorch L-BFGS", ("--method", "lbfgs"), True, 3 * many),
        ]  # fmt: skip
    return found


def cases(folder, only, quick):
    made = []
    for n in GRIDS[:1] if quick else GRIDS:
        name = f"identification-{n}"
        identification.write(folder, name, n)
        made.append(Case(name, folder / f"{name}.toml", n))
    if not quick:
        made += [Case(name, ROOT / f"inputs/{name}.toml") for name in INPUTS]
    return [case for case in made if not only or case.name in only]


def train(setup, python, case, way, folder):
    """Losses by seconds and evaluations."""
    if way.torch:
        output = folder / "torch.json"
        words = [python, "-B", ROOT / "tests/peers/torch_training.py", "--input", case.file.with_suffix(".h5")]
        words += ["--layers", identification.LAYERS, "--omega", identification.OMEGA, "--start", identification.START]
        launch.run([*words, *way.words, "--evaluations", way.iterations, "--output", output], folder)
        rows = json.loads(output.read_text())
        return {"seconds": rows["seconds"], "loss": rows["loss"], "evaluations": list(range(1, len(rows["loss"]) + 1))}
    output = folder / "result.h5"
    words = ["train", case.file, "--quiet", "--set", "run.checkpoint.every=0", "--output", output, *way.words]
    launch.run([setup.nadir, *words], folder)
    with h5py.File(output) as file:
        return {name: file[f"history/{name}"][()].tolist() for name in ("seconds", "loss", "evaluations")}


def gradient_seconds(setup, case, folder):
    words = ["gradient", case.file, "--quiet", "--repeat", 10, "--output", folder / "gradient.h5"]
    launch.run([setup.nadir, *words], folder)
    with h5py.File(folder / "gradient.h5") as file:
        return float(np.median(file["timing/gradient"][()]))


def needed(run, optimum, first):
    """Evaluations and seconds to each level of excess; None where it is not reached."""
    excess = (np.array(run["loss"]) - optimum) / (first - optimum)
    found = {}
    for level in LEVELS:
        there = excess <= level
        k = int(np.argmax(there))
        found[f"{level:g}"] = {"evaluations": run["evaluations"][k], "seconds": run["seconds"][k]} if there.any() else None
    return found


def median_of(runs, optimum, first):
    """The evaluations of a way, and the median of its seconds."""
    each = [needed(run, optimum, first) for run in runs]
    result = {}
    for level in each[0]:
        times = [of[level]["seconds"] for of in each if of[level]]
        result[level] = {"evaluations": each[0][level]["evaluations"], "seconds": float(np.median(times))} if times else None
    return result


def measure(setup, python, case, options, folder):
    """All ways of one case in turns."""
    chosen = ways(case, python, options.quick)
    runs = {way.name: [] for way in chosen}
    for _ in range(options.rounds):
        for way in chosen:
            try:
                runs[way.name].append(train(setup, python, case, way, folder))
            except launch.Failure as error:
                print(f"tools/bench: {case.name}, {way.name}: {error}", file=sys.stderr)
    runs = {name: of for name, of in runs.items() if of}
    iterations = 200 if options.quick else 2000
    long = train(setup, python, case, Way("long", settings(iterations=iterations, gradient_tolerance=1e-12)), folder)
    optimum = min(min(run["loss"]) for of in [*runs.values(), [long]] for run in of)
    first = long["loss"][0]
    return {
        "case": case.name,
        "optimum": optimum,
        "first": first,
        "gradient_seconds": gradient_seconds(setup, case, folder),
        "ways": {name: median_of(of, optimum, first) for name, of in runs.items()},
        "histories": {name: of[0] for name, of in runs.items()},
    }


def best_rates(ways_of_case):
    """The ways of a case, of Adam the rate alone that is quickest to the first levels it reaches."""
    def rank(of):
        reached = [of[level] for level in of if of[level]]
        return (-len(reached), reached[-1]["seconds"] if reached else np.inf)

    kept, families = {}, {}
    for name, of in ways_of_case.items():
        family = name.rsplit(" ", 1)[0] if "dam " in name else name
        if family not in families or rank(of) < rank(kept[families[family]]):
            kept.pop(families.get(family), None)
            families[family] = name
            kept[name] = of
    return kept


def table(document):
    """Markdown: a row for each case and way."""
    lines = ["| case | way | evaluations to " + " | ".join(f"{level:g}" for level in LEVELS) + " | gradient-equivalents to 1e-3 | seconds to 1e-3 |",
             "|---|---|" + "---|" * (len(LEVELS) + 2)]  # fmt: skip
    for of in document["cases"]:
        for name, level in best_rates(of["ways"]).items():
            counts = [str(level[f"{each:g}"]["evaluations"]) if level[f"{each:g}"] else "–" for each in LEVELS]
            to = level["0.001"]
            time = [f"{to['seconds'] / of['gradient_seconds']:.0f}", f"{to['seconds']:.3f}"] if to else ["–", "–"]
            lines.append(f"| {of['case']} | {name} | " + " | ".join([*counts, *time]) + " |")
    return "\n".join(lines)


def picture(document, path):
    """Excess against seconds, a panel for each case."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    import style

    count = len(document["cases"])
    columns = min(count, 3)
    rows = -(-count // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(4.2 * columns, 3.4 * rows + 0.9), squeeze=False)
    handles = {}
    for ax, of in zip(axes.flat, document["cases"]):
        for k, name in enumerate(best_rates(of["ways"])):
            run = of["histories"][name]
            excess = (np.array(run["loss"]) - of["optimum"]) / (of["first"] - of["optimum"])
            label = name.rsplit(" ", 1)[0] + ", best rate" if "dam " in name else name
            color = COLORS.get(label, f"C{k}")
            handles[label] = ax.plot(np.maximum(run["seconds"], 1e-4), np.maximum(excess, 1e-9), color=color, linewidth=1.4)[0]
        ax.axhline(1e-3, color=style.QUIET, linewidth=0.8)
        ax.set(title=of["case"], xscale="log", yscale="log", xlabel="seconds", ylabel="excess of the loss", ylim=(1e-9, 2))
    for ax in axes.flat[count:]:
        ax.set_axis_off()
    share = 0.6 / (3.4 * rows + 0.9)
    figure.tight_layout(rect=(0, share, 1, 1))
    figure.legend(handles.values(), handles.keys(), loc="lower center", ncols=min(len(handles), columns + 1), frameon=False)
    figure.savefig(path, dpi=120)
    plt.close(figure)


COLORS = {
    "nadir": "#1b6ca8",
    "nadir from the identity": "#7fb2d8",
    "nadir adam, best rate": "#222222",
    "PyTorch Adam, best rate": "#7a3b9a",
    "PyTorch L-BFGS": "#b992cf",
}


def run(setup, options, folder):
    """Measure, save after every case, print the table."""
    python = python_with("torch", "h5py", "numpy")
    if not python:
        print("PyTorch is left out: no Python here has torch, h5py and numpy", file=sys.stderr)
    document = {"schema": 1, "date": datetime.date.today().isoformat(), "rounds": options.rounds,
                "machine": machine.describe(), "cases": []}  # fmt: skip
    options.output.mkdir(parents=True, exist_ok=True)
    for case in cases(folder, options.only, options.quick):
        print(case.name, file=sys.stderr)
        document["cases"].append(measure(setup, python, case, options, folder))
        (options.output / "training.json").write_text(nadir_json.text(document))
        (options.output / "training.md").write_text(table(document) + "\n")
    picture(document, options.output / "training.png")
    print(table(document))
