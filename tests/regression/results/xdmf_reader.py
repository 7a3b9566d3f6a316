"""Opens an .xdmf with ParaView's reader and prints what a viewer would show, as JSON.

usage: xdmf_reader.py RESULT.xdmf        (needs vtkmodules.vtkIOXdmf2, Debian's python3-paraview)

A process of its own: the reader brings an HDF5 that must not meet the one of h5py.
"""

import json
import sys

from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonExecutionModel import vtkStreamingDemandDrivenPipeline
from vtkmodules.vtkIOXdmf2 import vtkXdmfReader


def uniform_grid(data):
    """The one grid in what the reader gives (it may wrap it in blocks)."""
    while hasattr(data, "GetNumberOfBlocks"):
        assert data.GetNumberOfBlocks() == 1, data.GetNumberOfBlocks()
        data = data.GetBlock(0)
    return data


def step_of(reader, time):
    reader.UpdateTimeStep(time)
    data = uniform_grid(reader.GetOutputDataObject(0))
    fields = data.GetPointData()
    arrays = [fields.GetArray(k) for k in range(fields.GetNumberOfArrays())]
    return {
        "time": time,
        "dimensions": data.GetDimensions(),
        "points": [data.GetPoint(k) for k in range(data.GetNumberOfPoints())],
        "fields": {array.GetName(): vtk_to_numpy(array).tolist() for array in arrays},
    }


reader = vtkXdmfReader()
reader.SetFileName(sys.argv[1])
reader.UpdateInformation()
information = reader.GetOutputInformation(0)
times = information.Get(vtkStreamingDemandDrivenPipeline.TIME_STEPS())
json.dump([step_of(reader, time) for time in times], sys.stdout)
