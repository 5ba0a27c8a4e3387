// SPDX-License-Identifier: MIT
// What the kernel tells about programs and maps, and whether they are fwc's.
#include "runtime/kernel_objects.h"

#include <bpf/bpf.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "fwc/runtime/environment.h"
#include "runtime/errors.h"
#include "runtime/slots.h"

namespace fwc::runtime {
namespace {

// The kernel answers for a program, a map or a link by the same call and in the same buffer, so
// what a descriptor is must be known before.
bool is_kind(int fd, std::string_view kind) {
  char target[64];
  const std::string link = fmt::format("/proc/self/fd/{}", fd);
  const ssize_t length = ::readlink(link.c_str(), target, sizeof target);
  return length > 0 && std::string_view(target, length) == kind;
}

template <typename Info>
bool get_info(int fd, Info& info) {
  std::uint32_t length = sizeof info;
  return ::bpf_obj_get_info_by_fd(fd, &info, &length) == 0;
}

Error wrong_kind(std::string_view what, std::string_view wanted) {
  return make_error(Error::Kind::data, fmt::format("{} is not a {}", what, wanted),
                    "fwc leaves what others made alone");
}

std::optional<Hook> hook_of(const bpf_prog_info& info) {
  switch (info.type) {
    case BPF_PROG_TYPE_CGROUP_SKB: return Hook::cgroup;
    case BPF_PROG_TYPE_SCHED_CLS: return Hook::tc;
    case BPF_PROG_TYPE_XDP: return Hook::xdp;
    default: return {};
  }
}

std::optional<Direction> direction_of(const bpf_prog_info& info) {
  if (!hook_of(info)) return {};
  if (info.name == kIngressProgram) return Direction::ingress;
  if (info.name == kEgressProgram) return Direction::egress;
  if (info.name == kIngressDispatcher) return Direction::ingress;
  if (info.name == kEgressDispatcher) return Direction::egress;
  return {};
}

std::string tag_of(const bpf_prog_info& info) {
  std::string text;
  for (const unsigned char byte : info.tag)
    fmt::format_to(std::back_inserter(text), "{:02x}", byte);
  return text;
}

}  // namespace

Expected<ProgramInfo> program_info(int fd, std::string_view what) {
  if (!is_kind(fd, "anon_inode:bpf-prog")) return wrong_kind(what, "program of fwc");
  std::vector<std::uint32_t> maps(64);
  bpf_prog_info info{};
  info.nr_map_ids = static_cast<std::uint32_t>(maps.size());
  info.map_ids = reinterpret_cast<std::uintptr_t>(maps.data());
  if (!get_info(fd, info)) return system_error(errno, fmt::format("cannot read about {}", what));
  maps.resize(std::min<std::size_t>(info.nr_map_ids, maps.size()));
  return ProgramInfo{
      .name = info.name,
      .id = info.id,
      .tag = tag_of(info),
      .loaded_at = info.load_time,
      .direction = direction_of(info),
      .hook = hook_of(info).value_or(Hook::cgroup),
      .dispatcher = info.name == kIngressDispatcher || info.name == kEgressDispatcher,
      .maps = std::move(maps)};
}

Expected<MapInfo> map_info(int fd, std::string_view what) {
  if (!is_kind(fd, "anon_inode:bpf-map")) return wrong_kind(what, "map of fwc");
  bpf_map_info info{};
  if (!get_info(fd, info)) return system_error(errno, fmt::format("cannot read about {}", what));
  return MapInfo{.name = info.name,
                 .id = info.id,
                 .type = info.type,
                 .key_size = info.key_size,
                 .value_size = info.value_size,
                 .entries = info.max_entries,
                 .btf_id = info.btf_id,
                 .value_type = info.btf_value_type_id};
}

bool is_same_map(int a, int b) {
  const Expected<MapInfo> one = map_info(a, "a map");
  const Expected<MapInfo> other = map_info(b, "a map");
  return one && other && one->id == other->id;
}

std::optional<MapRole> role_of(const MapInfo& map) {
  const auto is = [&](std::uint32_t type, std::string_view name) {
    return map.type == type && map.name == name;
  };
  if (is(BPF_MAP_TYPE_RINGBUF, kLogMap)) return MapRole::log;
  if (is(BPF_MAP_TYPE_PROG_ARRAY, kSlotMap) && map.entries == 1) return MapRole::slot;
  if (is(BPF_MAP_TYPE_LRU_HASH, kFlowsMap) && map.key_size == 40 && map.value_size == 16)
    return MapRole::flows;
  if (map.key_size != 4) return {};
  if (is(BPF_MAP_TYPE_ARRAY, kLiveMap) && map.entries == 1 && map.value_size % 8 == 0)
    return MapRole::live;
  if (is(BPF_MAP_TYPE_PERCPU_ARRAY, kCountersMap) && map.entries >= 3 && map.value_size == 16)
    return MapRole::counters;
  if (is(BPF_MAP_TYPE_ARRAY, kControlMap) && map.entries == 1 &&
      map.value_size == sizeof(WatchControl))
    return MapRole::control;
  if (is(BPF_MAP_TYPE_PERCPU_ARRAY, kTalliesMap) && map.entries == 4 &&
      map.value_size == sizeof(WatchTally))
    return MapRole::tallies;
  if (map.type == BPF_MAP_TYPE_ARRAY_OF_MAPS && map.name.starts_with(kSetMapPrefix) &&
      map.entries == 1)
    return MapRole::set;
  return {};
}

int fd_of(const LoadedObject& object, MapRole role) {
  switch (role) {
    case MapRole::live: return object.live_fd();
    case MapRole::counters: return object.counters_fd();
    case MapRole::control: return object.control_fd();
    case MapRole::tallies: return object.tallies_fd();
    case MapRole::log: return object.log_fd();
    case MapRole::flows: return object.flows_fd();
    case MapRole::set:
    case MapRole::slot: break;
  }
  return -1;
}

Expected<LinkInfo> link_info(int fd, std::string_view what) {
  // The kernel spells it one way for a link just made and the other for one that was pinned.
  if (!is_kind(fd, "anon_inode:bpf_link") && !is_kind(fd, "anon_inode:bpf-link")) {
    return wrong_kind(what, "link of fwc");
  }
  bpf_link_info info{};
  if (!get_info(fd, info)) return system_error(errno, fmt::format("cannot read about {}", what));
  const bool cgroup = info.type == BPF_LINK_TYPE_CGROUP;
  return LinkInfo{.id = info.id,
                  .program_id = info.prog_id,
                  .on_cgroup = cgroup,
                  .cgroup_id = cgroup ? info.cgroup.cgroup_id : 0,
                  .attach_type = cgroup ? static_cast<int>(info.cgroup.attach_type) : -1};
}

Expected<FileDescriptor> program_by_id(std::uint32_t id) {
  if (Expected<void> allowed = require_capabilities(Operation::look_up); !allowed) {
    return allowed.error();
  }
  FileDescriptor fd(::bpf_prog_get_fd_by_id(id));
  if (!fd) return system_error(errno, fmt::format("cannot open program {}", id));
  return fd;
}

int attach_type(Direction direction) {
  switch (direction) {
    case Direction::ingress: return BPF_CGROUP_INET_INGRESS;
    case Direction::egress: return BPF_CGROUP_INET_EGRESS;
  }
  return -1;
}

void LoadedObjectBuilder::set_program(Program program) {
  Program& place = program.direction() == Direction::ingress ? object_.ingress_ : object_.egress_;
  place = std::move(program);
}

void LoadedObjectBuilder::set_slot(Program dispatcher, FileDescriptor map) {
  const bool ingress = dispatcher.direction() == Direction::ingress;
  LoadedObject::Slot& place = ingress ? object_.ingress_slot_ : object_.egress_slot_;
  place = {.dispatcher = std::move(dispatcher), .map = std::move(map)};
}

void LoadedObjectBuilder::add_map(FileDescriptor map, const MapInfo& info) {
  const std::optional<MapRole> role = role_of(info);
  if (!role) return;
  switch (*role) {
    case MapRole::live: object_.live_ = std::move(map); break;
    case MapRole::counters: object_.counters_ = std::move(map); break;
    case MapRole::control: object_.control_ = std::move(map); break;
    case MapRole::tallies: object_.tallies_ = std::move(map); break;
    case MapRole::log: object_.log_ = std::move(map); break;
    case MapRole::flows: object_.flows_ = std::move(map); break;
    case MapRole::set: add_set(info.name, std::move(map)); break;
    case MapRole::slot: break;
  }
}

void LoadedObjectBuilder::add_set(std::string name, FileDescriptor map) {
  const auto same = [&](const auto& set) { return set.first == name; };
  if (std::none_of(object_.sets_.begin(), object_.sets_.end(), same))
    object_.sets_.emplace_back(std::move(name), std::move(map));
}

Expected<void> LoadedObjectBuilder::add_maps(const ProgramInfo& program, const std::string& pin) {
  for (const std::uint32_t id : program.maps) {
    FileDescriptor map(::bpf_map_get_fd_by_id(id));
    if (!map) break;
    Expected<MapInfo> info = map_info(map.get(), fmt::format("map {}", id));
    if (!info) return info.error();
    add_map(std::move(map), *info);
  }
  for (const PinnedMap& each : kPinnedMaps) {
    if (pin.empty()) break;
    const std::string path = pin + std::string(each.suffix);
    FileDescriptor map(::bpf_obj_get(path.c_str()));
    if (!map) continue;
    Expected<MapInfo> info = map_info(map.get(), path);
    if (!info) continue;
    const bool ours = std::count(program.maps.begin(), program.maps.end(), info->id) != 0;
    if (ours) add_map(std::move(map), *info);
  }
  return {};
}

// The slot by its pin, or as the one map that a dispatcher has.
Expected<void> LoadedObjectBuilder::add_slot(Program dispatcher, const ProgramInfo& info,
                                             const Beside& beside) {
  FileDescriptor map(beside.slot.empty() ? -1 : ::bpf_obj_get(beside.slot.c_str()));
  if (!map && !info.maps.empty()) map = FileDescriptor(::bpf_map_get_fd_by_id(info.maps.front()));
  if (!map) return system_error(errno, fmt::format("cannot open the slot of program {}", info.id));
  Expected<MapInfo> about = map_info(map.get(), "the slot");
  if (!about) return about.error();
  const bool its_own = info.maps.size() == 1 && about->id == info.maps.front();
  if (role_of(*about) != MapRole::slot || !its_own)
    return wrong_kind("the slot beside it", "slot of fwc");
  const Expected<std::uint32_t> id = program_in_slot(map.get());
  if (!id) return id.error();
  set_slot(std::move(dispatcher), std::move(map));
  if (*id == 0 || !require_capabilities(Operation::look_up)) return {};
  Expected<FileDescriptor> policy = program_by_id(*id);
  if (!policy) return policy.error();
  return add(*std::move(policy), "the program in the slot", {.maps = beside.maps, .slot = {}});
}

Expected<void> LoadedObjectBuilder::add(FileDescriptor program, std::string_view what,
                                        const Beside& beside) {
  Expected<ProgramInfo> info = program_info(program.get(), what);
  if (!info) return info.error();
  if (!info->direction) {
    return wrong_kind(what, "program of fwc");
  }
  Program known(std::move(program), *info->direction, info->id, info->hook);
  if (info->dispatcher) return add_slot(std::move(known), *info, beside);
  set_program(std::move(known));
  return add_maps(*info, beside.maps);
}

}  // namespace fwc::runtime
