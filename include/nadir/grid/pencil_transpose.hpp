#pragma once

#include "nadir/base/sub_communicator.hpp"
#include "nadir/grid/field.hpp"
#include "nadir/grid/grid.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace nadir {

/// The lines of points along one axis as wholes, whatever ranks own them: for recurrences from end
/// to end. The ranks of a row along a cut axis share its lines; each line is worked on by one rank.
/// Lines are moved some at a time, so that the buffers stay small; no allocation after
/// construction.
class PencilTranspose {
 public:
  /// Collective.
  PencilTranspose(const Grid& grid, const Layout& layout, int axis);

  std::int64_t points() const { return points_; } ///< of a line
  /// Lines that come at once, at most.
  std::int64_t most_lines() const { return lines_at_once_; }

  /// Works in place on `count` lines, lines[i * count + k] being point i of line k.
  using Work = std::function<void(double* lines, std::int64_t count)>;
  /// Does so with all lines of the owned points of a padded field. Collective.
  void transform(double* field, const Work& work);

  /// Bytes of the buffers for a box of `own` points of an axis of `points` that is `cut` or not.
  static double buffer_bytes(std::int64_t points, const Extents& owned, int axis, bool cut);

 private:
  struct Share {
    std::int64_t first = 0, count = 0;
  };
  Share share(std::int64_t lines, int rank) const;
  template<class Use> void for_runs(double* field, std::int64_t first, std::int64_t count, Use use);
  double* pack(double* field, std::int64_t first, std::int64_t count, double* buffer);
  const double* unpack(const double* buffer, std::int64_t first, std::int64_t count, double* field);
  void gather(double* field, std::int64_t first, std::int64_t count);
  void scatter(std::int64_t first, std::int64_t count, double* field);
  void plan_messages(std::int64_t count);
  void exchange(const std::vector<double>& from, const std::vector<int>& sent,
                const std::vector<int>& sent_at, std::vector<double>& to,
                const std::vector<int>& received, const std::vector<int>& received_at);

  Layout layout_;
  std::int64_t points_, own_; ///< of a line, and this rank's part
  std::int64_t rows_, row_;   ///< lines, as rows of `row_` next to each other
  std::ptrdiff_t along_, next_,
      jump_; ///< in memory: along a line, to the next one, to the next row
  std::int64_t lines_at_once_;
  std::optional<SubCommunicator> comm_; ///< of the ranks along a cut axis
  int ranks_ = 1, rank_ = 0;
  std::vector<std::int64_t> counts_; ///< points of each rank
  std::vector<double> local_, whole_;
  std::vector<int> local_count_, local_at_, whole_count_, whole_at_;
};

} // namespace nadir
