// SPDX-License-Identifier: MIT
// Filters as files of the bpf file system: made, replaced, opened and removed.
#include "fwc/runtime/pins.h"

#include <fmt/core.h>

#include <algorithm>

#include "fwc/runtime/environment.h"
#include "runtime/carried_maps.h"
#include "runtime/errors.h"
#include "runtime/files.h"
#include "runtime/journal.h"
#include "runtime/pin_change.h"
#include "runtime/pin_paths.h"
#include "runtime/pin_transaction.h"
#include "runtime/repair.h"
#include "runtime/slots.h"

namespace fwc::runtime {
namespace {

// Nothing would attach and replace them with the filter, so that they could be stricter than it.
Error no_refusals() {
  return make_error(Error::Kind::usage, "a pin cannot hold the programs that refuse calls",
                    "attach the filter instead, or leave out `--refuse`");
}

Error no_pin(const std::string& path) {
  return make_error(Error::Kind::no_input, fmt::format("there is no pin `{}`", path),
                    "`fwc list` shows the pins there are");
}

// Without the capability a filter in a slot cannot be asked for what it hands on.
Expected<void> require_seen(const LoadedObject& old, const LoadedObject& fresh) {
  const bool takes = fresh.live_fd() >= 0 || fresh.counters_fd() >= 0 || !fresh.set_maps().empty();
  if (!takes || !is_in_slot(old) || !old.programs().empty()) return {};
  return require_capabilities(Operation::look_up);
}

// Both directions or none, also where this process is killed between them. A change that waits to
// be confirmed keeps its journal, which another filter makes void.
Expected<std::vector<std::string>> change_as_one(const LoadedObject& object,
                                                 const std::string& path, const LoadedObject& old,
                                                 bool slot) {
  Seat seat{.folder = directory_of(path), .key = base_of(path)};
  seat.inner = read_journal(seat).has_value();
  Undertaking undertaking(seat, {});
  if (is_in_slot(old)) {
    const JournalState state = journal_state(object, JournalState::Kind::pin);
    if (Expected<void> begun = undertaking.begin(state, old.programs()); !begun)
      return begun.error();
  }
  Expected<std::vector<std::string>> changed = change_pins(object, path, old, slot);
  undertaking.failed();
  return changed;
}

// That nobody loses every packet with the slot.
Expected<void> require_idle(const LoadedObject& pinned, const std::string& path) {
  for (const Direction direction : {Direction::ingress, Direction::egress}) {
    const Program* dispatcher = pinned.dispatcher(direction);
    const std::string cgroup = dispatcher == nullptr ? std::string{} : cgroup_with(*dispatcher);
    if (cgroup.empty()) continue;
    return make_error(
        Error::Kind::unavailable,
        fmt::format("`{}` is at work on `{}`, which would lose every packet", path, cgroup),
        "stop or detach what uses it first; `--force` removes it all the same");
  }
  return {};
}

}  // namespace

Expected<std::vector<std::string>> pin(const LoadedObject& object, const std::string& path,
                                       const PinOptions& options) {
  if (Expected<void> possible = require_pin_path(path); !possible) return possible.error();
  Expected<DirectoryLock> lock = lock_and_repair(directory_of(path));
  if (!lock) return lock.error();
  if (Expected<void> free = check_pin(object, path, options); !free) return free.error();
  Expected<LoadedObject> old = open_pins(path);
  if (!old) return old.error();
  if (options.carry) {
    if (Expected<void> seen = require_seen(*old, object); !seen) return seen.error();
    if (Expected<void> copied = copy_maps(*old, object); !copied) return copied.error();
  }
  return change_as_one(object, path, *old, options.slot);
}

Expected<void> check_pin(const LoadedObject& object, const std::string& path,
                         const PinOptions& options) {
  if (object.programs().empty()) return internal_error("the object to pin has no program");
  if (Expected<void> possible = require_pin_path(path); !possible) return possible;
  if (!object.refusals().empty()) return no_refusals();
  return check_places(object, path, options.replace);
}

Expected<std::vector<std::string>> remove(const std::string& path, const RemoveOptions& options) {
  if (Expected<void> possible = require_pin_path(path); !possible) return possible.error();
  Expected<DirectoryLock> lock = lock_and_repair(directory_of(path));
  if (!lock) return lock.error();
  const std::vector<std::string> programs = program_pins(path);
  Expected<std::vector<std::string>> maps = map_pins(path);
  if (!maps) return maps.error();
  if (programs.empty() && maps->empty()) return no_pin(path);
  for (const std::string& each : programs) {
    if (Expected<FileDescriptor> own = open_program_pin(each); !own) return own.error();
  }
  if (!options.force) {
    Expected<LoadedObject> pinned = open_pins(path);
    if (!pinned) return pinned.error();
    if (Expected<void> idle = require_idle(*pinned, path); !idle) return idle.error();
  }
  if (!options.dry_run) {
    PinTransaction transaction(directory_of(path));
    for (const std::string& each : programs) transaction.drop(each);
    for (const std::string& each : *maps) transaction.drop(each);
    if (Expected<void> done = transaction.commit(); !done) return done.error();
    end_journal({.folder = directory_of(path), .key = base_of(path)});
  }
  std::vector<std::string> removed = programs;
  std::copy_if(maps->begin(), maps->end(), std::back_inserter(removed),
               [](const std::string& each) { return !each.ends_with("_slot"); });
  return removed;
}

Expected<LoadedObject> open_pin(const std::string& path) {
  if (program_pins(path).empty()) {
    if (Expected<void> on = require_bpffs(directory_of(path)); !on) return on.error();
    return no_pin(path);
  }
  Expected<LoadedObject> pinned = open_pins(path);
  if (!pinned || !pinned->programs().empty()) return pinned;
  if (!require_capabilities(Operation::look_up)) return pinned;
  return make_error(Error::Kind::data,
                    fmt::format("the slot of `{}` is empty, so it drops every packet", path),
                    "load a filter there again");
}

}  // namespace fwc::runtime
