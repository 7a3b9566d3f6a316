#include "nadir/network/layer.hpp"

#include "nadir/base/traffic.hpp"
#include "nadir/network/chain.hpp"
#include "nadir/network/layer_pass.hpp"

#include "support/allocations.hpp"
#include "support/cases.hpp"
#include "support/ranks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace nadir {
namespace {

TEST(Shell, AndCoreCoverEveryPointOnce) {
  for (const Extents n :
       {Extents{1, 1, 9}, Extents{1, 5, 4}, Extents{6, 5, 7}, Extents{3, 1, 2}, Extents{2, 2, 2}}) {
    Box box;
    box.count = n;
    for (const Thickness& thickness :
         {Thickness{{{0, 0}, {0, 0}, {1, 1}}}, Thickness{{{0, 0}, {2, 2}, {2, 2}}},
          Thickness{{{1, 2}, {0, 1}, {2, 0}}}}) {
      std::vector<Box> boxes;
      boxes.push_back(for_shell(box, thickness, [&](const Box& part) { boxes.push_back(part); }));
      std::multiset<Extents> points;
      for (const Box& b : boxes) {
        for (std::int64_t z = 0; z < b.count[0]; ++z) {
          for (std::int64_t y = 0; y < b.count[1]; ++y) {
            for (std::int64_t x = 0; x < b.count[2]; ++x)
              points.insert({b.start[0] + z, b.start[1] + y, b.start[2] + x});
          }
        }
      }
      EXPECT_EQ(points.size(), static_cast<std::size_t>(box.points()));
      EXPECT_EQ(std::set<Extents>(points.begin(), points.end()).size(), points.size());
    }
  }
}

TEST(Layer, ExchangesOnceForwardAndOnceBack) {
  Case c = test::small_case({12, 13}, {test::periodic, test::reflect});
  test::train_all(c, true, false);
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Coefficients coefficients = test::random_coefficients(grid, c, 0.02);
  Coefficients bar(grid, c, Coefficients::Content::gradients);
  Chain chain(grid, c);
  RevolvedStates states(chain.state_layout(), all_kept(chain.layers()));
  const auto nothing = [](std::int64_t, const double*) {};
  StateStore* const one = &states;
  coefficients.fill_ghosts();
  const std::int64_t before = traffic_sent().messages;
  chain.forward(coefficients, states, 0, chain.layers(), nothing);
  const std::int64_t forward = traffic_sent().messages - before;
  chain.adjoint(
      coefficients, std::span(&one, 1), WatchedLayers(std::vector<std::int64_t>()),
      [](std::size_t, std::int64_t, const double*, double*) {}, bar);
  EXPECT_EQ(traffic_sent().messages - before, 2 * forward);
  EXPECT_LE(forward, 2 * grid.dimension() * chain.layers());
}

/// y . z_n of a random input z_0 and random y.
class WeightedOutput {
 public:
  WeightedOutput(const Grid& grid, const Case& c, const Tiling& tiling)
      : grid_(grid), chain_(grid, c, PassPlan{tiling, tiling, 1}), layout_(chain_.state_layout()),
        states_(layout_, all_kept(chain_.layers())),
        last_(std::vector<std::int64_t>{chain_.layers()}), y_(layout_) {
    const auto random = test::random_observations(grid, c, 2);
    unpack(layout_, random.input_sample(0), states_.write(0));
    unpack(layout_, random.input_sample(1), y_.data());
  }

  double value(const Coefficients& coefficients) {
    chain_.forward(
        coefficients, states_, 0, chain_.layers(), [](std::int64_t, const double*) {}, last_);
    return test::product(grid_, layout_, states_.read(chain_.layers()), y_.data());
  }
  /// Adds the derivatives to `bar`; returns z_0 . lambda_0. After value().
  double gradient(Coefficients& coefficients, Coefficients& bar) {
    coefficients.fill_ghosts();
    StateStore* const one = &states_;
    chain_.adjoint(
        coefficients, std::span(&one, 1), last_,
        [&](std::size_t, std::int64_t, const double*, double* lambda) {
          std::copy_n(y_.data(), layout_.size(), lambda);
        },
        bar);
    return test::product(grid_, layout_, states_.read(0), chain_.lambda(0));
  }

 private:
  const Grid& grid_;
  Chain chain_;
  const Layout& layout_;
  RevolvedStates states_;
  WatchedLayers last_;
  Field y_;
};

/// z_n = A z_0 where f is the identity, b and boundary values are 0: (A z_0) . y = z_0 . (A^T y).
void expect_transpose(const Case& c, const Tiling& tiling) {
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Coefficients coefficients = test::random_coefficients(grid, c, 0.05);
  coefficients["bias"].fill(0.0);
  coefficients["relaxation"].fill(c.network.relaxation.init[0]);
  Coefficients bar(grid, c, Coefficients::Content::gradients);
  WeightedOutput output(grid, c, tiling);
  const double forward = output.value(coefficients), back = output.gradient(coefficients, bar);
  EXPECT_NEAR(forward, back, 1e-13 * static_cast<double>(grid.points()))
      << grid.dimension() << "-D, " << tiling.layers << " layers in a pass";
  EXPECT_NE(forward, 0.0);
}

TEST(Layer, TheAdjointOfALinearChainIsItsTranspose) {
  for (const auto& shape : std::vector<std::vector<std::int64_t>>{{29}, {17, 14}, {11, 9, 8}}) {
    for (auto boundary : test::boundary_choices(shape.size())) {
      for (auto& side : boundary) side.value = 0.0;
      for (const double omega : {1.0, 0.6}) {
        Case c = test::small_case(shape, boundary, DiffusionTensor::full);
        test::train_all(c, true, false);
        c.network.layers = 5;
        c.network.activation = "identity";
        c.network.bias = test::fixed({0.0});
        c.network.relaxation = test::fixed({omega});
        for (const Tiling& tiling : {Tiling{}, Tiling{3, 2, 4}}) expect_transpose(c, tiling);
        if (test::failed_somewhere()) return;
      }
    }
  }
}

/// The derivatives by b and omega, numbers, are the slopes.
TEST(Layer, DerivativesByNumbersAreSlopes) {
  for (const double omega : {1.0, 0.6}) { // 1 takes f from the next state
    Case c = test::small_case({17, 14}, {test::reflect, test::periodic});
    c.network.relaxation = test::trained({omega}, false, false);
    c.network.bias = test::trained({0.05}, false, false);
    const Grid grid(MPI_COMM_WORLD, c.grid);
    Coefficients coefficients = test::random_coefficients(grid, c, 0.0);
    Coefficients bar(grid, c, Coefficients::Content::gradients);
    WeightedOutput output(grid, c, {});
    output.value(coefficients);
    output.gradient(coefficients, bar);
    for (const std::string p : {"bias", "relaxation"}) {
      constexpr double h = 1e-5;
      double derivative = bar.sums(bar.parameters()[p])[0].value();
      MPI_Allreduce(MPI_IN_PLACE, &derivative, 1, MPI_DOUBLE, MPI_SUM, grid.comm());
      double& number = *coefficients[p].block(0);
      const double at = number;
      number = at + h;
      double slope = output.value(coefficients);
      number = at - h;
      slope = (slope - output.value(coefficients)) / (2 * h);
      number = at;
      EXPECT_NEAR(derivative, slope, 1e-6 * std::abs(slope)) << p << ", omega " << omega;
      EXPECT_GT(std::abs(slope), 1e-3);
    }
  }
}

/// (W z) . Y = z . (W^T Y), boundary values taken as 0.
TEST(Layer, ApplyTransposeIsTheTransposeOfApply) {
  for (const auto& shape : std::vector<std::vector<std::int64_t>>{{29}, {17, 14}, {11, 9, 8}}) {
    for (const auto& boundary : test::boundary_choices(shape.size())) {
      Case c = test::small_case(shape, boundary, DiffusionTensor::full);
      test::train_all(c, true, false);
      const Grid grid(MPI_COMM_WORLD, c.grid);
      Coefficients coefficients = test::random_coefficients(grid, c, 0.05);
      coefficients.fill_ghosts();
      Chain chain(grid, c);
      const Layout& layout = chain.state_layout();
      const auto random = test::random_observations(grid, c, 2);
      Field z(layout), Z(layout), Z_bar(layout), z_bar(layout);
      unpack(layout, random.input_sample(0), z.data());
      unpack(layout, random.input_sample(1), Z_bar.data());
      chain.layer().apply(coefficients.layer(0), z.data(), Z.data(), GhostValue::zero);
      chain.layer().apply_transpose(coefficients.layer(0), Z_bar.data(), z_bar.data());
      const double forward = test::product(grid, layout, Z.data(), Z_bar.data());
      EXPECT_NEAR(forward, test::product(grid, layout, z.data(), z_bar.data()),
                  1e-13 * static_cast<double>(grid.points()))
          << grid.dimension() << "-D";
      EXPECT_NE(forward, 0.0);
    }
  }
}

/// Allocations of a value and a gradient after the first of them.
std::int64_t allocations_of(std::int64_t layers, const Tiling& tiling,
                            std::int64_t layers_per_exchange = 1) {
  Case c = test::small_case({24, 13}, {test::periodic, test::reflect});
  c.network.layers = layers;
  test::train_all(c, true, false);
  const Grid grid(MPI_COMM_WORLD, c.grid, ghosts_of(c, layers_per_exchange).states);
  Coefficients coefficients = test::random_coefficients(grid, c, 0.02, layers_per_exchange);
  Coefficients bar(grid, c, Coefficients::Content::gradients, layers_per_exchange);
  Chain chain(grid, c, PassPlan{tiling, tiling, 1, layers_per_exchange});
  RevolvedStates states(chain.state_layout(), all_kept(layers));
  StateStore* const one = &states;
  const WatchedLayers last(std::vector<std::int64_t>{layers});
  const Chain::Observer observe = [](std::size_t, std::int64_t, const double*) {};
  const Chain::AdjointSource seed = [](std::size_t, std::int64_t, const double*, double*) {};
  coefficients.fill_ghosts();
  std::int64_t before = 0;
  for (int round = 0; round < 2; ++round) {
    before = test::allocations();
    chain.forward(coefficients, std::span(&one, 1), 0, layers, last, observe);
    chain.adjoint(coefficients, std::span(&one, 1), last, seed, bar);
  }
  return test::allocations() - before;
}

TEST(Layer, AllocatesNothingHoweverManyThereAre) {
  for (const Tiling& tiling : {Tiling{}, Tiling{4, 3, 5}})
    EXPECT_EQ(allocations_of(40, tiling), allocations_of(5, tiling));
  EXPECT_EQ(allocations_of(40, {}, 3), allocations_of(6, {}, 3));
#ifndef __SANITIZE_ADDRESS__
  EXPECT_GT(test::allocations(), 0); // they are counted
#endif
}

TEST(Layer, StagesAndVectorsAreToldInAdvance) {
  Case c = test::small_case({100, 200}, {test::periodic, test::reflect});
  constexpr Extents box{1, 100, 200};
  const auto states = [&](bool with_transpose) {
    const double state = sizeof(double) * static_cast<double>(Layout(box, 2, 1).size());
    return layer_bytes(c, box, with_transpose, false) / state;
  };
  EXPECT_EQ(states(true), 0);
  c.network.scheme = SchemeKind::rk4;
  EXPECT_EQ(states(false), 3); // W z, g, a stage
  EXPECT_EQ(states(true), 7);  // two stages more, two adjoints
  c.network.normalisation = Normalisation::project;
  EXPECT_EQ(states(true), 8);
  c.network.scheme = SchemeKind::implicit_euler;
  EXPECT_GT(states(false), 30); // a Krylov basis
}

TEST(Layer, ATransformTakesArraysOfItsOwn) {
  const Case c = test::gaussian_case({64}, {test::periodic}, 3);
  EXPECT_EQ(layer_bytes(c, {1, 1, 64}, true, false), 0);
  EXPECT_GT(layer_bytes(c, {1, 1, 64}, true, true), 64 * (16 * 3 + 8 * 4));
}

} // namespace
} // namespace nadir
