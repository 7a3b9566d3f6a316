"""Running all programs on a problem, one after the other, round after round."""

import shutil
import sys
from pathlib import Path

import numpy as np

import agreement
import inputs
import launch
import programs
from summary import spread


class Measurement:
    """One problem: seconds[ranks][program][what] has a number per round, NaN where there is none."""

    def __init__(self, problem, all_ranks, chosen, folder):
        self.problem, self.ranks = problem, all_ranks
        self.programs = dict(chosen)
        self.folder = folder
        self.seconds, self.commands, self.reports, self.left_out = {}, {}, {}, {}
        for ranks in all_ranks:
            self.seconds[ranks] = {name: {"forward": [], "gradient": []} for name in chosen}
            self.reports[ranks], self.commands[ranks] = {}, {}

    def leave_out(self, name, why):
        self.programs.pop(name, None)
        self.left_out[name] = why
        print(f"  {name} is left out: {why}", file=sys.stderr)

    def prepare(self):
        """The data, a folder for each number of ranks; one folder where that does not matter."""
        first = None
        for ranks in self.ranks:
            place = self.folder / str(ranks)
            if first and self.problem.shape(ranks) == self.problem.shape(self.ranks[0]):
                place.symlink_to(first, target_is_directory=True)
                continue
            place.mkdir(parents=True)
            inputs.write(place, self.problem, ranks)
            first = first or place

    def run_round(self, seconds):
        for ranks in self.ranks:
            for name, program in list(self.programs.items()):
                try:
                    report = self.run_one(name, program, ranks, seconds)
                except (launch.Failure, OSError, KeyError, ValueError) as error:
                    self.leave_out(name, str(error))
                    report = {}
                for what, values in self.seconds[ranks][name].items():
                    values.append(np.median(report[what]) if report else np.nan)

    def run_one(self, name, program, ranks, seconds):
        first = name not in self.reports[ranks]
        repeat = program.repeat(self.problem, ranks, seconds)
        output = Path("result.h5" if isinstance(program, programs.Nadir) else "report.json")
        words = program.command(self.problem, ranks, repeat, output)
        place = self.folder / str(ranks)
        launch.run(words, place, ranks)
        report = program.read(place / output, fingerprint=first)
        (place / output).unlink()  # before the system has written it to the disk
        if first:
            self.reports[ranks][name] = report
            self.commands[ranks][name] = self.readable(words)
        elif report.get("loss") != self.reports[ranks][name].get("loss"):
            self.differs(name, report["loss"], self.reports[ranks][name]["loss"])
        return report

    def differs(self, name, loss, before):
        """A loss that changes from round to round is one that no other can be compared with."""
        if abs(loss - before) > agreement.TOLERANCE * abs(before):
            raise ValueError(f"{name}: the loss is {loss}, in an earlier round it was {before}")

    def readable(self, words):
        """The command without the folders of this machine."""
        text = " ".join(str(word) for word in words)
        return text.replace(str(programs.ROOT) + "/", "").replace(str(self.folder.parent), "WORK")

    def agreements(self):
        return {ranks: agreement.check(self.reports[ranks]) for ranks in self.ranks}

    def times(self, ranks, name, what):
        """Seconds by round; None where the program was not run."""
        values = self.seconds.get(ranks, {}).get(name, {}).get(what)
        return None if not values or name not in self.reports[ranks] else np.array(values)

    def ratio(self, ranks, name, other, what):
        """Seconds of a program over those of another, round by round; None where one was not run."""
        of, over = self.times(ranks, name, what), self.times(ranks, other, what)
        return None if of is None or over is None else of / over

    def as_json(self):
        problem = self.problem
        return {
            "name": problem.name,
            "dimension": problem.dimension,
            "varies": problem.varies,
            "samples": problem.samples,
            "layers": problem.layers,
            "left_out": self.left_out,
            "runs": [self.run_as_json(ranks) for ranks in self.ranks],
        }

    def run_as_json(self, ranks):
        differences = self.agreements()[ranks]
        return {
            "ranks": ranks,
            "shape": list(self.problem.shape(ranks)),
            "programs": {name: self.program_as_json(ranks, name) for name in self.reports[ranks]},
            "difference_to_nadir": differences,
            "agree": not agreement.violations(differences),
        }

    def program_as_json(self, ranks, name):
        report = self.reports[ranks][name]
        entry = {"command": self.commands[ranks][name]}
        for key in ("version", "loss", "gradient_norm", "gradient_along", "triad_gb_per_s"):
            if key in report:
                entry[key] = report[key]
        for what in ("forward", "gradient"):
            times = self.times(ranks, name, what)
            work = self.problem.point_layers(ranks) / 1e6
            entry[what] = {
                "seconds": [None if np.isnan(t) else t for t in times],
                "mpoint_layers_per_s": spread(work / times),
                "time_over_nadir": spread(self.ratio(ranks, name, "nadir", what)),
                "rate_over_twin": spread(self.ratio(ranks, "twin", name, what)),
            }
        return entry


def measure(problem, all_ranks, chosen, options, folder):
    """All rounds of a problem; its folder is removed."""
    measurement = Measurement(problem, all_ranks, chosen, folder / problem.name)
    limit = options.memory_limit * 1e9
    for name, program in chosen.items():
        need = max(program.memory(problem, ranks) for ranks in all_ranks)
        if need > limit:
            measurement.leave_out(
                name, f"needs about {need / 1e9:.0f} GB, more than --memory-limit"
            )
        elif program.slow and not problem.for_slow_opponents and not options.peers:
            measurement.leave_out(name, "takes too long at this size; named with --peers it is run")
    try:
        measurement.prepare()
        for _ in range(options.rounds):
            measurement.run_round(options.seconds)
    finally:
        shutil.rmtree(measurement.folder, ignore_errors=True)
    return measurement
