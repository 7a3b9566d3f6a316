#include "nadir/attractor/fixed_point_map.hpp"

#include "base/petsc/reproducible_vector.hpp"

#include <algorithm>
#include <cmath>

namespace nadir {
namespace {

FixedPointMap& map_of(Mat matrix) {
  void* context = nullptr;
  check_petsc(MatShellGetContext(matrix, static_cast<void*>(&context)));
  return *static_cast<FixedPointMap*>(context);
}

using Product = void (FixedPointMap::*)(Vec, Vec);

/// result = v - J v
template<Product product> PetscErrorCode residual_product(Mat matrix, Vec v, Vec result) {
  return petsc_callback([=] {
    (map_of(matrix).*product)(v, result);
    check_petsc(VecAYPX(result, -1.0, v));
  });
}

/// result = v - omega (v - J v)
PetscErrorCode layer_product(Mat matrix, Vec v, Vec result) {
  return petsc_callback([=] {
    FixedPointMap& map = map_of(matrix);
    check_petsc(residual_product<&FixedPointMap::apply>(matrix, v, result));
    check_petsc(VecPointwiseMult(result, map.omega(), result));
    check_petsc(VecAYPX(result, -1.0, v));
  });
}

/// result = v - (I - J^T) omega v
PetscErrorCode layer_product_transpose(Mat matrix, Vec v, Vec result) {
  return petsc_callback([=] {
    FixedPointMap& map = map_of(matrix);
    const VecHandle relaxed = map.create();
    check_petsc(VecPointwiseMult(relaxed, map.omega(), v));
    check_petsc(residual_product<&FixedPointMap::apply_transpose>(matrix, relaxed, result));
    check_petsc(VecAYPX(result, -1.0, v));
  });
}

/// A parameter without layers at every owned point.
void spread(const ParameterValues& values, Vec to) {
  if (!values.varies_space()) return check_petsc(VecSet(to, *values.block(0)));
  pack(values.layout(), values.block(0), VecWrite(to).data());
}

} // namespace

FixedPointMap::FixedPointMap(const Grid& grid, const ModelSpec& c, const PassPlan& plan)
    : grid_(grid), c_(c), chain_(grid, c, plan), activation_(activation_rows(c.network.activation)),
      states_(chain_.state_layout()), z_(chain_.state_layout()), Z_(chain_.state_layout()),
      packed_(static_cast<std::size_t>(grid.owned().points())), unused_(packed_.size()),
      omega_(create()), bias_(create()), slope_(create()) {}

FixedPointMap::FixedPointMap(const Grid& grid, const ModelSpec& c, Coefficients& coefficients,
                             const LayerPlan& layers)
    : FixedPointMap(grid, c, plan_passes(grid, c, 1, layers)) {
  coefficients.fill_ghosts();
  use(coefficients);
}

void FixedPointMap::use(const Coefficients& coefficients) {
  coefficients_ = &coefficients;
  spread(coefficients["relaxation"], omega_);
  spread(coefficients["bias"], bias_);
}

VecHandle FixedPointMap::create() const {
  VecHandle v;
  check_petsc(VecCreate(grid_.comm(), v.out()));
  check_petsc(VecSetSizes(v, static_cast<PetscInt>(grid_.owned().points()),
                          static_cast<PetscInt>(grid_.points())));
  check_petsc(VecSetType(v, reproducible_vector_type()));
  check_petsc(VecSet(v, 0.0));
  return v;
}

VecHandle FixedPointMap::copy(Vec z) const {
  VecHandle v = create();
  check_petsc(VecCopy(z, v));
  return v;
}

void FixedPointMap::transform(Vec z, bool affine) {
  unpack(state_layout(), VecRead(z).data(), z_.data());
  chain_.layer().apply(coefficients_->layer(0), z_.data(), Z_.data(),
                       affine ? GhostValue::given : GhostValue::zero);
  pack(state_layout(), Z_.data(), packed_.data());
  if (!affine) return;
  const VecRead b(bias_);
  for (std::size_t i = 0; i < packed_.size(); ++i) packed_[i] -= b.data()[i];
}

/// f(Z) and f'(Z) of packed_.
void FixedPointMap::evaluate(double* value, double* derivative) {
  constexpr std::size_t most = 4096;
  for (std::size_t i = 0; i < packed_.size(); i += most) {
    const auto n = static_cast<int>(std::min(most, packed_.size() - i));
    activation_.evaluate(n, packed_.data() + i, value + i, derivative + i);
  }
}

void FixedPointMap::equilibrium(Vec z, Vec z_eq) {
  transform(z, true);
  evaluate(VecWrite(z_eq).data(), unused_.data());
}

double FixedPointMap::residual(Vec z, Vec F) {
  equilibrium(z, F);
  check_petsc(VecAYPX(F, -1.0, z));
  return root_mean_square(F);
}

void FixedPointMap::relax(Vec z, std::int64_t layers) {
  unpack(state_layout(), VecRead(z).data(), states_.write(0));
  chain_.forward(
      *coefficients_, states_, 0, layers, [](std::int64_t, const double*) {},
      WatchedLayers(std::vector<std::int64_t>()));
  pack(state_layout(), states_.read(layers), VecWrite(z).data());
  counts_.layers += layers;
}

void FixedPointMap::linearise(Vec z) {
  transform(z, true);
  evaluate(unused_.data(), VecWrite(slope_).data());
}

void FixedPointMap::apply(Vec v, Vec result) {
  ++counts_.products;
  transform(v, false);
  const VecRead slope(slope_);
  VecWrite to(result);
  for (std::size_t i = 0; i < packed_.size(); ++i) to.data()[i] = slope.data()[i] * packed_[i];
}

void FixedPointMap::apply_transpose(Vec v, Vec result) {
  ++counts_.products_back;
  {
    const VecRead from(v), slope(slope_);
    for (std::size_t i = 0; i < packed_.size(); ++i) packed_[i] = slope.data()[i] * from.data()[i];
  }
  unpack(state_layout(), packed_.data(), Z_.data());
  chain_.layer().apply_transpose(coefficients_->layer(0), Z_.data(), z_.data());
  pack(state_layout(), z_.data(), VecWrite(result).data());
}

/// By a layer from z with mu / omega as the adjoint of its end: its g is mu f'(Z).
void FixedPointMap::add_derivatives(Vec z, Vec mu, Coefficients& bar) {
  unpack(state_layout(), VecRead(z).data(), states_.write(0));
  chain_.layer().prepare(states_.read(0));
  const std::array<double*, 2> arrays{states_.read(0), states_.write(1)};
  const StateTable states(arrays, 1);
  chain_.layer().steps(coefficients_->layer(0), states);
  {
    const VecRead from(mu), omega(omega_);
    for (std::size_t i = 0; i < packed_.size(); ++i) packed_[i] = from.data()[i] / omega.data()[i];
  }
  unpack(state_layout(), packed_.data(), z_.data());
  double *lambda = z_.data(), *other = Z_.data();
  chain_.layer().steps_transpose(coefficients_->layer(0), states,
                                 {std::span(&lambda, 1), std::span(&other, 1)}, bar.layer_bar(0));
}

MatHandle FixedPointMap::shell(void (*multiply)(), void (*multiply_transpose)()) {
  const auto n = static_cast<PetscInt>(grid_.owned().points());
  const auto all = static_cast<PetscInt>(grid_.points());
  MatHandle matrix;
  check_petsc(MatCreateShell(grid_.comm(), n, n, all, all, this, matrix.out()));
  check_petsc(MatShellSetVecType(matrix, reproducible_vector_type()));
  check_petsc(MatShellSetOperation(matrix, MATOP_MULT, multiply));
  check_petsc(MatShellSetOperation(matrix, MATOP_MULT_TRANSPOSE, multiply_transpose));
  return matrix;
}

MatHandle FixedPointMap::residual_jacobian() {
  return shell(reinterpret_cast<void (*)()>(residual_product<&FixedPointMap::apply>),
               reinterpret_cast<void (*)()>(residual_product<&FixedPointMap::apply_transpose>));
}

MatHandle FixedPointMap::layer_jacobian() {
  return shell(reinterpret_cast<void (*)()>(layer_product),
               reinterpret_cast<void (*)()>(layer_product_transpose));
}

const double* FixedPointMap::padded(Vec z) {
  unpack(state_layout(), VecRead(z).data(), z_.data());
  return z_.data();
}

double root_mean_square(Vec v) {
  PetscReal norm = 0;
  PetscInt n = 1;
  check_petsc(VecNorm(v, NORM_2, &norm));
  check_petsc(VecGetSize(v, &n));
  return norm / std::sqrt(static_cast<double>(n));
}

double distance_between(Vec a, Vec b, Vec work) {
  check_petsc(VecWAXPY(work, -1.0, a, b));
  return root_mean_square(work);
}

double scale_of(Vec z) { return std::max(1.0, root_mean_square(z)); }

} // namespace nadir
