// SPDX-License-Identifier: MIT
// `fwc remove`: removes the pins that `--load` made.
#include "cli/command_line.h"
#include "fwc/runtime/pins.h"

namespace fwc::cli {

int remove_command(const Invocation& call) {
  CommandLine line(call);
  if (const auto done = line.parse(1, 1)) return *done;

  const auto removed = runtime::remove(line.words().front());
  if (!removed) return call.terminal.fail(removed.error());
  for (const std::string& path : *removed) call.terminal.out("removed {}\n", path);
  return static_cast<int>(ExitCode::ok);
}

}  // namespace fwc::cli
