// SPDX-License-Identifier: MIT
// `fwc set`: changes live variables and live sets of a filter while packets pass.
#include <nlohmann/json.hpp>

#include "cli/filter_options.h"
#include "cli/json_output.h"
#include "cli/set_files.h"
#include "fwc/runtime/sets.h"
#include "fwc/runtime/variables.h"

namespace fwc::cli {

namespace {

using nlohmann::ordered_json;

ordered_json to_json(const runtime::Variable& variable) {
  ordered_json json = {{"name", variable.name}};
  if (const auto* number = std::get_if<std::int64_t>(&variable.value)) {
    json.update({{"type", "int"}, {"value", *number}});
    json.update({{"minimum", variable.minimum}, {"maximum", variable.maximum}});
  } else if (const auto* flag = std::get_if<bool>(&variable.value)) {
    json.update({{"type", "bool"}, {"value", *flag}});
  } else {
    json.update({{"type", "ip"}, {"value", runtime::to_string(variable.value)}});
  }
  return json;
}

int show_variables(Terminal& terminal, const runtime::LoadedObject& filter, bool as_json) {
  const auto variables = runtime::variables(filter);
  if (!variables) return terminal.fail(variables.error());
  ordered_json list = ordered_json::array();
  for (const runtime::Variable& variable : *variables) {
    if (as_json)
      list.push_back(to_json(variable));
    else
      terminal.out("{}={}\n", variable.name, runtime::to_string(variable.value));
  }
  if (as_json) show_json(terminal, ordered_json{{"variables", std::move(list)}});
  return static_cast<int>(ExitCode::ok);
}

// --- live sets ---

using runtime::Expected;
using runtime::LiveSet;
using runtime::LoadedObject;
using runtime::SetEntry;

struct SetRequest {
  std::string verb;  ///< `add`, `del`, `replace` or `list`
  std::string target;
  std::string set;  ///< without the `@`
  std::vector<std::string> words;
  DirectionFlags directions;
  std::string name = "filter";
  bool json = false;
  bool dry_run = false;
};

bool is_set_verb(std::string_view word) {
  return word == "add" || word == "del" || word == "replace" || word == "list";
}

Expected<LiveSet> find_set(const LoadedObject& filter, const std::string& name) {
  const auto sets = runtime::live_sets(filter);
  if (!sets) return sets.error();
  std::string known;
  for (const LiveSet& set : *sets) {
    if (set.name == name) return set;
    known += fmt::format("{}`@{}`", known.empty() ? "it has " : ", ", set.name);
  }
  return runtime::Error{.kind = runtime::Error::Kind::usage,
                        .message = fmt::format("the filter has no live set `@{}`", name),
                        .hint = known.empty() ? "it has none at all" : known};
}

int list_set(Terminal& terminal, const LoadedObject& filter, const SetRequest& request,
             const LiveSet& set) {
  const auto entries = runtime::set_entries(filter, set.name);
  if (!entries) return terminal.fail(entries.error());
  if (!request.json) {
    for (const SetEntry& entry : *entries) terminal.out("{}\n", runtime::to_string(entry));
    return static_cast<int>(ExitCode::ok);
  }
  ordered_json list = ordered_json::array();
  for (const SetEntry& entry : *entries) list.push_back(runtime::to_string(entry));
  const ordered_json json = {
      {"set", set.name}, {"type", runtime::to_string(set.element)}, {"entries", std::move(list)}};
  show_json(terminal, json);
  return static_cast<int>(ExitCode::ok);
}

/// The entries that stand on the command line or in a file.
EntriesFromFile given_entries(Terminal& terminal, const SetRequest& request, const LiveSet& set) {
  if (request.words.size() == 2 && request.words.front() == "from")
    return read_entries(terminal, request.words.back(), set);
  EntriesFromFile given;
  for (const std::string& word : request.words) {
    auto entry = runtime::parse_set_entry(word);
    if (!entry) return {.entries = {}, .status = terminal.fail(entry.error())};
    given.entries.push_back(*std::move(entry));
  }
  return given;
}

int run(Terminal& terminal, const SetRequest& request) {
  const auto filter = open_filter(request.target, request.directions, request.name);
  if (!filter) return terminal.fail(filter.error());
  const auto set = find_set(*filter, request.set);
  if (!set) return terminal.fail(set.error());
  if (request.verb == "list") return list_set(terminal, *filter, request, *set);
  const EntriesFromFile given = given_entries(terminal, request, *set);
  if (given.status != 0) return given.status;
  const auto change = request.verb == "add"   ? runtime::add_to_set
                      : request.verb == "del" ? runtime::delete_from_set
                                              : runtime::replace_set;
  if (const auto done = change(*filter, set->name, given.entries, {.dry_run = request.dry_run});
      !done)
    return terminal.fail(done.error());
  if (request.dry_run) terminal.out("would {} entries of @{}\n", request.verb, set->name);
  return static_cast<int>(ExitCode::ok);
}

/// `fwc set add PIN @name ENTRY...`
int change_set(const CommandLine& line, SetRequest request, Terminal& terminal) {
  const auto& words = line.words();
  if (words.size() < 3)
    return line.usage_error(fmt::format("`{}` needs a pin and the name of a live set", words[0]),
                            fmt::format("as in `fwc set {} PIN @blocked`", words[0]));
  request.verb = words[0];
  request.target = words[1];
  request.set = words[2].substr(words[2].starts_with('@') ? 1 : 0);
  request.words = {words.begin() + 3, words.end()};
  const bool needs_entries = request.verb == "add" || request.verb == "del";
  if (needs_entries && request.words.empty())
    return line.usage_error(fmt::format("nothing was given to `{}`", request.verb),
                            "name entries, or a file as in `from FILE`");
  if (request.verb == "list" && !request.words.empty())
    return line.usage_error(fmt::format("`list` takes no entry `{}`", request.words.front()));
  return run(terminal, request);
}

}  // namespace

int set_command(const Invocation& call) {
  SetRequest request;
  CommandLine line(call);
  request.directions.add_to(line);
  line.option("--name", request.name, "name of the attachment, with `--ingress` or `--egress`",
              "NAME");
  line.flag("--dry-run", request.dry_run, "judge the values, and change nothing");
  line.flag("--json", request.json,
            "print the values, or the entries of `list`, as one JSON object");
  if (const auto done = line.parse(1, SIZE_MAX)) return *done;

  const auto& words = line.words();
  if (is_set_verb(words.front())) return change_set(line, std::move(request), call.terminal);
  const auto assignments = parse_assignments({words.begin() + 1, words.end()});
  if (!assignments) return call.terminal.fail(assignments.error());
  const auto filter = open_filter(words.front(), request.directions, request.name);
  if (!filter) return call.terminal.fail(filter.error());
  const auto change = request.dry_run ? runtime::judge_variables : runtime::set_variables;
  if (const auto done = change(*filter, *assignments); !done)
    return call.terminal.fail(done.error());
  if (request.dry_run) {
    for (const runtime::Assignment& each : *assignments)
      call.terminal.out("would set {}={}\n", each.name, runtime::to_string(each.value));
    return static_cast<int>(ExitCode::ok);
  }
  return show_variables(call.terminal, *filter, request.json);
}

}  // namespace fwc::cli
