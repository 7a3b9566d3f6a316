"""Reading in a loop while runs write the same result again and again disturbs neither side.

The reader is a process of its own. It opens the result and its checkpoints, reads everything in
them, and says what it saw. It also keeps the first file it opened, which must stay what it was.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np

import nadir_io
import small
from program import expect

WRITES = 20 if small.FULL else 5
PATIENCE = 60  # seconds until something must have happened


def read_everything(run):
    """All arrays of a run; the loss must be that of the history, so the parts fit together."""
    fields = [run.state, run.target, run.observed, run.withheld, run.loss_by_layer]
    groups = [run.parameters.load(), run.history.load()]
    expect(all(field.load().size > 0 for field in fields) and all(groups), f"{run}: something is missing")
    expect(np.isfinite(run.state).all(), f"{run}: states are not finite")
    expect(run.attrs["loss"] == float(run.history.loss.min()), f"{run}: parts of two runs")
    return run.provenance["run_id"]


def read_checkpoints(path):
    """Reads those that are there; returns how many. Old ones may be removed at any time."""
    count = 0
    for checkpoint in path.parent.glob(f"{path.stem}.checkpoint-*.h5"):
        try:
            run = nadir_io.open_run(checkpoint)
        except nadir_io.ReadError as error:
            expect("no such file" in str(error), f"{error}")
            continue
        with run:
            expect(np.isfinite(run.parameters.diffusion).all() and np.isfinite(run.state).all(), f"{run}")
        count += 1
    return count


def read_in_loop(path, stop):
    """Until `stop` exists: prints run ids seen, numbers of reads, and whether the first file held."""
    while not path.exists():
        time.sleep(0.02)
    first = nadir_io.open_run(path)
    identity, reads, checkpoints, seen = first.provenance["run_id"], 0, 0, set()
    while not stop.exists():
        with nadir_io.open_run(path) as run:
            seen.add(read_everything(run))
        reads += 1
        checkpoints += read_checkpoints(path)
        time.sleep(0.05)
    held = read_everything(first) == identity
    print(json.dumps(dict(reads=reads, checkpoints=checkpoints, seen=sorted(seen), held=held)))


def start_reader(path, stop):
    command = [str(word) for word in (sys.executable, "-B", __file__, path, stop)]
    settings = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(command, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def write_again_and_again(folder, reader):
    """Run ids of the results written; every other run is parallel. Each has to exit 0."""
    written = []
    for turn in range(WRITES):
        rotation = "run.checkpoint={ every = 1, keep = 2 }"
        path = small.run("train", folder, "run.h5", rotation, ranks=1 + turn % 2)
        with h5py.File(path, locking=False) as file:
            written.append(file["provenance"].attrs["run_id"])
        expect(reader.poll() is None, f"the reader ended early: {reader.poll() is not None and reader.stderr.read()}")
        for checkpoint in folder.glob("run.checkpoint-*.h5"):  # a fresh run leaves those of others alone
            checkpoint.unlink()
    return written


def test_reading_while_runs_write(folder):
    small.prepare(folder)
    path, stop = folder / "run.h5", folder / "stop"
    reader = start_reader(path, stop)
    try:
        written = write_again_and_again(folder, reader)
    finally:
        stop.touch()
        said, complaints = reader.communicate(timeout=PATIENCE)
    expect(reader.returncode == 0, f"the reader failed:\n{complaints}")
    report = json.loads(said)
    expect(len(set(written)) == WRITES, "every run has its own id")
    expect(set(report["seen"]) <= set(written), "the reader saw a result nobody wrote")
    expect(len(report["seen"]) >= 2, f"the result never changed under the reader: {report}")
    expect(report["held"], "an open file changed under the reader")
    expect(report["checkpoints"] > 0, "no checkpoint was read")
    left = {p.name for p in folder.iterdir()} - {"stop", "small.toml", "fields.h5", "run.h5", "run.xdmf", "run.csv"}
    expect(not left, f"left over: {left}")
    counts = f"{report['reads']} reads of {len(report['seen'])} results, {report['checkpoints']} of checkpoints"
    print(f"{counts}, while {WRITES} runs wrote")


if __name__ == "__main__":
    read_in_loop(*map(Path, sys.argv[1:]))
