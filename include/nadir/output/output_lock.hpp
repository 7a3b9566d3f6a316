#pragma once

#include <mpi.h>

#include <string>
#include <vector>

namespace nadir {

/// Only one run at a time writes NAME.h5 and what lies beside it: NAME.lock is held by rank 0 from
/// construction on. The system drops the lock when its process ends, however it does, so a killed
/// run locks nobody out. Where a file system has no locks, a warning stands in `warning()`. A file
/// NAME.lock of somebody, or a link of that name, is left alone.
class OutputLock {
 public:
  /// `holder` is what a refused run is told about this one. Collective; all ranks throw the same
  /// InputError, naming the holder, when another run holds the lock, or when NAME.lock is
  /// no lock of this program, or SystemError.
  OutputLock(MPI_Comm comm, const std::string& result, const std::string& holder);
  /// Removes the file and drops the lock.
  ~OutputLock();
  OutputLock(const OutputLock&) = delete;
  OutputLock& operator=(const OutputLock&) = delete;

  const std::string& warning() const { return warning_; }
  bool held() const { return warning_.empty(); }

 private:
  std::string acquire(const std::string& holder);
  bool create(const std::string& holder);
  void write(const std::string& holder) const;
  void warn(int code);

  std::string path_, warning_;
  int file_ = -1;                 ///< open on rank 0
  std::vector<std::string> made_; ///< folders that were missing, innermost first
};

} // namespace nadir
