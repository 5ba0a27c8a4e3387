// SPDX-License-Identifier: MIT
// Filters that run, by what an administrator calls them: a pin, a cgroup, a unit.
#pragma once

#include <string>
#include <vector>

#include "cli/filter_options.h"
#include "fwc/runtime/program.h"

namespace fwc::cli {

struct KnownFilter {
  std::string target;  ///< path of the pin or of the cgroup
  std::string name;    ///< of the attachment; empty for a pin
  runtime::LoadedObject object;
};

struct FilterChoice {
  std::vector<std::string> targets;  ///< none: every filter that is attached or pinned
  DirectionFlags directions;
  std::string name;  ///< of the attachment; empty: any

  void add_to(CommandLine& line);
};

/// A filter that is pinned and attached is one, by its cgroup. Without targets, what cannot be
/// opened is left out, say because it went meanwhile.
runtime::Expected<std::vector<KnownFilter>> find_filters(const FilterChoice& choice);

/// The same, where it must be one.
runtime::Expected<KnownFilter> find_filter(const FilterChoice& choice);

}  // namespace fwc::cli
