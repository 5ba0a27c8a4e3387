// SPDX-License-Identifier: MIT
// Which filter is meant by a pin or a cgroup, and how it can be replaced.
#include <fmt/core.h>

#include <algorithm>

#include "fwc/runtime/pins.h"
#include "fwc/runtime/replacement.h"
#include "runtime/cgroup_programs.h"
#include "runtime/errors.h"
#include "runtime/link_update.h"
#include "runtime/pin_change.h"
#include "runtime/pin_paths.h"

namespace fwc::runtime {
namespace {

constexpr Direction kDirections[] = {Direction::ingress, Direction::egress};

std::vector<Direction> directions_of(const LoadedObject& object) {
  std::vector<Direction> directions;
  for (const Program* program : object.programs()) directions.push_back(program->direction());
  return directions;
}

/// The filter that the pin of a dispatcher belongs to: of two programs it is named without the
/// direction.
std::string filter_of_pin(const std::string& path) {
  for (const Direction direction : kDirections) {
    const std::string ending = "_" + std::string(to_string(direction));
    if (!path.ends_with(ending)) continue;
    const std::string base = path.substr(0, path.size() - ending.size());
    if (program_pins(base).size() == 2) return base;
  }
  return path;
}

/// Where the filter of one direction is; neither where there is none.
struct Found {
  Direction direction = Direction::egress;
  bool by_link = false;
  std::vector<std::string> pins;
};

Expected<bool> is_linked(const Cgroup& cgroup, Direction direction, const AttachOptions& options,
                         std::vector<std::uint32_t>& programs) {
  Expected<std::string> folder = link_folder(options.bpffs);
  if (!folder) return folder.error();
  Expected<PinnedLink> link = find_link(*folder, cgroup, direction, options.name);
  if (!link)
    return link.error().kind == Error::Kind::no_input ? Expected<bool>(false) : link.error();
  Expected<LoadedObject> object = open_attached(cgroup, direction, options);
  if (!object) return object.error();
  if (object->dispatcher(direction) == nullptr) return true;
  programs = {link->info.program_id};
  return false;
}

Expected<Found> find_in(const Cgroup& cgroup, int cgroup_fd, Direction direction,
                        const AttachOptions& options) {
  Found found{.direction = direction, .by_link = false, .pins = {}};
  Expected<std::vector<std::uint32_t>> programs = attached_programs(cgroup_fd, cgroup, direction);
  if (!programs) return programs.error();
  Expected<bool> linked = is_linked(cgroup, direction, options, *programs);
  if (!linked) return linked.error();
  found.by_link = *linked;
  if (found.by_link || programs->empty()) return found;
  Expected<std::vector<PinInfo>> pins = list_pins();
  if (!pins) return pins.error();
  for (const PinInfo& pin : *pins) {
    const bool here = std::count(programs->begin(), programs->end(), pin.pinned_id) != 0;
    if (pin.slot && here) found.pins.push_back(filter_of_pin(pin.path));
  }
  return found;
}

Error in_several_ways(const Cgroup& cgroup) {
  return make_error(Error::Kind::usage,
                    fmt::format("several filters are at work on `{}`", cgroup.path),
                    "name the pin, or say `--ingress` or `--egress`; `fwc list` shows them");
}

Expected<WorkingFilter> linked_filter(const Cgroup& cgroup, const std::vector<Found>& found,
                                      const AttachOptions& options) {
  WorkingFilter filter{.pin = {}, .cgroup = cgroup, .options = options, .directions = {}};
  for (const Found& each : found) {
    if (!each.by_link) return in_several_ways(cgroup);
    Expected<LoadedObject> object = open_attached(cgroup, each.direction, options);
    if (!object) return object.error();
    filter.counts = filter.counts || object->counters_fd() >= 0;
    filter.refuses = filter.refuses || !object->refusals().empty();
    filter.directions.push_back(each.direction);
  }
  return filter;
}

Expected<WorkingFilter> pinned_filter(const Cgroup& cgroup, const std::vector<Found>& found,
                                      const std::vector<Direction>& wanted) {
  const std::string& pin = found.front().pins.front();
  for (const Found& each : found) {
    const auto is_other = [&](const std::string& other) { return other != pin; };
    if (each.by_link || std::any_of(each.pins.begin(), each.pins.end(), is_other))
      return in_several_ways(cgroup);
  }
  Expected<WorkingFilter> filter = find_working_pin(pin);
  if (!filter || wanted.empty() || wanted == filter->directions) return filter;
  return make_error(Error::Kind::usage,
                    fmt::format("`{}` is for both directions and is replaced as a whole", pin),
                    "name it without `--ingress` and `--egress`");
}

}  // namespace

Expected<WorkingFilter> find_working_pin(const std::string& path) {
  const std::string pin = filter_of_pin(path);
  const Expected<LoadedObject> object = open_pin(pin);
  if (!object) return object.error();
  if (object->programs().empty()) return require_capabilities(Operation::look_up).error();
  WorkingFilter filter{.pin = pin,
                       .cgroup = {},
                       .options = {},
                       .directions = directions_of(*object),
                       .counts = object->counters_fd() >= 0};
  for (const Direction direction : filter.directions) {
    if (object->slot_fd(direction) >= 0) continue;
    return make_error(Error::Kind::unavailable,
                      fmt::format("`{}` has no slot: what is attached does not follow it", pin),
                      "remove it, load the filter again and attach it anew");
  }
  return filter;
}

Expected<WorkingFilter> find_working(const Cgroup& cgroup, const std::vector<Direction>& directions,
                                     const AttachOptions& options) {
  if (Expected<void> name = check_link_name(options.name); !name) return name.error();
  if (Expected<void> allowed = require_capabilities(Operation::attach); !allowed)
    return allowed.error();
  Expected<FileDescriptor> folder = open_cgroup(cgroup);
  if (!folder) return folder.error();
  std::vector<Found> found;
  for (const Direction direction : kDirections) {
    const bool asked = std::count(directions.begin(), directions.end(), direction) != 0;
    if (!directions.empty() && !asked) continue;
    Expected<Found> here = find_in(cgroup, folder->get(), direction, options);
    if (!here) return here.error();
    if (here->by_link || !here->pins.empty())
      found.push_back(*std::move(here));
    else if (asked)
      return not_attached(cgroup, direction, options.name);
  }
  if (found.empty()) return not_attached(cgroup, Direction::egress, options.name);
  return found.front().by_link ? linked_filter(cgroup, found, options)
                               : pinned_filter(cgroup, found, directions);
}

}  // namespace fwc::runtime
