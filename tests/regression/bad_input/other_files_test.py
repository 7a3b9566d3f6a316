"""Files of others: what hangs, bombs, leads nowhere or lies the other way round is said at once, and in words."""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import h5py
import numpy as np
import pytest

from program import expect, nadir, once, succeed
from small_case import CASE

SECONDS = 60  # what hung did so for ever

# No file is too foreign to be named: what stands behind "fields.h5: NAME: ".
DATASETS = {
    "fifo": "is a broken link to pipe:/x: that is a FIFO, not a regular file",
    "gone": "is a broken link to gone.h5:/x: no such file",
    "empty": "is a broken link to other.h5:/none: no such object, or no HDF5 file",
    "soft": "is a broken link to /nowhere: it leads nowhere",
    "circle": "is a broken link to /circle: it leads nowhere",
    "group": "is a group, not a dataset (the file has /",
    "group/below/group": "is a group, not a dataset (the file has /",
    "absent": "no such dataset (the file has /",
    "outside": "keeps its numbers in another file (HDF5 external storage), which is not read",
    "huge": "declares more bytes than 64 bits count",
}

AXES = {  # a name: its coordinates along y and x on the grid of AXES_CASE, and what is said of them
    "same": (np.arange(-60, 61, 24), np.arange(0.0, 360, 72), None),
    "turned": (np.arange(60, -61, -24), np.arange(0.0, 360, 72),
               "its axis lat runs from 60 down to -60, the points of [grid] run up: the data lie the other way round "
               "on them; turn them with ncpdq -a -lat turned.h5 turned-new.nc"),
    "uneven": (np.array([-60.0, -40, -10, 10, 40, 60]), np.arange(0.0, 360, 72),
               "its axis lat is uneven, in steps from 20 to 30, and [grid] is even"),
    "shifted": (np.arange(-50, 71, 24), np.arange(0.0, 360, 72),
                "its coordinates, lat from -50 in steps of 24 and lon from 0 in steps of 72, are not those of [grid]; "
                "if they are in its units, write spacing = [24, 72] and origin = [-50, 0] there"),
    "both": (np.arange(-60, 61, 24), np.arange(0.0, 361, 90),
             "its axis lon holds both ends of the period, 0 and 360: the same place twice; leave one out with "
             "ncks -d lon,0,3 both.h5 both-new.nc and make that axis of shape 4"),
    "once-round": (np.arange(-60, 61, 24), np.arange(360.0, 720, 72), None),
    "rounded": (np.arange(-60, 61, 24, dtype="f4"), np.array([0, 72.001, 143.999, 216, 288], "f4"), None),
}  # fmt: skip
AXES_CASE = ("--set", "grid.spacing=[24, 72]", "--set", "grid.origin=[-60, 0]", "--set", 'grid.units="degree"')


def write_links(folder):
    values = np.random.default_rng(2).normal(size=(2, 6, 5))
    os.mkfifo(folder / "pipe")
    (folder / "secret.bin").write_bytes(values[0].tobytes())
    with h5py.File(folder / "other.h5", "w") as file:
        file["x"] = values[0]
    with h5py.File(folder / "fields.h5", "w") as file:
        file["x"], file["y"] = values
        file["fifo"], file["gone"] = h5py.ExternalLink("pipe", "/x"), h5py.ExternalLink("gone.h5", "/x")
        file["empty"], file["good"] = h5py.ExternalLink("other.h5", "/none"), h5py.ExternalLink("other.h5", "/x")
        file["soft"], file["circle"] = h5py.SoftLink("/nowhere"), h5py.SoftLink("/circle")
        file["group/below/group"] = file.require_group("group")
        file["group/below/root"] = file["/"]
        file.create_dataset("outside", (6, 5), "f8", external=[("secret.bin", 0, 240)])
        file.create_dataset("huge", (2**32, 2**32, 6, 5), "f8", chunks=(1, 1, 6, 5))
        circle = file.create_group("group/circle")
        circle["self"] = circle
        header = h5py.h5o.get_info(circle.id).addr
    # A count of links that says 1 where it is 2: who trusts it goes round and round.
    content = bytearray((folder / "fields.h5").read_bytes())
    expect(content[header + 4] == 2, "not where HDF5 keeps the count of links")
    content[header + 4] = 1
    (folder / "fields.h5").write_bytes(content)
    with h5py.File(folder / "linked.h5", "w") as file:
        file["provenance"] = h5py.ExternalLink("pipe", "/x")


def check_dataset(folder, item):
    name, words = item
    for key in ("input", "target"):
        run = nadir("train", "case.toml", "--set", f'data.{key}.dataset="{name}"', folder=folder, timeout=SECONDS)
        line = f"--set data.{key}.dataset: fields.h5: {name}: {words}"
        expect(run.code == 2 and run.err.startswith(line), f"{name}: expected {line}: {run}")


def check_axes(folder, item):
    name, (lat, lon, words) = item
    with h5py.File(folder / f"{name}.h5", "w") as file:
        for axis, values, units in (("lat", lat, "degrees_north"), ("lon", lon, "degrees_east")):
            file[axis] = values
            file[axis].attrs["units"] = units
            file[axis].make_scale(axis)
        for field in ("x", "y"):
            file[field] = np.random.default_rng(3).normal(size=(6, 5))
            for position, axis in enumerate(("lat", "lon")):
                file[field].dims[position].attach_scale(file[axis])
    files = [word for key in ("input", "target") for word in ("--set", f"data.{key}.file={name}.h5")]
    run = succeed("forward", "case.toml", *AXES_CASE, *files, "--output", f"{name}-result.h5", folder=folder)
    warnings = [line for line in run.err.splitlines() if line.startswith("warning: ")]
    if words is None:
        expect(not warnings, f"{name}: {run}")
    else:
        expect(len([w for w in warnings if words in w]) == 1, f"{name}: expected once {words}: {run}")
        if name != "both":  # whose steps are others too
            expect(len(warnings) == 1, f"{name}: {run}")


@pytest.fixture(scope="module")
def folder(module_folder):
    write_links(module_folder)
    (module_folder / "case.toml").write_text(CASE)
    return module_folder


def test_fifos(folder):
    """Files that would wait for whoever writes them."""
    for words, message in (
        (("train", "pipe"), "pipe: cannot be read: it is a FIFO, not a regular file"),
        (("train", "case.toml", "--restart=pipe"), "--restart=pipe: cannot be read: pipe: not a regular file"),
        (("train", "case.toml", "--set", "data.input.file=pipe"), "--set data.input.file: pipe is no regular file"),
        (("train", "case.toml", "--output", "linked.h5"), "linked.h5 is there and no result of nadir"),
        (("interpret", "linked.h5"), "linked.h5: has no arrays"),
    ):
        run = nadir(*words, folder=folder, timeout=SECONDS)
        expect(run.code == 2 and message in run.err, f"{words}: expected {message}: {run}")


def test_links(folder):
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(partial(check_dataset, folder), DATASETS.items()))
    line = f"--set data.input.dataset: fields.h5: fifo: {DATASETS['fifo']}"
    once(nadir("train", "case.toml", "--set", "data.input.dataset=fifo", folder=folder, ranks=3), 2, line)
    succeed("train", "case.toml", "--set", "data.input.dataset=good", "--output", "good.h5", folder=folder)


def test_many_keys(folder):
    """A hundred thousand of anything in a case is refused once, not searched for its square in time."""
    kinds = {
        "keys": "k{} = 1\n",
        "tables": "[t{}]\n",
        "dotted": "a{0}.x = 1\na{0}.y = 2\n",
        "headers": "[a{0}.b]\n[a{0}]\n",
    }
    for kind, line in kinds.items():
        (folder / "many.toml").write_text(CASE + "[more]\n" + "".join(line.format(i) for i in range(100_000)))
        run = nadir("describe", "many.toml", folder=folder, timeout=SECONDS)
        lines = run.err.splitlines()
        expect(run.code == 2 and len(lines) == 1, f"{kind}: {run.code}, {len(lines)} lines")
        expect("more than 20000 keys and tables, which no case has" in lines[0], f"{kind}: {lines[0]}")
    # Fewer are told one by one, though not all of them.
    (folder / "many.toml").write_text(CASE + "".join(f"[t{i}]\n" for i in range(19_000)))
    run = nadir("describe", "many.toml", folder=folder, timeout=SECONDS)
    lines = run.err.splitlines()
    expect(run.code == 2 and len(lines) == 1001, f"{run.code}, {len(lines)} lines")
    expect(lines[0].startswith("many.toml:24:2: t0: unknown key"), lines[0])
    expect(lines[-1] == "and 18000 more problems", lines[-1])


def test_order(folder):
    """Axes in another order: an error that says how to turn them."""
    with h5py.File(folder / "order.h5", "w") as file:
        for axis, length in (("lon", 6), ("lat", 6), ("lat5", 5)):
            file[axis] = np.arange(length) * 2.0
            file[axis].attrs["standard_name"] = {"lon": "longitude"}.get(axis, "latitude")
            file[axis].make_scale(axis)
        file["square"], file["wide"] = np.ones((6, 6)), np.ones((6, 5))
        for field, axes in (("square", ("lon", "lat")), ("wide", ("lon", "lat5"))):
            for position, axis in enumerate(axes):
                file[field].dims[position].attach_scale(file[axis])
    for field, shape, lat in (("square", "[6, 6]", "lat"), ("wide", "[5, 6]", "lat5")):
        words = [word for key in ("input", "target") for word in
                 ("--set", f"data.{key}.file=order.h5", "--set", f"data.{key}.dataset={field}")]  # fmt: skip
        run = nadir("forward", "case.toml", "--set", f"grid.shape={shape}", *words, folder=folder)
        line = f"its axes are lon, {lat}, those of [grid] y, x: turn it with ncpdq -a {lat},lon order.h5 order-new.nc"
        expect(run.code == 2 and run.err.count(line) == 2, f"{field}: expected {line}: {run}")


def test_missing_values(folder):
    """Outside a valid range: not observed in a target, an error in an input; said once, on any number of ranks."""
    with h5py.File(folder / "range.h5", "w") as file:
        file["v"] = np.arange(30.0).reshape(6, 5)
        file["v"].attrs["valid_range"] = [1.0, 20.0]
    note = "range.h5: v: 10 values outside the valid range [1, 20] count as missing"
    for ranks in (1, 3):
        words = ("--set", "data.target.file=range.h5", "--set", "data.target.dataset=v", "--output", "range-result.h5")
        run = succeed("train", "case.toml", *words, folder=folder, ranks=ranks)
        expect(run.err.count(note) == 1 and "20 values in the loss, 0 withheld, 10 not observed" in run.out, f"{run}")
        words = ("--set", "data.input.file=range.h5", "--set", "data.input.dataset=v")
        run = nadir("train", "case.toml", *words, folder=folder, ranks=ranks)
        once(run, 2, "sample 0, point (y,x) = (0, 0) is missing or not finite")
        expect(f"({note})" in run.err, f"{run}")


def test_axes(folder):
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(partial(check_axes, folder), AXES.items()))
