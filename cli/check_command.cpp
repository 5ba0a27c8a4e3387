// SPDX-License-Identifier: MIT
// `fwc check`: judges a filter and makes nothing.
#include "cli/check_json.h"
#include "cli/filter_options.h"
#include "cli/set_files.h"

namespace fwc::cli {

int check_command(const Invocation& call) {
  SourceChoice choice;
  bool strict = false;
  HookOption hook;
  bool json = false;
  CommandLine line(call);
  line.option("-f,--file", choice.file, "read the filter from FILE, `-` is stdin", "FILE");
  line.flag("--strict", strict, "treat warnings as errors");
  line.flag("--json", json, "print the messages as JSON on stdout");
  hook.add_to(line);
  if (const auto done = line.parse(0, 1)) return *done;
  if (const auto wrong = hook.refuse(line)) return *wrong;

  if (!line.words().empty()) choice.argument = line.words().front();
  const auto source = read_filter(choice);
  if (!source) return call.terminal.fail(source.error());
  const ParseOptions options{
      .strict = strict, .hook = *hook.hook(), .load_source = set_file_loader(source->name)};
  const bool right = json ? show_check(call.terminal, *source, options)
                          : check_source(call.terminal, *source, strict, *hook.hook()).has_value();
  return static_cast<int>(right ? ExitCode::ok : ExitCode::bad_data);
}

}  // namespace fwc::cli
