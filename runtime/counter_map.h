// SPDX-License-Identifier: MIT
// The entries of the maps `counters` and `watch`, as they lie there. Private to the runtime.
#pragma once

#include <array>
#include <vector>

#include "fwc/object.h"
#include "fwc/runtime/counters.h"
#include "fwc/runtime/error.h"
#include "fwc/runtime/program.h"
#include "runtime/policies.h"

namespace fwc::runtime {

/// The deciders of a filter in the order of their entries, ingress first.
struct Deciders {
  std::vector<DeciderCounter> ingress;
  std::vector<DeciderCounter> egress;

  std::size_t size() const { return ingress.size() + egress.size(); }
};

Deciders deciders_of(const Policies& policies);
Expected<Deciders> deciders_of(const LoadedObject& object);

/// Whether a decider of one list is one of another filter's: rules by action and name, those
/// without a name by what they say, or where each is the only rule.
bool is_same_decider(const std::vector<DeciderCounter>& in, std::size_t at,
                     const std::vector<DeciderCounter>& other, std::size_t other_at);

using CpuTallies = std::vector<Tally>;  ///< one for each possible CPU

/// Everything counted: by the programs themselves, and carried over from earlier ones.
struct CounterMap {
  Deciders deciders;
  std::vector<CpuTallies> own;  ///< by decider
  std::vector<CpuTallies> carried;
  /// Passed and dropped by rules that are gone, of ingress and of egress.
  std::array<CpuTallies, 4> earlier;
  bool can_carry = false;  ///< not so where an older fwc made the map

  CpuTallies total(std::size_t decider) const;
};

/// The object must count.
Expected<CounterMap> read_counter_map(const LoadedObject& object);

using CpuWatchTallies = std::vector<WatchTally>;

/// Of ingress and egress; what was carried over is in it. The object must log or be audited.
Expected<std::array<CpuWatchTallies, 2>> read_watch_map(const LoadedObject& object);

void add(Tally& sum, const Tally& part);
void add(WatchTally& sum, const WatchTally& part);

/// Reads and writes one entry of a per-CPU array.
template <typename Value>
Expected<std::vector<Value>> read_cpus(int map, std::uint32_t entry);
template <typename Value>
Expected<void> write_cpus(int map, std::uint32_t entry, const std::vector<Value>& values);

}  // namespace fwc::runtime
