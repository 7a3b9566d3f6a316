#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <string_view>

namespace nadir {

/// What the file of an activation f (src/kernel/activations/) says of it.
struct ActivationInfo {
  std::string_view name;    ///< in the case file
  std::string_view formula; ///< f(Z), for the case reference
  std::string_view slope;   ///< f'(Z)
  bool linear = false;      ///< f(Z) = Z
  bool contracts = false;   ///< f(0) = 0 and |f'| <= 1: no |f(Z)| is above |Z|
  bool kink = false;        ///< f' jumps at Z = 0, where a gradient test must not cross it
  /// Place in lists; after those that have one the others stand by their names.
  int order = std::numeric_limits<int>::max();
};

/// One of the activations there are, by its name: f->linear, f->name.
class Activation {
 public:
  /// Throws std::invalid_argument for a name that none has.
  Activation(std::string_view name);
  Activation(const char* name) : Activation(std::string_view(name)) {}

  const ActivationInfo* operator->() const { return info_; }
  bool operator==(const Activation&) const = default;

  /// All there are, in the order of lists.
  static std::span<const Activation> all();

 private:
  friend struct ActivationRows activation_rows(Activation f);

  const ActivationInfo* info_;
};

/// Rows that will be read soon: they are fetched into the cache while a row is computed that is in
/// it already, so that memory and processor work at the same time.
struct RowsAhead {
  static constexpr std::size_t most = 8;
  std::array<const double*, most> row{};
  std::size_t count = 0;
  void add(const double* first) {
    if (count < most) row[count++] = first;
  }
};

/// An activation f and what a layer does with it, on rows of n points, by the best instruction set
/// of this machine; the results are the same bits with every one. Rows do not overlap unless they
/// are the same.
struct ActivationRows {
  /// f(Z) and f'(Z).
  void (*evaluate)(int n, const double* Z, double* value, double* derivative);

  /// z_next = (1 - omega) z + omega f(Z - b); false when some new value is not finite. Fetches n
  /// points of the rows ahead.
  bool (*relax)(int n, const double* Z, const double* b, const double* omega, const double* z,
                double* z_next, const RowsAhead& ahead);
  /// The same where omega = 1, b = 0 and z is finite: z_next = f(Z), but for the sign of zeros.
  bool (*replace)(int n, const double* Z, double* z_next, const RowsAhead& ahead);

  /// With lambda_next the adjoint of z_next: g = omega lambda_next f'(Z - b), the direct part
  /// lambda = (1 - omega) lambda_next, b_bar -= g, omega_bar += lambda_next (f(Z - b) - z); b_bar
  /// and omega_bar may be null.
  void (*adjoint)(int n, const double* Z, const double* b, const double* omega, const double* z,
                  const double* lambda_next, double* g, double* lambda, double* b_bar,
                  double* omega_bar);

  /// The same where omega = 1, so that z_next = f(Z - b) spares its evaluation and lambda has no
  /// direct part, which is left out: the same bits. Null where f' is no function of f.
  void (*adjoint_of_value)(int n, const double* z_next, const double* z, const double* lambda_next,
                           double* g, double* b_bar, double* omega_bar);
};

ActivationRows activation_rows(Activation f);

} // namespace nadir
