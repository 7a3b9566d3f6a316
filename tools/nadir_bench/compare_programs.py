"""tools/compare-programs: do two builds of nadir write the same results, bit for bit?"""

import argparse
import fnmatch
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

import launch

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tools"))
import nadir_compare  # noqa: E402

IDENTITY = ("source_run_id", "REFERENCE_LIST", "DIMENSION_LIST")  # attributes that are never the same in two files


@dataclass(frozen=True)
class Job:
    """A command on some ranks; `needs` is the job whose result it reads."""

    subject: str
    command: str
    ranks: int
    words: tuple
    needs: "Job | None" = None

    @property
    def name(self):
        return f"{self.subject}.{self.command}.{self.ranks}"


def arguments(words):
    parser = argparse.ArgumentParser(
        prog="tools/compare-programs",
        description="Runs forward, gradient, train, attractor and interpret on the cases of inputs/ and on weights "
        "of others with two builds of nadir. All datasets and attributes of their results must agree bit for bit, "
        f"except {', '.join([*nadir_compare.IGNORED, *IDENTITY])}. Refusals in the same words are the same.",
        epilog="Exit codes: 0 all the same, 1 something differs or did not run, 2 wrong arguments.",
    )
    parser.add_argument("old", metavar="OLD", type=Path, help="program, or a folder of results that --keep has left")
    parser.add_argument("new", metavar="NEW", type=Path, nargs="?", help="program; without it OLD is only run")
    parser.add_argument("--ranks", default="1,2,3", help="default: 1,2,3")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="names such as 'sst.train.*', with * and ?")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave results in FOLDER/old and FOLDER/new")
    parser.add_argument("--cases", type=Path, default=ROOT / "inputs", metavar="FOLDER", help="default: inputs")
    options = parser.parse_args(words)
    if absent := [p for p in (options.old, options.new, options.cases) if p and not p.exists()]:
        parser.error(f"{absent[0]}: no such file")
    if options.new is None and (options.keep is None or options.old.is_dir()):
        parser.error("without NEW, OLD is a program and --keep says where its results go")
    return options


def trains(table):
    """Whether a table of a case has a parameter that is trained."""
    return any(isinstance(v, dict) and "init" in v and v.get("train", True) for v in table.values())


def jobs_of_case(path, ranks):
    case = tomllib.loads(path.read_text())
    network, commands = case["network"], ["forward"]
    if "target" in case["data"] and (trains(network) or trains(case["kernel"])):
        commands += ["gradient", "train"]
    words = (path.resolve(), "--set", "run.convolution=stencil")  # "auto" may choose another one each time
    jobs = [Job(path.stem, command, ranks, (command, *words)) for command in commands]
    source = jobs[-1]
    if path.stem.startswith("attractor") or network["layers"] == "attractor":
        jobs.append(Job(path.stem, "attractor", ranks, ("attractor", *words)))
    if network.get("basis", "delta") == "delta":  # others have no stencil to interpret
        jobs.append(Job(path.stem, "interpret", ranks, ("interpret", f"{source.name}.h5"), source))
    return jobs


def jobs_of_weights(ranks):
    """One of each kind of file and of each way of saying where the neurons sit."""
    ring, plane = "--shape 64 --boundary periodic", "--shape 6,8 --spacing 1,2 --boundary open,periodic"
    places = "--dataset w --coordinates weights/points.h5:/places --signals weights/points.h5:/signals"
    for file, more in (("matrix.npy", ring), ("stored.npz", f"--dataset w {plane}"), ("points.h5", places),
                       ("packed.npz", f"--dataset w {plane} --order 2"), ("filters.safetensors", "")):  # fmt: skip
        yield Job(file.replace(".", "-"), "interpret", ranks, ("interpret", f"weights/{file}", *more.split()))


def chosen_jobs(options):
    jobs, cases = [], sorted(options.cases.glob("*.toml"))
    for ranks in map(int, options.ranks.split(",")):
        jobs += [job for path in cases for job in jobs_of_case(path, ranks)] + [*jobs_of_weights(ranks)]
    return [job for job in jobs if fnmatch.fnmatch(job.name, options.only)]


def write_weights(folder):
    """A ring's operator, random and smooth matrices, filters and scattered points."""
    folder.mkdir(parents=True, exist_ok=True)
    draw = np.random.default_rng(1).normal
    ring = 0.6 * np.eye(64) + np.roll(np.diag(draw(0.2, 0.1, 64)), 1, axis=1) + 0.2 * np.roll(np.eye(64), -1, axis=1)
    np.save(folder / "matrix.npy", ring)
    smooth = np.exp(-np.abs(np.arange(48)[:, None] - np.arange(48)) / 3.0)
    stack = np.stack([smooth, *draw(size=(2, 48, 48))])
    np.savez(folder / "stored.npz", w=stack, other=smooth)
    np.savez_compressed(folder / "packed.npz", w=stack.astype("f4"), other=smooth)
    header = b'{"w":{"dtype":"F32","shape":[2,3,3,3],"data_offsets":[0,216]}}'
    filters = len(header).to_bytes(8, "little") + header + draw(size=(2, 3, 3, 3)).astype("<f4").tobytes()
    (folder / "filters.safetensors").write_bytes(filters)
    with h5py.File(folder / "points.h5", "w") as file:
        file["w"], file["places"], file["signals"] = draw(size=(40, 40)), draw(size=(40, 2)), draw(size=(3, 40))


class Results:
    """Results of one program, made when they are first asked for, or those that lie in a folder."""

    def __init__(self, program, folder):
        self.program = None if program.is_dir() else program.resolve()
        self.folder, self.made = folder if self.program else program, set()
        if self.program:
            write_weights(folder / "weights")

    def of(self, job):
        """The path of the result, or of a text with exit code and message; FileNotFoundError where there is neither."""
        path, refusal = (self.folder / f"{job.name}{ending}" for ending in (".h5", ".txt"))
        if self.program and job not in self.made:
            path.unlink(missing_ok=True)
            words = map(str, [self.program, *job.words, "--quiet", "--output", path.name])
            options = dict(cwd=self.folder, env=launch.environment(job.ranks), capture_output=True, text=True)
            done = subprocess.run(launch.on_ranks([*words], job.ranks), **options)
            first = re.sub(r"\S*/", "", (done.stderr.splitlines() or [""])[0])
            refusal.write_text(f"exit code {done.returncode}: {first}")
            self.made.add(job)
        if not path.exists() and not refusal.exists():
            raise FileNotFoundError(f"{path}: no such result")
        return path if path.exists() else refusal


def contents(file):
    """{name: dataset or attribute} of all that must agree; "@dims" names the scales of a dataset."""
    found = {}

    def add(name, thing):
        if nadir_compare.within(name, nadir_compare.IGNORED):
            return
        found[name] = "group"
        found.update({f"{name}@{k}": v for k, v in thing.attrs.items() if k not in IDENTITY})
        if isinstance(thing, h5py.Dataset):
            found.update({name: thing, f"{name}@dims": [s.name for axis in thing.dims for s in axis.values()]})

    add("/", file)
    file.visititems(add)
    return found


def difference(name, a, b):
    """In words what differs; empty where nothing does."""
    found, types = nadir_compare.compare(name, a, b), [getattr(v, "dtype", type(v)) for v in (a, b)]
    if found.remark or types[0] != types[1]:
        return f"{name}: {found.remark or 'types {} and {}'.format(*types)}"
    return "" if found.bitwise else f"{name}: {found.absolute:.1e} (relative {found.relative:.1e}) {found.where}"


def verdict(sides, job):
    """Whether all is well, and a line that says so."""
    try:
        for needed in filter(None, (job.needs, job)):
            paths = [results.of(needed) for results in sides]
        said = [path.read_text() if path.suffix == ".txt" else "a result" for path in paths]
        if set(said) != {"a result"}:
            return said[0] == said[-1] and "exit code 2:" in said[0], " and ".join(dict.fromkeys(said))
        with h5py.File(paths[0], locking=False) as file, h5py.File(paths[-1], locking=False) as other:
            a, b = contents(file), contents(other)
            found = [d for name in {**a, **b} if (d := difference(name, a.get(name), b.get(name)))]
    except OSError as error:
        return False, f"FAILED: {error}"
    return not found, "; ".join(found[:4]) + f" ({len(found)} in all)" if found else "same"


def main(words):
    options = arguments(words)
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.keep or Path(temporary)).resolve()
        sides = [Results(options.old, folder / "old")]
        sides += [Results(options.new, folder / "new")] if options.new else []
        jobs, bad = chosen_jobs(options), 0
        for job in jobs:
            start = time.monotonic()
            good, line = verdict(sides, job)
            bad += not good
            print(f"{job.name:34} {time.monotonic() - start:6.1f} s  {line}", flush=True)
    print(f"{len(jobs)} runs: {len(jobs) - bad} the same bit for bit, {bad} not")
    return 1 if bad or not jobs else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
