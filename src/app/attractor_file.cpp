#include "attractor_file.hpp"

#include "nadir/base/profile.hpp"
#include "nadir/base/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

namespace nadir::app {
namespace {

constexpr double not_there = std::numeric_limits<double>::quiet_NaN();

std::vector<std::int64_t> numbers_up_to(std::size_t n) {
  std::vector<std::int64_t> numbers(n);
  std::iota(numbers.begin(), numbers.end(), std::int64_t{0});
  return numbers;
}

/// Writes /attractor and /relaxation.
class AttractorWriter {
 public:
  AttractorWriter(ResultWriter& writer, const Result& result, const AttractorResult& found)
      : writer_(writer), file_(writer.file()), result_(result), c_(result.job.c),
        points_(found.attractors.points), found_(found) {}

  void write_attractors() {
    file_.add_scale("/attractor", "attractor", numbers_up_to(points_.size()),
                    {"1", "fixed point, the largest basin first"});
    writer_.add_axis_scales("/attractor");
    write_states();
    column<double>("residual", {units(), "root mean square of z - f(Z)"},
                   [](const FixedPoint& p) { return p.residual; });
    column<std::int32_t>("starts", {"1", "starts that relax to it"},
                         [](const FixedPoint& p) { return static_cast<std::int32_t>(p.starts); });
    column<double>("radius",
                   {"1", "asymptotic rate per layer: spectral radius of the layer map's "
                         "Jacobian, known neutral directions aside"},
                   [](const FixedPoint& p) { return p.spectrum.radius; });
    column<double>("relaxation_layers", {"1", "layers in which disturbances shrink to 1/e"},
                   [](const FixedPoint& p) { return p.spectrum.relaxation_layers(); });
    write_eigenvalues();
    if (!found_.green.empty()) write_green();
    write_attributes();
  }

  void write_relaxations() {
    const auto& all = found_.relaxations;
    std::size_t depths = 0;
    for (const auto& h : all) depths = std::max(depths, h.departure.size());
    file_.add_scale("/relaxation", "sample", numbers_up_to(all.size()), {"1", "sample"});
    file_.add_scale("/relaxation", "depth", numbers_up_to(depths), {"1", "layer, 0 is the input"});
    if (!c_.data.targets.empty())
      by_depth("loss", depths,
               {squared(units()), "squared distance to the last target, where it is in the loss"},
               &RelaxationHistory::loss);
    by_depth("departure", depths, {units(), "root mean square of z - z_eq"},
             &RelaxationHistory::departure);
    by_depth("liouvillean", depths, {units(), "root mean square of z_eq - f(W z_eq - b)"},
             &RelaxationHistory::liouvillean);
    by_depth("distance", depths, {units(), "root mean square of z - z*, the attractor it reaches"},
             &RelaxationHistory::distance);
    by_sample<std::int64_t>("best_depth", {"1", "layer of the lowest loss, -1 without a target"},
                            [](const RelaxationHistory& h) { return h.best_depth; });
    by_sample<std::int64_t>("measured_depth",
                            {"1", "first layer within depth_tolerance of the attractor, or -1"},
                            [](const RelaxationHistory& h) { return h.depth; });
    by_sample<double>("predicted_depth",
                      {"1", "the same, at the asymptotic rate from the start on"},
                      [](const RelaxationHistory& h) { return h.predicted_depth; });
    by_sample<double>("measured_rate",
                      {"1", "factor per layer that disturbances shrink by in the end"},
                      [](const RelaxationHistory& h) { return h.rate; });
    const auto dataset = file_.create_dataset("/relaxation/attractor", StoredType::i8, {"sample"},
                                              {"1", "the attractor it reaches, -1 for none"});
    file_.write_all<std::int64_t>(dataset, found_.attractors.reached);
    file_.attribute("/relaxation", "depth_tolerance", c_.attractor.depth_tolerance);
  }

 private:
  std::string units() const { return writer_.state_units(); }

  template<class T, class Of> void column(const char* name, const Label& label, Of of) {
    std::vector<T> values;
    for (const FixedPoint& point : points_) values.push_back(of(point));
    const auto dataset = file_.create_dataset(std::string("/attractor/") + name, number_of<T>(),
                                              {"attractor"}, label);
    file_.write_all<T>(dataset, values);
  }

  template<class T, class Of> void by_sample(const char* name, const Label& label, Of of) {
    std::vector<T> values;
    for (const RelaxationHistory& h : found_.relaxations) values.push_back(of(h));
    const auto dataset =
        file_.create_dataset(std::string("/relaxation/") + name, number_of<T>(), {"sample"}, label);
    file_.write_all<T>(dataset, values);
  }

  /// Shorter ones end in NaN.
  void by_depth(const char* name, std::size_t depths, const Label& label,
                std::vector<double> RelaxationHistory::*member) {
    std::vector<double> values;
    for (const RelaxationHistory& h : found_.relaxations) {
      values.insert(values.end(), (h.*member).begin(), (h.*member).end());
      values.resize(values.size() + depths - (h.*member).size(), not_there);
    }
    const auto dataset = file_.create_dataset(std::string("/relaxation/") + name, StoredType::f8,
                                              {"sample", "depth"}, label);
    file_.write_all<double>(dataset, values);
  }

  void write_states() {
    const auto dataset =
        file_.create_dataset("/attractor/state", StoredType::f8, writer_.with_axes({"attractor"}),
                             {units(), "fixed point z* of the layers"});
    for (std::size_t k = 0; k < points_.size(); ++k) {
      const std::array at{static_cast<std::int64_t>(k)};
      file_.write(dataset, at, result_.grid.owned(), VecRead(points_[k].state).data());
    }
  }

  /// [attractor][mode][re, im], NaN for those not found.
  void write_eigenvalues() {
    std::size_t modes = 1;
    for (const FixedPoint& p : points_) modes = std::max(modes, p.spectrum.eigenvalues.size());
    modes = std::min(modes, static_cast<std::size_t>(c_.attractor.modes));
    file_.add_scale("/attractor", "mode", numbers_up_to(modes), {"1", "mode, by modulus"});
    file_.add_scale("/attractor", "part", std::vector<std::string>{"re", "im"},
                    {"1", "real and imaginary part"});
    std::vector<double> values;
    for (const FixedPoint& p : points_) {
      for (std::size_t m = 0; m < modes; ++m) {
        const bool there = m < p.spectrum.eigenvalues.size();
        values.push_back(there ? p.spectrum.eigenvalues[m].real() : not_there);
        values.push_back(there ? p.spectrum.eigenvalues[m].imag() : not_there);
      }
    }
    const auto dataset =
        file_.create_dataset("/attractor/eigenvalue", StoredType::f8, {"attractor", "mode", "part"},
                             {"1", "leading eigenvalues of the layer map's Jacobian"});
    file_.write_all<double>(dataset, values);
  }

  void write_green() {
    const std::size_t sources = c_.attractor.green.size();
    file_.add_scale("/attractor", "source", numbers_up_to(sources),
                    {"1", "point of the unit of b"});
    const std::vector<std::string> names = axis_names(c_.grid.dimension());
    for (std::size_t a = 0; a < names.size(); ++a) {
      std::vector<std::int64_t> index;
      for (const auto& point : c_.attractor.green) index.push_back(point[a]);
      const auto dataset =
          file_.create_dataset("/attractor/source_" + names[a], StoredType::i8, {"source"},
                               {"1", "index of the point along " + names[a]});
      file_.write_all<std::int64_t>(dataset, index);
    }
    const auto dataset = file_.create_dataset(
        "/attractor/green", StoredType::f8, writer_.with_axes({"attractor", "source"}),
        {"1", "response of the fixed point to a unit of b at the source, to first order"});
    for (std::size_t k = 0; k < found_.green.size(); ++k) {
      const std::array at{static_cast<std::int64_t>(k / sources),
                          static_cast<std::int64_t>(k % sources)};
      file_.write(dataset, at, result_.grid.owned(), VecRead(found_.green[k]).data());
    }
  }

  void write_attributes() {
    const Attractors& a = found_.attractors;
    file_.attribute("/attractor", "starts", a.starts);
    file_.attribute("/attractor", "diverged", a.diverged);
    file_.attribute("/attractor", "unsettled", a.unsettled);
    file_.attribute("/attractor", "neutral_directions", a.neutral);
  }

  ResultWriter& writer_;
  ResultFile& file_;
  const Result& result_;
  const Case& c_;
  const std::vector<FixedPoint>& points_;
  const AttractorResult& found_;
};

} // namespace

std::string write_attractors(const Result& result, const AttractorResult& found) {
  const ProfileStage stage(Stage::writing);
  ResultWriter writer(result, result.job.c.output.file, {});
  writer.add_axis_scales("/");
  AttractorWriter parts(writer, result, found);
  parts.write_attractors();
  parts.write_relaxations();
  writer.write_coefficients();
  writer.write_description();
  writer.write_provenance();
  return writer.file().commit();
}

} // namespace nadir::app
