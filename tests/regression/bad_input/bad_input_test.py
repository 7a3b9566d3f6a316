"""Wrong input: exit code 2, every problem at its place in the user's words, nothing written.

A row of wrong_*.py changes lines of a small valid case; the mark « stands before the place the message must name.
"""

import re
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import h5py
import numpy as np
import pytest

import wrong_data
import wrong_keys
import wrong_network
import wrong_output
import wrong_training
import wrong_words
from program import expect, nadir, once, snapshot, succeed
from small_case import (
    CASE, INPUT, ITERATIONS, LAYERS, OUTPUT, REACTION, SHAPE, TARGET, edited, write_fields,
)  # fmt: skip

TABLES = (wrong_keys, wrong_network, wrong_data, wrong_training, wrong_output)
WRONG = {what: row for table in TABLES for what, row in table.ROWS.items()}
WRONG_WORDS = wrong_words.ROWS

# More unknowns than PETSc's integers count; with 64-bit ones it is the memory that does not suffice.
HUGE = {
    SHAPE: "«shape = [50000, 50000]",
    LAYERS: "layers = 1000",
    INPUT: 'input = { file = "fields.h5", dataset = "huge" }',
    TARGET: 'target = { file = "fields.h5", dataset = "huge" }',
}
TOO_MANY = (
    r"case.toml:4:1: grid.shape: 2500000001 unknowns are more than PETSc's 32-bit integers count; "
    r"build with 64-bit indices \(Debian: libpetsc64-real-dev\)"
)
TOO_LARGE = (
    r"case.toml:\d+:1: grid.shape: this case needs [\d.]+ [GT]iB on each rank of a node that has [\d.]+ .iB "
    r"free for it; use more nodes, fewer ranks on each or a smaller grid; it fits on \d+ ranks with that much memory each"
)


def refused(run, lines, untouched, what):
    """Exit code 2, exactly these lines on stderr, nothing else anywhere."""
    expect(run.code == 2, f"{what}: exit code {run.code}, not 2: {run}")
    expect(run.err.splitlines() == lines, f"{what}: expected\n" + "\n".join(lines) + f"\ngot {run}")
    expect(run.out == "", f"{what}: printed results: {run}")
    folder, before = untouched
    expect(snapshot(folder) == before, f"{what}: files changed: {run}")


def check_case(template, item):
    what, (changes, message) = item
    text, (line, column) = edited(changes)
    with tempfile.TemporaryDirectory() as name:
        folder = shutil.copytree(template, Path(name) / "case")
        (folder / "case.toml").write_text(text)
        before = snapshot(folder)
        message = message.replace("{folder}", str(folder.resolve()))
        run = nadir("train", "case.toml", folder=folder)
        refused(run, [f"case.toml:{line}:{column}: {message}"], (folder, before), what)


def check_words(template, item):
    words, message = item
    with tempfile.TemporaryDirectory() as name:
        folder = shutil.copytree(template, Path(name) / "case")
        message = message.replace("{folder}", str(folder.resolve()))
        before = snapshot(folder)
        run = nadir(*words, folder=folder)
        line = message if ": " in message else run.err.strip()  # the parser's own wording
        expect(message in run.err, f"{words}: expected {message} in {run}")
        refused(run, [line], (folder, before), words)


@pytest.fixture(scope="module")
def folder(module_folder):
    """With a good result, which must survive all of it."""
    write_fields(module_folder / "fields.h5")
    (module_folder / "classic.nc").write_bytes(b"CDF\x01" + bytes(28))
    (module_folder / "folder").mkdir()
    (module_folder / "case.toml").write_text(CASE)
    succeed("train", "case.toml", folder=module_folder)
    return module_folder


def test_wrong_cases(folder):
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(partial(check_case, folder), WRONG.items()))


def test_wrong_words(folder):
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(partial(check_words, folder), WRONG_WORDS.items()))


def test_help(folder):
    for words in (("--help",), ("--version",), ("train", "--help"), ("forward", "--version"), ("describe", "-h")):
        run = succeed(*words, folder=folder)
        expect(run.out.strip() and not run.err, f"{words}: {run}")
    listed = succeed("--help", folder=folder).out
    for command in ("forward", "gradient", "train", "describe", "attractor", "interpret"):
        expect(re.search(rf"^ +{command} ", listed, re.M), f"--help does not list {command}")
    for command in ("reach",):
        expect(command not in listed, f"--help lists {command}, which is not there")
    expect(re.fullmatch(r"nadir \d+\.\d+\.\d+ \(.+\)\n", succeed("--version", folder=folder).out), "--version")


def test_list(folder):
    """Several mistakes: one list, in the order of the file, what was typed after it."""
    text, _ = edited(
        {
            LAYERS: "layers = -3",
            'activation = "tanh"': 'activation = "tanch"',
            REACTION: "reaction = { init = 0.0, bounds = [2, 1] }",
            INPUT: 'input = { file = "absent.h5", dataset = "x" }',
            ITERATIONS: "iteration = 3",
            OUTPUT: 'file = "fields.h5/result.h5"',
        }
    )
    (folder / "case.toml").write_text(text)
    run = nadir("train", "case.toml", "--set", "network.rate=0", folder=folder)
    places = [line.partition(": ")[0] for line in run.err.splitlines()]
    expected = [
        "case.toml:8:1",
        "case.toml:9:1",
        "case.toml:12:26",
        "case.toml:16:11",
        "case.toml:20:1",
        "case.toml:23:1",
        "--set network.rate",
    ]
    expect(run.code == 2 and places == expected, f"several mistakes: {run}")
    expect(run.out == "", f"several mistakes: {run}")


def test_syntax(folder):
    """A text that is not TOML: that one line and nothing that follows from it."""
    (folder / "case.toml").write_text(CASE.replace("layers = 3", "layers = = 3\nlayrs = 4"))
    run = nadir("train", "case.toml", folder=folder)
    lines = run.err.splitlines()
    expect(run.code == 2 and len(lines) == 1, f"syntax error: {run}")
    expect(lines[0].startswith("case.toml:8:10: "), f"syntax error: {run}")


def test_size(folder):
    """What cannot be counted or does not fit is refused before anything of it is read."""
    text, _ = edited(HUGE)
    (folder / "case.toml").write_text(text)
    before = snapshot(folder)
    for command in ("describe", "gradient", "train"):
        run = nadir(command, "case.toml", folder=folder)
        expect(re.fullmatch(f"{TOO_MANY}|{TOO_LARGE}", run.err.strip()), f"too many unknowns: {run}")
        refused(run, [run.err.strip()], (folder, before), "too many unknowns")
    text = text.replace("[50000, 50000]", "[40000, 40000]").replace('"huge"', '"large"')
    (folder / "case.toml").write_text(text)
    before = snapshot(folder)
    for command in ("describe", "gradient", "train"):
        run = nadir(command, "case.toml", folder=folder)
        expect(run.code == 2 and re.fullmatch(TOO_LARGE, run.err.strip()), f"too little memory: {run}")
        # The description comes first: it tells where the memory would go.
        told = re.search(r"^  gradient +[\d.]+ [GT]iB +\(.*states [\d.]+ GiB.*\n +states: 3 of 1001 are held", run.out, re.M)
        told = told and "diffusive number  sum 2 omega D / spacing^2" in run.out
        expect(told if command == "describe" else not run.out, f"too little memory: {run}")
        expect(snapshot(folder) == before, f"too little memory: files changed: {run}")


def test_ranks(folder):
    """The same on three ranks: one code, one message. Each row fails at another stage."""
    stages = ["unknown key", "wrong shape", "NaN in an input", "all targets missing", "output below a file"]
    stages += ["init file outside bounds"]
    for what in stages:
        changes, message = WRONG[what]
        message = message.replace("{folder}", str(folder.resolve()))
        text, (line, column) = edited(changes)
        (folder / "case.toml").write_text(text)
        before = snapshot(folder)
        run = nadir("train", "case.toml", folder=folder, ranks=3)
        once(run, 2, f"case.toml:{line}:{column}: {message}")
        expect(run.out == "" or not re.search("^grid|iter", run.out, re.M), f"{what}: {run}")
        expect(snapshot(folder) == before, f"{what} on 3 ranks: files changed: {run}")
    (folder / "case.toml").write_text(CASE)
    for words in (("trian", "case.toml"), ("train", "case.toml", "--", "-tao_nonsense", "3")):
        once(nadir(*words, folder=folder, ranks=3), 2, WRONG_WORDS[words])


def test_too_many_ranks(folder):
    text, _ = edited({SHAPE: "shape = [2, 2]"})
    (folder / "case.toml").write_text(text)
    with h5py.File(folder / "four.h5", "w") as file:
        file["x"] = file["y"] = np.ones((2, 2))
    fields = [word for name in ("input", "target") for word in ("--set", f'data.{name}.file="four.h5"')]
    run = nadir("gradient", "case.toml", *fields, folder=folder, ranks=5)
    message = "case.toml:4:1: grid.shape: 5 ranks are too many for this grid; the largest usable count is 4"
    once(run, 2, message)
    succeed("gradient", "case.toml", *fields, "--output", "four-ranks.h5", folder=folder, ranks=4)
    run = nadir("gradient", "case.toml", *fields, "--set", "run.layers_per_exchange=2", folder=folder, ranks=2)
    message = (
        "--set run.layers_per_exchange: 2 layers need ghosts 3 points wide, more than each of 2 ranks has of "
        "every axis that is cut; use 1"
    )
    once(run, 2, message)


def test_petsc_words(folder):
    """Options that are used work; those of the environment that are not are one warning."""
    (folder / "case.toml").write_text(CASE)
    words = ("train", "case.toml", "--quiet", "--output", "petsc.h5")
    run = succeed(*words, "--", "-tao_monitor", "-log_view", folder=folder)
    expect("0 TAO,  Function value" in run.out, f"-tao_monitor shows nothing: {run}")
    expect("PETSc Performance Summary" in run.out, f"-log_view shows nothing: {run}")
    for ranks in (1, 3):
        unused = {"PETSC_OPTIONS": "-nobody_asks 1 -neither_this"}
        run = succeed(*words, folder=folder, ranks=ranks, environment=unused)
        lines = [line for line in run.err.splitlines() if line.startswith("warning: ")]
        expected = (
            "warning: PETSc options from the environment or rc files that nothing uses: "
            "-neither_this -nobody_asks"
        )
        expect(lines == [expected], f"unused options of the environment: {run}")
