#pragma once

#include <optional>
#include <string>

namespace nadir {

/// "2 GiB" in bytes: a positive number and one of B, KiB, MiB, GiB, TiB. Nothing for other text.
std::optional<double> size_in_bytes(const std::string& text);

} // namespace nadir
