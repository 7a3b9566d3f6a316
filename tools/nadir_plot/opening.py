"""The file a tool is called with: read, or refused with one line that says why."""

import sys

import h5py


def refuse(tool, message):
    print(f"{tool}: {message}", file=sys.stderr)
    sys.exit(2)


def opened(tool, path, read):
    """`read(path)` of an HDF5 file; one that cannot be read, or holds something else, ends the program."""
    try:
        with open(path, "rb"):
            pass
        if not h5py.is_hdf5(path):
            refuse(tool, f"{path}: not an HDF5 file")
        return read(path)
    except OSError as error:
        refuse(tool, f"{path}: {error.strerror or 'damaged, or still being written'}")
    except (ValueError, KeyError) as error:
        refuse(tool, f"{path}: {error.args[0]}")
