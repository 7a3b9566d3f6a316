#include "case_schema.hpp"

#include "attractor/attractor_schema.hpp"
#include "data/field_schema.hpp"
#include "grid/grid_schema.hpp"
#include "kernel/kernel_schema.hpp"
#include "kernel/parameter_schema.hpp"
#include "network/network_schema.hpp"
#include "output/output_schema.hpp"
#include "plan/run_schema.hpp"
#include "training/training_schema.hpp"

namespace nadir::schema {
namespace {

Section<Case> make_case_section() {
  Section<Case> s;
  s.key("title", &Case::title, text(), "one line, kept in the result");
  s.key("grid", &Case::grid, section(grid_section()), "The uniform grid the states live on.");
  s.key("network", &Case::network, section(network_section()),
        "The chain of layers, `z_{l+1} = (1 - ω) z_l + ω f(W z_l - b)` with the default scheme.");
  s.key("kernel", &Case::kernel, section(kernel_section()), "The operator W of a layer.");
  s.key("data", &Case::data, section(data_section()), "Input and targets.");
  s.key("loss", &Case::loss, section(loss_section()),
        "`loss = Σ_samples Σ_targets w Σ_i m_i (z_i - y_i)² + penalties`, m = 1 where the target "
        "is observed and not withheld.");
  s.key("training", &Case::training, section(training_section()),
        "How `train` minimises the loss.");
  s.key("attractor", &Case::attractor, section(attractor_section()),
        "What `attractor` looks for, and how.");
  s.key("run", &Case::run, section(run_section()), "Long runs.");
  s.key("output", &Case::output, section(output_section()), "The result file.");
  return s;
}

} // namespace

const Section<Case>& case_section() {
  static const Section<Case> section = make_case_section();
  return section;
}

std::vector<NamedTable> named_tables() {
  return {
      {"PARAMETER",
       "A number, which is then fixed; or a table, which is trained unless it says `train = "
       "false`.",
       parameter_section().docs()},
      {"START", "Either `value`, `noise` and `seed`, or `file` and `dataset`.", start_keys()},
      {"PENALTY", "Weights of the terms that keep a trained parameter p small or smooth; 0 is off.",
       penalty_section().docs()},
      {"FIELD", "A field on the grid read from a file.", field_section().docs()},
      {"TARGET", "A FIELD to compare a state with.", target_section().docs()},
      {"WITHHOLD", "Either `fraction` and `seed`, or `file` and `dataset`.",
       withhold_section().docs()},
      {"DATASET", "A dataset of a file.", dataset_section().docs()},
      {"BOUNDARY", "`\"periodic\"`, `\"reflect\"`, or a table.", boundary().keys},
      {"CHECKPOINT", "A table.", checkpoint_section().docs()},
      {"KERNEL", "A kernel of a sum: its `type`, and the keys that family has in [kernel].",
       kernel_term_keys()},
  };
}

} // namespace nadir::schema
