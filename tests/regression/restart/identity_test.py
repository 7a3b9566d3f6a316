"""What a run goes on from: the same case and data, wherever they lie; and which files it leaves."""

import h5py
import numpy as np

from program import expect, nadir, snapshot, succeed
from sealing import is_sealed, seal, unseal
from small import CASE, write_inputs

GAUSSIAN = """\
[grid]
shape = [16]
boundary = ["periodic"]
[network]
layers = 3
[kernel]
type = "gaussian"
width = { init = 0.8 }
radius = 3
[data]
input = { file = "fields.h5", dataset = "x" }
target = { file = "fields.h5", dataset = "y" }
[training]
iterations = 2
[output]
file = "g.h5"
"""
MORE = ("--set", "training.iterations=8")


def change(path, dataset, at, value):
    with h5py.File(path, "r+") as file:
        file[dataset][at] = value if file[dataset].dtype.kind == "f" else 1 - file[dataset][at]


def test_data(folder):
    """Other values are refused, dataset by dataset; the same ones in another place are not."""
    write_inputs(folder)
    succeed("train", "case.toml", folder=folder)
    before = snapshot(folder)
    files = {"data.input": ("fields.h5", "x"), "data.target.0": ("fields.h5", "y"),
             "data.target.0.mask": ("fields.h5", "sea"), "data.target.0.withhold": ("fields.h5", "test"),
             "kernel.diffusion.init": ("init.h5", "D")}  # fmt: skip
    for ranks, (key, (name, dataset)) in zip((1, 2, 3, 1, 1), files.items()):
        saved = (folder / name).read_bytes()
        change(folder / name, dataset, 2, 0.125)
        now = snapshot(folder)
        forms = [("--restart", *MORE), ("--restart",), ("--restart=r.checkpoint-4.h5", *MORE)]
        for words in forms if key == "data.input" else forms[:1]:
            run = nadir("train", "case.toml", *words, folder=folder, ranks=ranks)
            told = f"{key}: {folder.resolve() / name}: {dataset} holds other values than it did then"
            expect(run.code == 2 and run.err.count(told) == 1, f"{key} changed, {words}: {run}")
            expect(run.err.count("holds other values") == 1, f"not only {key}: {run}")
            expect(snapshot(folder) == now, f"{key}: a refused restart changed files")
        (folder / name).write_bytes(saved)
    expect(snapshot(folder) == before, "the test itself changed files")
    # Moved, under other names, stored in another way: the same data.
    moved = folder / "moved"
    moved.mkdir()
    for name in ("fields.h5", "init.h5"):
        with h5py.File(folder / name) as old, h5py.File(moved / f"new-{name}", "w") as new:
            for dataset in old:
                new.create_dataset(dataset, data=old[dataset][()], chunks=(5,), compression="gzip")
        (folder / name).unlink()
    (moved / "case.toml").write_text(CASE.replace('"fields.h5"', '"new-fields.h5"').replace('"init.h5"', '"new-init.h5"'))
    run = succeed("train", "moved/case.toml", "--restart", folder=folder, ranks=2)
    expect("finished: r.h5" in run.out, f"moved data, a finished run: {run}")
    run = succeed("train", "moved/case.toml", "--restart", *MORE, folder=folder, ranks=2)
    expect("going on from r.checkpoint-6.h5" in run.out and not run.err, f"moved data: {run}")
    expect(not (folder / "r.1.h5").exists(), "the result it goes on from was taken for another case's")
    # A fresh run with other data keeps the result of the old ones, and its table.
    table = (folder / "r.csv").read_bytes()
    change(moved / "new-fields.h5", "x", 3, 0.5)
    run = succeed("train", "moved/case.toml", *MORE, folder=folder)
    expect((folder / "r.1.h5").exists() and (folder / "r.1.csv").read_bytes() == table, f"{run}")


def test_forward_data(folder):
    write_inputs(folder)
    words = ("forward", "case.toml", "--set", "run.checkpoint={ every = 1, keep = 1 }")
    succeed(*words, folder=folder)
    (folder / "r.h5").unlink()
    change(folder / "fields.h5", "x", 0, 9.0)
    run = nadir(*words, "--restart", folder=folder)
    expect(run.code == 2 and "data.input: " in run.err and "run without --restart" in run.err, f"{run}")


def test_old_files(folder):
    """Files of versions that noted no data and sealed no results."""
    write_inputs(folder)
    succeed("train", "case.toml", folder=folder)
    for path in (folder / "r.checkpoint-6.h5", folder / "r.checkpoint-4.h5", folder / "r.h5"):
        unseal(path)
        with h5py.File(path, "r+") as file:
            del file["provenance"].attrs["data"]
            if path.name != "r.h5":
                del file.attrs["schema_version"]
        if path.name != "r.h5":
            seal(path)
    run = succeed("train", "case.toml", "--restart", folder=folder)
    expect("finished: r.h5" in run.out, f"an old result: {run}")
    run = succeed("train", "case.toml", "--restart", *MORE, folder=folder)
    expect("whether they have changed is not checked" in run.err and "going on from" in run.out, f"{run}")
    (folder / "other.h5").write_bytes((folder / "fields.h5").read_bytes())
    (folder / "case.toml").write_text(CASE.replace('input = { file = "fields.h5"', 'input = { file = "other.h5"'))
    run = nadir("train", "case.toml", "--restart=r.checkpoint-6.h5", *MORE, folder=folder)
    expect(run.code == 2 and "data.input: " in run.err, f"other files and no checksum: {run}")


def test_convolution(folder):
    """How a convolution was computed is no part of the case."""
    write_inputs(folder, 16, GAUSSIAN)
    succeed("train", "case.toml", folder=folder)
    with h5py.File(folder / "g.h5") as file:
        said = dict(file["provenance"].attrs)
    expect('convolution = "auto"' in said["resolved_case"], said["resolved_case"])
    expect(said["convolution"] in ("stencil", "fft"), f"{said}")
    for ranks in (1, 2):
        run = succeed("train", "case.toml", "--restart", folder=folder, ranks=ranks)
        expect("finished: g.h5" in run.out, f"{ranks} ranks: {run}")


def test_seals(folder):
    """Results are sealed; a damaged one is not taken for finished, --restart=RESULT is told what it is."""
    write_inputs(folder)
    for command, name in (("train", "r.h5"), ("forward", "f.h5"), ("gradient", "d.h5")):
        succeed(command, "case.toml", "--output", name, folder=folder)
        expect(is_sealed(folder / name), f"{name} has no seal")
    run = nadir("train", "case.toml", "--restart=r.h5", folder=folder)
    expect(run.code == 2 and "--restart=r.h5: is the complete result of a run" in run.err, f"{run}")
    good = (folder / "r.h5").read_bytes()
    at = good.index(np.float64(0.1).tobytes())  # the coefficient of advection
    (folder / "r.h5").write_bytes(good[:at] + b"\xff" + good[at + 1 :])
    run = succeed("train", "case.toml", "--restart", folder=folder)
    expect("r.h5 is damaged" in run.err and "going on from r.checkpoint-6.h5" in run.out, f"{run}")
    expect(is_sealed(folder / "r.h5") and not (folder / "r.1.h5").exists(), "not computed anew")


def test_empty_restart(folder):
    write_inputs(folder)
    before = snapshot(folder)
    for command in ("train", "forward"):
        run = nadir(command, "case.toml", "--restart=", folder=folder)
        expect(run.code == 2 and "--restart= names no file" in run.err and not run.out, f"{run}")
    expect(snapshot(folder) == before, "files changed")


def beside(folder):
    return sorted(path.name[len("r.") : -len(".h5")] for path in folder.glob("r.checkpoint-*.h5"))


def test_tidying(folder):
    """A run that ended by itself leaves its last checkpoint, where it may go on, and what `keep` asks for."""
    write_inputs(folder)
    wanted = ("--set", "training.iterations=50")
    forms = {
        "keep": (CASE, ["checkpoint-48", "checkpoint-50", "checkpoint-best"]),
        "every": (CASE.replace("keep = 2, ", ""), ["checkpoint-50"]),
        "nothing": (CASE.replace('checkpoint = { every = 2, keep = 2, layers = "none" }', ""), ["checkpoint-50"]),
        "none": (CASE.replace("every = 2, keep = 2", "every = 0"), []),
    }
    for what, (case, left) in forms.items():
        (folder / "case.toml").write_text(case.replace("gradient_tolerance", 'optimizer = "adam"\ngradient_tolerance'))
        succeed("train", "case.toml", *wanted, folder=folder)
        expect(beside(folder) == left, f"{what}: {beside(folder)} instead of {left}")
        if left:
            run = succeed("train", "case.toml", "--restart", "--set", "training.iterations=52", folder=folder, ranks=2)
            expect("going on from r.checkpoint-50.h5" in run.out, f"{what}: {run}")
            expect("checkpoint-52" in beside(folder), f"{what}: {beside(folder)}")
        for path in folder.glob("r.*"):
            path.unlink()
    # Of a run that went on from before its last one, the last it wrote stays.
    (folder / "case.toml").write_text(CASE.replace("gradient_tolerance", 'optimizer = "adam"\ngradient_tolerance'))
    succeed("train", "case.toml", *wanted, folder=folder)
    (folder / "case.toml").write_text(forms["every"][0].replace("gradient_tolerance", 'optimizer = "adam"\ngradient_tolerance'))
    succeed("train", "case.toml", "--restart=r.checkpoint-48.h5", "--set", "training.iterations=49", folder=folder)
    expect(beside(folder) == ["checkpoint-49"], f"after 50, then 48 to 49: {beside(folder)}")
    for path in folder.glob("r.*"):
        path.unlink()
    # Converged: nothing is left to go on to.
    for what, (case, _) in forms.items():
        (folder / "case.toml").write_text(case.replace("gradient_tolerance = 0.0", "gradient_tolerance = 0.5"))
        run = succeed("train", "case.toml", folder=folder)
        expect("converged" in run.out, f"{run}")
        expect(bool(beside(folder)) == (what == "keep"), f"converged, {what}: {beside(folder)}")
        for path in folder.glob("r.*"):
            path.unlink()
    # Another run's are left alone, and a chain that is through needs none.
    (folder / "case.toml").write_text(forms["every"][0])
    others = folder / "r.checkpoint-1.1.h5"
    others.write_bytes(b"of somebody else")
    succeed("forward", "case.toml", "--set", "run.checkpoint.every=1", folder=folder)
    expect(beside(folder) == ["checkpoint-1.1"], f"after forward: {beside(folder)}")


def test_best(folder):
    """The best iterate's checkpoint has the whole history; a run that goes on from it does not."""
    write_inputs(folder, case=CASE.replace("gradient_tolerance", 'optimizer = "adam"\nlearning_rate = 0.3\ngradient_tolerance'))
    succeed("train", "case.toml", folder=folder)
    with h5py.File(folder / "r.checkpoint-best.h5") as file:
        best = int(file.attrs["iteration"])
        expect(best < file["history/iteration"][-1], f"the best is the last: {best}")
    succeed("train", "case.toml", "--restart=r.checkpoint-best.h5", folder=folder)
    with h5py.File(folder / "r.h5") as file:
        numbers = file["history/iteration"][()]
    expect(np.array_equal(numbers, np.arange(7)), f"{numbers}")


def test_newest(folder):
    """Without a FILE the one before is taken, and it says why."""
    write_inputs(folder)
    succeed("train", "case.toml", folder=folder)
    newest = folder / "r.checkpoint-6.h5"
    unseal(newest)
    with h5py.File(newest, "r+") as file:
        file.attrs["schema_version"] = 99
    seal(newest)
    run = succeed("train", "case.toml", "--restart", *MORE, folder=folder)
    expect("r.checkpoint-6.h5 has schema_version 99; this nadir reads 1; trying the one before" in run.err, f"{run}")
    expect("going on from r.checkpoint-4.h5" in run.out, f"{run}")


def test_other_layers(folder):
    """A chain goes on with the states it has stored, or not at all."""
    write_inputs(folder)
    words = ("forward", "case.toml", "--set", "run.checkpoint={ every = 2, keep = 1 }")
    succeed(*words, folder=folder)
    (folder / "r.h5").unlink()
    run = nadir(*words, "--restart", "--set", "output.layers=[0, 2, 3]", folder=folder)
    expect(run.code == 2 and "holds the states of other layers" in run.err, f"{run}")
    run = succeed(*words, "--restart", "--set", "output.layers=[0, 1]", folder=folder)
    succeed(*words, "--output", "whole.h5", "--set", "output.layers=[0, 1]", folder=folder)
    with h5py.File(folder / "r.h5") as a, h5py.File(folder / "whole.h5") as b:
        expect(np.array_equal(a["state"], b["state"]), "other states")
