"""tools/plot of several results: which pictures, what stands on their axes, what is refused."""

import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import small
from program import expect

sys.path.insert(0, str(small.ROOT / "tools" / "nadir_plot"))

import sweep  # noqa: E402

PICTURES = {"sweep", "sweep-coefficients", "sweep-history"}
SMALLEST, LARGEST, HEAVIEST = 100, 5000, 300_000  # pixels, pixels, bytes


def plot(*words, code=0):
    """Run tools/plot and return what it said."""
    command = [str(word) for word in (small.ROOT / "tools" / "plot", *words)]
    done = subprocess.run(command, capture_output=True, text=True)
    said = done.stdout + done.stderr
    expect(done.returncode == code, f"{command}: exit code {done.returncode}\n{said}")
    expect("Warning" not in said and "Traceback" not in said, said)
    return said


def make_runs(folder):
    """A weight, 0 among its values, times an optimizer."""
    return [
        small.run("train", folder, f"{optimizer}-{weight:g}.h5", f"training.optimizer={optimizer}",
                  f"kernel.diffusion.penalty.h1={weight}")
        for optimizer in ("bqnls", "blmvm") for weight in (0.0, 0.1, 10.0)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def folder(module_folder):
    small.prepare(module_folder)
    return module_folder


@pytest.fixture(scope="module")
def paths(folder):
    return make_runs(folder)


def test_pictures(folder, paths):
    plot(*paths)
    found = {path.stem: path for path in (folder / "sweep-pictures").glob("*.png")}
    expect(set(found) == PICTURES, f"pictures {sorted(found)}")
    for name, path in found.items():
        image = Image.open(path).convert("RGB")
        expect(all(SMALLEST <= n <= LARGEST for n in image.size), f"{name}: {image.size} pixels")
        expect(path.stat().st_size <= HEAVIEST, f"{name}: {path.stat().st_size} bytes")
        pixels = np.asarray(image, dtype=float)
        expect((pixels.max(axis=2) - pixels.min(axis=2) > 30).sum() > 200, f"{name}: no colour in it")


def test_axes(paths):
    """What the figures show is what the runs say."""
    runs = sweep.read(paths)
    keys = sweep.keys_of(runs)
    expect(len(keys) == 2, f"keys {[k.name for k in keys]}")
    weight, optimizer = keys
    expect([k.name for k in keys] == ["kernel.diffusion.penalty.h1", "training.optimizer"], "keys")
    expect(weight.numeric and list(weight.values) == [0, 0.1, 10] * 2, f"{weight.values}")
    expect(optimizer.names == ["blmvm", "bqnls"] and list(optimizer.values) == [1] * 3 + [0] * 3, "categories")
    expect(sweep.families(weight, [optimizer]) == [[0, 1, 2], [3, 4, 5]], "runs joined by lines")
    figures = {name: draw() for name, draw in sweep.draw(runs)}
    loss, error = figures["sweep"].axes[0], figures["sweep"].axes[2]
    expect(loss.get_xscale() == "symlog" and loss.get_yscale() == "log", "scales with a weight of 0")
    expect(error.get_xlabel() == weight.name and "°C" in error.get_ylabel(), "labels")
    drawn = np.concatenate([line.get_ydata() for line in error.lines if len(line.get_xdata()) == 3])
    expect(np.array_equal(drawn, runs.withheld_rms), f"withheld errors drawn: {drawn}")
    history = figures["sweep-history"].axes[0]
    expect(len(history.lines) == 6, f"{len(history.lines)} histories")
    expect(np.array_equal(history.lines[4].get_ydata(), runs.history_loss[4], equal_nan=True), "a history")
    labels = {axes.get_ylabel() for axes in figures["sweep-coefficients"].axes}
    expect({"$R$", "$D$ [km²]"} <= labels and "$U_x$ [km]" not in labels, f"coefficients that differ: {labels}")


def drawn(runs):
    return {name for name, draw in sweep.draw(runs) if draw() is not None}


def test_alike(folder, paths):
    path = paths[0]
    """Runs of one case stand under their names; nothing differs in their coefficients."""
    twin = folder / "twin.h5"
    shutil.copy(path, twin)
    runs = sweep.read([path, twin])
    keys = sweep.keys_of(runs)
    expect([k.name for k in keys] == ["run"] and keys[0].names == sorted([path.stem, "twin"]), "names of runs")
    expect(drawn(runs) == PICTURES - {"sweep-coefficients"}, "runs that are alike")


def test_forward(folder):
    """Results without a history."""
    paths = [small.run("forward", folder, f"f{n}.h5", f"kernel.reaction.init=0.{n}") for n in (2, 3)]
    expect(drawn(sweep.read(paths)) == PICTURES - {"sweep-history"}, "forward runs")


def test_refused(folder, paths):
    path = paths[0]
    expect("absent.h5: no such file" in plot(path, folder / "absent.h5", code=1), "an absent file")
    expect("--layer" in plot(path, path, "--layer", "2", code=2), "options of one result")
