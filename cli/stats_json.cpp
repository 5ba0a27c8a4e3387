// SPDX-License-Identifier: MIT
// Readings of counters as JSON; docs/schemas/stats.json tells the form.
#include <nlohmann/json.hpp>

#include "cli/stats.h"

namespace fwc::cli {

namespace {

using nlohmann::ordered_json;
using runtime::Counts;
using runtime::DeciderCounter;
using runtime::DirectionCounters;
using runtime::Tally;

ordered_json to_json(const Tally& tally) {
  return {{"packets", tally.packets}, {"bytes", tally.bytes}};
}

ordered_json to_json(const DeciderCounter& counter) {
  ordered_json json = {{"decider", to_string(counter.decider)},
                       {"action", runtime::to_string(counter.action)}};
  json["name"] = nullptr;
  json["condition"] = nullptr;
  if (!counter.name.empty()) json["name"] = counter.name;
  if (!counter.condition.empty()) json["condition"] = counter.condition;
  json.update(to_json(counter.tally));
  return json;
}

ordered_json to_json(const DirectionCounters& counters) {
  ordered_json deciders = ordered_json::array();
  for (const DeciderCounter& counter : counters.deciders) deciders.push_back(to_json(counter));
  return {{"passed", to_json(counters.passed)},
          {"dropped", to_json(counters.dropped)},
          {"audited", to_json(counters.audited)},
          {"deciders", std::move(deciders)}};
}

ordered_json to_json(const FilterReading& reading, const Counts& counts) {
  ordered_json json = {{"ingress", nullptr}, {"egress", nullptr}};
  for (const runtime::Direction direction : reading.directions)
    json[std::string(runtime::to_string(direction))] = to_json(of_direction(counts, direction));
  return json;
}

ordered_json to_json(const FilterReading& reading, bool by_cpu) {
  ordered_json json = {{"target", reading.target}, {"name", nullptr}};
  if (!reading.name.empty()) json["name"] = reading.name;
  json.update(to_json(reading, reading.counters.total));
  json["audit"] = nullptr;
  if (reading.audited) json["audit"] = *reading.audited;
  json["not_logged"] = nullptr;
  if (reading.losses)
    json["not_logged"] = {{"over_rate", reading.losses->over_rate},
                          {"without_room", reading.losses->without_room}};
  if (!by_cpu) return json;
  ordered_json cpus = ordered_json::array();
  for (const Counts& counts : reading.counters.by_cpu) cpus.push_back(to_json(reading, counts));
  json["cpus"] = std::move(cpus);
  return json;
}

}  // namespace

std::string stats_json(const std::vector<FilterReading>& readings, bool by_cpu, bool one_line) {
  ordered_json filters = ordered_json::array();
  for (const FilterReading& reading : readings) filters.push_back(to_json(reading, by_cpu));
  const ordered_json all = {{"filters", std::move(filters)}};
  // Paths may hold any bytes; those that are not UTF-8 are replaced.
  return all.dump(one_line ? -1 : 2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace fwc::cli
