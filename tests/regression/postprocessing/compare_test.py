"""tools/compare: its exit codes, what it finds, where, and in which order."""

import contextlib
import io
import re
import shutil
import subprocess

import h5py
import numpy as np
import pytest

import nadir_compare
import small
from program import expect

EQUAL, DIFFERENT, WRONG = 0, 1, 2


def compare(*words, code):
    """What the comparison prints; its exit code must be `code`."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            found = nadir_compare.main([str(word) for word in words])
        except SystemExit as end:  # of the argument parser
            found = end.code
    expect(found == code, f"{words}: exit code {found}, expected {code}\n{said.getvalue()}")
    return said.getvalue()


def changed(path, name, change):
    """A copy of a result in which `change` was applied to the open file."""
    copy = path.with_name(f"{name}.h5")
    shutil.copy(path, copy)
    with h5py.File(copy, "r+") as file:
        change(file)
    return copy


def add(dataset, place, value):
    def change(file):
        file[dataset][place] = file[dataset][place] + value

    return change


@pytest.fixture(scope="module")
def folder(module_folder):
    small.prepare(module_folder)
    return module_folder


@pytest.fixture(scope="module")
def path(folder):
    return small.run("train", folder, "run.h5")


def test_equal(folder, path):
    again = small.run("train", folder, "again.h5")
    expect("0 different" in compare(path, again, code=EQUAL), "two runs of one case")
    said = compare(path, changed(path, "late", add("history/seconds", 1, 5.0)), code=EQUAL)
    expect("seconds" not in said, "seconds differ between any two runs")
    compare(path, folder / "late.h5", "--groups", "history", code=DIFFERENT)


def test_one_value(path):
    """The largest magnitude of the states is known, so a change of 1e-9 of it is."""
    with h5py.File(path) as file:
        size = np.abs(file["state"][...]).max()
    near = changed(path, "near", add("state", (0, 1, 4, 5), 1e-9 * size))
    said = compare(path, near, code=DIFFERENT)
    expect("sample 0, layer 1, y 4, x 5" in said and "1.00e-09" in said and "1 different" in said, said)
    compare(path, near, "--tolerance", "1.1e-9", code=EQUAL)
    compare(path, near, "--tolerance", "0.9e-9", code=DIFFERENT)
    compare(path, near, "--groups", "parameters", "/history/loss", code=EQUAL)
    compare(path, near, "--groups", "parameters", "/state", code=DIFFERENT)


def test_not_finite(path):
    """NaN in the same place is equal, also when other values differ; in another place it never is."""
    expect(np.isnan(h5py.File(path)["target"][0, 0, 0]), "the case has points without a target")
    near = changed(path, "near-nan", add("target", (0, 3, 3), 1e-9))
    compare(path, near, "--tolerance", "1e-8", code=EQUAL)
    moved = changed(path, "moved-nan", add("target", (0, 3, 3), np.nan))
    said = compare(path, moved, "--tolerance", "1e300", code=DIFFERENT)
    expect("y 3, x 3" in said and "inf" in said, said)


def test_order(path):
    """What cannot be compared comes first, then by relative difference."""

    def change(file):
        file["parameters/reaction"][()] = 0.0
        add("state", (0, 0, 0, 0), 1e-6)(file)
        file.attrs["loss"] *= 2
        del file["withheld"], file["observed"]
        file["observed"] = np.zeros(3)

    said = compare(path, changed(path, "worse", change), "--tolerance", "1e-12", code=DIFFERENT)
    found = re.findall(r"^DIFFERENT (\S+)", said, re.M)
    expect(set(found[:2]) == {"withheld", "observed"} and found[2:] == ["parameters/reaction", "@loss", "state"], said)
    expect("only in A" in said and f"shapes {(1, *small.SHAPE)} and (3,)" in said, said)


def test_bits(path):
    """Without a tolerance a sign of 0 counts; with one it does not."""

    def change(file):
        file["parameters/bias"][()] = -0.0

    other = changed(path, "sign", change)
    expect("other bits" in compare(path, other, code=DIFFERENT), "-0.0 is not 0.0 bit for bit")
    compare(path, other, "--tolerance", "1e-15", code=EQUAL)


def test_blocks(path, monkeypatch):
    """Read in small parts, the differences are the same."""
    other = changed(path, "blocks", add("state", (0, 1, 2, 7), 0.5))
    with h5py.File(path) as a, h5py.File(other) as b:
        whole = nadir_compare.compare("state", a["state"], b["state"])
        for size in (1, 5, 8, 20, 100):
            monkeypatch.setattr(nadir_compare, "BLOCK", size)
            parts = nadir_compare.compare("state", a["state"], b["state"])
            expect(parts == whole and "layer 1, y 2, x 7" in parts.where, f"blocks of {size}: {parts}")


def test_wrong_input(folder, path):
    for other in ("absent.h5", "fields.h5", "small.toml"):
        expect(other in compare(path, folder / other, code=WRONG), f"{other} is not named")
        compare(folder / other, path, code=WRONG)
    expect("nowhere" in compare(path, path, "--groups", "nowhere", code=WRONG), "a group of neither file")
    for tolerance in ("-1", "nan", "much"):
        compare(path, path, f"--tolerance={tolerance}", code=WRONG)
    compare(path, code=WRONG)


def test_command(folder, path):
    """The same through the shell."""
    changed(path, "other", add("state", (0, 1, 4, 5), 1.0))
    for other, code in (("run.h5", EQUAL), ("other.h5", DIFFERENT), ("absent.h5", WRONG)):
        done = subprocess.run([small.ROOT / "tools" / "compare", path, folder / other], capture_output=True)
        expect(done.returncode == code, f"tools/compare with {other}: exit code {done.returncode}")
