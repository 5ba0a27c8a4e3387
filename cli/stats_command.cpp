// SPDX-License-Identifier: MIT
// `fwc stats`: what a filter passed and dropped, and by which rule.
#include <nlohmann/json.hpp>

#include "cli/filter_options.h"
#include "fwc/runtime/counters.h"

namespace fwc::cli {

namespace {

using nlohmann::ordered_json;
using runtime::Counts;
using runtime::DeciderCounter;
using Decider = DeciderCounter::Decider;
using runtime::DirectionCounters;
using runtime::Tally;

ordered_json to_json(const Tally& tally) {
  return {{"packets", tally.packets}, {"bytes", tally.bytes}};
}

std::string_view to_string(Decider decider) {
  switch (decider) {
    case Decider::malformed: return "malformed";
    case Decider::by_default: return "default";
    case Decider::by_default_of_fragments: return "default of later fragments";
    case Decider::rule: return "rule";
  }
  return "";
}

ordered_json to_json(const DeciderCounter& counter) {
  ordered_json json = {{"decider", to_string(counter.decider)},
                       {"action", runtime::to_string(counter.action)}};
  if (counter.decider == Decider::rule) {
    json["name"] = counter.name;
    json["condition"] = counter.condition;
  }
  json.update(to_json(counter.tally));
  return json;
}

ordered_json to_json(const DirectionCounters& counters) {
  ordered_json deciders = ordered_json::array();
  for (const DeciderCounter& counter : counters.deciders) deciders.push_back(to_json(counter));
  return {{"passed", to_json(counters.passed)},
          {"dropped", to_json(counters.dropped)},
          {"deciders", std::move(deciders)}};
}

ordered_json to_json(const Counts& counts) {
  return {{"ingress", to_json(counts.ingress)}, {"egress", to_json(counts.egress)}};
}

/// A rule by its name, else by its condition.
std::string label(const DeciderCounter& counter) {
  if (counter.decider != Decider::rule) return std::string(to_string(counter.decider));
  return counter.name.empty() ? counter.condition : counter.name;
}

void show_totals(Terminal& terminal, std::string_view name, const DirectionCounters& counters) {
  terminal.out("{:<9}  {:>12}  {:>15}  {:>12}  {:>15}\n", name, counters.passed.packets,
               counters.passed.bytes, counters.dropped.packets, counters.dropped.bytes);
}

void show_deciders(Terminal& terminal, std::string_view name, const DirectionCounters& counters) {
  terminal.out("\n{:<9}  {:>12}  {:>15}  by\n", name, "packets", "bytes");
  for (const DeciderCounter& counter : counters.deciders)
    terminal.out("{:<9}  {:>12}  {:>15}  {}\n", runtime::to_string(counter.action),
                 counter.tally.packets, counter.tally.bytes, label(counter));
}

void show(Terminal& terminal, const runtime::LoadedObject& filter, const Counts& counts) {
  terminal.out("{:<9}  {:>12}  {:>15}  {:>12}  {:>15}\n", "", "passed", "bytes", "dropped",
               "bytes");
  for (const auto& each : {show_totals, show_deciders})
    for (const runtime::Program* program : filter.programs()) {
      const bool ingress = program->direction() == runtime::Direction::ingress;
      each(terminal, runtime::to_string(program->direction()),
           ingress ? counts.ingress : counts.egress);
    }
}

}  // namespace

int stats_command(const Invocation& call) {
  DirectionFlags directions;
  std::string name = "filter";
  bool json = false;
  CommandLine line(call);
  directions.add_to(line);
  line.option("--name", name, "name of the attachment, with `--ingress` or `--egress`", "NAME");
  line.flag("--json", json, "print one JSON object");
  if (const auto done = line.parse(1, 1)) return *done;

  const auto filter = open_filter(line.words().front(), directions, name);
  if (!filter) return call.terminal.fail(filter.error());
  const auto reading = runtime::read_counters(*filter);
  if (!reading) return call.terminal.fail(reading.error());
  if (json)
    call.terminal.write(to_json(reading->total).dump(2) + "\n");
  else
    show(call.terminal, *filter, reading->total);
  return static_cast<int>(ExitCode::ok);
}

}  // namespace fwc::cli
