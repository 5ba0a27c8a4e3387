// SPDX-License-Identifier: MIT
// Where in the kernel a filter sees packets.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace fwc {

/// | hook     | sees                                                        | since Linux |
/// | -------- | ----------------------------------------------------------- | ----------- |
/// | `cgroup` | what sockets of a cgroup send and receive, from the network header on | 4.10 |
/// | `tc`     | what an interface sends and receives, with the link layer    | 4.1         |
/// | `xdp`    | what an interface receives, before anything else looks at it | 4.8         |
enum class Hook : std::uint8_t { cgroup, tc, xdp };

inline constexpr std::array kHooks = {Hook::cgroup, Hook::tc, Hook::xdp};

constexpr std::string_view name(Hook hook) {
  switch (hook) {
    case Hook::cgroup: return "cgroup";
    case Hook::tc: return "tc";
    case Hook::xdp: return "xdp";
  }
  return {};
}

}  // namespace fwc
