// SPDX-License-Identifier: MIT
// The way from the kernel's number of a cgroup to its folder. Private to the runtime.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace fwc::runtime {

/// Every cgroup that is mounted somewhere, by its id.
std::map<std::uint64_t, std::string> cgroup_paths();

}  // namespace fwc::runtime
