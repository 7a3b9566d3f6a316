#include "sum_kernel.hpp"

#include "nadir/base/aligned.hpp"

#include <algorithm>
#include <array>

namespace nadir {
namespace {

class SumKernel final : public Kernel {
 public:
  explicit SumKernel(std::vector<std::unique_ptr<Kernel>> parts) : parts_(std::move(parts)) {}

  int coefficients() const override {
    int sum = 0;
    for (const auto& part : parts_) sum += part->coefficients();
    return sum;
  }
  int radius() const override {
    int radius = 0;
    for (const auto& part : parts_) radius = std::max(radius, part->radius());
    return radius;
  }
  double flops() const override {
    double sum = static_cast<double>(parts_.size()) - 1;
    for (const auto& part : parts_) sum += part->flops();
    return sum;
  }

  void apply(Row z, const Row* theta, int n, double* Z) const override {
    alignas(alignment) std::array<double, segment_points> other;
    parts_.front()->apply(z, theta, n, Z);
    for_others(theta, [&](const Kernel& part, const Row* own) {
      part.apply(z, own, n, other.data());
      for (int x = 0; x < n; ++x) Z[x] += other[static_cast<std::size_t>(x)];
    });
  }

  void apply_transpose(Row Z_bar, const Row* theta, int n, double* z_bar) const override {
    parts_.front()->apply_transpose(Z_bar, theta, n, z_bar);
    for_others(theta, [&](const Kernel& part, const Row* own) {
      part.add_transpose(Z_bar, own, n, z_bar);
    });
  }

  void add_transpose(Row Z_bar, const Row* theta, int n, double* z_bar) const override {
    for (const auto& part : parts_) {
      part->add_transpose(Z_bar, theta, n, z_bar);
      theta += part->coefficients();
    }
  }

  void add_gradient(Row z, const Row* theta, const double* Z_bar, int n,
                    MutableRow* theta_bar) const override {
    for (const auto& part : parts_) {
      part->add_gradient(z, theta, Z_bar, n, theta_bar);
      theta += part->coefficients();
      theta_bar += part->coefficients();
    }
  }

 private:
  /// Calls use(part, its coefficients) for all parts but the first.
  template<class Use> void for_others(const Row* theta, Use use) const {
    theta += parts_.front()->coefficients();
    for (std::size_t k = 1; k < parts_.size(); ++k) {
      use(*parts_[k], theta);
      theta += parts_[k]->coefficients();
    }
  }

  std::vector<std::unique_ptr<Kernel>> parts_;
};

} // namespace

std::unique_ptr<Kernel> make_sum_kernel(std::vector<std::unique_ptr<Kernel>> parts) {
  return std::make_unique<SumKernel>(std::move(parts));
}

} // namespace nadir
