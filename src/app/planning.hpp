#pragma once

#include "commands.hpp"

namespace nadir::app {

/// What a command does with its network; `describe` plans for the most demanding one.
Purpose purpose_of(Command command);

/// The machine that the command line tells of.
Machine machine_of(const Elsewhere& elsewhere);

/// Measures how convolutions are best computed, where the case leaves that open and they fit.
/// Collective.
void measure_choices(const Session& session, const Log& log, const Case& c, const Workload& w,
                     Machine& machine);

/// The plan of a job for another purpose, with the ghosts that were settled for it.
Workload workload_for(const Job& job, Purpose purpose);

/// Throws InputError where a node has less memory than the job needs there. Not collective.
void check_memory(const Job& job);
/// Throws InputError where the disks of run.scratch have less room than the plan needs. Collective.
void check_scratch(const Job& job);

} // namespace nadir::app
