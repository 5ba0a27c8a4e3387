// SPDX-License-Identifier: MIT
// What lies under the name of one pinned filter, and the change of it.
#include "runtime/pin_change.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "runtime/counter_carry.h"
#include "runtime/errors.h"
#include "runtime/files.h"
#include "runtime/kernel_objects.h"
#include "runtime/pin_paths.h"
#include "runtime/pin_transaction.h"
#include "runtime/slots.h"

namespace fwc::runtime {
namespace {

struct Place {
  int fd = -1;
  std::string path;
};

// Where the program of a direction is pinned.
std::string program_path(const LoadedObject& object, const std::string& path, Direction direction) {
  if (object.programs().size() < 2) return path;
  return direction == Direction::ingress ? ingress_path(path) : egress_path(path);
}

std::vector<Place> map_places(const LoadedObject& object, const std::string& path) {
  std::vector<Place> places;
  for (const PinnedMap& each : kPinnedMaps)
    places.push_back({.fd = fd_of(object, each.role), .path = path + std::string(each.suffix)});
  return places;
}

Error there_already(const std::string& path) {
  return make_error(Error::Kind::cant_create, fmt::format("pin `{}` is there already", path),
                    "choose another path, or let it be replaced");
}

// Who names the pin would be left without a filter if its program were of another kind.
Error other_hook(const std::string& path, Hook there, Hook wanted) {
  return make_error(Error::Kind::usage,
                    fmt::format("pin `{}` is a filter for the hook `{}`, not `{}`", path,
                                name(there), name(wanted)),
                    "choose another path, or remove it first");
}

std::vector<std::string> wanted_pins(const LoadedObject& object, const std::string& path) {
  std::vector<std::string> wanted;
  for (const Program* program : object.programs())
    wanted.push_back(program_path(object, path, program->direction()));
  return wanted;
}

// A dispatcher is of one direction, and a reader would find one filter of two where the new one
// has fewer pins or others.
Expected<void> require_same_directions(const LoadedObject& object, const std::string& path) {
  const std::vector<std::string> wanted = wanted_pins(object, path);
  bool same = true;  // or one of two, which a killed fwc left
  for (const std::string& each : program_pins(path)) {
    Expected<FileDescriptor> fd = open_program_pin(each);
    if (!fd) return fd.error();
    const Expected<ProgramInfo> info = program_info(fd->get(), fmt::format("`{}`", each));
    if (!info) return info.error();
    if (info->hook != object.hook()) return other_hook(path, info->hook, object.hook());
    same = same && object.program(*info->direction) != nullptr &&
           std::count(wanted.begin(), wanted.end(), each) != 0;
  }
  if (same) return {};
  return make_error(Error::Kind::cant_create,
                    fmt::format("`{}` holds a filter for other directions", path),
                    "remove it first, or choose another path");
}

/// The steps of one change and what they need until they are done.
class PinChange {
 public:
  PinChange(const LoadedObject& object, const std::string& path, const LoadedObject& old)
      : object_(object), path_(path), old_(old), transaction_(directory_of(path)) {}

  // The programs come last, so that whoever finds the new program finds its maps too.
  Expected<std::vector<std::string>> carry_out(bool slot) {
    if (Expected<void> placed = place_maps(); !placed) return placed.error();
    const bool bare = !program_pins(path_).empty() && !is_in_slot(old_);
    for (const Program* program : object_.programs()) {
      const bool in_slot = slot && !bare && object_.hook() == Hook::cgroup;
      if (Expected<void> placed = place_program(*program, in_slot); !placed) return placed.error();
    }
    if (Expected<void> done = transaction_.commit(); !done) return done.error();
    std::vector<std::string> paths = wanted_pins(object_, path_);
    paths.insert(paths.end(), maps_.begin(), maps_.end());
    return paths;
  }

 private:
  Expected<void> place_maps() {
    for (const Place& place : map_places(object_, path_)) {
      if (place.fd < 0) {
        if (exists(place.path)) transaction_.drop(place.path);
        continue;
      }
      if (Expected<void> placed = transaction_.place(place.fd, place.path); !placed) return placed;
      maps_.push_back(place.path);
    }
    return {};
  }

  Expected<void> place_program(const Program& program, bool in_new_slot) {
    const Direction direction = program.direction();
    const std::string path = program_path(object_, path_, direction);
    if (old_.slot_fd(direction) >= 0) return change_slot(program, slot_path(path));
    if (!in_new_slot) return transaction_.place(program.fd(), path);
    Expected<Slot> made = make_slot(program);
    if (!made) return made.error();
    slots_.push_back(*std::move(made));
    const Slot& slot = slots_.back();
    Expected<void> placed = transaction_.place(slot.map.get(), slot_path(path));
    return placed ? transaction_.place(slot.dispatcher.fd(), path) : placed;
  }

  // Its pin is made again where somebody took it away: it keeps the slot from being emptied.
  Expected<void> change_slot(const Program& program, const std::string& path) {
    const int slot = old_.slot_fd(program.direction());
    if (!exists(path)) {
      if (Expected<void> placed = transaction_.place(slot, path); !placed) return placed;
    }
    const Program* before = old_.program(program.direction());
    transaction_.put(slot, program.fd(), before == nullptr ? -1 : before->fd());
    return {};
  }

  const LoadedObject& object_;
  const std::string& path_;
  const LoadedObject& old_;
  std::vector<Slot> slots_;
  std::vector<std::string> maps_;
  PinTransaction transaction_;
};

}  // namespace

bool is_in_slot(const LoadedObject& pinned) {
  return pinned.slot_fd(Direction::ingress) >= 0 || pinned.slot_fd(Direction::egress) >= 0;
}

std::vector<std::string> program_pins(const std::string& path) {
  std::vector<std::string> found;
  for (const std::string& each : {path, ingress_path(path), egress_path(path)}) {
    if (exists(each)) found.push_back(each);
  }
  if (!found.empty() && found.front() == path) found.resize(1);
  return found;
}

Expected<std::vector<std::string>> map_pins(const std::string& path) {
  std::vector<std::string> possible;
  for (const PinnedMap& each : kPinnedMaps) possible.push_back(path + std::string(each.suffix));
  const std::vector<std::string> programs = program_pins(path);
  for (const std::string& each : {path, ingress_path(path), egress_path(path)}) {
    const bool of_another = exists(each) && std::count(programs.begin(), programs.end(), each) == 0;
    if (!of_another) possible.push_back(slot_path(each));
  }
  std::vector<std::string> found;
  for (const std::string& each : possible) {
    if (!exists(each)) continue;
    if (Expected<void> own = require_own_map(each); !own) return own.error();
    found.push_back(each);
  }
  return found;
}

Expected<LoadedObject> open_pins(const std::string& path) {
  LoadedObjectBuilder builder;
  for (const std::string& each : program_pins(path)) {
    Expected<FileDescriptor> fd = open_program_pin(each);
    if (!fd) return fd.error();
    Expected<void> added = builder.add(*std::move(fd), fmt::format("`{}`", each),
                                       {.maps = path, .slot = slot_path(each)});
    if (!added) return added.error();
  }
  return std::move(builder).take();
}

Expected<void> check_places(const LoadedObject& object, const std::string& path, bool replace) {
  for (const std::string& each : wanted_pins(object, path)) {
    if (!exists(each)) continue;
    if (Expected<FileDescriptor> own = open_program_pin(each); !own) return own.error();
    if (!replace) return there_already(each);
  }
  if (Expected<void> same = require_same_directions(object, path); !same) return same;
  Expected<std::vector<std::string>> maps = map_pins(path);
  return maps ? Expected<void>{} : maps.error();
}

Expected<std::vector<std::string>> change_pins(const LoadedObject& object, const std::string& path,
                                               const LoadedObject& old, bool slot) {
  const std::optional<CounterCarry> counters = CounterCarry::try_begin(old, object);
  Expected<std::vector<std::string>> changed = PinChange(object, path, old).carry_out(slot);
  if (changed && counters) (void)counters->finish();  // the change stands, whatever is counted
  return changed;
}

}  // namespace fwc::runtime
