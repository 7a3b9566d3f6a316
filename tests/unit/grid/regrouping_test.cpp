#include "nadir/grid/regrouping.hpp"

#include "nadir/base/sub_communicator.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

double number(std::int64_t point, double field) {
  return static_cast<double>(point) + 0.25 * field;
}

void fill(const Grid& grid, double field, Field& values) {
  test::for_points(grid, [&](std::int64_t z, std::int64_t y, std::int64_t x, std::int64_t i) {
    values.at(z, y, x) = number(i, field);
  });
}

void expect_filled(const Grid& grid, double field, const Field& values) {
  test::for_points(grid, [&](std::int64_t z, std::int64_t y, std::int64_t x, std::int64_t i) {
    EXPECT_EQ(values.at(z, y, x), number(i, field));
  });
}

/// Calls use(all, group) for some grids and all numbers of groups.
template<class Use> void for_groups(Use use) {
  int rank = 0, ranks = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  const std::vector<std::vector<std::int64_t>> shapes{{23}, {9, 14}, {5, 8, 7}};
  for (const auto& shape : shapes) {
    const Case c = test::small_case(shape, std::vector<BoundarySpec>(shape.size(), test::periodic));
    const Grid all(MPI_COMM_WORLD, c.grid);
    for (int groups = 1; groups <= ranks; ++groups) {
      if (ranks % groups != 0) continue;
      const SubCommunicator comm(MPI_COMM_WORLD, rank / (ranks / groups));
      const Grid group(comm, c.grid);
      use(all, group);
    }
  }
}

TEST(Regrouping, SpreadsFieldsToEveryGroupOrOne) {
  for_groups([](const Grid& all, const Grid& group) {
    Regrouping regrouping(all, group, 2);
    Field from_a(regrouping.layout_of_all()), from_b(regrouping.layout_of_all());
    fill(all, 0, from_a);
    fill(all, 1, from_b);
    Field to_a(regrouping.layout_of_group()), to_b(regrouping.layout_of_group());
    const std::array from{from_a.data(), from_b.data()}, to{to_a.data(), to_b.data()};
    regrouping.scatter(from, to);
    expect_filled(group, 0, to_a);
    expect_filled(group, 1, to_b);
    for (int g = 0; g < regrouping.groups(); ++g) {
      to_a.fill(-1);
      regrouping.scatter(std::array{from_b.data()}, std::array{to_a.data()}, g);
      if (g == regrouping.group())
        expect_filled(group, 1, to_a);
      else
        EXPECT_EQ(to_a.at(0, 0, 0), -1);
    }
  });
}

TEST(Regrouping, CollectsWhatEachGroupHas) {
  for_groups([](const Grid& all, const Grid& group) {
    Regrouping regrouping(all, group, 1);
    // Group g sends g % 3 fields.
    const auto count = [](int g) { return static_cast<std::size_t>(g % 3); };
    std::vector<Field> mine(count(regrouping.group()), Field(regrouping.layout_of_group()));
    std::vector<double*> sent;
    for (std::size_t k = 0; k < mine.size(); ++k) {
      fill(group, 10.0 * regrouping.group() + static_cast<double>(k), mine[k]);
      sent.push_back(mine[k].data());
    }
    std::vector<std::vector<Field>> received;
    std::vector<std::vector<double*>> from(static_cast<std::size_t>(regrouping.groups()));
    for (int g = 0; g < regrouping.groups(); ++g) {
      auto& fields = received.emplace_back(count(g), Field(regrouping.layout_of_all()));
      for (Field& field : fields) from[static_cast<std::size_t>(g)].push_back(field.data());
    }
    regrouping.gather(sent, from);
    for (int g = 0; g < regrouping.groups(); ++g) {
      for (std::size_t k = 0; k < count(g); ++k)
        expect_filled(all, 10.0 * g + static_cast<double>(k),
                      received[static_cast<std::size_t>(g)][k]);
    }
  });
}

} // namespace
} // namespace nadir
