// SPDX-License-Identifier: MIT
// Where a unit runs: its cgroups, found below those of the manager without asking it.
#pragma once

#include <string>
#include <vector>

#include "fwc/runtime/environment.h"
#include "fwc/runtime/error.h"

namespace fwc::cli {

struct UnitCgroups {
  std::vector<runtime::Cgroup> system;  ///< of the system's manager; several only for a template
  std::vector<std::string> of_users;  ///< paths below the managers of users, whose units are others
};

/// The cgroups of a running unit, or of all instances of a template. A unit that does not run has
/// none.
runtime::Expected<UnitCgroups> unit_cgroups(const std::string& unit);

}  // namespace fwc::cli
