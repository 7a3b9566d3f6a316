#pragma once

/// What this process may still take of the memory of its node.
namespace nadir {

/// Bytes: Linux's MemAvailable, or less where a control group or `ulimit -v` allows less; infinite
/// when nothing is known. Other ranks of the node share it. Not collective.
double free_memory();

} // namespace nadir
