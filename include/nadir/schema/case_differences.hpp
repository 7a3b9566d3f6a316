#pragma once

#include <string>
#include <vector>

namespace nadir {

/// Whether the names of files the data come from count, or only what else is said of them.
enum class DataFiles { count, ignored };

/// Keys in which two resolved cases (resolved_text) differ, "network.layers: 16 there, 8 here",
/// save those a run may change when it goes on: iterations, tolerances, attractor.*, run.* and
/// output.*.
std::vector<std::string> case_differences(const std::string& there, const std::string& here,
                                          DataFiles files = DataFiles::count);

/// Whether two resolved cases are the same but for the files their data come from.
bool same_but_for_files(const std::string& left, const std::string& right);

} // namespace nadir
