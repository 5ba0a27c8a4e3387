// SPDX-License-Identifier: MIT
// The entries of the maps `counters` and `watch` (see fwc/object.h).
#include "runtime/counter_map.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cerrno>

#include "runtime/errors.h"
#include "runtime/kernel_objects.h"
#include "runtime/libbpf_log.h"

namespace fwc::runtime {
namespace {

using Decider = DeciderCounter::Decider;

std::vector<DeciderCounter> deciders_of(const PolicyInfo& policy) {
  std::vector<DeciderCounter> list;
  const auto add = [&](Decider decider, RuleAction action) -> DeciderCounter& {
    list.push_back(
        {.decider = decider, .action = action, .name = {}, .condition = {}, .tally = {}});
    return list.back();
  };
  add(Decider::malformed, RuleAction::drop);
  add(Decider::by_default, policy.default_action);
  add(Decider::by_default_of_fragments, policy.default_action);
  for (const RuleInfo& rule : policy.rules) {
    DeciderCounter& counter = add(Decider::rule, rule.action);
    counter.name = rule.name;
    counter.condition = rule.condition;
  }
  return list;
}

template <typename Value>
void add_cpus(std::vector<Value>& sum, const std::vector<Value>& part) {
  for (std::size_t cpu = 0; cpu < sum.size() && cpu < part.size(); ++cpu)
    runtime::add(sum[cpu], part[cpu]);
}

Expected<std::uint32_t> entries_of(int map) {
  Expected<MapInfo> info = map_info(map, "the counters");
  if (!info) return info.error();
  return info->entries;
}

}  // namespace

void add(Tally& sum, const Tally& part) {
  sum.packets += part.packets;
  sum.bytes += part.bytes;
}

void add(WatchTally& sum, const WatchTally& part) {
  sum.over_rate += part.over_rate;
  sum.without_room += part.without_room;
  sum.audited_packets += part.audited_packets;
  sum.audited_bytes += part.audited_bytes;
}

Deciders deciders_of(const Policies& policies) {
  Deciders deciders;
  if (policies.ingress) deciders.ingress = deciders_of(*policies.ingress);
  if (policies.egress) deciders.egress = deciders_of(*policies.egress);
  return deciders;
}

Expected<Deciders> deciders_of(const LoadedObject& object) {
  const Expected<Policies> all = policies(object);
  if (!all) return all.error();
  return deciders_of(*all);
}

bool is_same_decider(const std::vector<DeciderCounter>& in, std::size_t at,
                     const std::vector<DeciderCounter>& other, std::size_t other_at) {
  const DeciderCounter& a = in[at];
  const DeciderCounter& b = other[other_at];
  if (a.decider != b.decider || a.action != b.action || a.name != b.name) return false;
  const auto rules = [](const std::vector<DeciderCounter>& list) {
    return std::ranges::count(list, Decider::rule, &DeciderCounter::decider);
  };
  if (a.decider != Decider::rule || !a.name.empty()) return true;
  return a.condition == b.condition || (rules(in) == 1 && rules(other) == 1);
}

template <typename Value>
Expected<std::vector<Value>> read_cpus(int map, std::uint32_t entry) {
  const LibbpfLog silent;
  const int cpus = ::libbpf_num_possible_cpus();
  if (cpus <= 0) return system_error(-cpus, "cannot count the CPUs");
  std::vector<Value> values(static_cast<std::size_t>(cpus));
  if (::bpf_map_lookup_elem(map, &entry, values.data()) == 0) return values;
  return system_error(errno, "cannot read the counters");
}

template <typename Value>
Expected<void> write_cpus(int map, std::uint32_t entry, const std::vector<Value>& values) {
  if (::bpf_map_update_elem(map, &entry, values.data(), BPF_ANY) == 0) return {};
  return system_error(errno, "cannot carry the counters over");
}

template Expected<std::vector<Tally>> read_cpus(int, std::uint32_t);
template Expected<std::vector<WatchTally>> read_cpus(int, std::uint32_t);
template Expected<void> write_cpus(int, std::uint32_t, const std::vector<Tally>&);
template Expected<void> write_cpus(int, std::uint32_t, const std::vector<WatchTally>&);

CpuTallies CounterMap::total(std::size_t decider) const {
  CpuTallies sum = own[decider];
  add_cpus(sum, carried[decider]);
  return sum;
}

Expected<CounterMap> read_counter_map(const LoadedObject& object) {
  Expected<Deciders> deciders = deciders_of(object);
  if (!deciders) return deciders.error();
  Expected<std::uint32_t> entries = entries_of(object.counters_fd());
  if (!entries) return entries.error();
  const auto count = static_cast<std::uint32_t>(deciders->size());
  CounterMap all{.deciders = *std::move(deciders), .own = {}, .carried = {}, .earlier = {}};
  if (*entries < count)
    return make_error(Error::Kind::data, "the map of the counters is too short");
  all.can_carry = *entries == 2 * count + all.earlier.size();
  for (std::uint32_t i = 0; i < count; ++i) {
    Expected<CpuTallies> own = read_cpus<Tally>(object.counters_fd(), i);
    if (!own) return own.error();
    Expected<CpuTallies> before = CpuTallies(own->size());
    if (all.can_carry) before = read_cpus<Tally>(object.counters_fd(), count + i);
    if (!before) return before.error();
    all.own.push_back(*std::move(own));
    all.carried.push_back(*std::move(before));
  }
  for (std::uint32_t i = 0; i < all.earlier.size() && all.can_carry; ++i) {
    Expected<CpuTallies> earlier = read_cpus<Tally>(object.counters_fd(), 2 * count + i);
    if (!earlier) return earlier.error();
    all.earlier[i] = *std::move(earlier);
  }
  return all;
}

Expected<std::array<CpuWatchTallies, 2>> read_watch_map(const LoadedObject& object) {
  std::array<CpuWatchTallies, 2> all;
  for (std::uint32_t direction = 0; direction < all.size(); ++direction) {
    for (const std::uint32_t entry : {direction, direction + 2}) {
      Expected<CpuWatchTallies> part = read_cpus<WatchTally>(object.tallies_fd(), entry);
      if (!part) return part.error();
      if (all[direction].empty())
        all[direction] = *std::move(part);
      else
        add_cpus(all[direction], *part);
    }
  }
  return all;
}

}  // namespace fwc::runtime
