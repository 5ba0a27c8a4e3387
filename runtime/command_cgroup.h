// SPDX-License-Identifier: MIT
// The cgroup that one command runs in. Private to the runtime.
#pragma once

#include <string>

#include "fwc/runtime/environment.h"
#include "fwc/runtime/error.h"
#include "fwc/runtime/file_descriptor.h"

namespace fwc::runtime {

/// A new cgroup below the caller's. Whoever is still in it at the end is killed, and the cgroup
/// removed with what was made below it.
class CommandCgroup {
 public:
  static Expected<CommandCgroup> make();
  ~CommandCgroup();
  CommandCgroup(CommandCgroup&& other) noexcept;
  CommandCgroup& operator=(CommandCgroup&&) = delete;

  const Cgroup& cgroup() const { return cgroup_; }
  /// The folder; also holds the lock that tells others that this cgroup is in use.
  int fd() const { return folder_.get(); }
  /// `cgroup.procs`, open for writing.
  int procs_fd() const { return procs_.get(); }

 private:
  CommandCgroup() = default;

  Cgroup cgroup_;
  FileDescriptor folder_;
  FileDescriptor procs_;
};

}  // namespace fwc::runtime
