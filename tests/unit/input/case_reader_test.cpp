#include "nadir/input/case_reader.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace nadir {
namespace {

const char* const small_case = R"([grid]
shape = [8, 9]
boundary = ["periodic", { value = 2 }]
[network]
layers = 4
[data]
input = { file = "in.h5", dataset = "/x" }
target = { file = "../t.h5", dataset = "/y" }
)";

/// Every key, none at its default.
const char* const full_case = R"(title = "all \"keys\" \\ ü"
[grid]
shape = [4, 5, 6]
spacing = [0.5, 2, 1e-3]
origin = [-1, 0.1, 3]
units = "km"
boundary = ["reflect", { value = -0.25 }, "periodic"]
[network]
layers = 7
activation = "leaky-relu"
rate = 2.5
relaxation = { init = 0.5, bounds = [0.1, 0.9], penalty = { l1 = 4 } }
bias = { init = { file = "/d/b.h5", dataset = "b" }, varies = ["layer"] }
[kernel]
diffusion_tensor = "full"
reaction = 0.1
advection = { init = [1, 2, 3], varies = ["layer", "space"], train = false }
diffusion = { init = 0.3, varies = ["space"], bounds = [-1, 1], penalty = { l2 = 1, h1 = 2, tv = 3, epsilon = 0.5, scaling = "continuum" } }
[data]
units = "degC"
[data.input]
file = "/d/x.nc"
dataset = "SST"
index = [3, 1]
scale = -2
offset = 1
[[data.target]]
file = "/d/y.nc"
dataset = "y"
index = 4
layer = 0
weight = 0.5
mask = { file = "/d/m.h5", dataset = "m" }
withhold = { fraction = 0.2, seed = 9223372036854775807 }
[[data.target]]
file = "/d/y.nc"
dataset = "z"
withhold = { file = "/d/w.h5", dataset = "w" }
[loss]
reduction = "mean"
[training]
optimizer = "blmvm"
iterations = 3
gradient_tolerance = 0
learning_rate = 0.1
adam_beta1 = 0.5
adam_beta2 = 0.6
adam_epsilon = 1e-4
[attractor]
solver = "anderson"
starts = 3
seed = 9
amplitude = [0.1, 7]
tolerance = 1e-9
iterations = 30
layers = 500
distance = 0.01
depth_tolerance = 1e-4
modes = 2
green = [[3, 0, 5], [0, 4, 1]]
[run]
checkpoint = { every = 5, keep = 3, layers = "all" }
time_limit = "01:02:03"
scratch = "/d/scratch"
state_precision = "single"
[output]
file = "out/r.h5"
layers = [7, 0, 3]
)";

Case good(const std::string& text, const std::vector<std::string>& overrides = {},
          const std::string& path = "cases/small.toml") {
  Diagnostics diagnostics;
  Case c = parse_case(text, path, overrides, diagnostics);
  EXPECT_EQ(diagnostics.problems(), std::vector<std::string>{});
  return c;
}

void expect_equal(const Case& a, const Case& b) {
  EXPECT_EQ(a.title, b.title);
  EXPECT_TRUE(a.grid == b.grid);
  EXPECT_TRUE(a.network == b.network);
  EXPECT_TRUE(a.kernel == b.kernel);
  EXPECT_TRUE(a.data == b.data);
  EXPECT_TRUE(a.loss == b.loss);
  EXPECT_TRUE(a.training == b.training);
  EXPECT_TRUE(a.attractor == b.attractor);
  EXPECT_TRUE(a.run == b.run);
  EXPECT_TRUE(a.output == b.output);
}

using Numbers = std::vector<double>;
using Layers = std::vector<std::int64_t>;

TEST(CaseReader, FillsDefaults) {
  const Case c = good(small_case);
  EXPECT_EQ(c.grid.spacing, (Numbers{1, 1}));
  EXPECT_EQ(c.grid.origin, (Numbers{0, 0}));
  EXPECT_EQ(c.grid.boundary[1], (BoundarySpec{BoundaryKind::value, 2.0}));
  EXPECT_EQ(c.network.activation, "identity");
  EXPECT_EQ(c.network.relaxation.init, Numbers{1});
  EXPECT_EQ(c.kernel["advection"].init, (Numbers{0, 0}));
  EXPECT_FALSE(c.kernel["advection"].train);
  ASSERT_EQ(c.data.targets.size(), 1u);
  EXPECT_EQ(c.data.targets[0].layer, 4);
  EXPECT_EQ(c.data.targets[0].weight, 1.0);
  EXPECT_TRUE(c.data.input.all_samples);
  EXPECT_EQ(c.training.optimizer, "bqnls");
  EXPECT_FALSE(c.run.checkpoint || c.run.time_limit);
  EXPECT_EQ(c.output.file, "results/small.h5");
  EXPECT_EQ(c.output.layers, (Layers{0, 4}));
}

TEST(CaseReader, ReadsEveryKey) {
  const Case c = good(full_case);
  EXPECT_EQ(c.title, "all \"keys\" \\ ü");
  EXPECT_EQ(c.grid.shape, (Layers{4, 5, 6}));
  EXPECT_EQ(c.grid.spacing, (Numbers{0.5, 2, 1e-3}));
  EXPECT_EQ(c.grid.boundary[0].kind, BoundaryKind::reflect);
  EXPECT_EQ(c.network.activation, "leaky-relu");
  EXPECT_EQ(c.network.rate, 2.5);
  EXPECT_TRUE(c.network.relaxation.train);
  EXPECT_EQ(c.network.relaxation.bounds, std::pair(0.1, 0.9));
  EXPECT_EQ(c.network.bias.init_file, (DatasetSpec{"/d/b.h5", "b"}));
  EXPECT_TRUE(c.network.bias.varies_layer && !c.network.bias.varies_space);
  EXPECT_FALSE(c.kernel["reaction"].train);
  EXPECT_EQ(c.kernel["advection"].init, (Numbers{1, 2, 3}));
  EXPECT_TRUE(c.kernel["advection"].varies_layer && c.kernel["advection"].varies_space);
  EXPECT_EQ(c.kernel["diffusion"].penalty, (PenaltySpec{1, 2, 3, 0, 0.5, true}));
  EXPECT_EQ(c.data.input.samples, (Layers{3, 1}));
  EXPECT_EQ(c.data.input.scale, -2.0);
  EXPECT_EQ(c.data.targets[0].field.samples, Layers{4});
  EXPECT_EQ(c.data.targets[0].withhold->seed, 9223372036854775807u);
  EXPECT_EQ(c.data.targets[1].layer, 7);
  EXPECT_EQ(c.data.targets[1].withhold->source, (DatasetSpec{"/d/w.h5", "w"}));
  EXPECT_EQ(c.training.option("adam_epsilon"), 1e-4);
  EXPECT_EQ(c.attractor, (AttractorSpec{FixedPointMethod::anderson,
                                        3,
                                        9,
                                        {0.1, 7.0},
                                        1e-9,
                                        30,
                                        500,
                                        0.01,
                                        1e-4,
                                        2,
                                        {{3, 0, 5}, {0, 4, 1}}}));
  EXPECT_EQ(c.run.checkpoint, (CheckpointSpec{5, 3, StoredLayers::all}));
  EXPECT_EQ(c.run.time_limit, 3723.0);
  EXPECT_EQ(c.run.scratch, "/d/scratch");
  EXPECT_TRUE(c.run.single_states);
  EXPECT_EQ(c.output.layers, (Layers{0, 3, 7}));
}

TEST(CaseReader, AStartMayHaveNoise) {
  const Case c =
      good(small_case, {"kernel.advection={ init = { value = [0.1, 0.2], noise = 0.3, seed = 4 } }",
                        "kernel.reaction={ init = { value = 0.5, noise = 0.1 } }"});
  EXPECT_EQ(c.kernel["advection"].init, (Numbers{0.1, 0.2}));
  EXPECT_EQ(c.kernel["advection"].noise, (NoiseSpec{0.3, 4}));
  EXPECT_EQ(c.kernel["reaction"].init, Numbers{0.5});
  EXPECT_EQ(c.kernel["reaction"].noise, (NoiseSpec{0.1, 0}));
  for (const auto& [init, message] :
       {std::pair("{ noise = 0.1 }", "needs value, or file and dataset"),
        std::pair("{ value = 1.0, file = \"a.h5\", dataset = \"a\" }", "not both"),
        std::pair("{ value = 1.0, noise = -1.0 }", "must be"),
        std::pair("{ value = 1.0, nois = 0.1 }", "did you mean 'noise'")}) {
    Diagnostics diagnostics;
    parse_case(small_case, "a.toml", {std::string("kernel.reaction={ init = ") + init + " }"},
               diagnostics);
    ASSERT_EQ(diagnostics.problems().size(), 1u) << init;
    EXPECT_NE(diagnostics.problems()[0].find(message), std::string::npos)
        << diagnostics.problems()[0];
  }
}

TEST(CaseReader, ANumberIsTheIsotropicTensor) {
  const Case c = good(full_case);
  EXPECT_EQ(c.kernel["diffusion"].init, (Numbers{0.3, 0, 0, 0.3, 0, 0.3}));
  EXPECT_EQ(good(full_case, {"kernel.diffusion_tensor=diagonal"}).kernel["diffusion"].init,
            (Numbers{0.3, 0.3, 0.3}));
  EXPECT_EQ(diffusion_names(3, DiffusionTensor::full).size(), 6u);
}

TEST(CaseReader, ResolvedTextReadsBackToAnEqualCase) {
  for (const char* text : {small_case, full_case}) {
    const Case first = good(text, {}, "/somewhere/cases/a.toml");
    const std::string resolved = resolved_text(first);
    const Case second = good(resolved, {}, "/elsewhere/b.toml");
    expect_equal(first, second);
    EXPECT_EQ(resolved_text(second), resolved);
  }
  // Every key of the schema is in the texts of cases that use them all.
  std::string text = resolved_text(good(full_case));
  for (const char* kernel :
       {"kernel={ type = \"moment\", higher = 0.1 }",
        "kernel={ type = \"stencil\", weights = { init = { value = 0.1, noise = 0.2, seed = 7 } } "
        "}",
        "kernel={ type = [\"power-law\", \"adr\", \"gaussian\"], amplitude = { init "
        "= 0.1 }, width = 1.5, radius = 3, strength = 0.2, length = 1.0, exponent = 4 }"}) {
    const Case first = good(full_case, {kernel});
    text += resolved_text(first);
    expect_equal(first, good(resolved_text(first)));
  }
  text += resolved_text(good(small_case, {"network.normalisation=radial"}));
  const std::string boundary = "grid.boundary=[\"periodic\", \"reflect\"]";
  const Case splines = good(small_case, {boundary, "network.basis=cubic-spline"}, "/a/b.toml");
  EXPECT_EQ(splines.network.nodes, 4);
  text += resolved_text(splines);
  expect_equal(splines, good(resolved_text(splines)));
  for (const auto& key : case_keys())
    EXPECT_NE(text.find(key.substr(key.rfind('.') + 1)), std::string::npos) << key;
}

TEST(CaseReader, WeightsAreThoseOfTheIdentityUnlessGiven) {
  const auto weights = [](const std::string& keys) {
    return good(small_case, {"kernel={ type = \"stencil\"" + keys + " }"}).kernel["weights"].init;
  };
  const Numbers identity{0, 0, 0, 0, 1, 0, 0, 0, 0}, given{1, 2, 3, 4, 5, 6, 7, 8, 9};
  EXPECT_EQ(weights(""), identity);
  EXPECT_EQ(weights(", weights = { varies = [\"space\"] }"), identity);
  EXPECT_EQ(weights(", weights = 0"), Numbers(9, 0.0));
  EXPECT_EQ(weights(", weights = { init = 0.2 }"), Numbers(9, 0.2));
  EXPECT_EQ(weights(", weights = { init = [1, 2, 3, 4, 5, 6, 7, 8, 9] }"), given);
}

TEST(CaseReader, SumsOfFamiliesHaveTheKeysOfAll) {
  const KernelSpec sum =
      good(full_case,
           {"kernel={ type = [\"gaussian\", \"adr\"], width = 0.25, radius = 2, reaction = 0.5 }"})
          .kernel;
  EXPECT_EQ(sum.type(), "adr+gaussian"); // in the order of the table
  EXPECT_EQ(sum["amplitude"].init, (Numbers{1.0}));
  EXPECT_EQ(sum["reaction"].init, (Numbers{0.5}));
  EXPECT_EQ(good(full_case, {"kernel.type=[\"adr\"]"}).kernel.type(), "adr");
}

/// Terms come in the order of families, those of one family as written.
TEST(CaseReader, KernelsOfASumHaveKeysOfTheirOwn) {
  const Case c = good(full_case, {R"(kernel={ sum = [
      { type = "gaussian", amplitude = 0.5, width = { init = 0.25, bounds = [0.1, 1.0] }, radius = 1 },
      { type = "adr", advection = { init = [1, 2, 3] } },
      { type = "gaussian", width = 0.5, radius = 2 }] })"});
  ASSERT_EQ(c.kernel.type(), "adr+gaussian+gaussian");
  EXPECT_EQ(c.kernel.terms[0].find("advection")->init, (Numbers{1, 2, 3}));
  EXPECT_EQ(c.kernel.terms[1].find("amplitude")->init, Numbers{0.5});
  EXPECT_EQ(c.kernel.terms[1].find("width")->bounds, std::pair(0.1, 1.0));
  EXPECT_EQ(c.kernel.terms[1].radius(), 1);
  EXPECT_EQ(c.kernel.terms[2].find("amplitude")->init, Numbers{1.0});
  EXPECT_EQ(c.kernel.terms[2].find("width")->init, Numbers{0.5});
  EXPECT_EQ(c.kernel.radius(), 2);
  EXPECT_EQ(good(resolved_text(c)).kernel.terms.size(), 3U);
  EXPECT_EQ(resolved_text(good(resolved_text(c))), resolved_text(c));
}

TEST(CaseReader, AGaussianIsCutOffAtEightOfItsLargestWidths) {
  const auto radius = [](const std::string& keys) {
    return good("[grid]\nshape = [99]\nspacing = [0.5]\nboundary = "
                "[\"reflect\"]\n[network]\nlayers = 1\n"
                "[data]\ninput = { file = \"a.h5\", dataset = \"z\" }\n",
                {"kernel={ type = \"gaussian\"" + keys + " }"})
        .kernel.radius();
  };
  EXPECT_EQ(radius(", width = 1.0"), 16);
  EXPECT_EQ(radius(", width = 1.01"), 17);
  EXPECT_EQ(radius(", width = { init = 1.0, bounds = [0.5, 2.0] }"), 32);
  EXPECT_EQ(radius(", width = 1.0, radius = 5"), 5);
}

TEST(CaseReader, AFullMatrixIsWrittenWithoutListingItsWeights) {
  const Case c =
      good(full_case, {"grid.shape=[4, 5, 7]", "kernel={ type = \"dense\", weights = { init = "
                                               "0.1, varies = [\"space\"] } }"});
  EXPECT_EQ(c.kernel["weights"].init, Numbers(140, 0.1));
  const std::string text = resolved_text(c);
  EXPECT_NE(text.find("weights = { init = 0.1,"), std::string::npos) << text;
  expect_equal(c, good(text));
}

TEST(CaseReader, ResolvedTextOfEverySetOfLayers) {
  for (const char* layers : {"output.layers=all", "output.layers=ends", "output.layers=[2]"}) {
    const Case first = good(full_case, {layers});
    expect_equal(first, good(resolved_text(first)));
  }
  EXPECT_EQ(good(small_case, {"output.layers=all"}).output.layers, (Layers{0, 1, 2, 3, 4}));
}

TEST(CaseReader, LayersMayBeAnAttractor) {
  const Case c = good(small_case, {"network.layers=attractor"});
  EXPECT_TRUE(c.network.attractor);
  EXPECT_EQ(c.network.layers, 1);
  EXPECT_EQ(c.data.targets[0].layer, 1);
  EXPECT_EQ(c.output.layers, (Layers{0, 1}));
  EXPECT_TRUE(good(resolved_text(c)).network == c.network);
  EXPECT_NE(resolved_text(c).find("layers = \"attractor\""), std::string::npos);
  EXPECT_FALSE(good(small_case).network.attractor);
}

TEST(CaseReader, InputPathsAreRelativeToTheCaseFile) {
  const Case c = good(small_case, {"data.target.file=here.h5"}, "a/b/c.toml");
  EXPECT_EQ(c.data.input.source.file, "a/b/in.h5");
  EXPECT_EQ(c.data.targets[0].field.source.file, "here.h5");
  EXPECT_EQ(good(small_case, {}, "a/b/c.toml").data.targets[0].field.source.file, "a/t.h5");
  EXPECT_EQ(good(small_case, {}, "c.toml").data.input.source.file, "in.h5");
}

TEST(CaseReader, OverridesEditTheParsedCase) {
  const auto with = [](const std::string& override) { return good(full_case, {override}); };
  EXPECT_EQ(with("network.layers = 9").network.layers, 9);
  EXPECT_EQ(with("network.activation=tanh").network.activation, "tanh");
  EXPECT_EQ(with("network.activation=\"tanh\"").network.activation, "tanh");
  EXPECT_EQ(with("title=a = b").title, "a = b");
  EXPECT_EQ(with("data.target.1.layer=2").data.targets[1].layer, 2);
  EXPECT_EQ(with("grid.shape.0=10").grid.shape[0], 10);
  EXPECT_EQ(with("run.time_limit=00:01:00").run.time_limit, 60.0);
  EXPECT_EQ(with("run.time_limit=90").run.time_limit, 90.0);
  EXPECT_EQ(with("data.input.index=all").data.input.samples, Layers{});
  EXPECT_EQ(with("kernel.advection=0.5").kernel["advection"].init, (Numbers{0.5, 0.5, 0.5}));
  EXPECT_FALSE(with("training={iterations=1}").training == with("title=x").training);
}

TEST(CaseReader, OverridesBelowANumberParameterKeepIt) {
  const Case c = good(full_case, {"kernel.reaction.bounds=[0, 1]", "kernel.reaction.penalty.h1=3"});
  EXPECT_EQ(c.kernel["reaction"].init, Numbers{0.1});
  EXPECT_TRUE(c.kernel["reaction"].train);
  EXPECT_EQ(c.kernel["reaction"].bounds, std::pair(0.0, 1.0));
  EXPECT_EQ(c.kernel["reaction"].penalty.h1, 3.0);
  const Case absent = good(small_case, {"network.relaxation.varies=[\"space\"]"});
  EXPECT_EQ(absent.network.relaxation.init, Numbers{1});
  EXPECT_TRUE(absent.network.relaxation.train && absent.network.relaxation.varies_space);
}

TEST(CaseReader, LaterOverridesWin) {
  EXPECT_EQ(good(small_case, {"network.layers=5", "network.layers=6"}).network.layers, 6);
  EXPECT_EQ(
      good(small_case, {"training={iterations=5}", "training.iterations=6"}).training.iterations,
      6);
}

TEST(CaseReader, PositionsOfKeysAndAncestors) {
  const Case c = good(small_case, {"network.rate=2"});
  const auto at = [&](const std::string& path) {
    const Position p = c.positions.of(path);
    return p.source + ":" + std::to_string(p.line) + ":" + std::to_string(p.column);
  };
  EXPECT_EQ(at("grid.shape"), "cases/small.toml:2:1");
  EXPECT_EQ(at("grid.shape.1"), "cases/small.toml:2:13");
  EXPECT_EQ(at("data.input.dataset"), "cases/small.toml:7:27");
  EXPECT_EQ(at("data.input.mask.file"), "cases/small.toml:7:1");
  EXPECT_EQ(at("grid.spacing"), "cases/small.toml:1:2");
  EXPECT_EQ(at("output.file"), "cases/small.toml:1:1");
  EXPECT_EQ(at("network.rate"), "--set network.rate=2:0:0");
  EXPECT_EQ(target_path(c, 0), "data.target");
  EXPECT_EQ(target_path(good(full_case), 1), "data.target.1");
}

/// A file of rank 0, removed at the end; other ranks see the name only.
class CaseFile : public testing::Test {
 protected:
  void SetUp() override { MPI_Comm_rank(MPI_COMM_WORLD, &rank_); }
  void TearDown() override {
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank_ == 0) std::filesystem::remove(path_);
  }
  void write(const std::string& text) {
    if (rank_ == 0) std::ofstream(path_) << text;
  }
  int rank_ = 0;
  std::string path_ = "case_reader_test.toml";
};

TEST_F(CaseFile, AllRanksGetTheSameCase) {
  write(full_case);
  Diagnostics diagnostics;
  const Case c = read_case(MPI_COMM_WORLD, path_, {"network.layers=9"}, diagnostics);
  EXPECT_TRUE(diagnostics.empty());
  EXPECT_EQ(c.network.layers, 9);
  EXPECT_EQ(c.text, full_case);
  EXPECT_EQ(c.positions.file, path_);
}

TEST_F(CaseFile, AllRanksGetTheSameProblems) {
  write("[grid\n");
  Diagnostics diagnostics;
  read_case(MPI_COMM_WORLD, path_, {"nonsense"}, diagnostics);
  ASSERT_EQ(diagnostics.problems().size(), 1u);
  EXPECT_TRUE(diagnostics.problems()[0].starts_with(path_ + ":1:6: not valid TOML: "))
      << diagnostics.problems()[0];
}

TEST_F(CaseFile, AFileThatCannotBeRead) {
  Diagnostics missing, folder;
  read_case(MPI_COMM_WORLD, "no/such.toml", {}, missing);
  EXPECT_EQ(missing.problems(),
            std::vector<std::string>{"no/such.toml: cannot be read: No such file or directory"});
  read_case(MPI_COMM_WORLD, ".", {}, folder);
  EXPECT_EQ(folder.problems(), std::vector<std::string>{".: cannot be read: a directory"});
}

} // namespace
} // namespace nadir
