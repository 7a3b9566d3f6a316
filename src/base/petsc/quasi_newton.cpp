#include "quasi_newton.hpp"

#include "private.hpp"
#include "reproducible_vector.hpp"
#include "tao_type.hpp"

#include "nadir/base/log.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace nadir {
namespace {

constexpr double machine_epsilon = std::numeric_limits<double>::epsilon();
constexpr double phi = 0.125;        ///< share of DFP in the diagonal's update
constexpr double trial_step = 1e-3;  ///< of the estimate of active components
constexpr double first_width = 1e-3; ///< within which of a bound a component may be active

struct Pair {
  VecHandle s, y;
  double ys = 0;
};

class QuasiNewton final : public TaoState {
 public:
  void set_up(Tao tao) override;
  void set_from_options() override;
  void solve(Tao tao) override;
  IterationState state(Tao tao) override;

 private:
  std::size_t pairs() const { return static_cast<std::size_t>(count_); }
  std::string problem() const;
  bool renewal_is_due() const;
  void renew(Tao tao);
  void forget(double f, double norm);
  void remember(Tao tao);
  double expected_curvature();
  void update_diagonal(const Pair& pair, double sDs);
  void precondition(double f, Vec g, Vec d);
  void estimate_active(Tao tao);
  template<class Use> void for_active(Tao tao, Use use);
  void find_direction(Tao tao, double f);
  bool search(Tao tao, double& f);
  bool step(Tao tao, double& f, double norm);

  PetscInt most_pairs_ = 5;
  std::vector<Pair> pairs_; ///< most_pairs_ of them, the first count_ in use, oldest first
  double count_ = 0;
  double width_ = first_width; ///< in the scale of each unknown
  VecHandle diagonal_;         ///< of H_0, where no model of the Hessian gives it
  VecHandle old_point_, old_gradient_, reduced_, work_;
  std::vector<double> free_; ///< 1 for unknowns that no bound holds, else 0; empty without bounds
  bool searching_ = false;   ///< the solution is a trial point
  bool plainly_ = false;     ///< the diagonal is taken though there is a model
  double slope_ = 0;         ///< of the last search

  static constexpr double never = -1;
  double renewed_ = never;  ///< the iteration whose point the model is that of
  VecHandle renewal_point_; ///< that point
};

void QuasiNewton::set_from_options() {
  PetscInt wanted = most_pairs_;
  check_petsc(
      PetscOptionsGetInt(nullptr, nullptr, "-tao_bqnls_mat_lmvm_hist_size", &wanted, nullptr));
  most_pairs_ = std::max<PetscInt>(wanted, 1);
}

void QuasiNewton::set_up(Tao tao) {
  if (!tao->gradient) check_petsc(VecDuplicate(tao->solution, &tao->gradient));
  if (!tao->stepdirection) check_petsc(VecDuplicate(tao->solution, &tao->stepdirection));
  pairs_.resize(static_cast<std::size_t>(most_pairs_));
  std::vector<VecHandle*> all{&diagonal_, &old_point_, &old_gradient_,
                              &reduced_,  &work_,      &projected_gradient_};
  if (initial_hessian) all.push_back(&renewal_point_);
  for (Pair& pair : pairs_) all.insert(all.end(), {&pair.s, &pair.y});
  for (VecHandle* v : all) check_petsc(VecDuplicate(tao->solution, v->out()));
}

IterationState QuasiNewton::state(Tao tao) {
  IterationState state{searching_ ? old_point_.get() : tao->solution, &iteration_, {}, {}, {}};
  state.numbers = {{"pairs", &count_}, {"active_width", &width_}};
  if (initial_hessian) state.newer_numbers = {{"model_iteration", &renewed_}};
  state.problem = problem();
  if (initial_hessian && renewed_ != never && state.problem.empty())
    state.vectors.emplace_back("model_point", renewal_point_.get());
  if (count_ == 0 || !state.problem.empty()) return state; // the diagonal is made anew
  state.vectors.emplace_back("diagonal", diagonal_.get());
  for (std::size_t i = 0; i < pairs(); ++i) {
    const std::string number = std::to_string(i);
    state.numbers.emplace_back("curvature_" + number, &pairs_[i].ys);
    state.vectors.emplace_back("step_" + number, pairs_[i].s.get());
    state.vectors.emplace_back("gradient_change_" + number, pairs_[i].y.get());
  }
  return state;
}

/// What no run can have got to.
std::string QuasiNewton::problem() const {
  const auto most = static_cast<double>(pairs_.size());
  if (!(count_ >= 0 && count_ <= most && count_ == std::floor(count_)))
    return formatted("pairs = %.17g, no integer from 0 to %g, the most that this run keeps "
                     "(-tao_bqnls_mat_lmvm_hist_size)",
                     count_, most);
  if (!(width_ >= 0 && std::isfinite(width_)))
    return formatted("active_width = %.17g, less than 0", width_);
  if (renewed_ != never && !(renewed_ >= 0 && renewed_ == std::floor(renewed_)))
    return formatted("model_iteration = %.17g, no iteration", renewed_);
  for (std::size_t i = 0; i < pairs(); ++i)
    if (!std::isfinite(pairs_[i].ys) || pairs_[i].ys < 0)
      return formatted("curvature_%zu = %.17g, which is not positive", i, pairs_[i].ys);
  return {};
}

/// The model is made anew ever more seldom, as the iterates change ever less.
bool QuasiNewton::renewal_is_due() const {
  constexpr double growth = 1.5;
  return initial_hessian &&
         (renewed_ == never || iteration_ >= std::max(renewed_ + 1, std::floor(growth * renewed_)));
}

void QuasiNewton::renew(Tao tao) {
  check_petsc(VecCopy(tao->solution, renewal_point_));
  initial_hessian->renew(renewal_point_);
  renewed_ = iteration_;
}

/// H becomes a multiple of the identity of scaled unknowns: a step of length 2 |f| / |g|.
void QuasiNewton::forget(double f, double norm) {
  count_ = 0;
  const double multiple = f == 0 ? 1 / norm : 2.0 * std::abs(f) / (norm * norm);
  if (!scales) {
    check_petsc(VecSet(diagonal_, multiple));
    return;
  }
  check_petsc(VecPointwiseMult(diagonal_, scales, scales));
  check_petsc(VecScale(diagonal_, multiple));
}

/// s.B s of the step in old_point_, as it is thought to be: by the model that of a whole step is
/// the slope.
double QuasiNewton::expected_curvature() {
  if (initial_hessian) return -slope_;
  check_petsc(VecPointwiseDivide(work_, old_point_, diagonal_));
  return dot(work_, old_point_);
}

/// Takes in the last step, from the old point and gradient to the solution's.
void QuasiNewton::remember(Tao tao) {
  check_petsc(VecAYPX(old_point_, -1.0, tao->solution));
  check_petsc(VecAYPX(old_gradient_, -1.0, tao->gradient));
  const double ys = dot(old_point_, old_gradient_);
  const double sDs = expected_curvature();
  // With negative curvature H would not stay positive definite. Against sDs, what is expected of
  // y.s, no units are left.
  if (!(ys > std::pow(machine_epsilon, 2.0 / 3.0) * sDs)) return;
  if (pairs() == pairs_.size())
    std::rotate(pairs_.begin(), pairs_.begin() + 1, pairs_.end());
  else
    ++count_;
  Pair& last = pairs_[pairs() - 1];
  std::swap(last.s, old_point_);
  std::swap(last.y, old_gradient_);
  last.ys = ys;
  if (!initial_hessian) update_diagonal(last, sDs);
}

/// d = 1 / H_0 follows
///     d <- d + y^2 / ys - (1 - phi) (d s)^2 / sDs + phi (sDs y^2 / ys - 2 d s y) / ys,
/// the diagonal of the Broyden class; then H_0 is scaled so that y H_0 y = ys.
void QuasiNewton::update_diagonal(const Pair& pair, double sDs) {
  const double ys = pair.ys;
  sDs = std::max(sDs, std::numeric_limits<double>::min());
  {
    PetscInt n = 0;
    check_petsc(VecGetLocalSize(work_, &n));
    VecWrite h(diagonal_), hy(work_);
    const VecRead s(pair.s), y(pair.y);
    for (PetscInt i = 0; i < n; ++i) {
      const double d = 1.0 / h[i], ds = d * s[i], yy = y[i] * y[i];
      const double dfp = (sDs * yy / ys - 2.0 * ds * y[i]) / ys;
      const double next = std::abs(d + yy / ys - (1.0 - phi) * ds * ds / sDs + phi * dfp);
      if (std::isnormal(next)) h[i] = 1.0 / next;
      hy[i] = h[i] * y[i];
    }
  }
  const double scale = ys / dot(work_, pair.y);
  if (std::isnormal(scale)) check_petsc(VecScale(diagonal_, scale));
}

/// d = H g by the two-loop recursion.
void QuasiNewton::precondition(double f, Vec g, Vec d) {
  std::vector<double> alpha(pairs());
  check_petsc(VecCopy(g, d));
  for (std::size_t i = pairs(); i-- > 0;) {
    alpha[i] = dot(pairs_[i].s, d) / pairs_[i].ys;
    check_petsc(VecAXPY(d, -alpha[i], pairs_[i].y));
  }
  if (initial_hessian && !plainly_)
    initial_hessian->solve(d, f, free_, d);
  else
    check_petsc(VecPointwiseMult(d, d, diagonal_));
  for (std::size_t i = 0; i < pairs(); ++i) {
    const double beta = dot(pairs_[i].y, d) / pairs_[i].ys;
    check_petsc(VecAXPY(d, alpha[i] - beta, pairs_[i].s));
  }
}

/// The width shrinks with the length of a trial step, hence to 0 at a solution.
void QuasiNewton::estimate_active(Tao tao) {
  check_petsc(VecCopy(tao->gradient, reduced_));
  if (!tao->bounded) return;
  check_petsc(VecPointwiseMult(work_, diagonal_, tao->gradient));
  check_petsc(VecAYPX(work_, -trial_step, tao->solution));
  check_petsc(VecMedian(tao->XL, work_, tao->XU, work_));
  check_petsc(VecAXPY(work_, -1.0, tao->solution));
  if (scales) check_petsc(VecPointwiseDivide(work_, work_, scales));
  PetscReal length = 0;
  check_petsc(VecNorm(work_, NORM_2, &length));
  width_ = std::min(width_, static_cast<double>(length));
  PetscInt n = 0;
  check_petsc(VecGetLocalSize(reduced_, &n));
  free_.assign(static_cast<std::size_t>(n), 1.0);
  VecWrite reduced(reduced_);
  for_active(tao, [&](PetscInt i, double) {
    reduced[i] = 0.0;
    free_[static_cast<std::size_t>(i)] = 0.0;
  });
}

/// Calls use(i, way to the bound) for every active component of this rank.
template<class Use> void QuasiNewton::for_active(Tao tao, Use use) {
  PetscInt n = 0;
  check_petsc(VecGetLocalSize(tao->solution, &n));
  const VecRead x(tao->solution), g(tao->gradient), low(tao->XL), high(tao->XU);
  const std::optional<VecRead> scale = read_scales();
  for (PetscInt i = 0; i < n; ++i) {
    const double width = scale ? width_ * (*scale)[i] : width_;
    if (x[i] <= low[i] + width && g[i] > 0)
      use(i, low[i] - x[i]);
    else if (x[i] >= high[i] - width && g[i] < 0)
      use(i, high[i] - x[i]);
  }
}

void QuasiNewton::find_direction(Tao tao, double f) {
  precondition(f, reduced_, tao->stepdirection);
  check_petsc(VecScale(tao->stepdirection, -1.0));
  if (!tao->bounded) return;
  VecWrite d(tao->stepdirection);
  for_active(tao, [&](PetscInt i, double way) { d[i] = way; });
}

/// One line search along the direction; where it fails, everything is as before.
bool QuasiNewton::search(Tao tao, double& f) {
  slope_ = dot(tao->stepdirection, reduced_);
  if (!(slope_ < 0) || !std::isfinite(slope_)) return false;
  check_petsc(VecCopy(tao->solution, old_point_));
  check_petsc(VecCopy(tao->gradient, old_gradient_));
  const double old_f = f;
  searching_ = true;
  TaoLineSearchConvergedReason reason = TAOLINESEARCH_CONTINUE_ITERATING;
  check_petsc(TaoLineSearchSetInitialStepLength(tao->linesearch, 1.0));
  const PetscErrorCode code = TaoLineSearchApply(tao->linesearch, tao->solution, &f, tao->gradient,
                                                 tao->stepdirection, &tao->step, &reason);
  if (breaks_down(code)) {
    reason = TAOLINESEARCH_FAILED_BADPARAMETER;
  } else {
    check_petsc(code);
    check_petsc(TaoAddLineSearchCounts(tao));
  }
  searching_ = false;
  if (reason == TAOLINESEARCH_SUCCESS || reason == TAOLINESEARCH_SUCCESS_USER) return true;
  f = old_f;
  check_petsc(VecCopy(old_point_, tao->solution));
  check_petsc(VecCopy(old_gradient_, tao->gradient));
  return false;
}

/// Where the search along the direction of all that is known fails, it is tried again from a new
/// model alone, and then from the scaled gradient.
bool QuasiNewton::step(Tao tao, double& f, double norm) {
  find_direction(tao, f);
  if (search(tao, f)) return true;
  const bool stale = initial_hessian && renewed_ < iteration_;
  if (count_ > 0 || stale) {
    forget(f, norm);
    if (stale) renew(tao);
    find_direction(tao, f);
    if (search(tao, f)) return true;
  }
  if (!initial_hessian) return false;
  plainly_ = true;
  find_direction(tao, f);
  plainly_ = false;
  return search(tao, f);
}

void QuasiNewton::solve(Tao tao) {
  if (tao->bounded) check_petsc(TaoLineSearchSetVariableBounds(tao->linesearch, tao->XL, tao->XU));
  project_solution(tao);
  PetscReal f = 0;
  tao->step = 0;
  check_petsc(TaoComputeObjectiveAndGradient(tao, tao->solution, &f, tao->gradient));
  double norm = projected_norm(tao);
  if (initial_hessian && renewed_ != never) initial_hessian->renew(renewal_point_);
  while (goes_on(tao, f, norm)) {
    if (count_ == 0) forget(f, norm);
    if (renewal_is_due()) renew(tao);
    estimate_active(tao);
    if (!step(tao, f, norm)) {
      tao->reason = TAO_DIVERGED_LS_FAILURE;
      return;
    }
    ++tao->niter;
    ++iteration_;
    remember(tao);
    norm = projected_norm(tao);
  }
}

} // namespace

PetscErrorCode create_quasi_newton(Tao tao) {
  return petsc_callback([tao] {
    check_petsc(create_tao_type<QuasiNewton>(tao));
    MPI_Comm comm = PetscObjectComm(reinterpret_cast<PetscObject>(tao));
    check_petsc(TaoLineSearchCreate(comm, &tao->linesearch));
    check_petsc(TaoLineSearchSetType(tao->linesearch, TAOLINESEARCHMT));
    check_petsc(TaoLineSearchUseTaoRoutines(tao->linesearch, tao));
    check_petsc(TaoLineSearchSetOptionsPrefix(tao->linesearch, tao->hdr.prefix));
  });
}

} // namespace nadir
