// SPDX-License-Identifier: MIT
// Maps that go on where one filter takes another's place: one row for each kind.
#include "runtime/carried_maps.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>

#include "runtime/counter_carry.h"
#include "runtime/errors.h"
#include "runtime/kernel_objects.h"
#include "runtime/live_layout.h"
#include "runtime/live_sets.h"
#include "runtime/open_object.h"
#include "runtime/policies.h"

namespace fwc::runtime {
namespace {

/// A map of a predecessor, and the object that may use it.
struct Pair {
  const btf* fresh_types;
  std::size_t value_size;
  const LoadedObject& old;
  int old_map;
  const std::string& name;
  const LoadOptions& options;
};

bool same_values(const Pair& pair) {
  if (!pair.options.variables.empty()) return false;  // the old filter is not to see these
  const Expected<LiveLayout> fresh = live_layout(pair.fresh_types, pair.value_size);
  const Expected<LiveLayout> old = live_layout_of_map(pair.old_map);
  return fresh && old && *fresh == *old;
}

bool same_set(const Pair& pair) {
  const Expected<Policies> old = policies(pair.old);
  if (!old) return false;
  const Policies fresh = policies_of(pair.fresh_types);
  const auto tag_in = [&](const Policies& all) {
    const auto of_map = [&](const SetTag& tag) { return tag.map == pair.name; };
    return std::find_if(all.sets.begin(), all.sets.end(), of_map);
  };
  const auto a = tag_in(*old), b = tag_in(fresh);
  return a != old->sets.end() && b != fresh.sets.end() && a->name == b->name && a->type == b->type;
}

bool same_counters(const Pair& pair) {
  const Expected<Policies> old = policies(pair.old);
  return old && count_the_same(*old, policies_of(pair.fresh_types));
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

Expected<void> copy_values(const LoadedObject& old, const LoadedObject& fresh) {
  if (old.live_fd() < 0 || fresh.live_fd() < 0) return {};
  if (is_same_map(old.live_fd(), fresh.live_fd())) return {};
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

bool always_the_same(const Pair&) {
  return true;
}

// What is counted goes on by CounterCarry, when the programs change places.
Expected<void> copy_nothing(const LoadedObject&, const LoadedObject&) {
  return {};
}

struct CarriedMap {
  MapRole role;
  bool (*means_the_same)(const Pair&);
  Expected<void> (*copy)(const LoadedObject& old, const LoadedObject& fresh);
};

// A map that is in no row is new in each filter.
constexpr CarriedMap kCarried[] = {
    {.role = MapRole::live, .means_the_same = same_values, .copy = copy_values},
    {.role = MapRole::counters, .means_the_same = same_counters, .copy = copy_nothing},
    {.role = MapRole::tallies, .means_the_same = always_the_same, .copy = copy_nothing},
    {.role = MapRole::log, .means_the_same = same_counters, .copy = copy_nothing},
    {.role = MapRole::flows, .means_the_same = always_the_same, .copy = copy_nothing},
    {.role = MapRole::set, .means_the_same = same_set, .copy = carry_sets},
};

bool same_shape(const MapInfo& a, const MapInfo& b) {
  return a.name == b.name && a.type == b.type && a.key_size == b.key_size &&
         a.value_size == b.value_size && a.entries == b.entries;
}

struct OldMap {
  const LoadedObject* owner;
  MapInfo info;
  FileDescriptor fd;
};

std::vector<OldMap> maps_of(const LoadedObject& object) {
  std::vector<OldMap> maps;
  for (const Program* program : object.programs()) {
    const Expected<ProgramInfo> about = program_info(program->fd(), "a filter to replace");
    if (!about) continue;
    for (const std::uint32_t id : about->maps) {
      FileDescriptor fd(::bpf_map_get_fd_by_id(id));
      if (!fd) continue;
      if (Expected<MapInfo> info = map_info(fd.get(), "a map"))
        maps.push_back({.owner = &object, .info = *std::move(info), .fd = std::move(fd)});
    }
  }
  return maps;
}

// The old map that this one may be; null where there is none.
const OldMap* find_same(const bpf_object* object, const MapInfo& wanted,
                        const std::vector<OldMap>& olds, const LoadOptions& options) {
  const auto row =
      std::find_if(std::begin(kCarried), std::end(kCarried),
                   [&](const CarriedMap& each) { return each.role == role_of(wanted); });
  if (row == std::end(kCarried)) return nullptr;
  const auto old = std::find_if(olds.begin(), olds.end(), [&](const OldMap& each) {
    return same_shape(each.info, wanted) &&
           row->means_the_same({.fresh_types = ::bpf_object__btf(object),
                                .value_size = wanted.value_size,
                                .old = *each.owner,
                                .old_map = each.fd.get(),
                                .name = wanted.name,
                                .options = options});
  });
  return old == olds.end() ? nullptr : &*old;
}

}  // namespace

Expected<void> share_maps(bpf_object* object, const LoadOptions& options) {
  std::vector<OldMap> olds;
  for (const LoadedObject* old : options.predecessors)
    for (OldMap& map : maps_of(*old)) olds.push_back(std::move(map));
  if (olds.empty()) return {};
  bpf_map* map = nullptr;
  while ((map = ::bpf_object__next_map(object, map)) != nullptr) {
    const OldMap* same = find_same(object, declared(map), olds, options);
    if (same == nullptr) continue;
    if (const int failure = ::bpf_map__reuse_fd(map, same->fd.get()); failure != 0)
      return system_error(-failure, "cannot use a map of the filter that is replaced");
  }
  return {};
}

Expected<void> copy_maps(const LoadedObject& old, const LoadedObject& fresh) {
  if (old.programs().empty()) return {};
  for (const CarriedMap& row : kCarried)
    if (Expected<void> copied = row.copy(old, fresh); !copied) return copied;
  return {};
}

}  // namespace fwc::runtime
