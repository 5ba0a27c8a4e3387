// SPDX-License-Identifier: MIT
// `fwc remove`: removes the pins that `--load` made.
#include "cli/command_line.h"
#include "fwc/runtime/pins.h"

namespace fwc::cli {

int remove_command(const Invocation& call) {
  bool force = false;
  bool dry_run = false;
  CommandLine line(call);
  line.flag("--force", force, "also a slot that is at work; what it filters loses every packet");
  line.flag("--dry-run", dry_run, "say what would be done, and change nothing");
  if (const auto done = line.parse(1, 1)) return *done;

  const auto removed = runtime::remove(line.words().front(), {.force = force, .dry_run = dry_run});
  if (!removed) return call.terminal.fail(removed.error());
  for (const std::string& path : *removed)
    call.terminal.out("{} {}\n", dry_run ? "would remove" : "removed", path);
  return static_cast<int>(ExitCode::ok);
}

}  // namespace fwc::cli
