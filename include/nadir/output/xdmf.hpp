#pragma once

#include "nadir/grid/grid_spec.hpp"
#include "nadir/output/output_spec.hpp"
#include "nadir/output/result_file.hpp"

#include <mpi.h>

#include <cstdint>
#include <string>
#include <vector>

namespace nadir {

/// A dataset of the result shown on the grid: [leading axes][grid axes].
struct XdmfField {
  std::string name;    ///< in the viewer
  std::string dataset; ///< path in the HDF5 file
  StoredType number = StoredType::f8;
  std::vector<std::int64_t> extents; ///< of the leading axes
  /// Indices on the leading axes, one list per step; a single list serves all steps.
  std::vector<std::vector<std::int64_t>> at;
};

/// How the XDMF text names an HDF5 file that lies beside it, in XML. Readers take everything up to
/// the first ":" for the file unless the word FILE stands before it, and letters that are not ASCII
/// for blanks where the name begins.
std::string xdmf_reference(const std::string& h5_name);

/// The XDMF text (Version 2.0) that lets ParaView and VisIt show fields of the HDF5 file `h5_name`
/// (a name without folder: it lies beside) as a series of `times`. 1-D and 2-D grids become 3-D
/// ones with axes of one point.
std::string xdmf_text(const GridSpec& grid, const std::string& h5_name,
                      const std::vector<double>& times, const std::vector<XdmfField>& fields);

/// Writes that text as NAME.xdmf beside NAME.h5, under a temporary name first. A file of that name
/// which this program did not write is kept as NAME.k.xdmf: that name is returned. Rank 0 writes.
/// Collective; all ranks throw the same SystemError or none does.
std::string write_xdmf(MPI_Comm comm, const GridSpec& grid, const std::string& h5_path,
                       const std::vector<double>& times, const std::vector<XdmfField>& fields);

/// /state as a field per sample ("state", with several samples "state 0", "state 1", ...): one step
/// per stored layer.
std::vector<XdmfField> state_fields(std::int64_t samples, std::int64_t stored_layers);

/// A field [sample][grid axes] that is the same in all steps ("/target", "/observed"), one per
/// sample.
std::vector<XdmfField> sample_fields(const std::string& dataset, StoredType number,
                                     std::int64_t samples);

/// /parameters/NAME as a field per component ("advection y"). Where it varies by layer, the step of
/// stored layer l shows what made it: the parameter of layer l - 1 (of layer 0 for the input).
/// `component_names` is empty for a parameter of one component. Needs a parameter that varies in
/// space.
std::vector<XdmfField> parameter_fields(const std::string& name, std::int64_t layers,
                                        bool varies_layer,
                                        const std::vector<std::string>& component_names,
                                        const std::vector<std::int64_t>& stored_layers);

} // namespace nadir
