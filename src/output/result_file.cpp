#include "nadir/output/result_file.hpp"

#include "nadir/base/check.hpp"
#include "nadir/base/collective.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/profile.hpp"
#include "nadir/data/data_checksum.hpp"
#include "nadir/output/place_file.hpp"
#include "nadir/output/seal.hpp"
#include "nadir/schema/case_differences.hpp"

#include <hdf5_hl.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <unistd.h>

namespace nadir {
namespace {

/// In memory and in the file.
hid_t type_of(StoredType number) {
  switch (number) {
  case StoredType::f8:
    return H5T_NATIVE_DOUBLE;
  case StoredType::i8:
    return H5T_NATIVE_INT64;
  case StoredType::i4:
    return H5T_NATIVE_INT32;
  case StoredType::i1:
    return H5T_NATIVE_INT8;
  case StoredType::u1:
    return H5T_NATIVE_UINT8;
  }
  throw std::logic_error("unknown type of number");
}

std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

std::string child_of(const std::string& group, const std::string& name) {
  return group == "/" ? "/" + name : group + "/" + name;
}

/// Groups spring up on the way to a link, and remember the order of what is put into them.
void require_group(hid_t file, const std::string& path) {
  if (path == "/" || hdf5::exists(file, path)) return;
  require_group(file, parent_of(path));
  const hdf5::Properties creation(hdf5::check(H5Pcreate(H5P_GROUP_CREATE), "create list"));
  hdf5::check(H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED),
              "keep creation order");
  const hdf5::Group group(hdf5::check(
      H5Gcreate2(file, path.c_str(), H5P_DEFAULT, creation, H5P_DEFAULT), "create a group"));
}

/// One contiguous block, reserved at once and not filled: every element is written later anyway.
hdf5::Properties contiguous_block() {
  hdf5::Properties creation(hdf5::check(H5Pcreate(H5P_DATASET_CREATE), "create list"));
  hdf5::check(H5Pset_layout(creation, H5D_CONTIGUOUS), "set layout");
  hdf5::check(H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY), "set allocation");
  hdf5::check(H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER), "set fill");
  return creation;
}

hdf5::Space space_of(const std::vector<hsize_t>& extents) {
  if (extents.empty()) return hdf5::Space(hdf5::check(H5Screate(H5S_SCALAR), "create space"));
  const auto rank = static_cast<int>(extents.size());
  return hdf5::Space(hdf5::check(H5Screate_simple(rank, extents.data(), nullptr), "create space"));
}

std::size_t elements(const std::vector<hsize_t>& extents) {
  return std::accumulate(extents.begin(), extents.end(), std::size_t{1}, std::multiplies<>());
}

void broadcast(MPI_Comm comm, double& value) {
  check_mpi(MPI_Bcast(&value, 1, MPI_DOUBLE, 0, comm));
}

void broadcast(MPI_Comm comm, std::int64_t& value) {
  check_mpi(MPI_Bcast(&value, 1, MPI_INT64_T, 0, comm));
}

} // namespace

template<class Work> void ResultFile::together(Work&& work) {
  try {
    nadir::together<SystemError>(comm_, path_ + ": ", std::forward<Work>(work));
  } catch (...) {
    written_so_far_ = false;
    throw;
  }
}

ResultFile::ResultFile(MPI_Comm comm, std::string path)
    : comm_(comm), path_(std::move(path)), data_(comm) {
  const ProfileEvent event(Event::write);
  check_mpi(MPI_Comm_rank(comm, &rank_));
  if (rank_ == 0) temporary_ = temporary_name(path_);
  temporary_ = broadcast_text(comm, temporary_);
  try {
    together([&] {
      if (rank_ != 0) return;
      make_folder_of(path_);
      file_ = hdf5::create_result_file(temporary_);
    });
    together([&] { data_.open(temporary_); });
  } catch (...) {
    give_up();
    throw;
  }
}

ResultFile::~ResultFile() { give_up(); }

/// Closes what is open and removes what is not complete.
void ResultFile::give_up() noexcept {
  if (file_.open() && (!written_so_far_ || H5Fflush(file_, H5F_SCOPE_GLOBAL) < 0))
    hdf5::abandon(file_);
  entries_.clear();
  file_.reset();
  data_.reset();
  if (removable_) MPI_Barrier(comm_); // nobody has it open any more
  if (removable_ && rank_ == 0) unlink(temporary_.c_str());
}

/// Rank 0's part of create().
void ResultFile::make(const std::string& path, const Label& label, Entry& entry) {
  require_group(file_, parent_of(path));
  const hdf5::Space space = space_of(entry.extents);
  const hdf5::Properties creation = entry.number ? contiguous_block() : text_block();
  const hdf5::Type texts = entry.number ? hdf5::Type() : stored_text();
  const hid_t stored = entry.number ? type_of(*entry.number) : hid_t{texts};
  entry.handle = hdf5::Dataset(hdf5::check(
      H5Dcreate2(file_, path.c_str(), stored, space, H5P_DEFAULT, creation, H5P_DEFAULT),
      "create a dataset"));
  hdf5::write_attribute(entry.handle, "units", label.units);
  hdf5::write_attribute(entry.handle, "long_name", label.long_name);
  const haddr_t offset = H5Dget_offset(entry.handle);
  if (offset == HADDR_UNDEF) return; // no elements
  entry.array.offset = offset;
  reserve_disk(temporary_, offset, H5Dget_storage_size(entry.handle));
}

ResultFile::Dataset ResultFile::create(const std::string& path, std::optional<StoredType> number,
                                       const std::vector<hsize_t>& extents, const Label& label) {
  const ProfileEvent event(Event::write);
  Dataset dataset;
  dataset.index = entries_.size();
  entries_.push_back(
      {path, extents, number, {}, {0, extents, number ? H5Tget_size(type_of(*number)) : 0}});
  Entry& entry = entries_.back();
  together([&] {
    if (rank_ == 0) make(path, label, entry);
  });
  check_mpi(MPI_Bcast(&entry.array.offset, 1, MPI_UINT64_T, 0, comm_));
  return dataset;
}

ResultFile::Dataset ResultFile::create_scale(const std::string& group, const std::string& name,
                                             std::optional<StoredType> number, std::size_t size,
                                             const Label& label) {
  const Dataset scale = create(child_of(group, name), number, {size}, label);
  together([&] {
    if (rank_ != 0) return;
    hdf5::check(H5DSset_scale(entries_[scale.index].handle, name.c_str()), "make a scale");
  });
  return scale;
}

void ResultFile::add_scale(const std::string& group, const std::string& name,
                           std::span<const double> values, const Label& label) {
  write_all(create_scale(group, name, StoredType::f8, values.size(), label), values);
}

void ResultFile::add_scale(const std::string& group, const std::string& name,
                           std::span<const std::int64_t> values, const Label& label) {
  write_all(create_scale(group, name, StoredType::i8, values.size(), label), values);
}

void ResultFile::add_scale(const std::string& group, const std::string& name,
                           std::span<const std::string> values, const Label& label) {
  create_scale(group, name, std::nullopt, values.size(), label);
  texts_.push_back({child_of(group, name), {values.begin(), values.end()}});
}

const ResultFile::Entry& ResultFile::find_scale(const std::string& group,
                                                const std::string& name) const {
  const auto path = child_of(group, name);
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.path == path; });
  if (found == entries_.end()) throw std::logic_error("no dimension scale " + path);
  return *found;
}

ResultFile::Dataset ResultFile::create_dataset(const std::string& path, StoredType number,
                                               const std::vector<std::string>& scales,
                                               const Label& label) {
  const std::string group = parent_of(path);
  std::vector<hsize_t> extents;
  for (const auto& name : scales) extents.push_back(find_scale(group, name).extents.front());
  const Dataset dataset = create(path, number, extents, label);
  together([&] {
    if (rank_ != 0) return;
    for (unsigned axis = 0; axis < scales.size(); ++axis) {
      const Entry& scale = find_scale(group, scales[axis]);
      hdf5::check(H5DSattach_scale(entries_[dataset.index].handle, scale.handle, axis),
                  "attach a scale");
    }
  });
  return dataset;
}

/// [given indices][axes in between, whole][grid axes]
hdf5::Slab ResultFile::slab_of(const Entry& entry, std::span<const std::int64_t> indices,
                               const Box& box) const {
  const std::size_t axes = entry.extents.size();
  const auto grid_axes = static_cast<std::size_t>(box.dimension);
  if (indices.size() + grid_axes > axes) throw std::logic_error("wrong axes for " + entry.path);
  hdf5::Slab slab{std::vector<hsize_t>(axes, 0), entry.extents};
  for (std::size_t i = 0; i < indices.size(); ++i) {
    slab.start[i] = static_cast<hsize_t>(indices[i]);
    slab.count[i] = 1;
  }
  std::copy_n(box.starts().begin(), grid_axes, slab.start.end() - box.dimension);
  std::copy_n(box.counts().begin(), grid_axes, slab.count.end() - box.dimension);
  return slab;
}

void ResultFile::write_box(Dataset dataset, std::span<const std::int64_t> indices, const Box& box,
                           StoredType number, const void* values) {
  const ProfileEvent event(Event::write);
  const Entry& entry = entries_[dataset.index];
  together([&] {
    if (number != entry.number) throw std::logic_error("wrong type for " + entry.path);
    data_.write(entry.array, slab_of(entry, indices, box), values);
  });
}

void ResultFile::write_range(Dataset dataset, std::int64_t first, std::int64_t count,
                             StoredType number, const void* values) {
  const ProfileEvent event(Event::write);
  const Entry& entry = entries_[dataset.index];
  together([&] {
    if (number != entry.number || entry.extents.empty())
      throw std::logic_error("wrong type or axes for " + entry.path);
    hdf5::Slab slab{std::vector<hsize_t>(entry.extents.size(), 0), entry.extents};
    slab.start[0] = static_cast<hsize_t>(first);
    slab.count[0] = static_cast<hsize_t>(count);
    data_.write(entry.array, slab, values);
  });
}

void ResultFile::read(Dataset dataset, std::span<const std::int64_t> indices, const Box& box,
                      double* values) {
  const Entry& entry = entries_[dataset.index];
  together([&] {
    if (entry.number != StoredType::f8) throw std::logic_error("wrong type for " + entry.path);
    data_.read(entry.array, slab_of(entry, indices, box), values);
  });
}

void ResultFile::write_whole(Dataset dataset, StoredType number, std::size_t size,
                             const void* values) {
  const ProfileEvent event(Event::write);
  const Entry& entry = entries_[dataset.index];
  together([&] {
    if (number != entry.number || size != elements(entry.extents))
      throw std::logic_error("wrong type or size for " + entry.path);
    if (rank_ != 0 || size == 0) return;
    hdf5::check(H5Dwrite(entry.handle, type_of(number), H5S_ALL, H5S_ALL, H5P_DEFAULT, values),
                "write a dataset");
  });
}

template<class Value>
void ResultFile::put_attribute(const std::string& path, const std::string& name,
                               const Value& value) {
  together([&] {
    if (rank_ != 0) return;
    if (!hdf5::exists(file_, path)) require_group(file_, path);
    const hid_t id = hdf5::check(H5Oopen(file_, path.c_str(), H5P_DEFAULT), "open an object");
    const hdf5::Handle<H5Oclose> object(id);
    hdf5::write_attribute(object, name.c_str(), value);
  });
}

void ResultFile::attribute(const std::string& path, const std::string& name, std::string value) {
  put_attribute(path, name, broadcast_text(comm_, std::move(value)));
}

void ResultFile::attribute(const std::string& path, const std::string& name, double value) {
  broadcast(comm_, value);
  put_attribute(path, name, value);
}

void ResultFile::attribute(const std::string& path, const std::string& name, std::int64_t value) {
  broadcast(comm_, value);
  put_attribute(path, name, value);
}

void ResultFile::close() {
  together([&] { data_.close(); });
  together([&] {
    if (rank_ != 0) return;
    // What fails here leaves a file that can still be given up; H5Fclose does not.
    hdf5::check(H5Fflush(file_, H5F_SCOPE_GLOBAL), "flush the file");
    for (Entry& entry : entries_) entry.handle.close();
    file_.close();
  });
  together([&] {
    if (rank_ == 0) write_texts(temporary_, texts_);
  });
}

void ResultFile::verify() const {
  const hdf5::File file = hdf5::open_file(MPI_COMM_SELF, temporary_);
  for (const Entry& entry : entries_) {
    const hdf5::Dataset dataset(
        hdf5::check(H5Dopen2(file, entry.path.c_str(), H5P_DEFAULT), "open a dataset"));
    if (hdf5::extents(dataset) != entry.extents)
      throw hdf5::Failure("written incompletely: " + entry.path);
  }
}

std::string ResultFile::place(const std::function<bool(const std::string&)>& replaceable) {
  together([&] {
    if (rank_ == 0) verify();
  });
  removable_ = false;
  std::string kept;
  together([&] {
    if (rank_ == 0) kept = place_file(temporary_, path_, replaceable);
  });
  return broadcast_text(comm_, kept);
}

std::string ResultFile::commit() {
  const ProfileEvent event(Event::write);
  close();
  seal_file(comm_, temporary_);
  std::optional<Origin> ours;
  std::optional<std::string> chain; // the name may hold the other file later
  if (rank_ == 0) {
    ours = origin_of(temporary_);
    chain = provenance_of(temporary_, first_run_id);
  }
  return place([&](const std::string& old) {
    const auto theirs = origin_of(old);
    return (ours && theirs && same_origin(*ours, *theirs)) ||
           (chain && provenance_of(old, first_run_id) == chain);
  });
}

void ResultFile::commit_checkpoint() {
  const ProfileEvent event(Event::write);
  close();
  seal_file(comm_, temporary_);
  std::optional<std::string> ours;
  if (rank_ == 0) ours = provenance_of(temporary_, first_run_id);
  place([&](const std::string& old) { return ours && provenance_of(old, first_run_id) == ours; });
}

std::optional<std::string> provenance_of(const std::string& path, const char* name) {
  try {
    const hdf5::File file = hdf5::open_file(MPI_COMM_SELF, path);
    return hdf5::text_attribute(file, ResultFile::provenance_group, name);
  } catch (const hdf5::Failure&) {
    return std::nullopt;
  }
}

bool same_origin(const Origin& left, const Origin& right) {
  if (left.command != right.command) return false;
  if (left.data.empty() || right.data.empty()) return left.resolved_case == right.resolved_case;
  return same_but_for_files(left.resolved_case, right.resolved_case) &&
         same_data(left.data, right.data);
}

std::optional<Origin> origin_of(const std::string& path) {
  const auto resolved = provenance_of(path, ResultFile::resolved_case);
  if (!resolved) return std::nullopt;
  return Origin{provenance_of(path, ResultFile::command).value_or(""), *resolved,
                provenance_of(path, ResultFile::data).value_or("")};
}

std::string check_writable(MPI_Comm comm, const std::string& path) {
  int rank = 0;
  check_mpi(MPI_Comm_rank(comm, &rank));
  return first_problem(comm, rank == 0 ? unwritable(path) : std::string());
}

} // namespace nadir
