"""Signals that would end a run: a wish to stop first, with a checkpoint and words for what happened."""

import resource
import signal

import pytest

from program import expect, nadir, start, wait_for
from small_case import CASE, ITERATIONS, write_fields


# Goes on and on, with a checkpoint only when it is stopped.
ENDLESS = CASE.replace(ITERATIONS, """iterations = 10000000
optimizer = "steepest-descent"
learning_rate = 1e-12
gradient_tolerance = 0.0
[run]
checkpoint = { every = 10000000 }""")

WORDS = {
    signal.SIGINT: "stopped early (SIGINT, Ctrl-C)",
    signal.SIGHUP: "stopped early (SIGHUP: the terminal or its connection is gone)",
    signal.SIGXCPU: "stopped early (SIGXCPU: the limit of CPU time is reached)",
    signal.SIGTERM: "stopped early (SIGTERM)",
    signal.SIGUSR1: "stopped early (SIGUSR1)",
    signal.SIGUSR2: "stopped early (SIGUSR2)",
}


def begin(folder, words=("train", "case.toml"), **more):
    """A run under way: it has written a few rows, or has made its folder's lock."""
    for path in [*folder.glob("result*")]:
        path.unlink()
    run = start(*words, folder=folder, **more)
    wait_for(run, lambda: (folder / "result.csv").exists() and (folder / "result.csv").read_text().count("\n") > 5)
    return run


def ended(run, code, message, what):
    out, err = run.communicate(timeout=60)
    expect(run.returncode == code, f"{what}: {run.returncode} instead of {code}\n{out}{err}")
    expect(err.count(message) == 1, f"{what}: not once: {message}\n{err}")


@pytest.fixture
def folder(folder):
    write_fields(folder / "fields.h5")
    (folder / "case.toml").write_text(ENDLESS)
    return folder


def test_wishes(folder):
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGXCPU, signal.SIGUSR2):  # restart_test.py has the others
        words = WORDS[number]
        run = begin(folder)
        run.send_signal(number)
        ended(run, 75, words, number)
        expect(len([*folder.glob("result.checkpoint-*[0-9].h5")]) == 1, f"{number}: no checkpoint")
        expect(not (folder / "result.lock").exists(), f"{number}: the lock stays")
    run = nadir("train", "case.toml", "--restart", "--set", "training.iterations=1", folder=folder)
    expect(run.code == 0 and "going on from result.checkpoint-" in run.out, f"{run}")


def test_repeated(folder):
    """SIGHUP and SIGXCPU come more than once by themselves."""
    for number in (signal.SIGHUP, signal.SIGXCPU):
        run = begin(folder)
        for _ in range(3):
            run.send_signal(number)
        ended(run, 75, WORDS[number], number)


def wait_for_text(run, text):
    line = run.stderr.readline()
    while text not in line:
        expect(line, f"ended without: {text}")
        line = run.stderr.readline()
    return line


def test_second_interrupt(folder):
    """In long work the run looks about once a second: the second Ctrl-C ends the process itself."""
    slow = ("train", "case.toml", "--set", "network.layers=300000")
    for path in folder.glob("result*"):
        path.unlink()
    run = start(*slow, folder=folder)
    wait_for(run, (folder / "result.csv").exists)
    run.send_signal(signal.SIGINT)
    wait_for_text(run, "Ctrl-C once more ends at once")
    run.send_signal(signal.SIGINT)
    run.wait(timeout=60)
    expect(run.returncode == -signal.SIGINT, f"{run.returncode}")


def test_ignored(folder):
    """nohup, and jobs in the background of a script: what is ignored at the start stays so."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGXCPU):
        run = begin(folder, preexec_fn=lambda number=number: signal.signal(number, signal.SIG_IGN))
        for _ in range(3):
            run.send_signal(number)
        rows = (folder / "result.csv").read_text().count("\n")
        wait_for(run, lambda rows=rows: (folder / "result.csv").read_text().count("\n") > rows + 100)
        run.send_signal(signal.SIGUSR1)
        ended(run, 75, WORDS[signal.SIGUSR1], f"{number} ignored")


def test_cpu_limit(folder):
    """The limit itself, as a batch system sets it: soft, with time to write a checkpoint."""
    run = begin(folder, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (2, 60)))
    ended(run, 75, WORDS[signal.SIGXCPU], "ulimit -St 2")


def test_closed_pipe(folder):
    """Whoever reads the output goes away: `nadir train CASE.toml | head`."""
    run = begin(folder, ("train", "case.toml", "--verbose"))
    run.stdout.close()
    line = wait_for_text(run, "stopped early (SIGPIPE")
    expect(run.wait(timeout=60) == 75, line)


def test_forward(folder):
    run = start("forward", "case.toml", "--set", "network.layers=20000000", folder=folder)
    wait_for(run, (folder / "result.lock").exists)
    wait_for(run, lambda: [*folder.glob("result.h5.part-*")])
    run.send_signal(signal.SIGINT)
    ended(run, 75, "(SIGINT, Ctrl-C)", "forward")
    expect([*folder.glob("result.checkpoint-*.h5")], "no checkpoint of forward")
