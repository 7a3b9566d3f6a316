#include "nadir/base/profile.hpp"

#include "nadir/base/check.hpp"

#include <petscsys.h>

#include <gtest/gtest.h>

#include <vector>

namespace nadir {
namespace {

PetscLogStage stage_number(const char* name) {
  PetscLogStage stage = -1;
  check_petsc(PetscLogStageGetId(name, &stage));
  return stage;
}

PetscLogEvent event_number(const char* name) {
  PetscLogEvent event = -1;
  check_petsc(PetscLogEventGetId(name, &event));
  return event;
}

/// What the log has of an event in a stage.
PetscEventPerfInfo logged(const char* stage, const char* event) {
  PetscEventPerfInfo info{};
  check_petsc(PetscLogEventGetPerfInfo(stage_number(stage), event_number(event), &info));
  return info;
}

class Profile : public testing::Test {
 protected:
  static void SetUpTestSuite() { check_petsc(PetscLogDefaultBegin()); }
};

TEST_F(Profile, EveryStageAndEventHasANameOfItsOwn) {
  { const ProfileEvent first(Event::forward); } // they are made when first needed
  std::vector<int> numbers;
  for (const char* name : {"nadir: reading", "nadir: computing", "nadir: writing"}) {
    EXPECT_GT(stage_number(name), 0) << name; // 0 is PETSc's main stage
    numbers.push_back(stage_number(name));
  }
  EXPECT_LT(numbers[0], numbers[1]);
  EXPECT_LT(numbers[1], numbers[2]);
  numbers.clear();
  for (const char* name :
       {"NadirForward", "NadirAdjoint", "NadirHalo", "NadirOptimize", "NadirRead", "NadirWrite"}) {
    EXPECT_GE(event_number(name), 0) << name;
    for (const int other : numbers) EXPECT_NE(event_number(name), other) << name;
    numbers.push_back(event_number(name));
  }
}

TEST_F(Profile, EventsAreCountedInTheStageTheyHappenIn) {
  { const ProfileEvent first(Event::read); }
  const int read = logged("nadir: reading", "NadirRead").count;
  const int computed = logged("nadir: computing", "NadirRead").count;
  {
    const ProfileStage reading(Stage::reading);
    { const ProfileEvent event(Event::read); }
    {
      const ProfileStage inside(Stage::computing);
      const ProfileEvent event(Event::read);
    }
    const ProfileEvent event(Event::read); // the stage outside goes on
  }
  { const ProfileEvent outside(Event::read); }
  EXPECT_EQ(logged("nadir: reading", "NadirRead").count, read + 2);
  EXPECT_EQ(logged("nadir: computing", "NadirRead").count, computed + 1);
}

TEST_F(Profile, FlopsGoToAllEventsThatAreOpen) {
  const ProfileStage writing(Stage::writing);
  {
    const ProfileEvent outside(Event::forward);
    profile_flops(100);
    const ProfileEvent inside(Event::halo);
    profile_flops(11);
  }
  profile_flops(1000);
  EXPECT_EQ(logged("nadir: writing", "NadirForward").flops, 111);
  EXPECT_EQ(logged("nadir: writing", "NadirHalo").flops, 11);
  EXPECT_EQ(logged("nadir: writing", "NadirHalo").count, 1);
  EXPECT_EQ(logged("nadir: writing", "NadirAdjoint").count, 0);
}

} // namespace
} // namespace nadir
