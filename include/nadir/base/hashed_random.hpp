#pragma once

#include <cstdint>

namespace nadir {

/// A bijection of 64-bit numbers that looks random (the finaliser of splitmix64, Steele et al.
/// 2014).
constexpr std::uint64_t mixed_bits(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

/// The stream's hash at a place: for one stream a bijection of places.
constexpr std::uint64_t hashed(std::uint64_t stream, std::uint64_t place) {
  return mixed_bits(mixed_bits(stream + 0x9e3779b97f4a7c15u) + place);
}

/// A number in (-1, 1) that depends on stream and place only: the same on any number of ranks.
constexpr double hashed_number(std::uint64_t stream, std::uint64_t place) {
  constexpr double unit = 1.0 / 9007199254740992.0; // 2^-53
  return 2.0 * (static_cast<double>(hashed(stream, place) >> 11) + 0.5) * unit - 1.0;
}

} // namespace nadir
