#include "result_writer.hpp"

#include "nadir/analysis/summary.hpp"
#include "nadir/base/collective.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/profile.hpp"
#include "nadir/base/text.hpp"
#include "nadir/output/axis_scale.hpp"
#include "nadir/output/place_file.hpp"
#include "nadir/output/xdmf.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace nadir::app {
namespace {

std::vector<std::int64_t> counted(std::int64_t n) {
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(n));
  std::iota(numbers.begin(), numbers.end(), std::int64_t{0});
  return numbers;
}

/// The table of a training whose result was kept; `train` keeps it before it begins one of its own.
void keep_table_of(const Result& result, const std::string& kept) {
  together<SystemError>(result.grid.comm(), "", [&] {
    if (result.grid.rank() == 0)
      move_companion(output_stem(result.job.c.output.file) + ".csv", output_stem(kept) + ".csv");
  });
}

} // namespace

ResultWriter::ResultWriter(const Result& result, const std::string& path,
                           std::vector<std::int64_t> layers)
    : r_(result), c_(result.job.c), layers_(std::move(layers)),
      axes_(axis_names(c_.grid.dimension())), file_(result.grid.comm(), path) {}

std::vector<std::string> ResultWriter::with_axes(std::vector<std::string> leading) const {
  leading.insert(leading.end(), axes_.begin(), axes_.end());
  return leading;
}

void ResultWriter::add_root_scales() {
  const std::string ends =
      c_.network.attractor ? "0 is the input, 1 the attractor it leads to" : "0 is the input";
  file_.add_scale("/", "sample", counted(r_.observations.samples), {"1", "sample"});
  if (!layers_.empty())
    file_.add_scale("/", "layer", layers_, {"1", "layer of the stored state, " + ends});
  if (has_target())
    file_.add_scale("/", "depth", counted(c_.network.layers + 1), {"1", "layer, " + ends});
  add_axis_scales("/");
}

void ResultWriter::add_axis_scales(const std::string& group) {
  nadir::add_axis_scales(file_, group,
                         {c_.grid.shape, c_.grid.origin, c_.grid.spacing, c_.grid.units});
}

ResultFile::Dataset ResultWriter::create_states() {
  return file_.create_dataset("/state", StoredType::f8, with_axes({"sample", "layer"}),
                              {state_units(), "state z of the network"});
}

void ResultWriter::write_distances(const std::vector<double>& distances) {
  if (!has_target()) return;
  const auto dataset = file_.create_dataset(
      "/loss_by_layer", StoredType::f8, {"sample", "depth"},
      {squared(state_units()),
       "squared distance of the state to the last target, where it is in the loss"});
  file_.write_all<double>(dataset, distances);
}

Outcome ResultWriter::write_states(Scoring scoring) {
  const auto state = create_states();
  StateScan scan(r_, layers_);
  scan.run([&](std::int64_t sample, std::int64_t position, const double* packed) {
    const std::array at{sample, position};
    file_.write(state, at, r_.grid.owned(), packed);
  });
  write_distances(scan.distances());
  return scan.outcome(scoring == Scoring::full);
}

/// A field [sample][grid axes]; value_of(i) gives point i of all samples' points.
template<class T>
void ResultWriter::write_samples(const char* path, const Label& label,
                                 const std::function<T(std::size_t)>& value_of) {
  const auto dataset = file_.create_dataset(path, number_of<T>(), with_axes({"sample"}), label);
  std::vector<T> values(static_cast<std::size_t>(r_.observations.points));
  for (std::int64_t s = 0; s < r_.observations.samples; ++s) {
    const auto first = static_cast<std::size_t>(s) * values.size();
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = value_of(first + i);
    const std::array at{s};
    file_.write(dataset, at, r_.grid.owned(), values.data());
  }
}

void ResultWriter::write_target() {
  const Target& t = r_.observations.targets.back();
  using Byte = std::uint8_t;
  const auto observed = [&t](std::size_t i) -> Byte { return t.used[i] || t.withheld[i]; };
  write_samples<double>("/target", {state_units(), "last target, NaN where not observed"},
                        [&](std::size_t i) { return observed(i) ? t.y[i] : std::nan(""); });
  write_samples<Byte>("/observed", {"1", "1 where the last target was observed"}, observed);
  write_samples<Byte>("/withheld", {"1", "1 where it was kept out of the loss"},
                      [&](std::size_t i) { return t.withheld[i]; });
}

void ResultWriter::write_parameters(const std::string& group, const Coefficients& values,
                                    Which which, const Describe& describe) {
  const ParameterSet& parameters = values.parameters();
  const auto included = [&](const Parameter& p) { return which == Which::all || p.spec.train; };
  bool by_layer = false, by_space = false;
  for (const Parameter& p : parameters) {
    if (!included(p)) continue;
    by_layer = by_layer || p.spec.varies_layer;
    by_space = by_space || p.spec.varies_space;
    const auto names = parameters.component_names(p);
    if (!names.empty())
      file_.add_scale(group, p.name + "_component", names, {"1", "component of " + p.name});
  }
  if (by_layer) file_.add_scale(group, "layer", counted(c_.network.layers), {"1", "layer, from 0"});
  if (by_space) add_axis_scales(group);
  for (const Parameter& p : parameters)
    if (included(p)) write_parameter(group + "/" + p.name, p, values[p], describe(p));
}

void ResultWriter::write_coefficients() {
  const ParameterSet& parameters = r_.coefficients.parameters();
  write_parameters("/parameters", r_.coefficients, Which::all, [&](const Parameter& p) {
    return Label{parameters.units(p, state_units()), p.name + " " + p.symbol};
  });
  for (const Parameter& p : parameters) {
    // gamma R, gamma U, gamma D, gamma b per unit of time: the other form of the same coefficients.
    if (p.name != "relaxation")
      file_.attribute("/parameters/" + p.name, "physical_factor", c_.network.rate);
  }
}

void ResultWriter::write_parameter(const std::string& path, const Parameter& p,
                                   const ParameterValues& values, const Label& label) {
  std::vector<std::string> scales;
  if (values.varies_layer()) scales.push_back("layer");
  if (values.components() > 1) scales.push_back(p.name + "_component");
  if (values.varies_space()) scales = with_axes(scales);
  const auto dataset = file_.create_dataset(path, StoredType::f8, scales, label);
  if (!values.varies_space()) {
    file_.write_all<double>(dataset, {values.block(0), static_cast<std::size_t>(values.blocks())});
    return;
  }
  std::vector<double> packed(static_cast<std::size_t>(r_.observations.points));
  for (std::int64_t k = 0; k < values.blocks(); ++k) {
    std::vector<std::int64_t> at;
    if (values.varies_layer()) at.push_back(k / values.components());
    if (values.components() > 1) at.push_back(k % values.components());
    pack(values.layout(), values.block(k), packed.data());
    file_.write(dataset, at, r_.grid.owned(), packed.data());
  }
}

void ResultWriter::write_history() {
  const auto column = [&]<class T>(const char* name, const Label& label, T value_of) {
    using Value = decltype(value_of(r_.history[0]));
    std::vector<Value> values;
    for (const Iteration& iteration : r_.history) values.push_back(value_of(iteration));
    const auto dataset = file_.create_dataset(std::string("/history/") + name, number_of<Value>(),
                                              {"iteration"}, label);
    file_.write_all<Value>(dataset, values);
  };
  const std::string loss_units = squared(state_units());
  std::vector<std::int64_t> numbers;
  for (const Iteration& iteration : r_.history) numbers.push_back(iteration.iteration);
  file_.add_scale("/history", "iteration", numbers, {"1", "iteration, 0 is the start"});
  column("loss", {loss_units, "misfit and penalties"},
         [](const Iteration& i) { return i.loss.loss(); });
  column("misfit", {loss_units, "misfit"}, [](const Iteration& i) { return i.loss.misfit; });
  column("penalty", {loss_units, "penalties"}, [](const Iteration& i) { return i.loss.penalty; });
  column("gradient_norm", {"1", "norm of the (projected) gradient by scaled unknowns"},
         [](const Iteration& i) { return i.gradient_norm; });
  column("step_length", {"1", "length of the step that led here"},
         [](const Iteration& i) { return i.step_length; });
  column("evaluations", {"1", "loss and gradient evaluations so far"},
         [](const Iteration& i) { return i.evaluations; });
  column("seconds", {"s", "wall-clock time since the start"},
         [](const Iteration& i) { return i.seconds; });
  if (!r_.ended) return;
  file_.attribute("/history", "ended", r_.ended->reason);
  file_.attribute("/history", "converged", std::int64_t{r_.ended->converged});
}

void ResultWriter::write_timing() {
  const auto repeats = static_cast<std::int64_t>(r_.gradient_seconds.size());
  file_.add_scale("/timing", "repeat", counted(repeats), {"1", "repeated evaluation"});
  const auto write = [&](const char* path, const char* text, std::span<const double> values) {
    file_.write_all<double>(file_.create_dataset(path, StoredType::f8, {"repeat"}, {"s", text}),
                            values);
  };
  write("/timing/forward", "one loss evaluation without adjoint, slowest rank", r_.forward_seconds);
  write("/timing/gradient", "one loss and gradient, slowest rank", r_.gradient_seconds);
  file_.attribute("/timing", "messages", r_.traffic.messages);
  file_.attribute("/timing", "bytes", r_.traffic.bytes);
  file_.attribute("/timing", "layers_per_exchange", r_.job.plan.layers.layers_per_exchange);
}

void ResultWriter::write_description() {
  file_.attribute("/", "Conventions", std::string("CF-1.8"));
  file_.attribute("/", "schema_version", schema_version);
  file_.attribute("/", "title", c_.title);
  file_.attribute("/", "data_units", c_.data.units);
  file_.attribute("/", "data_scale", data_field().scale);
  file_.attribute("/", "data_offset", data_field().offset);
}

void ResultWriter::write_provenance() {
  app::write_provenance(file_, r_.job, r_.observations.read);
}

void ResultWriter::write_attributes(const Outcome& outcome) {
  write_description();
  if (has_target()) {
    file_.attribute("/", "loss", outcome.loss);
    file_.attribute("/", "misfit", outcome.misfit);
  }
  if (r_.state_error) {
    file_.attribute("/", "gradient_state_error", r_.state_error->gradient);
    for (const auto& [parameter, error] : r_.state_error->parameters)
      file_.attribute("/", "gradient_state_error_" + parameter, error);
  }
  if (!outcome.scores) return;
  file_.attribute("/", "withheld_rms", outcome.scores->withheld_rms);
  file_.attribute("/", "withheld_persistence_rms", outcome.scores->persistence_rms);
  if (std::isfinite(outcome.scores->interpolation_rms))
    file_.attribute("/", "withheld_interpolation_rms", outcome.scores->interpolation_rms);
}

void ResultWriter::write_xdmf_file() {
  const std::int64_t samples = r_.observations.samples;
  auto fields = state_fields(samples, static_cast<std::int64_t>(layers_.size()));
  const auto append = [&](std::vector<XdmfField> more) {
    std::ranges::move(more, std::back_inserter(fields));
  };
  if (has_target()) {
    append(sample_fields("/target", StoredType::f8, samples));
    append(sample_fields("/observed", StoredType::u1, samples));
    append(sample_fields("/withheld", StoredType::u1, samples));
  }
  for (const Parameter& p : r_.coefficients.parameters()) {
    const ParameterValues& values = r_.coefficients[p];
    if (!values.varies_space()) continue;
    append(parameter_fields(p.name, values.layers(), values.varies_layer(),
                            r_.coefficients.parameters().component_names(p), layers_));
  }
  const std::vector<double> times(layers_.begin(), layers_.end());
  const auto kept = write_xdmf(r_.grid.comm(), c_.grid, c_.output.file, times, fields);
  if (!kept.empty()) r_.job.log.line("the .xdmf file that stood there is kept as " + kept);
}

Outcome write_result(const Result& result) {
  const ProfileStage stage(Stage::writing);
  ResultWriter writer(result, result.job.c.output.file, result.job.c.output.layers);
  writer.add_root_scales();
  const Outcome outcome = writer.write_states();
  return finish_result(result, writer, outcome);
}

Outcome finish_result(const Result& result, ResultWriter& writer, Outcome outcome) {
  const ProfileStage stage(Stage::writing);
  if (!result.observations.targets.empty()) writer.write_target();
  writer.write_coefficients();
  if (result.gradient) {
    writer.write_parameters("/gradient", *result.gradient, ResultWriter::Which::trained,
                            [](const Parameter& p) {
                              return Label{"1", "derivative of the loss with respect to " + p.name};
                            });
  }
  if (!result.history.empty()) writer.write_history();
  if (!result.gradient_seconds.empty()) writer.write_timing();
  writer.write_attributes(outcome);
  writer.write_provenance();
  outcome.kept = writer.file().commit();
  if (!outcome.kept.empty() && result.history.empty()) keep_table_of(result, outcome.kept);
  writer.write_xdmf_file();
  return outcome;
}

} // namespace nadir::app
