"""Arrows between the rooms point down: no room includes one that stands above it in ROOMS, and no two
rooms include each other. PETSc's private headers have one folder. Says file:line of every include that
is wrong."""

import os
import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(os.environ["NADIR_SOURCE"])

# From top to bottom.
ROOMS = ["app", "embed", "input", "analysis", "training", "attractor", "network", "kernel", "plan", "output", "grid", "data", "schema", "base"]

# (from, to) of arrows that are still wrong; one that is gone has to go here too.
STILL_WRONG = set()

PRIVATE, THEIR_FOLDER = re.compile(r"^\s*#\s*include\s+[<\"]petsc/private/", re.M), "src/base/petsc/"

INCLUDE = re.compile(r'^\s*#\s*include\s+["<](?:nadir/)?(\w+)/[^">]+[">]', re.M)


def files(root):
    """(room, path) of every source and header, those in a folder of the room too."""
    for top in ("src", "include/nadir"):
        for path in sorted((root / top).glob("*/**/*.?pp")):
            yield path.relative_to(root / top).parts[0], path


def private_includes(root):
    """file:line of PETSc's private headers in the wrong place."""
    for _, path in files(root):
        text, name = path.read_text(), str(path.relative_to(root))
        if not name.startswith(THEIR_FOLDER):
            yield from (f"{name}:{text.count(chr(10), 0, match.end()) + 1}" for match in PRIVATE.finditer(text))


def arrows(root):
    """{(from, to): [file:line, ...]} between rooms; what is included from elsewhere counts for nothing."""
    found = defaultdict(list)
    rooms = {room for room, _ in files(root)}
    for room, path in files(root):
        text = path.read_text()
        for match in INCLUDE.finditer(text):
            if match[1] in rooms - {room}:
                line = text.count("\n", 0, match.start(1)) + 1
                found[room, match[1]].append(f"{path.relative_to(root)}:{line}")
    return found


def problems(root, rooms, still_wrong):
    """A line for every wrong arrow of the sources below `root`."""
    unknown = sorted({room for room, _ in files(root)} - set(rooms))
    if unknown:
        return [f"no place in the order of rooms: {', '.join(unknown)}"]
    found = arrows(root)
    lines = [f"{place}: a private header of PETSc outside {THEIR_FOLDER}" for place in private_includes(root)]
    for (source, target), places in sorted(found.items()):
        # Whatever the order: one of the two has to go.
        both = {(source, target), (target, source)}
        if source < target and both <= set(found) and not both & still_wrong:
            lines.append(f"{source} and {target} include each other: {places[0]}, {found[target, source][0]}")
        if rooms.index(source) > rooms.index(target) and (source, target) not in still_wrong:
            lines += [f"{place}: {source} includes {target}, which stands above it" for place in places]
    lines += [f"no longer wrong, so no longer to be excused: {a} -> {b}" for a, b in sorted(still_wrong - set(found))]
    return lines


def test_the_check(folder):
    """A house of two rooms that include each other, and an excuse that nothing needs, are told."""
    house = folder
    (house / "src/up").mkdir(parents=True)
    (house / "include/nadir/low").mkdir(parents=True)
    (house / "src/up/a.cpp").write_text('#include "nadir/low/b.hpp"\n#include <low/c.hpp>\n#include <petsc/private/a.h>\n')
    (house / "include/nadir/low/b.hpp").write_text('#pragma once\n\n#  include "nadir/up/a.hpp"\n')
    assert problems(house, ["up", "low"], {("up", "cellar")}) == [
        "src/up/a.cpp:3: a private header of PETSc outside src/base/petsc/",
        "low and up include each other: include/nadir/low/b.hpp:3, src/up/a.cpp:1",
        "include/nadir/low/b.hpp:3: low includes up, which stands above it",
        "no longer wrong, so no longer to be excused: up -> cellar",
    ]

def test_rooms():
    print(f"{sum(map(len, arrows(ROOT).values()))} includes between {len(ROOMS)} rooms")
    assert problems(ROOT, ROOMS, STILL_WRONG) == []
