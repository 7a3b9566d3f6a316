"""Running a command on a mutant: in the driver, many in one process, or by the program itself."""

import os
import re
import select
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

LEAKS = Path(__file__).resolve().parents[1] / "sanitizers" / "leaks.supp"
TIMEOUT = 20.0
ENVIRONMENT = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_hwloc_base_binding_policy": "none",
    "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
    "OMPI_MCA_mpi_yield_when_idle": "1",
    "OMP_NUM_THREADS": "1",
    "ASAN_OPTIONS": "detect_leaks=1:max_allocation_size_mb=4096",
    "LSAN_OPTIONS": f"suppressions={LEAKS}:print_suppressions=0",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
}


@dataclass
class Outcome:
    """What a command did. `code` is None when it hung; negative when a signal ended it."""

    code: int | None
    out: str
    err: str
    seconds: float
    open: int = 0  # HDF5 objects it left open, as far as known


def text_of(path):
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


class Program:
    """Each command is a process of its own."""

    def __init__(self, path):
        self.path = str(path)
        self.runs = 0

    def run(self, folder, *words):
        self.runs += 1
        start = time.monotonic()
        with open(folder / "out.txt", "wb") as out, open(folder / "err.txt", "wb") as err:
            child = subprocess.Popen(
                [self.path, *words], cwd=folder, env={**os.environ, **ENVIRONMENT},
                stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            )  # fmt: skip
            try:
                code = child.wait(TIMEOUT)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
                code = None
        return Outcome(code, text_of(folder / "out.txt"), text_of(folder / "err.txt"), time.monotonic() - start)

    def close(self):
        """Nothing keeps running, nothing to report."""


class Driver:
    """Commands go to one process until it crashes or hangs; the next one gets a new process."""

    def __init__(self, path):
        self.path = str(path)
        self.runs = 0
        self.child = None
        self.folder = None  # of the last command

    def start(self):
        self.child = subprocess.Popen(
            [self.path], env={**os.environ, **ENVIRONMENT}, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self.child.stdout.readline()  # ready: a slow start is no hang

    def stop(self):
        """The exit code, which is negative after a signal."""
        self.child.kill()
        code = self.child.wait()
        self.child.stdin.close()
        self.child.stdout.close()
        self.child = None
        return code

    def run(self, folder, *words):
        if self.child is None:
            self.start()
        self.runs += 1
        self.folder = folder
        begin = time.monotonic()
        self.child.stdin.write("\t".join([str(folder), *words]) + "\n")
        self.child.stdin.flush()
        answered, _, _ = select.select([self.child.stdout], [], [], TIMEOUT)
        answer = self.child.stdout.readline().split() if answered else None
        seconds = time.monotonic() - begin
        texts = text_of(folder / "out.txt"), text_of(folder / "err.txt")
        if answer:
            return Outcome(int(answer[0]), *texts, seconds, int(answer[1]))
        if answered:
            self.child.wait()
        code = self.stop()
        return Outcome(code if answered else None, *texts, seconds)

    def close(self):
        """Ends the process; what it reports of leaks, or None."""
        if self.child is None:
            return None
        self.child.stdin.close()
        code = self.child.wait()
        self.child.stdout.close()
        report = text_of(self.folder / "err.txt") if code else ""
        # HDF5 itself forgets some memory of damaged files; its stacks end inside it.
        ours = [leak for leak in report.split("\n\n") if re.search(r"nadir::|fuzz_driver", leak)]
        return "\n".join(ours) or None
