// SPDX-License-Identifier: MIT
// The process that takes a change back when nobody confirms it in time.
#include "cli/deadline_keeper.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

namespace fwc::cli {

namespace {

using runtime::Error;
using runtime::Expected;
using runtime::WorkingFilter;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr milliseconds kLook{200};    // how soon it ends when the change is confirmed
constexpr milliseconds kPause{1000};  // between two tries to take it back
constexpr int kTries = 60;

// Nothing of the caller's stays open, or whoever reads its output would wait for the end of it.
void leave_caller() {
  ::setsid();
  ::signal(SIGHUP, SIG_IGN);
  (void)!::chdir("/");
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = 0; fd <= 2; ++fd) ::dup2(nowhere, fd);
}

// How many bytes came, none where the other end is closed.
ssize_t read_byte(int end) {
  char byte = 0;
  ssize_t got = 0;
  do got = ::read(end, &byte, 1);
  while (got < 0 && errno == EINTR);
  return got;
}

int keep(const WorkingFilter& filter) {
  while (const auto left = runtime::time_to_confirm(filter)) {
    if (left->count() == 0) break;
    std::this_thread::sleep_for(std::min<nanoseconds>(*left, kLook));
  }
  for (int i = 0; i < kTries && runtime::time_to_confirm(filter); ++i) {
    if (runtime::settle(filter)) return 0;
    std::this_thread::sleep_for(kPause);
  }
  return 0;
}

Error failed(int code) {
  return {.kind = Error::Kind::os,
          .message = std::string("cannot start the process that takes a change back: ") +
                     std::strerror(code),
          .hint = "nothing was changed",
          .code = code};
}

}  // namespace

Expected<void> keep_deadline(const WorkingFilter& filter) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return failed(errno);
  const pid_t child = ::fork();
  if (child < 0) {
    const int code = errno;
    ::close(ends[0]);
    ::close(ends[1]);
    return failed(code);
  }
  if (child == 0) {
    ::close(ends[1]);
    leave_caller();
    if (::write(ends[0], "", 1) != 1) ::_exit(1);
    (void)read_byte(ends[0]);  // until the caller ends
    ::_exit(keep(filter));
  }
  ::close(ends[0]);  // the other end closes with this process
  // Before it has left, what ends the caller would end it too, as a terminal that closes.
  if (read_byte(ends[1]) != 1) return failed(ECHILD);
  return {};
}

}  // namespace fwc::cli
