#include "nadir/base/error.hpp"
#include "nadir/input/case_reader.hpp"
#include "nadir/kernel/activation.hpp"
#include "nadir/training/optimizers.hpp"

#include "support/files.hpp"
#include "support/sanitized.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <set>

namespace nadir {
namespace {

const std::string base = R"([grid]
shape = [8, 9]
boundary = ["periodic", "reflect"]
[network]
layers = 4
[kernel]
diffusion = 0.1
[data]
input = { file = "a.h5", dataset = "/x" }
[[data.target]]
file = "a.h5"
dataset = "/y"
)";

using Lines = std::vector<std::string>;

std::string_view name_of(Activation f) { return f->name; }
std::string_view name_of(const OptimizerInfo& info) { return info.name; }
/// Those that are named in a message, as it names them.
template<class Entries, class Which> std::string names_of(Entries entries, Which which) {
  std::string text;
  for (const auto& each : entries)
    if (which(each)) text += (text.empty() ? "" : ", ") + std::string(name_of(each));
  return text;
}

Lines problems(const std::string& text, const Lines& overrides = {}) {
  Diagnostics diagnostics;
  parse_case(text, "case.toml", overrides, diagnostics);
  return diagnostics.problems();
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

struct Mistake {
  std::string override, problem; ///< the one line, without "--set "
};

class OneMistake : public testing::TestWithParam<Mistake> {};

TEST_P(OneMistake, IsNamedOnce) {
  const auto& [override, problem] = GetParam();
  EXPECT_EQ(problems(base, {override}), Lines{"--set " + problem});
}

const Mistake mistakes[] = {
    // names
    {"network.layrs=3", "network.layrs: unknown key (did you mean 'layers'?)"},
    {"Title=x", "Title: unknown key (did you mean 'title'?)"},
    {"network.diffusion=3", "network.diffusion: unknown key (did you mean 'kernel.diffusion'?)"},
    {"loss.zzz=3", "loss.zzz: unknown key (known: reduction)"},
    {"data.target.0.wieght=1", "data.target.0.wieght: unknown key (did you mean 'weight'?)"},
    {"kernel.diffusion.penalty.h2=1",
     "kernel.diffusion.penalty.h2: unknown key (did you mean 'l2'?)"},
    {"network.activation=tahn",
     "network.activation: unknown activation \"tahn\" (did you mean \"tanh\"? one of: " +
         names_of(Activation::all(), [](Activation) { return true; }) + ")"},
    {"training.optimizer=bqnsl",
     "training.optimizer: unknown optimizer \"bqnsl\" (did you mean \"bqnls\"? one of: " +
         names_of(optimizers(), [](const OptimizerInfo&) { return true; }) + ")"},
    {"kernel.type=full", "kernel.type: unknown kernel \"full\" (one of: adr, moment, stencil, "
                         "gaussian, power-law, dense)"},
    {"kernel.type=[\"adr\", \"gaus\"]",
     "kernel.type.1: unknown kernel \"gaus\" (did you mean \"gaussian\"? one of: adr, moment, "
     "stencil, gaussian, power-law, dense)"},
    {"kernel.type=[\"adr\", \"stencil\", \"adr\"]",
     "kernel.type: names \"adr\" twice: kernel.sum gives each keys of its own"},
    {"kernel.type=[\"moment\", \"adr\"]",
     "kernel.type: \"moment\" and \"adr\" both have the parameter reaction, which their sum would "
     "count twice"},
    {"kernel.type=[]", "kernel.type: must have at least 1 entry, has 0"},
    {"kernel.type=3", "kernel.type: expected a string that names the kernel, found the integer 3"},
    {"kernel.weights=1", "kernel.weights: is a key of the kernel \"stencil\", not of \"adr\""},
    {"kernel={ type = \"stencil\", radius = 63 }", "kernel.radius: must be between 1 and 5, is 63"},
    {"network.scheme=rk5",
     "network.scheme: unknown scheme \"rk5\" (did you mean \"rk2\"? one of: explicit-euler, "
     "implicit-euler, crank-nicolson, rk2, rk4)"},
    {"network.normalisation=hard", "network.normalisation: unknown normalisation \"hard\" (one of: "
                                   "none, uniform, radial, project)"},
    {"network.thermostat=0", "network.thermostat: must be positive, is 0.0"},
    {"network.thermostat=2", "network.thermostat: is a key of the normalisations \"uniform\" and "
                             "\"radial\"; network.normalisation is \"none\""},
    {"network.basis=spline",
     "network.basis: unknown basis \"spline\" (one of: delta, hat, cubic-spline)"},
    {"network.nodes=3", "network.nodes: is a key of the bases \"hat\" and \"cubic-spline\""},
    {"network={ layers = 4, basis = \"cubic-spline\", nodes = 6 }",
     "network.nodes: must be between 2 and 5, is 6"},
    {"training.strategy=x", "training.strategy: unknown strategy \"x\" (one of: end-to-end)"},
    {"loss.reduction=Sum",
     "loss.reduction: unknown reduction \"Sum\" (did you mean \"sum\"? one of: sum, mean)"},
    {"kernel.diffusion.varies=[\"time\"]",
     "kernel.diffusion.varies.0: unknown axis \"time\" (one of: space, layer)"},
    // types
    {"network.layers=abc",
     "network.layers: expected an integer or \"attractor\", found the string \"abc\""},
    {"network.layers=4.0",
     "network.layers: expected an integer or \"attractor\", found the number 4.0"},
    {"network.layers=",
     "network.layers: expected an integer or \"attractor\", found the string \"\""},
    {"network=3", "network: expected a table, found the integer 3"},
    {"title=3", "title: expected a string, found the integer 3"},
    {"grid.units=[]", "grid.units: expected a string, found a list"},
    {"network.rate=true", "network.rate: expected a number, found true"},
    {"network.activation=7",
     "network.activation: expected a string that names the activation, found the integer 7"},
    {"kernel.reaction=[1]", "kernel.reaction: expected a number or a table, found a list"},
    {"kernel.reaction={init=\"x\"}",
     "kernel.reaction.init: expected a number, a list of one number per component, { value, noise, "
     "seed } or { file, dataset }, found the string \"x\""},
    {"kernel.reaction.varies=[space]", "kernel.reaction.varies: expected a list of \"space\" and "
                                       "\"layer\", found the string \"[space]\" (not valid TOML)"},
    {"kernel.reaction.train=1",
     "kernel.reaction.train: expected true or false, found the integer 1"},
    {"grid.boundary=periodic",
     "grid.boundary: expected a list of boundaries, one per axis, found the string \"periodic\""},
    {"grid.boundary.0=1", "grid.boundary.0: expected \"periodic\", \"reflect\" or { value = number "
                          "}, found the integer 1"},
    {"data.target=x", "data.target: expected a table, or a list of tables, found the string \"x\""},
    {"data.target.0=1", "data.target.0: expected a table, found the integer 1"},
    {"data.input.index=1.5", "data.input.index: expected an integer, a list of integers or "
                             "\"all\", found the number 1.5"},
    {"output.layers=none",
     "output.layers: expected \"ends\", \"all\" or a list of layers, found the string \"none\""},
    {"run.time_limit=1:2",
     "run.time_limit: expected \"HH:MM:SS\" or a number of seconds, found the string \"1:2\""},
    {"run.time_limit=00:61:00", "run.time_limit: expected \"HH:MM:SS\" or a number of seconds, "
                                "found the string \"00:61:00\""},
    {"title=2020-01-01", "title: expected a string, found the date or time 2020-01-01"},
    // ranges
    {"grid.shape=[8, -9]", "grid.shape.1: must be at least 1, is -9"},
    {"grid.shape=[]", "grid.shape: must have 1 to 3 entries, has 0"},
    {"grid.shape=[1,2,3,4]", "grid.shape: must have 1 to 3 entries, has 4"},
    {"grid.shape=[9223372036854775807, 2]",
     "grid.shape: has more points than a 64-bit integer counts"},
    {"grid.spacing=[1, 0]", "grid.spacing.1: must be positive, is 0.0"},
    {"grid.spacing=[1, 1e308]",
     "grid.spacing: 1e+308 is too large: the coordinates of 9 points leave the range of numbers"},
    {"grid.spacing=[1, 1e300]",
     "grid.spacing: the square of 1e+300 leaves the range of numbers; choose other units"},
    {"grid.spacing=[1e-300, 1]",
     "grid.spacing: the square of 1e-300 leaves the range of numbers; choose other units"},
    {"grid.spacing=[1]",
     "grid.spacing: must have one entry for each of the 2 axes of grid.shape, has 1"},
    {"grid.origin=[1, 2, 3]",
     "grid.origin: must have one entry for each of the 2 axes of grid.shape, has 3"},
    {"grid.boundary=[\"reflect\"]",
     "grid.boundary: must have one entry for each of the 2 axes of grid.shape, has 1"},
    {"grid.spacing=[]", "grid.spacing: must have at least 1 entry, has 0"},
    {"grid.boundary.1={}", "grid.boundary.1.value: missing"},
    {"network.layers=0", "network.layers: must be between 1 and 1000000000, is 0"},
    {"network.layers=1000000000000",
     "network.layers: must be between 1 and 1000000000, is 1000000000000"},
    {"network.rate=nan", "network.rate: must be finite, is nan"},
    {"kernel.reaction=-inf", "kernel.reaction: must be finite, is -inf"},
    {"kernel.advection.init=[1, nan]", "kernel.advection.init.1: must be finite, is nan"},
    {"grid.boundary.0={value=inf}", "grid.boundary.0.value: must be finite, is inf"},
    {"data.input.scale=0", "data.input.scale: must be other than 0, is 0.0"},
    {"data.input.index=-1", "data.input.index: must be at least 0, is -1"},
    {"data.input.index=[]", "data.input.index: must have at least 1 entry, has 0"},
    {"data.input.file=", "data.input.file: must not be empty"},
    {"data.input.file=\"a\\u0000\"",
     "data.input.file: must not have line breaks or other control characters"},
    {"data.target.0.weight=0", "data.target.0.weight: must be positive, is 0.0"},
    {"data.target.0.layer=5",
     "data.target.0.layer: must be between 0 and network.layers = 4, is 5"},
    {"data.target.0.layer=-1", "data.target.0.layer: must be at least 0, is -1"},
    {"data.target.0.withhold={fraction=1}",
     "data.target.0.withhold.fraction: must be at least 0.0 and below 1.0, is 1.0"},
    {"data.target.0.withhold={fraction=0.1,seed=-1}",
     "data.target.0.withhold.seed: must be at least 0, is -1"},
    {"data.target.0.withhold={seed=1}",
     "data.target.0.withhold: needs fraction, or file and dataset"},
    {"data.target.0.withhold={file=\"x\"}", "data.target.0.withhold: needs both file and dataset"},
    {"data.target.0.withhold={file=\"x\",dataset=\"y\",fraction=0.1}",
     "data.target.0.withhold: takes either fraction and seed, or file and dataset, not both"},
    {"data.target.0.mask={file=\"x\"}", "data.target.0.mask.dataset: missing"},
    {"kernel.diffusion.penalty.tv=-1", "kernel.diffusion.penalty.tv: must be 0 or more, is -1.0"},
    {"kernel.diffusion.penalty.epsilon=0",
     "kernel.diffusion.penalty.epsilon: must be positive, is 0.0"},
    {"kernel.diffusion.varies=[\"space\",\"space\"]",
     "kernel.diffusion.varies: names an axis twice"},
    {"kernel.diffusion.bounds=[1, 0]",
     "kernel.diffusion.bounds: reversed: the lower bound 1.0 is above the upper bound 0.0"},
    {"kernel.diffusion.bounds=[1]", "kernel.diffusion.bounds: must have 2 entries, has 1"},
    {"training.gradient_tolerance=-1", "training.gradient_tolerance: must be 0 or more, is -1.0"},
    {"training.adam_beta1=1", "training.adam_beta1: must be at least 0.0 and below 1.0, is 1.0"},
    {"run.checkpoint.every=-1", "run.checkpoint.every: must be at least 0, is -1"},
    {"run.time_limit=-3", "run.time_limit: must be positive, is -3.0"},
    {"run.time_limit=00:00:00", "run.time_limit: must be positive, is 00:00:00"},
    // components
    {"kernel.advection.init=[1]",
     "kernel.advection.init: must have one number per component, 2 (y, x), has 1; values that "
     "differ in space or layer come from a file"},
    {"kernel.diffusion={init=[1, 2], varies=[\"layer\"]}",
     "kernel.diffusion.init: must have one number per component, 1, has 2; values that differ in "
     "space or layer come from a file"},
    // attractors
    {"attractor.solver=newtn", "attractor.solver: unknown solver \"newtn\" (did you mean "
                               "\"newton\"? one of: newton, anderson, relaxation)"},
    {"attractor.amplitude=[1, 0]", "attractor.amplitude.1: must be positive, is 0.0"},
    {"attractor.modes=0", "attractor.modes: must be between 1 and 1000, is 0"},
    {"attractor.green=[[1]]", "attractor.green.0: must have one index for each of the 2 axes of "
                              "grid.shape, has 1"},
    {"attractor.green=[[1, 2], [3, 9]]",
     "attractor.green.1: index 9 is beyond the 9 points of its axis, counted from 0"},
    {"attractor.green=[[1, -1]]", "attractor.green.0.1: must be at least 0, is -1"},
    // output
    {"output.layers=[0, 5]", "output.layers: layer 5 is beyond network.layers = 4"},
    {"output.layers=[2, 0, 2]", "output.layers: names layer 2 twice"},
    {"output.layers=[-1]", "output.layers.0: must be at least 0, is -1"},
    {"output.file=", "output.file: must not be empty"},
    // paths of overrides
    {"layers", "layers: expected key.path=value"},
    {"=3", "=3: not the path of a key"},
    {"grid..shape=3", "grid..shape=3: not the path of a key"},
    {"data.target.1.layer=3",
     "data.target.1.layer: data.target is a list of 1, counted from 0; it has no '1'"},
    {"grid.shape.x=3", "grid.shape.x: grid.shape is a list of 2, counted from 0; it has no 'x'"},
    {"network.layers.x=3", "network.layers.x: network.layers is the integer 4, not a table"},
};

INSTANTIATE_TEST_SUITE_P(CaseProblems, OneMistake, testing::ValuesIn(mistakes));

TEST(CaseProblems, KernelsOfDistancesNeedTheirShape) {
  const std::string gaussian = "type = \"gaussian\"", law = "type = \"power-law\"";
  const auto expect = [](const std::string& keys, const std::string& problem) {
    const Lines found = problems(base, {"kernel={ " + keys + " }"});
    ASSERT_EQ(found.size(), 1U) << keys << testing::PrintToString(found);
    EXPECT_NE(found[0].find(problem), std::string::npos) << keys << "\n" << found[0];
  };
  expect(gaussian, "kernel.width: missing: σ of gaussian");
  expect(gaussian + ", width = { bounds = [1, 2] }", "kernel.width.init: missing: σ of gaussian");
  expect(gaussian + ", width = 0", "kernel.width.init: must be above 0.0, is 0.0");
  expect(gaussian + ", width = { init = 1, bounds = [0, 2] }, radius = 2",
         "kernel.width.bounds.0: must be above 0.0, is 0.0");
  expect(gaussian + ", width = { init = { file = \"a\", dataset = \"b\" } }",
         "kernel.radius: missing: where the width comes from a file without bounds");
  expect(gaussian + ", width = 2",
         "kernel.radius: must be at most the points of the longest axis, 9, is 16, the points of 8 "
         "widths");
  expect(gaussian + ", width = { init = 1, bounds = [0.5, 1e30] }",
         "kernel.radius: missing: 8 times a width of up to 1e+30 is beyond any grid");
  expect(gaussian + ", width = 1, radius = 10",
         "kernel.radius: must be at most the points of the longest axis, 9, is 10");
  expect(law + ", strength = 1, length = 1, exponent = 3",
         "kernel.radius: missing: the points after which the power law is cut off");
  expect(law + ", strength = 1, length = 1, exponent = 2, radius = 3",
         "kernel.exponent.init: must be above 2.0, the dimension, or not even the sum of the "
         "weights converges, is 2.0");
  expect(law + ", strength = 1, length = { init = 1, bounds = [-1, 2] }, exponent = 3, radius = 3",
         "kernel.length.bounds.0: must be above 0.0, is -1.0");
  expect("type = [\"stencil\", \"gaussian\"], width = 1",
         "kernel.radius: missing: one for \"stencil\" and \"gaussian\" together");
  expect("type = [\"stencil\", \"gaussian\"], width = 1, radius = 6",
         "kernel.radius: must be between 1 and 5, is 6");
  expect("type = [\"adr\", \"gaussian\"], width = 0.5, length = 1",
         "kernel.length: is a key of the kernel \"power-law\", not of \"adr + gaussian\"");
}

TEST(CaseProblems, KernelsOfASumAreCheckedOneByOne) {
  const auto of = [](const std::string& terms) {
    return problems(base, {"kernel={ sum = [" + terms + "] }"});
  };
  EXPECT_EQ(
      of("{ type = \"gaussian\", width = 1 }, { type = \"gaussian\", width = -1, radius = 2 }"),
      Lines{"--set kernel.sum.1.width.init: must be above 0.0, is -1.0"});
  EXPECT_EQ(of("{ type = \"gaussian\" }"),
            Lines{"--set kernel.sum.0.width: missing: σ of gaussian, 1 component, in the units of "
                  "the grid; above 0"});
  EXPECT_EQ(of("{ width = 1 }"), Lines{"--set kernel.sum.0: missing: type, the kernel family"});
  EXPECT_EQ(of("{ type = \"adr\", width = 1 }"),
            Lines{"--set kernel.sum.0.width: is a key of the kernel \"gaussian\", not of \"adr\""});
  EXPECT_EQ(of("{ type = \"gausian\" }"),
            Lines{"--set kernel.sum.0.type: unknown kernel \"gausian\" (did you mean \"gaussian\"? "
                  "one of: adr, moment, stencil, gaussian, power-law, dense)"});
  EXPECT_EQ(of(""), Lines{"--set kernel.sum: must have at least one kernel"});
  EXPECT_EQ(of("{ type = \"adr\" }, { type = \"dense\", weights = 1 }"),
            Lines{"--set kernel.sum: \"dense\" contains all other kernels and stands alone"});
  EXPECT_EQ(of("{ type = \"adr\" }, { type = \"adr\", advection = { init = [1, 2, 3] } }"),
            Lines{"--set kernel.sum.1.advection.init: must have one number per component, 2 (y, "
                  "x), has 3; values that differ in space or layer come from a file"});
  EXPECT_EQ(problems(base, {"kernel={ sum = [{ type = \"adr\" }], reaction = 1 }"}),
            Lines{"--set kernel: has both sum and other keys: in a sum every kernel has its own"});
}

TEST(CaseProblems, AFullMatrixNeedsItsWeights) {
  const auto problem = [](const std::string& keys) {
    const Lines found = problems(base, {"kernel={ type = " + keys + " }"});
    return found.size() == 1 ? found[0] : testing::PrintToString(found);
  };
  EXPECT_EQ(problem("\"dense\", weights = { varies = [\"space\"] }"),
            "--set kernel.weights: missing: the weights of a dense kernel, a file with { init = { "
            "file, dataset } }, or a number for each");
  EXPECT_EQ(
      problem("\"dense\", weights = 0.1"),
      "--set kernel.weights: must vary in \"space\": every point has its own row of the matrix");
  EXPECT_EQ(problem("[\"adr\", \"dense\"]"),
            "--set kernel.type: \"dense\" contains all other kernels and stands alone");
  EXPECT_EQ(problem("\"dense\", weights = { init = [1, 2], varies = [\"space\"] }"),
            "--set kernel.weights.init: must have one number per component, 72, has 2; values that "
            "differ in space or layer come from a file");
  EXPECT_EQ(problem("\"dense\", radius = 2, weights = { init = 1, varies = [\"space\"] }"),
            "--set kernel.radius: is a key of the kernel \"stencil\", not of \"dense\"");
}

TEST(CaseProblems, FourierTransformsNeedAConvolution) {
  const std::string closed = "grid.boundary=[\"periodic\", \"periodic\"]",
                    fft = "run.convolution=fft";
  const std::string problem =
      "--set run.convolution: \"fft\" needs a kernel that is the same at all "
      "points of a grid with periodic axes, but ";
  EXPECT_EQ(problems(base, {closed, fft}), Lines{});
  EXPECT_EQ(problems(base, {fft}), Lines{problem + "not all axes are periodic"});
  EXPECT_EQ(problems(base, {closed, fft, "kernel.diffusion.varies=[\"space\"]"}),
            Lines{problem + "kernel.diffusion varies in space"});
  EXPECT_EQ(
      problems(base, {closed, fft,
                      "kernel={ type = \"dense\", weights = { init = 1, varies = [\"space\"] } }"}),
      Lines{problem + "kernel.weights varies in space"});
}

TEST(CaseProblems, InitOutsideBounds) {
  const Lines overrides{"kernel.diffusion.bounds=[0.2, 1]"};
  EXPECT_EQ(problems(base, overrides),
            Lines{"case.toml:7:1: kernel.diffusion.init: 0.1 is outside the bounds [0.2, 1.0]"});
}

TEST(CaseProblems, BoundsNeedAnOptimizerThatTakesThem) {
  const std::string problem =
      "--set kernel.diffusion.bounds: the optimizer \"lmvm\" takes no bounds (these do: " +
      names_of(optimizers(), [](const OptimizerInfo& o) { return o.takes_bounds; }) + ")";
  const Lines overrides{"training.optimizer=lmvm", "kernel.diffusion.bounds=[0, 1]"};
  EXPECT_EQ(problems(base, overrides), Lines{problem});
  const Lines fixed{overrides[0], overrides[1], "kernel.diffusion.train=false"};
  EXPECT_EQ(problems(base, fixed), Lines{});
}

TEST(CaseProblems, AttractorsHaveOneLayerAndNoOmegaToTrain) {
  const Lines all = problems(
      base, {"network.layers=attractor", "kernel.diffusion.varies=[\"layer\"]",
             "network.relaxation.init=0.5", "data.target.0.layer=3", "output.layers=[0, 2]"});
  const Lines expected{
      "--set kernel.diffusion.varies: network.layers = \"attractor\" needs coefficients that are "
      "the "
      "same in all layers: leave out \"layer\"",
      "--set network.relaxation: no attractor depends on it, so that it cannot be trained where "
      "network.layers = \"attractor\": give a number, or train = false",
      "--set data.target.0.layer: must be 1, the attractor, or 0, the input, where network.layers "
      "= "
      "\"attractor\"; is 3",
      "--set output.layers: layer 2 is beyond the attractor, which is layer 1"};
  EXPECT_EQ(std::set(all.begin(), all.end()), std::set(expected.begin(), expected.end()));
}

TEST(CaseProblems, MissingKeysSayWhatIsNeeded) {
  EXPECT_EQ(problems(""),
            (Lines{"case.toml:1:1: grid.shape: missing: the number of points per axis, such as "
                   "[90, 180]",
                   "case.toml:1:1: grid.boundary: missing: one of \"periodic\", \"reflect\", { "
                   "value = number } for each axis; there is no default, since a wrong guess would "
                   "go unseen",
                   "case.toml:1:1: network.layers: missing: the number of relaxation steps n, or "
                   "\"attractor\"",
                   "case.toml:1:1: data.input: missing: a FIELD { file, dataset }, the state the "
                   "network starts from"}));
  const std::string boundary = "boundary = [\"periodic\", \"reflect\"]\n";
  const Lines found = problems(replaced(base, boundary, ""));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].starts_with("case.toml:1:2: grid.boundary: missing: ")) << found[0];
  EXPECT_EQ(problems(replaced(base, "dataset = \"/y\"\n", "")),
            Lines{"case.toml:10:1: data.target.0.dataset: missing"});
}

TEST(CaseProblems, AllAtOnceInTheOrderOfTheFile) {
  const std::string text = R"(titel = "x"
[grid]
shape = [8, 9]
spacing = [0.0, 1]
[network]
  layrs = 16
activation = "relu6"
[kernel]
advection = { init = [0.1], bounds = [2, 1] }
[data]
input = { file = "a.h5" }
)";
  const Lines found = problems(text, {"loss.reduction=max", "output.layers=[]"});
  const Lines starts{"case.toml:1:1: titel: unknown key (did you mean 'title'?)",
                     "case.toml:2:2: grid.boundary: missing",
                     "case.toml:4:12: grid.spacing.0: must be positive",
                     "case.toml:6:3: network.layrs: unknown key (did you mean 'layers'?)",
                     "case.toml:7:1: network.activation: unknown activation \"relu6\"",
                     "case.toml:9:15: kernel.advection.init: must have one number per component",
                     "case.toml:9:29: kernel.advection.bounds: reversed",
                     "case.toml:11:1: data.input.dataset: missing",
                     "--set loss.reduction: unknown reduction \"max\"",
                     "--set output.layers: must have at least 1 entry"};
  ASSERT_EQ(found.size(), starts.size()) << testing::PrintToString(found);
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_TRUE(found[i].starts_with(starts[i])) << found[i];
}

TEST(CaseProblems, ASyntaxErrorStandsAlone) {
  const Lines found = problems("[grid]\nshape = [1,,2]\ncolour = 3\n", {"nonsense"});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].starts_with("case.toml:2:12: not valid TOML: ")) << found[0];
}

TEST(CaseProblems, CharactersBeyondAsciiOnlyInStringsAndComments) {
  const std::string text = replaced(base, "[network]", "units = °C # in °C\n[network]");
  EXPECT_EQ(problems(text), Lines{"case.toml:4:9: not valid TOML: such characters only in strings "
                                  "and comments"});
  for (const char* units :
       {R"("°C" # °)", R"('°C')", R"("""°"C""""")", R"('''°''C''')", R"("\"°\"")"})
    EXPECT_EQ(problems(replaced(text, "°C # in °C", units)), Lines{}) << units;
  EXPECT_EQ(problems("\xEF\xBB\xBF" + base, {"grid.units=°C"}), Lines{});
}

std::string repeated(const std::string& text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i) result += text;
  return result;
}

/// Hostile input ends with a message, soon.
TEST(CaseProblems, HostileInput) {
  if (test::world_rank() > 0) return; // long, and no matter of ranks
  const std::size_t many = test::sanitized ? 100000 : 1000000;
  const auto start = std::chrono::steady_clock::now();
  const std::string texts[] = {
      "title = " + repeated("[", 100000),
      "a" + repeated(".a", many) + " = 1\n",
      "[a" + repeated(".a", many) + "]\n",
      "a = " + repeated("{a = ", 1000) + "1" + repeated("}", 1000),
      repeated("a" + repeated(".a", 45) + " = {", 32) + repeated("}", 32),
      "[.a]\n",
      "[=]\n",
      "x = 99999999999999999999999\n",
      std::string("title = \"\xff\xfe\"\n"),
      std::string("title = \"a\0b\"\n", 14),
      base + "weight = 1e400\n",
      base + "layer = 9223372036854775807\n",
      base + repeated("x", many) + " = 1\n",
      replaced(base, "[8, 9]", "[" + repeated("1,", many) + "1]"),
      replaced(base, "[8, 9]", "[9223372036854775807, 9223372036854775807, 9223372036854775807]"),
  };
  for (const auto& text : texts) EXPECT_FALSE(problems(text).empty()) << text.substr(0, 60);
  EXPECT_FALSE(problems(base, {repeated("a.", many) + "a=1"}).empty());
  EXPECT_FALSE(problems(base, {"network.layers=" + repeated("[", many)}).empty());
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  EXPECT_LT(seconds.count(), 60.0);
}

/// Every key of a case, in turn, replaced by values of every kind: a message or a good case.
TEST(CaseProblems, WrongKindsAnywhere) {
  if (test::world_rank() > 0) return; // long, and no matter of ranks
  const char* const values[] = {"1",        "-1",   "1.5",          "nan",
                                "true",     "[]",   "[[1], {a=1}]", "{}",
                                "word",     "\"\"", "[1]",          "9223372036854775807",
                                "00:00:01", "{x=1}"};
  std::size_t refused = 0, accepted = 0, turn = 0;
  for (const auto& key : case_keys())
    for (const char* value : values) {
      if (test::sanitized && ++turn % 3 != 0) continue; // there are 14 values
      Diagnostics diagnostics;
      const Case c = parse_case(base, "case.toml", {key + "=" + value}, diagnostics);
      ++(diagnostics.empty() ? accepted : refused);
      if (!diagnostics.empty()) continue;
      parse_case(resolved_text(c), "case.toml", {}, diagnostics);
      EXPECT_TRUE(diagnostics.empty()) << key << " = " << value << "\n"
                                       << testing::PrintToString(diagnostics.problems());
    }
  EXPECT_GT(refused, test::sanitized ? 150u : 500u);
  EXPECT_GT(accepted, test::sanitized ? 30u : 100u);
}

TEST(CaseProblems, BasesRefuseWhatOnlyPointsCanDo) {
  const std::string hats = "kernel.diffusion: must be 0 and not trained: hats have no second "
                           "derivatives; use the basis \"cubic-spline\"";
  const std::string hat = "network.basis=hat", spline = "network.basis=cubic-spline";
  const std::string no = "--set network.basis: has no ";
  const std::string only = "; only the basis \"delta\" does";
  EXPECT_EQ(problems(base, {hat}), Lines{"case.toml:7:1: " + hats});
  EXPECT_EQ(problems(base, {hat, "kernel.diffusion=0"}), Lines{});
  EXPECT_EQ(problems(base, {hat, "kernel.diffusion={init=0.0}"}), Lines{"--set " + hats});
  EXPECT_EQ(problems(base, {spline}), Lines{});
  EXPECT_EQ(problems(base, {spline, "kernel.type=moment", "kernel.order=3"}),
            Lines{no + "kernel \"moment\"" + only});
  const std::string gaussian = "kernel={ type = \"gaussian\", amplitude = 1.0, width = 1.0 }";
  EXPECT_EQ(problems(base, {hat, gaussian}), Lines{});
  EXPECT_EQ(problems(base, {spline, "network.scheme=rk4", "network.normalisation=radial"}),
            (Lines{no + "scheme \"rk4\"" + only, no + "normalisation" + only}));
  EXPECT_EQ(problems(base, {spline, "grid.boundary=[\"periodic\", {value=1}]"}),
            Lines{no + "boundary with a value" + only});
}

} // namespace
} // namespace nadir
