// SPDX-License-Identifier: MIT
// The filters of a unit that runs, changed all together.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/terminal.h"
#include "fwc/runtime/environment.h"
#include "fwc/runtime/error.h"
#include "fwc/runtime/program.h"

namespace fwc::cli {

/// The filter of one direction, in the kernel where `loaded` is there.
struct DirectionFilter {
  runtime::Direction direction = runtime::Direction::egress;
  std::string text;
  std::optional<runtime::LoadedObject> loaded = {};
};

/// The cgroups in which these units of the system run.
runtime::Expected<std::vector<runtime::Cgroup>> running_cgroups(
    const std::vector<std::string>& units);

/// Attaches each filter, which has to be loaded, to each cgroup, and tells it. Where one fails,
/// those before are taken back.
runtime::Expected<void> attach_all(Terminal& terminal, const std::vector<runtime::Cgroup>& cgroups,
                                   const std::vector<DirectionFilter>& filters);

/// Takes off what fwc attached in the directions that `kept` has no filter for, and tells it.
runtime::Expected<void> detach_others(Terminal& terminal,
                                      const std::vector<runtime::Cgroup>& cgroups,
                                      const std::vector<DirectionFilter>& kept);

}  // namespace fwc::cli
