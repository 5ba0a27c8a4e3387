// SPDX-License-Identifier: MIT
// check_object(): what libbpf makes of an object whose bytes are right. Its maps are looked at
// before the kernel makes them: libbpf would pin one that asks for it, or take over what is pinned;
// and of some large ones the kernel makes entries for minutes, or fails itself, for
// array_map_alloc() counts them in 31 bits.
#include "runtime/open_object.h"

#include <fmt/core.h>
#include <linux/bpf.h>

#include <cerrno>
#include <set>

#include "runtime/errors.h"
#include "runtime/object_check.h"

namespace fwc::runtime {
namespace {

/// More than a program of the kernel's largest size can count.
constexpr std::uint32_t kMostCounters = 1U << 20;

bool is_plain(const bpf_map* map, std::uint32_t flags) {
  return ::bpf_map__map_flags(map) == flags && ::bpf_map__map_extra(map) == 0 &&
         ::bpf_map__numa_node(map) == 0 && ::bpf_map__pin_path(map) == nullptr;
}

bool is_set(const bpf_map* map) {
  const bpf_map* trie = ::bpf_map__inner_map(const_cast<bpf_map*>(map));
  if (trie == nullptr || !is_plain(trie, BPF_F_NO_PREALLOC)) return false;
  const MapInfo info = declared(trie);
  return info.type == BPF_MAP_TYPE_LPM_TRIE && is_key_of_a_set(info.key_size) &&
         info.value_size == 1 && info.entries == kMostSetKeys;
}

bool is_one_of_ours(const bpf_map* map) {
  // The content of a section, of its size.
  if (::bpf_map__is_internal(map)) return true;
  const MapInfo info = declared(map);
  const std::optional<MapRole> role = role_of(info);
  if (!role || !is_plain(map, 0)) return false;
  switch (*role) {
    case MapRole::counters: return info.entries <= kMostCounters;
    case MapRole::tallies: return true;
    case MapRole::log: return info.entries == kLogMapBytes;
    case MapRole::flows: return info.entries == kMostFlows;
    case MapRole::set: return is_set(map);
    case MapRole::live:
    case MapRole::control:
    case MapRole::slot: break;
  }
  return false;
}

Expected<void> check_maps(const bpf_object* object) {
  std::set<std::string_view> names;
  for (const bpf_map* map = ::bpf_object__next_map(object, nullptr); map != nullptr;
       map = ::bpf_object__next_map(object, map)) {
    if (is_one_of_ours(map) && names.insert(::bpf_map__name(map)).second) continue;
    return make_error(
        Error::Kind::data,
        fmt::format("this is not an object that fwc wrote: its map `{}` is of another "
                    "type or size",
                    ::bpf_map__name(map)),
        "compile the filter again");
  }
  return {};
}

}  // namespace

MapInfo declared(const bpf_map* map) {
  return {.name = ::bpf_map__name(map),
          .type = ::bpf_map__type(map),
          .key_size = ::bpf_map__key_size(map),
          .value_size = ::bpf_map__value_size(map),
          .entries = ::bpf_map__max_entries(map)};
}

Expected<BpfObject> open_object(const Object& object, const LibbpfLog& log) {
  if (Expected<void> shape = check_bytes(object); !shape) return shape.error();
  LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "fwc");
  BpfObject opened(::bpf_object__open_mem(object.bytes.data(), object.bytes.size(), &options));
  if (opened == nullptr) {
    Error error = system_error(Error::Kind::data, errno, "libbpf cannot read the object",
                               "compile the filter again");
    error.details = log.text();
    return error;
  }
  if (Expected<void> ours = check_maps(opened.get()); !ours) return ours.error();
  return opened;
}

Expected<void> check_object(const Object& object) {
  const LibbpfLog log;
  const Expected<BpfObject> opened = open_object(object, log);
  return opened ? Expected<void>{} : opened.error();
}

}  // namespace fwc::runtime
