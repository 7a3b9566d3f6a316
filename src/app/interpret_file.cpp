#include "interpret.hpp"
#include "result.hpp"

#include "nadir/output/axis_scale.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace nadir::app {
namespace {

constexpr std::int64_t analysis_schema_version = 1;

std::vector<std::int64_t> numbered(std::int64_t n) {
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(n));
  std::iota(numbers.begin(), numbers.end(), std::int64_t{0});
  return numbers;
}

std::string raised(const std::string& units, const std::string& power) {
  return units == "1" ? units : units + "^" + power;
}

/// Writes the groups of an analysis file, each with its own scales. Every rank has its share of the
/// matrices.
class InterpretationWriter {
 public:
  InterpretationWriter(const InterpretationFile& what, const std::string& path)
      : w_(what), plan_(what.subject.plan), file_(what.session.comm(), path) {}

  std::string write() {
    write_root();
    write_moments();
    write_coefficients();
    write_locality();
    if (!plan_.directions.empty()) write_symbol();
    write_cumulants();
    write_random();
    write_attributes();
    return file_.commit();
  }

 private:
  using Field = std::vector<double> Interpretation::*;
  using Scalar = double Interpretation::*;

  /// The matrices' numbers one after the other.
  template<class Of> std::vector<double> gathered(Of numbers_of) const {
    std::vector<double> all;
    for (const Interpretation& found : w_.found) {
      const auto numbers = numbers_of(found);
      all.insert(all.end(), numbers.begin(), numbers.end());
    }
    return all;
  }

  template<Stored T>
  void put(const std::string& path, const std::vector<std::string>& scales, const Label& label,
           const std::vector<double>& numbers) {
    std::vector<T> values;
    for (const double number : numbers) values.push_back(static_cast<T>(number));
    const auto dataset = file_.create_dataset(path, number_of<T>(), scales, label);
    file_.write_rows<T>(dataset, w_.share.first, w_.share.count, values.data());
  }
  void put_field(const std::string& path, const std::vector<std::string>& scales,
                 const Label& label, Field field) {
    put<double>(path, scales, label,
                gathered([&](const Interpretation& found) { return found.*field; }));
  }
  template<Stored T = double>
  void put_scalar(const std::string& path, const Label& label, Scalar scalar) {
    put<T>(path, {"matrix"}, label, gathered([&](const Interpretation& found) {
             return std::vector<double>{found.*scalar};
           }));
  }

  void add_matrix_scale(const std::string& group) {
    file_.add_scale(group, "matrix", numbered(w_.subject.matrices()), {"1", "matrix"});
  }
  void add_axis_scale(const std::string& group) {
    file_.add_scale(group, "axis", plan_.neurons.axis_names(), {"1", "axis"});
  }

  bool on_grid() const {
    return plan_.neurons.lattice && w_.subject.rows() == plan_.neurons.points();
  }
  /// Scales of the rows: the axes of the grid, or "point" for points anywhere and for kernels that
  /// are the same at all of them.
  void add_row_scales(const std::string& group) {
    if (!on_grid()) {
      const bool same = plan_.neurons.lattice.has_value();
      file_.add_scale(group, "point", numbered(w_.subject.rows()),
                      {"1", same ? "one that stands for all" : "point"});
      return;
    }
    const Lattice& lattice = *plan_.neurons.lattice;
    add_axis_scales(file_, group, {lattice.shape, w_.subject.origin, lattice.spacing, plan_.units});
  }
  std::vector<std::string> with_rows(std::vector<std::string> leading) const {
    if (!on_grid()) {
      leading.emplace_back("point");
      return leading;
    }
    const auto names = plan_.neurons.axis_names();
    leading.insert(leading.end(), names.begin(), names.end());
    return leading;
  }

  void write_root() {
    add_matrix_scale("/");
    file_.add_scale("/", "order", numbered(plan_.order + 1), {"1", "largest order of moments"});
    put_field("/explained", {"matrix", "order"},
              {"1", "share of W z explained by moments up to the order"},
              &Interpretation::explained);
    put_field("/explained_change", {"matrix", "order"},
              {"1", "share of the change W z - z explained by moments up to the order"},
              &Interpretation::explained_change);
    put_scalar<std::int64_t>(
        "/effective_parameters",
        {"1", "numbers that explain 99 % of W z and its change, else weights that are not 0"},
        &Interpretation::effective_parameters);
  }

  void write_moments() {
    const std::string group = "/moments";
    const auto count = static_cast<std::int64_t>(plan_.indices.size());
    add_matrix_scale(group);
    file_.add_scale(group, "moment", numbered(count), {"1", "moment, a row of index"});
    add_axis_scale(group);
    add_row_scales(group);
    std::vector<std::int32_t> powers;
    for (const MomentIndex& k : plan_.indices) powers.insert(powers.end(), k.begin(), k.end());
    file_.write_all<std::int32_t>(file_.create_dataset(group + "/index", StoredType::i4,
                                                       {"moment", "axis"},
                                                       {"1", "powers k of the offsets by axis"}),
                                  powers);
    const std::string units = raised(plan_.units, "|k|");
    put_field(group + "/value", with_rows({"matrix", "moment"}),
              {units, "moment W_k = sum_j (q_j - q_i)^k W_ij; NaN where it does not exist"},
              &Interpretation::moments);
    if (plan_.neurons.lattice)
      put_field(group + "/difference", with_rows({"matrix", "moment"}),
                {units, "coefficient c_k of the narrowest central difference of order k"},
                &Interpretation::differences);
    put<std::int8_t>(group + "/state", {"matrix", "moment"},
                     {"1", "0 measured, 1 alias of lower moments, 2 does not exist (divergent)"},
                     gathered([](const Interpretation& found) { return found.states; }));
    put<std::uint8_t>(group + "/boundary", with_rows({"matrix"}),
                      {"1", "1 where the row touches a boundary"},
                      gathered([](const Interpretation& found) { return found.at_boundary; }));
    if (plan_.neurons.lattice)
      put<std::int64_t>(group + "/reach", {"matrix", "axis"},
                        {"1", "steps that the rows reach along each axis"},
                        gathered([](const Interpretation& found) { return found.reach; }));
  }

  /// R = W_0 - 1, U_a = -W_(e_a), D_ab = W_(e_a + e_b) / 2, upper triangle.
  void write_coefficients() {
    const std::string group = "/coefficients";
    const auto axes = plan_.neurons.axis_names();
    const std::size_t d = axes.size();
    add_matrix_scale(group);
    add_row_scales(group);
    std::vector<MomentIndex> first, second;
    std::vector<std::string> names, pairs;
    for (std::size_t a = 0; a < d; ++a) {
      MomentIndex k(d, 0);
      k[a] = 1;
      first.push_back(k);
      for (std::size_t b = a; b < d; ++b) {
        MomentIndex both = k;
        both[b] += 1;
        second.push_back(both);
        pairs.push_back(axes[a] + axes[b]);
      }
    }
    put_coefficient(group + "/R", {MomentIndex(d, 0)}, {}, 1.0, -1.0, {"1", "reaction R"});
    put_coefficient(group + "/U", first, axes, -1.0, 0.0, {plan_.units, "advection U"});
    put_coefficient(group + "/D", second, pairs, 0.5, 0.0,
                    {raised(plan_.units, "2"), "diffusion D"});
  }
  void put_coefficient(const std::string& path, const std::vector<MomentIndex>& indices,
                       const std::vector<std::string>& components, double factor, double offset,
                       const Label& label) {
    if (total_order(indices.front()) > plan_.order) return;
    std::vector<std::string> scales{"matrix"};
    if (components.size() > 1) {
      const std::string scale = path.substr(path.rfind('/') + 1) + "_component";
      file_.add_scale(path.substr(0, path.rfind('/')), scale, components,
                      {"1", "component of " + label.long_name});
      scales.push_back(scale);
    }
    put<double>(path, with_rows(scales), label, gathered([&](const Interpretation& found) {
                  std::vector<double> values;
                  for (const MomentIndex& k : indices)
                    for (const double moment :
                         rows_of(found, found.moments, position_of(plan_.indices, k)))
                      values.push_back(factor * moment + offset);
                  return values;
                }));
  }

  void write_locality() {
    const std::string group = "/locality";
    add_matrix_scale(group);
    file_.add_scale(group, "distance", plan_.distances, {plan_.units, "distance"});
    file_.add_scale(group, "share", std::vector<double>(radius_shares.begin(), radius_shares.end()),
                    {"1", "share of the sum of |W|"});
    put_field(group + "/absolute", {"matrix", "distance"},
              {"1", "share of the sum of |W| within the distance"}, &Interpretation::absolute);
    put_field(group + "/squared", {"matrix", "distance"},
              {"1", "share of the sum of |W|^2 within the distance"}, &Interpretation::squared);
    put_field(group + "/radius", {"matrix", "share"},
              {plan_.units, "distance that holds a share of the sum of |W|"},
              &Interpretation::radius);
    put<double>(group + "/power_law", {"matrix"},
                {"1", "exponent s of a fall-off as |r|^-s; NaN where it is no power law"},
                gathered([](const Interpretation& found) {
                  return std::vector<double>{found.power_law.empty() ? std::nan("")
                                                                     : found.power_law[0]};
                }));
  }

  void write_symbol() {
    const std::string group = "/symbol";
    add_matrix_scale(group);
    std::vector<std::string> names;
    for (const Direction& direction : plan_.directions) names.push_back(direction.name);
    file_.add_scale(group, "direction", names, {"1", "axes along which the wave runs"});
    file_.add_scale(group, "phase", plan_.phases, {"rad", "phase of the wave from point to point"});
    const std::vector<std::string> scales{"matrix", "direction", "phase"};
    put_field(group + "/real", scales, {"1", "symbol sum_r W_r exp(ik.r), mean of the rows, real"},
              &Interpretation::symbol_real);
    put_field(group + "/imaginary", scales, {"1", "the same, imaginary part"},
              &Interpretation::symbol_imaginary);
    put_field(group + "/amplification", scales,
              {"1", "|1 - omega + omega symbol| of a layer with f = identity"},
              &Interpretation::amplification);
    put_field(group + "/lowest", scales, {"1", "lowest amplification of any row"},
              &Interpretation::lowest);
    put_field(group + "/highest", scales, {"1", "highest amplification of any row"},
              &Interpretation::highest);
  }

  void write_cumulants() {
    const std::string group = "/cumulants";
    add_matrix_scale(group);
    add_axis_scale(group);
    put_scalar(group + "/mass", {"1", "1 + omega R"}, &Interpretation::mass);
    const std::vector<std::string> scales{"matrix", "axis"};
    put_field(group + "/drift", scales, {plan_.units, "drift of the signal in one layer"},
              &Interpretation::drift);
    const std::string squared_units = raised(plan_.units, "2");
    put_field(group + "/variance", scales, {squared_units, "variance added by one layer"},
              &Interpretation::variance);
    put_field(group + "/effective_diffusion", scales, {squared_units, "half of that per omega"},
              &Interpretation::effective_diffusion);
    put_field(group + "/third", scales,
              {raised(plan_.units, "3"), "third cumulant of the layer's kernel in r"},
              &Interpretation::third);
  }

  void write_random() {
    const std::string group = "/random";
    add_matrix_scale(group);
    put_scalar<std::int8_t>(group + "/verdict",
                            {"1", "1 random, 0 structured, -1 too small, or all weights the same"},
                            &Interpretation::verdict);
    put_scalar(group + "/p_circular",
               {"1", "probability of the eigenvalues were the matrix random"},
               &Interpretation::p_circular);
    put_scalar(group + "/p_marchenko_pastur",
               {"1", "probability of the singular values were the matrix random"},
               &Interpretation::p_marchenko_pastur);
    put_scalar(group + "/stable_rank", {"1", "squared Frobenius norm over squared spectral norm"},
               &Interpretation::stable_rank);
    put_scalar(group + "/kurtosis", {"1", "kurtosis of the weights, 3 for normal ones"},
               &Interpretation::kurtosis);
    put_scalar<std::int64_t>(group + "/outlying_eigenvalues",
                             {"1", "eigenvalues beyond those of random matrices"},
                             &Interpretation::outlying_eigenvalues);
    put_scalar<std::int64_t>(group + "/outlying_singular_values",
                             {"1", "singular values beyond those of random matrices"},
                             &Interpretation::outlying_singular_values);
    const std::int64_t judged = w_.subject.judged();
    if (judged == 0) return;
    file_.add_scale(group, "eigenvalue", numbered(judged), {"1", "number of the value"});
    file_.add_scale(group, "part", std::vector<std::string>{"re", "im"}, {"1", "part"});
    put_field(group + "/eigenvalues", {"matrix", "eigenvalue", "part"},
              {"1", "eigenvalues, mean and mean diagonal subtracted, over std sqrt(N)"},
              &Interpretation::eigenvalues);
    put_field(group + "/singular_values", {"matrix", "eigenvalue"},
              {"1", "singular values of the same matrix"}, &Interpretation::singular_values);
  }

  void write_attributes() {
    file_.attribute("/", "Conventions", std::string("CF-1.8"));
    file_.attribute("/", "schema_version", analysis_schema_version);
    file_.attribute("/", "title", "Interpretation of " + w_.subject.source);
    file_.attribute("/", "source", w_.subject.source);
    file_.attribute("/", "source_run_id", w_.subject.source_run_id);
    file_.attribute("/", "subject", w_.subject.text);
    file_.attribute("/", "neurons", neurons_text(plan_));
    file_.attribute("/", "relaxation", plan_.omega);
    file_.attribute("/", "all_parameters",
                    plan_.weights *
                        static_cast<double>(w_.subject.matrices() * w_.subject.layers_per_matrix));
    const auto lines = [](const std::vector<std::string>& all) {
      std::string text;
      for (const auto& line : all) text += (text.empty() ? "" : "\n") + line;
      return text;
    };
    file_.attribute("/", "matrix_names", lines(w_.subject.matrix_names));
    file_.attribute("/", "equations", lines(w_.equations));
    file_.attribute("/", "report", w_.report);
    const InterpretOptions& o = w_.arguments.interpret;
    std::string resolved = "file = " + w_.arguments.case_file;
    for (const auto& [name, value] :
         {std::pair{"dataset", o.dataset}, std::pair{"layout", o.layout},
          std::pair{"shape", o.shape}, std::pair{"spacing", o.spacing},
          std::pair{"boundary", o.boundary}, std::pair{"coordinates", o.coordinates},
          std::pair{"signals", o.signals}, std::pair{"units", o.units}})
      resolved += formatted("\n%s = %s", name, value.c_str());
    resolved += formatted("\norder = %d\nrelaxation = %.17g", o.order, o.relaxation);
    write_provenance(file_, w_.session, w_.arguments, w_.run, resolved, resolved);
  }

  const InterpretationFile& w_;
  const InterpretationPlan& plan_;
  ResultFile file_;
};

} // namespace

std::string write_interpretation(const InterpretationFile& file, const std::string& path) {
  return InterpretationWriter(file, path).write();
}

} // namespace nadir::app
