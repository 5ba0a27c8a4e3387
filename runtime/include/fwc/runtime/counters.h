// SPDX-License-Identifier: MIT
// What a filter passed and dropped, read from its map `counters`.
#pragma once

#include <cstdint>
#include <vector>

#include "fwc/export.h"
#include "fwc/runtime/error.h"
#include "fwc/runtime/program.h"

namespace fwc::runtime {

struct Tally {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;

  bool operator==(const Tally&) const = default;
};

struct DirectionCounters {
  Tally dropped;
  Tally passed;

  bool operator==(const DirectionCounters&) const = default;
};

struct Counts {
  DirectionCounters ingress;
  DirectionCounters egress;

  bool operator==(const Counts&) const = default;
};

struct CounterReading {
  Counts total;
  std::vector<Counts> by_cpu;  ///< one for each possible CPU
};

/// Every program of a cgroup runs on a packet, also after another has dropped it, so the counters
/// of one filter tell its own verdicts only. Kind::usage where the filter does not count.
FWC_API Expected<CounterReading> read_counters(const LoadedObject& object);

}  // namespace fwc::runtime
