// SPDX-License-Identifier: MIT
// What a filter passed and dropped and by which rule, read from its map `counters`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fwc/export.h"
#include "fwc/runtime/error.h"
#include "fwc/runtime/program.h"
#include "fwc/runtime/rules.h"

namespace fwc::runtime {

struct Tally {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;

  bool operator==(const Tally&) const = default;
};

/// What decided about the packets that are counted together.
struct DeciderCounter {
  enum class Decider : std::uint8_t {
    malformed,                ///< their headers do not fit in them
    by_default,               ///< no rule decided
    by_default_of_fragments,  ///< the same of later fragments, which have no ports to match
    rule,
    earlier,  ///< rules of programs that were replaced by this one
  };

  Decider decider = Decider::malformed;
  RuleAction action = RuleAction::drop;  ///< what happened to them
  std::string name;                      ///< of a rule; empty where it has none
  std::string condition;                 ///< of a rule, cut where it is long
  Tally tally;

  bool operator==(const DeciderCounter&) const = default;
};

/// The packets of one direction. Those that a `count` rule counted are among the passed or dropped.
struct DirectionCounters {
  Tally dropped;  ///< by the policy, the audited ones included
  Tally passed;
  Tally audited;  ///< dropped by the policy, but passed, for the filter was audited
  /// Malformed, default, default of later fragments, then the rules in their order, then the
  /// earlier ones where those counted; empty where the filter has no program for the direction.
  std::vector<DeciderCounter> deciders;

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

/// The counters go on where a filter takes the place of another: totals never sink, and a rule goes
/// on where action, name and condition are the same.
///
/// Every program of a cgroup runs on a packet, also after another has dropped it, so the counters
/// of one filter tell its own verdicts only. Kind::usage where the filter does not count.
FWC_API Expected<CounterReading> read_counters(const LoadedObject& object);

}  // namespace fwc::runtime
