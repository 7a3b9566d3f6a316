"""What pictures of tools/plot tell, and the choices of its command line: on made-up results, by numbers and texts."""

import contextlib
import io
import re
import tracemalloc

import h5py
import numpy as np
import pytest

import synthetic
from drawing import Result, expect, fields, nadir_plot, plot  # first: it finds the modules below

import coefficients
import constants
import curves
import lazy
import overview
import panels
import style
import worth

CASE = """[network]
layers = 6
relaxation = 0.5
bias = {{ init = [0.0], varies = ["space"], train = true }}
[kernel]
reaction = {{ init = [-0.01], varies = ["space"], train = true }}
advection = {{ init = [0.15, 0.2], varies = ["space"], train = true }}
diffusion = {{ init = [{diffusion}], varies = ["space"], train = true }}
"""


def example(folder, shape, varies, *, diffusion="0.15", rate=None, ended=None, title="made up", **options):
    """A made-up result with what a program of today adds: the case, gamma, why the training ended."""
    path = folder / f"{len(shape)}d-{'-'.join(varies) or 'constant'}.h5"
    synthetic.example(path, shape, varies, **options)
    with h5py.File(path, "r+") as file:
        file.create_group("provenance").attrs["resolved_case"] = CASE.format(diffusion=diffusion)
        file.attrs["title"] = title
        for name, units in dict(advection="m", diffusion="m^2").items():
            file[f"parameters/{name}"].attrs["units"] = units
        if rate is not None:
            for name in ("reaction", "advection", "diffusion", "bias"):
                file[f"parameters/{name}"].attrs["physical_factor"] = rate
        if ended is not None:
            file["history"].attrs.update(ended=ended[1], converged=int(ended[0]))
    return path


def refused(*words):
    """What tools/plot says when it must refuse, within this process: starting many takes long."""
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            nadir_plot.main([str(word) for word in words])
    except SystemExit as end:
        expect(end.code == 2, f"{words}: exit code {end.code}")
        return said.getvalue()
    raise AssertionError(f"{words} was not refused")


def texts_of(figure):
    """All texts in a figure, drawn or not yet."""
    return [text.get_text() for text in figure.findobj(style.plt.Text) if text.get_text()]


pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    style.plt.close("all")


def test_table(folder):
    """Heads and rows of a table stand apart, even of a table of one row."""
    for varies in ([], ["space"]):
        result = Result(example(folder, (6, 8), varies, rate=2.0))
        figure = dict(coefficients.draw(result, None))["constants"]()
        figure.canvas.draw()
        boxes = [text.get_window_extent() for text in figure.axes[0].texts if text.get_text().strip()]
        rows = sorted({round(box.y0 + box.height / 2) for box in boxes})
        expect(len(rows) == (2 if varies else 9), f"rows at {rows}")
        apart = min(b - a for a, b in zip(rows, rows[1:]))
        expect(apart > max(box.height for box in boxes), f"rows {apart} pixels apart overlap")


def test_worth(folder):
    """Six layers with omega 0.5: drift 3 U, variance 6 D; per unit of time twice the value."""
    result = Result(example(folder, (6, 8), [], rate=2.0, tensor="isotropic"))
    rows = {row[0]: row[2:] for row in constants.rows_of(result, result.parameters)}
    value, start, total, rate = rows["$D$"]
    expect((value, total, rate) == ("0.15 m²", "variance 0.9 m²", "0.3 m²"), f"{rows['$D$']}")
    expect(rows["$U_{y}$"][1] == "0.15 m" and start == "0.15 m²", "initial values")
    for varies in (["space"], ["layer"], ["space", "layer"]):
        result = Result(example(folder, (6, 8), varies, tensor="isotropic"))
        for name, times in dict(reaction=1, diffusion=2, bias=1).items():
            parameter = result.parameters[name]
            values = np.broadcast_to(parameter.values, (6, 1, *parameter.shape[2:]))
            wanted = 0.5 * times * values.sum(axis=0)[0]
            found = worth.total_field(result, parameter, 0)
            expect(np.allclose(found, wanted, rtol=1e-13), f"{varies}: what all layers do with {name}")


def test_omega_in_space(folder):
    """Where omega varies the total is a field of its own, omega(q) times the coefficient."""
    path = example(folder, (6, 8), ["space"], tensor="isotropic")
    omega = np.linspace(0.2, 0.8, 48).reshape(6, 8)
    with h5py.File(path, "r+") as file:
        del file["parameters/relaxation"]
        dataset = file.create_dataset("parameters/relaxation", data=omega)
        for k, axis in enumerate("yx"):
            dataset.dims[k].attach_scale(file[f"parameters/{axis}"])
    result = Result(path)
    diffusion = result.parameters["diffusion"]
    expect(worth.factor(result, diffusion) is None, "one factor where omega varies")
    found = worth.total_field(result, diffusion, 0)
    expect(np.allclose(found, 12 * omega * diffusion.field(0, 0), rtol=1e-13), "12 omega D")
    maps = [one for one in overview.maps(result, None) if one.parameter is diffusion]
    expect([one.layer for one in maps] == [0, None], "the total has no panel")


def test_overview(folder):
    """All coefficients are in it, whatever they vary in; two scales, the initial value, sample and ending."""
    result = Result(example(folder, (6, 8), ["space"], rate=2.0, ended=(False, "stopped after all 30 iterations")))
    figure = overview.draw(result, 1, None)
    texts = texts_of(figure)
    for start in ("$U$: ", "$D_{yy}$: ", "$D_{yx}$: ", "$D_{xx}$: ", "$b$: ", "$R$: "):
        expect(any(t.startswith(start) for t in texts), f"the overview lacks {start}")
    expect(r"$2n\omega D_{xx}$ [m²]" in texts and "$D_{xx}$ [m²]" in texts, "no scale of totals")
    heading = figure._suptitle.get_text()
    expect(heading == "made up — sample 1 of 0…1 — not converged", heading)
    caption = " ".join(figure._supxlabel.get_text().split())
    expect("γ = 2 times the values" in caption and "initial value" in caption, caption)
    expect(any(t.startswith(r"$\gamma R$: ") and "per unit of time" in t.replace("\n", " ") for t in texts), "rates")
    result = Result(example(folder, (6, 8), ["layer"], ended=(True, "converged")))
    texts = texts_of(overview.draw(result, 0, None))
    expect(not any("not converged" in t for t in texts), "a training that converged")
    for symbol in ("R", "U", "D", "b"):
        expect(any(t.startswith(f"${symbol}$") and ": " in t for t in texts), f"by layer: no {symbol}")
    expect(any(r"\Sigma \omega U_{x}" in t and "= 0.6 m" in t for t in texts), "the sum over layers")


def test_rates_of_layers(folder):
    """The rates told of a line for each layer are those of all these layers."""
    result = Result(example(folder, (40,), ["space", "layer"], rate=2.0, tensor="isotropic"))
    values = 2 * result.parameters["diffusion"].values
    texts = texts_of(dict(coefficients.draw(result, None))["coefficients"]())
    wanted = rf"$\gamma D$: {values.min():.4g} … {values.max():.4g} m² per unit of time"
    expect(wanted in texts, f"no '{wanted}' among {[t for t in texts if 'gamma' in t]}")


def test_ending(folder):
    """Why a training ended stands below its history; a checkpoint has not ended."""
    path = example(folder, (40,), ["layer"], ended=(False, "stopped: no lower loss"))
    figure = curves.draw_history(Result(path))
    expect("not converged" in figure._suptitle.get_text(), "heading")
    expect("no lower loss" in figure._supxlabel.get_text(), "the reason")
    with h5py.File(path, "r+") as file:
        file.create_group("optimizer")
    expect("a checkpoint, after 29" in Result(path).ended, "a checkpoint")


def test_start(folder):
    """The mark in a colour bar is at the initial value; one beyond the colours is told."""
    for diffusion, inside in (("0.15", True), ("7.5", False)):
        result = Result(example(folder, (6, 8), ["space"], diffusion=diffusion, tensor="isotropic"))
        figure = dict(coefficients.draw(result, None))["coefficients"]()
        bars = [axes for axes in figure.findobj(style.plt.Axes) if hasattr(axes, "_colorbar")]
        marks = [line.get_ydata()[0] for axes in bars for line in axes.lines if line.get_marker() == ">"]
        expect((0.15 in marks) is inside and -0.01 in marks and np.hypot(0.15, 0.2) in marks, f"marks at {marks}")
        expect(any("initially 7.5 m²" in t for t in texts_of(figure)) is not inside, "beyond the colours")


def test_slices(folder):
    """The plane through a place, in every picture; a place outside is refused."""
    path = example(folder, (6, 8, 10), ["space"], tensor="isotropic", history=False)
    options = nadir_plot.words.arguments([str(path), "--slice", "z=2.1", "--slice", "x=0.5"])
    result = Result(path)
    nadir_plot.wish(options, result)
    first, second = panels.planes(result)
    field = result.input(0)
    expect(first.title == "z = 2" and np.array_equal(first.cut(field), field[4]), first.title)
    expect(second.title == "x = 0.5" and np.array_equal(second.cut(field), field[:, :, 1]), second.title)
    texts = texts_of(overview.draw(result, 0, None))
    expect(any("z = 2)" in t for t in texts) and not any("z = 1.5" in t for t in texts), "the overview's slice")
    expect(sum(t.startswith("slice ") for t in texts_of(fields.draw(result, 0, None))) == 2, "two slices")
    expect("z from 0 to 2.5" in refused(path, "--slice", "z=2.6"), "a slice outside")
    expect("as in z=2.5" in refused(path, "--slice", "z"), "no place")
    flat = example(folder, (6, 8), [])
    expect("slices of three only" in refused(flat, "--slice", "y=1"), "a slice of two dimensions")


def test_origin(folder):
    """The first row is on top where that is asked for, and for pixels; arrows turn with it."""
    path = example(folder, (6, 8), ["space"])
    for units, origin, top in (("m", "auto", False), ("pixel", "auto", True), ("m", "upper", True), ("px", "lower", False)):
        with h5py.File(path, "r+") as file:
            file["x"].attrs["units"] = units
        result = Result(path)
        result.wishes.origin = origin
        (axes,) = panels.sheet(1, 1, 1.0)[1].ravel()
        panels.image(axes, panels.planes(result)[0], result.input(0), "viridis", None)
        low, high = axes.get_ylim()
        expect(bool(low > high) is top, f"{units}, {origin}: from {low} up to {high}")
        result.file.close()


def test_files(folder):
    """PDF, SVG and PNG by the suffix of --output; the same bytes again; others are refused."""
    path = example(folder, (8,), ["layer"], title="<i>A & B</i> costs $x_$^{", tensor="isotropic")
    plot(path, "--output", folder / "all.pdf")
    pages = (folder / "all.pdf").read_bytes()
    expect(pages.startswith(b"%PDF") and len(re.findall(rb"/Type /Page\b", pages)) == 5, "pages of a PDF")
    plot(path, "--output", folder / "one.svg", "--only", "history")
    text = (folder / "one.svg").read_text()
    expect("<svg" in text and "<i>A" not in text, "a title is markup in an SVG")
    plot(path, "--output", folder / "again.svg", "--only", "history")
    expect((folder / "again.svg").read_text() == text, "the same picture, other bytes")
    sums = [coefficients.plt.figure(figsize=(1, 1)) for _ in range(2)]
    with contextlib.redirect_stdout(io.StringIO()):
        nadir_plot.write_files(zip("ab", sums), folder / "several.png", 60, alone=False)
    expect({p.name for p in folder.glob("several*")} == {"several-a.png", "several-b.png"}, "several files")
    expect(not list(folder.glob("*.part")), "something is left")
    expect("no data for this picture" in refused(path, "--only", "overview"), "an overview of one dimension")
    expect("no such picture" in refused(path, "--only", "nonsense"), "a picture that is none")
    expect("pictures are .png, .pdf, .svg" in refused(path, "--output", "a.jpg"), "JPEG")
    expect("the name is empty" in refused(path, "--output", ""), "no name")
    expect("films are .gif, .mp4" in refused(path, "--animate", "--output", "a.pdf"), "a film in PDF")
    plot(path, "--animate", "--output", folder / "way.gif")
    expect((folder / "way.gif").stat().st_size > 0 and not (folder / "way.mp4").exists(), "a film by its suffix")


def views(path):
    result = Result(path)
    sample = fields.Sample(result, 0, None)
    cuts = panels.planes(result)
    shown = [*sample.quantities(), sample.change(), *sample.errors()]
    total = worth.total_field(result, result.parameters["diffusion"], 0)
    return [
        *[(view.title, view.note, view.place) for view in shown],
        *[plane.cut(view.field) for view in shown for plane in cuts],
        *[plane.cut(total) for plane in cuts],
        result.points_trained,
        result.any_withheld,
        result.gap() is not None and np.asarray(result.gap()),
        result.land() is not None and np.asarray(result.land()),
    ]


def test_large(folder):
    """Read band by band, fields are what they are when read at once: numbers, marks and planes."""
    before = lazy.WHOLE, lazy.BAND
    for shape, land in (((6, 8, 10), False), ((12, 16), True)):
        path = example(folder, shape, ["space", "layer"], tensor="isotropic", history=False)
        if land:
            with h5py.File(path, "r+") as file:
                state = file["state"][()]
                state[..., :2] = state[..., 2:3]
                file["state"][...] = state
        whole = views(path)
        lazy.WHOLE, lazy.BAND = 10, 40
        try:
            banded = views(path)
            expect(isinstance(Result(path).input(0), lazy.Field), "nothing was read in bands")
            if land:
                plot(path, "--only", "coefficients")
        finally:
            lazy.WHOLE, lazy.BAND = before
        expect((whole[-1] is not False) is land, "land")
        for one, other in zip(whole, banded, strict=True):
            arrays = isinstance(one, np.ndarray)
            same = np.array_equal(one, other, equal_nan=one.dtype.kind == "f") if arrays else one == other
            expect(same, f"{shape}: {one} by bands is {other}")


def test_little_memory(folder):
    """Of fields of 1 GB (never written, so no disk) a fraction is in memory."""
    shape = (128, 1024, 1024)
    path = folder / "large.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("state", (1, 2, *shape), "f4", fillvalue=0.25)
        file["layer"] = [0, 4]
        for axis, size in zip("zyx", shape):
            file[axis] = np.arange(size, dtype=float)
        group = file.create_group("parameters")
        group.create_dataset("diffusion", shape, "f4", fillvalue=0.1)
        group["relaxation"] = 0.5
    tracemalloc.start()
    plot(path, "--only", "coefficients")
    plot(path, "--only", "fields", "--stride", "64")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    expect(peak < 200e6, f"{peak / 1e6:.0f} MB of {8 * np.prod(shape) / 1e6:.0f} MB a field")
    result = Result(path)
    result.wishes.stride = 64
    (plane, *_) = panels.planes(result)
    expect(plane.cut(result.input(0)).shape == (16, 16) and panels.thinned([plane]) == "drawn: every 64th point", "stride")
