// SPDX-License-Identifier: MIT
// One child process that joins a cgroup before it becomes the command.
#include "runtime/child_process.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "runtime/errors.h"

namespace fwc::runtime {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

enum class Stage : int { join, exec };

/// What the child writes where it cannot go on.
struct Report {
  Stage stage;
  int code;
};

// Between fork and exec only calls that are safe after a fork of a threaded process.
[[noreturn]] void be_child(char* const* argv, int procs_fd, int report_fd, const sigset_t& mask) {
  Report report{.stage = Stage::join, .code = 0};
  if (::write(procs_fd, "0", 1) == 1) {
    ::sigprocmask(SIG_SETMASK, &mask, nullptr);
    ::execvp(argv[0], argv);
    report.stage = Stage::exec;
  }
  report.code = errno;
  // Where not even this can be said, the parent sees an end without a report and a status of 126.
  (void)!::write(report_fd, &report, sizeof report);
  ::_exit(126);
}

std::vector<char*> as_argv(const std::vector<std::string>& command) {
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  return argv;
}

// The pipe closes by itself when the command starts; then there is no report.
Report read_report(int fd) {
  Report report{.stage = Stage::exec, .code = 0};
  Report read{};
  ssize_t got = 0;
  do {
    got = ::read(fd, &read, sizeof read);
  } while (got < 0 && errno == EINTR);
  return got == static_cast<ssize_t>(sizeof read) ? read : report;
}

int reap(pid_t process) {
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

int shell_status(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// What a terminal sends (SI_KERNEL), it has sent to the child as well.
void pass_on(int signals, int child) {
  signalfd_siginfo signal{};
  if (::read(signals, &signal, sizeof signal) != static_cast<ssize_t>(sizeof signal)) return;
  if (signal.ssi_code == SI_KERNEL) return;
  ::syscall(SYS_pidfd_send_signal, child, static_cast<int>(signal.ssi_signo), nullptr, 0);
}

}  // namespace

Expected<SignalInbox> SignalInbox::open() {
  sigset_t wanted;
  ::sigemptyset(&wanted);
  for (const int signal : kSignals) ::sigaddset(&wanted, signal);
  SignalInbox inbox;
  FileDescriptor fd(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) return system_error(errno, "cannot receive signals");
  if (const int code = ::pthread_sigmask(SIG_BLOCK, &wanted, &inbox.before_); code != 0) {
    return system_error(code, "cannot hold signals back");
  }
  inbox.fd_ = std::move(fd);
  return inbox;
}

SignalInbox::SignalInbox(SignalInbox&& other) noexcept
    : fd_(std::move(other.fd_)), before_(other.before_) {}

SignalInbox::~SignalInbox() {
  if (fd_) ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

Expected<Start> start_child(const std::vector<std::string>& command, int procs_fd,
                            const sigset_t& mask) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return system_error(errno, "cannot make a pipe");
  const FileDescriptor read_end(ends[0]);
  FileDescriptor write_end(ends[1]);
  const std::vector<char*> argv = as_argv(command);
  Start start;
  start.process = ::fork();
  if (start.process < 0) return system_error(errno, "cannot start a process");
  if (start.process == 0) be_child(argv.data(), procs_fd, write_end.get(), mask);
  write_end.reset();
  const Report report = read_report(read_end.get());
  if (report.code != 0 && report.stage == Stage::join) {
    reap(start.process);
    return system_error(report.code, "the command cannot join its cgroup and was not run");
  }
  start.exec_code = report.code;
  start.handle = FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, start.process, 0)));
  if (!start.handle) {
    const int code = errno;
    ::kill(start.process, SIGKILL);
    reap(start.process);
    return system_error(code, "cannot watch the command");
  }
  return start;
}

int take_signal(const SignalInbox& signals) {
  signalfd_siginfo signal{};
  const ssize_t got = ::read(signals.fd(), &signal, sizeof signal);
  return got == static_cast<ssize_t>(sizeof signal) ? static_cast<int>(signal.ssi_signo) : 0;
}

Expected<int> wait_for(const Start& child, const SignalInbox& signals) {
  pollfd events[] = {{.fd = child.handle.get(), .events = POLLIN, .revents = 0},
                     {.fd = signals.fd(), .events = POLLIN, .revents = 0}};
  while (true) {
    if (::poll(events, 2, -1) < 0 && errno != EINTR) {
      return system_error(errno, "cannot wait for the command");
    }
    if ((events[1].revents & POLLIN) != 0) pass_on(signals.fd(), child.handle.get());
    if ((events[0].revents & POLLIN) != 0) return shell_status(reap(child.process));
  }
}

}  // namespace fwc::runtime
