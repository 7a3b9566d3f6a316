#include "nadir/kernel/kernel_spec.hpp"

#include "nadir/base/error.hpp"
#include "nadir/base/text.hpp"
#include "nadir/kernel/kernel_family.hpp"

#include <algorithm>
#include <stdexcept>

namespace nadir {
namespace {

template<class Entries> std::ptrdiff_t place_of(const Entries& entries, std::string_view name) {
  const auto same = [name](const auto& entry) { return entry.name == name; };
  const auto found = std::ranges::find_if(entries, same);
  return found == entries.end() ? -1 : found - entries.begin();
}

const KernelFamily& family_called(std::string_view name) {
  const KernelFamily* family = find_family(name);
  if (!family) throw InputError("kernel.type: no family is called '" + std::string(name) + "'");
  return *family;
}

} // namespace

std::vector<std::string> diffusion_names(int dimension, DiffusionTensor tensor) {
  if (tensor == DiffusionTensor::isotropic) return {""};
  const auto axes = axis_names(dimension);
  std::vector<std::string> names;
  for (std::size_t a = 0; a < axes.size(); ++a) {
    const std::size_t end = tensor == DiffusionTensor::full ? axes.size() : a + 1;
    for (std::size_t b = a; b < end; ++b) names.push_back(axes[a] + axes[b]);
  }
  return names;
}

KernelTerm::KernelTerm(const KernelFamily& of) : family(&of) {
  for (const FamilyOption& each : of.options) options.push_back(each.fallback);
  for (const FamilyParameter& each : of.parameters)
    parameters.emplace_back().init = {each.fallback};
}

const std::int64_t* KernelTerm::find_option(std::string_view name) const {
  const auto at = place_of(family->options, name);
  return at < 0 ? nullptr : &options[static_cast<std::size_t>(at)];
}

const ParameterSpec* KernelTerm::find(std::string_view name) const {
  const auto at = place_of(family->parameters, name);
  return at < 0 ? nullptr : &parameters[static_cast<std::size_t>(at)];
}

std::int64_t* KernelTerm::find_option(std::string_view name) {
  return const_cast<std::int64_t*>(std::as_const(*this).find_option(name));
}

ParameterSpec* KernelTerm::find(std::string_view name) {
  return const_cast<ParameterSpec*>(std::as_const(*this).find(name));
}

std::int64_t KernelTerm::option(std::string_view name) const {
  const std::int64_t* found = find_option(name);
  if (!found) throw std::logic_error("a kernel without the option " + std::string(name));
  return *found;
}

DiffusionTensor KernelTerm::tensor() const {
  const std::int64_t* found = find_option("diffusion_tensor");
  return found ? static_cast<DiffusionTensor>(*found) : DiffusionTensor::isotropic;
}

int KernelTerm::radius() const { return family->radius(*this); }

KernelSpec::KernelSpec(std::initializer_list<std::string_view> families) {
  for (const auto name : families) add(KernelTerm(family_called(name)));
}

void KernelSpec::add(KernelTerm term) {
  const auto later = [](const KernelTerm& left, const KernelTerm& right) {
    return left.family->place < right.family->place;
  };
  terms.insert(std::upper_bound(terms.begin(), terms.end(), term, later), std::move(term));
}

std::string KernelSpec::type() const {
  std::vector<std::string> names;
  for (const KernelTerm& term : terms) names.emplace_back(term.family->name);
  return join(names, "+");
}

bool KernelSpec::is(std::string_view family) const {
  return terms.size() == 1 && terms.front().family->name == family;
}

bool KernelSpec::has(std::string_view family) const {
  return std::ranges::any_of(terms, [&](const auto& term) { return term.family->name == family; });
}

bool KernelSpec::is_full_matrix() const {
  return std::ranges::any_of(terms, [](const auto& term) { return term.family->full_matrix; });
}

int KernelSpec::radius() const {
  int radius = 0;
  for (const KernelTerm& term : terms) radius = std::max(radius, term.radius());
  return radius;
}

const KernelTerm* KernelSpec::with_option(std::string_view name) const {
  const auto has = [name](const auto& term) { return term.find_option(name) != nullptr; };
  const auto found = std::ranges::find_if(terms, has);
  return found == terms.end() ? nullptr : &*found;
}

const KernelTerm* KernelSpec::with_parameter(std::string_view name) const {
  const auto has = [name](const auto& term) { return term.find(name) != nullptr; };
  const auto found = std::ranges::find_if(terms, has);
  return found == terms.end() ? nullptr : &*found;
}

const ParameterSpec& KernelSpec::operator[](std::string_view name) const {
  const KernelTerm* term = with_parameter(name);
  if (!term) throw std::logic_error(type() + " has no parameter " + std::string(name));
  return *term->find(name);
}

ParameterSpec& KernelSpec::operator[](std::string_view name) {
  return const_cast<ParameterSpec&>(std::as_const(*this)[name]);
}

void KernelSpec::set_option(std::string_view name, std::int64_t value) {
  for (KernelTerm& term : terms)
    if (std::int64_t* option = term.find_option(name)) *option = value;
}

} // namespace nadir
