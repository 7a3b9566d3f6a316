#pragma once

#include "state_scan.hpp"

#include <functional>
#include <string>
#include <vector>

namespace nadir::app {

/// Writes the parts of a result or checkpoint in the layout of the contract, each method one of
/// them. Collective.
class ResultWriter {
 public:
  /// A file at `path` that is to hold the states of `layers`, ascending; maybe none.
  ResultWriter(const Result& result, const std::string& path, std::vector<std::int64_t> layers);

  void add_root_scales();
  /// Takes all samples through the network. Checkpoints do without the scores, which cost a solve.
  enum class Scoring { full, none };
  Outcome write_states(Scoring scoring = Scoring::full);
  /// The two parts of that, for whoever does that.
  ResultFile::Dataset create_states();
  void write_distances(const std::vector<double>& distances);
  void write_target();
  /// Trained parameters only, or all of them.
  enum class Which { all, trained };
  using Describe = std::function<Label(const Parameter&)>;
  void write_parameters(const std::string& group, const Coefficients& values, Which which,
                        const Describe& describe);
  /// /parameters, with what makes physical rates of them.
  void write_coefficients();
  void write_history();
  void write_timing();
  void write_attributes(const Outcome& outcome);
  /// What of that says how to read the file.
  void write_description();
  void write_provenance();
  void write_xdmf_file();

  /// Units of z: those of the data unless they were scaled.
  std::string state_units() const { return scaled() ? "1" : c_.data.units; }
  std::vector<std::string> with_axes(std::vector<std::string> leading) const;
  void add_axis_scales(const std::string& group);
  ResultFile& file() { return file_; }

 private:
  template<class T>
  void write_samples(const char* path, const Label& label,
                     const std::function<T(std::size_t)>& value_of);
  void write_parameter(const std::string& path, const Parameter& p, const ParameterValues& values,
                       const Label& label);

  bool has_target() const { return !c_.data.targets.empty(); }
  const FieldSpec& data_field() const {
    return has_target() ? c_.data.targets.back().field : c_.data.input;
  }
  bool scaled() const { return data_field().scale != 1.0 || data_field().offset != 0.0; }

  const Result& r_;
  const Case& c_;
  std::vector<std::int64_t> layers_;
  std::vector<std::string> axes_;
  ResultFile file_;
};

/// The square of a unit, in words.

/// Everything but the states, which the writer has got, then the names: the rest of write_result().
Outcome finish_result(const Result& result, ResultWriter& writer, Outcome outcome);

} // namespace nadir::app
