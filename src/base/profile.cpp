#include "nadir/base/profile.hpp"

#include "once_per_petsc.hpp"

#include "nadir/base/check.hpp"

#include <petscsys.h>

#include <array>
#include <cstddef>

namespace nadir {
namespace {

constexpr std::array stage_names{"nadir: reading", "nadir: computing", "nadir: writing"};
constexpr std::array event_names{"NadirForward",  "NadirAdjoint", "NadirHalo",
                                 "NadirOptimize", "NadirRead",    "NadirWrite"};

/// PETSc's numbers of them.
struct Numbers {
  std::array<PetscLogStage, stage_names.size()> stages{};
  std::array<PetscLogEvent, event_names.size()> events{};
};
Numbers registered;

void register_names() {
  PetscClassId id = 0;
  check_petsc(PetscClassIdRegister("nadir", &id));
  for (std::size_t k = 0; k < stage_names.size(); ++k)
    check_petsc(PetscLogStageRegister(stage_names[k], &registered.stages[k]));
  for (std::size_t k = 0; k < event_names.size(); ++k)
    check_petsc(PetscLogEventRegister(event_names[k], id, &registered.events[k]));
}

/// PETSc runs when they are first needed.
const Numbers& numbers() {
  once_per_petsc<register_names>();
  return registered;
}

} // namespace

ProfileStage::ProfileStage(Stage stage) {
  check_petsc(PetscLogStagePush(numbers().stages[static_cast<std::size_t>(stage)]));
}
ProfileStage::~ProfileStage() { static_cast<void>(PetscLogStagePop()); }

ProfileEvent::ProfileEvent(Event event) : id_(numbers().events[static_cast<std::size_t>(event)]) {
  check_petsc(PetscLogEventBegin(id_, nullptr, nullptr, nullptr, nullptr));
}
ProfileEvent::~ProfileEvent() {
  static_cast<void>(PetscLogEventEnd(id_, nullptr, nullptr, nullptr, nullptr));
}

void profile_flops(double count) { check_petsc(PetscLogFlops(count)); }

} // namespace nadir
