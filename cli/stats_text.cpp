// SPDX-License-Identifier: MIT
// Readings of counters: taken, and as a person reads them.
#include <fmt/core.h>

#include "cli/stats.h"

namespace fwc::cli {

namespace {

using runtime::Counts;
using runtime::DeciderCounter;
using Decider = DeciderCounter::Decider;
using runtime::Direction;
using runtime::DirectionCounters;

constexpr std::string_view kColumns = "{:<9}  {:>12}  {:>15}  {:>12}  {:>15}\n";

std::string totals_line(std::string_view name, const DirectionCounters& counters) {
  return fmt::format(fmt::runtime(kColumns), name, counters.passed.packets, counters.passed.bytes,
                     counters.dropped.packets, counters.dropped.bytes);
}

std::string totals(const FilterReading& reading, const Counts& counts, std::string_view corner) {
  std::string text =
      fmt::format(fmt::runtime(kColumns), corner, "passed", "bytes", "dropped", "bytes");
  for (const Direction direction : reading.directions)
    text += totals_line(runtime::to_string(direction), of_direction(counts, direction));
  return text;
}

std::string deciders(Direction direction, const DirectionCounters& counters) {
  std::string text = fmt::format("\n{:<9}  {:>12}  {:>15}  by\n", runtime::to_string(direction),
                                 "packets", "bytes");
  for (const DeciderCounter& counter : counters.deciders)
    text += fmt::format("{:<9}  {:>12}  {:>15}  {}\n", runtime::to_string(counter.action),
                        counter.tally.packets, counter.tally.bytes, label(counter));
  return text;
}

std::string audit_and_log(const FilterReading& reading) {
  std::string text;
  for (const Direction direction : reading.directions) {
    const auto& audited = of_direction(reading.counters.total, direction).audited;
    if (!reading.audited && audited.packets == 0) continue;
    text += fmt::format("audited {}: {} of the dropped passed, {} bytes{}\n",
                        runtime::to_string(direction), audited.packets, audited.bytes,
                        reading.audited.value_or(false) ? "; nothing is dropped now" : "");
  }
  if (reading.losses && reading.losses->total() != 0)
    text += fmt::format("not logged: {} over the rate, {} without room\n",
                        reading.losses->over_rate, reading.losses->without_room);
  return text.empty() ? text : "\n" + text;
}

std::string one_filter(const FilterReading& reading, bool by_cpu) {
  std::string text = totals(reading, reading.counters.total, "");
  for (const Direction direction : reading.directions)
    text += deciders(direction, of_direction(reading.counters.total, direction));
  text += audit_and_log(reading);
  for (std::size_t cpu = 0; by_cpu && cpu < reading.counters.by_cpu.size(); ++cpu)
    text += "\n" + totals(reading, reading.counters.by_cpu[cpu], fmt::format("cpu {}", cpu));
  return text;
}

}  // namespace

runtime::Expected<FilterReading> read_filter(const KnownFilter& filter) {
  auto counters = runtime::read_counters(filter.object);
  if (!counters) return counters.error();
  FilterReading reading{.target = filter.target,
                        .name = filter.name,
                        .directions = {},
                        .counters = *std::move(counters),
                        .audited = {},
                        .losses = {}};
  for (const runtime::Program* program : filter.object.programs())
    reading.directions.push_back(program->direction());
  if (const auto audited = runtime::audited(filter.object)) reading.audited = *audited;
  if (const auto losses = runtime::log_losses(filter.object)) reading.losses = *losses;
  return reading;
}

std::string_view to_string(Decider decider) {
  switch (decider) {
    case Decider::malformed: return "malformed";
    case Decider::by_default: return "default";
    case Decider::by_default_of_fragments: return "fragment";
    case Decider::rule: return "rule";
    case Decider::earlier: return "earlier";
  }
  return "";
}

std::string label(const DeciderCounter& counter) {
  switch (counter.decider) {
    case Decider::rule: return counter.name.empty() ? counter.condition : counter.name;
    case Decider::by_default_of_fragments: return "default of later fragments";
    case Decider::earlier: return "rules that were replaced";
    case Decider::malformed:
    case Decider::by_default: break;
  }
  return std::string(to_string(counter.decider));
}

std::string stats_text(const std::vector<FilterReading>& readings, bool by_cpu) {
  std::string text;
  for (const FilterReading& reading : readings) {
    if (!text.empty()) text += "\n";
    if (readings.size() > 1) text += reading.title() + "\n";
    text += one_filter(reading, by_cpu);
  }
  return text;
}

}  // namespace fwc::cli
