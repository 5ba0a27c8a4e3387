// SPDX-License-Identifier: MIT
// One command behind a filter: in a cgroup of its own that is there as long as the command is.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "fwc/export.h"
#include "fwc/runtime/error.h"
#include "fwc/runtime/program.h"

namespace fwc::runtime {

struct RunOptions {
  /// Told why the command could not be run, where the status is to be 126 or 127.
  std::function<void(const Error&)> on_exec_failure;
};

/// Runs `command` (argv; the program is searched in PATH) in a new cgroup below the caller's,
/// behind every program of `objects`, and gives its exit status as shells do: 128 + signal where a
/// signal ended it, 127 where the command was not found, 126 where it could not be run. The command
/// does not run at all unless all programs are attached and read back, and the filter stays on its
/// cgroup even where the caller is killed.
///
/// While it runs, SIGINT, SIGTERM and SIGHUP sent to the caller are passed on; the calling thread's
/// signal mask is as before afterwards. What the command left running in the cgroup is killed and
/// the cgroup removed.
FWC_API Expected<int> run(const std::vector<const LoadedObject*>& objects,
                          const std::vector<std::string>& command, const RunOptions& options = {});

}  // namespace fwc::runtime
