"""The stored layers of a sample as a film: the signal on its way from the input to the output."""

import subprocess
import sys
from dataclasses import dataclass
from typing import Callable

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import animation
from matplotlib.collections import QuadMesh
from PIL import Image

import curves
import fields
import panels
import style
from lazy import combined

MOST_FRAMES = 120  # of more layers every second, third, ... is shown
SECONDS = 8.0  # what a film should last
SLOWEST, FASTEST = 2.0, 15.0  # frames per second unless they are asked for
HOLD = 1500  # milliseconds the last frame of a GIF stays


@dataclass
class Film:
    """A figure, the stored layers that are its frames (positions), and what draws one of them."""

    figure: plt.Figure
    frames: list
    show: Callable

    def picture(self, position):
        self.show(position)
        return pixels(self.figure)


class Way:
    """The stored states of a sample, [stored layer][grid axes] in the data's units, and their names."""

    def __init__(self, result, sample):
        self.result = result
        self.parts = fields.Sample(result, sample, None)
        stored = [result.stored_state(sample, position) for position in range(len(result.layers))]
        self.states = [result.visible(state) for state in stored]
        known = result.loss_by_layer is not None
        self.distance = curves.distances(result)[sample] if known else None

    def name(self, position):
        n = self.result.n
        return f"layer {self.result.layers[position]}" + (f" of {n}" if n else "")

    def distance_text(self, position):
        if self.distance is None:
            return ""
        units = style.unit(self.result.units)
        distance = self.distance[self.result.layers[position]]
        text = f"rms distance to the target {distance:.3g} {units}".rstrip()
        return text + (" at trained points" if self.result.any_withheld else "")


def enough(result):
    """Whether there is anything to see on the way: more than two layers, or all there are."""
    stored = len(result.layers)
    return stored > 2 or (stored == 2 and result.n == 1)


def positions(stored):
    """The stored layers that become frames: all, or evenly chosen ones and the last."""
    step = -(-stored // MOST_FRAMES)
    return sorted({*range(0, stored, step), stored - 1})


def draw(result, sample):
    way = Way(result, sample)
    figure, show = draw_line(way) if result.dimension == 1 else draw_maps(way)
    style.heading(figure, result.heading(result.sample_note(sample)))
    return Film(figure, positions(len(result.layers)), show)


def draw_line(way):
    """A line that moves, before the target and the input it came from."""
    result, parts = way.result, way.parts
    figure, axes = plt.subplots(figsize=(7, 3.9))
    if parts.input is not None:
        look = dict(color=style.INK["input"], lw=1.2, ls="--")
        panels.line(axes, result, parts.input, label="input", **look)
    if parts.target is not None:
        look = dict(color=style.INK["target"], lw=0, marker="o", ms=3.2, mfc="none", mew=0.9)
        panels.line(axes, result, parts.target, label="target", **look)
    look = dict(color=style.INK["prediction"], lw=1.6, label="signal")
    (moving,) = panels.line(axes, result, way.states[0], **look)
    panels.shade(axes, result, parts.unobserved)
    values = style.finite(*way.states, parts.target)
    margin = 0.05 * np.ptp(values) or 0.05 * abs(values[0]) or 1.0
    axes.set_ylim(values.min() - margin, values.max() + margin)
    axes.set_xlabel(style.with_units("x", result.grid_units))
    axes.set_ylabel(style.with_units("signal", result.units))
    axes.legend(loc="lower right", ncol=3, bbox_to_anchor=(1, 1), borderaxespad=0.2)
    grey = "grey bands: no target" if parts.unobserved is not None else ""

    def show(position):
        moving.set_ydata(way.states[position])
        axes.set_title(way.name(position))
        style.caption(figure, way.distance_text(position), grey)

    return figure, show


def groups(way):
    """What is shown, as (fields in the same colours, number of the one that stands still).

    The first fields of each group are those of the stored layers; where None stands still, they move.
    """
    parts = way.parts
    views = parts.quantities()
    states = [
        fields.View(way.name(k), field, views[-1].note, is_state=True)
        for k, field in enumerate(way.states)
    ]
    target = [view for view in views if view.title == "target"]
    signal = fields.Group(parts, states + target, "signal")
    if parts.input is None:
        return [(signal, None)] + [(signal, -1) for _ in target]
    changes = [
        fields.View("change since the input", combined(np.subtract, field, parts.input), is_state=True)
        for field in way.states
    ]
    to_learn = [parts.change()] if target else []
    change = fields.Group(parts, changes + to_learn, "change", signed=True, trim=0.5)
    return [(signal, None), (change, None)] + [(change, -1) for _ in target]


def draw_maps(way):
    """Maps side by side; in three dimensions a row of slices for each."""
    cuts, shown = panels.planes(way.result), groups(way)
    aspect = float(np.mean([plane.aspect for plane in cuts]))
    rows, columns = (1, len(shown)) if len(cuts) == 1 else (len(shown), len(cuts))
    figure, axes = panels.sheet(rows, columns, aspect, width=3.6, extra=1.15 / rows)
    axes = axes.T if len(cuts) == 1 else axes
    moving = []
    for i, (group, still) in enumerate(shown):
        for j, plane in enumerate(cuts):
            index = 0 if still is None else still
            drawn = group.paint(figure, axes[i, j], plane, index, bar=j == len(cuts) - 1)
            plane.label(axes[i, j])
            view = group.views[index]
            title = panels.title(axes[i, j], headed(view, plane, j), view.note if j == 0 else "")
            if still is None:
                moving.append((group, drawn, plane, title, j))

    def show(position):
        for group, drawn, plane, title, j in moving:
            view = group.views[position]
            refill(drawn, plane.cut(view.field))
            title.set_text(headed(view, plane, j))
        style.caption(figure, way.distance_text(position), panels.thinned(cuts))

    return figure, show


def headed(view, plane, column):
    return ", ".join(filter(None, [view.title if column == 0 else "", plane.title]))


def refill(drawn, values):
    """Other values in a map, or in the points of one that is known at few."""
    drawn.set_array(values if isinstance(drawn, QuadMesh) else values[np.isfinite(values)])


# -- files -------------------------------------------------------------------------------------------


def pixels(figure):
    figure.canvas.draw()
    return Image.fromarray(np.asarray(figure.canvas.buffer_rgba())).convert("RGB")


def palette(pictures):
    """An image that has 256 colours for all pictures; what is nearly white is white."""
    together = np.concatenate([np.asarray(picture) for picture in pictures])
    image = Image.fromarray(together).quantize(256, Image.Quantize.MAXCOVERAGE)
    colours = np.reshape(image.getpalette(), (-1, 3))
    colours[colours.min(axis=1) > 247] = 255
    image.putpalette(colours.ravel().tolist())
    return image


class Gif(animation.AbstractMovieWriter):
    """Frames in the same colours: what stands still does not flicker, and is stored once."""

    def __init__(self, fps, colours):
        super().__init__(fps=fps)
        self.colours = colours

    def setup(self, fig, outfile, dpi=None):
        super().setup(fig, outfile, dpi)
        self.frames = []

    def grab_frame(self, **_):
        self.frames.append(pixels(self.fig).quantize(palette=self.colours, dither=Image.Dither.NONE))

    def finish(self):
        step = round(1000 / self.fps)
        times = [step] * (len(self.frames) - 1) + [max(step, HOLD)]
        first, *rest = self.frames
        first.save(self.outfile, save_all=True, append_images=rest, duration=times, loop=0)


def record(film, writer, path):
    with writer.saving(film.figure, str(path), film.figure.dpi):
        for position in film.frames:
            film.show(position)
            writer.grab_frame()
    return path


def save(film, folder, dpi, fps, stem="film", only=None):
    """Write film.gif, and film.mp4 where ffmpeg is there and can; yields their paths. `only`: of these one."""
    fps = fps or float(np.clip(len(film.frames) / SECONDS, SLOWEST, FASTEST))
    film.figure.set_dpi(dpi)
    colours = palette([film.picture(k) for k in (film.frames[0], film.frames[-1])])
    film.figure.set_layout_engine("none")  # nothing moves but the signal
    folder.mkdir(parents=True, exist_ok=True)
    if only in (None, ".gif"):
        yield record(film, Gif(fps, colours), folder / f"{stem}.gif")
    if only in (None, ".mp4"):
        yield from save_mp4(film, folder / f"{stem}.mp4", fps, wanted=only is not None)
    plt.close(film.figure)


def save_mp4(film, path, fps, wanted):
    path.unlink(missing_ok=True)
    why = "ffmpeg is not installed" if wanted else ""
    if animation.FFMpegWriter.isAvailable():
        try:
            yield record(film, animation.FFMpegWriter(fps), path)
            return
        except (subprocess.CalledProcessError, BrokenPipeError) as error:
            path.unlink(missing_ok=True)
            why = f"ffmpeg failed ({error})"
    if why:
        print(f"tools/plot: no {path.name}: {why}", file=sys.stderr)
    if wanted:
        sys.exit(2)
