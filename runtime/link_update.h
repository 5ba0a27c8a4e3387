// SPDX-License-Identifier: MIT
// Another program for a link that is there, and the proof that it works. Private to the runtime.
#pragma once

#include <string>

#include "fwc/runtime/attachments.h"
#include "fwc/runtime/error.h"
#include "runtime/link_pins.h"

namespace fwc::runtime {

/// What is attached of an object: the dispatcher where it lies in a slot, else the filter's own
/// program; null where it has none for that direction.
const Program* attachable(const LoadedObject& object, Direction direction);

/// Puts `fresh` where `expected` is, in one step; null means whatever is there. The counters of
/// `expected` go on. Kind::temporary where another one is there, Kind::no_input where the cgroup is
/// gone. What refused calls beside the link is off then, see refusals.h.
Expected<void> update_link(const PinnedLink& link, const LoadedObject& fresh,
                           const LoadedObject* expected, const std::string& cgroup);

/// Asks the kernel from both ends: the link for its program and cgroup, the cgroup for its
/// programs.
Expected<LinkInfo> read_back(int link, const Program& program, Direction direction,
                             const Cgroup& cgroup, int cgroup_fd);

/// That no filter of fwc's has that name there.
Error not_attached(const Cgroup& cgroup, Direction direction, const std::string& name);

/// The live link of that name, or not_attached().
Expected<PinnedLink> find_link(const std::string& folder, const Cgroup& cgroup, Direction direction,
                               const std::string& name);

}  // namespace fwc::runtime
