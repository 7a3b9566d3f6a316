#pragma once

#include "result_writer.hpp"
#include "stop_wishes.hpp"

#include <cstdint>
#include <string>

namespace nadir::app {

/// Writes, keeps and deletes the checkpoints of one run. Everything is collective; all ranks throw
/// the same SystemError or none does, and what stood there before is intact then.
class Checkpoints {
 public:
  Checkpoints(const Job& job, StopWishes& wishes);

  /// Whether the case wants any while the run goes on.
  bool regular() const { return wanted_.every > 0; }
  /// Whether it wants one after this iteration or layer. Where the case says nothing, they are
  /// written as often as the default, but not so often that they cost more than about 2 % of the
  /// time.
  bool due(std::int64_t number) const;
  /// Whether the case asks to keep some after the end.
  bool to_be_kept() const;
  /// After the end, when the result is there: deletes all of this run, save the last one where that
  /// is needed, unless they are to be kept.
  void tidy(bool needed) const;
  /// Whether one more costs little of the time so far, where the case leaves that to the program.
  bool affordable() const;
  /// Whether there is one of this number already, written by this run.
  bool has(std::int64_t number) const { return number == last_; }
  /// The next number above this one at which one is due; `end` when there is none before.
  std::int64_t next_due(std::int64_t number, std::int64_t end) const;

  /// Everything a training needs to go on; coefficients() of the objective become those of the
  /// iterate. Returns the path.
  std::string write(const Grid& grid, Objective& objective, Trainer& trainer);
  /// The states at `layer` and what was stored and collected so far; `states` is the dataset of
  /// `writer` that has the stored ones.
  std::string write(const Result& result, ResultWriter& writer, ResultFile::Dataset states,
                    const StateScan& scan, std::int64_t layer);

 private:
  void write_iteration(ResultWriter& writer, const Grid& grid, const Objective& objective,
                       Trainer& trainer);
  void write_vector(ResultWriter& writer, const Grid& grid, const ControlSpace& space,
                    const std::string& group, Vec v);
  void keep_best(const Grid& grid, Objective& objective, Trainer& trainer, const std::string& path);
  std::vector<std::int64_t> states_of_case() const;
  void finish(ResultWriter& writer, std::int64_t number, double started);
  bool ours(const std::string& path) const;

  const Job& job_;
  const Case& c_;
  StopWishes& wishes_;
  CheckpointSpec wanted_;
  std::int64_t last_ = -1;
  double longest_ = 0, ended_ = 0; ///< seconds the longest one took; when the last one was done
  double best_loss_;               ///< of the best checkpoint written
};

} // namespace nadir::app
