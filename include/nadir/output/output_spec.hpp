#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nadir {

enum class StoredLayers { none, ends, all };

struct CheckpointSpec {
  std::int64_t every = 20; ///< 0: only when stopped
  std::int64_t keep = 2;
  StoredLayers layers = StoredLayers::ends;
  bool operator==(const CheckpointSpec&) const = default;
};

struct OutputSpec {
  std::string file;                 ///< resolved: results/<case>.h5 under the working directory
  std::vector<std::int64_t> layers; ///< resolved: ascending, unique, within 0..n
  bool operator==(const OutputSpec&) const = default;
};

} // namespace nadir
