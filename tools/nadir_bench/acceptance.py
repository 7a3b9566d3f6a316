"""The numbers by which nadir's speed is judged, each with its target.

All are ratios taken within a round, so that a slower machine, or a slower minute of it, matters
little. Without temporal blocking in this nadir, `nadir` is its unblocked form too.
"""

from summary import spread

BY = {">=": lambda value, target: value >= target, "<=": lambda value, target: value <= target}


class Numbers:
    """The measurements by the name of the problem."""

    def __init__(self, measurements):
        self.by_name = {m.problem.name: m for m in measurements}

    def times(self, problem, ranks, program, what):
        measurement = self.by_name.get(problem)
        return measurement.times(ranks, program, what) if measurement else None

    def plain(self, problem, ranks, what):
        """Of nadir without blocking."""
        times = self.times(problem, ranks, "nadir-plain", what)
        return self.times(problem, ranks, "nadir", what) if times is None else times

    def blocks(self, problem):
        """Whether nadir was run both with blocking and without."""
        return self.times(problem, 1, "nadir-plain", "forward") is not None


def over(a, b):
    return None if a is None or b is None else a / b


def against(problem, program):
    def value(n):
        nadir = n.times(problem, 1, "nadir", "gradient")
        return over(n.times(problem, 1, program, "gradient"), nadir)

    return value


def gradient_over_forward(problem, blocked):
    def value(n):
        if blocked and not n.blocks(problem):
            return None
        gradient = (
            n.times(problem, 1, "nadir", "gradient") if blocked else n.plain(problem, 1, "gradient")
        )
        return over(gradient, n.plain(problem, 1, "forward"))

    return value


def share_of_twin(problem, blocked):
    def value(n):
        if blocked and not n.blocks(problem):
            return None
        forward = (
            n.times(problem, 1, "nadir", "forward") if blocked else n.plain(problem, 1, "forward")
        )
        return over(n.times(problem, 1, "twin", "forward"), forward)

    return value


def speed_up(problem, what):
    """nadir's on 2 ranks with as many points each, over the twin's own."""

    def value(n):
        nadir, twin = (
            over(n.times(problem, 1, name, what), n.times(problem, 2, name, what))
            for name in ("nadir", "twin")
        )
        return over(nadir, twin)

    return value


def targets():
    """(what is judged, the problem, >= or <=, the target or None, the value by round from Numbers)"""
    for dimension in (2, 3):
        problem = f"{dimension}d-space-b1-reference"
        for program in ("pytorch", "petsc-assembled"):
            yield f"gradient, times {program}", problem, ">=", 40, against(problem, program)
        for program in ("pytorch-tuned", "petsc-free"):  # stronger than what the targets are for
            yield f"gradient, times {program}", problem, ">=", None, against(problem, program)
    for size in ("reference", "dram"):
        for samples, most in ((1, 3.5), (16, 2.7)):
            problem = f"2d-space-b{samples}-{size}"
            text = "loss and gradient over forward, both unblocked"
            yield text, problem, "<=", most, gradient_over_forward(problem, blocked=False)
        problem = f"2d-space-b1-{size}"
        text = "blocked loss and gradient over unblocked forward"
        yield text, problem, "<=", 2.5, gradient_over_forward(problem, blocked=True)
    problem = "2d-space-b1-dram"
    yield "unblocked forward, share of the twin", problem, ">=", 0.85, share_of_twin(problem, False)
    yield "blocked forward, share of the twin", problem, ">=", 1.5, share_of_twin(problem, True)
    problem = "2d-space-b1-weak"
    for what in ("forward", "gradient"):
        text = f"speed-up of {what} on 2 ranks over the twin's"
        yield text, problem, ">=", 0.95, speed_up(problem, what)


def judge(measurements):
    """One entry for every target; `value` is None where it was not measured, `met` where not judged."""
    numbers = Numbers(measurements)
    entries = []
    for text, problem, comparison, target, value_of in targets():
        values = value_of(numbers)
        value = spread(values)
        judged = value is not None and target is not None
        entries.append({
            "what": text,
            "problem": problem,
            "comparison": comparison,
            "target": target,
            "value": value,
            "met": BY[comparison](value["median"], target) if judged else None,
        })  # fmt: skip
    return entries
