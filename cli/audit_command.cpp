// SPDX-License-Identifier: MIT
// `fwc audit`: whether a filter drops packets, or only tells which it would drop.
#include "cli/known_filters.h"
#include "fwc/runtime/watch.h"

namespace fwc::cli {

namespace {

int show(Terminal& terminal, const KnownFilter& filter) {
  const auto audited = runtime::audited(filter.object);
  if (!audited) return terminal.fail(audited.error());
  terminal.out("audit {}\n", *audited ? "on" : "off");
  return static_cast<int>(ExitCode::ok);
}

}  // namespace

int audit_command(const Invocation& call) {
  FilterChoice choice;
  CommandLine line(call);
  choice.add_to(line);
  if (const auto done = line.parse(1, 2)) return *done;
  const auto& words = line.words();
  choice.targets = {words.front()};
  if (words.size() == 2 && words[1] != "on" && words[1] != "off")
    return line.usage_error(fmt::format("audit cannot be `{}`", words[1]), "say `on` or `off`");
  const auto filter = find_filter(choice);
  if (!filter) return call.terminal.fail(filter.error());
  if (words.size() == 2)
    if (const auto set = runtime::set_audit(filter->object, words[1] == "on"); !set)
      return call.terminal.fail(set.error());
  return show(call.terminal, *filter);
}

}  // namespace fwc::cli
