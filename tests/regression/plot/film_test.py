"""tools/plot --animate: a frame for each stored layer, in colours and limits that stay."""

import os

import h5py
import numpy as np
import pytest
from PIL import Image

import synthetic
from drawing import ROOT, Result, expect, film, plot, refused, succeed

SHAPES = {1: (40,), 2: (16, 24), 3: (6, 8, 10)}
FRAMES, HEAVY = 3, 300_000  # a made-up result stores three layers, 0, 3 and 6; bytes
FFMPEG = """#!/bin/sh
for last in "$@"; do :; done
wc -c > "$last"
"""


def example(folder, dimension, **options):
    path = folder / f"{dimension}d.h5"
    synthetic.example(path, SHAPES[dimension], ["space"], tensor="isotropic", history=False, **options)
    return path


def frames_of(path):
    """Every picture of a GIF [frame, y, x, colour], and for how many milliseconds it stays."""
    pictures, times = [], []
    with Image.open(path) as image:
        for position in range(image.n_frames):
            image.seek(position)
            pictures.append(np.asarray(image.convert("RGB"), dtype=float))
            times.append(image.info["duration"])
    return np.stack(pictures), times


pytestmark = pytest.mark.filterwarnings("error")


def test_files(folder):
    """As many frames as layers, none empty, each another one, all of a size; the last one stays."""
    for dimension in SHAPES:
        path = example(folder, dimension)
        made = plot(path, "--animate", "--fps", "5") / "film.gif"
        pictures, times = frames_of(made)
        expect(len(pictures) == FRAMES, f"{dimension}-D: {len(pictures)} frames")
        expect(times == [200, 200, film.HOLD], f"{dimension}-D: {times} milliseconds")
        expect(made.stat().st_size < HEAVY, f"{dimension}-D: {made.stat().st_size} bytes")
        for picture in pictures:
            coloured = picture.max(axis=2) - picture.min(axis=2) > 30
            expect(coloured.sum() > 200, f"{dimension}-D: a frame without colours")
        for one, other in zip(pictures, pictures[1:]):
            changed = (np.abs(one - other).max(axis=2) > 30).mean()
            expect(0.001 < changed < 0.7, f"{dimension}-D: {changed:.2%} change between frames")
        expect({p.name for p in made.parent.iterdir()} <= {"film.gif", "film.mp4"}, "other pictures")


def test_lines(folder):
    """The line is the stored state, its name the layer's, its limits hold all frames."""
    result = Result(example(folder, 1))
    shown = film.draw(result, 1)
    (axes,) = shown.figure.axes
    limits = axes.get_ylim()
    for position, layer in zip(shown.frames, (0, 3, 6)):
        shown.show(position)
        moving = next(line for line in axes.lines if line.get_label() == "signal")
        expect(np.array_equal(moving.get_ydata(), result.output(1, layer)), f"line of layer {layer}")
        expect(axes.get_title(loc="left") == f"layer {layer} of 6", axes.get_title(loc="left"))
        expect(axes.get_ylim() == limits, "limits move")
        expect(limits[0] < result.output(1, layer).min(), "a line below its picture")
        expect(limits[1] > result.output(1, layer).max(), "a line above its picture")


def test_maps(folder):
    """Signal and change are those of the layer, in limits that stay; what there is to learn stands still."""
    for dimension in (2, 3):
        result = Result(example(folder, dimension))
        shown = film.draw(result, 0)
        meshes = [axes.collections[0] for axes in shown.figure.axes if axes.collections]
        meshes = [mesh for mesh in meshes if mesh.axes.get_xlabel()]  # colour bars have none
        cuts = film.panels.planes(result)
        expect(len(meshes) == 3 * len(cuts), f"{len(meshes)} maps")
        limits = [mesh.get_clim() for mesh in meshes]
        still = np.asarray(meshes[-1].get_array()).copy()
        for position, layer in zip(shown.frames, (0, 3, 6)):
            shown.show(position)
            states = result.output(0, layer)
            for i, fields in enumerate((states, states - result.input(0))):
                for j, plane in enumerate(cuts):
                    values = np.ravel(meshes[i * len(cuts) + j].get_array())
                    expect(np.array_equal(values, plane.cut(fields).ravel()), f"map {i} of layer {layer}")
            title = meshes[0].axes.get_title(loc="left")
            expect(title.startswith(f"layer {layer} of 6"), title)
            expect([mesh.get_clim() for mesh in meshes] == limits, "colours move")
            expect(limits[0][0] <= states.min() and states.max() <= limits[0][1], "colours are cut off")
        expect(np.array_equal(np.asarray(meshes[-1].get_array()), still, equal_nan=True), "target moves")


def test_distance(folder):
    """The distance to the target that stands below a frame, in the data's units."""
    result = Result(example(folder, 2))
    way, trained = film.Way(result, 0), result.observed(0)
    for position, layer in enumerate((0, 3, 6)):
        error = (result.output(0, layer) - result.target_of(0))[trained]
        wanted = f"rms distance to the target {np.sqrt(np.mean(error**2)):.3g} °C"
        expect(way.distance_text(position).startswith(wanted), way.distance_text(position))


def test_little(folder):
    """Neither input nor target stored: the signal alone."""
    path = example(folder, 2, target=False)
    with h5py.File(path, "r+") as file:
        file["layer"][:] = [2, 3, 6]
    shown = film.draw(Result(path), 0)
    expect(len([axes for axes in shown.figure.axes if axes.get_xlabel()]) == 1, "more than the signal")
    expect(frames_of(plot(path, "--animate") / "film.gif")[0].shape[0] == FRAMES, "frames")


def test_many():
    """Of many layers evenly chosen ones, the first and the last among them."""
    expect(film.positions(film.MOST_FRAMES) == list(range(film.MOST_FRAMES)), "all fit")
    chosen = film.positions(1001)
    expect(len(chosen) <= film.MOST_FRAMES + 1 and (chosen[0], chosen[-1]) == (0, 1000), f"{chosen}")
    expect(set(np.diff(chosen)[:-1]) == {9}, f"{chosen}")


def test_mp4(folder):
    """Where ffmpeg is there it gets every frame; where it fails the GIF is left, and a word."""
    path, programs = example(folder, 2), folder / "programs"
    programs.mkdir()
    ffmpeg = programs / "ffmpeg"
    ffmpeg.write_text(FFMPEG)
    ffmpeg.chmod(0o755)
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{programs}:{before}"
    try:
        made = plot(path, "--animate")
        height, width = frames_of(made / "film.gif")[0].shape[1:3]
        size = int((made / "film.mp4").read_text())
        wanted = FRAMES * (height // 2 * 2) * (width // 2 * 2) * 4  # the format has even sides
        expect(size == wanted, f"{size} bytes of {FRAMES} frames of {width} x {height}")
        ffmpeg.write_text("#!/bin/sh\ncat > /dev/null\nexit 1\n")
        plot(path, "--animate")
        expect({p.name for p in made.iterdir()} == {"film.gif"}, "what ffmpeg could not finish")
    finally:
        os.environ["PATH"] = before


def test_refusals(folder):
    """What has no layers to show is told what to do, and doing it helps."""
    case, path = ROOT / "inputs" / "convection-diffusion.toml", folder / "run.h5"
    words = ["forward", case, "--quiet", "--output", path]
    succeed(*words, "--set", "output.layers=ends", folder=folder)
    advice = "for a film run the case again with --set output.layers=all"
    expect(advice in refused(path, "--animate"), "only the ends are stored")
    succeed(*words, "--set", "output.layers=all", folder=folder)
    stored = len(Result(path).layers)
    frames = len(frames_of(plot(path, "--animate") / "film.gif")[0])
    expect(frames == len(film.positions(stored)), f"{frames} frames of {stored} layers")
    expect("samples 0 to" in refused(path, "--animate", "--sample", "99"), "--sample beyond the file")
    for words, message in (
        (["--layer", "3"], "leave --layer out"),
        (["--fps", "0"], "from 0.1 to 50"),
        (["--fps", "nan"], "from 0.1 to 50"),
        (["--fps"], "expected one argument"),
    ):
        expect(message in refused(path, "--animate", *words, lines=None), f"{words}")
    expect("are for one result" in refused(path, path, "--animate", lines=None), "two results")
    expect("with --animate" in refused(path, "--fps", "5", lines=None), "--fps without a film")
    (folder / "taken").write_text("")
    expect("taken: File exists" in refused(path, "--animate", "--output", folder / "taken"), "no folder")
    with h5py.File(path, "r+") as file:
        del file["state"]
    expect("stores no layers" in refused(path, "--animate"), "no states")
