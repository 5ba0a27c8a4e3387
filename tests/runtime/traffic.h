// SPDX-License-Identifier: MIT
// Real packets over the loopback of the test's own network namespace.
#pragma once

#include <cstddef>

#include "fwc/runtime/environment.h"

namespace fwc::test {

/// Sends `count` UDP packets to 127.0.0.1 from a process in the cgroup; errno of the last one, 0
/// where it was sent.
int send_from(const runtime::Cgroup& cgroup, int port, int count = 1, std::size_t payload = 20);

/// Whether a process in the cgroup receives a UDP packet that one outside sends to it.
bool receives_in(const runtime::Cgroup& cgroup, int port);

}  // namespace fwc::test
