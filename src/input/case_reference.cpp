#include "nadir/input/case_reader.hpp"

#include "case_schema.hpp"

#include "nadir/base/text.hpp"
#include "nadir/kernel/activation.hpp"
#include "nadir/network/schemes.hpp"
#include "nadir/training/optimizers.hpp"

/// The reference page: prose from here, everything about keys from the schema.
namespace nadir {
namespace {

using schema::KeyDoc;

const char* const introduction = R"(# Case file

A case is a TOML file. It says on which grid the states live, what a layer does, which fields go
in, what the states are compared with, and what is trained. This page is generated from the
schema that reads the case, so it lists every key there is.

- Everything wrong with a case is reported at once, with file, line and column, before anything
  is computed; a mistyped key is an error.
- `--set key.path=value` changes the case from the command line: `--set network.layers=8`,
  `--set kernel.diffusion.bounds=[0,1]`, `--set data.target.0.layer=4`. The last key is replaced
  whole. Below a PARAMETER given as a number, the number first becomes `{ init = number }`.
  A value that is not TOML is taken as a string: `--set network.activation=tanh`.
- Input paths are relative to the case file; `output.file`, `--output` and paths given in `--set`
  are relative to the working directory.
- Numbers are finite: `nan` and `inf` are errors. An integer may stand where a number is wanted.

## Example

)";

// A test parses this, so it stays a valid case.
const char* const example = R"(title = "January to February sea-surface temperature"

[grid]
shape    = [90, 180]                  # y, x: the slowest axis first
spacing  = [2.0, 2.0]
origin   = [-89.0, 21.0]              # coordinates of the first point
units    = "degree"
boundary = ["reflect", "periodic"]    # closed at the poles, periodic in longitude

[network]
layers     = 8                        # states z_0 .. z_8
activation = "identity"
relaxation = 0.5                      # a number is fixed
bias       = { varies = ["space"], penalty = { h1 = 1.0 } }     # a table is trained

[kernel]
type             = "adr"
diffusion_tensor = "diagonal"         # two components, yy and xx
reaction  = { varies = ["space"], penalty = { h1 = 1.0 } }
advection = { init = [0.0, 0.1], varies = ["space"], penalty = { h1 = 1.0 } }
diffusion = { init = 0.1, varies = ["space"], bounds = [0.0, 0.5], penalty = { h1 = 1.0 } }

[data]
units = "degC"

[data.input]
file    = "data/sst.h5"               # beside the case file
dataset = "/january"
offset  = 15.0                        # values become (value - 15) / 15
scale   = 15.0

[[data.target]]                       # one target, at the last layer
file     = "data/sst.h5"
dataset  = "/february"
mask     = { file = "data/sst.h5", dataset = "/ocean" }
offset   = 15.0
scale    = 15.0
withhold = { fraction = 0.2, seed = 1 }

[training]
optimizer  = "bqnls"
iterations = 100

[output]
file   = "results/sst.h5"
layers = "all"
)";

const char* const parameter_notes = R"(
`init` is a number for all components (in a full tensor: for the diagonal, the rest is 0), a list
with one number per component, or a dataset with exactly the shape
`[(layer,) (component,) (grid axes)]` of `/parameters/NAME` in a result file: axes in which the
parameter does not vary are absent, and so is the component axis when there is one component.
The three families of the theory are `varies = []`, `["space"]` and `["space", "layer"]`.
`bounds` hold for every component; a side without a limit is a large number such as `1e30`.
Bounds and penalties of a parameter with `train = false` do nothing.

    reaction  = 0.1                                             # fixed
    diffusion = { init = 0.1 }                                  # trained, one number
    advection = { init = [0.0, 0.2], varies = ["space"] }       # trained, two fields
    reaction  = { init = { file = "r.h5", dataset = "/r" }, varies = ["space"], train = false }
)";

const char* const field_notes = R"(
A dataset has the shape of the grid, or one leading sample axis more. Values become
`(value - offset) / scale`; any float or integer type is read, `scale_factor`, `add_offset` and
`_Unsigned` of the file are honoured. In a target NaN, `_FillValue` (without one netCDF's default
fill value), `missing_value`, values outside `valid_range`, `valid_min` and `valid_max`, and
mask = 0 mean "not observed"; in an input they are errors. Targets have the samples of the input.

Where a dataset has dimension scales (netCDF's coordinate variables) they are compared with
`[grid]`: axes that run down, are uneven, hold both ends of a period, or have another spacing or
origin are a warning each, axes in another order an error. External links are followed to regular
HDF5 files; datasets that are virtual or kept in other files (external storage) are refused.
)";

const char* const withhold_notes = R"(
With `fraction`, exactly round(fraction · observed) points are withheld, the same on any number
of ranks. With a file, those observed points where the dataset is not 0.
)";

const char* const penalty_notes = R"(
Sums run over points (pairs of neighbours once each, wrapped on periodic axes), components and
layers, in lattice units: differences are not divided by Δ.
)";

const char* const boundary_notes = R"(
`"periodic"` wraps. `"reflect"` is a zero normal gradient, mirrored at the cell face: the ghost
beside the first point equals the first point. `{ value = 0.0 }` puts the number into every
ghost, in the units of z, that is after offset and scale.
)";

std::string notes_of(const std::string& table) {
  if (table == "PARAMETER") return parameter_notes;
  if (table == "FIELD") return field_notes;
  if (table == "WITHHOLD") return withhold_notes;
  if (table == "PENALTY") return penalty_notes;
  if (table == "BOUNDARY") return boundary_notes;
  return "";
}

/// A bar would end the cell.
std::string cell(const std::string& text) {
  std::string result;
  for (const char c : text) result += c == '|' ? std::string("\\|") : std::string(1, c);
  return result;
}

std::string default_text(const KeyDoc& key) {
  if (key.required) return "**required**";
  if (key.fallback.empty()) return "none";
  // Words are written as they stand, values as code.
  const bool words =
      key.fallback.find_first_of(" `") != std::string::npos || key.fallback == "none";
  if (key.type == "PARAMETER" && !words) return "`" + key.fallback + "`, fixed";
  return words && key.fallback.front() != '"' ? key.fallback : "`" + key.fallback + "`";
}

std::string key_table(const std::vector<KeyDoc>& keys) {
  std::string text = "\n| key | value | default | meaning |\n|---|---|---|---|\n";
  for (const auto& key : keys)
    text += "| `" + key.name + "` | " + cell(key.type) + " | " + cell(default_text(key)) + " | " +
            cell(key.doc) + " |\n";
  return text;
}

std::string activation_table() {
  std::string text = "\n## Activations\n\n| name | f(Z) | f'(Z) |\n|---|---|---|\n";
  for (const Activation f : Activation::all())
    text += "| `" + std::string(f->name) + "` | " + cell(std::string(f->formula)) + " | " +
            cell(std::string(f->slope)) + " |\n";
  return text;
}

std::string scheme_table() {
  std::string text = "\n## Schemes\n\nHow a layer goes from z to z', with `F(z) = f(W z - b) - z`; "
                     "ω may differ from point to point.\n"
                     "\n| name | order | z' |\n|---|---|---|\n";
  for (const auto& each : schemes)
    text += "| `" + std::string(each.name) + "` | " + std::to_string(each.order) + " | " +
            cell(std::string(each.formula)) + " |\n";
  return text;
}

std::string optimizer_table() {
  std::string text = "\n## Optimizers\n\n| name | takes bounds | method |\n|---|---|---|\n";
  for (const OptimizerInfo& each : optimizers())
    text += "| `" + std::string(each.name) + "` | " + (each.takes_bounds ? "yes" : "no") + " | " +
            std::string(each.summary) + " |\n";
  return text;
}

} // namespace

std::string case_reference() {
  std::string text = std::string(introduction) + "```toml\n" + example + "```\n\n## Sections\n";
  std::vector<KeyDoc> top;
  const auto keys = schema::case_section().docs();
  for (const auto& key : keys)
    if (!key.section) top.push_back(key);
  text += "\nAbove the first section:\n" + key_table(top);
  for (const auto& key : keys)
    if (key.section) text += "\n### [" + key.name + "]\n\n" + key.doc + "\n" + key_table(key.keys);
  text += "\n## Tables\n";
  for (const auto& table : schema::named_tables())
    text += "\n### " + table.name + "\n\n" + table.meaning + "\n" + key_table(table.keys) +
            notes_of(table.name);
  return text + activation_table() + scheme_table() + optimizer_table();
}

} // namespace nadir
