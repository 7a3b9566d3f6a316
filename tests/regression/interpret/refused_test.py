"""Wrong input to `nadir interpret`: exit code 2, everything that is wrong in words, nothing written."""

import struct
import zipfile

import h5py
import numpy as np
import pytest

from weights import expect, interpret, nadir, snapshot

CHAIN = ["--shape", "6", "--boundary", "periodic"]


def make_files(folder):
    rng = np.random.default_rng(1)
    square = rng.normal(size=(6, 6))
    np.save(folder / "square.npy", square)
    np.save(folder / "wide.npy", square[:4])
    np.save(folder / "line.npy", square[0])
    np.save(folder / "nan.npy", np.where(np.eye(6) == 1, np.nan, square)[::-1])
    np.save(folder / "stack.npy", np.stack([square, np.where(square == square.max(), np.inf, square)]))
    np.save(folder / "complex.npy", square.astype(complex))
    np.save(folder / "filters.npy", rng.normal(size=(2, 4, 3)))
    np.save(folder / "one.npy", np.ones((1, 1)))
    np.savez(folder / "several.npz", first=square, second=square)
    with h5py.File(folder / "w.h5", "w") as file:
        file["w"], file["q"], file["q7"] = square, rng.normal(size=(6, 2)), rng.normal(size=(7, 2))
        file["signals"], file["long"], file["names"] = square, rng.normal(size=(2, 9)), np.array([b"a", b"b"])
        file["qnan"] = np.full((6, 2), np.nan)
    whole = (folder / "square.npy").read_bytes()
    (folder / "cut.npy").write_bytes(whole[:-9])
    (folder / "lying.npy").write_bytes(whole.replace(b"(6, 6), ", b"(6, 99),"))
    (folder / "text.npy").write_text("no array")
    (folder / "zip.npz").write_bytes((folder / "several.npz").read_bytes()[:-30])
    header = b'{"w":{"dtype":"F64","shape":[9223372036854775807,8],"data_offsets":[0,64]}}'
    (folder / "lying.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + bytes(64))
    (folder / "folder").mkdir()
    for name, shape in (("rows", (2**40, 4, 4)), ("filters", (1, 1, 2**32, 2**32)), ("channels", (2**20, 2**20, 3, 3)), ("long", (2**40, 6))):
        with h5py.File(folder / f"{name}.h5", "w") as file:
            file.create_dataset("w", shape, "f4", chunks=tuple(min(n, 1000) if n > 6 else n for n in shape))
    stored = bytearray((folder / "several.npz").read_bytes())
    stored[stored.find(b"NUMPY") + 200] ^= 1
    (folder / "sum.npz").write_bytes(stored)
    with zipfile.ZipFile(folder / "model.pt", "w") as file:
        file.writestr("model/data.pkl", "x")
    header = b'{"a":{"dtype":"F64","shape":[6,6],"data_offsets":[0,288]},"b":{"dtype":"F64","shape":[6,6],"data_offsets":[8,296]}}'
    (folder / "overlap.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + bytes(296))
    (folder / "twice.safetensors").write_bytes(
        struct.pack("<Q", len(header)) + header.replace(b'"b"', b'"a"').replace(b"[8,296]", b"[0,288]") + bytes(288)
    )


WRONG = {
    "not square": (["wide.npy", *CHAIN], ["wide.npy: has the shape [4, 6]", "a square matrix"]),
    "a line": (["line.npy", *CHAIN], ["line.npy: has the shape [6]"]),
    "filters in one dimension": (["filters.npy"], ["not square", "--layout filters"]),
    "one neuron": (["one.npy", "--shape", "1", "--boundary", "open"], ["a single neuron"]),
    "other shape": (["square.npy", "--shape", "2,4", "--boundary", "open"], ["6 x 6 weights do not fit --shape", "8 neurons"]),
    "other coordinates": (["square.npy", "--coordinates", "w.h5:/q7"], ["do not fit --coordinates", "7 neurons"]),
    "coordinates not finite": (["square.npy", "--coordinates", "w.h5:/qnan"], ["w.h5: /qnan: has values that are missing"]),
    "nowhere": (["square.npy"], ["where do the neurons sit? Add --shape and --boundary"]),
    "no boundary": (["square.npy", "--shape", "6"], ["--boundary: say of each axis"]),
    "boundary": (["square.npy", "--shape", "6", "--boundary", "reflect"], ["'reflect' is none of periodic, open"]),
    "all at once": (
        ["nan.npy", "--shape", "6,x", "--spacing", "-1", "--boundary", "closed", "--order", "99", "--relaxation", "0"],
        ["--relaxation: must be finite and not 0", "--shape: 'x' is no number of points", "--spacing: '-1' is no distance",
         "--boundary: 'closed'", "--order: must be between 0 and 12"],
    ),
    "both": (["square.npy", "--coordinates", "w.h5:/q", "--shape", "6"], ["--coordinates: excludes --shape"]),
    "not finite": (["nan.npy", *CHAIN], ["nan.npy: the weight [0, 5] is missing, infinite or no number"]),
    "not finite in a stack": (["stack.npy", *CHAIN], ["stack.npy: matrix 1: the weight ["]),
    "type": (["complex.npy", *CHAIN], ["type '<c16'", "real floats and integers"]),
    "several": (["several.npz", *CHAIN], ["has several arrays; choose one by --dataset: first, second"]),
    "no such key": (["several.npz", "--dataset", "frist", *CHAIN], ["has no array 'frist' (did you mean 'first'?)"]),
    "no such dataset": (["w.h5", "--dataset", "/v", *CHAIN], ["w.h5: /v: no such dataset (the file has "]),
    "text dataset": (["w.h5", "--dataset", "/names", *CHAIN], ["w.h5: /names: does not hold numbers"]),
    "signals": (["square.npy", *CHAIN, "--signals", "w.h5:/long"], ["--signals have 9 points, the weights 6"]),
    "no signals": (["square.npy", *CHAIN, "--signals", "none.h5:/z"], ["no such file: none.h5"]),
    "cut": (["cut.npy", *CHAIN], ["cut.npy: the file ends before the last number of the shape [6, 6]"]),
    "lying": (["lying.npy", *CHAIN], ["lying.npy: the file ends before"]),
    "lying header": (["lying.safetensors", *CHAIN], ["shape and data_offsets do not agree"]),
    "text": (["text.npy", *CHAIN], ["unknown format", ".safetensors"]),
    "cut zip": (["zip.npz", *CHAIN], ["the zip file is damaged or incomplete"]),
    "no file": (["none.npy", *CHAIN], ["no such file: none.npy"]),
    "a folder": (["folder", *CHAIN], ["folder is a folder, not a file"]),
    "npy with a name": (["square.npy", "--dataset", "w", *CHAIN], ["has one array and no names"]),
    "layout": (["square.npy", "--layout", "rows", *CHAIN], ["--layout: 'rows' is none of matrix, stack, filters"]),
    "too many moments": (["square.npy", "--order", "13", *CHAIN], ["--order: must be between 0 and 12, is 13"]),
    "other axes": (["filters.npy", "--layout", "filters", "--shape", "9,9", "--boundary", "open"], ["--shape: has 2 axes, the filters 1"]),
    "huge": (["square.npy", "--shape", "999999999,999999999", "--boundary", "open"], ["--shape: has too many points"]),
    "an interpretation": (["found.h5"], ["found.h5: is an interpretation already; tools/report draws it"]),
    "rows that are not there": (["rows.h5", "--shape", "4", "--boundary", "open"], ["rows.h5: /w: declares 64.00 TiB", "not written"]),
    "filters that overflow": (["filters.h5"], ["filters.h5: /w: declares more bytes than 64 bits count"]),
    "filters that are not there": (["channels.h5"], ["channels.h5: /w: declares 36.00 TiB", "not written"]),
    "signals that are not there": (["square.npy", *CHAIN, "--signals", "long.h5:w"], ["long.h5: w: declares 24.00 TiB"]),
    "wide": (["square.npy", *CHAIN, "--spacing", "1e300"], ["distances such as 1e+300", "give the --spacing in other units"]),
    "narrow": (["square.npy", *CHAIN, "--spacing", "1e-300"], ["distances such as 1e-300", "give the --spacing in other units"]),
    "sum of a stored member": (["sum.npz", "--dataset", "first", *CHAIN], ["sum.npz: first: the zip file is damaged"]),
    "model of PyTorch": (["model.pt"], ["model.pt: is a PyTorch file; convert it with tools/export-torch model.pt"]),
    "overlapping tensors": (["overlap.safetensors", "--dataset", "a", *CHAIN], ["the tensors 'a' and 'b' overlap"]),
    "a tensor twice": (["twice.safetensors", *CHAIN], ["its safetensors header names 'a' twice"]),
    "in the way": (["square.npy", *CHAIN, "--output", "w.h5"], ["--output: w.h5 is there and no result of nadir"]),
}


@pytest.fixture(scope="module")
def folder(module_folder):
    make_files(module_folder)
    interpret(module_folder, "square.npy", *CHAIN)
    return module_folder


@pytest.mark.parametrize("what", WRONG)
def test_refused(folder, what):
    words, messages = WRONG[what]
    before = snapshot(folder)
    for ranks in (1, 2) if what in ("not finite in a stack", "all at once") else (1,):
        run = nadir("interpret", *words, folder=folder, ranks=ranks)
        expect(run.code == 2, f"{what}: {run}")
        advice = "where do the neurons sit" in run.err  # none for what is no array at all
        expect(not advice or what in ("nowhere", "filters in one dimension"), f"{what}: {run}")
        for message in messages:
            expect(run.err.count(message) == 1, f"{what}: wanted once '{message}': {run}")
    expect(snapshot(folder) == before, f"{what}: something was written")
