"""Opens the XDMF files of the sample results with ParaView's reader and checks what a viewer shows.

usage: check_xdmf.py FOLDER      (the folder write_sample filled)

Needs Debian's python3-paraview (vtkmodules.vtkIOXdmf2).
"""

import os
import sys

from vtkmodules.vtkCommonExecutionModel import vtkStreamingDemandDrivenPipeline
from vtkmodules.vtkIOXdmf2 import vtkXdmfReader

STORED = [0, 2, 4]
# Per sample result: points along x, y, z; origin and spacing in the same order.
GRIDS = {
    "line": ((11, 1, 1), (-1.0, 0.0, 0.0), (0.5, 1.0, 1.0)),
    "plane": ((7, 4, 1), (10.0, -1.0, 0.0), (2.0, 0.5, 1.0)),
    "box": ((7, 4, 3), (10.0, -1.0, 5.0), (2.0, 0.5, 3.0)),
}


def uniform_grid(data):
    """The one grid in what the reader gives (it may wrap it in blocks)."""
    while hasattr(data, "GetNumberOfBlocks"):
        assert data.GetNumberOfBlocks() == 1, data.GetNumberOfBlocks()
        data = data.GetBlock(0)
    return data


def open_series(path):
    reader = vtkXdmfReader()
    reader.SetFileName(path)
    reader.UpdateInformation()
    information = reader.GetOutputInformation(0)
    times = information.Get(vtkStreamingDemandDrivenPipeline.TIME_STEPS())
    assert list(times) == STORED, times
    return reader


def expect(data, array, place, value):
    """The value of a field at the point that lies at `place` (x, y, z)."""
    point = data.FindPoint(place)
    assert point >= 0, (array, place)
    at = data.GetPoint(point)
    assert max(abs(a - b) for a, b in zip(at, place)) < 1e-12, (at, place)
    values = data.GetPointData().GetArray(array)
    assert values is not None, (array, "is missing")
    got = values.GetTuple1(point)
    assert got == value, (array, place, got, value)


def check_step(data, name, layer):
    counts, origin, spacing = GRIDS[name]
    assert data.GetDimensions() == counts, data.GetDimensions()
    assert data.GetPointData().GetArray("state 0").GetNumberOfTuples() == (
        counts[0] * counts[1] * counts[2]
    )
    corners = [(0, 0, 0), (counts[0] - 1, 0, 0), (0, counts[1] - 1, 0), (0, 0, counts[2] - 1)]
    inside = tuple(min(count - 1, 2) for count in counts)
    made_by = max(layer - 1, 0)  # the layer whose parameters made this state
    for x, y, z in [*corners, inside]:
        place = tuple(o + i * h for o, i, h in zip(origin, (x, y, z), spacing))
        ramp = 100 * z + 10 * y + x
        for sample in range(2):
            expect(data, f"state {sample}", place, 10000 * sample + 1000 * layer + ramp)
            expect(data, f"target {sample}", place, 10000 * sample + 4000.5 + ramp)
            expect(data, f"observed {sample}", place, 1)
        if name == "line":
            expect(data, "advection", place, 1000 * made_by + ramp)
            continue
        for component, axis in enumerate({"plane": "yx", "box": "zyx"}[name]):
            value = 1000 * made_by + 100 * component + ramp
            expect(data, f"advection {axis}", place, value)


def main():
    folder = sys.argv[1]
    for name in GRIDS:
        reader = open_series(os.path.join(folder, name + ".xdmf"))
        for layer in STORED:
            reader.UpdateTimeStep(layer)
            check_step(uniform_grid(reader.GetOutputDataObject(0)), name, layer)
        print(name, "opens in ParaView's reader, values at their places")


if __name__ == "__main__":
    main()
