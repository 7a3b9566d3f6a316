"""tools/learned: every parameter that a result holds, as words that give it to another run.

    mapfile -t words < <(tools/learned results/my.h5); nadir forward other.toml "${words[@]}"

`nadir forward other.toml --init-from results/my.h5` does the same, for parameters that other.toml has.
"""

import json
import sys
import tomllib

import h5py

OF_ALL_KERNELS = ("bias", "relaxation")  # in [network], all others in [kernel]


def refuse(message):
    print(f"tools/learned: {message}", file=sys.stderr)
    sys.exit(2)


def read(path):
    """Names of the parameters in a result, its scales aside, and the kernel's table of its case."""
    try:
        with h5py.File(path, "r", locking=False) as file:
            group = file.get("parameters", {})
            names = [name for name, dataset in group.items() if not h5py.h5ds.is_scale(dataset.id)]
            if not names or "resolved_case" not in file.get("provenance", group).attrs:
                refuse(f"{path}: not a result of nadir (no /parameters or no /provenance)")
            return names, tomllib.loads(file["provenance"].attrs["resolved_case"])["kernel"]
    except FileNotFoundError:
        refuse(f"{path}: no such file")
    except OSError as error:
        refuse(f"{path}: cannot be read as HDF5: {error}")


def words(path):
    names, kernel = read(path)
    file = json.dumps(path, ensure_ascii=False)  # as TOML writes it, too
    for name in names:
        table = "network" if name in OF_ALL_KERNELS else "kernel"
        yield from ("--set", f'{table}.{name}.init={{ file = {file}, dataset = "/parameters/{name}" }}')
    if "radius" in kernel:  # of a Gaussian it would follow from the width that training began with
        yield from ("--set", f"kernel.radius={kernel['radius']}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        refuse("usage: tools/learned RESULT.h5")
    print("\n".join(words(sys.argv[1])))
