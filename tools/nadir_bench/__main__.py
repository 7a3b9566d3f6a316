"""tools/bench: nadir against its opponents, all programs alternately in one run."""

import argparse
import contextlib
import datetime
import subprocess
import sys
import tempfile
from pathlib import Path

import acceptance
import agreement
import launch
import machine
import memory
import pictures
import problems
import programs
import report
import rounds
import training
import writing
from programs import PROGRAMS, ROOT

sys.path.append(str(ROOT / "tools"))

import nadir_json  # noqa: E402

SCHEMA = 1


def arguments(words):
    parser = argparse.ArgumentParser(
        prog="tools/bench",
        description="Measures nadir against its opponents on the same problems, alternately in one run, "
        "and checks that they compute the same. Builds what it needs in build/release. Explained in "
        "docs/performance.md.",
    )
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME",
                        help="problems by name, with * and ?; 'acceptance' for those with a target")  # fmt: skip
    parser.add_argument("--list", action="store_true", help="print the names of the problems")
    parser.add_argument("--peers", help=f"programs, separated by commas (of {', '.join(PROGRAMS)})")
    parser.add_argument("--ranks", default="1,2", help="numbers of ranks (default: 1,2)")
    parser.add_argument("--rounds", type=int, help="times each program is run (default: 15)")
    parser.add_argument("--seconds", type=float, default=1.0,
                        help="of repetitions within a run, about (default: 1)")  # fmt: skip
    parser.add_argument(
        "--quick", action="store_true", help="one tiny problem, two rounds: does it work?"
    )
    parser.add_argument("--memory-curve", action="append", default=[], metavar="'LABEL: KEY=VALUE ...'",
                        help="one more curve of memory against depth, with these --set")  # fmt: skip
    parser.add_argument("--writing", action="store_true",
                        help="only this: writing a result against dd, on the disk of --work")  # fmt: skip
    parser.add_argument("--training", action="store_true",
                        help="only this: time to solution of trainings; --only names cases")  # fmt: skip
    parser.add_argument("--no-memory", action="store_true", help="no memory against depth")
    parser.add_argument("--memory-limit", type=float, default=8.0, metavar="GB",
                        help="leave out programs that need more (default: 8)")  # fmt: skip
    parser.add_argument("--nadir", type=Path, help="measure this program; default: built now")
    parser.add_argument(
        "--work", type=Path, help="folder for inputs, some GB (default: a temporary one)"
    )
    parser.add_argument("--output", type=Path, default=Path("results/bench"),
                        help="folder for JSON, tables and pictures (default: results/bench)")  # fmt: skip
    options = parser.parse_args(words)
    check(parser, options)
    return options


def check(parser, options):
    """Fill in what depends on --quick, and refuse what makes no sense."""
    try:
        options.ranks = [int(word) for word in options.ranks.split(",")]
        options.problems = problems.choose(options.only) if options.only and not options.training else (
            problems.QUICK if options.quick else problems.ALL)  # fmt: skip
    except ValueError as error:
        parser.error(str(error))
    options.names = options.peers.split(",") if options.peers else list(PROGRAMS)
    for name in options.names:
        if name not in PROGRAMS:
            parser.error(f"--peers: {name} is none of {', '.join(PROGRAMS)}")
    options.rounds = options.rounds or (2 if options.quick else 5 if options.training else 15)
    if options.quick:
        options.seconds = min(options.seconds, 0.02)
    if min(options.ranks) < 1 or options.rounds < 1:
        parser.error("ranks and rounds are at least 1")


def build(options, build_folder):
    """Compile what is measured; what exists already takes seconds."""
    targets = [] if options.nadir else ["nadir-program"]
    if "twin" in options.names:
        targets.append("nadir-twin")
    if any(name.startswith("petsc") for name in options.names):
        targets.append("nadir-petsc-ts")
    if not targets:
        return
    command = [ROOT / "tools/build", "release", "-DNADIR_PEERS=ON", *targets]
    if subprocess.run(command, stdout=sys.stderr).returncode != 0:
        sys.exit("tools/bench: building failed")


def choose_programs(names, setup):
    """Those that can be run, by name; why the others cannot is said."""
    chosen = {}
    for name in names:
        program = PROGRAMS[name](setup)
        reason = program.missing()
        if reason:
            print(f"{name} is left out: {reason}", file=sys.stderr)
        else:
            chosen[name] = program
    return chosen


def document_of(options, measurements, curves):
    """Everything that was measured and under which circumstances."""
    entries = [m.as_json() for m in measurements]
    versions = {
        name: entry["version"]
        for problem in entries
        for run in problem["runs"]
        for name, entry in run["programs"].items()
    }
    return {
        "schema": SCHEMA,
        "date": datetime.date.today().isoformat(),
        "rounds": options.rounds,
        "machine": machine.describe(),
        "versions": versions,
        "problems": entries,
        "memory": curves,
        "acceptance": acceptance.judge(measurements),
    }


def save(document, folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.json").write_text(nadir_json.text(document))
    (folder / "tables.md").write_text(report.whole(document) + "\n")


def say_disagreements(measurements):
    """Whether every program has computed what nadir has; otherwise their times mean nothing."""
    all_agree = True
    for m in measurements:
        for ranks, differences in m.agreements().items():
            for name, difference in agreement.violations(differences).items():
                all_agree = False
                print(f"tools/bench: {m.problem.name}, {ranks} ranks: {name} differs from nadir by "
                      f"{difference:.1e} in loss or gradient: NOT THE SAME PROBLEM", file=sys.stderr)  # fmt: skip
    return all_agree


@contextlib.contextmanager
def work_folder(parent):
    with tempfile.TemporaryDirectory(prefix="nadir-bench-", dir=parent) as name:
        yield Path(name)


def measure_all(options, setup, folder):
    chosen = choose_programs(options.names, setup)
    measurements, curves = [], []
    if not options.no_memory and "nadir" in chosen:
        print("memory against depth", file=sys.stderr)
        wanted = memory.CURVES + [memory.Curve.parse(text) for text in options.memory_curve]
        depths = memory.QUICK_DEPTHS if options.quick else memory.DEPTHS
        curves = memory.measure(setup, wanted, depths, folder / "memory")
    for k, problem in enumerate(options.problems, start=1):
        print(f"{problem.name} ({k} of {len(options.problems)})", file=sys.stderr)
        measurements.append(rounds.measure(problem, options.ranks, chosen, options, folder))
        save(document_of(options, measurements, curves), options.output)  # so much is safe
    return measurements, curves


def measure_writing(options):
    """Against dd; no other program is needed."""
    options.names = []
    build(options, ROOT / "build/release")
    nadir = options.nadir.resolve() if options.nadir else ROOT / "build/release/nadir"
    try:
        with work_folder(options.work) as folder:
            print(writing.measure(nadir, folder, options))
    except launch.Failure as error:
        sys.exit(f"tools/bench: {error}")


def measure_training(options):
    """Time to solution; of the opponents PyTorch alone."""
    options.names = []
    build(options, ROOT / "build/release")
    nadir = options.nadir.resolve() if options.nadir else ROOT / "build/release/nadir"
    try:
        with work_folder(options.work) as folder:
            training.run(programs.Setup(nadir, ROOT / "build/release", 0), options, folder)
    except launch.Failure as error:
        sys.exit(f"tools/bench: {error}")


def main(words=None):
    options = arguments(words)
    if options.training:
        measure_training(options)
        return
    if options.writing:
        measure_writing(options)
        return
    if options.list:
        print("\n".join(problem.name for problem in problems.ALL + problems.TINY))
        return
    build_folder = ROOT / "build/release"
    build(options, build_folder)
    nadir = options.nadir.resolve() if options.nadir else build_folder / "nadir"
    setup = programs.Setup(nadir, build_folder, machine.last_level_cache())
    try:
        with work_folder(options.work) as folder:
            measurements, curves = measure_all(options, setup, folder)
    except launch.Failure as error:
        sys.exit(f"tools/bench: {error}")
    document = document_of(options, measurements, curves)
    save(document, options.output)
    written = pictures.write(document, options.output)
    print(report.whole(document))
    print("", *(f"{path}" for path in written), sep="\n")
    if not say_disagreements(measurements):
        sys.exit(1)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("tools/bench: interrupted; problems that were finished are in the output folder")
