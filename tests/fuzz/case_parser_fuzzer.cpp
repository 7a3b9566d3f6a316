// libFuzzer target: any text is parsed or refused with a place, and what is accepted resolves to
// a case that reads back. Built and run by tools/fuzz --libfuzzer SECONDS.

#include "round_trip.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto result = nadir::fuzz::round_trip(text);
  if (result.fault.empty()) return 0;
  std::fprintf(stderr, "%s\n", result.fault.c_str());
  std::abort();
}
