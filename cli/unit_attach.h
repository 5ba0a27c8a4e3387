// SPDX-License-Identifier: MIT
// The filters of a unit that runs, changed all together.
#pragma once

#include <string>
#include <vector>

#include "cli/terminal.h"
#include "fwc/runtime/environment.h"
#include "fwc/runtime/error.h"
#include "fwc/runtime/program.h"

namespace fwc::cli {

/// The filter of one direction.
struct DirectionFilter {
  runtime::Direction direction = runtime::Direction::egress;
  std::string text;
  Object object = {};
};

/// The cgroups in which these units of the system run.
runtime::Expected<std::vector<runtime::Cgroup>> running_cgroups(
    const std::vector<std::string>& units);

/// Loads and attaches each filter for each cgroup, as the lines of the unit do it at a start, and
/// tells it. Where one fails, those before are taken back.
runtime::Expected<void> attach_all(Terminal& terminal, const std::vector<runtime::Cgroup>& cgroups,
                                   const std::vector<DirectionFilter>& filters);

/// Takes off what fwc attached in the directions that `kept` has no filter for, and tells it.
runtime::Expected<void> detach_others(Terminal& terminal,
                                      const std::vector<runtime::Cgroup>& cgroups,
                                      const std::vector<DirectionFilter>& kept);

}  // namespace fwc::cli
