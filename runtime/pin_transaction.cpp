// SPDX-License-Identifier: MIT
// Several pins of one folder changed as one.
#include "runtime/pin_transaction.h"

#include <bpf/bpf.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "runtime/directory_lock.h"
#include "runtime/errors.h"
#include "runtime/slots.h"

namespace fwc::runtime {

PinTransaction::~PinTransaction() {
  undo();
}

std::string PinTransaction::temporary_name() {
  return fmt::format("{}/{}{}_{}", directory_, kTemporaryPrefix, ::getpid(), names_++);
}

Expected<void> PinTransaction::place(int fd, const std::string& path) {
  Step step{.path = path, .fresh = temporary_name(), .backup = {}, .done = false};
  if (::bpf_obj_pin(fd, step.fresh.c_str()) != 0) return pin_error(errno, path);
  steps_.push_back(std::move(step));
  return {};
}

void PinTransaction::drop(const std::string& path) {
  steps_.push_back({.path = path, .fresh = {}, .backup = {}, .done = false});
}

void PinTransaction::put(int slot, int program, int before) {
  puts_.push_back({.slot = slot, .program = program, .before = before, .done = false});
}

// A second name for the old pin is the way back: link(2) leaves the first one where it is.
Expected<void> PinTransaction::take(Step& step) {
  struct stat status{};
  if (::lstat(step.path.c_str(), &status) == 0) {
    const std::string backup = temporary_name();
    if (::link(step.path.c_str(), backup.c_str()) != 0) {
      return system_error(errno, fmt::format("cannot put the old pin `{}` by", step.path));
    }
    step.backup = backup;
  }
  const int failure = step.fresh.empty() ? ::unlink(step.path.c_str())
                                         : ::rename(step.fresh.c_str(), step.path.c_str());
  if (failure != 0)
    return pin_error(errno, step.path, step.fresh.empty() ? "remove the pin" : "pin at");
  step.done = true;
  return {};
}

Expected<void> PinTransaction::take_all() {
  for (Step& step : steps_) {
    if (Expected<void> taken = take(step); !taken) return taken;
  }
  for (Put& put : puts_) {
    if (Expected<void> placed = put_in_slot(put.slot, put.program); !placed) return placed;
    put.done = true;
  }
  return {};
}

Expected<void> PinTransaction::commit() {
  if (Expected<void> taken = take_all(); !taken) {
    undo();
    return taken;
  }
  for (const Step& step : steps_) {
    if (!step.backup.empty()) ::unlink(step.backup.c_str());
  }
  steps_.clear();
  puts_.clear();
  return {};
}

void PinTransaction::undo() {
  for (const Put& put : puts_) {
    if (put.done && put.before >= 0) (void)put_in_slot(put.slot, put.before);
  }
  puts_.clear();
  std::for_each(steps_.rbegin(), steps_.rend(), [](const Step& step) {
    if (step.done && !step.backup.empty()) {
      ::rename(step.backup.c_str(), step.path.c_str());
    } else if (step.done) {
      ::unlink(step.path.c_str());
    } else {
      if (!step.backup.empty()) ::unlink(step.backup.c_str());
      if (!step.fresh.empty()) ::unlink(step.fresh.c_str());
    }
  });
  steps_.clear();
}

Error pin_error(int code, const std::string& path, std::string_view step) {
  const std::string what = fmt::format("cannot {} `{}`", step, path);
  switch (code) {
    case EROFS:
      return system_error(Error::Kind::cant_create, code, what,
                          "remount the bpf file system with `-o remount,rw`");
    case ENAMETOOLONG: return system_error(Error::Kind::usage, code, what, "choose a shorter name");
    case ENOENT:
      return system_error(Error::Kind::cant_create, code, what, "make the directory first");
    default: return system_error(code, what);
  }
}

}  // namespace fwc::runtime
