// The layers of nadir as steps of PETSc's TS: z' = tanh(W z) - z by explicit Euler (TSRK, 1fe) with
// steps of 1; the gradient by TSAdjoint, its states kept in memory.
//
// nadir-petsc-ts --shape N,N --layers N --samples B --varies constant|space|layer --input FILE.h5
//                --jacobian assembled|free --repeat K --output FILE.json

#include "petsc_jacobians.hpp"
#include "petsc_layer.hpp"
#include "support/report.hpp"

#include <cstdio>
#include <exception>
#include <utility>

namespace {

using namespace peers;

/// Layers between input and loss, and the loss's gradient.
class Chain {
 public:
  Chain(const Problem& problem, bool assembled)
      : problem_(problem), jacobians_(problem, assembled), forward_(make_ts()),
        with_adjoint_(make_ts()) {
    check(DMCreateGlobalVector(problem_.da, &z_));
    check(VecDuplicate(z_, &lambda_));
    check(DMCreateLocalVector(problem_.da, &z_local_));
    for (int l = 0; l < problem_.parameter_sets(); ++l) {
      check(VecCreateMPI(PETSC_COMM_WORLD, static_cast<PetscInt>(problem_.local_parameters()),
                         PETSC_DETERMINE, &gradient_.emplace_back()));
    }
    check(VecDuplicate(gradient_[0], &mu_));
    prepare_adjoint();
  }
  Chain(const Chain&) = delete;
  Chain& operator=(const Chain&) = delete;
  ~Chain() {
    TSDestroy(&forward_);
    TSDestroy(&with_adjoint_);
    for (Vec* v : {&z_, &lambda_, &z_local_, &mu_}) VecDestroy(v);
    for (Vec& v : gradient_) VecDestroy(&v);
  }

  double loss() {
    double sum = 0;
    for (std::size_t s = 0; s < problem_.input.size(); ++s) sum += solve(forward_, s);
    return sum;
  }

  double loss_and_gradient() {
    double sum = 0;
    for (Vec v : gradient_) check(VecSet(v, 0.0));
    for (std::size_t s = 0; s < problem_.input.size(); ++s) {
      sum += solve(with_adjoint_, s);
      check(VecAXPBYPCZ(lambda_, 2.0, -2.0, 0.0, z_, problem_.target[s]));
      check(VecSet(mu_, 0.0));
      check(TSAdjointSolve(with_adjoint_));
      if (!problem_.per_layer) check(VecAXPY(gradient_[0], 1.0, mu_));
    }
    return sum;
  }

  const std::vector<Vec>& gradient() const { return gradient_; }

 private:
  TS make_ts() {
    TS ts = nullptr;
    TSAdapt adapt = nullptr;
    check(TSCreate(PETSC_COMM_WORLD, &ts));
    check(TSSetProblemType(ts, TS_NONLINEAR));
    check(TSSetDM(ts, problem_.da));
    check(TSSetType(ts, TSRK));
    check(TSRKSetType(ts, TSRK1FE));
    check(TSGetAdapt(ts, &adapt));
    check(TSAdaptSetType(adapt, TSADAPTNONE));
    check(TSSetMaxSteps(ts, problem_.layers));
    check(TSSetExactFinalTime(ts, TS_EXACTFINALTIME_STEPOVER));
    check(TSSetRHSFunction(ts, nullptr, rate, this));
    return ts;
  }

  void prepare_adjoint() {
    TS ts = with_adjoint_;
    check(TSSetRHSJacobian(ts, jacobians_.dz, jacobians_.dz, set_dz, this));
    check(TSSetRHSJacobianP(ts, jacobians_.dp, set_dp, this));
    check(TSSetCostGradients(ts, 1, &lambda_, &mu_));
    check(TSAdjointMonitorSet(ts, take_layer, this, nullptr));
    check(TSSetSaveTrajectory(ts));
    check(TSGetTrajectory(ts, &trajectory_));
    check(TSTrajectorySetType(trajectory_, ts, TSTRAJECTORYMEMORY));
    // Stages too: more memory than states alone, but no step is taken twice.
    check(TSTrajectorySetSolutionOnly(trajectory_, PETSC_FALSE));
    check(TSSetFromOptions(ts));
  }

  /// Through all layers; the loss of this sample.
  double solve(TS ts, std::size_t sample) {
    check(VecCopy(problem_.input[sample], z_));
    if (ts == with_adjoint_) check(TSTrajectoryReset(trajectory_));
    check(TSSetStepNumber(ts, 0));
    check(TSSetTime(ts, 0.0));
    check(TSSetTimeStep(ts, 1.0));
    check(TSSolve(ts, z_));
    return distance(z_, problem_.target[sample]);
  }

  static double distance(Vec a, Vec b) {
    PetscInt n = 0;
    const double *from = nullptr, *to = nullptr;
    check(VecGetLocalSize(a, &n));
    check(VecGetArrayRead(a, &from));
    check(VecGetArrayRead(b, &to));
    double sum = 0;
    for (PetscInt i = 0; i < n; ++i) sum += (from[i] - to[i]) * (from[i] - to[i]);
    check(VecRestoreArrayRead(a, &from));
    check(VecRestoreArrayRead(b, &to));
    MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, PETSC_COMM_WORLD);
    return sum;
  }

  static int layer_at(PetscReal time) { return static_cast<int>(std::lround(time)); }

  /// F(z) = tanh(W z) - z
  static PetscErrorCode rate(TS, PetscReal time, Vec z, Vec F, void* context) {
    auto* self = static_cast<Chain*>(context);
    const Problem& problem = self->problem_;
    check(DMGlobalToLocal(problem.da, z, INSERT_VALUES, self->z_local_));
    const double* state = nullptr;
    double* values = nullptr;
    check(VecGetArrayRead(self->z_local_, &state));
    check(VecGetArray(F, &values));
    with_layer(problem, layer_at(time), [&](const auto& at) {
      problem.grid.for_rows(
          [&](std::ptrdiff_t in_ghosted, std::ptrdiff_t in_owned, std::ptrdiff_t n) {
            const double* from = state;
            double* __restrict to = values + in_owned;
            for (std::ptrdiff_t x = 0; x < n; ++x)
              to[x] = at.equilibrium(from, in_ghosted + x) - from[in_ghosted + x];
          });
    });
    check(VecRestoreArray(F, &values));
    check(VecRestoreArrayRead(self->z_local_, &state));
    return 0;
  }

  static PetscErrorCode set_dz(TS, PetscReal time, Vec z, Mat, Mat, void* context) {
    static_cast<Chain*>(context)->jacobians_.set_dz(z, layer_at(time));
    return 0;
  }
  static PetscErrorCode set_dp(TS, PetscReal time, Vec z, Mat, void* context) {
    static_cast<Chain*>(context)->jacobians_.set_dp(z, layer_at(time));
    return 0;
  }

  /// Before each adjoint step and after the last one: where every layer has parameters of its own,
  /// what the step below `step` has left in mu is theirs.
  static PetscErrorCode take_layer(TS, PetscInt step, PetscReal, Vec, PetscInt, Vec*, Vec* mu,
                                   void* context) {
    auto* self = static_cast<Chain*>(context);
    if (!self->problem_.per_layer || step == self->problem_.layers) return 0;
    check(VecAXPY(self->gradient_[static_cast<std::size_t>(step)], 1.0, mu[0]));
    check(VecSet(mu[0], 0.0));
    return 0;
  }

  const Problem& problem_;
  Jacobians jacobians_;
  TS forward_, with_adjoint_;
  TSTrajectory trajectory_ = nullptr; ///< belongs to with_adjoint_
  Vec z_ = nullptr, lambda_ = nullptr, z_local_ = nullptr, mu_ = nullptr;
  std::vector<Vec> gradient_; ///< by layer, or one for all
};

std::string petsc_version() {
  PetscInt major = 0, minor = 0, patch = 0;
  check(PetscGetVersionNumber(&major, &minor, &patch, nullptr));
  return "PETSc " + std::to_string(major) + '.' + std::to_string(minor) + '.' +
         std::to_string(patch);
}

/// Norms of the gradient by parameter, and its products with the coefficients.
void add_fingerprint(const Problem& problem, const std::vector<Vec>& gradient, Report& report) {
  std::array<double, max_coefficients> dot{}, square{};
  problem.fingerprint(gradient, dot, square);
  const auto by_parameter = [&](const auto& of, auto transform) {
    double advection = 0;
    const auto d = static_cast<std::size_t>(problem.grid.d);
    for (std::size_t a = 0; a < d; ++a) advection += of[1 + a];
    return std::vector<std::pair<std::string, double>>{{"reaction", transform(of[0])},
                                                       {"advection", transform(advection)},
                                                       {"diffusion", transform(of[1 + d])}};
  };
  report.add("gradient_norm", by_parameter(square, [](double x) { return std::sqrt(x); }));
  report.add("gradient_along", by_parameter(dot, [](double x) { return x; }));
}

void run(const Options& options) {
  const Problem problem(options);
  Chain chain(problem, options.text("jacobian") == "assembled");
  double loss = chain.loss_and_gradient(); // the warm-up
  std::vector<double> forward, gradient;
  for (std::int64_t k = 0; k < options.number("repeat"); ++k) {
    forward.push_back(time_of([&] { loss = chain.loss(); }));
    gradient.push_back(time_of([&] { loss = chain.loss_and_gradient(); }));
  }
  Report report;
  report.add("version", petsc_version());
  report.add("forward", forward);
  report.add("gradient", gradient);
  report.add("loss", loss);
  add_fingerprint(problem, chain.gradient(), report);
  report.write(options.text("output"));
}

} // namespace

int main(int argc, char** argv) {
  int none = 1;
  char** program = argv; // the words are not PETSc's; its own come from PETSC_OPTIONS
  check(PetscInitialize(&none, &program, nullptr, nullptr));
  try {
    run(Options(argc, argv));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nadir-petsc-ts: %s\n", error.what());
    MPI_Abort(PETSC_COMM_WORLD, 2);
  }
  return PetscFinalize();
}
