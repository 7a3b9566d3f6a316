"""Seals as include/nadir/output/seal.hpp describes them, for files that a test has changed on purpose."""

import numpy as np

MAGIC, GOLDEN = np.uint64(0x316C616573646E21), np.uint64(0x9E3779B97F4A7C15)
SIZE = 32


def mixed(x):
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def seal_of(data):
    """The 32 bytes that belong behind these."""
    words = np.frombuffer(data + b"\0" * (-len(data) % 8), dtype="<u8")
    with np.errstate(over="ignore"):
        checksum = mixed(words + np.arange(len(words), dtype="<u8") * GOLDEN).sum(dtype="<u8")
    return np.array([MAGIC, len(data), checksum, ~MAGIC], dtype="<u8").tobytes()


def is_sealed(path):
    data = path.read_bytes()
    return data[-SIZE:] == seal_of(data[:-SIZE])


def unseal(path):
    path.write_bytes(path.read_bytes()[:-SIZE])


def seal(path):
    data = path.read_bytes()
    path.write_bytes(data + seal_of(data))
