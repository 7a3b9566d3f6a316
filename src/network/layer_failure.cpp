#include "nadir/network/layer_failure.hpp"

#include "nadir/base/collective.hpp"
#include "nadir/base/log.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace nadir {
namespace {

std::string point_text(const Space& space, std::int64_t point) {
  const auto names = axis_names(max_dimension);
  std::array<std::int64_t, max_dimension> index{};
  for (std::size_t a = index.size(); a-- > 0;) {
    index[a] = point % space.shape()[a];
    point /= space.shape()[a];
  }
  std::string axes, values;
  for (auto a = static_cast<std::size_t>(max_dimension - space.dimension()); a < index.size();
       ++a) {
    axes += (axes.empty() ? "" : ", ") + names[a];
    values += (values.empty() ? "" : ", ") + std::to_string(index[a]);
  }
  return "point (" + axes + ") = (" + values + ")";
}

bool owned(const Layout& layout, const Extents& point) {
  for (std::size_t a = 0; a < point.size(); ++a)
    if (point[a] < 0 || point[a] >= layout.count[a]) return false;
  return true;
}

} // namespace

void note_non_finite(const Space& space, const Layout& layout, const Box& box, const double* z,
                     std::int64_t layer, std::optional<LayerFailure>& first) {
  for (std::int64_t p = 0; p < box.points(); ++p) {
    const std::int64_t i = box.start[2] + p % box.count[2];
    const std::int64_t j = box.start[1] + p / box.count[2] % box.count[1];
    const std::int64_t n = box.start[0] + p / box.count[2] / box.count[1];
    if (!owned(layout, {n, j, i}) || std::isfinite(z[layout.index(n, j, i)])) continue;
    const std::int64_t point = space.global_index(n, j, i);
    if (!first || std::pair(layer, point) < std::pair(first->layer, first->point))
      first = {layer, point};
  }
}

void throw_if_not_finite(const Space& space, std::int64_t sample,
                         const std::optional<LayerFailure>& mine) {
  constexpr auto none = std::numeric_limits<std::int64_t>::max();
  using Place = std::array<std::int64_t, 3>;
  const Place here = mine ? Place{sample, mine->layer, mine->point} : Place{none, none, none};
  Place first{none, none, none};
  for (std::size_t k = 0; k < first.size(); ++k) {
    // Only ranks that share the leading entries found so far stay candidates.
    const bool candidate =
        std::equal(here.begin(), here.begin() + static_cast<long>(k), first.begin());
    first[k] = candidate ? here[k] : none;
    check_mpi(MPI_Allreduce(MPI_IN_PLACE, &first[k], 1, MPI_INT64_T, MPI_MIN, space.comm()));
    if (first[k] == none) return;
  }
  const std::string reason =
      first_problem(space.comm(), mine && here == first ? mine->reason : std::string());
  const auto sample_text = formatted("sample %lld", static_cast<long long>(first[0]));
  const auto layer_text =
      first[1] > 0 ? formatted(", layer %lld", static_cast<long long>(first[1])) : std::string();
  if (!reason.empty()) throw NoState(sample_text + layer_text + ": " + reason);
  throw NumericsError(formatted("the state is not finite: sample %lld, layer %lld, ",
                                static_cast<long long>(first[0]),
                                static_cast<long long>(first[1])) +
                      point_text(space, first[2]));
}

} // namespace nadir
