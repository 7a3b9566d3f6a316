#pragma once

#include "nadir/base/box.hpp"
#include "nadir/base/hdf5.hpp"
#include "nadir/output/shared_file.hpp"
#include "nadir/output/stored_texts.hpp"

#include <mpi.h>

#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// The room `output`: what is written.
///
/// Here live result files and checkpoints (this header, checkpoint_files.hpp), the seal that tells
/// a damaged file (seal.hpp), how a complete file takes its place without anything being lost
/// (place_file.hpp, output_lock.hpp), XDMF and CSV beside it, and scratch space for states.
///
/// Every file is written under another name first, by all ranks at once, and renamed when it is
/// complete and durable. The room knows axes, names and numbers, and no numerics.
namespace nadir {

/// What a dataset of a result holds, in the file.
enum class StoredType { f8, i8, i4, i1, u1 };

template<class T>
concept Stored = std::same_as<T, double> || std::same_as<T, std::int64_t> ||
    std::same_as<T, std::int32_t> || std::same_as<T, std::int8_t> || std::same_as<T, std::uint8_t>;

/// The StoredType a type of memory is stored as.
template<Stored T> constexpr StoredType number_of() {
  if (std::same_as<T, double>) return StoredType::f8;
  if (std::same_as<T, std::int64_t>) return StoredType::i8;
  if (std::same_as<T, std::int32_t>) return StoredType::i4;
  return std::same_as<T, std::int8_t> ? StoredType::i1 : StoredType::u1;
}

/// What every dataset says about itself.
struct Label {
  std::string units;
  std::string long_name;
};

/// One HDF5 file of results, written by all ranks together: rank 0 writes the tables, all write
/// numbers, and no rank waits for another's disk, so that a write that fails on one of them is an
/// error of all.
///
/// It grows under a temporary name beside `path`; commit() completes, verifies and renames it.
/// Destroyed without commit (also by an exception that all ranks throw), it is removed. Everything
/// is collective with the same arguments on all ranks, boxes and data aside; all ranks throw the
/// same SystemError or none does. Groups come into being with the first thing put into them; a
/// dimension scale serves the datasets of its own group.
class ResultFile {
 public:
  /// A dataset of this file.
  class Dataset {
    friend class ResultFile;
    std::size_t index = 0;
  };

  /// Where the text that tells cases apart stands: an attribute of this group.
  static constexpr const char* provenance_group = "/provenance";
  static constexpr const char* resolved_case = "resolved_case";
  static constexpr const char* command = "command"; ///< and what was done with the case
  static constexpr const char* data = "data";       ///< with which data (data_text)
  /// The first of the runs that went on from each other.
  static constexpr const char* first_run_id = "first_run_id";

  ResultFile(MPI_Comm comm, std::string path);
  ~ResultFile();
  ResultFile(const ResultFile&) = delete;
  ResultFile& operator=(const ResultFile&) = delete;

  /// A dimension scale GROUP/NAME with these coordinates. Texts are in the file once it is
  /// committed.
  void add_scale(const std::string& group, const std::string& name, std::span<const double> values,
                 const Label& label);
  void add_scale(const std::string& group, const std::string& name,
                 std::span<const std::int64_t> values, const Label& label);
  void add_scale(const std::string& group, const std::string& name,
                 std::span<const std::string> values, const Label& label);

  /// An empty dataset along scales of its group, slowest axis first; none for a scalar.
  Dataset create_dataset(const std::string& path, StoredType number,
                         const std::vector<std::string>& scales, const Label& label);

  /// Writes each rank's box: the dataset is [given indices][axes in between, whole][grid axes], the
  /// values are packed [axes in between][points of the box].
  template<Stored T>
  void write(Dataset dataset, std::span<const std::int64_t> indices, const Box& box,
             const T* values) {
    write_box(dataset, indices, box, number_of<T>(), values);
  }

  /// Writes each rank's range of the slowest axis, all else whole; ranks may have none.
  template<Stored T>
  void write_rows(Dataset dataset, std::int64_t first, std::int64_t count, const T* values) {
    write_range(dataset, first, count, number_of<T>(), values);
  }

  /// Writes a whole small dataset from rank 0's values.
  template<Stored T> void write_all(Dataset dataset, std::span<const T> values) {
    write_whole(dataset, number_of<T>(), values.size(), values.data());
  }

  /// An attribute of the group or dataset at `path` ("/" for the file): rank 0's value.
  void attribute(const std::string& path, const std::string& name, std::string value);
  void attribute(const std::string& path, const std::string& name, double value);
  void attribute(const std::string& path, const std::string& name, std::int64_t value);

  /// Reads a box back while the file is being written; arguments as of write().
  void read(Dataset dataset, std::span<const std::int64_t> indices, const Box& box, double* values);

  /// Closes, seals (seal.hpp), opens again and verifies, makes durable, renames. A result of the
  /// same origin, or of a run this one goes on from, is replaced, another one kept as NAME.1.h5,
  /// NAME.2.h5, ...: that name is returned on all ranks. When the last step fails, the complete
  /// file stays as PATH.done-XXXXXXXX.
  std::string commit();
  /// The same for a checkpoint: one of the same chain of runs is replaced.
  void commit_checkpoint();

  const std::string& path() const { return path_; }

 private:
  struct Entry {
    std::string path;
    std::vector<hsize_t> extents;
    std::optional<StoredType> number; ///< none for texts
    hdf5::Dataset handle;             ///< open on rank 0
    SharedFile::Array array;          ///< where its numbers are
  };

  hdf5::Slab slab_of(const Entry& entry, std::span<const std::int64_t> indices,
                     const Box& box) const;
  /// Of texts without a number.
  Dataset create(const std::string& path, std::optional<StoredType> number,
                 const std::vector<hsize_t>& extents, const Label& label);
  Dataset create_scale(const std::string& group, const std::string& name,
                       std::optional<StoredType> number, std::size_t size, const Label& label);
  const Entry& find_scale(const std::string& group, const std::string& name) const;
  void write_box(Dataset dataset, std::span<const std::int64_t> indices, const Box& box,
                 StoredType number, const void* values);
  void write_range(Dataset dataset, std::int64_t first, std::int64_t count, StoredType number,
                   const void* values);
  void write_whole(Dataset dataset, StoredType number, std::size_t size, const void* values);
  void make(const std::string& path, const Label& label, Entry& entry);
  void give_up() noexcept;
  template<class Value>
  void put_attribute(const std::string& path, const std::string& name, const Value& value);
  void close();
  void verify() const;
  std::string place(const std::function<bool(const std::string&)>& replaceable);
  template<class Work> void together(Work&& work);

  MPI_Comm comm_;
  int rank_ = 0;
  std::string path_;
  std::string temporary_;
  bool removable_ = true;      ///< the temporary file is ours alone and incomplete
  bool written_so_far_ = true; ///< no write has failed: HDF5 can close the file
  hdf5::File file_;            ///< open on rank 0
  SharedFile data_;
  std::vector<Entry> entries_;
  std::vector<StoredTexts> texts_; ///< written when the file is closed
};

/// A text of /provenance of the file at `path`; nothing where there is none that can be read. One
/// rank calls.
std::optional<std::string> provenance_of(const std::string& path, const char* name);

/// What tells results apart.
struct Origin {
  std::string command, resolved_case;
  std::string data; ///< data_text; empty in results of versions that did not note it
};
/// Whether command, case and data are the same, whatever files the data lie in. Where one of the
/// two does not say what its data were, the files must be the same, too.
bool same_origin(const Origin& left, const Origin& right);
/// That of the result at `path`; nothing where there is none that can be read. One rank calls.
std::optional<Origin> origin_of(const std::string& path);

/// Why a result cannot be written to `path`, in words, on all ranks; empty when it can. Creates
/// nothing. Collective.
std::string check_writable(MPI_Comm comm, const std::string& path);

} // namespace nadir
