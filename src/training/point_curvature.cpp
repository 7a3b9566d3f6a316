#include "nadir/training/point_curvature.hpp"

#include "nadir/base/collective.hpp"
#include "nadir/kernel/kernel_family.hpp"

#include <algorithm>
#include <array>

namespace nadir {
namespace {

ProblemSpec with_fields(const ProblemSpec& c) {
  ProblemSpec fields = c;
  fields.network.bias.train = true; // its derivative is -omega f'(Z)
  for (const NamedParameter& p : named_parameters(fields)) {
    p.spec.varies_space = p.spec.varies_space || p.spec.train;
    p.spec.varies_layer = false;
  }
  return fields;
}

bool kernel_varies_by_layer(const ParameterSet& parameters) {
  return std::ranges::any_of(
      parameters, [](const Parameter& p) { return p.is_kernels() && p.spec.varies_layer; });
}

/// What the misfit is multiplied by where it is a mean.
double mean_factor(const ProblemSpec& c, const Observations& data) {
  double all = 0;
  for (const Target& t : data.targets) all += t.weight * static_cast<double>(t.used_total);
  return c.loss.reduction == Reduction::mean && all > 0 ? 1 / all : 1.0;
}

} // namespace

bool PointCurvature::covers(const ProblemSpec& c) {
  const auto full = [](const KernelTerm& term) { return term.family->full_matrix; };
  return !c.network.attractor && !is_galerkin(c) && std::ranges::none_of(c.kernel.terms, full);
}

PointCurvature::PointCurvature(const Grid& grid, const ProblemSpec& c, Objective& objective)
    : grid_(grid), as_fields_(with_fields(c)), objective_(objective),
      rhs_(make_kernel_operator(grid, c), c.network.activation),
      derivatives_(grid, as_fields_, Coefficients::Content::gradients), z_(rhs_.state_layout()),
      ones_(rhs_.state_layout()), row_sums_(rhs_.state_layout()),
      by_layer_(kernel_varies_by_layer(ParameterSet(c))),
      unit_(2 * mean_factor(c, objective.observations())) {
  for (const bool in_space : {true, false})
    for (const bool by_layer : {true, false}) make_groups(in_space, by_layer);
  ones_.fill(1.0);
  kept_.resize(points());
}

void PointCurvature::make_groups(bool in_space, bool by_layer) {
  std::vector<ControlSpace::Block> alike;
  std::int64_t unknowns = 0;
  for (const ControlSpace::Block& block : objective_.space().blocks()) {
    if (block.varies_space != in_space || block.parameter.spec.varies_layer != by_layer) continue;
    alike.push_back(block);
    unknowns += block.components;
  }
  const bool whole = unknowns <= most_in_block;
  for (const ControlSpace::Block& block : alike) {
    const std::vector<double> scales = objective_.component_scales(block.parameter);
    for (std::int64_t k = 0; k < block.components; ++k) {
      if (!whole || (k == 0 && &block == &alike.front())) {
        Group& group = groups_.emplace_back();
        group.in_space = in_space;
        group.by_layer = by_layer;
        group.layers = block.layers;
        group.points = block.points;
      }
      groups_.back().members.push_back(
          {block.parameter.index, k, scales[static_cast<std::size_t>(k)],
           block.offset + k * block.points, block.components * block.points});
    }
  }
}

void PointCurvature::renew(Vec x) {
  objective_.set_control(x);
  for (Group& group : groups_) clear(group);
  Network& network = objective_.network();
  const Observations& data = objective_.observations();
  LastTwoStates states(network.state_layout());
  for (std::int64_t sample = 0; sample < data.samples; ++sample) {
    for (Group& group : groups_) std::ranges::fill(group.S, 0.0);
    unpack(network.state_layout(), data.input_sample(sample), states.write(0));
    (void)network.forward(objective_.coefficients(), states, 0, network.layers(),
                          [&](std::int64_t layer, const double* z) {
                            if (layer == network.layers()) return;
                            make_derivatives(layer, z);
                            for (Group& group : groups_) add_layer(group, sample, layer);
                          });
  }
  for (Group& group : groups_) finish(group);
}

void PointCurvature::clear(Group& group) const {
  const std::size_t all = static_cast<std::size_t>(group.layers) * group.entries();
  group.blocks.assign(all * static_cast<std::size_t>(group.points), 0.0);
  if (!group.by_layer) group.S.resize(group.members.size() * points());
  if (group.in_space && !group.by_layer) {
    group.together.assign(points(), 0.0);
    group.apart.assign(points(), 0.0);
  }
  group.numbers.assign(group.in_space ? 0 : all, ReproducibleSum());
}

/// Of the next state, were it one number for all parameters at a point; and what a point keeps of
/// its own change.
void PointCurvature::make_derivatives(std::int64_t layer, const double* z) {
  pack(objective_.network().state_layout(), z, kept_.data());
  unpack(z_.layout(), kept_.data(), z_.data());
  rhs_.set_coefficients(objective_.coefficients().layer(layer));
  if (by_layer_ || layer == 0)
    rhs_.kernel().apply(ones_.data(), row_sums_.data(), GhostValue::zero);
  derivatives_.set_zero();
  rhs_.set_gradient(derivatives_.layer_bar(0));
  rhs_.add_gradient(z_.data(), ones_.data());
  const ParameterValues& b_bar = derivatives_[derivatives_.parameters().bias()];
  pack(b_bar.layout(), b_bar.block(0), kept_.data()); // -omega f'(Z)
  double* kept = kept_.data();
  rhs_.rows().for_pieces([&](const PointRows::Piece& piece) {
    const double* sum = row_sums_.data() + piece.at;
    for (int p = 0; p < piece.n; ++p) kept[p] = 1 - piece.omega[p] - kept[p] * sum[p];
    kept += piece.n;
  });
}

/// Some points in a row, with s of a group's unknowns and the weights of targets there.
struct PointCurvature::Piece {
  static constexpr std::size_t most_points = 64;
  using Line = std::array<double, most_points>;

  std::size_t first = 0, n = 0; ///< among the points of the box
  std::vector<Line> s;          ///< by member
  Line later, arriving;         ///< 2 w m of targets after this layer, of those it ends at

  void add_product(const double* a, const double* b, const Line& weight, double* out) const {
    for (std::size_t p = 0; p < n; ++p) out[p] += weight[p] * a[p] * b[p];
  }
};

/// Goes through the points in pieces of rows.
void PointCurvature::add_layer(Group& group, std::int64_t sample, std::int64_t layer) {
  Piece piece;
  piece.s.resize(group.members.size());
  const Layout& layout = derivatives_[derivatives_.parameters().bias()].layout();
  const Extents& count = layout.count;
  for (std::int64_t z = 0; z < count[0]; ++z) {
    for (std::int64_t y = 0; y < count[1]; ++y) {
      for (std::int64_t x = 0; x < count[2]; x += static_cast<std::int64_t>(piece.n)) {
        piece.n = std::min(Piece::most_points, static_cast<std::size_t>(count[2] - x));
        fill(piece, group, sample, layer, layout.index(z, y, x));
        add_piece(group, layer, piece);
        piece.first += piece.n;
      }
    }
  }
}

void PointCurvature::fill(Piece& piece, const Group& group, std::int64_t sample, std::int64_t layer,
                          std::ptrdiff_t at) const {
  for (std::size_t i = 0; i < group.members.size(); ++i) {
    const Member& m = group.members[i];
    const double* row =
        derivatives_[derivatives_.parameters()[m.parameter]].block(m.component) + at;
    for (std::size_t p = 0; p < piece.n; ++p) piece.s[i][p] = m.scale * row[p];
  }
  piece.later.fill(0.0);
  piece.arriving.fill(0.0);
  for (const Target& target : objective_.observations().targets) {
    if (target.layer <= layer) continue;
    const std::uint8_t* used =
        target.used.data() + static_cast<std::size_t>(sample) * points() + piece.first;
    // Layers with parameters of their own do as if all others changed alike.
    const double alike = group.by_layer ? static_cast<double>(target.layer) : 1.0;
    const double weight = unit_ * target.weight * alike;
    for (std::size_t p = 0; p < piece.n; ++p) {
      piece.later[p] += weight * used[p];
      if (target.layer == layer + 1) piece.arriving[p] += weight * used[p];
    }
  }
}

void PointCurvature::add_piece(Group& group, std::int64_t layer, const Piece& piece) {
  const std::size_t n = group.members.size();
  const bool arrives = std::ranges::any_of(objective_.observations().targets,
                                           [&](const Target& t) { return t.layer == layer + 1; });
  const auto S = [&](std::size_t i) { return group.S.data() + i * points() + piece.first; };
  for (std::size_t i = 0; i < n && !group.by_layer; ++i) {
    const double* kept = kept_.data() + piece.first;
    for (std::size_t p = 0; p < piece.n; ++p) S(i)[p] = kept[p] * S(i)[p] + piece.s[i][p];
    if (!group.in_space) continue;
    piece.add_product(piece.s[i].data(), piece.s[i].data(), piece.later,
                      group.apart.data() + piece.first);
    piece.add_product(S(i), S(i), piece.arriving, group.together.data() + piece.first);
  }
  Piece::Line values;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      const double *s = piece.s[i].data(), *t = piece.s[j].data();
      const std::size_t at =
          (group.by_layer ? static_cast<std::size_t>(layer) * group.entries() : 0) + entry(i, j);
      if (group.in_space) {
        piece.add_product(s, t, piece.later, group.blocks.data() + at * points() + piece.first);
        continue;
      }
      if (!group.by_layer && !arrives) continue;
      values.fill(0.0);
      if (!group.by_layer)
        piece.add_product(S(i), S(j), piece.arriving, values.data());
      else
        piece.add_product(s, t, piece.later, values.data());
      group.numbers[at].add(values.data(), static_cast<std::int64_t>(piece.n));
    }
  }
}

void PointCurvature::finish(Group& group) const {
  if (!group.in_space) {
    sum_over_ranks(grid_.comm(), group.numbers);
    for (std::size_t k = 0; k < group.blocks.size(); ++k)
      group.blocks[k] = group.numbers[k].value();
  } else if (!group.by_layer) {
    for (std::size_t p = 0; p < points(); ++p)
      group.together[p] = group.apart[p] > 0 ? group.together[p] / group.apart[p] : 0.0;
    for (std::size_t e = 0; e < group.entries(); ++e)
      for (std::size_t p = 0; p < points(); ++p)
        group.blocks[e * points() + p] *= group.together[p];
  }
}

} // namespace nadir
