#pragma once

#include "nadir/input/case.hpp"
#include "nadir/schema/diagnostics.hpp"

#include <mpi.h>

#include <string>
#include <vector>

/// TOML text to a Case, and a Case back to text, through one schema (docs/case-reference.md).
namespace nadir {

/// Reads the case file on rank 0 and parses the same text on all ranks: every rank gets the same
/// case and the same problems. Collective.
///
/// `overrides` are the `key.path=value` of `--set`, applied in order. Whatever is wrong with file,
/// text or overrides goes into `diagnostics` (a TOML syntax error alone); the returned case is
/// complete only if nothing was added. Throws only if MPI fails.
Case read_case(MPI_Comm comm, const std::string& path, const std::vector<std::string>& overrides,
               Diagnostics& diagnostics);

/// The same for a text in memory; `path` names it in messages, gives the folder input paths are
/// relative to, and the default output file. Not collective.
Case parse_case(const std::string& text, const std::string& path,
                const std::vector<std::string>& overrides, Diagnostics& diagnostics);

/// The case with every default filled in, itself a case that reads back to an equal one from any
/// folder: input paths are absolute. `output.file` stays as it is, relative to the working
/// directory.
std::string resolved_text(const Case& c);

/// The page docs/case-reference.md in markdown, generated from the schema that validates.
std::string case_reference();

/// The path of every key of the schema, in its order: "grid.shape", "kernel.reaction.init", ...
std::vector<std::string> case_keys();

} // namespace nadir
