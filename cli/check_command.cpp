// SPDX-License-Identifier: MIT
// `fwc check`: judges a filter and makes nothing.
#include "cli/check_json.h"
#include "cli/filter_options.h"
#include "cli/set_files.h"

namespace fwc::cli {

namespace {

bool check_as_json(Terminal& terminal, const FilterText& source, bool strict) {
  const ParseResult result = parse_filter(
      source.text, ParseOptions{.strict = strict, .load_source = set_file_loader(source.name)});
  show_check(terminal, source, result.diagnostics, result.filter.has_value());
  return result.filter.has_value();
}

}  // namespace

int check_command(const Invocation& call) {
  SourceChoice choice;
  bool strict = false;
  bool json = false;
  CommandLine line(call);
  line.option("-f,--file", choice.file, "read the filter from FILE, `-` is stdin", "FILE");
  line.flag("--strict", strict, "treat warnings as errors");
  line.flag("--json", json, "print the messages as JSON on stdout");
  if (const auto done = line.parse(0, 1)) return *done;

  if (!line.words().empty()) choice.argument = line.words().front();
  const auto source = read_filter(choice);
  if (!source) return call.terminal.fail(source.error());
  const bool right = json ? check_as_json(call.terminal, *source, strict)
                          : check_source(call.terminal, *source, strict).has_value();
  return static_cast<int>(right ? ExitCode::ok : ExitCode::bad_data);
}

}  // namespace fwc::cli
