// SPDX-License-Identifier: MIT
// A filter put into the kernel: loaded, pinned, attached. What was not there before and was made on
// the way is taken away again where a later step fails.
#pragma once

#include <string>
#include <vector>

#include "cli/filter_options.h"
#include "cli/terminal.h"
#include "fwc/object.h"

namespace fwc::cli {

/// What is to be done with an object.
struct DeploymentPlan {
  std::string pin;     ///< empty where it is not to be pinned
  std::string cgroup;  ///< empty where it is not to be attached
  std::string name = "filter";
  DirectionFlags directions;
  HookOption hook;
  std::vector<std::string> variables;
  bool force = false;
  bool no_slot = false;
  bool dry_run = false;
  bool share_flows = false;  ///< with the filter of the other direction on the same cgroup

  bool loads() const { return !pin.empty() || !cgroup.empty(); }
};

/// Does it and tells it; nothing where the plan loads nothing. Gives the status of the command.
int deploy(const DeploymentPlan& plan, Terminal& terminal, const Object& object);

}  // namespace fwc::cli
