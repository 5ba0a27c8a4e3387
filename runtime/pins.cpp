// SPDX-License-Identifier: MIT
// Filters as files of the bpf file system: made, replaced, opened and removed.
#include "fwc/runtime/pins.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>

#include "fwc/runtime/environment.h"
#include "runtime/directory_lock.h"
#include "runtime/errors.h"
#include "runtime/files.h"
#include "runtime/kernel_objects.h"
#include "runtime/live_layout.h"
#include "runtime/live_sets.h"
#include "runtime/pin_paths.h"
#include "runtime/pin_transaction.h"

namespace fwc::runtime {
namespace {

struct Place {
  int fd = -1;
  std::string path;
};

std::vector<Place> program_places(const LoadedObject& object, const std::string& path) {
  std::vector<Place> places;
  const bool both = object.programs().size() == 2;
  for (const Program* program : object.programs()) {
    const bool ingress = program->direction() == Direction::ingress;
    const std::string own = ingress ? ingress_path(path) : egress_path(path);
    places.push_back({.fd = program->fd(), .path = both ? own : path});
  }
  return places;
}

std::vector<Place> map_places(const LoadedObject& object, const std::string& path) {
  return {{.fd = object.live_fd(), .path = live_path(path)},
          {.fd = object.counters_fd(), .path = counters_path(path)}};
}

Error there_already(const std::string& path) {
  return make_error(Error::Kind::cant_create, fmt::format("pin `{}` is there already", path),
                    "choose another path, or let it be replaced");
}

// Everything that could forbid the change, before anything is changed.
Expected<void> check_places(const std::vector<Place>& programs, const std::vector<Place>& maps,
                            const PinOptions& options) {
  for (const Place& place : programs) {
    if (!exists(place.path)) continue;
    if (Expected<FileDescriptor> own = open_program_pin(place.path); !own) return own.error();
    if (!options.replace) return there_already(place.path);
  }
  for (const Place& place : maps) {
    if (!exists(place.path)) continue;
    if (Expected<void> own = require_own_map(place.path); !own) return own;
  }
  return {};
}

bool agree(const LiveVariable& a, const LiveVariable& b, const Value& value) {
  const std::int64_t* number = std::get_if<std::int64_t>(&value);
  return a.name == b.name && a.type == b.type &&
         (number == nullptr || (*number >= b.minimum && *number <= b.maximum));
}

// Values of the old map for the variables of the new one that were not given a value.
Expected<std::vector<Assignment>> values_to_carry(int old_map, const LiveLayout& layout,
                                                  const std::vector<std::string>& given) {
  Expected<LiveLayout> old_layout = live_layout_of_map(old_map);
  if (!old_layout) return old_layout.error();
  Expected<std::vector<std::byte>> bytes = read_live_map(old_map);
  if (!bytes) return bytes.error();
  std::vector<Assignment> carried;
  for (const LiveVariable& old : *old_layout) {
    const Value value = value_in(old, *bytes);
    const bool kept = std::any_of(layout.begin(), layout.end(), [&](const LiveVariable& each) {
      return agree(old, each, value);
    });
    const bool explicit_value = std::count(given.begin(), given.end(), old.name) != 0;
    if (kept && !explicit_value) carried.push_back({.name = old.name, .value = value});
  }
  return carried;
}

Expected<void> carry_values(const LoadedObject& old, const LoadedObject& fresh) {
  if (old.live_fd() < 0 || fresh.live_fd() < 0) return {};
  Expected<LiveLayout> layout = live_layout_of_map(fresh.live_fd());
  if (!layout) return layout.error();
  Expected<std::vector<Assignment>> values =
      values_to_carry(old.live_fd(), *layout, fresh.given_variables());
  if (!values || values->empty()) return values ? Expected<void>{} : values.error();
  Expected<std::vector<std::byte>> bytes = read_live_map(fresh.live_fd());
  if (!bytes) return bytes.error();
  if (Expected<void> judged = assign(*layout, *values, *bytes); !judged) return judged;
  return write_live_map(fresh.live_fd(), *bytes);
}

// The pins of programs there are for a filter called `path`.
std::vector<std::string> program_pins(const std::string& path) {
  std::vector<std::string> found;
  for (const std::string& each : {path, ingress_path(path), egress_path(path)}) {
    if (exists(each)) found.push_back(each);
  }
  return found;
}

Error no_pin(const std::string& path) {
  return make_error(Error::Kind::no_input, fmt::format("there is no pin `{}`", path),
                    "`fwc list` shows the pins there are");
}

// The programs come last, so that whoever finds the new program finds its maps too.
Expected<std::vector<std::string>> replace_pins(const std::string& path,
                                                const std::vector<Place>& programs,
                                                const std::vector<Place>& maps) {
  PinTransaction transaction(directory_of(path));
  std::vector<std::string> made;
  for (const auto* places : {&maps, &programs}) {
    for (const Place& place : *places) {
      if (place.fd < 0) {
        if (exists(place.path)) transaction.drop(place.path);
        continue;
      }
      if (Expected<void> placed = transaction.place(place.fd, place.path); !placed) {
        return placed.error();
      }
      made.push_back(place.path);
    }
  }
  if (Expected<void> done = transaction.commit(); !done) return done.error();
  std::rotate(made.begin(), made.end() - static_cast<std::ptrdiff_t>(programs.size()), made.end());
  return made;
}

}  // namespace

Expected<std::vector<std::string>> pin(const LoadedObject& object, const std::string& path,
                                       const PinOptions& options) {
  if (Expected<void> possible = require_pin_path(path); !possible) return possible.error();
  const std::vector<Place> programs = program_places(object, path);
  const std::vector<Place> maps = map_places(object, path);
  if (programs.empty()) return internal_error("the object to pin has no program");
  Expected<DirectoryLock> lock = DirectoryLock::take(directory_of(path));
  if (!lock) return lock.error();
  if (Expected<void> free = check_places(programs, maps, options); !free) return free.error();
  if (exists(programs.front().path)) {
    Expected<LoadedObject> old = open_pin(path);
    if (!old) return old.error();
    if (Expected<void> carried = carry_values(*old, object); !carried) return carried.error();
    if (Expected<void> carried = carry_sets(*old, object); !carried) return carried.error();
  }
  return replace_pins(path, programs, maps);
}

Expected<void> check_pin(const LoadedObject& object, const std::string& path,
                         const PinOptions& options) {
  if (Expected<void> possible = require_pin_path(path); !possible) return possible;
  return check_places(program_places(object, path), map_places(object, path), options);
}

Expected<std::vector<std::string>> remove(const std::string& path) {
  if (Expected<void> possible = require_pin_path(path); !possible) return possible.error();
  Expected<DirectoryLock> lock = DirectoryLock::take(directory_of(path));
  if (!lock) return lock.error();
  std::vector<std::string> found = program_pins(path);
  if (found.empty()) return no_pin(path);
  for (const std::string& each : found) {
    if (Expected<FileDescriptor> own = open_program_pin(each); !own) return own.error();
  }
  for (const std::string& each : {live_path(path), counters_path(path)}) {
    if (!exists(each)) continue;
    if (Expected<void> own = require_own_map(each); !own) return own.error();
    found.push_back(each);
  }
  PinTransaction transaction(directory_of(path));
  for (const std::string& each : found) transaction.drop(each);
  if (Expected<void> done = transaction.commit(); !done) return done.error();
  return found;
}

Expected<LoadedObject> open_pin(const std::string& path) {
  std::vector<std::string> found = program_pins(path);
  if (found.empty()) {
    if (Expected<void> on = require_bpffs(directory_of(path)); !on) return on.error();
    return no_pin(path);
  }
  if (found.front() == path) found.resize(1);
  LoadedObjectBuilder builder;
  for (const std::string& each : found) {
    Expected<FileDescriptor> fd = open_program_pin(each);
    if (!fd) return fd.error();
    if (Expected<void> added = builder.add(*std::move(fd), fmt::format("`{}`", each), path);
        !added) {
      return added.error();
    }
  }
  return std::move(builder).take();
}

}  // namespace fwc::runtime
