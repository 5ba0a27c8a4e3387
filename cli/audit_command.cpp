// SPDX-License-Identifier: MIT
// `fwc audit`: whether a filter drops packets, or only tells which it would drop.
#include <nlohmann/json.hpp>

#include "cli/json_output.h"
#include "cli/known_filters.h"
#include "fwc/runtime/watch.h"

namespace fwc::cli {

namespace {

struct Request {
  FilterChoice choice;
  std::string wanted;  ///< `on`, `off`, or empty
  bool json = false;
  bool dry_run = false;
};

int audit(Terminal& terminal, const Request& request) {
  const auto filter = find_filter(request.choice);
  if (!filter) return terminal.fail(filter.error());
  const bool changes = !request.wanted.empty();
  if (changes && !request.dry_run)
    if (const auto set = runtime::set_audit(filter->object, request.wanted == "on"); !set)
      return terminal.fail(set.error());
  const auto audited = runtime::audited(filter->object);
  if (!audited) return terminal.fail(audited.error());
  if (changes && request.dry_run)
    terminal.out("would turn audit {}\n", request.wanted);
  else if (request.json)
    show_json(terminal, nlohmann::ordered_json{{"target", filter->target}, {"audit", *audited}});
  else
    terminal.out("audit {}\n", *audited ? "on" : "off");
  return static_cast<int>(ExitCode::ok);
}

}  // namespace

int audit_command(const Invocation& call) {
  Request request;
  CommandLine line(call);
  request.choice.add_to(line);
  line.flag("--json", request.json, "print one JSON object");
  line.flag("--dry-run", request.dry_run, "say what would be done, and change nothing");
  if (const auto done = line.parse(1, 2)) return *done;
  const auto& words = line.words();
  request.choice.targets = {words.front()};
  if (words.size() == 2) request.wanted = words.back();
  if (words.size() == 2 && request.wanted != "on" && request.wanted != "off")
    return line.usage_error(fmt::format("audit cannot be `{}`", request.wanted),
                            "say `on` or `off`");
  return audit(call.terminal, request);
}

}  // namespace fwc::cli
