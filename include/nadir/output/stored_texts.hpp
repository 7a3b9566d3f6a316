#pragma once

#include "nadir/base/hdf5.hpp"

#include <span>
#include <string>
#include <vector>

namespace nadir {

/// Texts for a dataset of one axis that was created with stored_text() and text_block().
struct StoredTexts {
  std::string dataset; ///< its path in the file
  std::vector<std::string> values;
};

/// Texts of variable length, UTF-8: netCDF's tools crash on dimensions named by texts of fixed
/// length.
hdf5::Type stored_text();

/// How a dataset of such texts is created; collective like any.
hdf5::Properties text_block();

/// Writes texts into a file that nobody has open. One rank calls, on its own. Throws SystemError
/// where the disk is full, before anything is written.
void write_texts(const std::string& path, std::span<const StoredTexts> all);

} // namespace nadir
