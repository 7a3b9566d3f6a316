"""Peak resident memory of `nadir gradient` against the number of layers.

A curve is a label and the words that make it: a trajectory store that keeps fewer states is one
more curve, `--memory-curve 'LABEL: run.key=value ...'`.
"""

import sys
from dataclasses import dataclass

import inputs
import launch
import programs
from peak_memory import measured, peak_in
from problems import Problem

PROBLEM = Problem(2, "space", 1, "memory")
DEPTHS = (16, 64, 256, 1024)
QUICK_DEPTHS = (4, 16)


@dataclass(frozen=True)
class Curve:
    label: str
    settings: tuple = ()  # of --set

    @classmethod
    def parse(cls, text):
        label, _, settings = text.partition(":")
        return cls(label.strip(), tuple(settings.split()))

    @property
    def words(self):
        return tuple(word for setting in self.settings for word in ("--set", setting))


CURVES = [Curve("every state kept")]


def peak(setup, curve, folder):
    """Bytes resident at most on one rank."""
    words = [setup.nadir, "gradient", "case.toml", "--quiet", "--output", "result.h5", *curve.words]
    return peak_in(launch.run(measured(words), folder))


def measure(setup, curves, depths, folder):
    """One entry for every curve: depths and bytes. What this nadir does not accept is left out."""
    folder.mkdir()
    inputs.write(folder, PROBLEM, 1)
    entries = []
    for curve in curves:
        if not programs.accepts(setup.nadir, curve.words):
            print(f"  memory: this nadir does not know {' '.join(curve.settings)}", file=sys.stderr)
            continue
        points = []
        for layers in depths:
            (folder / "case.toml").write_text(inputs.case_text(PROBLEM, 1, layers))
            points.append(peak(setup, curve, folder))
        entries.append({
            "label": curve.label,
            "settings": list(curve.settings),
            "shape": list(PROBLEM.shape(1)),
            "layers": list(depths),
            "bytes": points,
        })  # fmt: skip
    return entries
