// SPDX-License-Identifier: MIT
// What a filter passed and dropped and by which rule, read from its maps `counters` and `watch`.
#include "fwc/runtime/counters.h"

#include <optional>

#include "runtime/counter_map.h"
#include "runtime/errors.h"

namespace fwc::runtime {
namespace {

using Decider = DeciderCounter::Decider;

Tally sum_of(const CpuTallies& tallies) {
  Tally sum;
  for (const Tally& tally : tallies) add(sum, tally);
  return sum;
}

// What is asked for a CPU; all of them together where there is none.
Tally pick(const CpuTallies& tallies, std::optional<std::size_t> cpu) {
  if (!cpu) return sum_of(tallies);
  return *cpu < tallies.size() ? tallies[*cpu] : Tally{};
}

DirectionCounters direction_of(const CounterMap& map, bool ingress,
                               std::optional<std::size_t> cpu) {
  DirectionCounters counters;
  counters.deciders = ingress ? map.deciders.ingress : map.deciders.egress;
  if (counters.deciders.empty()) return counters;
  const std::size_t first = ingress ? 0 : map.deciders.ingress.size();
  for (std::size_t i = 0; i < counters.deciders.size(); ++i)
    counters.deciders[i].tally = pick(map.total(first + i), cpu);
  for (const RuleAction action : {RuleAction::allow, RuleAction::drop}) {
    const CpuTallies& gone = map.earlier[(ingress ? 0 : 2) + (action == RuleAction::drop ? 1 : 0)];
    if (sum_of(gone) == Tally{}) continue;
    counters.deciders.push_back({.decider = Decider::earlier,
                                 .action = action,
                                 .name = {},
                                 .condition = {},
                                 .tally = pick(gone, cpu)});
  }
  for (const DeciderCounter& counter : counters.deciders) {
    if (counter.action == RuleAction::allow) add(counters.passed, counter.tally);
    if (counter.action == RuleAction::drop) add(counters.dropped, counter.tally);
  }
  return counters;
}

Counts counts_of(const CounterMap& map, std::optional<std::size_t> cpu) {
  return {.ingress = direction_of(map, true, cpu), .egress = direction_of(map, false, cpu)};
}

Expected<void> add_audited(const LoadedObject& object, CounterReading& reading) {
  if (object.tallies_fd() < 0) return {};
  const auto all = read_watch_map(object);
  if (!all) return all.error();
  for (std::size_t cpu = 0; cpu < reading.by_cpu.size(); ++cpu)
    for (const bool ingress : {true, false}) {
      const CpuWatchTallies& tallies = (*all)[ingress ? 0 : 1];
      if (cpu >= tallies.size()) continue;
      const Tally audited{.packets = tallies[cpu].audited_packets,
                          .bytes = tallies[cpu].audited_bytes};
      for (Counts* counts : {&reading.by_cpu[cpu], &reading.total})
        add((ingress ? counts->ingress : counts->egress).audited, audited);
    }
  return {};
}

}  // namespace

Expected<CounterReading> read_counters(const LoadedObject& object) {
  if (object.counters_fd() < 0) {
    return make_error(Error::Kind::usage, "the filter does not count",
                      "compile it with `--counters`");
  }
  const Expected<CounterMap> map = read_counter_map(object);
  if (!map) return map.error();
  CounterReading reading{.total = counts_of(*map, {}), .by_cpu = {}};
  const std::size_t cpus = map->own.empty() ? 0 : map->own.front().size();
  for (std::size_t cpu = 0; cpu < cpus; ++cpu) reading.by_cpu.push_back(counts_of(*map, cpu));
  if (Expected<void> audited = add_audited(object, reading); !audited) return audited.error();
  return reading;
}

}  // namespace fwc::runtime
