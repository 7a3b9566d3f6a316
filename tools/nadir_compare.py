"""tools/compare: numeric differences of two results or checkpoints of nadir."""

import argparse
import sys
from dataclasses import dataclass

import h5py
import numpy as np

import nadir_io

IGNORED = ("timing", "history/seconds", "provenance")  # never the same in two runs
BLOCK = 1 << 22  # values held in memory at a time
EQUAL, DIFFERENT, WRONG_INPUT = 0, 1, 2


@dataclass
class Difference:
    """Of one dataset or attribute: the largest difference, also relative to the largest value."""

    name: str
    absolute: float = 0.0
    relative: float = 0.0
    where: str = ""
    remark: str = ""  # why it differs whatever the tolerance
    bitwise: bool = True

    def exceeds(self, tolerance):
        if self.remark:
            return True
        return not self.bitwise if tolerance == 0 else self.relative > tolerance

    @property
    def badness(self):
        return (bool(self.remark), self.relative, not self.bitwise)


def arguments(words):
    parser = argparse.ArgumentParser(
        prog="tools/compare",
        description="Differences of two results or checkpoints, worst first; without --groups all "
        f"but {', '.join(IGNORED)}. Relative: to the largest magnitude in the dataset.",
        epilog="Exit codes: 0 equal within the tolerance, 1 different, 2 wrong input.",
    )
    parser.add_argument("a", metavar="A.h5")
    parser.add_argument("b", metavar="B.h5")
    parser.add_argument(
        "--tolerance", type=float, default=0.0, metavar="R",
        help="largest relative difference that counts as equal; default 0: equal bit for bit",
    )  # fmt: skip
    parser.add_argument(
        "--groups", nargs="+", metavar="NAME",
        help="only these groups or datasets, such as: parameters state history/loss",
    )  # fmt: skip
    options = parser.parse_args(words)
    if not options.tolerance >= 0:
        parser.error("--tolerance: a number of 0 or more")
    return options


def quantities(file):
    """{name: dataset or number}: all datasets, and the numbers among the root's attributes."""
    found = {f"@{k}": v for k, v in file.attrs.items() if isinstance(v, (np.number, int, float))}

    def add(name, thing):
        if isinstance(thing, h5py.Dataset):
            found[name] = thing

    file.visititems(add)
    return found


def within(name, groups):
    return any(name == group or name.startswith(group + "/") for group in groups)


def chosen(names, groups):
    """The names to compare, as the groups say; ReadError for a group neither file has."""
    if not groups:
        return [name for name in names if not within(name, IGNORED)]
    groups = [group.strip("/") for group in groups]
    for group in groups:
        if not any(within(name, [group]) for name in names):
            raise nadir_io.ReadError(f"--groups {group}: neither file has it")
    return [name for name in names if within(name, groups)]


def blocks(shape, start=()):
    """Indices of parts of an array that are small enough to be read at once."""
    if not shape or np.prod(shape) <= BLOCK:
        yield start + (slice(None),) * len(shape)
        return
    rows = BLOCK // int(np.prod(shape[1:]))
    if rows > 0:
        for row in range(0, shape[0], rows):
            yield start + (slice(row, row + rows),) + (slice(None),) * (len(shape) - 1)
    else:
        for row in range(shape[0]):
            yield from blocks(shape[1:], start + (slice(row, row + 1),))


def distance(a, b):
    """|a - b| where not both are NaN or the same infinity; infinite where only one is."""
    a, b = (np.asarray(v, dtype=np.longdouble) for v in (a, b))
    with np.errstate(invalid="ignore"):
        gap = np.abs(a - b)
    gap[(a == b) | (np.isnan(a) & np.isnan(b))] = 0
    gap[np.isnan(gap)] = np.inf
    return gap


def largest(values):
    """The largest finite magnitude, 0 without any."""
    magnitudes = np.abs(np.asarray(values, dtype=np.longdouble))
    return float(np.max(magnitudes, initial=0, where=np.isfinite(magnitudes)))


def place(dataset, index):
    """An index in words of the axes: "layer 1, y 4, x 5"."""
    dims = dataset.dims if isinstance(dataset, h5py.Dataset) else []
    names = [d[0].name.rsplit("/", 1)[-1] if len(d) else "index" for d in dims]
    return ", ".join(f"{name} {position}" for name, position in zip(names, index))


def compare_numbers(name, a, b):
    worst, where, magnitude, bitwise = 0.0, (), 0.0, a.dtype == b.dtype
    for index in blocks(a.shape):
        left, right = np.atleast_1d(a[index]), np.atleast_1d(b[index])
        magnitude = max(magnitude, largest(left), largest(right))
        if bitwise and left.tobytes() == right.tobytes():
            continue
        bitwise = False
        gap = distance(left, right)
        if gap.max(initial=0) > worst:
            worst = float(gap.max())
            first = np.unravel_index(int(gap.argmax()), gap.shape)
            where = [int(i) + (s.start or 0) for i, s in zip(first, index)]
    relative = worst / magnitude if magnitude else worst
    where = place(a, where) if worst or bitwise else "equal values, other bits: type, sign of 0 or NaN"
    return Difference(name, worst, relative, where, bitwise=bitwise)


def compare(name, a, b):
    if a is None or b is None:
        return Difference(name, remark=f"only in {'A' if b is None else 'B'}")
    if not isinstance(a, h5py.Dataset):
        a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        return Difference(name, remark=f"shapes {tuple(a.shape)} and {tuple(b.shape)}")
    numeric = [v.dtype.kind in "biuf" for v in (a, b)]
    if all(numeric):
        return compare_numbers(name, a, b)
    if any(numeric) or not np.array_equal(a[()], b[()]):
        return Difference(name, remark="not the same texts")
    return Difference(name)


def report(differences, tolerance):
    """A table of what differs at all, worst first, and a line that counts the rest."""
    unequal = [d for d in differences if d.remark or not d.bitwise]
    worst = sorted(unequal, key=lambda d: d.badness, reverse=True)
    width = max((len(d.name) for d in worst), default=0)
    if worst:
        print(f"{'':9} {'dataset':{width}}  {'absolute':>9}  {'relative':>9}  where (indices)")
    for d in worst:
        verdict = "DIFFERENT" if d.exceeds(tolerance) else "ok"
        numbers = d.remark or f"{d.absolute:9.2e}  {d.relative:9.2e}  {d.where}"
        print(f"{verdict:9} {d.name:{width}}  {numbers}".rstrip())
    count = sum(d.exceeds(tolerance) for d in differences)
    equal, near = len(differences) - len(worst), len(worst) - count
    print(f"{equal} equal bit for bit, {near} within the tolerance, {count} different")
    return DIFFERENT if count else EQUAL


def main(words):
    options = arguments(words)
    try:
        with nadir_io.open_file(options.a) as left, nadir_io.open_file(options.b) as right:
            a, b = quantities(left), quantities(right)
            names = chosen(list(dict.fromkeys([*a, *b])), options.groups)
            differences = [compare(name, a.get(name), b.get(name)) for name in names]
    except (nadir_io.ReadError, OSError) as error:
        print(f"tools/compare: {error}", file=sys.stderr)
        return WRONG_INPUT
    return report(differences, options.tolerance)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
