// SPDX-License-Identifier: MIT
// Command line of the sample.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "fwc/runtime/program.h"

namespace packet_size {

inline constexpr std::int64_t kLeastLimit = 0;
inline constexpr std::int64_t kGreatestLimit = 65535;

struct Options {
  std::int64_t limit = 1500;
  std::string cgroup;
  fwc::runtime::Direction direction = fwc::runtime::Direction::ingress;
  std::string pin;                        ///< empty: the filter is held by its attachment alone
  std::optional<std::uint64_t> readings;  ///< stop after that many
  bool detach = false;                    ///< take the filter off at the end
};

/// Nothing where the arguments are wrong, which was said.
std::optional<Options> parse_options(int argc, char** argv);

}  // namespace packet_size
