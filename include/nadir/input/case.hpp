#pragma once

#include "nadir/kernel/activation.hpp"
#include "nadir/plan/convolution.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The case file as plain typed structs: what the user asked for, defaults filled in, nothing
/// computed. Names and meanings are those of docs/case-reference.md.
namespace nadir {

/// Where a value of the case was written: `file:line:column`, or an override on the command line.
struct Position {
  std::string source; ///< path as typed, or "--set key.path=value"
  int line = 0;       ///< 1-based; 0 for overrides and defaults
  int column = 0;
};

struct DatasetCase {
  std::string file; ///< relative to the working directory or absolute: ready to open
  std::string dataset;
  bool operator==(const DatasetCase&) const = default;
};

/// A field on the grid read from a file: (value - offset) / scale, one or more samples.
struct FieldCase {
  DatasetCase source;
  bool all_samples = true;           ///< every sample of the leading axis, or the only one
  std::vector<std::int64_t> samples; ///< otherwise these, in this order
  std::optional<DatasetCase> mask;   ///< 0 where not observed
  double scale = 1.0;
  double offset = 0.0;
  bool operator==(const FieldCase&) const = default;
};

struct WithholdCase {
  double fraction = 0.0; ///< exactly round(fraction * observed) points ...
  std::uint64_t seed = 0;
  std::optional<DatasetCase> source; ///< ... or those where this dataset is not 0
  bool operator==(const WithholdCase&) const = default;
};

struct TargetCase {
  FieldCase field;
  std::int64_t layer = -1; ///< 0..n; resolved: never negative
  double weight = 1.0;
  std::optional<WithholdCase> withhold;
  bool operator==(const TargetCase&) const = default;
};

enum class BoundaryKind { periodic, reflect, value };

struct BoundaryCase {
  BoundaryKind kind = BoundaryKind::periodic;
  double value = 0.0; ///< of every ghost, in the units of z; only for BoundaryKind::value
  bool operator==(const BoundaryCase&) const = default;
};

struct GridCase {
  std::vector<std::int64_t> shape; ///< points per axis, slowest first; d = shape.size() = 1, 2, 3
  std::vector<double> spacing;     ///< resolved: d entries
  std::vector<double> origin;      ///< resolved: d entries
  std::string units = "1";
  std::vector<BoundaryCase> boundary; ///< d entries
  int dimension() const { return static_cast<int>(shape.size()); }
  bool operator==(const GridCase&) const = default;
};

/// Penalty weights of one parameter (theory, section 6); 0 is off.
struct PenaltyCase {
  double l2 = 0.0, h1 = 0.0, tv = 0.0, l1 = 0.0;
  double epsilon = 1e-3;  ///< rounds the corner of tv and l1
  bool continuum = false; ///< scaling = "continuum": mesh-independent sums
  bool any() const { return l2 != 0 || h1 != 0 || tv != 0 || l1 != 0; }
  bool operator==(const PenaltyCase&) const = default;
};

struct ParameterCase {
  std::vector<double> init;             ///< resolved: one value per component (unless init_file)
  std::optional<DatasetCase> init_file; ///< shape exactly that of /parameters/NAME
  bool varies_space = false;
  bool varies_layer = false;
  bool train = false;
  std::optional<std::pair<double, double>> bounds;
  PenaltyCase penalty;
  bool operator==(const ParameterCase&) const = default;
};

/// What the numbers of a state multiply (theory, section 8).
enum class Basis { delta, hat, cubic_spline };

enum class SchemeKind { explicit_euler, implicit_euler, crank_nicolson, rk2, rk4 };

/// What holds the norm of the states (theory, section 7).
enum class Normalisation { none, uniform, radial, project };

struct NetworkCase {
  std::int64_t layers = 1;
  bool attractor = false; ///< layers without end: state 1 is where they lead, `layers` is 1
  Activation activation = "identity";
  Basis basis = Basis::delta;
  std::int64_t nodes = 0; ///< per cell and axis, of other bases than delta; resolved: 2 to 5
  SchemeKind scheme = SchemeKind::explicit_euler;
  double rate = 1.0; ///< gamma
  Normalisation normalisation = Normalisation::none;
  double thermostat = 1.0;  ///< alpha of uniform and radial
  ParameterCase relaxation; ///< omega
  ParameterCase bias;       ///< b
  bool operator==(const NetworkCase&) const = default;
};

enum class DiffusionTensor { isotropic, diagonal, full };

/// Which of these a family has, and their components: kernel_family.hpp.
struct KernelCase {
  std::string type = "adr"; ///< a family, or several of a sum joined by '+', as their table orders
  DiffusionTensor diffusion_tensor = DiffusionTensor::isotropic;
  std::int64_t order = 4;  ///< of the family moment: the highest derivative
  std::int64_t radius = 1; ///< of the families whose neighbours it counts; resolved
  ParameterCase reaction;  ///< R, 1 component
  ParameterCase advection; ///< U, d components in axis order
  ParameterCase diffusion; ///< D: 1 | d | d(d+1)/2 components
  ParameterCase higher;    ///< c_k of the derivatives of order 3 and more
  ParameterCase weights;   ///< of the neighbours of a full stencil
  ParameterCase amplitude; ///< A of a Gaussian
  ParameterCase width;     ///< sigma
  ParameterCase strength;  ///< A of a power law
  ParameterCase length;    ///< l
  ParameterCase exponent;  ///< s
  bool operator==(const KernelCase&) const = default;
};

/// A parameter of kernels, by its key in [kernel].
struct KernelParameter {
  std::string_view key, symbol;
  ParameterCase KernelCase::*value;
  double fallback;       ///< where the case does not give it; NaN: it must
  std::string_view text; ///< for the case reference
};
inline constexpr double must_be_given = std::numeric_limits<double>::quiet_NaN();

/// All of them, in the order of files.
inline constexpr std::array kernel_parameters{
    KernelParameter{"reaction", "R", &KernelCase::reaction, 0.0, "R, 1 component"},
    KernelParameter{"advection", "U", &KernelCase::advection, 0.0,
                    "U, d components in axis order, such as (y, x)"},
    KernelParameter{"diffusion", "D", &KernelCase::diffusion, 0.0,
                    "D: 1 component (isotropic), d (diagonal) or d(d+1)/2 (full), the upper "
                    "triangle by rows, such as (yy, yx, xx)"},
    KernelParameter{"higher", "c", &KernelCase::higher, 0.0,
                    "of moment: `c_k` of the derivatives `∂^k`, 3 ≤ |k| ≤ order, by order, then as "
                    "in (xxx, yxx, yyx, yyy)"},
    KernelParameter{
        "weights", "W", &KernelCase::weights, 0.0,
        "of stencil: weights of the neighbours in C order, from the lowest offsets on; of "
        "dense: of all source points in C order, in space: a row of the matrix for each "
        "point; a number is that of each"},
    KernelParameter{"amplitude", "A", &KernelCase::amplitude, 1.0,
                    "A of gaussian, 1 component: the sum of its weights"},
    KernelParameter{"width", "sigma", &KernelCase::width, must_be_given,
                    "σ of gaussian, 1 component, in the units of the grid; above 0"},
    KernelParameter{"strength", "A_p", &KernelCase::strength, must_be_given,
                    "A of power-law, 1 component"},
    KernelParameter{"length", "l", &KernelCase::length, must_be_given,
                    "ℓ of power-law, 1 component, in the units of the grid; above 0"},
    KernelParameter{"exponent", "s", &KernelCase::exponent, must_be_given,
                    "s of power-law, 1 component; above d, or its weights have no sum"}};

struct DataCase {
  FieldCase input;
  std::vector<TargetCase> targets; ///< in the order of the file; may be empty for `forward`
  std::string units = "1";
  bool operator==(const DataCase&) const = default;
};

enum class Reduction { sum, mean };

struct LossCase {
  Reduction reduction = Reduction::sum;
  bool operator==(const LossCase&) const = default;
};

/// Of all optimisers' options.
std::map<std::string, double> optimizer_defaults();

struct TrainingCase {
  std::string strategy = "end-to-end";
  std::string optimizer = "bqnls";
  std::int64_t iterations = 200;
  double gradient_tolerance = 1e-6; ///< relative to the first gradient
  /// Numbers that some optimisers read, by their keys.
  std::map<std::string, double> options = optimizer_defaults();
  double option(std::string_view key) const { return options.at(std::string(key)); }
  bool operator==(const TrainingCase&) const = default;
};

/// How fixed points are found from a start.
enum class FixedPointMethod { newton, anderson, relaxation };

struct AttractorCase {
  FixedPointMethod solver = FixedPointMethod::newton;
  std::int64_t starts = 12; ///< random fields, beside the inputs and zero
  std::uint64_t seed = 1;
  std::vector<double> amplitude{0.5, 1.0, 2.0}; ///< of the random fields, in turn
  double tolerance = 1e-11;      ///< of |z - f(Z)|, root mean square, relative where |z| > 1
  std::int64_t iterations = 200; ///< of newton or anderson, at most
  std::int64_t layers = 10000;   ///< of a relaxation, at most
  double distance = 1e-4;        ///< fixed points closer than this are one
  double depth_tolerance = 1e-6; ///< distance from the attractor at which it counts as reached
  std::int64_t modes = 6;        ///< eigenvalues of each
  std::vector<std::vector<std::int64_t>> green; ///< points as indices, slowest axis first
  bool operator==(const AttractorCase&) const = default;
};

enum class StoredLayers { none, ends, all };

struct CheckpointCase {
  std::int64_t every = 20; ///< 0: only when stopped
  std::int64_t keep = 2;
  StoredLayers layers = StoredLayers::ends;
  bool operator==(const CheckpointCase&) const = default;
};

struct RunCase {
  std::optional<CheckpointCase> checkpoint;
  std::optional<double> time_limit; ///< seconds, of the whole run
  double memory = 0;                ///< bytes of each rank for states; 0: chosen
  bool single_states = false;       ///< what the adjoint reads is rounded to single precision
  std::string scratch;              ///< folder for states that do not fit; empty: none
  std::int64_t layers_per_pass = 0; ///< 0: chosen
  std::int64_t layers_per_exchange = 0;
  std::int64_t samples_per_pass = 0;
  std::int64_t sample_groups = 0; ///< of ranks that share the samples; 0: chosen
  std::int64_t tile = 0;
  Convolution convolution = Convolution::automatic;
  bool operator==(const RunCase&) const = default;
};

struct OutputCase {
  std::string file;                 ///< resolved: results/<case>.h5 under the working directory
  std::vector<std::int64_t> layers; ///< resolved: ascending, unique, within 0..n
  bool operator==(const OutputCase&) const = default;
};

struct Case {
  std::string title;
  GridCase grid;
  NetworkCase network;
  KernelCase kernel;
  DataCase data;
  LossCase loss;
  TrainingCase training;
  AttractorCase attractor;
  RunCase run;
  OutputCase output;

  std::string path;                          ///< the case file as typed
  std::string text;                          ///< its text as read
  std::map<std::string, Position> positions; ///< of every key given, by its path ("grid.shape")
};

/// "x", "y, x" or "z, y, x": the axes of a grid, slowest first.
std::vector<std::string> axis_names(int dimension);

/// Components of D in d dimensions.
std::int64_t diffusion_components(int dimension, DiffusionTensor tensor);

/// Pairs of axes ("yy", "yx", "xx") that name the components of D; none for an isotropic one.
std::vector<std::string> diffusion_names(int dimension, DiffusionTensor tensor);

} // namespace nadir
