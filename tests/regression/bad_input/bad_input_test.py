"""Wrong input: exit code 2, every problem at its place in the user's words, nothing written.

A row changes lines of a small valid case; the mark « stands before the place the message must name.
"""

import re
import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import h5py
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from program import expect, nadir, snapshot, succeed  # noqa: E402

CASE = """\
title = "small"

[grid]
shape = [6, 5]
boundary = ["reflect", "periodic"]

[network]
layers = 3
activation = "tanh"

[kernel]
reaction = { init = -0.1, varies = ["space"] }
diffusion = { init = 0.1 }

[data]
input = { file = "fields.h5", dataset = "x" }
target = { file = "fields.h5", dataset = "y" }

[training]
iterations = 3

[output]
file = "result.h5"
"""

ACTIVATIONS = (
    "identity, tanh, relu, leaky-relu, sigmoid, softplus, gelu, sin, square, logistic"
)
OPTIMIZERS = "bqnls, blmvm, lmvm, bncg, cg, bqnkls, bqnktr, bqnktl, steepest-descent, adam"
WITH_BOUNDS = "bqnls, blmvm, bncg, bqnkls, bqnktr, bqnktl, steepest-descent, adam"
DATASETS = "/high, /holes, /huge, /large, /none, /three, /wide, /x, /y"
SHAPE, BOUNDARY, LAYERS = 'shape = [6, 5]', 'boundary = ["reflect", "periodic"]', "layers = 3"
REACTION = 'reaction = { init = -0.1, varies = ["space"] }'
INPUT = 'input = { file = "fields.h5", dataset = "x" }'
TARGET = 'target = { file = "fields.h5", dataset = "y" }'
ITERATIONS, OUTPUT = "iterations = 3", 'file = "result.h5"'
HIGH = 'init = { file = "fields.h5", dataset = "high" }'

# What is wrong: lines of the case and what stands there instead, then the message after the place.
WRONG = {
    "unknown key": (
        {LAYERS: "«layrs = 3\nlayers = 3"},
        "network.layrs: unknown key (did you mean 'layers'?)",
    ),
    "unknown section": (
        {"[training]": "[«trainin]"},
        "trainin: unknown key (did you mean 'training'?)",
    ),
    "key of another section": (
        {LAYERS: "layers = 3\n«iterations = 3"},
        "network.iterations: unknown key (did you mean 'training.iterations'?)",
    ),
    "wrong type, number": ({LAYERS: '«layers = "3"'}, 'network.layers: expected an integer, found the string "3"'),
    "wrong type, real": ({LAYERS: "«layers = 3.5"}, "network.layers: expected an integer, found the number 3.5"),
    "wrong type, text": ({'title = "small"': "«title = 1"}, "title: expected a string, found the integer 1"),
    "not a number": ({ITERATIONS: "«gradient_tolerance = nan"}, "training.gradient_tolerance: must be finite, is nan"),
    "infinite": ({LAYERS: "layers = 3\n«rate = inf"}, "network.rate: must be finite, is inf"),
    "negative size": ({SHAPE: "shape = [6, «-5]"}, "grid.shape.1: must be at least 1, is -5"),
    "no layers": ({LAYERS: "«layers = 0"}, "network.layers: must be between 1 and 1000000000, is 0"),
    "number of spacings": (
        {SHAPE: "shape = [6, 5]\n«spacing = [1.0]"},
        "grid.spacing: must have one entry for each of the 2 axes of grid.shape, has 1",
    ),
    "negative spacing": (
        {SHAPE: "shape = [6, 5]\nspacing = [1.0, «-1.0]"},
        "grid.spacing.1: must be positive, is -1.0",
    ),
    "missing boundary": (
        {"[grid]": "[«grid]", BOUNDARY: ""},
        'grid.boundary: missing: one of "periodic", "reflect", { value = number } for each axis; '
        "there is no default, since a wrong guess would go unseen",
    ),
    "unknown boundary": (
        {BOUNDARY: 'boundary = ["reflect", «"periodc"]'},
        'grid.boundary.1: unknown boundary "periodc" (did you mean "periodic"? one of: periodic, reflect)',
    ),
    "number of boundaries": (
        {BOUNDARY: '«boundary = ["reflect"]'},
        "grid.boundary: must have one entry for each of the 2 axes of grid.shape, has 1",
    ),
    "unknown activation": (
        {'activation = "tanh"': '«activation = "tanch"'},
        f'network.activation: unknown activation "tanch" (did you mean "tanh"? one of: {ACTIVATIONS})',
    ),
    "unknown TAO type": (
        {ITERATIONS: '«optimizer = "bqnsl"'},
        f'training.optimizer: unknown optimizer "bqnsl" (did you mean "bqnls"? one of: {OPTIMIZERS})',
    ),
    "TAO type that needs more": (
        {ITERATIONS: '«optimizer = "nls"'},
        f'training.optimizer: unknown optimizer "nls" (one of: {OPTIMIZERS})',
    ),
    "missing file": (
        {INPUT: 'input = { «file = "absent.h5", dataset = "x" }'},
        "data.input.file: no such file: absent.h5",
    ),
    "a file of another kind": (
        {INPUT: 'input = { «file = "case.toml", dataset = "x" }'},
        "data.input.file: case.toml is neither an HDF5 nor a netCDF-4 file",
    ),
    "classic netCDF": (
        {INPUT: 'input = { «file = "classic.nc", dataset = "x" }'},
        "data.input.file: classic.nc is a classic netCDF file; convert it with: "
        "nccopy -k nc4 classic.nc classic-nc4.nc",
    ),
    "missing dataset": (
        {TARGET: 'target = { file = "fields.h5", «dataset = "z" }'},
        f"data.target.dataset: fields.h5: z: no such dataset (the file has {DATASETS})",
    ),
    "wrong shape": (
        {INPUT: 'input = { file = "fields.h5", «dataset = "wide" }'},
        "data.input.dataset: wide has shape [6, 6], the grid needs [6, 5] or [samples, 6, 5]",
    ),
    "wrong shape of a mask": (
        {TARGET: 'target = { file = "fields.h5", dataset = "y", mask = { file = "fields.h5", «dataset = "wide" } }'},
        "data.target.mask.dataset: wide has shape [6, 6], expected [6, 5]",
    ),
    "number of samples": (
        {TARGET: '«target = { file = "fields.h5", dataset = "three" }'},
        "data.target: the number of samples is 3, that of data.input is 1",
    ),
    "index beyond the samples": (
        {TARGET: 'target = { file = "fields.h5", dataset = "three", «index = 3 }'},
        "data.target.index: sample 3 is out of range: three has 3, counted from 0",
    ),
    "NaN in an input": (
        {INPUT: '«input = { file = "fields.h5", dataset = "holes" }'},
        "data.input: fields.h5: holes: sample 0, point (y,x) = (2, 3) is missing or not finite (NaN, fill value, mask = 0 or "
        "infinite); an input must be known everywhere",
    ),
    "all targets missing": (
        {TARGET: '«target = { file = "fields.h5", dataset = "none" }'},
        "data.target: no value is observed: all are missing or masked",
    ),
    "no target": ({TARGET: "", "[data]": "[«data]"}, "data: `nadir train` needs a target: add data.target"),
    "nothing to train": (
        {REACTION: "reaction = -0.1", "diffusion = { init = 0.1 }": "diffusion = 0.1", "[kernel]": "[«kernel]"},
        "kernel: no parameter is trained: write one as a table, e.g. reaction = { init = 0.0 }",
    ),
    "bounds reversed": (
        {REACTION: "reaction = { init = -0.1, «bounds = [1.0, -1.0] }"},
        "kernel.reaction.bounds: reversed: the lower bound 1.0 is above the upper bound -1.0",
    ),
    "init outside bounds": (
        {REACTION: "reaction = { «init = -0.1, bounds = [0.0, 1.0] }"},
        "kernel.reaction.init: -0.1 is outside the bounds [0.0, 1.0]",
    ),
    "default init outside bounds": (
        {REACTION: "«reaction = { bounds = [0.5, 1.0] }"},
        "kernel.reaction.init: 0.0 is outside the bounds [0.5, 1.0]",
    ),
    "init file outside bounds": (
        {REACTION: f'reaction = {{ «{HIGH}, varies = ["space"], bounds = [0.0, 1.0] }}'},
        "kernel.reaction.init: 30 values of the file lie outside the bounds [0, 1]",
    ),
    "shape of an init file": (
        {REACTION: 'reaction = { init = { file = "fields.h5", «dataset = "high" }, varies = ["space", "layer"] }'},
        "kernel.reaction.init.dataset: high has shape [6, 5], expected [3, 6, 5] "
        "(layers, components, grid; axes it does not vary in absent)",
    ),
    "number of components": (
        {REACTION: "reaction = 0.0\nadvection = { «init = [1.0, 2.0, 3.0] }"},
        "kernel.advection.init: must have one number per component, 2 (y, x), has 3; values that "
        "differ in space or layer come from a file",
    ),
    "bounds for a type without them": (
        {REACTION: "reaction = { init = 0.1, «bounds = [0.0, 1.0] }", ITERATIONS: 'optimizer = "lmvm"'},
        f'kernel.reaction.bounds: the optimizer "lmvm" takes no bounds (these do: {WITH_BOUNDS})',
    ),
    "stored layer beyond n": (
        {OUTPUT: 'file = "result.h5"\n«layers = [0, 4]'},
        "output.layers: layer 4 is beyond network.layers = 3",
    ),
    "target layer beyond n": (
        {TARGET: 'target = { file = "fields.h5", dataset = "y", «layer = 4 }'},
        "data.target.layer: must be between 0 and network.layers = 3, is 4",
    ),
    "output below a file": (
        {OUTPUT: '«file = "fields.h5/result.h5"'},
        "output.file: cannot create the folder fields.h5: Not a directory",
    ),
    "output is the input": (
        {OUTPUT: '«file = "fields.h5"'},
        "output.file: fields.h5 is there and no result of nadir; choose another name",
    ),
    "output is a folder": ({OUTPUT: '«file = "folder"'}, "output.file: folder is a folder"),
}  # fmt: skip

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
    r"free for it; use more nodes, fewer ranks on each or a smaller grid"
)

# Wrong words on the command line. "case.toml" is the valid case.
WRONG_WORDS = {
    ("trian", "case.toml"): "nadir: unknown command 'trian' (did you mean 'train'?); see nadir --help",
    (): "nadir: A subcommand is required; see nadir --help",
    ("train",): "nadir: CASE is required; see nadir --help",
    ("train", "case.toml", "--outptu", "x.h5"): "--outptu",
    ("forward", "case.toml", "--verify"): "--verify",
    ("gradient", "case.toml", "--repeat", "0"): "--repeat",
    ("train", "case.toml", "--quiet", "--verbose"): "nadir: --quiet and --verbose exclude each other",
    ("train", "absent.toml"): "absent.toml: cannot be read: No such file or directory",
    ("train", "case.toml", "--set", "network.layrs=3"): "--set network.layrs: unknown key (did you mean 'layers'?)",
    ("train", "case.toml", "--set", "network.layers=-3"): "--set network.layers: must be between 1 and 1000000000, is -3",
    ("train", "case.toml", "--set", "network"): "--set network: expected key.path=value",
    ("train", "case.toml", "--set", "data.target.layer=9"):
        "--set data.target.layer: must be between 0 and network.layers = 3, is 9",
    ("gradient", "case.toml", "--set", "run.memory=1 KiB"):
        "--set run.memory: 1.00 KiB is too little: 3 states, the fewest that do, take 1.69 KiB",
    ("gradient", "case.toml", "--set", "run.memory=2 GB"):
        '--set run.memory: expected "auto" or a size as "2 GiB", found the string "2 GB"',
    ("gradient", "case.toml", "--set", "run.scratch=absent"): "--set run.scratch: there is no folder absent",
    ("train", "case.toml", "--set", "run.scratch=fields.h5"): "--set run.scratch: fields.h5 is not a folder",
    ("train", "case.toml", "--set", "run.scratch="): "--set run.scratch: must not be empty",
    ("gradient", "case.toml", "--set", "run.state_precision=half"):
        '--set run.state_precision: unknown state_precision "half" (one of: double, single)',
    ("train", "case.toml", "--output", "case.toml/x.h5"):
        "--output: output.file: cannot create the folder case.toml: Not a directory",
    ("train", "case.toml", "--", "-tao_nonsense", "3"):
        "-- -tao_nonsense: no part of PETSc used here asks for this option",
    ("train", "case.toml", "--", "word"): "-- word: no part of PETSc used here asks for this option",
    ("train", "case.toml", "--", "-tao_type", "lmvm"):
        "-- -tao_type lmvm: choose the optimiser by training.optimizer, or --set training.optimizer=lmvm",
    ("train", "case.toml", "--", "-options_file", "absent.rc"):
        "nadir: -- -options_file absent.rc: No such file or directory",
    ("gradient", "case.toml", "--", "-tao_monitor"): "-- -tao_monitor: no part of PETSc used here asks for this option",
}  # fmt: skip


def write_fields(path):
    values = np.random.default_rng(2).normal(size=(3, 6, 5))
    holes = values[0].copy()
    holes[2, 3] = holes[5, 1] = np.nan
    with h5py.File(path, "w") as file:
        file["x"], file["y"], file["three"], file["holes"] = values[0], values[1], values, holes
        file["high"], file["none"] = np.full((6, 5), 2.0), np.full((6, 5), np.nan)
        file["wide"] = np.zeros((6, 6))
        # Never written, so they take no room: HDF5 makes the space of chunks when it is used.
        file.create_dataset("huge", (50000, 50000), chunks=(1000, 1000))
        file.create_dataset("large", (40000, 40000), chunks=(1000, 1000))


def edited(changes):
    """The case with lines replaced; the place of the mark, if there is one."""
    text = CASE
    for old, new in changes.items():
        expect(text.count(old) == 1, f"the case has not one line {old}")
        text = text.replace(old, new)
    before, mark, after = text.partition("«")
    place = (before.count("\n") + 1, len(before) - before.rfind("\n")) if mark else None
    return before + after, place


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


def check_list(folder):
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


def check_syntax(folder):
    """A text that is not TOML: that one line and nothing that follows from it."""
    (folder / "case.toml").write_text(CASE.replace("layers = 3", "layers = = 3\nlayrs = 4"))
    run = nadir("train", "case.toml", folder=folder)
    lines = run.err.splitlines()
    expect(run.code == 2 and len(lines) == 1, f"syntax error: {run}")
    expect(lines[0].startswith("case.toml:8:10: "), f"syntax error: {run}")


def check_size(folder):
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
        expect(told if command == "describe" else not run.out, f"too little memory: {run}")
        expect(snapshot(folder) == before, f"too little memory: files changed: {run}")


def once(run, code, message):
    """mpirun adds words of its own, so the message is searched and must be there once."""
    expect(run.code == code, f"exit code {run.code}, not {code}: {run}")
    expect(run.err.count(message) == 1, f"not once: {message}\n{run}")


def check_ranks(folder):
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


def check_too_many_ranks(folder):
    text, _ = edited({SHAPE: "shape = [2, 2]"})
    (folder / "case.toml").write_text(text)
    with h5py.File(folder / "four.h5", "w") as file:
        file["x"] = file["y"] = np.ones((2, 2))
    fields = [word for name in ("input", "target") for word in ("--set", f'data.{name}.file="four.h5"')]
    run = nadir("gradient", "case.toml", *fields, folder=folder, ranks=5)
    message = "case.toml:4:1: grid.shape: 5 ranks are too many for this grid; the largest usable count is 4"
    once(run, 2, message)
    succeed("gradient", "case.toml", *fields, "--output", "four-ranks.h5", folder=folder, ranks=4)


def check_petsc_words(folder):
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


def first_overflow(z, reaction):
    """Layer and point where z -> ((1 + R) z)^2 leaves the range of a double first."""
    layer = 0
    with np.errstate(over="ignore"):
        while np.isfinite(z).all():
            z, layer = ((1 + reaction) * z) ** 2, layer + 1
    y, x = np.argwhere(~np.isfinite(z))[0]
    return f"layer {layer}, point (y, x) = ({y}, {x})"


def check_divergence(folder):
    """Exit code 1, iteration, layer and point named, the results of before still there."""
    changes = {
        'activation = "tanh"': 'activation = "square"',
        LAYERS: "layers = 40",
        REACTION: "reaction = { init = 4.0 }",
        "diffusion = { init = 0.1 }": "diffusion = 0.0",
    }
    text, _ = edited(changes)
    (folder / "case.toml").write_text(text)
    with h5py.File(folder / "fields.h5") as file:
        place = "the state is not finite: sample 0, " + first_overflow(file["x"][()], 4.0)
    before = snapshot(folder)
    expect("result.h5" in before and "result.xdmf" in before, "no result of before")
    for command, ranks in (("forward", 1), ("gradient", 1), ("train", 1), ("forward", 3), ("gradient", 3), ("train", 3)):
        run = nadir(command, "case.toml", folder=folder, ranks=ranks)
        once(run, 1, ("iteration 0: " if command == "train" else "") + place)
        expect(unchanged(before, snapshot(folder)), f"{command}: not the files of before: {run}")


def unchanged(before, after):
    """Nothing of before is gone; only tables, logs of iterations as they come, are new."""
    new = {name for name in after if name not in before}
    tables = {data for name, data in before.items() if name.endswith(".csv")}
    results = {name: data for name, data in before.items() if not name.endswith(".csv")}
    return (
        all(name.endswith(".csv") for name in new)
        and tables <= set(after.values())
        and results.items() <= after.items()
    )


def check_wild_step(folder):
    """A step that is far too long throws the next iterate out of the range of numbers."""
    text, _ = edited(
        {
            'activation = "tanh"': 'activation = "identity"',
            ITERATIONS: 'optimizer = "steepest-descent"\nlearning_rate = 1e200\niterations = 50',
        }
    )
    (folder / "case.toml").write_text(text)
    before = snapshot(folder)
    run = nadir("train", "case.toml", folder=folder)
    found = re.search(r"^iteration (\d+): the state is not finite: sample 0, layer (\d+), point", run.err, re.M)
    expect(run.code == 1 and found, f"a wild step: {run}")
    expect(int(found[1]) == 1 and 1 <= int(found[2]) <= 3, f"a wild step: {run}")
    expect(unchanged(before, snapshot(folder)), f"a wild step: not the files of before: {run}")


def check_overflowing_loss(folder):
    """All states are finite, but the square of a distance is not."""
    (folder / "case.toml").write_text(CASE.replace('dataset = "y"', 'dataset = "y", scale = 1e-200'))
    before = snapshot(folder)
    for command, start in (("gradient", ""), ("train", "iteration 0: ")):
        run = nadir(command, "case.toml", folder=folder)
        once(run, 1, start + "the loss is not finite, though all states are")
        expect(unchanged(before, snapshot(folder)), f"{command}: not the files of before: {run}")


def check_help(folder):
    for words in (("--help",), ("--version",), ("train", "--help"), ("forward", "--version"), ("describe", "-h")):
        run = succeed(*words, folder=folder)
        expect(run.out.strip() and not run.err, f"{words}: {run}")
    listed = succeed("--help", folder=folder).out
    for command in ("forward", "gradient", "train", "describe", "attractor", "interpret"):
        expect(re.search(rf"^ +{command} ", listed, re.M), f"--help does not list {command}")
    for command in ("reach",):
        expect(command not in listed, f"--help lists {command}, which is not there")
    expect(re.fullmatch(r"nadir \d+\.\d+\.\d+ \(.+\)\n", succeed("--version", folder=folder).out), "--version")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_fields(folder / "fields.h5")
        (folder / "classic.nc").write_bytes(b"CDF\x01" + bytes(28))
        (folder / "folder").mkdir()
        (folder / "case.toml").write_text(CASE)
        check_help(folder)
        succeed("train", "case.toml", folder=folder)  # a good result, which must survive all of it
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(partial(check_case, folder), WRONG.items()))
            list(pool.map(partial(check_words, folder), WRONG_WORDS.items()))
        check_list(folder)
        check_syntax(folder)
        check_size(folder)
        check_ranks(folder)
        check_too_many_ranks(folder)
        check_divergence(folder)
        check_wild_step(folder)
        check_overflowing_loss(folder)
        check_petsc_words(folder)
    print(f"{len(WRONG)} wrong cases and {len(WRONG_WORDS)} wrong command lines are refused as documented")


if __name__ == "__main__":
    main()
