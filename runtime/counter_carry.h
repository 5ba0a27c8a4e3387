// SPDX-License-Identifier: MIT
// Counters that go on in the program that takes the place of another. Private to the runtime.
#pragma once

#include <optional>

#include "fwc/runtime/error.h"
#include "fwc/runtime/program.h"
#include "runtime/counter_map.h"

namespace fwc::runtime {

/// Hands what `old` counted on to `fresh`, in entries that no program writes, and the log's rate. A
/// decider goes on where it is the same in both (is_same_decider()); what else was passed or
/// dropped is kept in the totals, which never sink. begin() before the switch, so that nobody finds
/// the counters empty; finish() after it, for what was counted in between. The objects must live
/// until then. Does nothing where one of the two does not count, both count in one map, or the
/// caller may not look at types.
class CounterCarry {
 public:
  static Expected<CounterCarry> begin(const LoadedObject& old, const LoadedObject& fresh);
  /// The same where a failure must not keep the switch from being made.
  static std::optional<CounterCarry> try_begin(const LoadedObject& old, const LoadedObject& fresh);
  Expected<void> finish() const;

 private:
  CounterCarry(const LoadedObject& old, const LoadedObject& fresh) : old_(old), fresh_(fresh) {}

  Expected<void> carry_counts() const;
  Expected<void> carry_watch() const;

  const LoadedObject& old_;
  const LoadedObject& fresh_;
  /// Of `fresh` before the switch: one that was at work before, to which a filter goes back, has
  /// counted some of it itself.
  std::optional<CounterMap> before_;
  std::array<CpuWatchTallies, 2> watch_before_;
};

/// Whether each entry of the one's counters means the same decider in the other's.
bool count_the_same(const Policies& old, const Policies& fresh);

}  // namespace fwc::runtime
