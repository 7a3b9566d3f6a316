#include "report.hpp"

#include "nadir/analysis/speed.hpp"
#include "nadir/analysis/summary.hpp"
#include "nadir/base/collective.hpp"
#include "nadir/base/version.hpp"
#include "nadir/input/case_reader.hpp"
#include "nadir/network/schemes.hpp"
#include "nadir/output/place_file.hpp"

#include <array>
#include <cmath>

namespace nadir::app {
namespace {

constexpr std::size_t pace_iterations = 10;
constexpr double quiet_seconds = 30.0; ///< a log file gets a line at least this often

long long whole(std::int64_t n) { return static_cast<long long>(n); }

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const auto n : shape) text += (text.empty() ? "" : " x ") + std::to_string(n);
  return text;
}

/// Which state a target is compared with.
std::string place_text(const Case& c, std::int64_t layer) {
  if (c.network.attractor) return layer == 0 ? "the input" : "the attractor";
  return formatted("layer %lld", whole(layer));
}

const std::vector<std::string> table_names{"iteration",   "loss",          "misfit",
                                           "penalty",     "gradient_norm", "step_length",
                                           "evaluations", "seconds"};

/// The table of another case's run is kept, as its result will be, and a file of somebody.
void keep_other_table(const Job& job, MPI_Comm comm, const std::vector<DataRead>& read) {
  const std::string& file = job.c.output.file;
  together<SystemError>(comm, "", [&] {
    if (job.session.rank() != 0) return;
    const auto there = origin_of(file);
    const Origin here{job.arguments.command_name, resolved_text(job.c), data_text(read)};
    // After a restart its rows come again from the checkpoint.
    const bool same = job.restart || (there && same_origin(*there, here));
    if (same && is_table(output_stem(file) + ".csv", table_names)) return;
    keep_table(output_stem(file) + ".csv", output_stem(file));
  });
}

CsvFile::Row row_of(const Iteration& i) {
  return {static_cast<double>(i.iteration),
          i.loss.loss(),
          i.loss.misfit,
          i.loss.penalty,
          i.gradient_norm,
          i.step_length,
          static_cast<double>(i.evaluations),
          i.seconds};
}

CsvFile open_table(const Job& job, MPI_Comm comm, const std::vector<DataRead>& read,
                   const std::vector<Iteration>& history) {
  keep_other_table(job, comm, read);
  std::vector<CsvFile::Row> rows;
  for (const Iteration& iteration : history) rows.push_back(row_of(iteration));
  return {comm, output_stem(job.c.output.file) + ".csv", table_names, rows};
}

/// Which states of a gradient are held, and how; empty where it is all of them and nothing else was
/// asked for.
std::string states_text(const Case& c, const Plan& all) {
  const StatePlan& plan = all.states;
  const std::int64_t n = c.network.layers;
  if (c.network.attractor) {
    const bool asked = c.run.memory > 0 || c.run.single_states || !c.run.scratch.empty();
    return std::string("states: a gradient needs the attractor alone, none is held on the way") +
           (asked ? "; run.memory, state_precision and scratch have no effect" : "");
  }
  if (plan.keep_all && !c.run.single_states) return {};
  const char* precision = plan.single           ? " in single precision"
                          : c.run.single_states ? " in double precision (single would save nothing)"
                                                : "";
  const std::string room = bytes_text(plan.room(n) * all.state_bytes);
  if (plan.keep_all)
    return formatted("states: all %lld are held%s (%s per rank)", whole(n + 1), precision,
                     room.c_str());
  const std::string disk =
      plan.on_disk
          ? formatted(", %lld are on disk (%s per rank, %s in all)", whole(plan.states_on_disk()),
                      bytes_text(all.disk).c_str(), bytes_text(all.disk_in_all).c_str())
          : "";
  return formatted("states: %lld of %lld are held%s (%s per rank)%s, the others computed again: "
                   "%.2f times the layers",
                   whole(plan.states(n)), whole(n + 1), precision, room.c_str(), disk.c_str(),
                   plan.repetition());
}

} // namespace

std::string depth_text(const Case& c) {
  if (c.network.attractor) return "layers to the attractor";
  return formatted("%lld layers", whole(c.network.layers));
}

std::string basis_text(const Case& c) {
  std::int64_t nodes = 1;
  for (int axis = 0; axis < c.grid.dimension(); ++axis) nodes *= c.network.nodes;
  return formatted("basis %s in Galerkin form, %lld Gauss nodes per cell and axis, %lld per point",
                   c.network.basis == Basis::hat ? "of hats" : "of cubic splines",
                   whole(c.network.nodes), whole(nodes));
}

std::string exchange_text(const Plan& plan) {
  return formatted("ghosts: %d wide, exchanged once in %lld layers", plan.ghosts.states,
                   whole(plan.layers.layers_per_exchange));
}

std::vector<std::string> plan_texts(const Job& job, const Plan& plan) {
  std::vector<std::string> lines;
  const int groups = plan.states.groups, each = job.machine.ranks / groups;
  if (groups > 1)
    lines.push_back(formatted("samples: shared by %d groups of %d rank%s each", groups, each,
                              each == 1 ? "" : "s"));
  const std::string states = states_text(job.c, plan);
  if (!states.empty()) lines.push_back(states);
  return lines;
}

std::string speed_line(const Job& job, const WorkCounters& work, std::size_t samples) {
  std::optional<ByteModel> bytes; // other layers go over the points more than once
  if (swept_as_one(job.c) && !job.plan.layers.by_fft)
    bytes = byte_model(fields_of(job.workload), trained_fields_of(job.workload),
                       static_cast<std::int64_t>(samples));
  return speed_text(job.session.comm(), work, bytes);
}

void print_start(const Job& job, const Grid& grid, std::int64_t samples, std::int64_t trained) {
  const Case& c = job.c;
  const ProcessGrid& p = grid.process_grid();
  job.log.line(formatted("nadir %s: %s", std::string(version()).c_str(),
                         c.title.empty() ? c.positions.file.c_str() : c.title.c_str()));
  job.log.line(
      formatted("grid %s, %s, %lld sample%s, %lld trained unknowns, %d rank%s (%d x %d x %d)",
                shape_text(c.grid.shape).c_str(), depth_text(c).c_str(), whole(samples),
                samples == 1 ? "" : "s", whole(trained), job.session.ranks(),
                job.session.ranks() == 1 ? "" : "s", p[0], p[1], p[2]));
  if (!is_plain(c.network)) job.log.line("layers: " + layers_text(c.network));
  if (is_galerkin(c)) job.log.line(basis_text(c));
  if (job.plan.layers.layers_per_exchange > 1) job.log.line(exchange_text(job.plan));
  if (goes_back(job.workload.purpose))
    for (const auto& text : plan_texts(job, job.plan)) job.log.line(text);
  job.log.detail("resolved case:\n" + resolved_text(c));
}

void print_targets(const Job& job, const Space& space, const Observations& observations) {
  const std::int64_t all = space.points() * observations.samples;
  for (const Target& target : observations.targets) {
    const std::int64_t missing = all - target.used_total - target.withheld_total;
    job.log.line(
        formatted("target at %s: %lld values in the loss, %lld withheld, %lld not observed",
                  place_text(job.c, target.layer).c_str(), whole(target.used_total),
                  whole(target.withheld_total), whole(missing)));
  }
  for (const std::string& note : observations.notes) job.log.warning(note);
}

void print_outcome(const Job& job, const Outcome& outcome) {
  const Case& c = job.c;
  if (!c.data.targets.empty()) {
    job.log.line(formatted("loss %.8g, misfit %.8g", outcome.loss, outcome.misfit));
  }
  if (const auto& scores = outcome.scores) {
    const char* units = c.data.units.c_str();
    const double share =
        scores->persistence_rms > 0 ? scores->withheld_rms / scores->persistence_rms : 0;
    job.log.line(formatted("error at withheld points: %.4f %s RMS (%.2f x persistence)",
                           scores->withheld_rms, units, share));
    job.log.line(formatted("  baseline, output = input (persistence):             %.4f %s",
                           scores->persistence_rms, units));
    job.log.line("  baseline, increment interpolated without dynamics:  " +
                 (std::isfinite(scores->interpolation_rms)
                      ? formatted("%.4f %s", scores->interpolation_rms, units)
                      : "not found, its equations are too ill-conditioned"));
  }
  if (!outcome.kept.empty())
    job.log.line("another result stood there; it is kept as " + outcome.kept);
  const std::string stem = output_stem(c.output.file);
  job.log.line("wrote " + c.output.file + " and " + stem + ".xdmf");
}

Progress::Progress(const Job& job, MPI_Comm comm, const std::vector<DataRead>& read,
                   const std::vector<Iteration>& history)
    : job_(job), csv_(open_table(job, comm, read, history)) {
  job.log.line("  iter          loss        misfit       penalty      gradient      step  evals   "
               "seconds       ETA");
}

void Progress::add(const Iteration& i) {
  csv_.row(row_of(i));
  recent_.push_back(i);
  if (recent_.size() > pace_iterations + 1) recent_.pop_front();
  if (due(i)) print(i);
}

/// Every line on a terminal; in a log the first ten, then every tenth, hundredth, ...
bool Progress::due(const Iteration& i) const {
  if (job_.log.terminal() || i.seconds - printed_seconds_ >= quiet_seconds) return true;
  std::int64_t stride = 1;
  while (stride * 10 <= i.iteration) stride *= 10;
  return i.iteration % stride == 0;
}

/// The pace of the last iterations times those that are left; the run may end earlier.
double Progress::remaining_seconds(const Iteration& i) const {
  if (recent_.size() < 2) return -1.0;
  const double pace =
      (i.seconds - recent_.front().seconds) / static_cast<double>(recent_.size() - 1);
  return pace * static_cast<double>(job_.c.training.iterations - i.iteration);
}

void Progress::print(const Iteration& i) {
  job_.log.line(formatted("%6lld  %12.6e  %12.6e  %12.6e  %12.6e  %8.2e  %5lld  %8.2f  %8s",
                          whole(i.iteration), i.loss.loss(), i.loss.misfit, i.loss.penalty,
                          i.gradient_norm, i.step_length, whole(i.evaluations), i.seconds,
                          duration_text(remaining_seconds(i)).c_str()));
  printed_ = i.iteration;
  printed_seconds_ = i.seconds;
}

void Progress::finish() {
  if (!recent_.empty() && recent_.back().iteration != printed_) print(recent_.back());
}

} // namespace nadir::app
