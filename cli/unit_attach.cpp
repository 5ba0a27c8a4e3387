// SPDX-License-Identifier: MIT
// The filters of a unit that runs, changed all together; see unit_attach.h.
#include "cli/unit_attach.h"

#include <algorithm>
#include <optional>

#include "cli/filter_options.h"
#include "cli/unit_cgroups.h"
#include "fwc/runtime/attachments.h"

namespace fwc::cli {

namespace {

using runtime::Cgroup;
using runtime::Direction;
using runtime::Error;
using runtime::Expected;
using runtime::LoadedObject;

/// One attachment that was made, and what was there before.
struct Step {
  const Cgroup& cgroup;
  Direction direction;
  std::optional<LoadedObject> before;
};

// What cannot be undone is said, so that nobody believes otherwise.
void undo(Terminal& terminal, const std::vector<Step>& steps) {
  for (const Step& step : steps) {
    const bool undone = step.before
                            ? runtime::attach(*step.before, step.cgroup, step.direction).has_value()
                            : runtime::detach(step.cgroup, step.direction).has_value();
    if (!undone)
      terminal.warn(fmt::format("the new {} filter stays attached to `{}`",
                                runtime::to_string(step.direction), step.cgroup.path));
  }
}

Expected<void> attach_one(const Cgroup& cgroup, const DirectionFilter& filter,
                          std::vector<Step>& steps) {
  const runtime::AttachOptions options;
  auto before = runtime::open_attached(cgroup, filter.direction, options);
  const runtime::FileDescriptor flows = attached_flows(cgroup, options.name);
  const auto loaded = runtime::load(filter.object, {.flows = flows.get()});
  if (!loaded) return loaded.error();
  const auto done = runtime::attach(*loaded, cgroup, filter.direction, options);
  if (!done) return done.error();
  steps.push_back({.cgroup = cgroup,
                   .direction = filter.direction,
                   .before = before ? std::optional(*std::move(before)) : std::nullopt});
  return {};
}

}  // namespace

Expected<std::vector<Cgroup>> running_cgroups(const std::vector<std::string>& units) {
  std::vector<Cgroup> all;
  for (const std::string& unit : units) {
    const auto found = unit_cgroups(unit);
    if (!found) return found.error();
    all.insert(all.end(), found->system.begin(), found->system.end());
  }
  return all;
}

Expected<void> attach_all(Terminal& terminal, const std::vector<Cgroup>& cgroups,
                          const std::vector<DirectionFilter>& filters) {
  std::vector<Step> steps;
  for (const Cgroup& cgroup : cgroups)
    for (const DirectionFilter& filter : filters)
      if (auto done = attach_one(cgroup, filter, steps); !done) {
        undo(terminal, steps);
        return done;
      }
  for (const Step& step : steps)
    terminal.out("{} {} to {}\n", step.before ? "updated" : "attached",
                 runtime::to_string(step.direction), step.cgroup.path);
  return {};
}

Expected<void> detach_others(Terminal& terminal, const std::vector<Cgroup>& cgroups,
                             const std::vector<DirectionFilter>& kept) {
  for (const Cgroup& cgroup : cgroups)
    for (const Direction direction : {Direction::ingress, Direction::egress}) {
      if (std::any_of(kept.begin(), kept.end(),
                      [&](const DirectionFilter& f) { return f.direction == direction; }))
        continue;
      const auto done = runtime::detach(cgroup, direction);
      if (done)
        terminal.out("detached {} from {}\n", runtime::to_string(direction), cgroup.path);
      else if (done.error().kind != Error::Kind::no_input)
        return done.error();
    }
  return {};
}

}  // namespace fwc::cli
