"""inputs/schemes-1d.toml: explicit layers blow up where implicit and higher-order ones do not."""

import tempfile
from pathlib import Path

import h5py
import numpy as np

from running import INPUTS, expect, succeed

CASE = INPUTS / "schemes-1d.toml"
# Largest error of the pulse after its round, at most; a pulse of height 1.
ERRORS = {"implicit-euler": 0.5, "crank-nicolson": 0.05, "rk2": 0.12, "rk4": 4e-4}
BLOWN_UP = 1e3


def last_states(*words):
    """The last state, and the largest value of every state."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "result.h5"
        succeed("forward", CASE, "--quiet", "--output", path, *words, folder=folder)
        with h5py.File(path) as result:
            states = result["state"][0]
            return states[-1], np.abs(states).max(axis=1), result["target"][0]


def scheme(name):
    return ("--set", f"network.scheme={name}")


def test_advection():
    _, largest, _ = last_states(*scheme("explicit-euler"))
    print(f"explicit-euler   largest value {largest[-1]:.1e}")
    expect(largest[-1] > BLOWN_UP, f"explicit layers stay at {largest[-1]}")
    for name, tolerance in ERRORS.items():
        state, largest, target = last_states(*scheme(name))
        error = np.abs(state - target).max()
        print(f"{name:16} error {error:.2e} (at most {tolerance}), largest value {largest.max():.3f}")
        expect(error <= tolerance, f"{name}: error {error} > {tolerance}")
        expect(largest.max() < 1.1, f"{name}: values up to {largest.max()}")


def test_diffusion():
    """Where diffusion is strong, no explicit scheme is stable at this step."""
    strong = ("--set", "kernel.diffusion=1.6")
    for name in ("explicit-euler", "rk2", "rk4"):
        _, largest, _ = last_states(*scheme(name), *strong)
        expect(largest[-1] > BLOWN_UP, f"{name} with strong diffusion stays at {largest[-1]}")
    for name in ("implicit-euler", "crank-nicolson"):
        _, largest, _ = last_states(*scheme(name), *strong)
        expect(largest.max() < 1.1, f"{name} with strong diffusion: values up to {largest.max()}")
