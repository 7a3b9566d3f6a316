"""Trainings that get a signal, or two, at any time: each leaves a checkpoint from which it goes on, or nothing."""

import os
import signal
import subprocess
import time

import h5py
import numpy as np

from judging import Finding
from running import ENVIRONMENT, Outcome, text_of

CASE = """\
[grid]
shape = [6, 5]
boundary = ["reflect", "periodic"]
[network]
layers = 3
activation = "tanh"
[kernel]
reaction = { init = 0.0, varies = ["space"] }
diffusion = { init = 0.1, bounds = [0.0, 0.2] }
[data]
input = { file = "fields.h5", dataset = "in" }
target = { file = "fields.h5", dataset = "out" }
[training]
optimizer = "adam"
iterations = 100000000
gradient_tolerance = 0.0
[run]
checkpoint = { every = 1000 }
"""
WISHES = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGXCPU, signal.SIGUSR1]
RESULT = "result.h5"
TRAIN = ["train", "case.toml", "--output", RESULT]
MOST_SECONDS = 20.0


def write_data(folder):
    values = np.random.default_rng(5).normal(size=(2, 6, 5))
    (folder / "case.toml").write_text(CASE)
    with h5py.File(folder / "fields.h5", "w") as file:
        file["in"], file["out"] = values[0], values[0] + 0.1 * values[1]


def wait_for_checkpoint(folder, child):
    start = time.monotonic()
    while not list(folder.glob("result.checkpoint-*.h5")) and child.poll() is None:
        time.sleep(0.01)
        if time.monotonic() > start + MOST_SECONDS:
            return


def signalled(program, folder, delays, late):
    """The training's outcome; `delays` are pairs of seconds and a signal, from the first checkpoint on if `late`."""
    start = time.monotonic()
    with open(folder / "out.txt", "wb") as out, open(folder / "err.txt", "wb") as err:
        child = subprocess.Popen(
            [program, *TRAIN], cwd=folder, env={**os.environ, **ENVIRONMENT}, stdin=subprocess.DEVNULL, stdout=out,
            stderr=err,
        )  # fmt: skip
        if late:
            wait_for_checkpoint(folder, child)
        for seconds, number in delays:
            time.sleep(seconds)
            child.send_signal(number)
        try:
            code = child.wait(MOST_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            code = None
    return Outcome(code, text_of(folder / "out.txt"), text_of(folder / "err.txt"), time.monotonic() - start)


def judge(program, folder, outcome, delays):
    """The finding, or None."""
    what = " then ".join(f"{number.name} after {seconds:.2f} s" for seconds, number in delays)
    checkpoints = list(folder.glob("result.checkpoint-*.h5"))
    if outcome.code is None:
        return Finding("hang", what)
    if outcome.code == 75:
        if not checkpoints or "--restart" not in outcome.out + outcome.err:
            return Finding("no checkpoint", what)
        again = program.run(folder, *TRAIN, "--restart", "--set", "run.time_limit=1")
        if again.code != 75 or "going on from" not in again.out:
            return Finding("no restart", f"{what}: {again.code} {again.err.strip()[:200]}")
    elif outcome.code not in [-number for _, number in delays]:
        return Finding("signal", f"{what}: exit code {outcome.code} {outcome.err.strip()[:200]}")
    elif checkpoints and len(delays) == 1:
        return Finding("signal", f"{what}: no checkpoint at the signal")
    left = [path.name for path in folder.glob("*.part-*")]
    return Finding("left behind", f"{what}: {left}") if left and outcome.code == 75 else None


def run(random, program, folder):
    """One mutant; its outcome and finding."""
    delays = [(random.choice([0.0, 0.1, 0.3, 0.5, 0.8]) * random.random() + 0.01, random.choice(WISHES))]
    if random.random() < 0.2:
        delays.append((random.choice([0.0, 0.01, 0.3]), signal.SIGINT))
    outcome = signalled(program.path, folder, delays, late=random.random() < 0.6)
    return outcome, judge(program, folder, outcome, delays)
