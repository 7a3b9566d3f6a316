"""`nadir describe` opens the data as the other commands do, and says what can be said of a case that does not fit."""

import os
import re

import h5py
import numpy as np
import pytest

from program import expect, nadir, snapshot, succeed

CASE = """\
[grid]
shape = [40, 50]
boundary = ["reflect", "periodic"]
[network]
layers = 4
[kernel]
diffusion = { init = 0.1 }
[data]
input = { file = "fields.h5", dataset = "x" }
target = { file = "fields.h5", dataset = "y" }
"""
# Two thousand million unknowns of a parameter, twenty vectors of them.
LARGE = CASE.replace("layers = 4", "layers = 1000000").replace(
    "init = 0.1", 'init = 0.1, varies = ["space", "layer"]'
)
NAN = "is missing or not finite (NaN, fill value, mask = 0 or infinite); an input must be known everywhere: fill its gaps"


def write_fields(path):
    values = np.random.default_rng(1).normal(size=(40, 50))
    holes = values.copy()
    holes[3, 4] = np.nan
    with h5py.File(path, "w") as file:
        file["x"], file["holes"], file["none"] = values, holes, np.full((40, 50), np.nan)
        file.create_dataset("y", data=values, chunks=(40, 50), fletcher32=True)
        file["wrong"] = np.full((40, 50), np.inf)
        place = file["y"].id.get_chunk_info(0).byte_offset
    data = bytearray(path.read_bytes())
    data[place + 1000] ^= 1
    path.with_name("damaged.h5").write_bytes(data)


def test_data(folder):
    """What `train` refuses, `describe` refuses with the same words."""
    write_fields(folder / "fields.h5")
    wrong = {
        "a hole in the input": (('dataset = "x"', 'dataset = "holes"'), f"point (y,x) = (3, 4) {NAN}"),
        "a damaged dataset": (('fields.h5", dataset = "y"', 'damaged.h5", dataset = "y"'), "damaged.h5: y: "),
        "no target value": (('dataset = "y"', 'dataset = "none"'), "no value is observed"),
        "an infinite target": (('dataset = "y"', 'dataset = "wrong"'), "is infinite"),
        "an init file with holes": (
            ("init = 0.1", 'init = { file = "fields.h5", dataset = "holes" }, varies = ["space"]'),
            "element (3, 4) is missing or not finite",
        ),
    }
    for number, (what, (change, told)) in enumerate(wrong.items()):
        expect(change[0] in CASE, f"{what}: the case has no {change[0]}")
        (folder / "case.toml").write_text(CASE.replace(*change))
        before = snapshot(folder)
        described, trained = (
            nadir(command, "case.toml", folder=folder, ranks=1 + number % 2) for command in ("describe", "train")
        )
        expect(described.code == trained.code == 2, f"{what}: {described}{trained}")
        expect(told in described.err and told in trained.err, f"{what}: {described}{trained}")
        lines = [[line for line in run.err.splitlines() if told in line] for run in (described, trained)]
        expect(lines[0] == lines[1] and len(lines[0]) == 1, f"{what}: {described}{trained}")
        expect(snapshot(folder) == before, f"{what}: files changed")
    (folder / "case.toml").write_text(CASE)
    run = succeed("describe", "case.toml", folder=folder, ranks=2)
    expect("target at layer 4: 2000 values in the loss" in run.out, f"{run}")


def test_too_large(folder):
    """Of a case that does not fit: stability all the same, and how many ranks do."""
    if os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") > 3e11:
        pytest.skip("the largest case that 32-bit integers count may fit this machine")
    write_fields(folder / "fields.h5")
    (folder / "case.toml").write_text(LARGE)
    run = nadir("describe", "case.toml", folder=folder, ranks=2)
    expect(run.code == 2, f"{run}")
    found = re.search(r"needs ([\d.]+ [GT]iB) on each rank .+; it fits on (\d+) ranks with that much memory each", run.err)
    expect(found and int(found[2]) > 2, f"{run}")
    small = CASE.replace("layers = 4", "layers = 3")
    (folder / "case.toml").write_text(small)
    fits = succeed("describe", "case.toml", folder=folder)
    told = [line for line in fits.out.splitlines() if "number" in line or "maximum norm" in line]
    expect(len(told) == 3, f"{fits}")
    for line in told:
        expect(line in run.out, f"no '{line}': {run}")
    expect(re.search(r"^D +0.1 .. 0.1, mean 0.1  \(trained, by space and layer\)", run.out, re.M), f"{run}")


MANY = ("--ranks", "8192", "--memory-per-node", "512 GiB", "--ranks-per-node", "64")


def test_elsewhere(folder):
    """A machine that is not here is planned for, the same on any ranks that are here."""
    write_fields(folder / "fields.h5")
    (folder / "case.toml").write_text(CASE)
    run = succeed("describe", "case.toml", "--ranks", "6", "--memory-per-node", "1 GiB", folder=folder)
    for told in (
        "machine  6 rank(s), 1 on each node of 1.00 GiB, told and not measured",
        "layout  6 rank(s) as 1 x 2 x 3, boxes up to 1 x 20 x 17 (z, y, x)",
        "stability of the initial coefficients",
        "2000 values in the loss",
    ):
        expect(told in run.out, f"no '{told}': {run}")
    words = ("--ranks", "6", "--memory-per-node", str(2**30))
    two = succeed("describe", "case.toml", *words, folder=folder, ranks=2)
    expect(two.out == run.out, f"planned otherwise from two ranks: {run}{two}")
    plain = succeed("describe", "case.toml", folder=folder)
    expect("machine" not in plain.out, f"{plain}")


def test_elsewhere_large(folder):
    """What fits there is planned though it does not fit here, what does not is refused."""
    if os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") > 3e11:
        pytest.skip("the case may fit this machine")
    points = 40000
    with h5py.File(folder / "fields.h5", "w") as file:  # never written, so that there is nothing in it
        for name in ("x", "y"):
            file.create_dataset(name, (points, points), "f8", chunks=(1000, 1000), fillvalue=0.0)
    case = CASE.replace("[40, 50]", f"[{points}, {points}]").replace("init = 0.1", 'init = 0.1, varies = ["space"]')
    (folder / "case.toml").write_text(case)
    run = succeed("describe", "case.toml", *MANY, folder=folder)
    for told in (
        "machine  8192 rank(s), 64 on each node of 512.00 GiB, told and not measured",
        "the data were not read: the case does not fit this machine",
        "stability of the initial coefficients",
    ):
        expect(told in run.out, f"no '{told}': {run}")
    grid = re.search(r"layout  8192 rank\(s\) as 1 x (\d+) x (\d+), boxes up to 1 x (\d+) x (\d+)", run.out)
    expect(grid and int(grid[1]) * int(grid[2]) == 8192, f"{run}")
    expect(int(grid[1]) * int(grid[3]) >= points > int(grid[1]) * (int(grid[3]) - 1), f"{run}")
    few = nadir("describe", "case.toml", "--ranks", "4", "--memory-per-node", "64 GiB", folder=folder)
    expect(few.code == 2, f"{few}")
    told = re.search(r"needs [\d.]+ GiB on each rank of a node that has 64.00 GiB .+; it fits on (\d+) ranks", few.err)
    expect(told and int(told[1]) > 4, f"{few}")


def test_elsewhere_mistakes(folder):
    """What cannot be a machine is refused, with what to write."""
    write_fields(folder / "fields.h5")
    (folder / "case.toml").write_text(CASE)
    together = "told by --ranks and --memory-per-node together"
    size = '--memory-per-node: expected a size as "512 GiB", or bytes, is '
    memory = ("--memory-per-node", "1 GiB")
    for words, told in (
        (("--ranks", "6"), together),
        (memory, together),
        (("--ranks-per-node", "2"), together),
        (("--ranks", "6", "--memory-per-node", "512 GB"), size + '"512 GB"'),
        (("--ranks", "6", "--memory-per-node", "-1"), size + '"-1"'),
        (("--ranks", "6", "--memory-per-node", "inf"), size + '"inf"'),
        (("--ranks", "0", *memory), "--ranks"),
        (("--ranks", "some", *memory), "--ranks"),
        (("--ranks", "6", *memory, "--ranks-per-node", "7"), "7 ranks on each node are more than 6 ranks in all"),
        (("--ranks", "9000", *memory), "grid.shape: 9000 ranks are too many for this grid; the largest usable count is 2000"),
    ):
        run = nadir("describe", "case.toml", *words, folder=folder)
        expect(run.code == 2 and told in run.err, f"no '{told}': {run}")
    run = nadir("train", "case.toml", "--ranks", "6", *memory, folder=folder)
    expect(run.code == 2, f"only `describe` plans for other machines: {run}")
