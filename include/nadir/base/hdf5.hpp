#pragma once

#include <hdf5.h>
#include <mpi.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

/// A thin layer over HDF5: handles that close themselves, checked calls, whole boxes in and out.
namespace nadir::hdf5 {

/// An HDF5 call failed on this rank; `what()` is HDF5's own explanation. Other ranks may not know:
/// see nadir::together.
class Failure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Passes on the result of an HDF5 call; throws Failure when it is negative. HDF5 prints nothing
/// itself.
template<class Result> Result check(Result result, const char* what);

/// HDF5's error stack of this thread as one line, which is cleared.
std::string take_error_text();

/// Owns one HDF5 identifier; moves, does not copy.
template<herr_t (*close_id)(hid_t)> class Handle {
 public:
  Handle() = default;
  explicit Handle(hid_t id) : id_(id) {}
  ~Handle() { reset(); }
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  operator hid_t() const { return id_; }
  bool open() const { return id_ >= 0; }
  /// Closes; throws Failure when that fails (a file may meet its full disk only here).
  void close() { check(close_id(std::exchange(id_, -1)), "close"); }
  void reset() noexcept {
    if (id_ >= 0) close_id(id_);
    id_ = -1;
  }
  /// Gives the identifier away, open.
  hid_t release() noexcept { return std::exchange(id_, -1); }

 private:
  hid_t id_ = -1;
};

using File = Handle<H5Fclose>;
using Group = Handle<H5Gclose>;
using Dataset = Handle<H5Dclose>;
using Space = Handle<H5Sclose>;
using Type = Handle<H5Tclose>;
using Attribute = Handle<H5Aclose>;
using Properties = Handle<H5Pclose>;

/// Opens for reading by all ranks of `comm` (MPI_COMM_SELF: by this rank alone); what is no regular
/// file is refused. Collective.
File open_file(MPI_Comm comm, const std::string& path);
/// Creates a file written by all ranks of `comm`; it must not exist. Collective.
File create_file(MPI_Comm comm, const std::string& path);
/// Creates a file of this rank alone, without MPI-IO, whose data go to the system at once; it must
/// not exist. Not collective; the functions below with a communicator are not for it.
File create_own_file(const std::string& path);
/// The same for results: links keep the order in which they are made, and large datasets begin on a
/// boundary that file systems stripe by. Without HDF5's locks: others write numbers into it.
File create_result_file(const std::string& path);
/// Gives up a file of this rank alone, whose name is gone or goes next. It is never closed: where a
/// write has failed, HDF5 cannot write its tables either, and is left with half a file that ends
/// the process later.
void abandon(File& file) noexcept;

/// Before MPI_Init: HDF5 does not close at the end of MPI or the process what is open then, which
/// is abandoned files alone.
void start();

/// What a path of a file leads to.
enum class Thing { nothing, dataset, group, other, broken_link };
struct Place {
  Thing thing = Thing::nothing;
  std::string why = {}; ///< of a broken link: "is a broken link to gone.h5:/x: no such file"
};
/// Follows every link of a path ("/a/b", "a/b") below `file`; external links lead to regular files
/// only.
Place look_up(hid_t file, const std::string& path);
/// How datasets and objects are opened by a path that look_up followed: with the same care.
Properties link_access();

/// Whether every link of a path exists below `file`; where the last one leads is not looked at.
bool exists(hid_t file, const std::string& path);
/// Paths of the datasets in a file, at most `limit`. Each group is entered once, whatever leads to
/// it, and after many thousands of links the rest is left out.
std::vector<std::string> dataset_paths(hid_t file, std::size_t limit);
/// Extents of a dataset, slowest axis first; empty for a scalar.
std::vector<hsize_t> extents(hid_t dataset);

/// Throws Failure where a type of numbers has bits beyond its bytes, as a damaged file may say:
/// HDF5 would then write beyond the end of its buffers.
void require_sound_numbers(hid_t type);

/// The text of a string attribute, of fixed or variable length, of the object at `path`, if it is
/// there.
std::optional<std::string> text_attribute(hid_t file, const std::string& path, const char* name);
/// The same of an open object.
std::optional<std::string> text_attribute(hid_t object, const char* name);
/// The number in an attribute of the object at `path`, if it is there.
std::optional<double> number_attribute(hid_t file, const std::string& path, const char* name);
/// Writes (or replaces) an attribute of an open object. Collective, same value on all ranks.
/// Texts are of variable length, UTF-8: no limit of 64 KiB.
void write_attribute(hid_t object, const char* name, const std::string& value);
void write_attribute(hid_t object, const char* name, double value);
void write_attribute(hid_t object, const char* name, std::int64_t value);

/// Data this long is worth a transfer of its own.
inline constexpr std::size_t large_bytes = std::size_t{1} << 20;

/// A box of a dataset of any rank, slowest axis first, packed in memory in C order; no axes for a
/// scalar. A rank may take part in a transfer without data.
struct Slab {
  std::vector<hsize_t> start;
  std::vector<hsize_t> count;
  bool participates = true;
  std::size_t elements() const;
};

/// The elements of a dataset of these extents from the first of a slab to behind its last; nothing
/// but the slab where there are as many of them. The slab is inside the dataset.
std::pair<hsize_t, hsize_t> range_of(const Slab& slab, const std::vector<hsize_t>& extents);

/// A slab as pieces of at most `limit` elements, each contiguous in the packed memory and in the
/// order in which they lie there.
std::vector<Slab> split(const Slab& slab, std::size_t limit);

/// Reads or writes this rank's slab as elements of `type` (in memory), in pieces that MPI-IO can
/// count (its counts are ints). Each rank for itself where every slab is one large block of the
/// file, else through MPI-IO's collective buffers. Collective over `comm`, the communicator of the
/// file; ranks may have different slabs. Throws Failure, possibly on some ranks only but never
/// between two collective calls.
void read(MPI_Comm comm, hid_t dataset, const Slab& slab, hid_t type, void* values);
void write(MPI_Comm comm, hid_t dataset, const Slab& slab, hid_t type, const void* values);

/// Throws Failure with `what` and the error text. Used by check().
[[noreturn]] void fail(const char* what);

template<class Result> Result check(Result result, const char* what) {
  if (result < 0) fail(what);
  return result;
}

} // namespace nadir::hdf5
