// SPDX-License-Identifier: MIT
// `fwc status --json`, as docs/schemas/status.json describes it.
#include <nlohmann/json.hpp>

#include "cli/json_output.h"
#include "cli/unit_status.h"

namespace fwc::cli {

namespace {

using nlohmann::ordered_json;

ordered_json to_json(const FilterStatus& filter) {
  return {{"direction", runtime::to_string(filter.direction)},
          {"state", to_string(filter.state)},
          {"file", or_null(filter.file)},
          {"cgroup", or_null(filter.cgroup)},
          {"program_id", or_null(filter.program_id)}};
}

ordered_json to_json(const UnitStatus& unit) {
  ordered_json filters = ordered_json::array(), gaps = ordered_json::array();
  for (const FilterStatus& filter : unit.filters) filters.push_back(to_json(filter));
  for (const Gap& gap : unit.gaps)
    gaps.push_back({{"code", gap.code}, {"message", gap.message}, {"hint", gap.hint}});
  return {{"name", unit.name}, {"filters", std::move(filters)}, {"not_covered", std::move(gaps)}};
}

}  // namespace

void show_json(Terminal& terminal, const std::vector<UnitStatus>& units) {
  ordered_json list = ordered_json::array();
  for (const UnitStatus& unit : units) list.push_back(to_json(unit));
  show_json(terminal, ordered_json{{"units", std::move(list)}});
}

}  // namespace fwc::cli
