"""tools/compare-programs: equal programs agree, and one bit that differs is found."""

import contextlib
import io
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

import small
from program import expect

sys.path.append(str(small.ROOT / "tools" / "nadir_bench"))
import compare_programs  # noqa: E402

SAME, DIFFERENT, WRONG = 0, 1, 2


def compare(*words, code):
    """What the comparison prints; its exit code must be `code`."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            found = compare_programs.main([str(word) for word in words])
        except SystemExit as end:  # of the argument parser
            found = end.code
    expect(found == code, f"{words}: exit code {found}, expected {code}\n{said.getvalue()}")
    return said.getvalue()


def last_bit(file):
    values = file["state"][...]
    values.view("u8")[0, 1, 2, 3] ^= np.uint64(1)
    file["state"][...] = values


def units(file):
    file["state"].attrs["units"] = "K"


@pytest.fixture(scope="module")
def folder(module_folder):
    small.prepare(module_folder)
    return module_folder


@pytest.fixture(scope="module")
def kept(folder):
    """What is said of equal programs, whose results stay in kept/old and kept/new."""
    return compare(small.PROGRAM, small.PROGRAM, "--cases", folder, "--ranks", "1", "--only", "small.*",
                   "--keep", folder / "kept", code=SAME)  # fmt: skip


def test_equal(kept):
    for command in ("forward", "gradient", "train", "interpret"):
        expect(f"small.{command}.1" in kept, kept)
    expect("4 runs: 4 the same" in kept, kept)


def test_weights_of_others_on_two_ranks():
    said = compare(small.PROGRAM, small.PROGRAM, "--ranks", "2", "--only", "*-np?.interpret.*", code=SAME)
    expect("3 runs: 3 the same" in said, said)


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("change, words", [(last_bit, "layer 1, y 2, x 3"), (units, "state@units")])
def test_kept(folder, change, words):
    """Results that lie there, one of them changed, against the program."""
    old = folder / "kept" / "old"
    name = "small.gradient.1"
    again = ("--cases", folder, "--ranks", "1", "--only", name)
    whole = (old / f"{name}.h5").read_bytes()
    with h5py.File(old / f"{name}.h5", "r+") as file:
        change(file)
    said = compare(old, small.PROGRAM, *again, code=DIFFERENT)
    expect(words in said and "(1 in all)" in said and "1 runs: 0 the same" in said, said)
    (old / f"{name}.h5").write_bytes(whole)
    compare(old, small.PROGRAM, *again, code=SAME)


def test_failures(folder):
    """What is not there, or did not run, is not the same."""
    (folder / "bad").mkdir()
    again = ("--cases", folder, "--ranks", "1", "--only")
    said = compare(folder / "bad", small.PROGRAM, *again, "small.forward.1", code=DIFFERENT)
    expect("no such result" in said, said)
    said = compare(Path("/bin/false"), small.PROGRAM, *again, "small.forward.1", code=DIFFERENT)
    expect("exit code 1" in said, said)
    case = folder / "bad" / "wrong.toml"
    case.write_text(small.CASE.replace("layers = 3", "layers = -3"))
    wrong = ("--cases", folder / "bad", "--ranks", "1", "--only", "wrong.forward.1")
    said = compare(small.PROGRAM, small.PROGRAM, *wrong, "--keep", folder / "refused", code=SAME)
    expect("exit code 2: wrong.toml:" in said, said)
    case.write_text(small.CASE)
    said = compare(folder / "refused" / "old", small.PROGRAM, *wrong, code=DIFFERENT)
    expect("network.layers" in said and "a result" not in said, said)
    compare(small.PROGRAM, small.PROGRAM, *again, "nothing", code=DIFFERENT)
    compare(small.PROGRAM, code=WRONG)
    compare(folder / "none", small.PROGRAM, code=WRONG)
