#pragma once

#include <cstdint>
#include <functional>
#include <string>

/// Files appear under their final name only when they are complete. One rank calls these.
namespace nadir {

/// The path without a final ".h5": NAME of NAME.h5, NAME.xdmf, NAME.csv.
std::string output_stem(const std::string& path);

/// A name beside `path` that no other run uses: PATH.part-XXXXXXXX.
std::string temporary_name(const std::string& path);

/// Tries to write in the folder of `path`, or in the one that it would be made in; leaves nothing
/// behind. Returns why that fails, in words, or an empty text.
std::string unwritable(const std::string& path);

/// Creates the folder of `path` if it is missing. Throws SystemError.
void make_folder_of(const std::string& path);

/// Has the file system set aside room for these bytes of a file and a little more, where it can.
/// Throws SystemError when there is not enough.
void reserve_disk(const std::string& path, std::uint64_t offset, std::uint64_t size);

/// Has the system begin to write these bytes of a file to disk, so that less is left to do when it
/// is made durable. Does not wait for them and reports nothing: a hint.
void start_write_back(const std::string& path, std::uint64_t offset, std::uint64_t size);

/// Makes the complete file `temporary` durable (fsync of file and folder) and gives it the name
/// `path`. A file that stands there is replaced when `replaceable(its name)`; otherwise it is kept
/// as NAME.1.h5, NAME.2.h5, ... (the first free one), NAME.xdmf along with it, and that name is
/// returned. No file is ever lost, also when several runs do this at once, and a reader always
/// finds one under `path` (where the file system can exchange names; elsewhere with a moment in
/// between). On the way both files carry names PATH.done-XXXXXXXX. Throws SystemError; after that
/// there is no file `temporary` any more.
std::string place_file(const std::string& temporary, const std::string& path,
                       const std::function<bool(const std::string&)>& replaceable);

/// A complete file that only accompanies another: what stands at `path` is replaced.
void place_companion(const std::string& temporary, const std::string& path);

/// Renames a file that may be absent, unless something stands at `to`.
void move_companion(const std::string& from, const std::string& to);

/// Renames a file unless something stands at `to`: false then. Throws SystemError.
bool take_free_name(const std::string& from, const std::string& to);

/// Renames NAME.h5 to the first free NAME.k.h5; returns that.
std::string keep_file(const std::string& path);
/// The same for a file NAME.EXT of somebody that stands where a companion is to be written.
std::string keep_companion(const std::string& path);

/// The path without detours, links resolved as far as it exists; as given where that fails.
std::string canonical_path(const std::string& path);
/// Whether a run with this result writes, moves or removes the file that `path` leads to.
bool is_written_by(const std::string& path, const std::string& result);

/// Clears away what killed runs of this result left behind: files that were growing are removed,
/// complete ones get their names, or are kept. Only while no other run writes there (OutputLock).
void clear_leftovers(const std::string& result);

/// A small file that only accompanies another appears at once, as durable; what stands there is
/// replaced. Throws SystemError.
void place_text(const std::string& text, const std::string& path);

/// Renames the table `path` of another run to STEM.k.csv, with the first k that no result and no
/// table has: its result, when it is kept as well, gets the same number.
void keep_table(const std::string& path, const std::string& stem);

} // namespace nadir
