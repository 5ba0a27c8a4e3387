// SPDX-License-Identifier: MIT
// Waiting for time, input or the end; see wake.h.
#include "cli/wake.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>

#include <algorithm>
#include <array>

namespace fwc::cli {

Waiter::Waiter() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&signals, number);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  signals_ = runtime::FileDescriptor(signalfd(-1, &signals, SFD_CLOEXEC));
}

Waiter::Wake Waiter::wait(Clock::time_point until, int input) const {
  std::array<pollfd, 2> waited = {pollfd{.fd = signals_.get(), .events = POLLIN, .revents = 0},
                                  pollfd{.fd = input, .events = POLLIN, .revents = 0}};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
  poll(waited.data(), waited.size(), static_cast<int>(std::clamp<std::int64_t>(left, 0, 1 << 30)));
  if (waited[0].revents != 0) return Wake::end;
  if ((waited[1].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) return Wake::end;
  return waited[1].revents != 0 ? Wake::input : Wake::time;
}

}  // namespace fwc::cli
