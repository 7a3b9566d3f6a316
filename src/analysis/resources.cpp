#include "nadir/analysis/resources.hpp"

#include "nadir/base/check.hpp"
#include "nadir/kernel/kernel.hpp"
#include "nadir/network/coefficients.hpp"

#include <algorithm>
#include <fstream>
#include <numeric>

namespace nadir {
namespace {

constexpr double real = sizeof(double);

/// Doubles of a padded array.
double padded(const Extents& owned, int dimension, int ghosts) {
  double size = 1;
  for (int a = 0; a < max_dimension; ++a) {
    const int extra = a >= max_dimension - dimension ? 2 * ghosts : 0;
    size *= static_cast<double>(owned[static_cast<std::size_t>(a)] + extra);
  }
  return size;
}

double points(const Extents& n) {
  return static_cast<double>(n[0]) * static_cast<double>(n[1]) * static_cast<double>(n[2]);
}

double blocks(const Case& c, Parameter p) {
  const auto layers = case_of(c, p).varies_layer ? c.network.layers : 1;
  return static_cast<double>(layers) * static_cast<double>(components_of(c, p));
}

/// Control vectors a TAO type keeps, counted for PETSc 3.18 with its default memory of 5 pairs;
/// ours are one gradient, one best iterate, one iterate and the start.
double optimizer_vectors(const Case& c) {
  const std::string& name = c.training.optimizer;
  if (name == "steepest-descent" || name == "adam") return 4;
  if (name == "cg") return 6;
  if (name == "bncg") return 12;
  if (name == "lmvm") return 20;
  return 29;
}

double read_number(const char* path) {
  std::ifstream file(path);
  double number = 0;
  return file >> number ? number : 0.0; // "max" means no limit
}

} // namespace

double MemoryEstimate::total() const {
  return std::accumulate(parts.begin(), parts.end(), 0.0,
                         [](double sum, const MemoryPart& part) { return sum + part.bytes; });
}

MemoryEstimate estimate_memory(const Case& c, const Extents& owned, std::int64_t samples,
                               bool rank_0, Workload workload) {
  const int d = c.grid.dimension();
  const double n = points(owned), s = static_cast<double>(samples);
  const double state = real * padded(owned, d, state_ghosts);
  const double wide = real * padded(owned, d, coefficient_ghosts);
  double values = 0, gradients = 0, control = 0;
  for (const auto p : all_parameters) {
    const ParameterCase& parameter = case_of(c, p);
    const double bytes = blocks(c, p) * (parameter.varies_space ? wide : real);
    values += bytes;
    if (!parameter.train) continue;
    gradients += bytes;
    control += blocks(c, p) * real * (parameter.varies_space ? n : rank_0 ? 1 : 0);
  }
  MemoryEstimate estimate;
  auto& parts = estimate.parts;
  parts.push_back(
      {"data", s * n * (real + static_cast<double>(c.data.targets.size()) * (real + 2))});
  parts.push_back({"coefficients", values});
  parts.push_back({"work arrays", 5 * state + wide});
  if (workload == Workload::forward) return estimate;
  parts.push_back({"states", static_cast<double>(c.network.layers + 1) * state});
  parts.push_back({"gradients", gradients});
  const double vectors = workload == Workload::train ? optimizer_vectors(c) : 2;
  parts.push_back(
      {workload == Workload::train ? "optimiser" : "control vectors", vectors * control});
  return estimate;
}

Extents largest_box(const Extents& shape, const ProcessGrid& processes) {
  Extents box;
  for (std::size_t a = 0; a < box.size(); ++a)
    box[a] = (shape[a] + processes[a] - 1) / processes[a];
  return box;
}

ParameterCount count_parameters(const Case& c) {
  ParameterCount count;
  const std::int64_t grid_points = std::accumulate(c.grid.shape.begin(), c.grid.shape.end(),
                                                   std::int64_t{1}, std::multiplies<>{});
  for (const auto p : all_parameters) {
    const ParameterCase& parameter = case_of(c, p);
    const std::int64_t layers = parameter.varies_layer ? c.network.layers : 1;
    const std::int64_t entries =
        layers * components_of(c, p) * (parameter.varies_space ? grid_points : 1);
    count.all += entries;
    if (parameter.train) count.trained += entries;
  }
  return count;
}

double result_bytes(const Case& c, std::int64_t samples) {
  const double n = points(three_extents(c.grid.shape)), s = static_cast<double>(samples);
  double bytes = s * n * real * static_cast<double>(c.output.layers.size());
  if (!c.data.targets.empty()) bytes += s * n * (real + 2);
  for (const auto p : all_parameters)
    bytes += real * blocks(c, p) * (case_of(c, p).varies_space ? n : 1.0);
  return bytes;
}

NodeMemory node_memory(MPI_Comm comm) {
  NodeMemory memory;
  MPI_Comm node = MPI_COMM_NULL;
  check_mpi(MPI_Comm_split_type(comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node));
  check_mpi(MPI_Comm_size(node, &memory.ranks));
  check_mpi(MPI_Comm_free(&node));
  std::ifstream info("/proc/meminfo");
  for (std::string word; info >> word;) {
    double kib = 0;
    if (word == "MemAvailable:" && info >> kib) memory.available = 1024 * kib;
  }
  const double limit = read_number("/sys/fs/cgroup/memory.max");
  const double used = read_number("/sys/fs/cgroup/memory.current");
  if (limit > 0) memory.available = std::min(memory.available, std::max(0.0, limit - used));
  return memory;
}

} // namespace nadir
