// SPDX-License-Identifier: MIT
// What a filter passed and dropped and by which rule, read from its map `counters`.
#include "fwc/runtime/counters.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cerrno>

#include "runtime/errors.h"
#include "runtime/libbpf_log.h"
#include "runtime/policies.h"

namespace fwc::runtime {
namespace {

using Decider = DeciderCounter::Decider;

/// The deciders of a direction in the order of the map's entries.
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

void add(Tally& sum, const Tally& part) {
  sum.packets += part.packets;
  sum.bytes += part.bytes;
}

void add(DirectionCounters& counters, std::size_t decider, const Tally& tally) {
  DeciderCounter& counter = counters.deciders[decider];
  add(counter.tally, tally);
  if (counter.action == RuleAction::allow) add(counters.passed, tally);
  if (counter.action == RuleAction::drop) add(counters.dropped, tally);
}

Expected<Counts> empty_counts(const LoadedObject& object) {
  const Expected<Policies> all = policies(object);
  if (!all) return all.error();
  Counts counts;
  if (all->ingress) counts.ingress.deciders = deciders_of(*all->ingress);
  if (all->egress) counts.egress.deciders = deciders_of(*all->egress);
  return counts;
}

}  // namespace

Expected<CounterReading> read_counters(const LoadedObject& object) {
  if (object.counters_fd() < 0) {
    return make_error(Error::Kind::usage, "the filter does not count",
                      "compile it with `--counters`");
  }
  const LibbpfLog silent;
  const int cpus = ::libbpf_num_possible_cpus();
  if (cpus <= 0) return system_error(-cpus, "cannot count the CPUs");
  Expected<Counts> empty = empty_counts(object);
  if (!empty) return empty.error();
  CounterReading reading{.total = *empty, .by_cpu = std::vector<Counts>(cpus, *empty)};
  std::vector<Tally> tallies(cpus);
  std::uint32_t entry = 0;
  for (const auto direction : {&Counts::ingress, &Counts::egress}) {
    for (std::size_t i = 0; i < ((*empty).*direction).deciders.size(); ++i, ++entry) {
      if (::bpf_map_lookup_elem(object.counters_fd(), &entry, tallies.data()) != 0) {
        return system_error(errno, "cannot read the counters");
      }
      for (std::size_t cpu = 0; cpu < tallies.size(); ++cpu) {
        add(reading.by_cpu[cpu].*direction, i, tallies[cpu]);
        add(reading.total.*direction, i, tallies[cpu]);
      }
    }
  }
  return reading;
}

}  // namespace fwc::runtime
