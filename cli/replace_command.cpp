// SPDX-License-Identifier: MIT
// `fwc replace`: another policy for a filter that is at work. `fwc confirm`: keeps one that would
// be taken back.
#include <filesystem>

#include "cli/deadline_keeper.h"
#include "cli/filter_options.h"
#include "cli/watch_options.h"
#include "fwc/runtime/replacement.h"

namespace fwc::cli {

namespace {

namespace fs = std::filesystem;

using runtime::Expected;
using runtime::WorkingFilter;

struct Request {
  std::string target;
  SourceChoice source;
  DirectionFlags directions;
  std::string name = "filter";
  std::string confirm;
  std::chrono::seconds confirm_within{0};
  WatchOptions watch;
  bool strict = false;
  bool force = false;
  bool dry_run = false;
  std::vector<std::string> variables;
};

void add_options(CommandLine& line, Request& request) {
  line.option("-f,--file", request.source.file, "read the filter from FILE, `-` is stdin", "FILE");
  request.directions.add_to(line);
  line.option("--name", request.name, "name of the attachment, where a cgroup has several", "NAME");
  line.option("--confirm", request.confirm,
              "take it back after TIME (`60s`, `5m`), unless `fwc confirm` comes", "TIME");
  line.options("--var", request.variables, "give a live variable this value", "NAME=VALUE");
  request.watch.add_to(line);
  line.flag("--strict", request.strict, "treat warnings as errors");
  line.flag("--force", request.force, "also on the root cgroup");
  line.flag("--dry-run", request.dry_run, "say what would be done, and change nothing");
}

/// `60s`, `5m`, `1h`, and seconds alone.
std::optional<std::chrono::seconds> parse_time(std::string_view text) {
  std::int64_t unit = 1;
  for (const auto& [ending, seconds] : {std::pair{'s', 1}, {'m', 60}, {'h', 3600}}) {
    if (!text.ends_with(ending)) continue;
    unit = seconds;
    text.remove_suffix(1);
    break;
  }
  constexpr std::int64_t kLongest = 24 * 3600;
  const auto number = runtime::parse_number(text);
  if (!number || *number < 1 || *number > kLongest / unit) return std::nullopt;
  return std::chrono::seconds(*number * unit);
}

Expected<WorkingFilter> find_target(const std::string& target, const DirectionFlags& directions,
                                    const std::string& name, bool force) {
  if (!directions.any() && is_pin_path(target))
    return runtime::find_working_pin(fs::absolute(target));
  const auto cgroup = runtime::find_cgroup(target, {.force = force});
  if (!cgroup) return cgroup.error();
  return runtime::find_working(*cgroup, directions.given(), {.name = name, .bpffs = {}});
}

Direction compiled_direction(const WorkingFilter& filter) {
  if (filter.directions.size() == 2) return Direction::both;
  return filter.directions.front() == runtime::Direction::ingress ? Direction::ingress
                                                                  : Direction::egress;
}

std::string directions_text(const WorkingFilter& filter) {
  std::string text;
  for (const runtime::Direction direction : filter.directions)
    text += fmt::format("{}{}", text.empty() ? "" : " and ", runtime::to_string(direction));
  return text;
}

Expected<void> replace(const WorkingFilter& filter, const Object& object, const Request& request) {
  auto variables = parse_assignments(request.variables);
  if (!variables) return std::move(variables).error();
  if (request.dry_run) {
    const auto loaded = runtime::load(object, {.variables = *std::move(variables)});
    return loaded ? Expected<void>() : loaded.error();
  }
  // Before the change, so that one that cannot be taken back is not made.
  if (request.confirm_within.count() != 0)
    if (auto kept = keep_deadline(filter); !kept) return kept;
  return runtime::replace(
      filter, object,
      {.variables = *std::move(variables), .confirm_within = request.confirm_within});
}

int report(Terminal& terminal, const WorkingFilter& filter, const Request& request) {
  terminal.out("{} {} of {}\n", request.dry_run ? "would replace" : "replaced",
               directions_text(filter), filter.place());
  if (request.confirm_within.count() != 0 && !request.dry_run)
    terminal.out("goes back in {} s unless you say: fwc confirm {}\n",
                 request.confirm_within.count(), request.target);
  return static_cast<int>(ExitCode::ok);
}

int replace_target(const CommandLine& line, const Request& request, Terminal& terminal) {
  const auto filter = find_target(request.target, request.directions, request.name, request.force);
  if (!filter) return terminal.fail(filter.error());
  auto source = read_source(request.source);
  if (!source) return terminal.fail(source.error());
  if (auto* object = std::get_if<Object>(&*source)) {
    if (request.watch.any() || request.strict)
      return line.usage_error("this is an object: how to compile was decided before",
                              "leave out `--counters`, `--log`, `--audit` and `--strict`");
    const auto done = replace(*filter, *object, request);
    return done ? report(terminal, *filter, request) : terminal.fail(done.error());
  }
  CompileOptions options{.direction = compiled_direction(*filter), .strict = request.strict};
  request.watch.apply(options);
  options.counters = options.counters || filter->counts;
  options.refuse_calls = filter->refuses;
  const Compiled compiled = compile_to_load(terminal, std::get<FilterText>(*source), options);
  if (!compiled.object) return compiled.status;
  const auto done = replace(*filter, *compiled.object, request);
  return done ? report(terminal, *filter, request) : terminal.fail(done.error());
}

}  // namespace

int replace_command(const Invocation& call) {
  Request request;
  CommandLine line(call);
  add_options(line, request);
  if (const auto done = line.parse(1, 2)) return *done;
  if (const auto wrong = request.watch.refuse(line)) return *wrong;
  request.target = line.words().front();
  if (line.words().size() == 2) request.source.argument = line.words().back();
  if (!request.confirm.empty()) {
    const auto time = parse_time(request.confirm);
    if (!time)
      return line.usage_error(fmt::format("`--confirm` cannot be `{}`", request.confirm),
                              "say `60s` or `5m`, up to `24h`");
    request.confirm_within = *time;
  }
  return replace_target(line, request, call.terminal);
}

int confirm_command(const Invocation& call) {
  DirectionFlags directions;
  std::string name = "filter";
  CommandLine line(call);
  directions.add_to(line);
  line.option("--name", name, "name of the attachment, where a cgroup has several", "NAME");
  runtime::ConfirmOptions options;
  line.flag("--dry-run", options.dry_run, "say what would be done, and change nothing");
  if (const auto done = line.parse(1, 1)) return *done;

  const auto filter = find_target(line.words().front(), directions, name, true);
  if (!filter) return call.terminal.fail(filter.error());
  if (const auto done = runtime::confirm(*filter, options); !done)
    return call.terminal.fail(done.error());
  call.terminal.out("{} {}\n", options.dry_run ? "would confirm" : "confirmed", filter->place());
  return static_cast<int>(ExitCode::ok);
}

}  // namespace fwc::cli
