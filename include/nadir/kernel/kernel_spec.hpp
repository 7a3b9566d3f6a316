#pragma once

#include "nadir/kernel/parameter_spec.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace nadir {

struct KernelFamily;

/// The options diffusion_tensor of families that have a tensor D, in the order of its choices.
enum class DiffusionTensor { isotropic, diagonal, full };

/// Pairs of axes ("yy", "yx", "xx") that name the components of D; {""} of an isotropic one.
std::vector<std::string> diffusion_names(int dimension, DiffusionTensor tensor);

/// What the numbers of a state multiply (theory, section 8).
enum class Basis { delta, hat, cubic_spline };

/// One family of kernels in a sum, with options and parameters of its own, as the family
/// (kernel_family.hpp) lists them.
struct KernelTerm {
  /// Everything as the family has it by default.
  explicit KernelTerm(const KernelFamily& family);

  const KernelFamily* family;
  std::vector<std::int64_t> options;     ///< numbers, or which choice
  std::vector<ParameterSpec> parameters; ///< resolved: with a value for each component
  std::string path = "kernel";           ///< of its table in the case, for messages

  /// Null where the family has none of that name.
  const std::int64_t* find_option(std::string_view name) const;
  const ParameterSpec* find(std::string_view name) const;
  std::int64_t* find_option(std::string_view name);
  ParameterSpec* find(std::string_view name);
  /// The option of a family that has it.
  std::int64_t option(std::string_view name) const;
  DiffusionTensor tensor() const; ///< isotropic where D has no other form
  int radius() const;             ///< points to the farthest neighbour along an axis

  bool operator==(const KernelTerm&) const = default;
};

/// The operator W of a layer: a sum of families (theory, section 4).
struct KernelSpec {
  /// The sum of these, in the order of families; each as by default.
  KernelSpec(std::initializer_list<std::string_view> families = {"adr"});

  std::vector<KernelTerm> terms;

  void add(KernelTerm term);               ///< to its place in the order of families
  std::string type() const;                ///< "adr", "adr+gaussian"
  bool is(std::string_view family) const;  ///< whether it is this one alone
  bool has(std::string_view family) const; ///< whether this one is part of it
  bool is_full_matrix() const;             ///< of all points with all points
  int radius() const;

  /// Of the first term that has it; null where none has.
  const KernelTerm* with_option(std::string_view name) const;
  const KernelTerm* with_parameter(std::string_view name) const;
  /// The parameter of the first term that has it; there must be one.
  ParameterSpec& operator[](std::string_view name);
  const ParameterSpec& operator[](std::string_view name) const;
  /// The same for an option, of all terms that have it.
  void set_option(std::string_view name, std::int64_t value);

  bool operator==(const KernelSpec&) const = default;
};

} // namespace nadir
