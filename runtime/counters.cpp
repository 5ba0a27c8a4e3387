// SPDX-License-Identifier: MIT
// What a filter passed and dropped, read from its map `counters`.
#include "fwc/runtime/counters.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <array>
#include <cerrno>

#include "runtime/errors.h"
#include "runtime/libbpf_log.h"

namespace fwc::runtime {
namespace {

// The entries of the map, in their order.
constexpr std::size_t kEntries = 4;

std::array<Tally*, kEntries> entries_of(Counts& counts) {
  return {&counts.ingress.dropped, &counts.ingress.passed, &counts.egress.dropped,
          &counts.egress.passed};
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
  CounterReading reading{.total = {}, .by_cpu = std::vector<Counts>(cpus)};
  std::vector<Tally> tallies(cpus);
  for (std::uint32_t entry = 0; entry < kEntries; ++entry) {
    if (::bpf_map_lookup_elem(object.counters_fd(), &entry, tallies.data()) != 0) {
      return system_error(errno, "cannot read the counters");
    }
    Tally& total = *entries_of(reading.total)[entry];
    for (std::size_t cpu = 0; cpu < tallies.size(); ++cpu) {
      *entries_of(reading.by_cpu[cpu])[entry] = tallies[cpu];
      total.packets += tallies[cpu].packets;
      total.bytes += tallies[cpu].bytes;
    }
  }
  return reading;
}

}  // namespace fwc::runtime
