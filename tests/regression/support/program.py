"""Run the program under test as a user does, and look at what it leaves behind."""

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

NADIR = Path(os.environ["NADIR_PROGRAM"])  # from conftest.py
FULL = os.environ.get("NADIR_TEST_FULL", "0") not in ("", "0")

# What ctest sets, for whoever runs pytest by hand.
ENVIRONMENT = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_mpi_yield_when_idle": "1",
    "OMPI_MCA_hwloc_base_binding_policy": "none",
    "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
    "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
    "PRTE_MCA_hwloc_default_binding_policy": "none",
    "OMP_NUM_THREADS": "1",
}


@dataclass
class Run:
    """What a command did: its exit code and what it printed."""

    code: int
    out: str
    err: str
    line: str

    def __str__(self):
        return f"{self.line}\nexit code {self.code}\n--- stdout\n{self.out}--- stderr\n{self.err}"


def command_of(words, ranks):
    """`nadir WORDS`; without mpirun on one rank."""
    command = [str(NADIR), *map(str, words)]
    if ranks > 1:
        command = [os.environ.get("NADIR_MPIEXEC") or "mpirun", "-n", str(ranks), *command]
    return command


def nadir(*words, folder, ranks=1, environment=None, timeout=300):
    """Run `nadir WORDS` in `folder`."""
    command = command_of(words, ranks)
    settings = {**ENVIRONMENT, **os.environ, **(environment or {})}
    done = subprocess.run(
        command, cwd=folder, env=settings, capture_output=True, text=True, timeout=timeout
    )
    return Run(done.returncode, done.stdout, done.stderr, " ".join(command))


def succeed(*words, **options):
    """The same, for commands that must exit 0."""
    run = nadir(*words, **options)
    expect(run.code == 0, f"should have worked: {run}")
    return run


def start(*words, folder, ranks=1, **more):
    """The same in the background: a process whose output is a pipe. `more` goes to Popen."""
    settings = {**ENVIRONMENT, **os.environ}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command_of(words, ranks), cwd=folder, env=settings, stdout=pipe, stderr=pipe, text=True, **more
    )


def wait_for(run, condition, seconds=60):
    """Until condition(), which must come while the process of start() runs."""
    end = time.monotonic() + seconds
    while not condition():
        if run.poll() is not None or time.monotonic() > end:
            out, err = run.communicate(timeout=10)
            raise AssertionError(f"ended or waited too long: {run.returncode}\n{out}{err}")
        time.sleep(0.02)


def expect(condition, message):
    """An assertion that survives python -O and says what was found."""
    if not condition:
        raise AssertionError(message)


def once(run, code, message):
    """Ended with `code`, and said this once: mpirun adds words of its own."""
    expect(run.code == code, f"exit code {run.code}, not {code}: {run}")
    expect(run.err.count(message) == 1, f"not once: {message}\n{run}")


def snapshot(folder):
    """Names of everything in a folder, contents of the files."""
    found = Path(folder).rglob("*")
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in found}
