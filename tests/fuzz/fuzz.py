"""Give nadir mutants of cases and data files, and keep those it does not answer as it should."""

import argparse
import collections
import math
import os
import random
import re
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path

import data_mutants
import libfuzzer
import seeds
import signal_mutants
from case_mutants import CaseMutants, missing_keys
from judging import Finding, judge
from running import Driver, Program

KEPT_OF_A_KIND = 3
MOST_LAYERS = 1000
NO_MEMORY = 1e15  # layers times points
RESULT = "result.h5"


def sizes_of(text):
    """Layers and points of a case, as far as it can be read."""
    try:
        case = tomllib.loads(text.decode())
        layers, shape = case["network"]["layers"], case["grid"]["shape"]
        return abs(int(layers)), abs(math.prod(int(n) for n in shape))
    except (ArithmeticError, KeyError, RecursionError, TypeError, ValueError):
        return 0, 0


def would_take_long(text):
    """Whether a case could be computed, but not quickly. What no memory holds is refused at once."""
    layers, points = sizes_of(text)
    return layers > MOST_LAYERS and layers * points < NO_MEMORY


def commands(text, parse):
    """The commands a mutant goes through, one after the other while they accept it."""
    few = ["--set", "network.layers=4"] if would_take_long(text) else []
    first = [["parse", "case.toml"]] if parse else []
    return first + [
        ["describe", "case.toml", *few],
        ["gradient", "case.toml", *few, "--output", RESULT],
        # The driver's clock runs over all mutants: no limit of a case is to end a run there.
        ["train", "case.toml", *few, "--set", "training.iterations=2", "--set", "run.time_limit=1000000",
         "--output", RESULT],
    ]


def result_of(words, folder):
    """The result file of a command, or None."""
    return folder / RESULT if RESULT in words else None


def keep_copy(source, target):
    """Copies a file; of links, folders and pipes only what they are is written down."""
    if source.is_symlink():
        target.with_suffix(".txt").write_text(f"a link to {os.readlink(source)}\n")
    elif source.is_file():
        shutil.copy(source, target)
    elif source.exists():
        target.with_suffix(".txt").write_text("a folder\n" if source.is_dir() else "a named pipe\n")


class Workplace:
    """A folder with good data, which is as before after each mutant."""

    def __init__(self, folder, fill):
        self.folder = folder
        folder.mkdir(parents=True)
        fill(folder)
        self.before = self.stamps()

    def stamps(self):
        found = (path for path in self.folder.rglob("*") if not path.is_dir())
        return {path.relative_to(self.folder): path.lstat().st_mtime_ns for path in found}

    def changed(self):
        """Good data that a command wrote to or took away."""
        now = self.stamps()
        return [str(path) for path, time in self.before.items() if now.get(path) != time]

    def clean(self):
        kept = {path.parts[0] for path in self.before}
        for entry in os.scandir(self.folder):
            if entry.name not in kept:
                remove = shutil.rmtree if entry.is_dir(follow_symlinks=False) else os.unlink
                remove(entry.path)


class Campaign:
    """Runs mutants and collects what was found."""

    def __init__(self, arguments, folder):
        self.seed = arguments.seed
        self.sample = arguments.sample
        self.keep = arguments.keep
        self.program = Program(arguments.program) if arguments.program else None
        self.runner = Driver(arguments.driver) if arguments.driver else self.program
        self.cases = Workplace(folder / "cases", seeds.write_data)
        self.data = Workplace(folder / "data", lambda into: data_mutants.write_good(into / "good.h5"))
        self.signals = Workplace(folder / "signals", signal_mutants.write_data)
        self.mutants = CaseMutants()
        self.found = collections.Counter()
        self.details = {}
        self.last_stage = collections.Counter()

    def run(self, first, cases, data, signals):
        for index in range(first, first + cases):
            self.run_case(index)
        for index in range(first, first + data):
            self.run_data(index)
        for index in range(first, first + signals if self.program else first):
            self.run_signal(index)

    def run_case(self, index):
        generator = random.Random(f"{self.seed}-case-{index}")
        (self.cases.folder / "case.toml").write_bytes(self.mutants.make(generator))
        self.try_mutant(self.cases, f"case-{index}")

    def run_data(self, index):
        generator = random.Random(f"{self.seed}-data-{index}")
        data_mutants.make(generator, self.data.folder)
        self.try_mutant(self.data, f"data-{index}")

    def run_signal(self, index):
        generator = random.Random(f"{self.seed}-signal-{index}")
        outcome, finding = signal_mutants.run(generator, self.program, self.signals.folder)
        if finding:
            self.add(self.signals, f"signal-{index}", signal_mutants.TRAIN, finding, outcome)
        self.last_stage["signal", f"ended with {outcome.code}"] += 1
        self.signals.clean()

    def try_mutant(self, place, name):
        text = (place.folder / "case.toml").read_bytes()
        stages = commands(text, parse=self.runner is not self.program)
        sampled = self.program and self.runner is not self.program and int(name.split("-")[1]) % self.sample == 0
        reached = "computed"
        for words in stages:
            (place.folder / RESULT).unlink(missing_ok=True)
            outcome = self.runner.run(place.folder, *words)
            finding = judge(outcome, result_of(words, place.folder))
            if not finding and place.changed():
                finding = Finding("input changed", ", ".join(place.changed()))
            if not finding and sampled and words[0] != "parse":
                finding = self.compare(place, words, outcome)
            if finding:
                self.add(place, name, words, finding, outcome)
            if finding or outcome.code != 0:
                reached = f"ended by {words[0]}"
                break
        self.last_stage[name.split("-")[0], reached] += 1
        place.clean()

    def compare(self, place, words, outcome):
        """The same command by the program itself must say the same."""
        (place.folder / RESULT).unlink(missing_ok=True)
        own = self.program.run(place.folder, *words)
        numbers = re.compile(r"[-+\d.e]*\d")  # free memory is not the same twice
        same = own.code == outcome.code and numbers.sub("#", own.err) == numbers.sub("#", outcome.err)
        said = f"program {own.code} {own.err.strip()[:200]}, driver {outcome.code} {outcome.err.strip()[:200]}"
        return None if same else Finding("driver differs", said)

    def note(self, finding, name):
        """Counts a finding; its signature."""
        signature = finding.signature()
        self.found[signature] += 1
        self.details.setdefault(signature, f"{name}: {finding.detail[:2000]}")
        return signature

    def add(self, place, name, words, finding, outcome):
        signature = self.note(finding, name)
        if self.keep is None or self.found[signature] > KEPT_OF_A_KIND:
            return
        label = re.sub(r"[^a-z]+", "-", signature.lower())[:60].strip("-")
        folder = self.keep / f"{label}-{self.seed}-{name}"
        folder.mkdir(parents=True, exist_ok=True)
        for path in ("case.toml", "mutant.h5"):
            keep_copy(place.folder / path, folder / path)
        output = f"{finding.kind}: {finding.detail}\n--- stdout\n{outcome.out}\n--- stderr\n{outcome.err}\n"
        (folder / "output.txt").write_text(output, encoding="utf-8")
        (folder / "command.txt").write_text("nadir " + " ".join(words) + "\n", encoding="utf-8")
        if place is self.cases and finding.kind != "hang" and self.found[signature] == 1:
            (folder / "reduced.toml").write_bytes(self.reduced(place, words, signature))

    def reduced(self, place, words, signature):
        """The case without the lines that the finding does not need."""
        case = place.folder / "case.toml"

        def same(lines):
            place.clean()
            case.write_bytes(b"".join(lines))
            finding = judge(self.runner.run(place.folder, *words), result_of(words, place.folder))
            return finding is not None and finding.signature() == signature

        lines = case.read_bytes().splitlines(keepends=True)
        for at in reversed(range(len(lines))):
            shorter = lines[:at] + lines[at + 1 :]
            if len(lines) < 200 and same(shorter):
                lines = shorter
        return b"".join(lines)

    def report(self):
        for kind in ("case", "data", "signal"):
            ends = [(end, n) for (k, end), n in sorted(self.last_stage.items()) if k == kind]
            count = sum(n for _, n in ends)
            print(f"{count} {kind} mutants of seed {self.seed}: {', '.join(f'{n} {end}' for end, n in ends)}")
        in_driver = self.runner.runs if self.runner is not self.program else 0
        by_program = self.program.runs if self.program else 0
        print(f"{in_driver} commands in the driver, {by_program} by the program itself")
        for signature, count in self.found.most_common():
            print(f"{count:6d} x {signature}\n         {self.details[signature]}")
        print(f"{sum(self.found.values())} findings, {len(self.found)} kinds" if self.found else "no findings")


def arguments_of(words):
    parser = argparse.ArgumentParser(prog="tools/fuzz", description=__doc__)
    build = seeds.ROOT / "build"
    parser.add_argument("--cases", type=int, default=1000, metavar="N", help="case mutants (1000)")
    parser.add_argument("--data", type=int, default=200, metavar="N", help="data mutants (200)")
    parser.add_argument("--signals", type=int, default=20, metavar="N", help="trainings that get signals (20)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="other mutants for another seed")
    parser.add_argument("--first", type=int, default=0, metavar="I", help="number of the first mutant (0)")
    parser.add_argument("--program", type=Path, default=build / "release" / "nadir", metavar="PATH")
    parser.add_argument(
        "--driver", type=Path, default=build / "fuzz" / "nadir-fuzz-driver", metavar="PATH",
        help="runs many mutants in one process; built by tools/fuzz --build",
    )  # fmt: skip
    parser.add_argument("--sample", type=int, default=50, metavar="K", help="each K-th also by the program")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where findings are saved")
    parser.add_argument("--libfuzzer", type=int, metavar="SECONDS", help="libFuzzer on the parser instead")
    parsed = parser.parse_args(words)
    parsed.program = parsed.program.resolve() if parsed.program.exists() else None
    parsed.driver = parsed.driver.resolve() if parsed.driver.exists() else None
    return parsed


def main(words):
    arguments = arguments_of(words)
    if arguments.libfuzzer is not None:
        return libfuzzer.run(arguments.libfuzzer, arguments.seed, arguments.keep)
    if not (arguments.program or arguments.driver):
        print("tools/fuzz: neither program nor driver: build one, or name it", file=sys.stderr)
        return 2
    if missing_keys():
        print(f"tools/fuzz: no seed has the keys {', '.join(missing_keys())}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="nadir-fuzz-") as name:
        campaign = Campaign(arguments, Path(name))
        try:
            campaign.run(arguments.first, arguments.cases, arguments.data, arguments.signals)
        except KeyboardInterrupt:
            print("interrupted; so far:")
        leaks = campaign.runner.close()
        if leaks:
            campaign.note(Finding("leak", leaks[:3000]), "all mutants together")
        campaign.report()
    return 1 if campaign.found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
