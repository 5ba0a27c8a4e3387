// SPDX-License-Identifier: MIT
// What a filter is to tell while it runs: options of every command that compiles one.
#pragma once

#include <optional>
#include <string>

#include "cli/command_line.h"
#include "fwc/compile.h"

namespace fwc::cli {

struct WatchOptions {
  bool counters = false;
  bool audit = false;
  std::string log;  ///< `drop`, `pass`, `all`, or empty

  void add_to(CommandLine& line);

  /// A status where they are wrong, which was said.
  std::optional<int> refuse(const CommandLine& line) const;

  bool any() const { return counters || audit || !log.empty(); }

  /// Audit without counters and a log would tell nobody, so it brings both.
  void apply(CompileOptions& options) const;
};

}  // namespace fwc::cli
