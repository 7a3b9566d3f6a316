"""tools/galerkin-study: how accurate layers in Galerkin form are (docs/galerkin.md)."""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402
from problems import PROBLEMS  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
SIZES = [8, 16, 32, 64, 128]
VARYING = '{ init = { file = "data.h5", dataset = "U" }, varies = ["space"], train = false }'
ROUNDING = 1e-12  # errors below say nothing about the order


def forms():
    """Name in the table, basis, nodes."""
    yield "delta", "delta", None
    for nodes in (2, 3, 4, 5):
        yield f"hats, Q = {nodes}", "hat", nodes
    for nodes in (2, 3, 4, 5):
        yield f"cubic splines, Q = {nodes}", "cubic-spline", nodes


def case_text(problem, points, basis, nodes):
    number = "{!r}".format
    if problem.sigma:
        kernel = ['type = "gaussian"', f"width = {problem.sigma}"]
    else:
        velocity = problem.U if not problem.waves else VARYING
        kernel = [f"advection = {velocity}", f"diffusion = {problem.D}"]
    lines = [
        "[grid]",
        f"shape = [{points}]",
        f"spacing = [{number(2 * np.pi / points)}]",
        'boundary = ["periodic"]',
        "[network]",
        f"layers = {problem.layers}",
        f"relaxation = {problem.omega}",
        f'activation = "{problem.activation}"',
        f"bias = {problem.b}",
        f'basis = "{basis}"',
        f"nodes = {nodes}" if nodes else "",
        "[kernel]",
        *kernel,
        "[data]",
        'input = { file = "data.h5", dataset = "input" }',
        "[output]",
        'file = "result.h5"',
    ]
    return "\n".join(lines) + "\n"


def error(program, folder, problem, points, basis, nodes):
    """Root mean square of the last state's error, over that of the state."""
    x = 2 * np.pi * np.arange(points) / points
    with h5py.File(folder / "data.h5", "w") as data:
        data["input"] = problem.input(x)
        data["U"] = problem.velocity(x)
    (folder / "case.toml").write_text(case_text(problem, points, basis, nodes))
    (folder / "result.h5").unlink(missing_ok=True)
    run = subprocess.run([program, "forward", "case.toml", "--quiet"], cwd=folder, text=True,
                         capture_output=True)  # fmt: skip
    if run.returncode != 0:
        sys.exit(run.stderr)
    with h5py.File(folder / "result.h5") as result:
        last = result["state"][0, -1]
    exact = problem.reference(points)
    return np.sqrt(np.mean((last - exact) ** 2) / np.mean(exact**2))


def order(errors):
    """Observed on the two finest grids above rounding."""
    good = [e for e in errors if e > ROUNDING]
    return np.log2(good[-2] / good[-1]) if len(good) > 1 else np.nan


def table(problem, rows):
    print(f"\n**{problem.text}**\n")
    print("| basis | " + " | ".join(f"N = {n}" for n in SIZES) + " | order |")
    print("|---|" + "---|" * (len(SIZES) + 1))
    for name, errors in rows:
        print(f"| {name} | " + " | ".join(f"{e:.1e}" for e in errors) + f" | {order(errors):.1f} |")


def draw(results, path):
    figure, axes = plt.subplots(2, len(results) // 2, figsize=(11, 6.8), sharey=True)
    look = {"delta": ("k", "o"), "hats": ("tab:blue", "s"), "cubic splines": ("tab:red", "^")}
    for axis, (problem, rows) in zip(axes.flat, results):
        for name, errors in rows:
            basis, _, nodes = name.partition(", Q = ")
            colour, marker = look[basis]
            lines = {"": "-", "2": ":", "3": "-.", "4": "-", "5": "--"}
            axis.loglog(SIZES, errors, color=colour, marker=marker, markersize=3, linewidth=1,
                        linestyle=lines[nodes], label=name)  # fmt: skip
        axis.set_title(problem.text, fontsize=9)
        axis.set_xlabel("points")
        axis.set_xticks(SIZES, [str(n) for n in SIZES])
        axis.minorticks_off()
        axis.grid(alpha=0.3)
    for first in axes[:, 0]:
        first.set_ylabel("relative error")
    axes[0, 0].legend(fontsize=6.5, frameon=False)
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def main():
    parser = argparse.ArgumentParser(prog="tools/galerkin-study", description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "results", help="folder of the picture")
    parser.add_argument("--program", type=Path, default=ROOT / "build/release/nadir")
    options = parser.parse_args()
    program = options.program.resolve()
    results = []
    with tempfile.TemporaryDirectory() as name:
        for problem in PROBLEMS:
            rows = []
            for form, basis, nodes in forms():
                if basis == "hat" and problem.D:
                    continue  # they have no second derivatives
                rows.append((form, [error(program, Path(name), problem, n, basis, nodes) for n in SIZES]))
            table(problem, rows)
            results.append((problem, rows))
    options.output.mkdir(parents=True, exist_ok=True)
    draw(results, options.output / "galerkin.png")
    print(f"\nwrote {options.output / 'galerkin.png'}")


main()
