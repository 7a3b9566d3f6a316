"""tools/compare-programs: equal programs agree, and one bit that differs is found."""

import contextlib
import io
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np

import small  # first: it finds the modules below
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


def check_equal(folder):
    """All commands on one rank, the weights of others on two."""
    said = compare(small.PROGRAM, small.PROGRAM, "--cases", folder, "--ranks", "1", "--only", "small.*",
                   "--keep", folder / "kept", code=SAME)  # fmt: skip
    for command in ("forward", "gradient", "train", "interpret"):
        expect(f"small.{command}.1" in said, said)
    expect("4 runs: 4 the same" in said, said)
    said = compare(small.PROGRAM, small.PROGRAM, "--ranks", "2", "--only", "*-np?.interpret.*", code=SAME)
    expect("3 runs: 3 the same" in said, said)


def check_kept(folder, change, words):
    """Results that lie there, one of them changed, against the program."""
    old = folder / "kept" / "old"
    name = "small.gradient.1"
    again = ("--cases", folder, "--ranks", "1", "--only", name)
    compare(old, small.PROGRAM, *again, code=SAME)
    whole = (old / f"{name}.h5").read_bytes()
    with h5py.File(old / f"{name}.h5", "r+") as file:
        change(file)
    said = compare(old, small.PROGRAM, *again, code=DIFFERENT)
    expect(words in said and "(1 in all)" in said and "1 runs: 0 the same" in said, said)
    (old / f"{name}.h5").write_bytes(whole)


def last_bit(file):
    values = file["state"][...]
    values.view("u8")[0, 1, 2, 3] ^= np.uint64(1)
    file["state"][...] = values


def units(file):
    file["state"].attrs["units"] = "K"


def check_failures(folder):
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


with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    small.prepare(folder)
    check_equal(folder)
    check_kept(folder, last_bit, "layer 1, y 2, x 3")
    check_kept(folder, units, "state@units")
    check_failures(folder)
print("tools/compare-programs finds a bit that differs")
