// SPDX-License-Identifier: MIT
// The live variables of a filter that runs.
#include "fwc/runtime/variables.h"

#include "runtime/errors.h"
#include "runtime/live_layout.h"

namespace fwc::runtime {

Expected<std::vector<Variable>> variables(const LoadedObject& object) {
  if (object.live_fd() < 0) return std::vector<Variable>{};
  Expected<LiveLayout> layout = live_layout_of_map(object.live_fd());
  if (!layout) return layout.error();
  Expected<std::vector<std::byte>> bytes = read_live_map(object.live_fd());
  if (!bytes) return bytes.error();
  std::vector<Variable> list;
  for (const LiveVariable& each : *layout) {
    list.push_back({.name = each.name,
                    .type = each.type,
                    .value = value_in(each, *bytes),
                    .minimum = each.minimum,
                    .maximum = each.maximum});
  }
  return list;
}

namespace {

Expected<LiveLayout> layout_of(const LoadedObject& object) {
  if (object.live_fd() < 0) {
    return make_error(Error::Kind::usage, "the filter has no live variables",
                      "declare one: `let $limit = 1500; len <= $limit`");
  }
  return live_layout_of_map(object.live_fd());
}

}  // namespace

Expected<void> judge_variables(const LoadedObject& object,
                               const std::vector<Assignment>& assignments) {
  if (assignments.empty()) return {};
  const Expected<LiveLayout> layout = layout_of(object);
  if (!layout) return layout.error();
  Expected<std::vector<std::byte>> bytes = read_live_map(object.live_fd());
  return bytes ? assign(*layout, assignments, *bytes) : bytes.error();
}

Expected<void> set_variables(const LoadedObject& object,
                             const std::vector<Assignment>& assignments) {
  if (assignments.empty()) return {};
  const Expected<LiveLayout> layout = layout_of(object);
  if (!layout) return layout.error();
  return change_live_map(object.live_fd(), *layout, assignments);
}

}  // namespace fwc::runtime
