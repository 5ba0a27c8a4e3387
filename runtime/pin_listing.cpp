// SPDX-License-Identifier: MIT
// Which filters are pinned.
#include <bpf/bpf.h>
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "fwc/runtime/environment.h"
#include "fwc/runtime/pins.h"
#include "runtime/directory_lock.h"
#include "runtime/errors.h"
#include "runtime/files.h"
#include "runtime/journal.h"
#include "runtime/kernel_objects.h"
#include "runtime/pin_paths.h"

namespace fwc::runtime {
namespace {

namespace fs = std::filesystem;

void describe_filter(const Program& program, PinInfo& pin) {
  Expected<ProgramInfo> info = program_info(program.fd(), "a filter in a slot");
  if (!info) return;
  pin.program_id = info->id;
  pin.tag = info->tag;
  pin.loaded_at = info->loaded_at;
}

// Nothing where the pin is not fwc's, cannot be read, or went meanwhile.
std::optional<PinInfo> pin_at(const fs::path& path) {
  FileDescriptor fd(::bpf_obj_get(path.c_str()));
  if (!fd) return {};
  Expected<ProgramInfo> info = program_info(fd.get(), path.string());
  if (!info || !info->direction) return {};
  PinInfo pin{.path = path.string(),
              .direction = *info->direction,
              .program_id = info->id,
              .pinned_id = info->id,
              .slot = info->dispatcher,
              .tag = info->tag,
              .loaded_at = info->loaded_at};
  LoadedObjectBuilder builder;
  const LoadedObjectBuilder::Beside beside{.maps = path.string(), .slot = slot_path(path.string())};
  if (!builder.add(std::move(fd), path.string(), beside)) return pin;
  const LoadedObject object = std::move(builder).take();
  if (const Program* program = object.program(pin.direction); program != nullptr && pin.slot)
    describe_filter(*program, pin);
  pin.has_live_variables = object.live_fd() >= 0;
  pin.has_counters = object.counters_fd() >= 0;
  return pin;
}

void list_below(const std::string& directory, SeenFolders& seen, std::vector<PinInfo>& pins) {
  if (!seen.is_new(directory)) return;
  std::error_code failure;
  const auto options = fs::directory_options::skip_permission_denied;
  fs::recursive_directory_iterator at(directory, options, failure);
  while (!failure && at != fs::recursive_directory_iterator()) {
    std::error_code ignored;
    if (at->is_directory(ignored) && !at->is_symlink(ignored) && !seen.is_new(at->path())) {
      at.disable_recursion_pending();
    }
    const std::string name = at->path().filename().string();
    const bool temporary = name.starts_with(kTemporaryPrefix) || name.starts_with(kJournalPrefix);
    if (!temporary && at->is_regular_file(ignored)) {
      if (std::optional<PinInfo> pin = pin_at(at->path())) pins.push_back(*std::move(pin));
    }
    at.increment(failure);
  }
}

}  // namespace

Expected<std::vector<PinInfo>> list_pins(const std::string& directory) {
  std::vector<std::string> directories{directory};
  if (directory.empty()) {
    directories.clear();
    Expected<std::vector<Mount>> mounts = bpffs_mounts();
    if (!mounts) return mounts.error();
    for (const Mount& mount : *mounts) directories.push_back(mount.path);
  } else if (Expected<void> on = require_bpffs(directory); !on) {
    return on.error();
  }
  std::vector<PinInfo> pins;
  SeenFolders seen;
  for (const std::string& each : directories) list_below(each, seen, pins);
  std::sort(pins.begin(), pins.end(),
            [](const PinInfo& a, const PinInfo& b) { return a.path < b.path; });
  return pins;
}

}  // namespace fwc::runtime
