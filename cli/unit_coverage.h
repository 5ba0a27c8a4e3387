// SPDX-License-Identifier: MIT
// What a filter on the cgroup of a unit does not hold, as far as its files tell.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/unit_files.h"

namespace fwc::cli {

/// One way past the filter.
struct Gap {
  std::string_view code;  ///< `packet-sockets`
  std::string message;
  std::string hint;
};

/// The gaps of a unit that has a filter. `unfiltered_sockets` are the socket units that start it
/// and have none; `of_users` are cgroups of its name that users' managers run.
std::vector<Gap> gaps_of(const Unit& unit, const std::vector<std::string>& unfiltered_sockets,
                         const std::vector<std::string>& of_users);

}  // namespace fwc::cli
