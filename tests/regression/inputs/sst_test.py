"""Real data: the withheld error beats the baselines, and the scores are what the fields say.

Persistence and interpolation are worked out again here from the result file.
"""

import numpy as np

from running import expect, trained

OCEAN = 7410  # points observed in all months


def laplacian(z):
    """Sum over neighbouring pairs of the 90 x 180 lattice: latitude closed, longitude periodic."""
    result = 2 * z - np.roll(z, 1, axis=1) - np.roll(z, -1, axis=1)
    slope = np.diff(z, axis=0)
    result[1:] += slope
    result[:-1] -= slope
    return result


def harmonic(known, values):
    """Values kept where known, the discrete Laplace equation elsewhere, by conjugate gradients."""
    free = ~known
    field = np.where(known, values, 0.0)
    residual = np.where(free, -laplacian(field), 0.0)
    direction, square = residual.copy(), np.sum(residual**2)
    for _ in range(2000):
        image = np.where(free, laplacian(direction), 0.0)
        step = square / np.sum(direction * image)
        field += step * direction
        residual -= step * image
        square, before = np.sum(residual**2), square
        if square < 1e-24:
            return field
        direction = residual + square / before * direction
    raise AssertionError("the reference interpolation did not converge")


def scores(result):
    """RMS at the withheld points in degC: network, persistence, interpolated increment."""
    withheld = result["withheld"][0].astype(bool)
    seen = result["observed"][0].astype(bool) & ~withheld
    target, z = result["target"][0], result["state"][0]
    scale = result.attrs["data_scale"]
    increment = harmonic(seen, target - z[0])
    rms = lambda error: scale * np.sqrt(np.mean(error[withheld] ** 2))  # noqa: E731
    return rms(z[-1] - target), rms(z[0] - target), rms(z[0] + increment - target)


def check_scores(name, result):
    withheld = result["withheld"][0].astype(bool)
    expect(withheld.sum() == round(0.2 * OCEAN), f"{name}: {withheld.sum()} points withheld")
    names = ("withheld_rms", "withheld_persistence_rms", "withheld_interpolation_rms")
    for attribute, own in zip(names, scores(result)):
        said = float(result.attrs[attribute])
        print(f"{name:8} {attribute:27} {said:.4f} degC")
        expect(
            abs(said - own) <= 1e-6 * own, f"{name}: {attribute} is {said}, the fields say {own}"
        )
    return [float(result.attrs[a]) for a in names]


def test_month():
    with trained("sst") as result:
        network, persistence, interpolation = check_scores("sst", result)
        expect(network <= 0.49 * persistence, f"sst: {network} > 0.49 x {persistence}")
        expect(network < 0.95 * interpolation, f"sst: {network} is no better than {interpolation}")
        history, first, best = result["history"], 13.590168, 1.3971017693  # of 600 iterations
        excess = (history["loss"][()] - best) / (first - best)
        needed = int(history["evaluations"][()][np.argmax(excess <= 1e-3)])
        expect(history.attrs["converged"] == 1, "sst: not converged")
        expect(excess[-1] < 1e-6 and needed <= 20, f"sst: {needed} evaluations, excess {excess[-1]}")
        expect(result["parameters/diffusion"][()].min() >= 0, "sst: D below its bound")
        # Southern summer warms, northern winter cools: b > 0 is a sink.
        bias, seen = result["parameters/bias"][()], result["observed"][0] > 0
        south, north = bias[20:40][seen[20:40]].mean(), bias[55:75][seen[55:75]].mean()
        expect(south < 0 < north, f"sst: heating has the wrong season (b {south}, {north})")


def test_seasons():
    with trained("seasons") as result:
        network, _, interpolation = check_scores("seasons", result)
        expect(network < 0.8 * interpolation, f"seasons: {network} beside {interpolation}")
        expect(result["parameters/reaction"].shape == (12,), "seasons: R by layer")
        expect(result["parameters/advection"].shape == (12, 2), "seasons: U by layer")
        expect(result["parameters/bias"].shape == (12, 90, 180), "seasons: b by layer and space")
        # Heating changes sides between January and July.
        bias, seen = result["parameters/bias"][()], result["observed"][0] > 0
        north = bias[:, 55:75][:, seen[55:75]].mean(axis=1)
        expect(north[0] > 0 > north[-1], f"seasons: b of the north is {north}")
