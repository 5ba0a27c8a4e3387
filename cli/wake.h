// SPDX-License-Identifier: MIT
// Waiting for the next moment, for input, or for the signal that ends a command which would go on
// for ever. Signals are read as data, so that what was begun is put in order.
#pragma once

#include <chrono>

#include "fwc/runtime/file_descriptor.h"

namespace fwc::cli {

class Waiter {
 public:
  using Clock = std::chrono::steady_clock;

  enum class Wake { time, input, end };

  /// Takes SIGINT, SIGTERM, SIGHUP and SIGQUIT over for the rest of the process.
  Waiter();

  /// Waits until `input` can be read, -1 for none, or the time has come.
  Wake wait(Clock::time_point until, int input = -1) const;

 private:
  runtime::FileDescriptor signals_;
};

}  // namespace fwc::cli
