// SPDX-License-Identifier: MIT
// A machine of its own for a test that attaches programs: private mount and network namespaces, a
// bpf file system on a temporary folder, loopback up, and a cgroup that nobody else uses.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>

#include <functional>
#include <string>
#include <vector>

#include "fwc/runtime/environment.h"

namespace fwc::test {

/// Makes the namespaces for the whole test process once. Where privileges are missing, the test is
/// skipped, or fails where FWC_REQUIRE_KERNEL=1. Cgroup and folder go after the test; a second
/// process removes them where the test process dies.
class SandboxTest : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  /// A new cgroup below the test's own.
  runtime::Cgroup make_cgroup(const std::string& name);
  /// Path of a pin.
  std::string pin_path(const std::string& name) const { return bpffs_ + "/" + name; }

  std::string folder_;   ///< ordinary temporary folder
  std::string bpffs_;    ///< the only bpf file system in this namespace
  std::string cgroup2_;  ///< mount point
  runtime::Cgroup cgroup_;

 private:
  int guard_ = -1;
};

/// Runs `body` in a child process and gives its exit status; -1 where a signal ended it.
/// Expectations that fail in the child are printed and make the status 99.
int in_child(const std::function<int()>& body);

/// Moves the calling process into a cgroup.
void join(const runtime::Cgroup& cgroup);

/// Takes all capabilities, or one, from the calling process.
void drop_capabilities();
void drop_capability(int capability);

/// Names in a folder, without the `maps.debug` that the kernel puts into a bpf file system itself.
std::vector<std::string> names_in(const std::string& folder);

/// The address of a port on the loopback, for sockets of the test's own network.
sockaddr_in loopback(int port);

}  // namespace fwc::test
