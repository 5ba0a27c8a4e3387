// SPDX-License-Identifier: MIT
// Filters that run, by what an administrator calls them; see known_filters.h.
#include "cli/known_filters.h"

#include <sys/stat.h>

#include <algorithm>
#include <set>

#include "fwc/runtime/attachments.h"
#include "fwc/runtime/environment.h"
#include "fwc/runtime/pins.h"

namespace fwc::cli {

namespace {

using runtime::Attachment;
using runtime::Error;
using runtime::Expected;
using Filters = std::vector<KnownFilter>;

bool is_of_fwc(const Attachment& attachment) {
  return attachment.program.starts_with("fwc_");
}

/// A slot (see runtime/pins.h) that is empty, or may not be looked into, is no filter to watch.
Expected<runtime::LoadedObject> seen(Expected<runtime::LoadedObject> object) {
  if (!object || !object->programs().empty()) return object;
  if (auto allowed = runtime::require_capabilities(runtime::Operation::look_up); !allowed)
    return allowed.error();
  return Error{.kind = Error::Kind::data, .message = "the slot is empty, so it drops every packet"};
}

Expected<KnownFilter> open(const Attachment& attachment) {
  auto object = seen(runtime::open_program(attachment.program_id));
  if (!object) return object.error();
  const std::string name = attachment.name.empty() ? attachment.program : attachment.name;
  return KnownFilter{.target = attachment.cgroup, .name = name, .object = *std::move(object)};
}

Expected<Filters> on_cgroup(const runtime::Cgroup& cgroup, const FilterChoice& choice) {
  const auto attachments = runtime::list_attachments(cgroup);
  if (!attachments) return attachments.error();
  const auto directions = choice.directions.given();
  Filters filters;
  for (const Attachment& each : *attachments) {
    const bool meant = directions.empty() || std::ranges::count(directions, each.direction) != 0;
    if (!is_of_fwc(each) || !meant || (!choice.name.empty() && each.name != choice.name)) continue;
    auto filter = open(each);
    if (!filter) return filter.error();
    filters.push_back(*std::move(filter));
  }
  if (!filters.empty()) return filters;
  return Error{.kind = Error::Kind::no_input,
               .message = fmt::format("no such filter of fwc is attached to `{}`", cgroup.path),
               .hint = "`fwc list` shows those there are"};
}

/// A pin where there is one of that name, else a cgroup.
Expected<Filters> named(const std::string& target, const FilterChoice& choice) {
  struct stat status{};
  const bool is_file = stat(target.c_str(), &status) == 0 && S_ISREG(status.st_mode);
  auto pin = seen(runtime::open_pin(target));
  if (!choice.directions.any() && (pin || is_file)) {
    if (!pin) return pin.error();
    Filters filters;
    filters.push_back({.target = target, .name = {}, .object = *std::move(pin)});
    return filters;
  }
  const auto cgroup = runtime::find_cgroup(target, {.force = true});
  if (cgroup) return on_cgroup(*cgroup, choice);
  const bool looks_like_pin = target.find("/bpf/") != std::string::npos;
  return looks_like_pin && !choice.directions.any() ? pin.error() : cgroup.error();
}

/// What `fwc` was told to pin: the two programs of one filter have one path.
std::string path_of_pin(const runtime::PinInfo& pin) {
  const std::string suffix = fmt::format("_{}", runtime::to_string(pin.direction));
  if (!pin.path.ends_with(suffix)) return pin.path;
  const std::string path = pin.path.substr(0, pin.path.size() - suffix.size());
  struct stat status{};
  return stat(path.c_str(), &status) == 0 ? pin.path : path;
}

Expected<Filters> all_filters() {
  const auto attachments = runtime::list_attachments();
  if (!attachments) return attachments.error();
  const auto pins = runtime::list_pins();
  if (!pins) return pins.error();
  Filters filters;
  std::set<std::uint32_t> programs;
  for (const Attachment& each : *attachments) {
    auto filter = open(each);
    if (filter) filters.push_back(*std::move(filter));
    programs.insert(each.program_id);
  }
  std::set<std::string> paths;
  for (const runtime::PinInfo& pin : *pins) {
    const std::string path = path_of_pin(pin);
    const bool attached = programs.contains(pin.program_id) || programs.contains(pin.pinned_id);
    if (attached || !paths.insert(path).second) continue;
    if (auto object = seen(runtime::open_pin(path)))
      filters.push_back({.target = path, .name = {}, .object = *std::move(object)});
  }
  return filters;
}

}  // namespace

void FilterChoice::add_to(CommandLine& line) {
  directions.add_to(line);
  line.option("--name", name, "name of the attachment, where a cgroup has several", "NAME");
}

Expected<Filters> find_filters(const FilterChoice& choice) {
  if (choice.targets.empty()) return all_filters();
  Filters filters;
  for (const std::string& target : choice.targets) {
    auto some = named(target, choice);
    if (!some) return some;
    std::move(some->begin(), some->end(), std::back_inserter(filters));
  }
  return filters;
}

Expected<KnownFilter> find_filter(const FilterChoice& choice) {
  auto filters = find_filters(choice);
  if (!filters) return filters.error();
  if (filters->size() == 1) return std::move(filters->front());
  return Error{.kind = Error::Kind::usage,
               .message = fmt::format("`{}` has {} filters, and one is needed",
                                      choice.targets.front(), filters->size()),
               .hint = "say `--ingress` or `--egress`, and `--name`"};
}

}  // namespace fwc::cli
