"""What machines do to runs: full disks, read-only folders, killed ranks, clocks that jump.

Each time a clear message and the right exit code, and nothing lost that was there.
"""

import contextlib
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import h5py
import numpy as np
import pytest

from program import ENVIRONMENT, NADIR, expect, nadir, snapshot, start, succeed, wait_for

CASE = """\
[grid]
shape = [60, 50]
boundary = ["reflect", "periodic"]
[network]
layers = 4
activation = "tanh"
[kernel]
reaction = { init = -0.1, varies = ["space"] }
diffusion = { init = 0.1, varies = ["space"] }
[data]
input = { file = "INPUTS/fields.h5", dataset = "x" }
target = { file = "INPUTS/fields.h5", dataset = "y" }
[training]
iterations = 30
gradient_tolerance = 1e-14
[run]
checkpoint = { every = 2, keep = 2 }
[output]
file = "r.h5"
"""


# Goes on and on, a checkpoint every other step.
ENDLESS = ("--set", "training.optimizer=steepest-descent", "--set", "training.learning_rate=1e-9",
           "--set", "training.iterations=1000000")  # fmt: skip


def write_inputs(folder):
    values = np.random.default_rng(1).normal(size=(2, 60, 50))
    with h5py.File(folder / "fields.h5", "w") as file:
        file["x"], file["y"] = values
    (folder / "case.toml").write_text(CASE.replace("INPUTS", str(folder)))


def checkpoints(folder):
    found = [re.match(r"r\.checkpoint-(\d+)\.h5$", path.name) for path in folder.iterdir()]
    return sorted(int(match[1]) for match in found if match)


def small_disk(folder, size):
    """Mounts an empty disk; False where that is not possible."""
    folder.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder]
    return os.geteuid() == 0 and subprocess.run(mount, capture_output=True).returncode == 0


@pytest.fixture
def folder(folder):
    """With inputs, which are as they were in the end."""
    write_inputs(folder)
    before = snapshot(folder)
    yield folder
    after = snapshot(folder)
    expect(all(after[name] == data for name, data in before.items()), "an input was changed")


def test_full_disk(folder):
    """A disk of a few megabytes: the run ends with 3, the checkpoints that fitted are whole."""
    for ranks, size in ((1, "2200k"), (2, "2400k"), (1, "400k")):
        disk = folder / "disk"
        if not small_disk(disk, size):
            pytest.skip("no file system can be mounted here")
        try:
            run = nadir("train", folder / "case.toml", folder=disk, ranks=ranks)
            what = f"{size} on {ranks} ranks: {run}"
            expect(run.code == 3, what)
            expect(run.err.count("No space left on device") == 1, what)
            left = [path.name for path in disk.iterdir() if "part-" in path.name or "done-" in path.name]
            expect(not left, f"{left} left: {what}")
            kept = checkpoints(disk)
            again = nadir("train", folder / "case.toml", "--restart", "--output", folder / "roomy.h5", folder=disk)
            expect(again.code == 0, f"{again}")
            for number in kept:
                path = disk / f"r.checkpoint-{number}.h5"
                run = succeed("train", folder / "case.toml", f"--restart={path}", "--output", folder / "more.h5", folder=folder)
                expect(f"going on from {path}" in run.out, f"{run}")
            expect(kept or size == "400k", f"not even one checkpoint: {what}")
        finally:
            subprocess.run(["umount", disk], check=True)


def test_read_only(folder):
    """Found before anything is computed. Root may write anywhere, so the file system says no."""
    closed = folder / "closed"
    closed.mkdir()
    if os.geteuid() == 0:
        mount = ["mount", "-t", "tmpfs", "-o", "ro,size=64k", "none", closed]
        if subprocess.run(mount, capture_output=True).returncode != 0:
            pytest.skip("no file system can be mounted here")
    else:
        closed.chmod(0o555)
    try:
        run = nadir("train", "case.toml", "--output", "closed/r.h5", folder=folder)
        expect(run.code == 2 and "cannot write in the folder" in run.err, f"{run}")
        expect(not list(closed.iterdir()), "something was written")
    finally:
        if os.geteuid() == 0:
            subprocess.run(["umount", closed], check=True)


def open_files(run):
    """Those that a process has open; it goes on, and may close some meanwhile."""
    names = []
    for path in Path(f"/proc/{run.pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            names.append(os.readlink(path))
    return names


def test_scratch(folder):
    """States on disk: the same result, too small a disk is found in time, and nothing is ever left."""
    states = folder / "states"
    states.mkdir()
    on_disk = ("--set", "network.layers=60", "--set", 'run.memory="128 KiB"', "--set", f"run.scratch={states}")
    for ranks in (1, 2):
        run = succeed("gradient", "case.toml", *on_disk, "--output", "disk.h5", folder=folder, ranks=ranks)
        expect(re.search(r"^states: \d+ of 61 are held \(.*\), \d+ are on disk \(", run.out, re.M), f"{run}")
        succeed("gradient", "case.toml", *on_disk[:2], "--output", "memory.h5", folder=folder)
        with h5py.File(folder / "disk.h5") as disk, h5py.File(folder / "memory.h5") as memory:
            for name in memory["gradient"]:
                expect(np.array_equal(disk["gradient"][name], memory["gradient"][name]), f"{name} differs: {run}")
    # Also while a run goes on, and after it is killed, there is nothing in the folder.
    run = start("train", "case.toml", *on_disk, "--output", "endless.h5", *ENDLESS, folder=folder)
    wait_for(run, (folder / "endless.csv").exists)
    names = open_files(run)
    expect(any(str(states) in name for name in names), f"no scratch file among {names}")
    expect(not list(states.iterdir()), "the scratch file has a name")
    run.kill()
    run.wait()
    expect(not list(states.iterdir()), "a killed run left something")
    # A file that may not grow, on one rank of two (MPI's own files are smaller).
    deep = ("gradient", "case.toml", *on_disk, "--set", "network.layers=4000", "--output", "deep.h5")
    limited = f"if [ ${{OMPI_COMM_WORLD_RANK:-$PMI_RANK}} = 1 ]; then ulimit -f 8000; trap '' XFSZ; fi; exec {NADIR} \"$@\""
    run = subprocess.run(
        [os.environ.get("NADIR_MPIEXEC") or "mpirun", "-n", "2", "sh", "-c", limited, "sh", *deep],
        cwd=folder, env={**ENVIRONMENT, **os.environ}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    expect(run.returncode == 3 and run.stderr.count("no scratch file in") == 1, f"{run}")
    expect(not list(states.iterdir()), f"something is left: {run}")
    if not small_disk(states, "64k"):
        pytest.skip("a small disk: no file system can be mounted here")
    try:
        for ranks in (1, 2):
            run = nadir("gradient", "case.toml", *on_disk, folder=folder, ranks=ranks)
            expect(run.code == 2 and run.err.count("run.scratch: the states need") == 1, f"{run}")
            expect(not list(states.iterdir()), f"something is left: {run}")
    finally:
        subprocess.run(["umount", states], check=True)


def test_killed_rank(folder):
    """One rank of two dies: the others end, and the run goes on from its last checkpoint."""
    run = start("train", "case.toml", *ENDLESS, folder=folder, ranks=2)
    wait_for(run, lambda: len(checkpoints(folder)) >= 2)
    ranks = subprocess.run(["pgrep", "-P", str(run.pid)], capture_output=True, text=True).stdout.split()
    os.kill(int(ranks[-1]), signal.SIGKILL)
    out, err = run.communicate(timeout=60)
    expect(run.returncode != 0, f"a killed rank went unnoticed: {out}{err}")
    newest = checkpoints(folder)[-1]
    more = ("--set", f"training.iterations={newest + 3}")
    again = succeed("train", "case.toml", "--restart", *ENDLESS, *more, folder=folder, ranks=2)
    expect(f"going on from r.checkpoint-{newest}.h5" in again.out, f"{again}")


def test_clock(folder):
    """Files from the future, and the newest checkpoint with the oldest date."""
    succeed("train", "case.toml", "--set", "training.iterations=6", folder=folder)
    numbers = checkpoints(folder)
    for place, number in enumerate(numbers):
        date = time.time() + 1e6 * (len(numbers) - place - 1) - 1e7
        os.utime(folder / f"r.checkpoint-{number}.h5", (date, date))
    (folder / "r.stop").write_text("")
    os.utime(folder / "r.stop", (time.time() + 1e6,) * 2)
    run = succeed("train", "case.toml", "--restart", "--set", "training.iterations=9", folder=folder)
    expect(f"going on from r.checkpoint-{numbers[-1]}.h5" in run.out, f"{run}")
    expect("r.stop is older than this run and ignored" in run.err, f"{run}")


def test_vanished_folder(folder):
    """The folder of the result is removed while the run goes on."""
    run = start("train", "case.toml", "--output", "gone/r.h5", *ENDLESS, folder=folder)
    wait_for(run, (folder / "gone" / "r.csv").exists)
    (folder / "gone").rename(folder / "elsewhere")
    out, err = run.communicate(timeout=60)
    expect(run.returncode in (0, 3), f"{run.returncode}: {out}{err}")
    if run.returncode == 3:
        expect("gone/r" in err, f"the message names no file: {err}")
