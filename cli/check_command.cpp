// SPDX-License-Identifier: MIT
// `fwc check`: judges a filter and makes nothing.
#include "cli/filter_options.h"

namespace fwc::cli {

int check_command(const Invocation& call) {
  SourceChoice choice;
  bool strict = false;
  CommandLine line(call);
  line.option("-f,--file", choice.file, "read the filter from FILE, `-` is stdin", "FILE");
  line.flag("--strict", strict, "treat warnings as errors");
  if (const auto done = line.parse(0, 1)) return *done;

  if (!line.words().empty()) choice.argument = line.words().front();
  const auto source = read_filter(choice);
  if (!source) return call.terminal.fail(source.error());
  const bool right = check_source(call.terminal, *source, strict).has_value();
  return static_cast<int>(right ? ExitCode::ok : ExitCode::bad_data);
}

}  // namespace fwc::cli
