#pragma once

#include "schema/schema.hpp"

/// What the checks of a case across its keys share.
namespace nadir::schema {

class Checks {
 public:
  Checks(Reading& reading, const KeyPositions& positions)
      : reading_(reading), positions_(positions) {}

  /// Whether a value may be used (Reading::usable).
  bool usable(const std::string& path) const { return reading_.usable(path); }
  bool given(const std::string& path) const { return positions_.contains(path); }
  void problem(const std::string& path, const std::string& message) const {
    reading_.problem(positions_.of(path), path, message);
  }

 private:
  Reading& reading_;
  const KeyPositions& positions_;
};

} // namespace nadir::schema
