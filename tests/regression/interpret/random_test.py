"""Random matrices are called random and structured ones are not: at most 5 % errors of either kind.

200 matrices each with NADIR_TEST_FULL=1, else 60: then a true rate of 2 % fails about never."""

import numpy as np
import pytest

from weights import FULL, adr, expect, grid_options, interpret, read, ring_distance

TRIALS, SIZE = (200, 64) if FULL else (60, 50)


def random_matrix(rng, trial):
    """Independent weights of some scale and distribution, as initialisations make them."""
    draw = (rng.normal, lambda size: rng.uniform(-1, 1, size=size))[trial % 2]
    matrix = draw(size=(SIZE, SIZE)) * 10.0 ** rng.uniform(-3, 2)
    if trial % 3 == 0:  # mean and diagonal say nothing
        matrix += matrix.std() * (rng.normal() + rng.normal() * np.eye(SIZE))
    return matrix


def structured_matrix(rng, trial):
    """Operators, smooth and long-range kernels, low rank in noise, symmetric and orthogonal ones."""
    r = ring_distance(SIZE)
    noise = rng.normal(size=(SIZE, SIZE)) / np.sqrt(SIZE)
    kinds = (
        lambda: adr((SIZE,), (1.0,), -0.1, [rng.uniform(-0.3, 0.3)], {(0, 0): rng.uniform(0.05, 0.4)}),
        lambda: adr((SIZE,), (1.0,), 0.1 * rng.normal(size=SIZE), [0.2 * rng.normal(size=SIZE)],
                    {(0, 0): rng.uniform(0.05, 0.4, size=SIZE)}),
        lambda: np.exp(-(r**2) / (2 * rng.uniform(1, 5) ** 2)),
        lambda: (1 + r**2) ** (-rng.uniform(1, 4) / 2),
        lambda: noise + 3 * np.outer(rng.normal(size=SIZE), rng.normal(size=SIZE)) / SIZE,
        lambda: (noise + noise.T) / np.sqrt(2),
        lambda: np.linalg.qr(noise)[0],
        lambda: noise * np.exp(-r / 3.0),
    )  # fmt: skip
    return kinds[trial % len(kinds)]()


def verdicts(folder, make, seed):
    rng = np.random.default_rng(seed)
    np.save(folder / "stack.npy", np.stack([make(rng, trial) for trial in range(TRIALS)]))
    interpret(folder, "stack.npy", *grid_options((SIZE,), (1,)), "--order", "2", ranks=2)
    return read(folder / "found.h5")["random/verdict"]


@pytest.mark.parametrize("make, right, seed", [(random_matrix, 1, 11), (structured_matrix, 0, 12)])
def test_verdicts(folder, make, right, seed):
    found = verdicts(folder, make, seed)
    wrong = np.flatnonzero(found != right)
    print(f"{make.__name__}: {len(wrong)} of {TRIALS} judged wrongly: {wrong.tolist()}")
    expect(len(wrong) <= 0.05 * TRIALS, f"{make.__name__}: {len(wrong)} of {TRIALS}")
