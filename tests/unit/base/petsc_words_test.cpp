#include "base/petsc_words.hpp"

#include "support/environment.hpp"
#include "support/files.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

using Words = std::vector<std::string>;

/// Neither the user's files of options nor the environment's words.
class PetscWords : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_ / name; }
  void write(const std::string& name, const std::string& text) const {
    if (test::world_rank() == 0) std::ofstream(path(name)) << text;
    test::barrier();
  }

 private:
  test::Folder folder_;
  test::Environment options_{"PETSC_OPTIONS", ""};
  test::Environment home_{"HOME", folder_ / "nobody"};
};

TEST_F(PetscWords, OrdinaryOnesPass) {
  EXPECT_EQ(wrong_petsc_words({}, true), Words{});
  EXPECT_EQ(wrong_petsc_words({"-log_view", "-tao_monitor", "-x", "-1.5"}, true), Words{});
  EXPECT_EQ(wrong_petsc_words({"-log_view", ":" + path("log.txt"), "-history", path("h")}, true),
            Words{});
}

TEST_F(PetscWords, AServerIsRefusedOnAllRanksWithEitherDash) {
  const std::string why =
      ": makes servers of all ranks but the first, which nadir needs; leave it out";
  for (const bool reads_files : {true, false})
    EXPECT_EQ(wrong_petsc_words({"--mpi_linear_solver_server"}, reads_files),
              Words{"-- -mpi_linear_solver_server" + why});
  const test::Environment options("PETSC_OPTIONS", "-a 1 -mpi_linear_solver_server");
  EXPECT_EQ(wrong_petsc_words({}, false), Words{"PETSC_OPTIONS: -mpi_linear_solver_server" + why});
}

TEST_F(PetscWords, FilesOfOptionsAreReadWithTheirComments) {
  write("good", "-a 1 # -mpi_linear_solver_server\n");
  write("bad", "# a comment\n-options_file " + path("gone") + "\n");
  EXPECT_EQ(wrong_petsc_words({"-options_file", path("good")}, true), Words{});
  EXPECT_EQ(wrong_petsc_words({"-options_file", path("bad")}, true),
            Words{path("bad") + ": -options_file " + path("gone") + ": No such file or directory"});
  EXPECT_EQ(wrong_petsc_words({"-options_file", path("bad")}, false), Words{}) << "others read it";
  EXPECT_EQ(wrong_petsc_words({"-options_file"}, true),
            Words{"-- -options_file: needs the name of a file"});
  EXPECT_EQ(wrong_petsc_words({"-options_file_yaml", path("")}, true),
            Words{"-- -options_file_yaml " + path("") + ": Is a directory"});
}

TEST_F(PetscWords, FilesThatNameEachOtherEnd) {
  write("a", "-options_file " + path("b"));
  write("b", "-options_file " + path("a"));
  const auto problems = wrong_petsc_words({"-options_file", path("a")}, true);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_TRUE(problems[0].ends_with("files of options name each other in a circle")) << problems[0];
}

TEST_F(PetscWords, LogsNeedAFolder) {
  EXPECT_EQ(wrong_petsc_words({"-log_view", ":" + path("no/log.txt") + ":ascii_xml"}, true),
            Words{"-- -log_view :" + path("no/log.txt") + ":ascii_xml: No such file or directory"});
  EXPECT_EQ(wrong_petsc_words({"-history", path("")}, true),
            Words{"-- -history " + path("") + ": Is a directory"});
}

TEST_F(PetscWords, TheFileOfTheUserCountsUnlessItIsSkipped) {
  const test::Environment home("HOME", path(""));
  write(".petscrc", "-mpi_linear_solver_server\n");
  const auto problems = wrong_petsc_words({}, true);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_TRUE(problems[0].starts_with(path("") + "/.petscrc: -mpi_linear_solver_server: "))
      << problems[0];
  EXPECT_EQ(wrong_petsc_words({"-skip_petscrc"}, true), Words{});
}

} // namespace
} // namespace nadir
