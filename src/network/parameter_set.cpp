#include "nadir/network/parameter_set.hpp"

#include "nadir/base/log.hpp"
#include "nadir/kernel/kernel_family.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

namespace nadir {
namespace {

/// "width", of the second parameter of that name "width_2".
class UniqueNames {
 public:
  std::string of(std::string_view name) {
    const int count = ++counts_[std::string(name)];
    return count > 1 ? formatted("%s_%d", std::string(name).c_str(), count) : std::string(name);
  }

 private:
  std::map<std::string, int> counts_;
};

} // namespace

ParameterSet::ParameterSet(const ModelSpec& model) {
  auto data = std::make_shared<Data>();
  data->kernel = model.kernel;
  data->grid = model.grid;
  UniqueNames names, symbols;
  for (std::size_t t = 0; t < model.kernel.terms.size(); ++t) {
    const KernelTerm& term = model.kernel.terms[t];
    for (std::size_t k = 0; k < term.parameters.size(); ++k) {
      const FamilyParameter& p = term.family->parameters[k];
      data->all.push_back({data->all.size(), names.of(p.name), symbols.of(p.symbol),
                           term.path + "." + std::string(p.name), term.parameters[k],
                           count_components(term, p, model.grid), t, k});
    }
  }
  const auto add = [&](const char* name, const char* symbol, const ParameterSpec& spec) {
    data->all.push_back({data->all.size(), name, symbol, std::string("network.") + name, spec, 1});
  };
  add("bias", "b", model.network.bias);
  add("relaxation", "omega", model.network.relaxation);
  data_ = std::move(data);
}

const Parameter* ParameterSet::find(std::string_view name) const {
  const auto found = std::ranges::find(data_->all, name, &Parameter::name);
  return found == data_->all.end() ? nullptr : &*found;
}

const Parameter& ParameterSet::operator[](std::string_view name) const {
  const Parameter* found = find(name);
  if (!found) throw std::logic_error("no parameter " + std::string(name));
  return *found;
}

const FamilyParameter* ParameterSet::description(const Parameter& p) const {
  return p.term ? &data_->kernel.terms[*p.term].family->parameters[p.slot] : nullptr;
}

std::vector<std::string> ParameterSet::component_names(const Parameter& p) const {
  if (!p.term || p.components <= 1) return {};
  return nadir::component_names(data_->kernel.terms[*p.term], *description(p), data_->grid);
}

double ParameterSet::scale(const Parameter& p, std::int64_t component) const {
  if (!p.term) return 1;
  return component_scale(data_->kernel.terms[*p.term], *description(p), data_->grid, component);
}

std::string ParameterSet::units(const Parameter& p, const std::string& state) const {
  if (p.term) return parameter_units(*description(p), data_->grid);
  return p.index == bias().index ? state : "1";
}

std::optional<ValueLimit> ParameterSet::limit(const Parameter& p) const {
  const FamilyParameter* family = description(p);
  if (!family || !family->limit) return std::nullopt;
  return family->limit(data_->grid.dimension());
}

bool ParameterSet::any_by_layer() const {
  return std::ranges::any_of(data_->all, [](const auto& p) { return p.spec.varies_layer; });
}

std::vector<NamedParameter> named_parameters(ModelSpec& model) {
  std::vector<NamedParameter> all;
  UniqueNames names;
  for (KernelTerm& term : model.kernel.terms) {
    for (std::size_t k = 0; k < term.parameters.size(); ++k) {
      const auto name = term.family->parameters[k].name;
      all.push_back({names.of(name), term.path + "." + std::string(name), term.parameters[k]});
    }
  }
  all.push_back({"bias", "network.bias", model.network.bias});
  all.push_back({"relaxation", "network.relaxation", model.network.relaxation});
  return all;
}

} // namespace nadir
