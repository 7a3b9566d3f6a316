#include "case_schema.hpp"

#include "attractor/attractor_schema.hpp"
#include "grid/grid_schema.hpp"
#include "kernel/kernel_schema.hpp"
#include "network/network_schema.hpp"
#include "output/output_schema.hpp"
#include "training/training_schema.hpp"

#include <filesystem>

namespace nadir::schema {
namespace {

std::string default_result(const std::string& case_file) {
  const std::string stem = std::filesystem::path(case_file).stem().string();
  return "results/" + (stem.empty() ? "case" : stem) + ".h5";
}

} // namespace

void resolve_case(Case& c, Reading& reading) {
  const Checks checks(reading, c.positions);
  check_grid(c.grid, checks);
  check_kernel(c.kernel, c.grid, checks);
  check_network(c, c.run, checks);
  check_training(c, checks);
  check_attractor(c.attractor, c.grid, checks);
  if (c.output.file.empty()) c.output.file = default_result(c.positions.file);
  check_output(c.output, c.network.layers, c.network.attractor, checks);
}

} // namespace nadir::schema
