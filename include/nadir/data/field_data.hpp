#pragma once

#include "nadir/base/box.hpp"
#include "nadir/data/data_checksum.hpp"
#include "nadir/data/field_spec.hpp"

#include <mpi.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// Fields, masks and initial parameters from HDF5 and netCDF-4 files, each rank its own box. Check
/// the files first (file_checks.hpp): what is found wrong here stops the run with one message. The
/// checksum of every dataset that is read goes into the record.
namespace nadir {

/// Samples of a field on a box of the grid.
struct FieldSamples {
  std::int64_t samples = 0;
  std::vector<double> value; ///< [sample][points of the box, C order]; 0 where not observed
  std::vector<std::uint8_t> observed; ///< same shape; 1 or 0
  std::vector<std::string> notes;     ///< missing values that are worth a word, for the user
};

/// A field that may have holes, (value - offset) / scale: NaN, fill values and mask = 0 are "not
/// observed", also values outside a valid range and netCDF's default fill value, which are noted.
/// Collective; all ranks throw the same InputError (naming file, dataset, sample and
/// point) where a value is infinite, or for a shape that does not fit, or none does.
FieldSamples read_field(MPI_Comm comm, const FieldSpec& field, const Box& box,
                        const DataRecord& record = {});

/// A field without holes: [sample][points of the box]. Collective; all ranks throw the same
/// InputError naming the first sample and point that is missing or not finite, or none does.
std::vector<double> read_input(MPI_Comm comm, const FieldSpec& field, const Box& box,
                               const DataRecord& record = {});

/// Marks that belong to the samples of `field`, [sample][points of the box]: 1 where the dataset is
/// not 0 (and not missing). It has the grid's shape, for all samples alike, or that of the field's
/// dataset. Adds to `notes` as read_field does. Collective; throws as read_field.
std::vector<std::uint8_t> read_marks(MPI_Comm comm, const DatasetSpec& marks,
                                     const FieldSpec& field, const Box& box,
                                     std::vector<std::string>& notes,
                                     const DataRecord& record = {});

/// Initial values of a parameter, [leading axes][points of the box]; without a box just the leading
/// axes, the same on all ranks; a scalar has none. Collective; all ranks throw the same InputError
/// for a wrong shape or a value that is missing or not finite (naming its index), or none does.
std::vector<double> read_values(MPI_Comm comm, const DatasetSpec& source,
                                std::span<const std::int64_t> leading, const Box* box,
                                const DataRecord& record = {});

} // namespace nadir
