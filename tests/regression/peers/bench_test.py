"""tools/bench measures, writes what it promises, and says what is wrong; no time is judged here."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools" / "nadir_bench"))

import acceptance  # noqa: E402
import agreement  # noqa: E402
import problems  # noqa: E402
from program import ENVIRONMENT, NADIR, expect  # noqa: E402
from rounds import Measurement  # noqa: E402


def bench(*words, code=0):
    words = [str(word) for word in (ROOT / "tools/bench", "--nadir", NADIR, *words)]
    run = subprocess.run(words, capture_output=True, text=True, env={**ENVIRONMENT, **os.environ})
    expect(run.returncode == code, f"{words}: exit code {run.returncode}\n{run.stdout}{run.stderr}")
    return run


def test_quick_run(folder):
    curve = "fewer: no.such_key=1"
    run = bench("--quick", "--peers", "nadir", "--ranks", "1", "--output", folder, "--memory-curve", curve)
    expect("no.such_key" in run.stderr, f"a curve that cannot be drawn is not said: {run.stderr}")
    document = json.loads((folder / "bench.json").read_text())
    check(document)
    text = json.dumps(document)
    expect(str(ROOT) not in text and str(Path.home()) not in text, "folders of this machine in the JSON")
    for path in ("tables.md", "throughput.png", "memory.png"):
        expect((folder / path).stat().st_size > 0, f"no {path}")
    expect("| 2d-space-b1-tiny" in run.stdout, f"no table: {run.stdout}")


def check(document):
    keys = {"schema", "date", "rounds", "machine", "versions", "problems", "memory", "acceptance"}
    expect(set(document) == keys, f"keys of the JSON: {sorted(document)}")
    expect({"cpu", "cores", "caches", "memory_bytes"} <= set(document["machine"]), document["machine"])
    (problem,) = document["problems"]
    (run,) = problem["runs"]
    expect(run["agree"] and run["ranks"] == 1 and run["shape"] == [24, 32], run)
    nadir = run["programs"]["nadir"]
    expect("gradient case.toml" in nadir["command"], nadir["command"])
    for what in ("forward", "gradient"):
        expect(len(nadir[what]["seconds"]) == document["rounds"] == 2, nadir[what])
        expect(nadir[what]["mpoint_layers_per_s"]["median"] > 0, nadir[what])
    (curve,) = document["memory"]
    expect(len(curve["layers"]) == len(curve["bytes"]) == 2 and curve["bytes"][1] > 0, curve)
    expect(all(entry["met"] is None for entry in document["acceptance"]), "judged what was not measured")


def test_writing_run():
    run = bench("--writing", "--quick", "--ranks", "2")
    lines = run.stdout.splitlines()
    expect(len(lines) == 3 and lines[2].startswith("| 2 | 0.03125 | "), f"no table: {run.stdout}")


def test_training_run(folder):
    run = bench("--training", "--quick", "--rounds", "1", "--output", folder)
    document = json.loads((folder / "training.json").read_text())
    (case,) = document["cases"]
    expect(case["case"] == "identification-32" and case["optimum"] < case["first"], case)
    needed = {name: of["0.001"] for name, of in case["ways"].items()}
    model, identity = needed["nadir"], needed["nadir from the identity"]
    expect(identity is None or model["evaluations"] < identity["evaluations"], f"{needed}")
    expect("| identification-32 | nadir | " in run.stdout, f"no table: {run.stdout}")
    for path in ("training.md", "training.png"):
        expect((folder / path).stat().st_size > 0, f"no {path}")


def test_mistakes():
    for words in (["--only", "4d-*"], ["--peers", "nobody"], ["--ranks", "0"]):
        bench("--quick", *words, code=2)


def made_up(name, all_ranks, seconds):
    """A measurement of given seconds by program: a number for all rounds, or one by ranks."""
    (problem,) = problems.choose([name])
    measurement = Measurement(problem, all_ranks, dict.fromkeys(seconds), Path())
    for ranks in all_ranks:
        for program, value in seconds.items():
            value = value[ranks] if isinstance(value, dict) else value
            measurement.reports[ranks][program] = {}
            for what, factor in (("forward", 1.0), ("gradient", 3.0)):
                measurement.seconds[ranks][program][what] = [factor * value, factor * value]
    return measurement


def test_judging():
    """Ratios the right way round."""
    entries = acceptance.judge([
        made_up("2d-space-b1-reference", [1], {"nadir": 1.0, "nadir-plain": 2.0, "pytorch": 100.0}),
        made_up("2d-space-b1-dram", [1], {"nadir": 1.0, "nadir-plain": 2.0, "twin": 1.8}),
        made_up("2d-space-b1-weak", [1, 2], {"nadir": {1: 1.0, 2: 1.25}, "twin": {1: 1.0, 2: 1.0}}),
    ])  # fmt: skip
    found = {(e["what"], e["problem"]): e["value"] and e["value"]["median"] for e in entries}
    expected = {
        ("gradient, times pytorch", "2d-space-b1-reference"): 100.0,
        ("gradient, times petsc-assembled", "2d-space-b1-reference"): None,
        ("loss and gradient over forward, both unblocked", "2d-space-b1-reference"): 3.0,
        ("blocked loss and gradient over unblocked forward", "2d-space-b1-reference"): 1.5,
        ("unblocked forward, share of the twin", "2d-space-b1-dram"): 0.9,
        ("blocked forward, share of the twin", "2d-space-b1-dram"): 1.8,
        ("speed-up of forward on 2 ranks over the twin's", "2d-space-b1-weak"): 0.8,
    }
    for key, value in expected.items():
        expect(found[key] == value or np.isclose(found[key], value), f"{key}: {found[key]}, not {value}")


def test_disagreement():
    """Another problem is found out, a rounding error is not."""
    parameters = ("reaction", "advection", "diffusion")
    ours = {"loss": 2.0, "gradient_norm": dict.fromkeys(parameters, 1.0),
            "gradient_along": dict.fromkeys(parameters, 0.5)}  # fmt: skip
    for key, change, wrong in (("loss", 1e-12, False), ("loss", 1e-8, True), ("gradient_norm", 1e-8, True),
                               ("gradient_along", 1e-8, True), ("gradient_along", np.nan, True)):  # fmt: skip
        theirs = json.loads(json.dumps(ours))
        if key == "loss":
            theirs[key] += change
        else:
            theirs[key]["advection"] += change
        found = agreement.violations(agreement.check({"nadir": ours, "twin": {}, "other": theirs}))
        expect(bool(found) == wrong, f"{key} changed by {change}: {found}")
