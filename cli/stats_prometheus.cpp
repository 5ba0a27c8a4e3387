// SPDX-License-Identifier: MIT
// Readings of counters for Prometheus: https://prometheus.io/docs/instrumenting/exposition_formats/
#include <fmt/core.h>

#include <functional>

#include "cli/stats.h"

namespace fwc::cli {

namespace {

using runtime::DeciderCounter;
using runtime::Direction;
using runtime::DirectionCounters;
using runtime::RuleAction;
using runtime::Tally;

using Labels = std::vector<std::pair<std::string_view, std::string>>;
/// Tells a sample.
using Sink = std::function<void(const Labels& labels, std::uint64_t value)>;

/// The value of a label between its quotes.
std::string escaped(std::string_view value) {
  std::string text;
  for (const char c : value) {
    if (c == '\\' || c == '"') text += '\\';
    if (c == '\n')
      text += "\\n";
    else
      text += c;
  }
  return text;
}

std::string in_braces(const Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels)
    text += fmt::format("{}{}=\"{}\"", text.empty() ? "" : ",", name, escaped(value));
  return "{" + text + "}";
}

Labels labels_of(const FilterReading& reading) {
  Labels labels = {{"filter", reading.target}};
  if (!reading.name.empty()) labels.emplace_back("name", reading.name);
  return labels;
}

Labels labels_of(const FilterReading& reading, Direction direction) {
  Labels labels = labels_of(reading);
  labels.emplace_back("direction", runtime::to_string(direction));
  return labels;
}

/// Every decider of one verdict; a rule is told apart by its number, too.
void tell_deciders(const FilterReading& reading, std::uint64_t Tally::* what, bool counted,
                   const Sink& sink) {
  for (const Direction direction : reading.directions) {
    std::size_t rule = 0;
    for (const DeciderCounter& counter : of_direction(reading.counters.total, direction).deciders) {
      Labels labels = labels_of(reading, direction);
      if (!counted) {
        labels.emplace_back("verdict", counter.action == RuleAction::allow ? "pass" : "drop");
        labels.emplace_back("reason", to_string(counter.decider));
      }
      if (counter.decider == DeciderCounter::Decider::rule) {
        labels.emplace_back("number", std::to_string(++rule));
        labels.emplace_back("rule", label(counter));
      }
      if (counted == (counter.action == RuleAction::count)) sink(labels, counter.tally.*what);
    }
  }
}

void tell_audited(const FilterReading& reading, std::uint64_t Tally::* what, const Sink& sink) {
  for (const Direction direction : reading.directions)
    if (reading.audited)
      sink(labels_of(reading, direction),
           of_direction(reading.counters.total, direction).audited.*what);
}

void tell_not_logged(const FilterReading& reading, const Sink& sink) {
  if (!reading.losses) return;
  Labels labels = labels_of(reading);
  labels.emplace_back("reason", "rate");
  sink(labels, reading.losses->over_rate);
  labels.back().second = "room";
  sink(labels, reading.losses->without_room);
}

struct Metric {
  std::string_view name;
  std::string_view type;
  std::string_view help;
  void (*tell)(const FilterReading&, const Sink&);
};

constexpr Metric kMetrics[] = {
    {"fwc_packets_total", "counter", "Packets by verdict of the policy and what decided.",
     [](const FilterReading& r, const Sink& s) { tell_deciders(r, &Tally::packets, false, s); }},
    {"fwc_bytes_total", "counter", "Bytes of those packets, from the network header on.",
     [](const FilterReading& r, const Sink& s) { tell_deciders(r, &Tally::bytes, false, s); }},
    {"fwc_counted_packets_total", "counter", "Packets that a count rule counted.",
     [](const FilterReading& r, const Sink& s) { tell_deciders(r, &Tally::packets, true, s); }},
    {"fwc_counted_bytes_total", "counter", "Bytes of those packets.",
     [](const FilterReading& r, const Sink& s) { tell_deciders(r, &Tally::bytes, true, s); }},
    {"fwc_audited_packets_total", "counter",
     "Packets that the policy dropped and that passed, for the filter was audited.",
     [](const FilterReading& r, const Sink& s) { tell_audited(r, &Tally::packets, s); }},
    {"fwc_audited_bytes_total", "counter", "Bytes of those packets.",
     [](const FilterReading& r, const Sink& s) { tell_audited(r, &Tally::bytes, s); }},
    {"fwc_audit", "gauge", "Whether the filter is audited and drops nothing.",
     [](const FilterReading& r, const Sink& s) {
       if (r.audited) s(labels_of(r), *r.audited ? 1 : 0);
     }},
    {"fwc_not_logged_total", "counter", "Packets that were to be logged and were not.",
     tell_not_logged},
};

}  // namespace

std::string stats_prometheus(const std::vector<FilterReading>& readings) {
  std::string text;
  for (const Metric& metric : kMetrics) {
    std::string samples;
    for (const FilterReading& reading : readings)
      metric.tell(reading, [&](const Labels& labels, std::uint64_t value) {
        samples += fmt::format("{}{} {}\n", metric.name, in_braces(labels), value);
      });
    if (samples.empty()) continue;
    text += fmt::format("# HELP {} {}\n# TYPE {} {}\n{}", metric.name, metric.help, metric.name,
                        metric.type, samples);
  }
  return text;
}

}  // namespace fwc::cli
