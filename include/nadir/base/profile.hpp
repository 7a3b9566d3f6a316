#pragma once

namespace nadir {

/// What PETSc's log tells apart (`-- -log_view`): stages follow each other, events happen in them.
enum class Stage { reading, computing, writing };
enum class Event { forward, adjoint, halo, optimizer, read, write };

/// A stage, or an event, for as long as this object lives. Collective where PETSc's log is made so.
class ProfileStage {
 public:
  explicit ProfileStage(Stage stage);
  ~ProfileStage();
  ProfileStage(const ProfileStage&) = delete;
  ProfileStage& operator=(const ProfileStage&) = delete;
};

class ProfileEvent {
 public:
  explicit ProfileEvent(Event event);
  ~ProfileEvent();
  ProfileEvent(const ProfileEvent&) = delete;
  ProfileEvent& operator=(const ProfileEvent&) = delete;

 private:
  int id_;
};

/// Adds floating-point operations of this rank to the events that are open.
void profile_flops(double count);

} // namespace nadir
