"""What tools/plot reads and works out before it draws: numbers, not pixels."""

import sys
from pathlib import Path

import h5py
import numpy as np

import synthetic

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools" / "nadir_plot"))

import constants  # noqa: E402
import fields  # noqa: E402
import lazy  # noqa: E402
import panels  # noqa: E402
import style  # noqa: E402
from program import expect  # noqa: E402
from result import Result  # noqa: E402


def test_parameters(folder):
    """Whatever a parameter varies in, its values come as [layer, component, grid]."""
    shape, n = (6, 9), 6  # as many layers as rows: shapes alone could not tell them apart
    for family in ([], ["space"], ["layer"], ["space", "layer"]):
        path = folder / f"parameters-{'-'.join(family)}.h5"
        synthetic.example(path, shape, family, tensor="full", n=n)
        parameters = Result(path).parameters
        layers = n if "layer" in family else 1
        grid = shape if "space" in family else (1, 1)
        for name, components in dict(reaction=1, advection=2, diffusion=3, bias=1).items():
            values = parameters[name].values
            expect(values.shape == (layers, components) + grid, f"{family} {name}: {values.shape}")
        expect(
            parameters["diffusion"].components == ["yy", "yx", "xx"], "names of the components of D"
        )
        expect(parameters["advection"].components == ["y", "x"], "names of the components of U")


def test_second_kernels(folder):
    """Two kernels of one family: parameters of the second are there, told apart, after the first's."""
    path = folder / "second.h5"
    synthetic.example(path, (6, 9), [])
    with h5py.File(path, "a") as file:
        for name, value in dict(width_2=5.0, width=1.5, amplitude_2=0.25, amplitude=0.7).items():
            file["parameters"][name] = value
    parameters = Result(path).parameters
    names = [name for name in parameters if name.split("_")[0] in ("amplitude", "width")]
    expect(names == ["amplitude", "width", "amplitude_2", "width_2"], f"{names}")
    second = parameters["width_2"]
    expect((second.symbol, second.meaning) == ("σ₂", parameters["width"].meaning), second.symbol)
    expect(second.values.ravel().tolist() == [5.0], f"{second.values}")


def test_fields(folder):
    """Data units: raw = z * scale + offset, 15 and 15 in the example."""
    path = folder / "fields.h5"
    synthetic.example(path, (8, 12), ["space"])
    result = Result(path)
    expect(np.allclose(result.input(1), 15 * result.state[1, 0] + 15), "input in the data's units")
    expect(
        np.array_equal(result.output(0, 3), 15 * result.state[0, 1] + 15),
        "layer 3 is the second stored",
    )
    target = result.target_of(0)
    known = result.observed(0) | result.withheld(0)
    expect(np.array_equal(np.isfinite(target), known), "target is NaN where unknown")
    expect(
        np.allclose(target[known], 15 * result.target[0][known] + 15), "target in the data's units"
    )
    expect(
        result.gap().any() and np.array_equal(result.gap(0), ~known),
        "the gap is where there is no target",
    )
    expect(not (result.observed(0) & result.withheld(0)).any(), "withheld points are apart")


def test_arrows(folder):
    """U_y and U_x of the file are drawn along y and x."""
    path = folder / "arrows.h5"
    synthetic.example(path, (8, 12), ["space"], tensor="isotropic")
    figure, axes = panels.sheet(1, 1, 1.0)
    plane = panels.planes(Result(path))[0]
    U = np.zeros((2, 8, 12))
    U[0], U[1] = 0.5, -2.0  # components y, x
    drawn, longest = panels.arrows(axes[0, 0], plane, U)
    expect(np.allclose(drawn.U, -2.0) and np.allclose(drawn.V, 0.5), "arrows point elsewhere")
    expect(np.isclose(longest, np.hypot(2.0, 0.5)), f"longest arrow {longest}")
    expect(panels.arrows(axes[0, 0], plane, 0 * U) is None, "no arrows without advection")


def test_land(folder):
    """A gap in the target is shown; what was filled in with neighbours' input is not."""
    path = folder / "land.h5"
    synthetic.example(path, (8, 12), ["space"])
    result = Result(path)
    expect(result.land() is None, "a gap in the target is no land")
    state = result.state[0, 0]
    expect(np.array_equal(result.visible(state), state), "the state in a gap is shown")
    gap = result.gap()
    first = np.argmin(gap[0])  # the gap is a block of columns on the left
    result.file.close()
    with h5py.File(path, "r+") as file:
        state = file["state"][()]
        state[..., :first] = state[..., first : first + 1]
        file["state"][...] = state
    result, state = Result(path), state[0, 0]
    expect(np.array_equal(result.land(), gap) and result.gap() is None, "filled in: land")
    expect(np.array_equal(np.isnan(result.visible(state)), gap), "land is hidden")


def test_errors(folder):
    """RMS and largest error of a panel, and what its grey means."""
    path = folder / "errors.h5"
    synthetic.example(path, (8, 12), ["space"])
    sample = fields.Sample(Result(path), 0, None)
    trained, withheld = sample.errors()
    for view, where in ((trained, sample.trained), (withheld, sample.withheld)):
        error = sample.error[where]
        expect(f"rms {np.sqrt(np.mean(error**2)):.3g} °C" in view.title, view.title)
        largest = error[np.argmax(np.abs(error))]
        expect(f"largest {largest:.3g} °C".replace("-", "−") in view.note, view.note)
        expect(np.array_equal(np.isfinite(view.field), where), f"{view.title}: grey elsewhere")
    expect("grey: withheld or no target" in trained.note, trained.note)
    expect("grey: not withheld" in withheld.note, withheld.note)
    whole = sample.whole_error()
    expect(np.array_equal(np.isfinite(whole.field), sample.trained | sample.withheld), "all errors")


def test_constants(folder):
    """Totals over 6 layers with omega 0.5: 3 times R and U, 6 times D."""
    path = folder / "constants.h5"
    synthetic.example(path, (8, 12), [])
    result = Result(path)
    rows = {row[0]: row[4] for row in constants.rows_of(result, result.parameters)}
    wanted = {"$R$": "−0.06", "$U_{x}$": "drift 0.6", "$D_{xx}$": "variance 0.9"}
    wanted |= {"$D_{yx}$": "covariance 0.9", r"$\omega$": ""}
    found = {symbol: rows[symbol].removesuffix(" m²").removesuffix(" m") for symbol in wanted}
    expect(found == wanted, f"totals over all layers: {found}")


def test_drawing():
    """Colours about zero for signed fields; arrows along the field; cells around the points."""
    _, norm = style.shades(np.array([-1.0, 3.0]))
    expect((norm.vmin, norm.vmax) == (-3.0, 3.0), "a signed field is centred on zero")
    _, norm = style.shades(np.array([-2.0, 30.0]))
    expect((norm.vmin, norm.vmax) == (-2.0, 30.0), "a field that barely changes sign is not")
    _, norm = style.shades(np.array([4.0, np.nan]))
    expect(norm.vmin < 4.0 < norm.vmax, "a constant field has limits")
    expect(
        np.allclose(panels.cell_edges(np.array([1.0, 3.0, 5.0])), [0, 2, 4, 6]), "edges of cells"
    )
    values = np.arange(12.0).reshape(3, 4)
    means = panels.blocks(values, 2)
    expect(np.allclose(means, [[2.5, 4.5], [8.5, 10.5]]), f"means of blocks: {means}")
    expect(
        panels.longitude(200.0, 0) == "160°W" and panels.longitude(380.0, 0) == "20°E", "longitudes"
    )


def test_clipping():
    """A colour bar is pointed where values lie beyond it, and only there."""
    norm = style.shades(np.arange(1000.0), trim=0.5)[1]
    expect(style.clipped(norm, np.arange(1000.0)) == "both", "trimmed at both ends")
    expect(style.clipped(norm, np.full(3, 500.0)) == "neither", "nothing beyond")
    found = lazy.largest(np.array([[1.0, np.nan], [-3.0, 2.0]]))
    expect(found == ((1, 0), -3.0), f"the largest magnitude: {found}")


def test_marks():
    """A gap of two cells has six edges and one row of cells."""
    inside = np.array([[False, False, False], [False, True, True]])
    y, x = np.arange(3.0), np.arange(4.0)
    expect(len(panels.outline(inside, y, x)) == 6, "edges of a gap")
    expect(list(panels.runs(inside, y, x)) == [(1, 3, 1, 2)], "cells of a gap")
