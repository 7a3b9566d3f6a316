#include "nadir/data/data_checksum.hpp"

#include "nadir/base/check.hpp"
#include "nadir/base/hashed_random.hpp"
#include "nadir/base/log.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <sstream>

namespace nadir {
namespace {

std::uint64_t bits_of(double value) {
  return std::bit_cast<std::uint64_t>(std::isnan(value) ? std::numeric_limits<double>::quiet_NaN()
                                                        : value);
}

/// The place in the dataset of the first element of a slab's row, the rows counted in C order.
std::uint64_t place_of_row(std::uint64_t row, const hdf5::Slab& slab,
                           std::span<const std::int64_t> shape) {
  std::uint64_t place = slab.start.back(), stride = static_cast<std::uint64_t>(shape.back());
  for (std::size_t axis = slab.count.size() - 1; axis-- > 0;) {
    place += stride * (slab.start[axis] + row % slab.count[axis]);
    row /= slab.count[axis];
    stride *= static_cast<std::uint64_t>(shape[axis]);
  }
  return place;
}

struct Noted {
  std::string checksum, where;
};

/// The lines of data_text by their keys.
std::map<std::string, Noted> noted_in(const std::string& text) {
  std::map<std::string, Noted> noted;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string key;
    Noted entry;
    words >> key >> entry.checksum >> std::ws;
    std::getline(words, entry.where);
    noted[key] = entry;
  }
  return noted;
}

} // namespace

void DataRecord::add(const DatasetSpec& source, std::uint64_t checksum) const {
  if (into) into->push_back({key, source, checksum});
}

std::uint64_t data_checksum(const hdf5::Slab& slab, std::span<const std::int64_t> shape,
                            std::span<const double> values) {
  if (values.empty()) return 0;
  if (shape.empty()) return hashed(bits_of(values.front()), 0);
  const std::size_t length = slab.count.back();
  std::uint64_t sum = 0;
  for (std::size_t row = 0; row * length < values.size(); ++row) {
    const std::uint64_t place = place_of_row(row, slab, shape);
    const auto of_row = values.subspan(row * length, length);
    for (std::size_t i = 0; i < length; ++i) sum += hashed(bits_of(of_row[i]), place + i);
  }
  return sum;
}

std::uint64_t sum_of_checksums(MPI_Comm comm, std::uint64_t mine) {
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &mine, 1, MPI_UINT64_T, MPI_SUM, comm));
  return mine;
}

std::string data_text(std::span<const DataRead> read) {
  std::string text;
  for (const DataRead& each : read)
    text += each.key + formatted(" %016llx ", static_cast<unsigned long long>(each.checksum)) +
            std::filesystem::absolute(each.source.file).lexically_normal().string() + ": " +
            each.source.dataset + "\n";
  return text;
}

std::vector<std::string> data_differences(const std::string& there,
                                          std::span<const DataRead> here) {
  const auto before = noted_in(there), now = noted_in(data_text(here));
  std::vector<std::string> differences;
  if (before.empty()) return differences;
  for (const auto& [key, entry] : now) {
    const auto found = before.find(key);
    if (found != before.end() && found->second.checksum == entry.checksum) continue;
    const std::string past = found == before.end()                ? "what was read then"
                             : found->second.where == entry.where ? "it did then"
                                                                  : found->second.where + " did";
    differences.push_back(key + ": " + entry.where + " holds other values than " + past);
  }
  return differences;
}

bool same_data(const std::string& left, const std::string& right) {
  const auto a = noted_in(left), b = noted_in(right);
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.checksum == y.second.checksum;
  });
}

} // namespace nadir
