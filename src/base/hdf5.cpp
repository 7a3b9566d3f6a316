#include "nadir/base/hdf5.hpp"

#include "nadir/base/check.hpp"
#include "nadir/base/files.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>

namespace nadir::hdf5 {
namespace {

/// MPI counts are ints, and some MPI-IO layers count bytes: stay well below 2^31 of them.
constexpr std::size_t piece_bytes = std::size_t{1} << 29;

/// Errors come to the user through Failure, once; HDF5 would print them on every rank.
void silence() { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }

herr_t keep_innermost(unsigned /*depth*/, const H5E_error2_t* entry, void* text) {
  if (entry->desc && *entry->desc) *static_cast<std::string*>(text) = entry->desc;
  return 0;
}

Properties access_by(MPI_Comm comm) {
  silence();
  Properties access(check(H5Pcreate(H5P_FILE_ACCESS), "create access list"));
  check(H5Pset_fapl_mpio(access, comm, MPI_INFO_NULL), "set MPI-IO access");
  return access;
}

/// Without MPI-IO; data go to the system at once, past HDF5's buffers.
Properties own_access() {
  silence();
  Properties access(check(H5Pcreate(H5P_FILE_ACCESS), "create access list"));
  check(H5Pset_sieve_buf_size(access, 0), "set buffer size");
  return access;
}

template<class Value>
void write_plain_attribute(hid_t object, const char* name, hid_t stored, hid_t type, Value value) {
  if (check(H5Aexists(object, name), "look for attribute") > 0)
    check(H5Adelete(object, name), "delete attribute");
  const Space scalar(check(H5Screate(H5S_SCALAR), "create space"));
  const Attribute attribute(check(
      H5Acreate2(object, name, stored, scalar, H5P_DEFAULT, H5P_DEFAULT), "create attribute"));
  check(H5Awrite(attribute, type, &value), "write attribute");
}

Type variable_text() {
  Type type(check(H5Tcopy(H5T_C_S1), "copy type"));
  check(H5Tset_size(type, H5T_VARIABLE), "set text size");
  check(H5Tset_cset(type, H5T_CSET_UTF8), "set character set");
  return type;
}

/// Spaces in memory and in the file of one piece; an absent piece selects nothing.
std::pair<Space, Space> select(hid_t dataset, const Slab* piece) {
  Space file(check(H5Dget_space(dataset), "get space"));
  const bool scalar = check(H5Sget_simple_extent_ndims(file), "get rank") == 0;
  const hsize_t elements = piece ? piece->elements() : 0;
  if (elements == 0) {
    const hsize_t one = 1;
    Space memory(check(H5Screate_simple(1, &one, nullptr), "create space"));
    check(H5Sselect_none(memory), "select");
    check(H5Sselect_none(file), "select");
    return {std::move(memory), std::move(file)};
  }
  Space memory(check(H5Screate_simple(1, &elements, nullptr), "create space"));
  if (!scalar) {
    check(H5Sselect_hyperslab(file, H5S_SELECT_SET, piece->start.data(), nullptr,
                              piece->count.data(), nullptr),
          "select");
  }
  return {std::move(memory), std::move(file)};
}

/// Scattered rows go through MPI-IO's collective buffering, which gathers what lies side by side in
/// the file; whole blocks would only be copied by it, often all to one rank. Chunks are read by
/// each rank for itself: collective filtered reads would fall back to that anyway.
Properties transfer_for(hid_t dataset, bool scattered) {
  const Properties creation(check(H5Dget_create_plist(dataset), "get creation list"));
  const bool collective = scattered && H5Pget_layout(creation) == H5D_CONTIGUOUS;
  Properties transfer(check(H5Pcreate(H5P_DATASET_XFER), "create transfer list"));
  check(H5Pset_dxpl_mpio(transfer, collective ? H5FD_MPIO_COLLECTIVE : H5FD_MPIO_INDEPENDENT),
        "set transfer mode");
  return transfer;
}

bool inside(const Slab& slab, const std::vector<hsize_t>& extents) {
  if (slab.start.size() != extents.size() || slab.count.size() != extents.size()) return false;
  for (std::size_t i = 0; i < extents.size(); ++i)
    if (slab.start[i] + slab.count[i] > extents[i]) return false;
  return true;
}

/// Whether a slab is worth gathering with those of other ranks: not one large block of the file.
bool scattered(const Slab& slab, const std::vector<hsize_t>& extents, std::size_t size) {
  if (slab.elements() == 0) return false;
  const auto [first, last] = range_of(slab, extents);
  return last - first != slab.elements() || slab.elements() * size < large_bytes;
}

/// What all ranks do together.
struct Plan {
  std::uint64_t rounds = 0; ///< as many as the rank with most pieces needs
  bool scattered = false;   ///< the slab of some rank is
};

/// A slab outside the dataset would fail on its own rank only and leave the others waiting, so all
/// ranks refuse it here.
Plan agree(MPI_Comm comm, hid_t dataset, const Slab& slab, std::size_t pieces, std::size_t size) {
  constexpr auto refused = std::numeric_limits<std::uint64_t>::max();
  const auto shape = extents(dataset);
  const bool valid = slab.elements() == 0 || inside(slab, shape);
  std::array<std::uint64_t, 2> most{valid ? pieces : refused,
                                    valid && scattered(slab, shape, size)};
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, most.data(), 2, MPI_UINT64_T, MPI_MAX, comm));
  if (most[0] == refused) throw Failure("a box reaches beyond the dataset");
  return {most[0], most[1] != 0};
}

/// Calls `move(memory space, file space, list, first element)` as often on every rank, also
/// after a failure: the other ranks wait in the same collective call.
using Move = std::function<herr_t(hid_t, hid_t, hid_t, std::size_t)>;
void move_pieces(MPI_Comm comm, hid_t dataset, const Slab& slab, hid_t type, const Move& move) {
  const std::size_t size = H5Tget_size(type);
  const auto pieces =
      split(slab, std::max<std::size_t>(1, piece_bytes / std::max<std::size_t>(1, size)));
  const Plan plan = agree(comm, dataset, slab, pieces.size(), size);

  const Properties transfer = transfer_for(dataset, plan.scattered);
  std::size_t first = 0;
  std::string problem;
  for (std::uint64_t i = 0; i < plan.rounds; ++i) {
    const Slab* piece = i < pieces.size() ? &pieces[i] : nullptr;
    const auto [memory, file] = select(dataset, piece);
    if (move(memory, file, transfer, first) < 0 && problem.empty()) problem = take_error_text();
    if (piece) first += piece->elements();
  }
  if (!problem.empty()) throw Failure(problem);
}

} // namespace

std::string take_error_text() {
  std::string text;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, keep_innermost, &text);
  H5Eclear2(H5E_DEFAULT);
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text.empty() ? "unknown HDF5 error" : text;
}

void fail(const char* what) {
  throw Failure("HDF5 cannot " + std::string(what) + ": " + take_error_text());
}

File open_file(MPI_Comm comm, const std::string& path) {
  const Properties access = access_by(comm);
  if (const std::string problem = irregular_file(path); !problem.empty())
    throw Failure("cannot be opened: it is " + problem); // a FIFO would wait for its writer
  return File(check(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access), "open the file"));
}

File create_file(MPI_Comm comm, const std::string& path) {
  const Properties access = access_by(comm);
  // Large datasets begin on a boundary that file systems stripe by.
  check(H5Pset_alignment(access, hsize_t{4} << 20, hsize_t{1} << 20), "set alignment");
  const Properties creation(check(H5Pcreate(H5P_FILE_CREATE), "create creation list"));
  check(H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED),
        "keep creation order");
  return File(check(H5Fcreate(path.c_str(), H5F_ACC_EXCL, creation, access), "create the file"));
}

File create_own_file(const std::string& path) {
  const Properties access = own_access();
  return File(check(H5Fcreate(path.c_str(), H5F_ACC_EXCL, H5P_DEFAULT, access), "create the file"));
}

File create_result_file(const std::string& path) {
  const Properties access = own_access();
  check(H5Pset_alignment(access, hsize_t{4} << 20, hsize_t{1} << 20), "set alignment");
#if H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 11, 0))
  check(H5Pset_file_locking(access, false, true), "set locking");
#endif
  const Properties creation(check(H5Pcreate(H5P_FILE_CREATE), "create creation list"));
  check(H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED),
        "keep creation order");
  return File(check(H5Fcreate(path.c_str(), H5F_ACC_EXCL, creation, access), "create the file"));
}

void abandon(File& file) noexcept {
  const hid_t id = file.release();
  void* handle = nullptr;
  if (id < 0 || H5Fget_vfd_handle(id, H5P_DEFAULT, &handle) < 0 || !handle) return;
  // What it took of the disk is given back. Its descriptor stays open, so that no other file gets
  // its inode, by which HDF5 would take that for this one.
  static_cast<void>(!ftruncate(*static_cast<int*>(handle), 0));
}

void start() {
  H5dont_atexit();
  H5open(); // once MPI has begun, it would also end with it
}

std::vector<hsize_t> extents(hid_t dataset) {
  const Space space(check(H5Dget_space(dataset), "get space"));
  const int rank = check(H5Sget_simple_extent_ndims(space), "get rank");
  std::vector<hsize_t> result(static_cast<std::size_t>(rank));
  if (rank > 0) check(H5Sget_simple_extent_dims(space, result.data(), nullptr), "get extents");
  return result;
}

void write_attribute(hid_t object, const char* name, const std::string& value) {
  const Type type = variable_text();
  write_plain_attribute(object, name, type, type, value.c_str());
}

void write_attribute(hid_t object, const char* name, double value) {
  write_plain_attribute(object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, value);
}

void write_attribute(hid_t object, const char* name, std::int64_t value) {
  write_plain_attribute(object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, value);
}

void require_sound_numbers(hid_t type) {
  const H5T_class_t kind = H5Tget_class(type);
  if (kind == H5T_ENUM)
    return require_sound_numbers(Type(check(H5Tget_super(type), "get the type of an enumeration")));
  if (kind != H5T_INTEGER && kind != H5T_FLOAT) return;
  const std::size_t precision = H5Tget_precision(type);
  const auto offset = static_cast<std::size_t>(check(H5Tget_offset(type), "get an offset"));
  bool sound = precision > 0 && offset + precision <= 8 * H5Tget_size(type);
  if (kind == H5T_FLOAT) {
    std::size_t sign = 0, exponent = 0, exponent_bits = 0, mantissa = 0, mantissa_bits = 0;
    check(H5Tget_fields(type, &sign, &exponent, &exponent_bits, &mantissa, &mantissa_bits),
          "get the fields of a type");
    sound = sound && sign < precision && exponent + exponent_bits <= precision &&
            mantissa + mantissa_bits <= precision;
  }
  if (!sound) throw Failure("its type is damaged: numbers with more bits than their bytes have");
}

std::size_t Slab::elements() const {
  if (!participates) return 0;
  return std::accumulate(count.begin(), count.end(), std::size_t{1}, std::multiplies<>());
}

std::pair<hsize_t, hsize_t> range_of(const Slab& slab, const std::vector<hsize_t>& extents) {
  if (slab.elements() == 0) return {0, 0};
  hsize_t first = 0, last = 0;
  for (std::size_t axis = 0; axis < extents.size(); ++axis) {
    first = first * extents[axis] + slab.start[axis];
    last = last * extents[axis] + slab.start[axis] + slab.count[axis] - 1;
  }
  return {first, last + 1};
}

std::vector<Slab> split(const Slab& slab, std::size_t limit) {
  if (slab.elements() == 0) return {};
  if (slab.elements() <= limit) return {slab};
  // Cutting the slowest axis longer than 1 keeps every piece contiguous in memory.
  const auto longer = [](hsize_t count) { return count > 1; };
  const auto cut = std::find_if(slab.count.begin(), slab.count.end(), longer);
  if (cut == slab.count.end()) return {slab};
  const auto axis = static_cast<std::size_t>(cut - slab.count.begin());
  const std::size_t row = slab.elements() / *cut;
  const hsize_t rows = std::max<hsize_t>(1, limit / row);
  std::vector<Slab> pieces;
  for (hsize_t done = 0; done < *cut; done += rows) {
    Slab piece = slab;
    piece.start[axis] += done;
    piece.count[axis] = std::min(rows, *cut - done);
    for (auto& part : split(piece, limit)) pieces.push_back(std::move(part));
  }
  return pieces;
}

void read(MPI_Comm comm, hid_t dataset, const Slab& slab, hid_t type, void* values) {
  const std::size_t size = H5Tget_size(type);
  auto* bytes = static_cast<std::byte*>(values);
  std::byte nothing{}; // HDF5 wants an address even for no data
  move_pieces(comm, dataset, slab, type, [&](hid_t memory, hid_t file, hid_t list, std::size_t i) {
    return H5Dread(dataset, type, memory, file, list, bytes ? bytes + i * size : &nothing);
  });
}

void write(MPI_Comm comm, hid_t dataset, const Slab& slab, hid_t type, const void* values) {
  const std::size_t size = H5Tget_size(type);
  const auto* bytes = static_cast<const std::byte*>(values);
  const std::byte nothing{};
  move_pieces(comm, dataset, slab, type, [&](hid_t memory, hid_t file, hid_t list, std::size_t i) {
    return H5Dwrite(dataset, type, memory, file, list, bytes ? bytes + i * size : &nothing);
  });
}

} // namespace nadir::hdf5
