// SPDX-License-Identifier: MIT
// Putting programs on an open cgroup, asking what is there, and wording what the kernel refuses.
// Private to the runtime.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fwc/runtime/environment.h"
#include "fwc/runtime/error.h"
#include "fwc/runtime/program.h"

namespace fwc::runtime {

/// Opens the folder of a cgroup and checks that it still is that cgroup.
Expected<FileDescriptor> open_cgroup(const Cgroup& cgroup);

/// Attaches by a link; the attachment goes with its last descriptor, pin or with the cgroup.
Expected<FileDescriptor> create_link(const Program& program, int cgroup_fd, const Cgroup& cgroup,
                                     Direction direction);

/// Attaches without a link: the program stays as long as the cgroup is there, whatever becomes of
/// this process.
Expected<void> attach_for_good(const Program& program, int cgroup_fd, const Cgroup& cgroup,
                               Direction direction);

/// Ids of the programs that are attached to the cgroup itself, in the order they run.
Expected<std::vector<std::uint32_t>> attached_programs(int cgroup_fd, const Cgroup& cgroup,
                                                       Direction direction);

/// That the kernel says the program is there.
Expected<void> require_attached(const Program& program, int cgroup_fd, const Cgroup& cgroup,
                                Direction direction);

/// The program of an object for a direction, or an error that tells which one it has.
Expected<const Program*> require_program(const LoadedObject& object, Direction direction);

}  // namespace fwc::runtime
