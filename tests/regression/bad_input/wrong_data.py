"""Wrong cases: files, datasets and what they hold."""

from small_case import INPUT, TARGET

DATASETS = "/high, /holes, /huge, /large, /none, /three, /wide, /x, /y"

ROWS = {
    "missing file": (
        {INPUT: 'input = { «file = "absent.h5", dataset = "x" }'},
        "data.input.file: no such file: absent.h5",
    ),
    "a file of another kind": (
        {INPUT: 'input = { «file = "case.toml", dataset = "x" }'},
        "data.input.file: case.toml is neither an HDF5 nor a netCDF-4 file",
    ),
    "classic netCDF": (
        {INPUT: 'input = { «file = "classic.nc", dataset = "x" }'},
        "data.input.file: classic.nc is a classic netCDF file; convert it with: "
        "nccopy -k nc4 classic.nc classic-nc4.nc",
    ),
    "missing dataset": (
        {TARGET: 'target = { file = "fields.h5", «dataset = "z" }'},
        f"data.target.dataset: fields.h5: z: no such dataset (the file has {DATASETS})",
    ),
    "wrong shape": (
        {INPUT: 'input = { file = "fields.h5", «dataset = "wide" }'},
        "data.input.dataset: wide has shape [6, 6], the grid needs [6, 5] or [samples, 6, 5]",
    ),
    "wrong shape of a mask": (
        {TARGET: 'target = { file = "fields.h5", dataset = "y", mask = { file = "fields.h5", «dataset = "wide" } }'},
        "data.target.mask.dataset: wide has shape [6, 6], expected [6, 5]",
    ),
    "number of samples": (
        {TARGET: '«target = { file = "fields.h5", dataset = "three" }'},
        "data.target: the number of samples is 3, that of data.input is 1",
    ),
    "index beyond the samples": (
        {TARGET: 'target = { file = "fields.h5", dataset = "three", «index = 3 }'},
        "data.target.index: sample 3 is out of range: three has 3, counted from 0",
    ),
    "NaN in an input": (
        {INPUT: '«input = { file = "fields.h5", dataset = "holes" }'},
        "data.input: fields.h5: holes: sample 0, point (y,x) = (2, 3) is missing or not finite (NaN, fill value, mask = 0 or "
        "infinite); an input must be known everywhere: fill its gaps in the file, or choose samples without any by its index",
    ),
    "all targets missing": (
        {TARGET: '«target = { file = "fields.h5", dataset = "none" }'},
        "data.target: no value is observed: all are missing or masked",
    ),
    "no target": ({TARGET: "", "[data]": "[«data]"}, "data: `nadir train` needs a target: add data.target"),
    "target layer beyond n": (
        {TARGET: 'target = { file = "fields.h5", dataset = "y", «layer = 4 }'},
        "data.target.layer: must be between 0 and network.layers = 3, is 4",
    ),
}  # fmt: skip
