"""Long paths, files of others under a run's names, wrong environments, limits on memory."""

import os
import resource
import subprocess
import tempfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from program import ENVIRONMENT, NADIR, expect, nadir, once, snapshot, succeed
from small_case import CASE, write_fields

QUICK = ("--quiet", "--set", "training.iterations=1", "--set", "run.checkpoint={every=1,keep=1}")


def deep_folder(folder, length):
    """A folder whose path has this many bytes, made step by step; and its path as a text."""
    path, here = str(folder), os.getcwd()
    os.chdir(path)
    try:
        while len(path) < length:
            name = "d" * min(200, max(1, length - len(path) - 1))
            if length - len(path) - 1 - len(name) == 1:
                name = name[:-1]  # no room for a name behind it
            os.mkdir(name)
            os.chdir(name)
            path += "/" + name
    finally:
        os.chdir(here)
    return path


@pytest.fixture
def folder(folder):
    write_fields(folder / "fields.h5")
    (folder / "case.toml").write_text(CASE)
    return folder


def test_long_paths(folder):
    """Inputs and outputs of 50 to 4000 characters work; what the system itself refuses is exit 2."""
    here = str(folder)
    for length in (60, 100, 160, 200, 230, 256, 300, 1000, 4000):
        with tempfile.TemporaryDirectory(dir=here) as name:
            room = deep_folder(name, length - 30) if length > len(name) + 32 else name
            data = room + "/" + "x" * (length - len(room) - 4) + ".h5"
            os.link(folder / "fields.h5", data) if length < 4000 else link_in(room, folder / "fields.h5", Path(data).name)
            inputs = ("--set", f"data.input.file={data}", "--set", f"data.target.file={data}")
            output = room + "/" + "y" * (length - len(room) - 4) + ".h5"
            for ranks in (1, 2) if length in (256, 4000) else (1,):
                run = succeed("train", folder / "case.toml", *QUICK, *inputs, "--output", output, folder=folder, ranks=ranks)
                expect(run.err == "", f"{length}: {run}")
            subprocess.run(["rm", "-r", name], check=True)
            os.mkdir(name)
    for length, words in ((217, "its name of 217 bytes is too long: at most 216,"), (300, "its name of 300 bytes")):
        run = nadir("train", "case.toml", *QUICK, "--output", "y" * length + ".h5", folder=folder)
        once(run, 2, words)
    far = "/".join(["f" * 100] * 50)
    once(nadir("train", "case.toml", *QUICK, "--output", far, folder=folder), 2, "its path of 5049 bytes is too long")
    far = "f" * 300
    for words in (("train", far), ("train", "case.toml", "--set", f"data.input.file={far}"), ("train", "case.toml", f"--restart={far}")):
        once(nadir(*words, folder=folder), 2, "File name too long")


def link_in(folder, target, name):
    """A link in a folder whose path is too long for the target's new name as a whole."""
    here = os.open(folder, os.O_RDONLY)
    try:
        os.link(target, name, dst_dir_fd=here)
    finally:
        os.close(here)


def test_own_files(folder):
    """Files of others under the names of a run are refused, or kept aside."""
    succeed("train", "case.toml", *QUICK, "--output", "data.h5", folder=folder)  # a result, and data of the next
    reads = ("--set", "data.input.file=data.h5", "--set", "data.input.dataset=/parameters/reaction")
    before = snapshot(folder)
    for output in ("data.h5", "nodir/../data.h5", "./data", str(folder / "data.h5")):
        run = nadir("train", "case.toml", *QUICK, *reads, "--output", output, folder=folder)
        once(run, 2, f"--output: output.file: {output}: the run reads data.h5 (data.input.file)")
    mask = "--set", 'data.target={file="fields.h5",dataset="y",mask={file="data.checkpoint-1.h5",dataset="/parameters/reaction"}}'
    once(nadir("train", "case.toml", *QUICK, *mask, "--output", "data.h5", folder=folder), 2, "(data.target.mask.file)")
    init = "--set", 'kernel.reaction={init={file="data.h5",dataset="/parameters/reaction"},varies=["space"]}'
    once(nadir("train", "case.toml", *QUICK, *init, "--output", "nodir/../data.h5", folder=folder), 2, "(kernel.reaction.init.file)")
    once(nadir("interpret", "data.h5", "--output", "nodir/../data.h5", folder=folder), 2, "the run reads data.h5 (FILE)")
    os.mkfifo(folder / "fifo")
    for output, words in (("fifo", "fifo is no regular file"), ("no/../fifo", "no/../fifo is no regular file"),
                          ("/dev/null", "/dev/null is no regular file"), ("no/..", "no/.. is a folder"), (".", ". is a folder"),
                          ("no/", "'no/' is not the name of a file"), ("no/../fields.h5", "no/../fields.h5 is there and no result of nadir")):  # fmt: skip
        once(nadir("train", "case.toml", *QUICK, "--output", output, folder=folder), 2, f"--output: output.file: {words}")
    once(nadir("train", "case.toml", "--output", "", folder=folder), 2, "nadir: --output needs a value, and got an empty one")
    (folder / "fifo").unlink()
    (folder / "r.lock").write_text("mine")
    once(nadir("train", "case.toml", *QUICK, "--output", "r.h5", folder=folder), 2, "r.lock is there and no lock of nadir")
    expect((folder / "r.lock").read_text() == "mine", "a lock of others was changed")
    (folder / "r.lock").rename(folder / "notes")
    (folder / "r.lock").symlink_to("notes")
    once(nadir("train", "case.toml", *QUICK, "--output", "r.h5", folder=folder), 2, "r.lock is there and no lock of nadir")
    expect((folder / "notes").read_text() == "mine" and (folder / "r.lock").is_symlink(), "a link was followed")
    (folder / "r.lock").unlink()
    after = snapshot(folder)
    expect({k: v for k, v in after.items() if k != "notes"} == before, f"something changed: {sorted(after)}")
    for name in ("r.xdmf", "r.csv"):
        (folder / name).write_text("mine")
    succeed("train", "case.toml", *QUICK, "--output", "r.h5", folder=folder)
    expect((folder / "r.1.xdmf").read_text() == "mine" and "<Xdmf" in (folder / "r.xdmf").read_text(), "own .xdmf")
    expect((folder / "r.1.csv").read_text() == "mine", "own .csv")
    succeed("train", "case.toml", *QUICK, "--output", "r.h5", folder=folder)
    expect(not (folder / "r.2.xdmf").exists() and not (folder / "r.2.csv").exists(), "ours are kept, too")


def test_environment(folder):
    """One line, exit 2, where MPI or PETSc would crash, hang or print pages."""
    (folder / "circle.rc").write_text("-options_file circle.rc\n")
    (folder / "server.rc").write_text("# servers\n-mpi_linear_solver_server\n")
    server = "makes servers of all ranks but the first, which nadir needs; leave it out"
    rows = (
        ({"PETSC_OPTIONS": "-mpi_linear_solver_server"}, f"PETSC_OPTIONS: -mpi_linear_solver_server: {server}", 2),
        ({"PETSC_OPTIONS": "-options_file server.rc"}, f"server.rc: -mpi_linear_solver_server: {server}", 1),
        ({"PETSC_OPTIONS": "-options_file absent"}, "PETSC_OPTIONS: -options_file absent: No such file or directory", 1),
        ({"PETSC_OPTIONS": "-options_file ."}, "PETSC_OPTIONS: -options_file .: Is a directory", 1),
        ({"PETSC_OPTIONS": "-options_file"}, "PETSC_OPTIONS: -options_file: needs the name of a file", 1),
        ({"PETSC_OPTIONS": "-options_file circle.rc"}, "circle.rc: -options_file circle.rc: files of options name each other in a circle", 1),
        ({"PETSC_OPTIONS": "-options_file_yaml absent"}, "PETSC_OPTIONS: -options_file_yaml absent: No such file or directory", 1),
        ({"PETSC_OPTIONS": "-history no/x"}, "PETSC_OPTIONS: -history no/x: No such file or directory", 1),
        ({"PETSC_OPTIONS": "-log_view :no/x:ascii_xml"}, "PETSC_OPTIONS: -log_view :no/x:ascii_xml: No such file or directory", 1),
        ({"PETSC_OPTIONS": "-info no/x"}, "PETSc: Unable to open file no/x.0", 1),
        ({"PETSC_OPTIONS": "-prefix_pop"}, "PETSc: More prefixes popped than pushed", 1),
    )  # fmt: skip
    for environment, message, ranks in rows:
        run = nadir("train", "case.toml", folder=folder, ranks=ranks, environment=environment, timeout=60)
        once(run, 2, f"nadir: {message}")
        expect(ranks > 1 or run.err.count("\n") == 1, f"more than a line: {run}")
    (folder / ".petscrc").write_text("-mpi_linear_solver_server\n")
    once(nadir("describe", "case.toml", folder=folder, timeout=60), 2, f"nadir: .petscrc: -mpi_linear_solver_server: {server}")
    (folder / ".petscrc").unlink()
    if "Open MPI" not in subprocess.run([os.environ.get("NADIR_MPIEXEC") or "mpirun", "--version"], capture_output=True, text=True).stdout:
        pytest.skip("not Open MPI: its variables are left out")
    for kind in ("io", "fs", "fbtl", "fcoll", "sharedfp"):
        run = nadir("train", "case.toml", folder=folder, environment={f"OMPI_MCA_{kind}": "nonsense"})
        once(run, 2, f"nadir: OMPI_MCA_{kind}=nonsense: this MPI has no 'nonsense'")
        expect(run.err.count("\n") == 1, f"more than a line: {run}")
    run = nadir("train", "case.toml", folder=folder, ranks=2, environment={"OMPI_MCA_io": "ompi"})
    once(run, 2, "this MPI has no 'ompi' (did you mean 'ompio'?)")
    run = nadir("train", "case.toml", folder=folder, environment={"OMPI_MCA_fs": "^ufs"})
    once(run, 2, "nadir: this MPI cannot open files; the environment has OMPI_MCA_fs=^ufs")


def test_memory_limit(folder):
    """run.memory = "auto" takes what `ulimit -v` leaves: fewer states are held, with the same result."""
    with h5py.File(folder / "large.h5", "w") as file:
        file["x"], file["y"] = np.random.default_rng(3).normal(size=(2, 300, 300))
    large = ("--set", "grid.shape=[300,300]", "--set", "network.layers=900", "--set", "data.input.file=large.h5", "--set", "data.target.file=large.h5",
             "--set", "kernel.reaction=-0.1")  # fmt: skip
    states = 900 * 300 * 300 * 8
    succeed("gradient", "case.toml", *large, "--output", "all.h5", folder=folder)
    command = [str(NADIR), "gradient", "case.toml", *large, "--output", "few.h5"]
    start = virtual_size(folder)
    run = subprocess.run(
        command, cwd=folder, env={**ENVIRONMENT, **os.environ}, capture_output=True, text=True, timeout=300,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (start + states // 2,) * 2),
    )  # fmt: skip
    expect(run.returncode == 0, f"{run.returncode}\n{run.stdout}{run.stderr}")
    expect("of 901 are held" in run.stdout, run.stdout)
    with h5py.File(folder / "all.h5") as a, h5py.File(folder / "few.h5") as b:
        expect(np.array_equal(a["gradient/diffusion"], b["gradient/diffusion"]), "another gradient")


def virtual_size(folder):
    """The address space of the program before it has any data, in bytes: about what it needs besides."""
    shown = subprocess.run(
        ["sh", "-c", f'"{NADIR}" train case.toml --output vm.h5 --set training.iterations=100000000 '
         '--set training.optimizer=steepest-descent --set training.learning_rate=1e-12 >/dev/null & '
         'sleep 2; grep VmPeak /proc/$!/status; kill -9 $!'], cwd=folder, env={**ENVIRONMENT, **os.environ}, capture_output=True, text=True,
    )  # fmt: skip
    return 1024 * int(shown.stdout.split()[1])
