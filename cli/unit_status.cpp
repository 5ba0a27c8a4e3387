// SPDX-License-Identifier: MIT
// What filters a unit or a cgroup is behind; see unit_status.h.
#include "cli/unit_status.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "cli/object_cache.h"
#include "cli/source.h"
#include "cli/unit_cgroups.h"
#include "fwc/runtime/attachments.h"
#include "fwc/runtime/comparison.h"

namespace fwc::cli {

namespace {

using runtime::Attachment;
using runtime::Cgroup;
using runtime::Error;
using runtime::Expected;
using runtime::LoadedObject;
using UnitDirection = runtime::Direction;

constexpr std::string_view kOurPrograms = "fwc_";

using Loaded = std::optional<LoadedObject>;

/// What the line of the unit would attach; nothing where it would fail because of the filter.
Expected<Loaded> load_written(const UnitFilter& filter) {
  const auto source = read_filter({.argument = {}, .file = filter.file});
  if (!source && source.error().kind == Error::Kind::no_permission) return source.error();
  if (!source) return Loaded();
  const CompileResult result = compile_by_cache(source->text, options_of(filter));
  if (!result.object) return Loaded();
  auto loaded = runtime::load(*result.object);
  if (loaded) return Loaded(*std::move(loaded));
  const Error::Kind kind = loaded.error().kind;
  if (kind == Error::Kind::data || kind == Error::Kind::unavailable) return Loaded();
  return loaded.error();
}

// fwc's program there, and first what it attached itself rather than systemd.
const Attachment* find_attached(const std::vector<Attachment>& all, UnitDirection direction) {
  const Attachment* found = nullptr;
  for (const Attachment& a : all) {
    if (a.direction != direction || !a.program.starts_with(kOurPrograms)) continue;
    if (found == nullptr || (found->name.empty() && !a.name.empty())) found = &a;
  }
  return found;
}

// Of systemd's pins too, which may lead to the filter by way of another program.
bool is_misplaced(const Attachment& a) {
  return !a.program.starts_with(fmt::format("{}{}", kOurPrograms, runtime::to_string(a.direction)));
}

Expected<FilterState> compare(const Cgroup& cgroup, const UnitFilter& written) {
  const auto loaded = load_written(written);
  if (!loaded) return loaded.error();
  if (!*loaded) return FilterState::not_valid;
  const auto attached = runtime::open_attached(cgroup, written.direction);
  if (!attached) return FilterState::other;
  const runtime::Program* is = attached->program(written.direction);
  const runtime::Program* ought = (*loaded)->program(written.direction);
  if (is == nullptr || ought == nullptr) return FilterState::other;
  const auto same = runtime::same_filter(*is, *ought);
  if (!same) return same.error();
  return *same ? FilterState::in_force : FilterState::other;
}

const UnitFilter* find_written(const std::vector<UnitFilter>& filters, UnitDirection direction) {
  for (const UnitFilter& filter : filters)
    if (filter.direction == direction) return &filter;
  return nullptr;
}

Expected<FilterState> state_of(const Cgroup& cgroup, const Attachment* attached,
                               const UnitFilter* written) {
  if (attached == nullptr) return FilterState::not_attached;
  if (is_misplaced(*attached)) return FilterState::misplaced;
  return written == nullptr ? FilterState::attached : compare(cgroup, *written);
}

Expected<void> add_cgroup(const Cgroup& cgroup, const std::vector<UnitFilter>& filters,
                          std::vector<FilterStatus>& list) {
  const auto all = runtime::list_attachments(cgroup);
  if (!all) return all.error();
  for (const UnitDirection direction : {UnitDirection::ingress, UnitDirection::egress}) {
    const UnitFilter* written = find_written(filters, direction);
    const Attachment* attached = find_attached(*all, direction);
    if (written == nullptr && attached == nullptr) continue;
    const auto state = state_of(cgroup, attached, written);
    if (!state) return state.error();
    list.push_back({.direction = direction,
                    .state = *state,
                    .file = written != nullptr ? written->file : "",
                    .cgroup = cgroup.path,
                    .program_id = attached != nullptr ? attached->program_id : 0});
  }
  return {};
}

// Of a unit that does not run: whether it can be started.
Expected<void> add_stopped(const std::vector<UnitFilter>& filters,
                           std::vector<FilterStatus>& list) {
  for (const UnitFilter& filter : filters) {
    const auto loaded = load_written(filter);
    if (!loaded) return loaded.error();
    list.push_back({.direction = filter.direction,
                    .state = *loaded ? FilterState::not_running : FilterState::not_valid,
                    .file = filter.file,
                    .cgroup = {}});
  }
  return {};
}

bool is_audited(const std::vector<UnitFilter>& filters) {
  return std::any_of(filters.begin(), filters.end(),
                     [](const UnitFilter& filter) { return filter.options.audit; });
}

std::vector<std::string> unfiltered_sockets(const UnitFiles& files, const Unit& unit) {
  if (section_of(unit.name) != "Service") return {};
  std::vector<std::string> sockets = files.sockets_of(unit);
  std::erase_if(sockets, [&](const std::string& name) { return !filters_of(files, name).empty(); });
  return sockets;
}

}  // namespace

std::string_view to_string(FilterState state) {
  switch (state) {
    case FilterState::in_force: return "in force";
    case FilterState::attached: return "attached";
    case FilterState::other: return "another filter is attached";
    case FilterState::not_attached: return "not attached";
    case FilterState::misplaced: return "compiled for the other direction";
    case FilterState::not_valid: return "not valid";
    case FilterState::not_running: return "not running";
  }
  return "";
}

bool is_alarm(FilterState state) {
  return state == FilterState::other || state == FilterState::not_attached ||
         state == FilterState::misplaced || state == FilterState::not_valid;
}

Expected<UnitStatus> status_of_unit(const UnitFiles& files, const std::string& name) {
  const auto unit = files.read(name);
  if (!unit) return unit.error();
  const auto cgroups = unit_cgroups(unit->name);
  if (!cgroups) return cgroups.error();
  const auto filters = filters_of(files, unit->name);
  UnitStatus status{.name = unit->name, .filters = {}, .gaps = {}};
  for (const Cgroup& cgroup : cgroups->system)
    if (auto added = add_cgroup(cgroup, filters, status.filters); !added) return added.error();
  if (cgroups->system.empty())
    if (auto added = add_stopped(filters, status.filters); !added) return added.error();
  status.gaps = gaps_of(*unit, unfiltered_sockets(files, *unit), cgroups->of_users);
  if (is_audited(filters))
    status.gaps.push_back({.code = "audit",
                           .message = "it drops nothing from each start on, until `fwc audit`",
                           .hint = "`fwc enable` it without `--audit`"});
  return status;
}

Expected<UnitStatus> status_of_cgroup(const std::string& target) {
  const auto cgroup = runtime::find_cgroup(target, {.force = true});
  if (!cgroup) return cgroup.error();
  UnitStatus status{.name = cgroup->path, .filters = {}, .gaps = {}};
  if (auto added = add_cgroup(*cgroup, {}, status.filters); !added) return added.error();
  return status;
}

}  // namespace fwc::cli
