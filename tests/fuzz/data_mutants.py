"""Mutants of HDF5 files: damaged bytes, odd types, shapes, attributes, storage and links.

The case of a data mutant is valid; one of its datasets is `d` of mutant.h5 instead.
"""

import os

import h5py
import numpy as np

np.seterr(all="ignore")  # odd values are the point here

GRID = (4, 5)
CASE = """\
[grid]
shape = [4, 5]
boundary = ["reflect", "periodic"]
[network]
layers = 2
[kernel]
reaction = {{ init = {init}, varies = ["space"] }}
[data]
input = {{ {input} }}
[data.target]
{target}
mask = {{ {mask} }}
withhold = {{ {withhold} }}
"""
GOOD = {
    "init": '{ file = "good.h5", dataset = "field" }',
    "input": 'file = "good.h5", dataset = "in"',
    "target": 'file = "good.h5"\ndataset = "out"',
    "mask": 'file = "good.h5", dataset = "mask"',
    "withhold": 'file = "good.h5", dataset = "withheld"',
}
ROLES = ["input"] * 4 + ["target"] * 4 + ["mask", "withhold", "init"]
DATASET_PATHS = "d /d //d ./d g/../d / . d/ g/d g é d/d g/up/g/up/d".split() + ["x" * 3000, "g/" * 500 + "d"]
LENGTHS = [50, 200, 250, 256, 300, 1000, 3000, 4000]  # of paths; 256 and 4096 are common limits
SHAPES = [
    (4, 5), (2, 4, 5), (1, 4, 5), (5, 4), (4,), (20,), (), (0,), (0, 5), (0, 4, 5), (4, 0), (4, 5, 1), (1, 1, 4, 5),
    (3, 4, 5), (4, 6), (3, 5), (1,) * 32, (2**40, 4, 5), (2**62, 2**62),
]  # fmt: skip
ATTRIBUTES = ["_FillValue", "missing_value", "scale_factor", "add_offset", "_Unsigned", "valid_range", "valid_min",
              "valid_max"]  # fmt: skip


def write_good(path):
    """What the roles that are not mutated read."""
    values = np.random.default_rng(1).normal(size=GRID)
    with h5py.File(path, "w") as file:
        file["in"], file["out"], file["field"] = values, values + 0.1, 0.1 * np.abs(values)
        file["mask"], file["withheld"] = np.ones(GRID, "u1"), np.eye(*GRID, dtype="u1")


def path_to_mutant(random):
    """Mostly its name; else a long way to it."""
    if random.random() < 0.9:
        return "mutant.h5"
    length = random.choice(LENGTHS)
    step = random.choice(["./", "../data/", "long/../"])  # there is a folder "long"
    return step * (length // len(step)) + "mutant.h5"


def case_text(random):
    """A case with the mutant in one of its roles."""
    role = random.choice(ROLES)
    dataset = random.choice(DATASET_PATHS) if random.random() < 0.1 else "d"
    mutant = f'file = "{path_to_mutant(random)}"\ndataset = "{dataset}"'
    if role != "target":
        mutant = mutant.replace("\n", ", ")
    texts = {**GOOD, role: f"{{ {mutant} }}" if role == "init" else mutant}
    if role == "target" and random.random() < 0.3:
        texts["target"] += "\n" + random.choice(["index = 0", "index = [1, 0]", "scale = 1e-300", "index = 1000000"])
    return CASE.format(**texts)


# ---- types --------------------------------------------------------------------------------------


def odd_float(random):
    """A floating-point type that no processor has."""
    kind = h5py.h5t.IEEE_F32LE.copy()
    size = random.choice([4, 5, 8, 16])
    kind.set_size(size)
    kind.set_precision(8 * size)
    kind.set_fields(8 * size - 1, random.choice([20, 23]), 8, 0, 20)
    return kind


def odd_integer(random):
    kind = random.choice([h5py.h5t.STD_I64LE, h5py.h5t.STD_U32BE]).copy()
    kind.set_size(random.choice([1, 3, 8, 16, 100]))
    kind.set_precision(random.choice([1, 5, 8]))
    return kind


NUMBER_TYPES = "f2 f4 f8 >f2 >f4 >f8 i1 i2 i4 i8 u1 u8 >i4 >u8 ?".split() + [np.longdouble]
OTHER_TYPES = [
    "c16", "S5", "S1", h5py.string_dtype(), h5py.string_dtype("ascii", 4), h5py.vlen_dtype("f8"), "V7", h5py.ref_dtype,
    h5py.regionref_dtype, np.dtype([("a", "f8"), ("b", "i4")]), np.dtype(("f8", (2,))),
    h5py.enum_dtype({"a": 0, "b": 1}), h5py.enum_dtype({"a": -3, "b": 9}, "i8"), h5py.enum_dtype({"x": 200}, ">u2"),
]  # fmt: skip


def stored_type(random):
    """An HDF5 type, mostly of numbers."""
    kind = random.random()
    if kind < 0.08:
        return odd_float(random) if random.random() < 0.5 else odd_integer(random)
    if kind < 0.1:
        return h5py.h5t.UNIX_D32LE
    return h5py.h5t.py_create(np.dtype(random.choice(NUMBER_TYPES if kind < 0.75 else OTHER_TYPES)), logical=True)


def values_of(random, shape):
    generator = np.random.default_rng(random.randrange(2**32))
    values = generator.normal(size=shape)
    if random.random() < 0.3 and values.size:
        odd = [np.nan, np.inf, -np.inf, 1e308, -1e308, 5e-324, 1e155, -0.0, 1e34]
        values.flat[generator.integers(values.size)] = random.choice(odd)
    return values


# ---- attributes ---------------------------------------------------------------------------------


def attribute_value(random):
    number = random.choice([0, 1, -1, 0.5, 1e-300, 1e300, np.nan, np.inf, -1e34, 255, -32768, 5e-324])
    shape = random.choice([(), (1,), (1,), (2,), (0,), (2, 2), (1000,), (1,) * 20])
    kind = random.random()
    if kind < 0.7:
        dtype = random.choice([d for d in NUMBER_TYPES if d != "?"])
        return np.full(shape, number).astype(dtype)
    return random.choice(
        ["", "1.0", "é", b"x", h5py.Empty("f8"), h5py.Empty("S3"), True, 1 + 2j, np.array(["a", "b"], "S1"),
         np.array([(1.0, 2)], np.dtype([("a", "f8"), ("b", "i4")]))]
    )  # fmt: skip


def own_type(dataset):
    """The type of its numbers, if numpy has it."""
    try:
        return dataset.dtype if dataset.dtype.kind in "iuf" else np.dtype("f8")
    except TypeError:
        return np.dtype("f8")


def packed_attributes(random, dataset):
    """What netCDF says of packed data, mostly as it should be."""
    own = own_type(dataset)
    numbers = np.array([-1, 0, 1, 100, 254]).astype(random.choice([own, own, np.dtype("f8"), np.dtype("i2")]))
    attributes = {
        "_Unsigned": random.choice(["true", "true", "false", "TRUE", "", 1]),
        "valid_range": numbers[[0, 3]] if random.random() < 0.8 else numbers[[3, 0]],
        "valid_min": numbers[random.randrange(5)],
        "valid_max": numbers[random.randrange(5)],
        "missing_value": random.choice([numbers[4], numbers[:2], np.float64(0.1)]),
        "_FillValue": numbers[random.randrange(5)],
        "scale_factor": np.float64(random.choice([0.01, 1.0, 0.0, -2.0, 1e-300])),
        "add_offset": np.float32(random.choice([0.0, 273.15, -1e30])),
    }
    for name in random.sample(sorted(attributes), random.choice([1, 2, 3, 8])):
        dataset.attrs[name] = attributes[name]


def add_attributes(random, dataset):
    if random.random() < 0.4:
        return packed_attributes(random, dataset)
    for name in random.sample(ATTRIBUTES, random.choice([1, 1, 2, 4])):
        kind = random.random()
        if kind < 0.05:
            dataset.attrs[name] = dataset.ref
        elif kind < 0.1:
            dataset.attrs.create(name, np.arange(4), dtype=h5py.enum_dtype({"a": 1}))
        else:
            dataset.attrs[name] = attribute_value(random)


# ---- storage ------------------------------------------------------------------------------------


def storage(random, shape):
    """Creation options of a chunked or contiguous dataset."""
    options = {}
    if shape and 0 not in shape and max(shape) < 100 and random.random() < 0.5:
        options["chunks"] = tuple(random.randint(1, n) for n in shape)
        if random.random() < 0.3:
            options["maxshape"] = tuple(random.choice([None, 2 * n]) for n in shape)
        filters = [{}, {"compression": "gzip"}, {"compression": "lzf"}, {"shuffle": True}, {"fletcher32": True},
                   {"compression": "gzip", "shuffle": True, "fletcher32": True}, {"scaleoffset": 3}]  # fmt: skip
        options |= random.choice(filters)
    if random.random() < 0.1:
        options["fillvalue"] = random.choice([0, -1, 1e30])
    return options


def create(random, group, name, shape, plain=False):
    """A dataset, if this type, shape and storage go together; else a plain one."""
    try:
        if plain or random.random() < 0.3:
            return group.create_dataset(name, data=values_of(random, shape), **storage(random, shape))
        kind = stored_type(random)
        no_axes = random.choice([h5py.h5s.SCALAR, h5py.h5s.NULL])
        space = h5py.h5s.create_simple(shape) if shape else h5py.h5s.create(no_axes)
        made = h5py.Dataset(h5py.h5d.create(group.id, name.encode(), kind, space))
        if made.size and made.size < 1000 and kind.get_class() in (h5py.h5t.INTEGER, h5py.h5t.FLOAT):
            made.id.write(h5py.h5s.ALL, h5py.h5s.ALL, values_of(random, shape), h5py.h5t.NATIVE_DOUBLE)
        return made
    except (ValueError, TypeError, OSError, RuntimeError, OverflowError):
        group.pop(name, None)
        return group.create_dataset(name, data=np.zeros(GRID))


def shape_of(random):
    return GRID if random.random() < 0.7 else random.choice(SHAPES)


def typed(random, path):
    """An odd type, shape, storage or attribute."""
    with h5py.File(path, "w", libver=random.choice(["earliest", "latest"])) as file:
        shape = shape_of(random)
        if np.prod([float(n) for n in shape]) >= 1e5:  # never written, takes no room
            made = file.create_dataset("d", shape, chunks=(1,) * len(shape), dtype="f8")
        else:
            made = create(random, file, "d", shape)
        if random.random() < 0.6:
            add_attributes(random, made)
        file.create_group("g")["d"] = np.zeros(GRID)


def damaged(random, path):
    """A good file of some kind whose bytes are then changed."""
    with h5py.File(path, "w", libver=random.choice(["earliest", "latest"])) as file:
        made = create(random, file, "d", GRID, plain=random.random() < 0.8)
        if random.random() < 0.5:
            add_attributes(random, made)
        if random.random() < 0.3:
            file.create_group("g")["d"] = np.zeros(GRID)
            file["s"] = h5py.SoftLink("/g/d")
    data = bytearray(path.read_bytes())
    for _ in range(random.choice([1, 1, 1, 2, 4, 16])):
        change_file(random, data)
    path.write_bytes(data)


def change_file(random, data):
    """One change; most of the file is empty, so bytes that say something are preferred."""
    at = random.randrange(len(data)) if data else 0
    used = [i for i, byte in enumerate(data) if byte]
    if used and random.random() < 0.7:
        at = random.choice(used)
    kind = random.randrange(10)
    if not data:
        data += b"\x89HDF\r\n\x1a\n"
    elif kind < 4:
        data[at] = random.choice([0, 1, 2, 4, 8, 0x7F, 0x80, 0xFE, 0xFF, random.randrange(256)])
    elif kind < 6:
        data[at] ^= 1 << random.randrange(8)
    elif kind == 6:
        data[at : at + 8] = random.choice(
            [b"\xff" * 8, b"\0" * 8, (1 << 62).to_bytes(8, "little"), at.to_bytes(8, "little")]
        )
    elif kind == 7:
        del data[at:]
    elif kind == 8:
        data[at:at] = random.randbytes(random.choice([1, 8, 512]))
    else:
        del data[at : at + random.choice([1, 8, 512])]


# ---- links --------------------------------------------------------------------------------------


def soft_loop(_random, file):
    file["d"], file["e"] = h5py.SoftLink("/e"), h5py.SoftLink("/d")


def dangling(_random, file):
    file["d"] = h5py.SoftLink("/nowhere")


def soft_good(_random, file):
    file["x"], file["d"] = np.zeros(GRID), h5py.SoftLink("x")


def external(random, file):
    pipe = os.path.join(os.path.dirname(file.filename), "pipe")
    os.mkfifo(pipe)
    target = random.choice(["good.h5 in", "good.h5 x", "absent.h5 in", "mutant.h5 d", "case.toml x", ". x", "pipe x",
                            "/dev/zero x"])  # fmt: skip
    file["d"] = h5py.ExternalLink(*target.split())


def cycle(_random, file):
    group = file.create_group("g")
    group["up"], file["d"] = file["/"], group


def self_links(_random, file):
    file["d"] = file["/"]
    for i in range(20):
        file["d"][f"d{i}"] = file["/"]


def undeclared_storage(random, file):
    """More than any disk has, of which nothing is stored."""
    shape = random.choice([(2**36, *GRID), (2**55, *GRID), (2**20, 2**20), (2**50,)])
    chunks = random.choice([None, (1,) * len(shape), tuple(min(n, 64) for n in shape)])
    file.create_dataset("d", shape, dtype=random.choice(["f8", "u1"]), chunks=chunks)


def group_instead(_random, file):
    file.create_group("d")


def type_instead(_random, file):
    file["d"] = np.dtype("f8")


def virtual(random, file):
    layout = h5py.VirtualLayout(GRID, "f8")
    source = random.choice([("good.h5", "in"), ("absent.h5", "in"), ("mutant.h5", "d"), ("good.h5", "nothing")])
    layout[:] = h5py.VirtualSource(*source, shape=GRID)
    file.create_virtual_dataset("d", layout, fillvalue=random.choice([0.0, np.nan]))


def external_storage(random, file):
    name = random.choice(["case.toml", "absent.raw", "good.h5", "/dev/zero"])
    file.create_dataset("d", GRID, dtype="f8", external=[(name, random.choice([0, 8, 10**6]), 160)])


def many_datasets(random, file):
    for i in range(random.choice([30, 300])):
        file.create_dataset(f"n{i}" * 20, data=0)


def deep_groups(_random, file):
    group = file
    for _ in range(300):
        group = group.create_group("g")
    group["d"] = np.zeros(GRID)


def self_reference(_random, file):
    file.create_dataset("d", GRID, dtype=h5py.ref_dtype)[0, 0] = file.ref


LINKS = [soft_loop, dangling, soft_good, external, external, cycle, self_links, undeclared_storage, group_instead,
         type_instead, virtual, virtual, external_storage, many_datasets, deep_groups, self_reference]  # fmt: skip


def linked(random, path):
    """A dataset that is somewhere or something else."""
    with h5py.File(path, "w") as file:
        random.choice(LINKS)(random, file)


def no_hdf5(random, path):
    """Something that is no HDF5 file, or only looks like one."""
    kind = random.randrange(9)
    if kind == 0:
        path.mkdir()
    elif kind == 1:
        path.symlink_to(path.name)
    elif kind == 2:
        path.symlink_to("absent.h5")
    elif kind == 3:
        path.symlink_to(random.choice(["/dev/zero", "/dev/null", "/dev/full", "/proc/self/mem", "/proc/self/maps"]))
    elif kind == 4:
        os.mkfifo(path)
    else:
        hdf5 = b"\x89HDF\r\n\x1a\n"
        starts = [b"", b"CDF\x01", b"CDF\x02" + bytes(100), b"CDF\x05", hdf5, bytes(512) + hdf5]
        path.write_bytes(random.choice(starts) + random.randbytes(random.choice([0, 10, 2000])))


def make(random, folder):
    """Writes case.toml and mutant.h5 of one mutant into a folder that has good.h5."""
    (folder / "long").mkdir()
    (folder / "case.toml").write_text(case_text(random), encoding="utf-8")
    way = random.random()
    maker = typed if way < 0.4 else damaged if way < 0.85 else linked if way < 0.97 else no_hdf5
    maker(random, folder / "mutant.h5")
