#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <string_view>

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

/// A normal number (mean 0, deviation 1) by stream and place (Box and Muller, 1958).
inline double normal_number(std::uint64_t stream, std::uint64_t place) {
  const double share = (1 + hashed_number(stream, 2 * place)) / 2; // within (0, 1)
  return std::sqrt(-2 * std::log(share)) *
         std::cos(std::numbers::pi * hashed_number(stream, 2 * place + 1));
}

/// A stream of its own for everything that has a name.
constexpr std::uint64_t named_stream(std::uint64_t seed, std::string_view name) {
  for (const char letter : name) seed = hashed(seed, static_cast<unsigned char>(letter));
  return seed;
}

} // namespace nadir
