// SPDX-License-Identifier: MIT
// Readings of counters in the forms that `fwc stats` prints.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/known_filters.h"
#include "fwc/runtime/counters.h"
#include "fwc/runtime/watch.h"

namespace fwc::cli {

/// What one filter told at one moment.
struct FilterReading {
  std::string target;
  std::string name;  ///< of the attachment; empty for a pin
  std::vector<runtime::Direction> directions;
  runtime::CounterReading counters;
  std::optional<bool> audited;               ///< empty where it cannot be
  std::optional<runtime::LogLosses> losses;  ///< empty where it does not log

  std::string title() const { return name.empty() ? target : target + " " + name; }
};

runtime::Expected<FilterReading> read_filter(const KnownFilter& filter);

inline const runtime::DirectionCounters& of_direction(const runtime::Counts& counts,
                                                      runtime::Direction direction) {
  return direction == runtime::Direction::ingress ? counts.ingress : counts.egress;
}

/// `malformed`, `default`, `fragment`, `rule`, `earlier`: of the last two, the label says more.
std::string_view to_string(runtime::DeciderCounter::Decider decider);

/// A rule by its name, else by its condition; else what decided.
std::string label(const runtime::DeciderCounter& counter);

std::string stats_text(const std::vector<FilterReading>& readings, bool by_cpu);

/// docs/schemas/stats.json.
std::string stats_json(const std::vector<FilterReading>& readings, bool by_cpu, bool one_line);

/// The text format of Prometheus, version 0.0.4.
std::string stats_prometheus(const std::vector<FilterReading>& readings);

}  // namespace fwc::cli
