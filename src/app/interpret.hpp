#pragma once

#include "commands.hpp"

#include "nadir/analysis/interpretation.hpp"

#include <memory>
#include <string>
#include <vector>

namespace nadir::app {

/// What `interpret` looks at: matrices, filters, or the layers of a result of nadir. Every rank has
/// one and reads the matrices it is asked for; nothing is collective.
class Subject {
 public:
  virtual ~Subject() = default;
  Subject() = default;
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;

  InterpretationPlan plan;
  std::string source;                    ///< "FILE" or "FILE: ARRAY"
  std::string source_run_id;             ///< of the run that wrote a result; else empty
  std::string text;                      ///< one line: what there is
  std::vector<std::string> matrix_names; ///< one for each
  std::int64_t layers_per_matrix = 1;    ///< that have the same weights
  std::vector<double> origin;            ///< coordinates of the first point, [axis]

  std::int64_t matrices() const { return static_cast<std::int64_t>(matrix_names.size()); }
  /// Rows of each matrix: all points, or one that holds everywhere.
  virtual std::int64_t rows() const = 0;
  /// The largest distance that weights bridge.
  virtual double farthest() const;
  /// The size that is judged against random matrices, 0 for none.
  virtual std::int64_t judged() const { return 0; }
  /// Bytes that one matrix takes while it is interpreted.
  virtual double bytes() const = 0;
  /// What is wrong with the numbers of a matrix, empty when nothing is. Throws InputError.
  virtual std::string problem_of(std::int64_t matrix) const = 0;
  virtual Interpretation interpret(std::int64_t matrix, const RandomEnsemble* ensemble) const = 0;
};

/// Opens what the command line names. Throws InputError with all that is wrong with it.
std::unique_ptr<Subject> open_subject(const Arguments& arguments);

/// A result of nadir as a subject; null when the file is none. Throws InputError.
std::unique_ptr<Subject> open_result(const std::string& path, const InterpretOptions& options);

/// A rank's matrices: they are dealt out in one piece each.
struct Share {
  std::int64_t first = 0, count = 0;
};

/// Writes the analysis file of the contract: `found` are this rank's matrices. Returns the name
/// under which another file that stood there was kept. Collective.
struct InterpretationFile {
  const Session& session;
  const Arguments& arguments;
  const Run& run;
  const Subject& subject;
  Share share;
  const std::vector<Interpretation>& found;
  const std::vector<std::string>& equations; ///< of all matrices
  std::string report;
};
std::string write_interpretation(const InterpretationFile& file, const std::string& path);

} // namespace nadir::app
