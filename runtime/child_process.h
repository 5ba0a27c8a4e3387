// SPDX-License-Identifier: MIT
// One child process that joins a cgroup before it becomes the command. Private to the runtime.
#pragma once

#include <sys/types.h>

#include <csignal>
#include <string>
#include <vector>

#include "fwc/runtime/error.h"
#include "fwc/runtime/file_descriptor.h"

namespace fwc::runtime {

/// Blocks the signals that are passed on, in this thread, and gives them to a descriptor.
class SignalInbox {
 public:
  static Expected<SignalInbox> open();
  ~SignalInbox();
  SignalInbox(SignalInbox&& other) noexcept;
  SignalInbox& operator=(SignalInbox&&) = delete;

  int fd() const { return fd_.get(); }
  const sigset_t& mask_before() const { return before_; }

 private:
  SignalInbox() = default;

  FileDescriptor fd_;
  sigset_t before_{};
};

/// How far a child came.
struct Start {
  pid_t process = -1;
  FileDescriptor handle;  ///< pidfd
  int exec_code = 0;      ///< errno of execvp(3), 0 where the command runs
};

/// Starts `command` in the cgroup that `procs_fd` belongs to. A child that cannot join it ends
/// without running anything, and that is an error; a command that cannot be run is `exec_code`.
Expected<Start> start_child(const std::vector<std::string>& command, int procs_fd,
                            const sigset_t& mask);

/// A signal that is there already, 0 where none is. Before the command starts nobody else gets it.
int take_signal(const SignalInbox& signals);

/// Waits for the child, passing signals on, and gives its status as a shell does.
Expected<int> wait_for(const Start& child, const SignalInbox& signals);

}  // namespace fwc::runtime
