"""A disk that stops taking what one rank writes: exit 3 on all ranks at once, and nothing older lost.

A library put before the system's fails writes and fsync of growing files, as a dying disk, a quota or a full server do.
"""

import os
import shutil
import subprocess

import h5py
import numpy as np
import pytest

from program import ENVIRONMENT, NADIR, expect, nadir, succeed

CASE = """\
[grid]
shape = [600, 500]
boundary = ["reflect", "periodic"]
[network]
layers = 3
activation = "tanh"
[kernel]
reaction = { init = -0.1, varies = ["space"] }
diffusion = { init = 0.1 }
[data]
input = { file = "FOLDER/fields.h5", dataset = "x" }
target = { file = "FOLDER/fields.h5", dataset = "y" }
[training]
iterations = 4
gradient_tolerance = 1e-14
[run]
checkpoint = { every = 2, keep = 2 }
[output]
file = "r.h5"
"""

LIBRARY = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>
static long written = 0; /* bytes of growing files so far */
static int growing(int file) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (n < 0) return 0;
  path[n] = 0;
  return strstr(path, ".part-") != NULL;
}
static int chosen(const char* what) {
  const char* rank = getenv("OMPI_COMM_WORLD_RANK");
  const char* wanted = getenv("FAIL_RANK");
  const char* kind = getenv("FAIL_WHAT");
  return wanted && kind && !strcmp(kind, what) && !strcmp(rank ? rank : "0", wanted);
}
static int fails(int file, long bytes) {
  if (!chosen("write") || !growing(file)) return 0;
  written += bytes;
  if (written <= atol(getenv("FAIL_AFTER"))) return 0;
  errno = atoi(getenv("FAIL_ERROR"));
  return 1;
}
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
ssize_t write(int f, const void* b, size_t n) { return fails(f, (long)n) ? -1 : NEXT(write)(f, b, n); }
ssize_t pwrite(int f, const void* b, size_t n, off_t o) { return fails(f, (long)n) ? -1 : NEXT(pwrite)(f, b, n, o); }
ssize_t pwrite64(int f, const void* b, size_t n, off64_t o) { return fails(f, (long)n) ? -1 : NEXT(pwrite64)(f, b, n, o); }
ssize_t pwritev(int f, const struct iovec* v, int n, off_t o) { return fails(f, 1) ? -1 : NEXT(pwritev)(f, v, n, o); }
ssize_t pwritev64(int f, const struct iovec* v, int n, off64_t o) { return fails(f, 1) ? -1 : NEXT(pwritev64)(f, v, n, o); }
int fsync(int f) {
  if (chosen("fsync") && growing(f)) { errno = atoi(getenv("FAIL_ERROR")); return -1; }
  return NEXT(fsync)(f);
}
"""


def library(folder):
    """The library."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        pytest.skip("no C compiler here")
    (folder / "fail.c").write_text(LIBRARY)
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", folder / "fail.so", folder / "fail.c", "-ldl"], check=True)
    return folder / "fail.so"


def failed(run, what, words):
    expect(run.code == 3, f"{what}: exit code {run.code}, not 3: {run}")
    expect(words in run.err, f"{what}: {words} is not said: {run}")


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*.h5")}


def check_intact(folder, before, what):
    """Nothing but whole files; the old ones as they were; the next run works."""
    names = sorted(path.name for path in folder.iterdir())
    expect(not [name for name in names if "part-" in name or name.endswith(".lock")], f"{what} left {names}")
    after = contents(folder)
    expect(all(after.get(name) == data for name, data in before.items()), f"{what}: an older file changed: {names}")


@pytest.fixture
def folder(folder):
    (folder / "run").mkdir()
    with h5py.File(folder / "fields.h5", "w") as file:
        file["x"], file["y"] = np.random.default_rng(1).normal(size=(2, 600, 500))
    (folder / "case.toml").write_text(CASE.replace("FOLDER", str(folder)))
    return folder


def test_file_limit(folder):
    """`ulimit -f` on rank 1 of 3: MPI's own files are smaller."""
    (folder / "limited").mkdir()
    limited = f"if [ ${{OMPI_COMM_WORLD_RANK:-$PMI_RANK}} = 1 ]; then ulimit -f 8000; fi; exec {NADIR} \"$@\""
    large = ("--set", "grid.shape=[1200,1000]", "--set", f"data.input.file={folder}/large.h5", "--set", f"data.target.file={folder}/large.h5",
             "--set", "training.iterations=1")  # fmt: skip
    with h5py.File(folder / "large.h5", "w") as file:
        file["x"], file["y"] = np.random.default_rng(2).normal(size=(2, 1200, 1000))
    run = subprocess.run(
        [os.environ.get("NADIR_MPIEXEC") or "mpirun", "-n", "3", "sh", "-c", limited, "sh", "train", folder / "case.toml", *large],
        cwd=folder / "limited", env={**ENVIRONMENT, **os.environ}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    expect(run.returncode == 3 and "File too large" in run.stderr, f"{run}")
    check_intact(folder / "limited", {}, "ulimit -f")


def test_failing_disk(folder):
    """EIO, EDQUOT, ENOSPC on any rank, from any byte on; on the fsync at the end."""
    lib = library(folder)
    succeed("train", folder / "case.toml", "--set", "training.iterations=2", folder=folder / "run")
    rows = [(ranks, rank, "write", after, error)
            for ranks, rank, after, error in ((3, 1, 0, 5), (3, 1, 1_500_000, 122), (3, 0, 1_500_000, 28), (1, 0, 0, 5), (1, 0, 5_000_000, 122))]  # fmt: skip
    rows += [(1, 0, "fsync", 0, 5), (3, 2, "fsync", 0, 122)]
    for ranks, rank, kind, after, error in rows:
        before = contents(folder / "run")
        fail = {"LD_PRELOAD": str(lib), "FAIL_RANK": str(rank), "FAIL_WHAT": kind, "FAIL_AFTER": str(after), "FAIL_ERROR": str(error)}
        what = f"{os.strerror(error)} in {kind} of rank {rank} of {ranks} after {after} bytes"
        run = nadir("train", folder / "case.toml", "--restart", folder=folder / "run", ranks=ranks, environment=fail, timeout=60)
        failed(run, what, os.strerror(error))
        check_intact(folder / "run", before, what)
    run = succeed("train", folder / "case.toml", "--restart", folder=folder / "run", ranks=3)
    expect("going on from r.checkpoint-2.h5" in run.out, f"{run}")
