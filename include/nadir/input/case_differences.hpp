#pragma once

#include <string>
#include <vector>

namespace nadir {

/// Keys in which two resolved cases (resolved_text) differ, "network.layers: 16 there, 8 here",
/// save those a run may change when it goes on: iterations, tolerances, attractor.*, run.* and
/// output.*.
std::vector<std::string> case_differences(const std::string& there, const std::string& here);

} // namespace nadir
