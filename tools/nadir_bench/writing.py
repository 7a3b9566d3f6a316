"""`tools/bench --writing`: results on their way to the disk against dd, in pairs.

Both write the same number of bytes to the same file system and end when these are on the disk. Of a
run `NadirWrite` counts, the events of PETSc's log on the slowest rank: from making the file to its
final name.
"""

import contextlib
import csv
import re
import subprocess
import threading
from collections import defaultdict

import h5py

import launch
from summary import spread, text

SHAPES = {False: (8192, 4096), True: (64, 32)}  # by --quick
STATES = 2  # the input and the last layer: 512 MiB
BLOCK = 4 * 2**20  # of dd

CASE = """\
[grid]
shape    = {shape}
boundary = ["periodic", "periodic"]
[network]
layers     = 1
activation = "tanh"
[kernel]
diffusion = {{ init = 0.1 }}
[data]
input = {{ file = "input.h5", dataset = "input" }}
[output]
layers = "ends"
"""


def prepare(folder, shape):
    """A case whose input was never written, which HDF5 reads as one number."""
    with h5py.File(folder / "input.h5", "w") as file:
        file.create_dataset("input", shape, "f8", fillvalue=0.5)
    (folder / "case.toml").write_text(CASE.format(shape=list(shape)))


class Held:
    """Memory in use, as pages of a file, that is free from the moment there is something to write.

    Virtual machines give memory that lies idle back to their host, and wait for it where it is needed
    again: dd would find more of it than a run that has computed before. Four times what is written is
    enough for the run's own arrays too.
    """

    def __init__(self, folder, size):
        subprocess.run(["sync"], check=True)  # nothing else is left to write
        self.path = folder / "held"
        block = bytes(BLOCK)
        with open(self.path, "wb") as file:
            for _ in range(4 * size // BLOCK):
                file.write(block)

    def release(self):
        self.path.unlink(missing_ok=True)

    @contextlib.contextmanager
    def until(self, folder, pattern):
        """Released as soon as there is such a file, at the end at the latest."""
        done = threading.Event()

        def watch():
            while not done.wait(0.001) and not any(folder.glob(pattern)):
                pass
            self.release()

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()


def seconds_of_dd(folder, size):
    """As it says itself, without its start."""
    block = min(BLOCK, size)
    command = f"LC_ALL=C dd if=/dev/zero of=dd bs={block} count={size // block} conv=fsync 2>&1"
    Held(folder, size).release()
    said = launch.run(["sh", "-c", command], folder)
    (folder / "dd").unlink()
    return float(re.search(r"copied, (\S+) s", said)[1])


def seconds_in_log(path):
    """Of NadirWrite in all stages, on the slowest rank."""
    by_rank = defaultdict(float)
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            if row["Event Name"] == "NadirWrite":
                by_rank[row["Rank"]] += float(row["Time"])
    return max(by_rank.values())


def seconds_of_nadir(nadir, folder, size, ranks):
    words = [nadir, "forward", "case.toml", "--quiet", "--output", "result.h5"]
    words += ["--", "-log_view", ":log.csv:ascii_csv"]
    with Held(folder, size).until(folder, "result.h5.part-*"):
        launch.run(launch.on_ranks(words, ranks), folder, ranks)
    (folder / "result.h5").unlink()
    return seconds_in_log(folder / "log.csv")


def pair(nadir, folder, size, ranks, dd_first):
    """Seconds of dd and of nadir, one right after the other."""
    if dd_first:
        return seconds_of_dd(folder, size), seconds_of_nadir(nadir, folder, size, ranks)
    seconds = seconds_of_nadir(nadir, folder, size, ranks)
    return seconds_of_dd(folder, size), seconds


def measure(nadir, folder, options):
    """A table in Markdown: medians and quartiles of all pairs, dd first in every other."""
    shape = SHAPES[options.quick]
    size = STATES * shape[0] * shape[1] * 8
    prepare(folder, shape)
    lines = ["| ranks | MiB | `dd`, s | nadir, s | time of `dd` / nadir's |", "|---|---|---|---|---|"]
    for ranks in options.ranks:
        pairs = [pair(nadir, folder, size, ranks, k % 2 == 0) for k in range(options.rounds)]
        dd, ours = zip(*pairs)
        ratio = [a / b for a, b in pairs]
        cells = [str(ranks), f"{size / 2**20:.4g}"]
        cells += [text(spread(values)) for values in (dd, ours, ratio)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
