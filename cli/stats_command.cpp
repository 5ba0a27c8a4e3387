// SPDX-License-Identifier: MIT
// `fwc stats`: what a filter passed and dropped.
#include <nlohmann/json.hpp>

#include "cli/filter_options.h"
#include "fwc/runtime/counters.h"

namespace fwc::cli {

namespace {

using nlohmann::ordered_json;
using runtime::Counts;
using runtime::DirectionCounters;
using runtime::Tally;

ordered_json to_json(const Tally& tally) {
  return {{"packets", tally.packets}, {"bytes", tally.bytes}};
}

ordered_json to_json(const DirectionCounters& counters) {
  return {{"passed", to_json(counters.passed)}, {"dropped", to_json(counters.dropped)}};
}

ordered_json to_json(const Counts& counts) {
  return {{"ingress", to_json(counts.ingress)}, {"egress", to_json(counts.egress)}};
}

void show_direction(Terminal& terminal, std::string_view name, const DirectionCounters& counters) {
  terminal.out("{:<9}  {:>12}  {:>15}  {:>12}  {:>15}\n", name, counters.passed.packets,
               counters.passed.bytes, counters.dropped.packets, counters.dropped.bytes);
}

void show(Terminal& terminal, const runtime::LoadedObject& filter, const Counts& counts) {
  terminal.out("{:<9}  {:>12}  {:>15}  {:>12}  {:>15}\n", "", "passed", "bytes", "dropped",
               "bytes");
  for (const runtime::Program* program : filter.programs()) {
    const bool ingress = program->direction() == runtime::Direction::ingress;
    show_direction(terminal, runtime::to_string(program->direction()),
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
