"""tools/scaling: what it counts, what its model says in the limits, how it groups, what it refuses."""

import contextlib
import dataclasses
import importlib.util
import io
import itertools
import json
import math
import re
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[3]
TOOL = ROOT / "tools" / "nadir_scaling"
sys.path.insert(0, str(TOOL))

import decomposition  # noqa: E402
import exchange  # noqa: E402
import files  # noqa: E402
import model  # noqa: E402
import nadir_json  # noqa: E402
from decomposition import process_grid, weak_grid  # noqa: E402
from program import expect, succeed  # noqa: E402
from results import Series, Timed, Work, read, series_of  # noqa: E402

# In this process: the libraries are loaded once, not for every call.
program_of = importlib.util.spec_from_file_location("nadir_scaling", TOOL / "__main__.py")
program = importlib.util.module_from_spec(program_of)
program_of.loader.exec_module(program)

WORK = Work("made up", (False, True), layers=5, samples=2, varying=18, rest="")
NO_NETWORK = model.Machine(1e-300, math.inf, ranks_per_node=4, node_speed_up=math.inf)
CASE = """
title = "made up"
grid = {{ shape = {shape}, boundary = ["reflect", "periodic"] }}
network = {{ layers = 5, bias = 0.0, relaxation = 0.5 }}
[kernel]
diffusion_tensor = "full"
reaction = {{ init = 0.0, varies = ["layer", "space"] }}
advection = {{ init = [0.0, 0.0], varies = ["space"] }}
diffusion = {{ init = [0.1, 0.0, 0.1], varies = ["space"] }}
"""


# -- the decomposition


def test_process_grids():
    for shape in ((7,), (12, 13), (64, 3), (9, 10, 11), (2, 30, 4)):
        for ranks in range(1, 33):
            found, wanted = process_grid(shape, ranks), exchange.process_grid(shape, ranks)
            expect(found == wanted, f"{shape} on {ranks} ranks: {found}, not {wanted}")


def test_process_grids_of_the_program():
    for case, ranks in itertools.product(("diffusion-3d", "full-tensor-2d"), (1, 3, 4)):
        said = succeed("describe", ROOT / "inputs" / f"{case}.toml", ranks=ranks, folder=ROOT).out
        layout = re.search(r"layout .* as (\d+) x (\d+) x (\d+), boxes up to (\d+) x (\d+) x (\d+)", said)
        expect(layout, f"describe of {case} says no layout: {said}")
        numbers = tuple(map(int, layout.groups()))
        shape = dict([("diffusion-3d", (10, 12, 14)), ("full-tensor-2d", (1, 32, 48))])[case]
        parts = process_grid(shape, ranks)
        box = decomposition.largest_box(shape, parts)
        expect(numbers == parts + box, f"{case} on {ranks} ranks: {numbers}, not {parts + box}")


def test_exchanges():
    """Messages and points against an exchange that fills every ghost, and does so rightly."""
    for shape, parts in (((7,), (3,)), ((6, 7), (2, 3)), ((5, 9), (1, 4)), ((7, 8), (4, 2)),
                         ((5, 6, 7), (2, 2, 2)), ((7, 4, 6), (3, 1, 2)), ((4, 7, 7), (1, 3, 4))):  # fmt: skip
        for periodic in itertools.product((False, True), repeat=len(shape)):
            done = exchange.Exchange(shape, parts, periodic)
            label = f"{shape} in {parts}, periodic {periodic}"
            expect(done.complete(), f"{label}: the test's own exchange is wrong")
            counted = decomposition.busiest_rank(shape, parts, periodic)
            expect(counted == done.busiest(), f"{label}: {counted}, not {done.busiest()}")
            for size in (1, 2, 3, 5):
                counted = decomposition.busiest_node(shape, parts, periodic, size)
                wanted = done.busiest_node(size)
                expect(counted == wanted, f"{label}, {size} a node: {counted}, not {wanted}")


def test_wide_exchanges():
    for shape, parts in (((13,), (3,)), ((9, 14), (2, 3)), ((10, 4, 9), (3, 1, 2))):
        for periodic in itertools.product((False, True), repeat=len(shape)):
            done = exchange.Exchange(shape, parts, periodic, width=3)
            label = f"{shape} in {parts}, periodic {periodic}, three wide"
            expect(done.complete(), f"{label}: the test's own exchange is wrong")
            counted = decomposition.busiest_rank(shape, parts, periodic, 3)
            expect(counted == done.busiest(), f"{label}: {counted}, not {done.busiest()}")
            counted = decomposition.busiest_node(shape, parts, periodic, 2, 3)
            expect(counted == done.busiest_node(2), f"{label}, two a node: {counted}")


def test_counts_of_shared_exchanges():
    """5 layers, a target at the third, two at a time: 3 passes of 2 samples there and back."""
    shape, ranks, parts = (12, 13), 6, process_grid((12, 13), 6, 3)
    work = dataclasses.replace(WORK, targets=(3, 5))
    messages, wide = exchange.Exchange(shape, parts, WORK.periodic, 3).busiest()
    narrow = exchange.Exchange(shape, parts, WORK.periodic, 2).busiest()[1]
    forward = model.counts(work, shape, ranks, "forward", 2)
    wanted = ((6 + 2) * messages, 8 * (6 + 18) * wide)
    expect((forward.messages, forward.bytes) == wanted, f"forward: {forward}, not {wanted}")
    gradient = model.counts(work, shape, ranks, "gradient", 2)
    wanted = ((12 + 2) * messages, 8 * ((6 + 18) * wide + 12 * narrow))
    expect((gradient.messages, gradient.bytes) == wanted, f"gradient: {gradient}, not {wanted}")


def test_counts_of_an_evaluation():
    """5 layers of 2 samples there and back, then 18 coefficient fields, 16 and 2 at once."""
    shape, ranks = (12, 13), 6
    done = exchange.Exchange(shape, process_grid(shape, ranks), WORK.periodic)
    messages, points = done.busiest()
    forward = model.counts(WORK, shape, ranks, "forward")
    expect((forward.messages, forward.bytes) == (10 * messages, 80 * points), f"forward: {forward}")
    gradient = model.counts(WORK, shape, ranks, "gradient")
    wanted = (20 * messages + 2 * messages, 8 * (20 + 18) * points)
    expect((gradient.messages, gradient.bytes) == wanted, f"gradient: {gradient}, not {wanted}")
    alone = model.counts(WORK, shape, 1, "gradient")
    expect(alone.messages == alone.bytes == 0, f"one rank sends {alone}")


# -- the model


def timed(shape, ranks, seconds, nodes=1):
    seconds = {sweep: np.full(3, seconds) for sweep in ("forward", "gradient")}
    return Timed(WORK, shape, ranks, nodes, seconds, {}, (f"{ranks}.h5",))


def predicted(machine, series, shape, ranks, sweep="gradient"):
    cost = model.measured_cost(machine, series, sweep)
    return model.predict(machine, series.work, shape, ranks, sweep, cost)


def near(a, b, what):
    expect(abs(a - b) <= 1e-9 * abs(b), f"{what}: {a}, not {b}")


def test_limits():
    slow = model.Machine(1e-3, 1e6, ranks_per_node=4, node_speed_up=2.0)
    one = Series("strong", WORK, (timed((64, 64), 1, 0.5),))
    for machine in (slow, NO_NETWORK):
        near(predicted(machine, one, (64, 64), 1).seconds, 0.5, "one rank")
    for ranks in (2, 16, 64):
        near(predicted(NO_NETWORK, one, (64, 64), ranks).seconds, 0.5 / ranks, "strong, no network")
        near(predicted(NO_NETWORK, one, weak_grid((64, 64), ranks), ranks).seconds, 0.5, "weak, no network")
    crowded = predicted(slow, one, weak_grid((64, 64), 16), 16)
    near(crowded.kernel, 1.0, "a full node that is twice as fast as one rank, with four")
    near(crowded.reduction, 4e-3, "an allreduce of 16 ranks")
    expect(crowded.overlapped < crowded.seconds, "overlap gains nothing")


def test_exchange_time():
    """4 x 4 ranks in rows of four, each row a node: what goes up and down leaves it."""
    slow = model.Machine(1e-3, 1e6, ranks_per_node=4, node_speed_up=math.inf)
    one = Series("strong", WORK, (timed((64, 64), 1, 0.5),))
    found = predicted(slow, one, (64, 64), 16, "forward").exchange
    leaving = 4 * 2 * 16  # ranks, faces up and down, points
    near(
        found,
        10 * 4 * 1e-3 + 10 * leaving * 8 / 1e6,
        "messages by latency and bytes out of a node by bandwidth",
    )


def test_series_without_one_rank():
    """Measured on 2 ranks and on: what the model takes for the messages comes back."""
    machine = model.Machine(1e-4, 1e9, ranks_per_node=2, node_speed_up=1.5)
    some = Series("strong", WORK, (timed((64, 64), 2, 0.5), timed((64, 64), 4, 0.3, nodes=2)))
    near(predicted(machine, some, (64, 64), 2).seconds, 0.5, "the run on the fewest ranks")
    expect(model.measured_speed_up(machine, some, "forward") is None, "no run on one rank")


# -- results


def write(path, shape, ranks, seconds, **attributes):
    """A result as tools/scaling-files keeps it."""
    with h5py.File(path, "w") as file:
        for name in ("forward", "gradient"):
            file[f"timing/{name}"] = seconds * np.array([1.0, 1.1, 0.9])
        file["timing"].attrs.update(attributes)
        file.create_group("provenance").attrs.update(
            resolved_case=CASE.format(shape=list(shape)), ranks=ranks, nodes=-(-ranks // 2), samples=2)  # fmt: skip
    return path


def run(*words, code=0):
    """Output of the tool in one text; its exit code must be `code`."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            program.main([str(word) for word in words])
            found = 0
        except SystemExit as end:
            found = end.code
    expect(found == code, f"{words}: exit code {found}, expected {code}\n{said.getvalue()}")
    return said.getvalue()


@pytest.fixture
def series(folder):
    """Strong scaling of 64 x 64 points on 1 to 4 ranks, weak scaling of 32 x 32 on 1 to 8."""
    for ranks, seconds in ((1, 0.8), (2, 0.5), (4, 0.26)):
        write(folder / f"strong-{ranks}.h5", (64, 64), ranks, seconds)
    for ranks, seconds in ((1, 0.2), (2, 0.25), (8, 0.27)):
        write(folder / f"weak-{ranks}.h5", weak_grid((32, 32), ranks), ranks, seconds)
    return folder


def test_groups(series):
    found = series_of([read(path) for path in sorted(series.glob("*.h5"))])
    kinds = [(s.kind, [run.ranks for run in s.runs]) for s in found]
    # 64 x 64 points on 4 ranks are 32 x 32 for each: a point of both series.
    expect(kinds == [("strong", [1, 2, 4]), ("weak", [1, 2, 4, 8])], f"series: {kinds}")
    expect(found[0].work.varying == 5 + 2 + 3, f"fields that vary in space: {found[0].work.varying}")


def test_output(series):
    said = run(series, "--ranks", "64")
    row = re.search(r"^ +2 +64x64 +2048 +0\.5 +0\.475-0\.525 +1\.6 +0\.80 ", said, re.M)
    expect(row, f"the line of two ranks of strong scaling\n{said}")
    expect("a node of 2 ranks is 1.6 times as fast as one (measured" in said, said)
    for name in ("strong-made-up-64x64.png", "weak-made-up-1024-per-rank.png"):
        expect((series / name).stat().st_size > 10_000, f"{name} is no picture")
    document = json.loads((series / "scaling.json").read_text())
    strong = document["series"][0]["sweeps"]["gradient"]
    ranks = [line["ranks"] for line in strong]
    expect(ranks == [1, 2, 4, 8, 16, 32, 64], f"ranks in scaling.json: {ranks}")
    near(strong[0]["model"], 0.8, "the model on one rank")
    near(strong[1]["ratio"], 1.0, "a full node makes the model")


def test_other_grid(series):
    said = run(series / "strong-1.h5", "--grid", "512,256", "--ranks", 4, "--output", series / "other")
    expect(" 512x256 " in said and "quartiles" in said and " 64x64 " not in said, said)
    said = run(series / "strong-1.h5", "--grid", "512", code=2)
    expect("--grid: 1 axes" in said, said)


def test_counted_by_the_program(series):
    work = read(series / "strong-2.h5").work
    right = model.counts(work, (64, 64), 2, "gradient")
    path = write(series / "counted.h5", (64, 64), 2, 0.5, messages=right.messages, bytes=right.bytes)
    expect("counted by the program in 1 result" in run(path), "counts that are right")
    write(path, (64, 64), 2, 0.5, messages=right.messages + 1, bytes=right.bytes)
    expect(
        f"counted {right.messages + 1} messages, the model {right.messages}" in run(path, code=1),
        "wrong counts",
    )
    path.unlink()


# -- wrong input


def refused(*words):
    """What a tool says, in one line, when it must refuse."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    expect(done.returncode == 2, f"{words}: exit code {done.returncode}\n{done.stderr}")
    lines = [line for line in done.stderr.splitlines() if not line.startswith(("usage:", "  "))]
    expect(len(lines) == 1, f"{words}: more than a line\n{done.stderr}")
    return lines[0]


def test_refusals(series):
    tool, prepare = ROOT / "tools" / "scaling", ROOT / "tools" / "scaling-files"
    (series / "empty").mkdir()
    (series / "text.h5").write_text("no HDF5")
    with h5py.File(series / "none.h5", "w") as file:
        file.create_group("provenance")
    good, case = series / "strong-1.h5", ROOT / "jobs" / "scaling-2d.toml"
    for words, reason in (
        ([series / "empty"], "no result files"),
        ([series / "absent.h5"], "no such file"),
        ([series / "text.h5"], "cannot be read as HDF5"),
        ([series / "none.h5"], "has no times"),
        ([good, "--latency", "0"], "must be positive"),
        ([good, "--grid", "64,-1"], "positive integers"),
    ):
        said = refused(tool, *words)
        expect(reason in said, f"{words}: '{said}' does not say '{reason}'")
    for words, reason in (
        (["weak", series / "absent.toml", 2, series / "f.h5"], "No such file"),
        (["strong", good, 2, series / "f.h5"], "no case file"),
        (["strong", case, 5, series / "f.h5", "--shape", "2,2"], "do not fit"),
        (["weak", case, 5, series / "f.h5", "--shape", "2,2,2"], "3 axes"),
    ):
        said = refused(prepare, "prepare", *words)
        expect(reason in said, f"{words}: '{said}' does not say '{reason}'")
    expect("no result with times" in refused(prepare, "keep", series / "none.h5", series / "kept.h5"), "keep")


# -- with the program


def words_of_files(*words):
    """What tools/scaling-files prints, line by line."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        options = files.arguments([str(word) for word in words])
        options.run(options)
    return said.getvalue().splitlines()


def test_with_the_program(folder):
    """Results of both cases; where they have the program's counts these must be the model's."""
    for name, shape in (("2d", "24,36"), ("3d", "9,10,12")):
        case = ROOT / "jobs" / f"scaling-{name}.toml"
        for ranks in (2, 4):
            words = words_of_files("prepare", "strong", case, ranks, folder / "f.h5", "--shape", shape)
            words += ["--output", "whole.h5", "--set", "network.layers=3", "--quiet"]
            succeed("gradient", case, "--repeat", 2, *words, folder=folder, ranks=ranks)
            words_of_files("keep", folder / "whole.h5", folder / "kept" / f"{name}-{ranks}.h5")
    said = run(folder / "kept", "--ranks", 16)
    expect(said.count("strong scaling: tanh network") == 4, said)
    said = run(folder / "whole.h5", "--ranks", 16, "--output", folder / "raw")
    document = strict(folder / "raw" / "scaling.json")
    (series,) = document["series"]
    found, wanted = (model_of(d["series"][-1]) for d in (document, strict(folder / "kept" / "scaling.json")))
    expect(found == wanted, f"a whole result counts {found}, what was kept of it {wanted}")


def model_of(series):
    """Messages and bytes of a gradient on 4 ranks."""
    (row,) = [row for row in series["sweeps"]["gradient"] if row["ranks"] == 4]
    return row["messages"], row["bytes"], row["shape"]


def strict(path):
    """What is in a JSON file; NaN and Infinity, which other readers refuse, are refused."""

    def refuse(word):
        raise ValueError(f"{path}: {word} is no JSON")

    return json.loads(path.read_text(), parse_constant=refuse)


def test_json(folder):
    """Numbers of numpy are numbers; what JSON has no number for is null."""
    document = {"a": np.int64(3), "b": [np.float32(0.5), np.bool_(True)], "c": np.arange(3), "d": (math.inf, np.nan)}
    path = folder / "numbers.json"
    path.write_text(nadir_json.text(document))
    wanted = {"a": 3, "b": [0.5, True], "c": [0, 1, 2], "d": [None, None]}
    expect(strict(path) == wanted, path.read_text())
    try:
        nadir_json.text({"a": object()})
    except TypeError:
        return
    raise AssertionError("what is no number has passed")
