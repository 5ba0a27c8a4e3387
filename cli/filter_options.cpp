// SPDX-License-Identifier: MIT
// Options and steps that several commands share; see filter_options.h.
#include "cli/filter_options.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>

#include "cli/object_cache.h"
#include "cli/set_files.h"
#include "fwc/runtime/attachments.h"
#include "fwc/runtime/environment.h"
#include "fwc/runtime/pins.h"

namespace fwc::cli {

namespace {

using runtime::Error;
using runtime::Expected;

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_';
  });
}

bool is_regular_file(const std::string& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

// A filter that is wrong may have been meant as something else.
void explain_mix_up(Terminal& terminal, const FilterText& source) {
  if (source.name != "filter") return;
  if (is_regular_file(source.text)) {
    terminal.warn(fmt::format("`{}` is also the name of a file", source.text),
                  fmt::format("to read the filter from it, say `-f {}`", source.text));
    return;
  }
  if (!is_word(source.text)) return;
  const std::string_view command = similar_command(source.text);
  if (command.empty()) return;
  terminal.warn(
      fmt::format("`{}` was taken for a filter, for no command has this name", source.text),
      fmt::format("did you mean `fwc {}`?", command));
}

bool is_our_bug(const std::vector<Diagnostic>& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& d) { return d.code == "internal"; });
}

CompileOptions with_files(const FilterText& source, CompileOptions options) {
  options.load_source = set_file_loader(source.name);
  return options;
}

Compiled show(Terminal& terminal, const FilterText& source, CompileResult result) {
  terminal.show(result.diagnostics, source.text, source.name);
  if (result.object) return {.object = std::move(result.object)};
  explain_mix_up(terminal, source);
  return {.status = static_cast<int>(is_our_bug(result.diagnostics) ? ExitCode::software
                                                                    : ExitCode::bad_data)};
}

}  // namespace

void DirectionFlags::add_to(CommandLine& line) {
  line.flag("--ingress", ingress, "what the cgroup receives");
  line.flag("--egress", egress, "what the cgroup sends");
}

void DirectionFlags::add_for_packets(CommandLine& line) {
  line.flag("--ingress", ingress, "take packets for received ones");
  line.flag("--egress", egress, "take packets for sent ones");
}

std::optional<int> DirectionFlags::refuse_both(const CommandLine& line) const {
  if (!ingress || !egress) return std::nullopt;
  return line.usage_error("`--ingress` and `--egress` exclude each other",
                          "a packet is received or sent");
}

bool DirectionFlags::is_ingress(const Filter& filter) const {
  return any() ? ingress : filter.direction() == Direction::ingress;
}

std::vector<runtime::Direction> DirectionFlags::given() const {
  std::vector<runtime::Direction> directions;
  if (ingress) directions.push_back(runtime::Direction::ingress);
  if (egress) directions.push_back(runtime::Direction::egress);
  return directions;
}

void HookOption::add_to(CommandLine& line) {
  line.option("--hook", name, "where it is to run: `cgroup` (the default), `tc` or `xdp`", "HOOK");
}

std::optional<Hook> HookOption::hook() const {
  if (name.empty()) return Hook::cgroup;
  for (const Hook hook : kHooks)
    if (fwc::name(hook) == name) return hook;
  return std::nullopt;
}

std::optional<int> HookOption::refuse(const CommandLine& line) const {
  if (hook()) return std::nullopt;
  return line.usage_error(fmt::format("`--hook` cannot be `{}`", name),
                          "say `cgroup`, `tc` or `xdp`");
}

void DirectionTexts::add_to(CommandLine& line, std::string_view who) {
  ingress_.option = line.option("--ingress", ingress_.text,
                                fmt::format("filter what {} receives", who), "FILTER");
  egress_.option =
      line.option("--egress", egress_.text, fmt::format("filter what {} sends", who), "FILTER");
}

std::optional<int> DirectionTexts::refuse(const CommandLine& line, bool refuses_calls) const {
  const bool sends = of(runtime::Direction::egress) != nullptr;
  if (!sends && of(runtime::Direction::ingress) == nullptr)
    return line.usage_error("no filter was given", "give `--egress FILTER` or `--ingress FILTER`");
  if (refuses_calls && !sends)
    return line.usage_error("`--refuse` needs `--egress`", "calls are about what is sent");
  return std::nullopt;
}

const std::string* DirectionTexts::of(runtime::Direction direction) const {
  const Text& given = direction == runtime::Direction::ingress ? ingress_ : egress_;
  return given.option != nullptr && given.option->count() != 0 ? &given.text : nullptr;
}

bool DirectionTexts::share_flows(const SourceLoader& load_source) const {
  bool asks = false;
  for (const auto direction : {runtime::Direction::ingress, runtime::Direction::egress}) {
    const std::string* text = of(direction);
    if (text == nullptr) return false;
    const auto parsed = parse_filter(*text, ParseOptions{.load_source = load_source});
    asks = asks || (parsed.filter && parsed.filter->asks_for_flows());
  }
  return asks;
}

std::optional<int> HookOption::refuse_for_packets(const CommandLine& line,
                                                  const DirectionFlags& directions,
                                                  const std::string& local) const {
  if (const auto wrong = refuse(line)) return wrong;
  if (hook() != Hook::xdp || (!directions.egress && local.empty())) return std::nullopt;
  return line.usage_error("the hook `xdp` sees nothing that is sent",
                          fmt::format("leave out `{}`", local.empty() ? "--egress" : "--local"));
}

Compiled compile_source(Terminal& terminal, const FilterText& source,
                        const CompileOptions& options) {
  return show(terminal, source, compile(source.text, with_files(source, options)));
}

Compiled compile_to_load(Terminal& terminal, const FilterText& source,
                         const CompileOptions& options) {
  return show(terminal, source, compile_by_cache(source.text, with_files(source, options)));
}

std::optional<Filter> check_source(Terminal& terminal, const FilterText& source, bool strict,
                                   Hook hook) {
  ParseResult result = parse_filter(
      source.text,
      ParseOptions{.strict = strict, .hook = hook, .load_source = set_file_loader(source.name)});
  terminal.show(result.diagnostics, source.text, source.name);
  if (!result.filter) explain_mix_up(terminal, source);
  return std::move(result.filter);
}

Expected<std::vector<runtime::Assignment>> parse_assignments(
    const std::vector<std::string>& words) {
  std::vector<runtime::Assignment> assignments;
  for (const std::string& word : words) {
    Expected<runtime::Assignment> assignment = runtime::parse_assignment(word);
    if (!assignment) return std::move(assignment).error();
    assignments.push_back(*std::move(assignment));
  }
  return assignments;
}

runtime::FileDescriptor attached_flows(const runtime::Cgroup& cgroup, const std::string& name) {
  for (const auto direction : {runtime::Direction::egress, runtime::Direction::ingress}) {
    const auto there = runtime::open_attached(cgroup, direction, {.name = name, .bpffs = {}});
    if (there && there->flows_fd() >= 0) return runtime::FileDescriptor(dup(there->flows_fd()));
  }
  return {};
}

bool is_pin_path(const std::string& target) {
  const std::size_t slash = target.rfind('/');
  return slash != std::string::npos && slash != 0 &&
         runtime::require_bpffs(target.substr(0, slash)).has_value();
}

Expected<runtime::LoadedObject> open_filter(const std::string& target,
                                            const DirectionFlags& directions,
                                            const std::string& name) {
  const auto given = directions.given();
  if (given.empty()) {
    auto pinned = runtime::open_pin(target);
    if (!pinned || !pinned->programs().empty()) return pinned;
    auto allowed = runtime::require_capabilities(runtime::Operation::look_up);
    return allowed ? std::move(pinned) : Expected<runtime::LoadedObject>(allowed.error());
  }
  if (given.size() > 1)
    return Error{.kind = Error::Kind::usage,
                 .message = "`--ingress` and `--egress` are two filters, and one is needed"};
  const auto cgroup = runtime::find_cgroup(target, {.force = true});
  if (!cgroup) return cgroup.error();
  return runtime::open_attached(*cgroup, given.front(), {.name = name, .bpffs = {}});
}

}  // namespace fwc::cli
