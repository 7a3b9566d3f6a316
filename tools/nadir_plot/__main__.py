"""tools/plot: the pictures of a result file of nadir, its layers as a film, or pictures of a sweep of several."""

import functools
import sys
from pathlib import Path

from matplotlib.backends.backend_pdf import PdfPages

import attractors
import coefficients
import curves
import fields
import film
import opening
import overview
import style
import words
from result import Result

refuse = functools.partial(opening.refuse, "tools/plot")


def check(options, result):
    """Sample and layer the file does not have are the reader's mistake: say what there is."""
    if result.state is None:
        return
    samples = result.state.shape[0]
    if not 0 <= options.sample < samples:
        refuse(f"--sample {options.sample}: the file has samples 0 to {samples - 1}")
    if options.layer is not None and options.layer not in result.layers:
        stored = ", ".join(str(layer) for layer in result.layers)
        refuse(f"--layer {options.layer}: the file stores the layers {stored}")


def wish(options, result):
    """How the grid is to be shown: slices are named by coordinates, and the nearest ones are taken."""
    wishes = result.wishes
    wishes.stride, wishes.origin = options.stride or 0, options.origin
    if options.slice and result.dimension != 3:
        refuse(f"--slice: the grid has {result.dimension} axes; there are slices of three only")
    for name, value in options.slice:
        axis = result.axes.index(name)
        at = result.coordinates[axis]
        low, high = sorted((at[0], at[-1]))
        if not low <= value <= high:
            refuse(f"--slice {name}={value:g}: the grid has {name} from {low:g} to {high:g}")
        wishes.slices.append((axis, int(abs(at - value).argmin())))


def check_film(path, result):
    """A film needs the layers on the way, which a run stores when it is asked to."""
    if result.state is None:
        refuse(f"{path}: stores no layers, of which a film could be made")
    if not film.enough(result):
        stored = " and ".join(str(layer) for layer in result.layers)
        refuse(
            f"{path}: stores the layers {stored} alone; for a film run the case again with "
            "--set output.layers=all (output.layers = \"all\")"
        )


def pictures(result, sample, layer):
    """(name, function that draws it) of all figures; it returns None where the file has no data for one."""
    stored = result.state is not None
    yield "overview", lambda: overview.draw(result, sample, layer) if stored else None
    yield "fields", lambda: fields.draw(result, sample, layer) if stored else None
    yield from attractors.draw(result)
    yield from coefficients.draw(result, layer)
    yield "history", lambda: curves.draw_history(result)
    yield "loss-by-layer", lambda: curves.draw_by_layer(result)


def pictures_of_sweep(paths):
    try:
        import sweep  # needs xarray, which the pictures of one result do without
    except ImportError as error:
        sys.exit(f"tools/plot: several results at once: {error}")
    try:
        runs = sweep.read(paths)
    except (OSError, sweep.ReadError) as error:
        sys.exit(f"tools/plot: {error}")
    yield from sweep.draw(runs)  # (name, function) like those of one result


def write(figures, folder, dpi):
    """Save the figures by name as PNG files, and remove the pictures of those that are None."""
    for name, figure in figures:
        path = folder / f"{name}.png"
        if figure is None:
            path.unlink(missing_ok=True)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            print(style.save(figure, path, dpi))


def write_pages(figures, path, dpi):
    """All figures as pages of one PDF."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")  # an older one stays until this one is complete
    with PdfPages(part, metadata=style.UNDATED[".pdf"]) as pages:
        for _, figure in figures:
            if figure is not None:
                pages.savefig(figure, dpi=dpi)
                style.plt.close(figure)
    part.replace(path)
    print(path)


def write_files(figures, path, dpi, alone):
    """Figures as files of the suffix of `path`: one alone under that name, several as NAME-overview and so on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for name, figure in figures:
        if figure is not None:
            print(style.save(figure, path if alone else path.with_stem(f"{path.stem}-{name}"), dpi))


def drawn(figures, only):
    """(name, figure) of those asked for, drawn one at a time; one that cannot be drawn is refused."""
    known = []
    for name, draw in figures:
        known.append(name)
        if only not in (None, name):
            continue
        figure = draw()
        if only and figure is None:
            refuse(f"--only {only}: the result holds no data for this picture")
        yield name, figure
    if only and only not in known:
        refuse(f"--only {only}: there is no such picture; there are {', '.join(known)}")


def write_film(options, result, output):
    check_film(options.results[0], result)
    made = film.draw(result, options.sample)
    single = output.suffix if words.is_picture(output) else None
    folder, stem = (output.parent, output.stem) if single else (output, "film")
    for path in film.save(made, folder, options.dpi, options.fps, stem, single):
        print(path)


def main(line=None):
    options = words.arguments(line)
    first = Path(options.results[0])
    if len(options.results) > 1:
        default = first.parent / "sweep-pictures"
        figures = pictures_of_sweep(options.results)
    else:
        default = Path(first.with_suffix("").as_posix() + "-pictures")
        result = opening.opened("tools/plot", options.results[0], Result)
        check(options, result)
        wish(options, result)
        figures = pictures(result, options.sample, options.layer)
    output = Path(options.output or default)
    try:
        if options.animate:
            write_film(options, result, output)
        elif not words.is_picture(output):
            write(drawn(figures, options.only), output, options.dpi)
        elif output.suffix == ".pdf" and not options.only:
            write_pages(drawn(figures, None), output, options.dpi)
        else:
            write_files(drawn(figures, options.only), output, options.dpi, alone=bool(options.only))
    except OSError as error:
        refuse(f"{error.filename or output}: {error.strerror or error}")
    finally:
        if len(options.results) == 1:
            result.file.close()


if __name__ == "__main__":
    main()
