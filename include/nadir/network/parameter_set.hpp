#pragma once

#include "nadir/network/network_spec.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nadir {

struct FamilyParameter;
struct ValueLimit;

/// A parameter of a network: one of a term of its kernel, b or omega.
struct Parameter {
  std::size_t index = 0; ///< in its ParameterSet
  std::string name;      ///< as in /parameters/NAME; of a second term with the same: NAME_2
  std::string symbol;    ///< R, U, D, ..., b, omega
  std::string key;       ///< in the case: "kernel.reaction"
  ParameterSpec spec;
  std::int64_t components = 1;
  /// The term of the kernel it belongs to, and which of its parameters it is; none of b and omega.
  std::optional<std::size_t> term = std::nullopt;
  std::size_t slot = 0;

  bool is_kernels() const { return term.has_value(); }
};

/// The parameters of a network, in the order of files and control vectors: those of its kernel,
/// term by term, then b and omega. Made once from the specifications; cheap to copy.
class ParameterSet {
 public:
  explicit ParameterSet(const ModelSpec& model);

  std::size_t size() const { return data_->all.size(); }
  auto begin() const { return data_->all.begin(); }
  auto end() const { return data_->all.end(); }
  const Parameter& operator[](std::size_t index) const { return data_->all[index]; }
  /// By name; there must be one.
  const Parameter& operator[](std::string_view name) const;
  /// Null where there is none.
  const Parameter* find(std::string_view name) const;
  const Parameter& bias() const { return data_->all[size() - 2]; }
  const Parameter& relaxation() const { return data_->all[size() - 1]; }

  /// What the family says of a kernel's parameter; null of b and omega.
  const FamilyParameter* description(const Parameter& p) const;
  /// Names of the components; none of a single one.
  std::vector<std::string> component_names(const Parameter& p) const;
  /// What a change of order one is to a component of a kernel's parameter or omega.
  double scale(const Parameter& p, std::int64_t component) const;
  /// Units, with those of the grid and, of b, of the state.
  std::string units(const Parameter& p, const std::string& state) const;
  /// What all values must be above.
  std::optional<ValueLimit> limit(const Parameter& p) const;
  bool any_by_layer() const;

 private:
  struct Data {
    std::vector<Parameter> all;
    KernelSpec kernel;
    GridSpec grid;
  };
  std::shared_ptr<const Data> data_;
};

/// The same parameters where they are specified, to change them.
struct NamedParameter {
  std::string name, key;
  ParameterSpec& spec;
};
std::vector<NamedParameter> named_parameters(ModelSpec& model);

} // namespace nadir
