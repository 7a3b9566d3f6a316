#include "kernel_schema.hpp"
#include "parameter_schema.hpp"

#include "nadir/kernel/kernel.hpp"
#include "nadir/kernel/kernel_family.hpp"

#include <algorithm>
#include <cmath>

namespace nadir::schema {
namespace {

constexpr std::int64_t most_matrix_rows = 1000000;

class KernelCheck {
 public:
  KernelCheck(KernelSpec& kernel, const GridSpec& grid, const Checks& checks)
      : kernel_(kernel), grid_(grid), checks_(checks) {}

  void run() {
    if (kernel_.is_full_matrix() && kernel_.terms.size() > 1)
      return checks_.problem("kernel.sum", "\"dense\" contains all other kernels and stands alone");
    foreign_keys();
    for (KernelTerm& term : kernel_.terms) missing_values(term);
    radii();
    if (kernel_.is_full_matrix())
      full_matrix(kernel_.terms.front());
    else
      component_count();
    for (KernelTerm& term : kernel_.terms) values(term);
  }

 private:
  static std::string path_of(const KernelTerm& term, std::string_view key) {
    return term.path + "." + std::string(key);
  }
  bool is_sum_of_tables() const { return kernel_.terms.front().path != "kernel"; }

  std::string types_text() const {
    std::vector<std::string> names;
    for (const KernelTerm& term : kernel_.terms) names.emplace_back(term.family->name);
    return quote(join(names, " + "));
  }

  void foreign_key(const KernelFamily& family, std::string_view key, bool known) {
    const std::string path = "kernel." + std::string(key);
    if (!known && checks_.given(path) && reported_.insert(path).second)
      checks_.problem(path, "is a key of the kernel " + quote(std::string(family.name)) +
                                ", not of " + types_text());
  }

  /// Keys of families that are no part of it.
  void foreign_keys() {
    if (is_sum_of_tables()) return;
    for (const KernelFamily& family : kernel_families()) {
      for (const auto& each : family.options)
        foreign_key(family, each.name, kernel_.with_option(each.name));
      for (const auto& each : family.parameters)
        foreign_key(family, each.name, kernel_.with_parameter(each.name));
    }
  }

  void missing_values(const KernelTerm& term) {
    for (std::size_t k = 0; k < term.parameters.size(); ++k) {
      const FamilyParameter& p = term.family->parameters[k];
      const std::string path = path_of(term, p.name);
      const ParameterSpec& value = term.parameters[k];
      const bool lacks = !value.init_file && !value.init.empty() && std::isnan(value.init[0]);
      if (lacks && checks_.usable(path + ".init"))
        checks_.problem(checks_.given(path) ? path + ".init" : path,
                        "missing: " + std::string(p.text));
    }
  }

  /// The option radius where the case leaves it out, and whether grid and patience allow it.
  void radii() {
    std::vector<KernelTerm*> with;
    for (KernelTerm& term : kernel_.terms)
      if (term.find_option("radius")) with.push_back(&term);
    if (with.empty() || !checks_.usable("grid")) return;
    if (with.size() > 1 && !is_sum_of_tables() && !checks_.given("kernel.radius"))
      return checks_.problem("kernel.radius",
                             "missing: one for " + quote(std::string(with[0]->family->name)) +
                                 " and " + quote(std::string(with[1]->family->name)) + " together");
    for (KernelTerm* term : with)
      if (!radius(*term)) return;
  }

  bool radius(KernelTerm& term) {
    const std::string path = path_of(term, "radius");
    if (!checks_.usable(path)) return false;
    for (const FamilyParameter& p : term.family->parameters)
      if (!checks_.usable(path_of(term, p.name))) return false;
    const bool given = checks_.given(path);
    const auto natural = given ? NaturalRadius{} : term.family->natural_radius(term, grid_);
    if (!natural.problem.empty()) return checks_.problem(path, natural.problem), false;
    if (!given) *term.find_option("radius") = natural.points;
    return radius_limits(term, path,
                         given ? "" : ", the points of 8 widths: give fewer, or a smaller width");
  }

  bool radius_limits(const KernelTerm& term, const std::string& path, const std::string& origin) {
    const std::int64_t radius = term.option("radius");
    const double allowed = term.family->most_neighbours;
    const std::string is = ", is " + std::to_string(radius) + origin;
    if (neighbours_within(grid_.dimension(), radius) > allowed) {
      std::int64_t most = 1;
      while (neighbours_within(grid_.dimension(), most + 1) <= allowed) ++most;
      checks_.problem(path, "must be between 1 and " + std::to_string(most) + is);
      return false;
    }
    const std::int64_t longest = std::ranges::max(grid_.shape);
    if (term.family->any_radius || radius <= longest) return true;
    checks_.problem(path, "must be at most the points of the longest axis, " +
                              std::to_string(longest) + is);
    return true;
  }

  /// What a matrix of all points with all points needs.
  void full_matrix(const KernelTerm& term) {
    const std::string path = path_of(term, "weights");
    const ParameterSpec& weights = *term.find("weights");
    const bool number = checks_.given(path) && !weights.train && !checks_.given(path + ".train");
    if (!number && !checks_.given(path + ".init") && checks_.usable(path))
      checks_.problem(path, "missing: the weights of a dense kernel, a file with { init = { file, "
                            "dataset } }, or a number for each");
    if (!weights.varies_space && checks_.usable(path))
      checks_.problem(path, "must vary in \"space\": every point has its own row of the matrix");
    if (checks_.usable("grid.shape") &&
        count_components(term, term.family->parameters.front(), grid_) > most_matrix_rows)
      checks_.problem("grid.shape", "has more points than the " + std::to_string(most_matrix_rows) +
                                        " that a dense kernel can couple");
  }

  bool sizes_usable() const {
    return checks_.usable("grid.shape") && checks_.usable("kernel.order") &&
           checks_.usable("kernel.radius") && checks_.usable("kernel.diffusion_tensor") &&
           (!is_sum_of_tables() || checks_.usable("kernel.sum"));
  }

  void component_count() {
    if (!sizes_usable()) return;
    std::int64_t components = 0;
    for (const KernelTerm& term : kernel_.terms)
      for (const FamilyParameter& p : term.family->parameters)
        components += count_components(term, p, grid_);
    if (components > max_coefficients)
      checks_.problem(is_sum_of_tables()       ? "kernel.sum"
                      : kernel_.has("stencil") ? "kernel.radius"
                                               : "kernel.order",
                      "makes " + std::to_string(components) + " coefficients in " +
                          std::to_string(grid_.dimension()) + " dimensions; at most " +
                          std::to_string(max_coefficients) + " are possible");
  }

  void values(KernelTerm& term) {
    if (!sizes_usable()) return;
    for (std::size_t k = 0; k < term.parameters.size(); ++k) {
      const FamilyParameter& p = term.family->parameters[k];
      if (count_components(term, p, grid_) > most_matrix_rows) continue;
      check_parameter(path_of(term, p.name), term.parameters[k],
                      {component_names(term, p, grid_),
                       p.limit ? p.limit(grid_.dimension()) : std::nullopt, p.spread},
                      checks_);
    }
  }

  KernelSpec& kernel_;
  const GridSpec& grid_;
  const Checks& checks_;
  std::set<std::string> reported_;
};

} // namespace

void check_kernel(KernelSpec& kernel, const GridSpec& grid, const Checks& checks) {
  if (checks.usable("kernel.type")) KernelCheck(kernel, grid, checks).run();
}

} // namespace nadir::schema
