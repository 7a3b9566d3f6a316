#include "nadir/network/chain.hpp"

#include "nadir/base/error.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace nadir {
namespace {

/// All states of a run from random inputs, in global order on every rank: [layer][point].
std::vector<double> run_states(MPI_Comm comm, const Case& c, double amplitude) {
  const Grid grid(comm, c.grid);
  const Coefficients coefficients = test::random_coefficients(grid, c, amplitude);
  Chain chain(grid, c);
  LastTwoStates states(chain.state_layout());
  const auto observations = test::random_observations(grid, c, 1);
  unpack(chain.state_layout(), observations.input_sample(0), states.write(0));
  std::vector<double> all(static_cast<std::size_t>((c.network.layers + 1) * grid.points()), 0.0);
  const Layout& layout = chain.state_layout();
  chain.forward(coefficients, states, 0, chain.layers(), [&](std::int64_t layer, const double* z) {
    test::for_points(grid, [&](std::int64_t k, std::int64_t j, std::int64_t i, std::int64_t index) {
      all[static_cast<std::size_t>(layer * grid.points() + index)] = z[layout.index(k, j, i)];
    });
  });
  MPI_Allreduce(MPI_IN_PLACE, all.data(), static_cast<int>(all.size()), MPI_DOUBLE, MPI_SUM, comm);
  return all;
}

TEST(Chain, StatesAreTheSameBitsOnAnyNumberOfRanks) {
  const std::vector<std::vector<std::int64_t>> shapes{{23}, {9, 11}, {5, 7, 6}};
  for (const auto& shape : shapes) {
    for (const auto& boundary : test::boundary_choices(shape.size())) {
      for (const auto tensor : {DiffusionTensor::isotropic, DiffusionTensor::full}) {
        Case c = test::small_case(shape, boundary, tensor);
        test::train_all(c, true, true);
        const auto together = run_states(MPI_COMM_WORLD, c, 0.05);
        const auto alone = run_states(MPI_COMM_SELF, c, 0.05);
        ASSERT_EQ(together, alone) << shape.size() << "-D";
      }
    }
  }
}

TEST(Chain, IdentityLayersReturnTheInputBitForBit) {
  for (const double omega : {1.0, 0.5}) {
    Case c = test::small_case({8, 9}, {test::periodic, test::reflect});
    c.network.layers = 5;
    c.network.activation = "identity";
    c.network.relaxation = test::fixed({omega});
    c.network.bias = c.kernel["reaction"] = c.kernel["diffusion"] = test::fixed({0.0});
    c.kernel["advection"] = test::fixed({0.0, 0.0});
    const auto states = run_states(MPI_COMM_WORLD, c, 0.0);
    const std::size_t n = 72;
    EXPECT_TRUE(std::equal(states.begin(), states.begin() + n, states.end() - n));
  }
}

TEST(Chain, NamesTheFirstValueThatIsNotFinite) {
  Case c = test::small_case({6, 7}, {test::periodic, test::periodic});
  c.network.activation = "square";
  c.network.relaxation = test::fixed({1.0});
  const Grid grid(MPI_COMM_WORLD, c.grid);
  const Coefficients coefficients = test::random_coefficients(grid, c, 0.0);
  Chain chain(grid, c);
  LastTwoStates states(chain.state_layout());
  double* z = states.write(0);
  test::for_points(grid, [&](std::int64_t k, std::int64_t j, std::int64_t i, std::int64_t index) {
    z[chain.state_layout().index(k, j, i)] =
        index == 4 * 7 + 5 ? 1e130 : 0.0; // its 4th power overflows
  });
  const auto problem =
      chain.forward(coefficients, states, 0, chain.layers(), [](std::int64_t, const double*) {});
  try {
    throw_if_not_finite(grid, 3, problem);
    FAIL() << "nothing was found";
  } catch (const NumericsError& error) {
    // The second layer squares what the first brought to the neighbours: it overflows two rows
    // around, and row 4 + 2 wraps to row 0.
    EXPECT_STREQ(error.what(), "the state is not finite: sample 3, layer 2, point (y, x) = (0, 5)");
  }
}

TEST(Chain, CountsItsWorkAndWhatItComputesAgain) {
  Case c = test::small_case({11, 12}, {test::periodic, test::reflect});
  c.network.layers = 9;
  test::train_all(c, true, false);
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Coefficients coefficients = test::random_coefficients(grid, c, 0.02);
  Coefficients bar(grid, c, Coefficients::Content::gradients);
  Chain chain(grid, c);
  const RevolvePlan plan = plan_revolve(9, 4);
  RevolvedStates states(chain.state_layout(), plan);
  StateStore* const one = &states;
  std::fill_n(states.write(0), chain.state_layout().size(), 0.5);
  const WatchedLayers nobody(std::vector<std::int64_t>{});
  chain.forward(
      coefficients, states, 0, 9, [](std::int64_t, const double*) {}, nobody);
  coefficients.fill_ghosts();
  chain.adjoint(
      coefficients, std::span(&one, 1), nobody,
      [](std::size_t, std::int64_t, const double*, double*) {}, bar);
  const auto points = static_cast<double>(grid.owned().points());
  EXPECT_EQ(chain.work().forward_points, points * static_cast<double>(plan.forward));
  EXPECT_EQ(chain.work().adjoint_points, points * 9);
  EXPECT_DOUBLE_EQ(chain.work().repetition, plan.repetition());
  EXPECT_GT(plan.repetition(), 1.0);
}

TEST(Chain, WatchedLayersAreSeenForwardAndBack) {
  Case c = test::small_case({11, 12}, {test::periodic, test::reflect});
  c.network.layers = 9;
  test::train_all(c, true, false);
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Coefficients coefficients = test::random_coefficients(grid, c, 0.02);
  coefficients.fill_ghosts();
  Coefficients bar(grid, c, Coefficients::Content::gradients);
  for (const Tiling& tiling : {Tiling{}, Tiling{4, 2, 3}}) {
    Chain chain(grid, c, PassPlan{tiling, tiling, 1});
    RevolvedStates states(chain.state_layout(), all_kept(9));
    StateStore* const one = &states;
    const WatchedLayers watched({0, 3, 9});
    std::vector<std::int64_t> seen;
    chain.forward(
        coefficients, states, 0, 9,
        [&](std::int64_t layer, const double*) { seen.push_back(layer); }, watched);
    EXPECT_EQ(seen, (std::vector<std::int64_t>{0, 3, 9}));
    chain.adjoint(
        coefficients, std::span(&one, 1), watched,
        [&](std::size_t, std::int64_t layer, const double*, double*) { seen.push_back(layer); },
        bar);
    EXPECT_EQ(seen, (std::vector<std::int64_t>{0, 3, 9, 9, 3, 0}));
  }
}

TEST(Chain, TellsWhichSampleIsNotFinite) {
  Case c = test::small_case({6, 7}, {test::periodic, test::periodic});
  c.network.activation = "square";
  const Grid grid(MPI_COMM_WORLD, c.grid);
  const Coefficients coefficients = test::random_coefficients(grid, c, 0.0);
  Chain chain(grid, c, PassPlan{{}, {}, 2});
  LastTwoStates good(chain.state_layout()), bad(chain.state_layout());
  const std::array<StateStore*, 2> states{&good, &bad};
  std::fill_n(good.write(0), chain.state_layout().size(), 0.1);
  std::fill_n(bad.write(0), chain.state_layout().size(), 1e130);
  chain.forward(coefficients, states, 0, chain.layers(), {},
                [](std::size_t, std::int64_t, const double*) {});
  EXPECT_FALSE(chain.problem(0).has_value());
  EXPECT_TRUE(chain.problem(1).has_value());
}

TEST(Chain, NothingIsThrownForFiniteStates) {
  const Case c = test::small_case({6, 7}, {test::periodic, test::periodic});
  const Grid grid(MPI_COMM_WORLD, c.grid);
  EXPECT_NO_THROW(throw_if_not_finite(grid, 0, std::nullopt));
}

} // namespace
} // namespace nadir
