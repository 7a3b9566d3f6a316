#include "interpret.hpp"

#include "nadir/base/collective.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/node_memory.hpp"
#include "nadir/output/output_lock.hpp"

#include <cmath>
#include <filesystem>

namespace nadir::app {
namespace {

/// Matrices that are reported in full; of more there is a line each.
constexpr std::int64_t reported_in_full = 3;

std::string output_of(const Arguments& arguments) {
  if (!arguments.output.empty()) return arguments.output;
  const auto stem = std::filesystem::path(arguments.case_file).stem().string();
  return "results/" + stem + "-interpretation.h5";
}

/// FILE, and those of the options "FILE:/dataset".
std::vector<FileRead> files_of(const Arguments& arguments) {
  std::vector<FileRead> files{{"FILE", arguments.case_file}};
  const auto add = [&](const char* what, const std::string& value) {
    if (!value.empty()) files.push_back({what, value.substr(0, value.rfind(':'))});
  };
  add("--coordinates", arguments.interpret.coordinates);
  add("--signals", arguments.interpret.signals);
  return files;
}

Share share_of(const Session& session, std::int64_t matrices) {
  const std::int64_t rank = session.rank(), ranks = session.ranks();
  const std::int64_t first = matrices * rank / ranks;
  return {first, matrices * (rank + 1) / ranks - first};
}

/// Numbers that are not finite, found before anything is computed: of all matrices the first.
void check_numbers(const Session& session, const Subject& subject, Share share) {
  together<InputError>(session.comm(), "", [&] {
    for (std::int64_t m = share.first; m < share.first + share.count; ++m) {
      const std::string problem = subject.problem_of(m);
      if (!problem.empty()) throw InputError(problem);
    }
  });
}

/// A matrix while it is interpreted, the signals, and what is found of this rank's share.
double bytes_needed(const Subject& subject, Share share) {
  constexpr double signals = 8, fields_of_moment = 2;
  const auto held = static_cast<double>(share.count * subject.rows());
  const auto points = static_cast<double>(subject.plan.neurons.points());
  return subject.bytes() +
         8 * (signals * points +
              fields_of_moment * held * static_cast<double>(subject.plan.indices.size()));
}

void check_room(const Session& session, const Subject& subject, Share share) {
  const double free = node_memory(session.comm()).per_rank();
  const double needed = bytes_needed(subject, share);
  const std::string problem =
      needed <= free
          ? ""
          : formatted(
                "%s: needs %s of each rank's memory, and there is %s; use fewer ranks on each "
                "node, more nodes for a stack, or a lower --order",
                subject.source.c_str(), bytes_text(needed).c_str(), bytes_text(free).c_str());
  const std::string first = first_problem(session.comm(), problem);
  if (!first.empty()) throw InputError(first);
}

std::string short_line(const Subject& subject, std::int64_t matrix, const Interpretation& found) {
  const auto mean = [&](std::size_t m) {
    return range_over_rows(found, rows_of(found, found.moments, m)).mean;
  };
  const char* random = found.verdict == 1   ? "random"
                       : found.verdict == 0 ? "structured"
                                            : "not judged";
  std::string text =
      formatted("%-24s R %11.4g", subject.matrix_names[static_cast<std::size_t>(matrix)].c_str(),
                mean(0) - 1);
  const auto axes = subject.plan.neurons.axis_names();
  for (std::size_t a = 0; a < axes.size() && a < 3 && subject.plan.order > 0; ++a) {
    MomentIndex k(axes.size(), 0);
    k[a] = 1;
    text +=
        formatted("  U_%s %11.4g", axes[a].c_str(), -mean(position_of(subject.plan.indices, k)));
  }
  const double share = found.explained.back();
  return text + "  explained " + (std::isnan(share) ? "-" : formatted("%.4f", share)) + "  " +
         random;
}

/// Texts of all ranks one after the other, on all of them. Collective.
std::string joined_over_ranks(const Session& session, const std::string& mine) {
  std::string all;
  for (int rank = 0; rank < session.ranks(); ++rank)
    all += broadcast_text(session.comm(), rank == session.rank() ? mine : "", rank);
  return all;
}

/// What there is to read of this rank's matrices.
struct Texts {
  std::string report, equations;
};
Texts texts_of(const Subject& subject, Share share, const std::vector<Interpretation>& found) {
  Texts texts;
  for (std::int64_t i = 0; i < share.count; ++i) {
    const Interpretation& one = found[static_cast<std::size_t>(i)];
    const std::int64_t matrix = share.first + i;
    if (matrix < reported_in_full)
      texts.report +=
          (subject.matrices() > 1 ? subject.matrix_names[static_cast<std::size_t>(matrix)] + "\n"
                                  : "") +
          interpretation_text(subject.plan, one) + "\n";
    else
      texts.report += short_line(subject, matrix, one) + "\n";
    texts.equations += equation_latex(subject.plan, one) + "\n";
  }
  return texts;
}

/// All parameters of the file against those of full matrices, N^2 (L + 1). Collective.
std::string total_text(const Session& session, const Subject& subject,
                       const std::vector<Interpretation>& found) {
  double effective = 0;
  for (const Interpretation& one : found) effective += one.effective_parameters;
  effective = sum_over_ranks(session.comm(), effective); // whole numbers: in any order
  const auto layers = static_cast<double>(subject.matrices() * subject.layers_per_matrix);
  return formatted("effective parameters in all: %.0f of %.0f", effective,
                   subject.plan.weights * layers);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

std::vector<Interpretation> interpret_share(const Session& session, const Subject& subject,
                                            Share share) {
  const std::int64_t judged = subject.judged();
  RandomEnsemble ensemble;
  if (judged > 0) ensemble = random_ensemble(session.comm(), judged);
  std::vector<Interpretation> found;
  together<NumericsError>(session.comm(), "", [&] {
    for (std::int64_t m = share.first; m < share.first + share.count; ++m)
      found.push_back(subject.interpret(m, judged > 0 ? &ensemble : nullptr));
  });
  return found;
}

} // namespace

void run_interpret(const Session& session, const Arguments& arguments, const Log& log) {
  const std::string output = output_of(arguments);
  std::unique_ptr<Subject> subject;
  const std::string no_output = output_problem(session.comm(), output, files_of(arguments));
  together<InputError>(session.comm(), "", [&] {
    std::vector<std::string> problems;
    try {
      subject = open_subject(arguments);
    } catch (const InputError& error) {
      problems.emplace_back(error.what());
    }
    if (!no_output.empty()) problems.push_back("--output: " + no_output);
    if (!problems.empty()) throw InputError(problems);
  });
  const Share share = share_of(session, subject->matrices());
  check_room(session, *subject, share);
  refuse_unused_options(session, log);
  check_numbers(session, *subject, share);

  const Run run = Run::start();
  const OutputLock lock(session.comm(), output, run.description());
  if (!lock.held()) log.warning(lock.warning());
  if (lock.held()) clear_away_leftovers(session, output);
  log.line(subject->source + ": " + subject->text + "\n" + neurons_text(subject->plan) + "\n");
  const auto found = interpret_share(session, *subject, share);
  const Texts mine = texts_of(*subject, share, found);
  const std::string report = joined_over_ranks(session, mine.report);
  const std::string total = total_text(session, *subject, found);
  const auto equations = lines_of(joined_over_ranks(session, mine.equations));
  log.line(report + total);
  const std::string kept = write_interpretation(
      {session, arguments, run, *subject, share, found, equations, report + total}, output);
  if (!kept.empty()) log.line("the file that stood there is kept as " + kept);
  log.line("written " + output + "; pictures and a page: tools/report " + output);
}

} // namespace nadir::app
