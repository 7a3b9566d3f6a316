"""Starting programs: their environment, mpirun, and what they say when they fail."""

import os
import subprocess


class Failure(Exception):
    """A program that did not exit with 0: the last of what it said."""


def cores():
    """Cores this process may use."""
    return len(os.sched_getaffinity(0))


def environment(ranks):
    """One thread per rank; mpirun also for root, and with more ranks than cores."""
    settings = {"OMP_NUM_THREADS": "1", **os.environ}
    if os.geteuid() == 0:
        settings.setdefault("OMPI_ALLOW_RUN_AS_ROOT", "1")
        settings.setdefault("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1")
    if ranks > cores():
        settings.setdefault("OMPI_MCA_rmaps_base_oversubscribe", "1")
        settings.setdefault("OMPI_MCA_mpi_yield_when_idle", "1")
    return settings


def on_ranks(words, ranks):
    """The command on several ranks; without mpirun on one."""
    if ranks == 1:
        return words
    return [os.environ.get("NADIR_MPIEXEC") or "mpirun", "-n", str(ranks), *words]


def run(words, folder, ranks=1):
    """What the command prints; Failure when it does not work."""
    words = [str(word) for word in words]
    try:
        done = subprocess.run(
            words,
            cwd=folder,
            env=environment(ranks),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
    except OSError as error:
        raise Failure(f"{words[0]}: {error.strerror}") from error
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip() or "it says nothing").splitlines()
        raise Failure(f"{' '.join(words)}: exit code {done.returncode}: {' | '.join(said[-4:])}")
    return done.stdout
