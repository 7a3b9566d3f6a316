#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace nadir {

struct DatasetSpec {
  std::string file; ///< relative to the working directory or absolute: ready to open
  std::string dataset;
  bool operator==(const DatasetSpec&) const = default;
};

/// A field on the grid read from a file: (value - offset) / scale, one or more samples.
struct FieldSpec {
  DatasetSpec source;
  bool all_samples = true;           ///< every sample of the leading axis, or the only one
  std::vector<std::int64_t> samples; ///< otherwise these, in this order
  std::optional<DatasetSpec> mask;   ///< 0 where not observed
  double scale = 1.0;
  double offset = 0.0;
  bool operator==(const FieldSpec&) const = default;
};

struct WithholdSpec {
  double fraction = 0.0; ///< exactly round(fraction * observed) points ...
  std::uint64_t seed = 0;
  std::optional<DatasetSpec> source; ///< ... or those where this dataset is not 0
  bool operator==(const WithholdSpec&) const = default;
};

} // namespace nadir
