"""What tools/plot reads and works out before it draws: numbers, not pixels."""

import sys
import tempfile
from pathlib import Path

import numpy as np

import synthetic

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tools" / "nadir_plot"))

import panels  # noqa: E402
import style  # noqa: E402
from result import Result  # noqa: E402


def expect(condition, message):
    if not condition:
        raise AssertionError(message)


def check_parameters(folder):
    """Whatever a parameter varies in, its values come as [layer, component, grid]."""
    shape, n = (6, 9), 6  # as many layers as rows: shapes alone could not tell them apart
    for family in ([], ["space"], ["layer"], ["space", "layer"]):
        path = folder / "parameters.h5"
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


def check_fields(folder):
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
    known = result.observed[0] | result.withheld[0]
    expect(np.array_equal(np.isfinite(target), known), "target is NaN where unknown")
    expect(
        np.allclose(target[known], 15 * result.target[0][known] + 15), "target in the data's units"
    )
    expect(
        result.hidden().any() and not result.hidden()[known].any(),
        "only what no sample knows is hidden",
    )
    expect(not (result.observed & result.withheld).any(), "withheld points are apart")


def check_drawing():
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


def check_arrows(folder):
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


with tempfile.TemporaryDirectory() as name:
    check_parameters(Path(name))
    check_fields(Path(name))
    check_arrows(Path(name))
check_drawing()
print("tools/plot reads what is written")
