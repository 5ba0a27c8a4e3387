// SPDX-License-Identifier: MIT
// What filters a unit or a cgroup is behind: what is written, what is attached, and whether the two
// are the same. Found without the manager's help.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/terminal.h"
#include "cli/unit_coverage.h"
#include "cli/unit_filters.h"
#include "fwc/runtime/error.h"
#include "fwc/runtime/program.h"

namespace fwc::cli {

enum class FilterState : std::uint8_t {
  in_force,      ///< what is attached is what is written
  attached,      ///< something is attached and nothing of `fwc enable` is written
  other,         ///< what is attached is not what is written
  not_attached,  ///< the unit runs without it
  misplaced,     ///< it was compiled for the other direction
  not_valid,     ///< what is written cannot be compiled, or is missing
  not_running,   ///< the unit does not run
};

std::string_view to_string(FilterState state);

/// Whether packets may pass that are not to.
bool is_alarm(FilterState state);

struct FilterStatus {
  runtime::Direction direction = runtime::Direction::egress;
  FilterState state = FilterState::not_running;
  std::string file;              ///< what is written; empty where nothing is
  std::string cgroup;            ///< where the unit runs; empty where it does not
  std::uint32_t program_id = 0;  ///< of what is attached; 0 where nothing is
};

struct UnitStatus {
  std::string name;  ///< of a unit; the path of a cgroup
  std::vector<FilterStatus> filters;
  std::vector<Gap> gaps;
};

/// Of one unit of this machine, for each of its cgroups and each direction that has a filter or
/// something attached.
runtime::Expected<UnitStatus> status_of_unit(const UnitFiles& files, const std::string& unit);

/// Of a cgroup, whoever attached what is there.
runtime::Expected<UnitStatus> status_of_cgroup(const std::string& target);

/// `fwc status --json`
void show_json(Terminal& terminal, const std::vector<UnitStatus>& units);

}  // namespace fwc::cli
