// SPDX-License-Identifier: MIT
// `fwc run`: one command behind a filter. It does not start unless the filter is in force.
#include "fwc/runtime/run.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/filter_options.h"
#include "cli/set_files.h"

namespace fwc::cli {

namespace {

using runtime::LoadedObject;

struct Request {
  DirectionTexts filters;
  bool share_flows = false;
  std::vector<std::string> variables;
  bool strict = false;
  bool refuse = false;
  bool dry_run = false;
};

// The command's words are its own; options of fwc end at the first `--`.
struct SplitArguments {
  std::span<const std::string> ours;
  std::vector<std::string> command;
};

SplitArguments split(std::span<const std::string> arguments) {
  const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
  const auto count = static_cast<std::size_t>(dashes - arguments.begin());
  if (dashes == arguments.end()) return {.ours = arguments, .command = {}};
  return {.ours = arguments.first(count), .command = {dashes + 1, arguments.end()}};
}

// Loads one filter and adds it to `loaded`; a status where that failed.
std::optional<int> load_filter(Terminal& terminal, const Request& request,
                               runtime::Direction direction, std::vector<LoadedObject>& loaded) {
  const std::string* text = request.filters.of(direction);
  if (text == nullptr) return std::nullopt;
  const bool ingress = direction == runtime::Direction::ingress;
  const FilterText source{.text = *text, .name = std::string(runtime::to_string(direction))};
  const Compiled compiled =
      compile_to_load(terminal, source,
                      {.direction = ingress ? Direction::ingress : Direction::egress,
                       .strict = request.strict,
                       .load_source = {},
                       .share_flows = request.share_flows,
                       .refuse_calls = request.refuse && !ingress});
  if (!compiled.object) return compiled.status;
  auto variables = parse_assignments(request.variables);
  if (!variables) return terminal.fail(variables.error());
  const int flows = loaded.empty() ? -1 : loaded.front().flows_fd();
  auto filter =
      runtime::load(*compiled.object, {.variables = *std::move(variables), .flows = flows});
  if (!filter) return terminal.fail(filter.error());
  loaded.push_back(*std::move(filter));
  return std::nullopt;
}

int run_behind(Terminal& terminal, const std::vector<LoadedObject>& loaded,
               const std::vector<std::string>& command) {
  std::vector<const LoadedObject*> filters;
  for (const LoadedObject& filter : loaded) filters.push_back(&filter);
  const auto tell = [&](const runtime::Error& error) { terminal.fail(error); };
  const auto status = runtime::run(filters, command, {.on_exec_failure = tell});
  return status ? *status : terminal.fail(status.error());
}

}  // namespace

int run_command(const Invocation& call) {
  const SplitArguments arguments = split(call.arguments);
  const Invocation ours{.command = call.command,
                        .arguments = arguments.ours,
                        .terminal = call.terminal,
                        .listed_options = call.listed_options};
  Request request;
  CommandLine line(ours);
  request.filters.add_to(line, "it");
  line.options("--var", request.variables, "start a live variable with this value", "NAME=VALUE");
  line.flag("--refuse", request.refuse, std::string(kRefuseMeaning));
  line.flag("--strict", request.strict, "treat warnings as errors");
  line.flag("--dry-run", request.dry_run, "load the filters, and say what would be run");
  if (const auto done = line.parse(0, 0)) return *done;
  if (const auto wrong = request.filters.refuse(line, request.refuse)) return *wrong;
  if (arguments.command.empty())
    return line.usage_error("no command was given", "put it after `--`");

  request.share_flows = request.filters.share_flows(set_file_loader("filter"));
  std::vector<LoadedObject> loaded;
  for (const auto direction : {runtime::Direction::ingress, runtime::Direction::egress})
    if (const auto failed = load_filter(call.terminal, request, direction, loaded)) return *failed;
  if (!request.dry_run) return run_behind(call.terminal, loaded, arguments.command);
  call.terminal.out("would run {}\n", fmt::join(arguments.command, " "));
  return static_cast<int>(ExitCode::ok);
}

}  // namespace fwc::cli
