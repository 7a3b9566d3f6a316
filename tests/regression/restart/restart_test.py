"""A run that was stopped, killed or cut off goes on as if it had not been.

NADIR_TEST_FULL=1: 200 kills, two million layers.
"""

import os
import random
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import h5py
import numpy as np

from program import FULL, expect, nadir, snapshot, start, succeed, wait_for

CASE = """\
title = "restart"
[grid]
shape = [24, 17]
boundary = ["reflect", "periodic"]
[network]
layers = 6
activation = "tanh"
relaxation = 0.9
[kernel]
reaction = { init = -0.1, varies = ["layer"] }
advection = { init = 0.0, varies = ["space"], penalty = { h1 = 0.1 } }
diffusion = { init = 0.1, varies = ["space"], bounds = [0.08, 0.12], penalty = { l2 = 0.1 } }
[data]
input = { file = "fields.h5", dataset = "x" }
target = { file = "fields.h5", dataset = "y", withhold = { fraction = 0.1, seed = 3 } }
[training]
optimizer = "OPTIMIZER"
learning_rate = 0.01
iterations = 40
gradient_tolerance = 1e-14
[run]
checkpoint = { every = 5, keep = 2, layers = "none" }
[output]
file = "r.h5"
"""
NO_BOUNDS = CASE.replace(", bounds = [0.08, 0.12]", "")
FORWARD = """\
[grid]
shape = [5, 4]
boundary = ["periodic", { value = 0.1 }]
[network]
layers = LAYERS
activation = "sin"
relaxation = 0.01
[kernel]
reaction = 0.3
diffusion = 0.01
[data]
input = { file = "small.h5", dataset = "x" }
target = { file = "small.h5", dataset = "y", layer = 7, withhold = { fraction = 0.2, seed = 1 } }
[output]
file = "f.h5"
layers = [0, 3, 5000, LAYERS]
"""


def write_inputs(folder, case=CASE, optimizer="bqnls", layers=20000):
    values = np.random.default_rng(4)
    y, x = np.meshgrid(np.arange(24) / 24, np.arange(17) / 17, indexing="ij")
    field = np.sin(6 * y) * np.cos(2 * np.pi * x)
    with h5py.File(folder / "fields.h5", "w") as file:
        file["x"], file["y"] = field, 0.7 * np.roll(field, 1, axis=1) + 0.05 * values.normal(size=field.shape)
    with h5py.File(folder / "small.h5", "w") as file:
        file["x"], file["y"] = values.normal(size=(2, 2, 5, 4))
    (folder / "case.toml").write_text(case.replace("OPTIMIZER", optimizer))
    (folder / "forward.toml").write_text(FORWARD.replace("LAYERS", str(layers)))


def numbers(path, names):
    with h5py.File(path) as file:
        return {name: file[name][()] for name in names}


TRAINED = ["parameters/reaction", "parameters/advection", "parameters/diffusion", "history/loss", "state"]


def same(left, right, names, tolerance, what):
    first, second = numbers(left, names), numbers(right, names)
    for name in names:
        expect(first[name].shape == second[name].shape, f"{what}: {name} has another shape")
        difference = np.nanmax(np.abs(first[name] - second[name]) / (1e-300 + np.abs(first[name]).max()))
        expect(difference <= tolerance, f"{what}: {name} differs by {difference:.2e}")


def uninterrupted(folder, *words):
    succeed("train", "case.toml", "--output", "whole.h5", *words, folder=folder)
    return folder / "whole.h5"


def test_continuation(folder):
    """Twenty more iterations after a stop are those of a run that was not stopped."""
    for case in (CASE, NO_BOUNDS):
        for optimizer in ("bqnls", "steepest-descent", "adam"):
            write_inputs(folder, case, optimizer)
            whole = uninterrupted(folder)
            succeed("train", "case.toml", "--set", "training.iterations=17", folder=folder)
            run = succeed("train", "case.toml", "--restart", folder=folder)
            expect("going on from r.checkpoint-17.h5" in run.out, f"{run}")
            same(whole, folder / "r.h5", TRAINED, 1e-10, f"{optimizer} went on")
            with h5py.File(folder / "r.h5") as file:
                said = file["provenance"].attrs
                expect(said["parent_run_id"] and said["parent_run_id"] == said["first_run_id"], f"{dict(said)}")
            rows = (folder / "r.csv").read_text().splitlines()
            expect([row.split(",")[0] for row in rows] == ["iteration"] + [str(i) for i in range(41)], f"{rows}")
            if case == CASE and optimizer == "bqnls":
                diffusion = numbers(whole, ["parameters/diffusion"])["parameters/diffusion"]
                expect((diffusion <= 0.08).any() or (diffusion >= 0.12).any(), "no bound was active")
            for path in folder.glob("r.*"):
                path.unlink()


def test_an_earlier_one(folder):
    """From an earlier checkpoint than the last of the run: what is written then is not at once one too many."""
    write_inputs(folder)
    words = ("train", "case.toml", "--set", "training.iterations=20")
    succeed(*words, "--set", "run.checkpoint.keep=4", folder=folder)
    shutil.copy(folder / "r.h5", folder / "whole.h5")
    shutil.copy(folder / "r.checkpoint-5.h5", folder / "early.h5")
    run = succeed(*words, "--restart=early.h5", folder=folder)
    expect("going on from early.h5" in run.out, f"{run}")
    same(folder / "whole.h5", folder / "r.h5", TRAINED, 1e-10, "from an earlier checkpoint")


def test_other_types(folder):
    write_inputs(folder, NO_BOUNDS, "lmvm")
    succeed("train", "case.toml", "--set", "training.iterations=10", folder=folder)
    run = succeed("train", "case.toml", "--restart", folder=folder)
    expect("lmvm goes on from the parameters" in run.out, f"{run}")
    loss = numbers(folder / "r.h5", ["history/loss"])["history/loss"]
    expect(loss[-1] <= loss[10] and len(loss) > 11, f"{loss}")


def test_ranks(folder):
    """1 -> 3 -> 2 ranks: the same bits."""
    write_inputs(folder)
    whole = uninterrupted(folder)
    succeed("train", "case.toml", "--set", "training.iterations=8", folder=folder)
    succeed("train", "case.toml", "--set", "training.iterations=12", "--restart", folder=folder, ranks=3)
    succeed("train", "case.toml", "--set", "training.iterations=20", "--restart", folder=folder, ranks=2)
    short, long = numbers(folder / "r.h5", ["history/loss"]), numbers(whole, ["history/loss"])
    expect(
        np.array_equal(short["history/loss"], long["history/loss"][:21]),
        f"1 -> 3 -> 2 ranks: {short['history/loss']} instead of {long['history/loss'][:21]}",
    )


def test_requests(folder):
    """Signals, the stop file and the time limit end with 75 and a checkpoint; then it goes on."""
    write_inputs(folder)
    words = ("train", "case.toml", "--set", "training.iterations=100000", "--restart")
    (folder / "r.stop").write_text("")
    for request, ranks in ((signal.SIGUSR1, 1), (signal.SIGTERM, 1), ("stop file", 1), (signal.SIGUSR1, 2)):
        old = (folder / "r.stop").exists()
        run = start(*words, folder=folder, ranks=ranks)
        wait_for(run, lambda: (folder / "r.csv").exists() and not (folder / "r.csv").read_text().count("\n") < 9)
        if request == "stop file":
            (folder / "r.stop").unlink(missing_ok=True)
            (folder / "r.stop").write_text("")
        else:
            run.send_signal(request)
        out, err = run.communicate(timeout=60)
        what = f"{request} on {ranks} ranks: {run.returncode}\n{out}{err}"
        expect(run.returncode == 75, what)
        expect(err.count("stopped early") == 1 and "run again with --restart" in err, what)
        expect(("older than this run" in err) == old, what)
        path = re.search(r"everything is in (\S+):", err)[1]
        expect((folder / path).is_file(), what)
        expect(request != "stop file" or not (folder / "r.stop").exists(), "an obeyed stop file stays")
        (folder / "r.csv").unlink()
    run = nadir(*words, "--set", "run.time_limit=4", folder=folder)
    expect(run.code == 75 and "run.time_limit" in run.err, f"{run}")


def test_damage(folder):
    """A cut or changed checkpoint is recognised, and the one before used, saying so."""
    write_inputs(folder)
    whole = uninterrupted(folder)
    succeed("train", "case.toml", "--set", "training.iterations=20", folder=folder)
    newest, before = folder / "r.checkpoint-20.h5", folder / "r.checkpoint-15.h5"
    good = newest.read_bytes()
    flip = random.Random(1)
    for damage in ("cut", "empty", "flipped", "flipped", "flipped", "longer"):
        at = flip.randrange(len(good))
        bad = {
            "cut": good[: len(good) // 2],
            "empty": b"",
            "flipped": good[:at] + bytes([good[at] ^ 0x10]) + good[at + 1 :],
            "longer": good + b"\0",
        }[damage]
        newest.write_bytes(bad)
        run = succeed("train", "case.toml", "--restart", folder=folder)
        expect(re.search(r"warning: r.checkpoint-20.h5 .+; trying the one before", run.err), f"{damage}: {run}")
        expect("going on from r.checkpoint-15.h5" in run.out, f"{damage}: {run}")
        same(whole, folder / "r.h5", TRAINED, 1e-10, damage)
        saved = before.read_bytes() if before.exists() else None
        for path in folder.glob("r.*"):
            path.unlink()
        expect(saved is None or saved, "nothing")
        succeed("train", "case.toml", "--set", "training.iterations=20", folder=folder)
    newest.write_bytes(good[:-1])
    run = nadir("train", "case.toml", "--restart=r.checkpoint-20.h5", folder=folder)
    expect(run.code == 2 and "--restart=r.checkpoint-20.h5: is incomplete or was changed" in run.err, f"{run}")
    before.write_bytes(b"")
    run = succeed("train", "case.toml", "--restart", folder=folder)
    expect("starting from the beginning" in run.out, f"{run}")


def test_another_case(folder):
    """A checkpoint of another case, or command, is refused with the differences."""
    write_inputs(folder)
    succeed("train", "case.toml", "--set", "training.iterations=5", folder=folder)
    kept = snapshot(folder)
    words = ("--restart", "--set", "network.layers=7", "--set", "training.iterations=9", "--set", "network.rate=2")
    run = nadir("train", "case.toml", *words, folder=folder)
    expect(run.code == 2, f"{run}")
    lines = run.err.splitlines()
    expect("r.checkpoint-5.h5: network.layers: 6 there, 7 here" in lines, f"{run}")
    expect("r.checkpoint-5.h5: network.rate: 1.0 there, 2.0 here" in lines, f"{run}")
    expect(not any("iterations" in line for line in lines), f"{run}")
    run = nadir("forward", "case.toml", "--restart", folder=folder)
    expect(run.code == 2 and "is no checkpoint of `nadir forward` but of `nadir train`" in run.err, f"{run}")
    expect(snapshot(folder) == kept, "a refused restart changed files")
    # A fresh run of another case keeps what was there.
    succeed("train", "case.toml", "--set", "network.rate=2", "--set", "training.iterations=5", folder=folder)
    after = set(snapshot(folder).values())
    for name in ("r.checkpoint-5.h5", "r.checkpoint-best.h5", "r.h5", "r.csv"):
        expect(kept[name] in after, f"{name} of the other case is gone")


def test_lock(folder):
    write_inputs(folder)
    words = ("train", "case.toml", "--set", "training.iterations=100000")
    first = start(*words, folder=folder)
    wait_for(first, lambda: (folder / "r.csv").exists())
    run = nadir(*words, folder=folder)
    expect(run.code == 2 and "r.h5: another run is writing it (host " in run.err, f"{run}")
    first.kill()
    first.communicate()
    succeed("train", "case.toml", folder=folder)  # a dead run locks nobody out
    left = [path.name for path in folder.iterdir() if re.search(r"lock$|part-|done-", path.name)]
    expect(not left, f"left behind: {left}")


def test_kills(folder):
    """Killed at random moments, many of them inside the writing of a checkpoint."""
    kills = 200 if FULL else 24
    text = CASE.replace("every = 5", "every = 1").replace('"none"', '"all"')
    write_inputs(folder, text)
    whole = uninterrupted(folder)
    dice = random.Random(7)
    words, inside, restarts = ("train", "case.toml", "--restart"), 0, 0
    for kill in range(kills):
        ranks = 1 + kill % 2
        highest = newest(folder)
        run = start(*words, folder=folder, ranks=ranks)
        writing = kill % 2 == 0  # half of them wait until a checkpoint is being written
        growing = lambda: any(folder.glob("r.checkpoint-*.part-*"))  # noqa: E731
        pause = dice.uniform(0, 0.02)
        end = time.monotonic() + (60 if writing else 0.1 + dice.uniform(0, 0.6))
        while run.poll() is None and time.monotonic() < end and not (writing and growing()):
            time.sleep(0.001)
        time.sleep(pause if writing else 0)
        kill_all(run, folder)
        inside += any(folder.glob("r.checkpoint-*.part-*"))
        expect(newest(folder) >= highest, f"kill {kill}: checkpoints up to {highest} were there, now {newest(folder)}")
        restarts += highest > 0
        if newest(folder) >= 40:
            same(whole, finished(words, folder), TRAINED, 0.0, f"after {kill} kills")
            for path in folder.glob("r.*"):
                path.unlink()
    same(whole, finished(words, folder), TRAINED, 0.0, f"after {kills} kills")
    print(f"{kills} kills, {inside} inside the writing of a checkpoint, {restarts} restarts", flush=True)
    expect(inside >= kills // 4, f"only {inside} of {kills} kills hit a checkpoint being written")


def newest(folder):
    found = [re.search(r"r\.checkpoint-(\d+)\.h5$", path.name) for path in folder.iterdir()]
    return max((int(match[1]) for match in found if match), default=0)


def finished(words, folder):
    succeed(*words, folder=folder)
    return folder / "r.h5"


def kill_all(run, folder):
    """The ranks first: mpirun would tell them to end. Then again, as some may just have been starting."""
    for attempt in range(60):
        ranks = processes_in(folder) - {run.pid}
        for process in ranks if ranks and attempt == 0 else ranks | {run.pid}:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        try:
            return run.communicate(timeout=1)
        except subprocess.TimeoutExpired:
            pass
    raise TimeoutError(f"{run.args} outlives SIGKILL")


def processes_in(folder):
    """Those whose working folder this is."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").readlink() == folder.resolve():
                found.add(int(entry.name))
        except OSError:
            pass  # gone meanwhile, or not ours
    return found


def test_forward(folder):
    """A long chain, stopped again and again: the same states bit by bit."""
    layers, stops = (2000000, 5) if FULL else (20000, 2)
    write_inputs(folder, layers=layers)
    succeed("forward", "forward.toml", "--output", "whole.h5", folder=folder)
    names = ["state", "loss_by_layer"]
    for stop in range(stops):
        run = start("forward", "forward.toml", "--restart", folder=folder, ranks=1 + stop % 2)
        time.sleep(0.5 + (2.0 if FULL else 0.0))
        run.send_signal(signal.SIGUSR1)
        out, err = run.communicate(timeout=120)
        if run.returncode in (0, -signal.SIGUSR1, 128 + signal.SIGUSR1):
            continue  # too fast, or not yet listening
        expect(run.returncode == 75 and "stopped early at layer" in err, f"{run.returncode}: {out}{err}")
    run = succeed("forward", "forward.toml", "--restart", folder=folder)
    same(folder / "whole.h5", folder / "f.h5", names, 0.0, "a resumed chain")
    with h5py.File(folder / "whole.h5") as a, h5py.File(folder / "f.h5") as b:
        for name in ("misfit", "withheld_rms", "withheld_persistence_rms"):
            expect(abs(a.attrs[name] / b.attrs[name] - 1) < 1e-12, f"{name} of a resumed chain")
    # And by regular checkpoints.
    every = layers // 3
    words = ("forward", "forward.toml", "--output", "g.h5", "--set", f"run.checkpoint={{ every = {every}, keep = 2 }}")
    succeed(*words, folder=folder)
    (folder / "g.h5").unlink()
    run = succeed(*words, "--restart", folder=folder)
    expect(f"going on from g.checkpoint-{(layers - 1) // every * every}.h5" in run.out, f"{run}")
    same(folder / "whole.h5", folder / "g.h5", names, 0.0, "a chain from a regular checkpoint")
