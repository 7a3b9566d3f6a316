#include "nadir/training/end_to_end_trainer.hpp"

#include "base/once_per_petsc.hpp"
#include "base/petsc/tao_type.hpp"

#include "nadir/base/log.hpp"
#include "nadir/base/profile.hpp"
#include "nadir/base/session.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace nadir {
namespace {

constexpr PetscErrorCode success = PetscErrorCode(0);
/// More evaluations than a line search makes: an iterate's parts are among the last so many.
constexpr std::size_t remembered_evaluations = 64;

void set_monitor(Tao tao, PetscErrorCode (*monitor)(Tao, void*), void* context) {
#if PETSC_VERSION_LT(3, 21, 0)
  check_petsc(TaoSetMonitor(tao, monitor, context, nullptr));
#else
  check_petsc(TaoMonitorSet(tao, monitor, context, nullptr));
#endif
}

} // namespace

EndToEndTrainer::EndToEndTrainer(const ProblemSpec& c, Objective& objective)
    : case_(c), optimizer_(*find_optimizer(c.training.optimizer)), objective_(objective) {
  once_per_petsc<register_optimizers>();
  const ControlSpace& space = objective.space();
  scales_ = objective.scales();
  solution_ = space.create();
  best_ = space.create();
  MPI_Comm comm = PetscObjectComm(reinterpret_cast<PetscObject>(solution_.get()));
  try {
    check_petsc(TaoCreate(comm, tao_.out()));
    check_petsc(TaoSetType(tao_, c.training.optimizer.c_str()));
    check_petsc(TaoSetSolution(tao_, solution_));
    check_petsc(TaoSetObjectiveAndGradient(tao_, nullptr, evaluate, this));
    check_petsc(TaoSetMaximumIterations(tao_, static_cast<PetscInt>(c.training.iterations)));
    // Only the gradient relative to the first one ends a run early.
    check_petsc(TaoSetTolerances(tao_, 0.0, 0.0, c.training.gradient_tolerance));
    check_petsc(TaoSetMaximumFunctionEvaluations(tao_, PETSC_MAX_INT));
    set_bounds(space);
    set_monitor(tao_, monitor, this);
    check_petsc(TaoSetFromOptions(tao_));
    refuse_other_type();
    if (optimizer_.set_options) optimizer_.set_options(tao_, c.training);
    if (optimizer_.begins_with_model && begins_with_model(c) && !objective.by_fft())
      use_initial_hessian(tao_, hessian_.emplace(objective.grid(), c, objective));
    check_petsc(TaoSetUp(tao_));
    check_petsc(TaoGetTolerances(tao_, &absolute_, nullptr, &relative_));
    query_options({"-tao_view", "-tao_ls_view"}); // TaoSolve reads them at its end
    if (!goes_on_exactly()) accepted_ = space.create();
  } catch (const SystemError& error) {
    const std::string text = error.what(); // ends with " [our function]"
    throw InputError("training.optimizer, or PETSc's options for it: " +
                     text.substr(0, text.rfind(" [")));
  }
}

/// PETSc's own types know of no scales: they get other unknowns.
void EndToEndTrainer::set_bounds(const ControlSpace& space) {
  if (space.any_bounds()) {
    lower_ = space.create();
    upper_ = space.create();
    space.bounds(lower_, upper_);
  }
  const bool ours = use_scales(tao_, scales_);
  unknowns_ = Unknowns(space, ours ? nullptr : scales_.get(), lower_, upper_);
  if (lower_) check_petsc(TaoSetVariableBounds(tao_, unknowns_.lower(), unknowns_.upper()));
}

/// The case names the type: bounds and rates were checked for that one, and the result file says
/// so.
void EndToEndTrainer::refuse_other_type() const {
  TaoType type = nullptr;
  check_petsc(TaoGetType(tao_, &type));
  if (case_.training.optimizer == type) return;
  throw InputError(
      std::string("-- -tao_type ") + type +
      ": choose the optimiser by training.optimizer, or --set training.optimizer=" + type);
}

TrainingResult EndToEndTrainer::run(Vec x, const std::function<void(const Iteration&)>& each) {
  unknowns_.assign(x, solution_);
  if (accepted_) check_petsc(VecCopy(x, accepted_));
  each_ = each;
  start_ = MPI_Wtime();
  if (result_.history.empty()) {
    check_petsc(VecCopy(x, best_));
    best_loss_ = std::numeric_limits<double>::infinity();
    evaluations_before_ = objective_.evaluations();
  } else {
    start_ -= result_.history.back().seconds;
  }
  const ProfileEvent event(Event::optimizer);
  const PetscErrorCode code = TaoSolve(tao_);
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  if (!result_.history.empty() && breaks_down(code)) {
    result_.reason = "stopped: the optimizer met numbers it cannot go on with (often: rounding is "
                     "reached)";
  } else {
    check_petsc(code);
    TaoConvergedReason reason = TAO_CONTINUE_ITERATING;
    check_petsc(TaoGetConvergedReason(tao_, &reason));
    result_.reason = reason_text(reason);
    result_.converged = reason > 0; // TAO's convention
  }
  check_petsc(VecCopy(best_, x));
  return result_;
}

IterationState EndToEndTrainer::state() {
  if (auto state = iteration_state_of(tao_)) return *state;
  return {accepted_, &iteration_, {}, {}, {}};
}

void EndToEndTrainer::resume(TrainingProgress progress, Vec best) {
  if (progress.history.empty()) return;
  first_iteration_ = progress.iteration;
  iteration_ = static_cast<double>(progress.iteration);
  result_.history = std::move(progress.history);
  const auto lower = [](const Iteration& a, const Iteration& b) {
    return a.loss.loss() < b.loss.loss();
  };
  const auto lowest = std::ranges::min_element(result_.history, lower);
  result_.best = static_cast<std::size_t>(lowest - result_.history.begin());
  best_loss_ = lowest->loss.loss();
  check_petsc(VecCopy(best, best_));
  evaluations_before_ = objective_.evaluations() - result_.history.back().evaluations;
  const std::int64_t left = std::max<std::int64_t>(0, case_.training.iterations - first_iteration_);
  check_petsc(TaoSetMaximumIterations(tao_, static_cast<PetscInt>(left)));
  // The tolerance is relative to the very first gradient.
  const Iteration& first = result_.history.front();
  check_petsc(TaoSetTolerances(tao_, PETSC_DEFAULT, PETSC_DEFAULT, 0.0));
  if (!goes_on_exactly()) unknowns_.set_first_loss(first.loss.loss());
  set_absolute_tolerance(std::max<double>(absolute_, relative_ * first.gradient_norm));
}

void EndToEndTrainer::set_absolute_tolerance(double norm) {
  check_petsc(TaoSetTolerances(tao_, norm / unknowns_.loss_unit(), PETSC_DEFAULT, PETSC_DEFAULT));
}

PetscErrorCode EndToEndTrainer::evaluate(Tao /*tao*/, Vec x, PetscReal* f, Vec g, void* context) {
  auto& self = *static_cast<EndToEndTrainer*>(context);
  const auto& history = self.result_.history;
  const auto place = [&] {
    const std::int64_t next = history.empty() ? 0 : history.back().iteration + 1;
    return formatted("iteration %lld: ", static_cast<long long>(next));
  };
  try {
    *f = self.evaluate_trial(self.unknowns_.parameters(x), g) / self.unknowns_.loss_unit();
    self.unknowns_.scale_gradient(g);
    return success;
  } catch (const NoState& error) {
    self.failure_ = std::make_exception_ptr(NoState(place() + error.what()));
  } catch (const NumericsError& error) {
    self.failure_ = history.empty()
                        ? std::make_exception_ptr(NoStart(place() + error.what()))
                        : std::make_exception_ptr(NumericsError(place() + error.what()));
  } catch (...) {
    self.failure_ = std::current_exception();
  }
  return PETSC_ERR_USER;
}

double EndToEndTrainer::evaluate_trial(Vec x, Vec g) {
  try {
    const LossParts parts = objective_.value_and_gradient(x, g);
    if (recent_.empty() && result_.history.empty() && !goes_on_exactly()) {
      unknowns_.set_first_loss(parts.loss());
      set_absolute_tolerance(absolute_);
    }
    recent_.push_front(parts);
    if (recent_.size() > remembered_evaluations) recent_.pop_back();
    lost_value_.reset();
    return parts.loss();
  } catch (const NumericsError& error) {
    if (result_.history.empty()) throw;
    lost_value_ = value_of_lost(x);
    if (!lost_value_) throw;
    ++result_.lost;
    result_.last_lost = error.what();
    check_petsc(VecSet(g, 0.0));
    return *lost_value_;
  }
}

/// What the loss is said to be at a trial that has none, so that a line search or trust region
/// comes back from there: higher than at the last iterate by twice what the gradient could let it
/// fall. An infinite value would end some of them. Nothing where the trial is the iterate.
std::optional<double> EndToEndTrainer::value_of_lost(Vec x) {
  if (!optimizer_.searches) return std::numeric_limits<double>::infinity();
  const VecHandle step = objective_.space().create();
  check_petsc(VecWAXPY(step, -1.0, state().point, x));
  if (scales_) check_petsc(VecPointwiseDivide(step, step, scales_));
  PetscReal length = 0;
  check_petsc(VecNorm(step, NORM_2, &length));
  if (length == 0) return std::nullopt;
  constexpr double visible = 1e-8; // line searches take what is smaller for rounding
  const Iteration& last = result_.history.back();
  const double loss = last.loss.loss();
  return loss + std::max(2 * length * last.gradient_norm, visible * std::abs(loss));
}

/// Some line searches look at nothing.
void EndToEndTrainer::refuse_lost_iterate(double value) const {
  if (lost_value_ && value == *lost_value_ / unknowns_.loss_unit())
    throw NumericsError("the line search took a step to where there is no loss: " +
                        result_.last_lost);
}

PetscErrorCode EndToEndTrainer::monitor(Tao tao, void* context) {
  auto& self = *static_cast<EndToEndTrainer*>(context);
  try {
    self.record_iteration(tao);
    return success;
  } catch (...) {
    self.failure_ = std::current_exception();
  }
  return PETSC_ERR_USER;
}

void EndToEndTrainer::record_iteration(Tao tao) {
  PetscInt number = 0;
  PetscReal f = 0, norm = 0, step = 0;
  TaoConvergedReason reason = TAO_CONTINUE_ITERATING;
  check_petsc(TaoGetSolutionStatus(tao, &number, &f, &norm, nullptr, &step, &reason));
  refuse_lost_iterate(f);
  const LossParts parts = parts_of(f);
  norm *= unknowns_.loss_unit();
  const std::int64_t iteration = first_iteration_ + number;
  auto& history = result_.history;
  // Some types call their monitors twice for one iterate, and a run that goes on meets its first
  // one again.
  if (!history.empty() && history.back().iteration == iteration) {
    evaluations_before_ = objective_.evaluations() - history.back().evaluations;
    return stop_if_agreed();
  }
  const std::int64_t evaluations = objective_.evaluations() - evaluations_before_;
  history.push_back({iteration, parts, norm, step, evaluations, MPI_Wtime() - start_});
  if (accepted_) check_petsc(VecCopy(unknowns_.parameters(solution_), accepted_));
  iteration_ = static_cast<double>(iteration);
  if (parts.loss() < best_loss_) {
    best_loss_ = parts.loss();
    result_.best = result_.history.size() - 1;
    check_petsc(VecCopy(unknowns_.parameters(solution_), best_));
  }
  each_(history.back());
  stop_if_agreed();
}

void EndToEndTrainer::stop_if_agreed() const {
  if (stop_ && stop_->agreed()) throw StopRequest(stop_->why());
}

/// Misfit and penalty of the evaluation whose value TAO reports.
LossParts EndToEndTrainer::parts_of(double value) {
  const double unit = unknowns_.loss_unit();
  const auto same = [&](const LossParts& parts) { return parts.loss() / unit == value; };
  const auto found = std::ranges::find_if(recent_, same);
  if (found != recent_.end()) return *found;
  const double penalty = objective_.penalty_value(unknowns_.parameters(solution_));
  return {value * unit - penalty, penalty};
}

std::string EndToEndTrainer::reason_text(TaoConvergedReason reason) {
  PetscInt iterations = 0;
  check_petsc(TaoGetMaximumIterations(tao_, &iterations)); // PETSc's options may have changed them
  switch (reason) {
  case TAO_CONVERGED_GATOL:
  case TAO_CONVERGED_GRTOL:
  case TAO_CONVERGED_GTTOL:
    return convergence_text(reason);
  case TAO_CONVERGED_STEPTOL:
    return "converged: the steps became too small to matter";
  case TAO_CONVERGED_MINF:
    return "converged: the loss fell below PETSc's lower bound";
  case TAO_DIVERGED_MAXITS:
    return formatted("stopped after all %lld iterations",
                     static_cast<long long>(first_iteration_ + iterations));
  case TAO_DIVERGED_LS_FAILURE:
    return "stopped: the line search finds no lower loss (often: rounding is reached)";
  case TAO_DIVERGED_TR_REDUCTION:
    return "stopped: the trust region became too small (often: rounding is reached)";
  case TAO_DIVERGED_MAXFCN:
    return "stopped after PETSc's limit of evaluations";
  case TAO_DIVERGED_NAN:
    return "diverged: PETSc met a number that is not finite";
  default:
    return formatted("ended with TAO's reason %d", static_cast<int>(reason));
  }
}

std::string EndToEndTrainer::convergence_text(TaoConvergedReason reason) {
  const auto& history = result_.history;
  const Iteration &first = history.front(), &last = history.back();
  if (first.gradient_norm == 0) return start_text();
  if (last.gradient_norm == 0)
    return last.loss.loss() == 0 ? "converged: the loss is 0" : "converged: the gradient is 0";
  if (reason == TAO_CONVERGED_GRTOL)
    return "converged: the gradient fell below -tao_grtol times the loss";
  if (last.gradient_norm > relative_ * first.gradient_norm)
    return formatted("converged: the gradient fell below %g", absolute_);
  return formatted("converged: the gradient fell below %g of the first one", relative_);
}

/// Why a run ended where it began, with a gradient of 0.
std::string EndToEndTrainer::start_text() {
  const VecHandle g = objective_.space().create();
  const LossParts start = objective_.value_and_gradient(best_, g);
  PetscReal norm = 0;
  check_petsc(VecNorm(g, NORM_2, &norm));
  if (norm > 0)
    return "converged at the start: the loss would fall only beyond the bounds of the unknowns";
  if (start.misfit == 0 && fit_depends_on_unknowns())
    return "converged at the start: the loss is 0, nothing is left to learn";
  throw NumericsError(
      "nothing was learned: the gradient is 0 at the start, the loss does not change with any "
      "trained parameter there. Look at network.relaxation = 0, an input of zeros, an activation "
      "without slope, a start that symmetry holds fast (another init leaves it), values whose "
      "squares are too small for numbers");
}

/// Whether a misfit of 0 is that of these parameters alone: others, a sixteenth of their scales
/// away, have another one.
bool EndToEndTrainer::fit_depends_on_unknowns() {
  constexpr double way = 1.0 / 16;
  const VecHandle x = objective_.space().create();
  {
    const VecRead from(best_);
    const auto read = [](Vec v) {
      return v ? std::optional<VecRead>(std::in_place, v) : std::nullopt;
    };
    const auto scale = read(scales_), high = read(upper_);
    VecWrite to(x);
    for (PetscInt i = 0; i < objective_.space().local_size(); ++i) {
      const double step = way * (scale ? (*scale)[i] : 1.0);
      to[i] = high && from[i] + step > (*high)[i] ? from[i] - step : from[i] + step;
    }
  }
  try {
    return objective_.value(x).misfit != 0;
  } catch (const NumericsError&) {
    return true;
  }
}

double EndToEndTrainer::active_share(Vec x) const {
  if (!lower_) return 0.0;
  const VecRead value(x), low(lower_), high(upper_);
  std::array<std::int64_t, 2> counts{0, 0}; // active, bounded
  for (PetscInt i = 0; i < objective_.space().local_size(); ++i) {
    if (low[i] <= PETSC_NINFINITY && high[i] >= PETSC_INFINITY) continue;
    counts[0] += value[i] <= low[i] || value[i] >= high[i];
    ++counts[1];
  }
  MPI_Comm comm = PetscObjectComm(reinterpret_cast<PetscObject>(x));
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, counts.data(), 2, MPI_INT64_T, MPI_SUM, comm));
  return static_cast<double>(counts[0]) / static_cast<double>(counts[1]);
}

} // namespace nadir
