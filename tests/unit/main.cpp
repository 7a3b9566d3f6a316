// Runs the tests of all files on every rank: MPI and PETSc live as long as the tests, all ranks
// run them in the same order, the ranks after the first speak up only about failures, and all
// return the same code.

#include "nadir/base/session.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <memory>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

namespace {

/// What ranks other than the first print: failures, with their rank.
class FailuresOnly : public testing::EmptyTestEventListener {
 public:
  explicit FailuresOnly(int rank) : rank_(rank) {}

  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (!result.failed()) return;
    const auto* file = result.file_name() ? result.file_name() : "unknown file";
    std::fprintf(stderr, "[rank %d] %s:%d: %s\n", rank_, file, result.line_number(),
                 result.summary());
  }
  void OnTestEnd(const testing::TestInfo& info) override {
    if (info.result()->Failed()) {
      std::fprintf(stderr, "[rank %d] FAILED %s.%s\n", rank_, info.test_suite_name(), info.name());
    }
  }

 private:
  int rank_;
};

void silence_other_ranks(int rank) {
  if (rank == 0) return;
  auto& listeners = testing::UnitTest::GetInstance()->listeners();
  delete listeners.Release(listeners.default_result_printer());
  listeners.Append(new FailuresOnly(rank)); // owned by GoogleTest
}

/// Every rank must come to the same collectives: the order may not depend on the rank's clock.
void fix_order() {
  if (testing::GTEST_FLAG(shuffle) && testing::GTEST_FLAG(random_seed) == 0) {
    testing::GTEST_FLAG(random_seed) = 1;
  }
}

/// MPI and PETSc. What they take at their start and keep until the process ends is not a leak of
/// the tests.
std::unique_ptr<nadir::Session> start_session() {
#ifdef __SANITIZE_ADDRESS__
  const __lsan::ScopedDisabler not_ours;
#endif
  return std::make_unique<nadir::Session>();
}

/// Leaks of the tests, while MPI's plug-ins are still loaded: once they are gone, the sanitizer can
/// no longer tell whose the memory was that they keep. Ends the process when there is a leak.
void check_leaks() {
#ifdef __SANITIZE_ADDRESS__
  __lsan_do_leak_check();
#endif
}

} // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  fix_order();
  const auto session = start_session();
  silence_other_ranks(session->rank());
  int mine = RUN_ALL_TESTS();
  if (testing::UnitTest::GetInstance()->test_to_run_count() == 0) {
    std::fprintf(stderr, "no test was run\n");
    mine = 1;
  }
  int all = mine;
  MPI_Allreduce(&mine, &all, 1, MPI_INT, MPI_MAX, session->comm());
  check_leaks();
  return all;
}
