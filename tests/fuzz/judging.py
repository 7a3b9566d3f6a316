"""Which outcomes are findings, and which findings have the same cause."""

import re
from dataclasses import dataclass

import h5py
import numpy as np

CODES = {0, 1, 2, 3, 75}
SANITIZER = re.compile(r"AddressSanitizer|LeakSanitizer|runtime error:")
# The case, a file of data, or what was typed.
PLACE = re.compile(r"case\.toml|\.h5|--set |--output|--restart")


@dataclass
class Finding:
    """What is wrong with an outcome, in a word and in a line."""

    kind: str
    detail: str

    def signature(self):
        """The same for all mutants that meet the same fault."""
        text = re.sub(r"\"[^\"]*\"|'[^']*'|[^\s:]*\.h5[^\s:]*|0x[0-9a-f]+|[-+\d.e]*\d", "#", self.detail)
        return f"{self.kind}: {text[:100]}"


def sanitizer_line(text):
    """The line that names the fault, and the first frame in nadir's own sources."""
    lines = [line for line in text.splitlines() if SANITIZER.search(line)]
    frame = re.search(r"in (nadir::[\w:]+|main)", text)
    return re.sub(r"==\d+==", "", lines[0]) + (f" in {frame.group(1)}" if frame else "")


def not_finite(path):
    """Names of results that hold something not finite; a target has NaN where nothing was observed."""
    names = []

    def look(name, item):
        values = [(name, item[()])] if isinstance(item, h5py.Dataset) and name != "target" else []
        values += [(f"{name}@{key}", item.attrs[key]) for key in item.attrs if key != "physical_factor"]
        names.extend(n for n, v in values if np.asarray(v).dtype.kind == "f" and not np.isfinite(v).all())

    with h5py.File(path) as file:
        look("/", file["/"])
        file.visititems(look)
    return names


def judge_failure(outcome):
    """An exit code other than 0."""
    # Open MPI's own lines about a read that failed come before the message.
    message = re.sub(r"(?m)^mca_.*\n", "", outcome.err).strip()
    first = message.split("\n")[0]
    if not message:
        return Finding("silent", f"exit code {outcome.code} without a message")
    if first.startswith("round trip: "):
        return Finding("round trip", first)
    if outcome.code == 2 and not all(PLACE.search(line) for line in message.split("\n")):
        return Finding("no place", first)
    if outcome.code == 3:
        return Finding("system error", first)
    return None


def judge(outcome, result=None):
    """The finding of an outcome, or None. `result` is the file of a command that writes one."""
    if outcome.code is None:
        return Finding("hang", f"no end after {outcome.seconds:.0f} s")
    if SANITIZER.search(outcome.err):
        return Finding("sanitizer", sanitizer_line(outcome.err))
    if outcome.code not in CODES:
        return Finding("crash", f"exit code {outcome.code} {outcome.err.strip()[:200]}")
    if outcome.open:
        return Finding("left open", f"{outcome.open} HDF5 objects")
    if outcome.code:
        return judge_failure(outcome)
    # The first line has the case's title, which may be any text.
    printed = re.search(r".*\b(nan|inf)\b.*", outcome.out.partition("\n")[2], re.IGNORECASE)
    if printed:
        return Finding("not finite", printed.group().strip())
    if result is None:
        return None
    if not result.exists():
        return Finding("no result", "exit code 0")
    names = not_finite(result)
    return Finding("not finite", ", ".join(names)) if names else None
