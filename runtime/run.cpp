// SPDX-License-Identifier: MIT
// One command behind a filter: cgroup, filter, command, in this order.
#include "fwc/runtime/run.h"

#include <fmt/core.h>

#include <cerrno>

#include "runtime/cgroup_programs.h"
#include "runtime/child_process.h"
#include "runtime/command_cgroup.h"
#include "runtime/errors.h"
#include "runtime/refusals.h"

namespace fwc::runtime {
namespace {

// Not by links: these would go with this process, and a caller that is killed would leave the
// command running without a filter. What is attached for good goes with the cgroup.
Expected<void> attach_all(const std::vector<const LoadedObject*>& objects,
                          const CommandCgroup& place) {
  for (const LoadedObject* object : objects) {
    for (const Program* program : object->programs()) {
      const Direction direction = program->direction();
      Expected<void> attached = attach_for_good(*program, place.fd(), place.cgroup(), direction);
      if (!attached) return attached;
      Expected<void> there = require_attached(*program, place.fd(), place.cgroup(), direction);
      if (!there) return there;
    }
  }
  for (const LoadedObject* object : objects) {
    for (const Refusal& refusal : object->refusals()) {
      Expected<void> attached = attach_for_good(refusal, place.fd(), place.cgroup());
      if (!attached) return attached;
    }
  }
  return {};
}

Expected<void> check_request(const std::vector<const LoadedObject*>& objects,
                             const std::vector<std::string>& command) {
  if (command.empty() || command.front().empty()) {
    return make_error(Error::Kind::usage, "there is no command to run");
  }
  for (const LoadedObject* object : objects) {
    if (object == nullptr || object->programs().empty()) {
      return internal_error("the filter to run behind has no program");
    }
  }
  return require_capabilities(Operation::attach);
}

int report_exec_failure(int code, const std::string& command, const RunOptions& options) {
  const bool missing = code == ENOENT;
  if (options.on_exec_failure) {
    options.on_exec_failure(system_error(missing ? Error::Kind::no_input : Error::Kind::os, code,
                                         fmt::format("cannot run `{}`", command)));
  }
  return missing ? 127 : 126;
}

}  // namespace

Expected<int> run(const std::vector<const LoadedObject*>& objects,
                  const std::vector<std::string>& command, const RunOptions& options) {
  if (Expected<void> right = check_request(objects, command); !right) return right.error();
  Expected<SignalInbox> signals = SignalInbox::open();
  if (!signals) return signals.error();
  Expected<CommandCgroup> place = CommandCgroup::make();
  if (!place) return place.error();
  if (Expected<void> attached = attach_all(objects, *place); !attached) return attached.error();
  if (const int signal = take_signal(*signals); signal != 0) return 128 + signal;
  Expected<Start> child = start_child(command, place->procs_fd(), signals->mask_before());
  if (!child) return child.error();
  Expected<int> status = wait_for(*child, *signals);
  if (!status || child->exec_code == 0) return status;
  return report_exec_failure(child->exec_code, command.front(), options);
}

}  // namespace fwc::runtime
