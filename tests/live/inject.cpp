// SPDX-License-Identifier: MIT
// inject CALLS [--log FILE] [--nth N (--before | --after | --errno CODE)] -- COMMAND...
//
// Runs a command and stops it at one of its system calls: kills it before or after the N-th one of
// CALLS, counted from 0, or lets that call fail with an errno instead of being done. CALLS is a list
// with commas: `bpf` (all commands), `bpf:29` (one command), `open`, `rename`, `write`, `link`,
// `unlink`, `mkdir`, or `changes` for all that change what the kernel or a file system holds. --log
// writes each one met to a file. The status is the command's, 128 + signal where one ended it.
// Processes that the command starts are not followed. A filter of system calls stops the command at
// those of CALLS alone, so that all others cost nothing.
#include <elf.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr int kAnyCommand = -1;
constexpr int kNoBpf = -2;

/// A kind of call: its names in CALLS, its number, and the command of bpf(2).
struct Call {
  std::string name;
  std::uint64_t number;
  int command = kNoBpf;
};

constexpr struct {
  std::string_view name;
  std::uint64_t number;
} kFileCalls[] = {
#ifdef SYS_open
    {"open", SYS_open},       {"rename", SYS_rename}, {"link", SYS_link},
    {"unlink", SYS_unlink},   {"mkdir", SYS_mkdir},
#endif
    {"open", SYS_openat},     {"rename", SYS_renameat2}, {"link", SYS_linkat},
#ifdef SYS_renameat
    {"rename", SYS_renameat},
#endif
    {"unlink", SYS_unlinkat}, {"mkdir", SYS_mkdirat},    {"write", SYS_write},
};

constexpr int kChanges[] = {BPF_MAP_UPDATE_ELEM, BPF_MAP_DELETE_ELEM, BPF_OBJ_PIN,
                            BPF_PROG_ATTACH,     BPF_PROG_DETACH,     BPF_LINK_CREATE,
                            BPF_LINK_UPDATE,     BPF_LINK_DETACH};

void add_calls(std::string_view word, std::vector<Call>& calls) {
  if (word == "changes") {
    for (const int command : kChanges) calls.push_back({"bpf", SYS_bpf, command});
    for (const std::string_view each : {"rename", "link", "unlink", "mkdir"})
      add_calls(each, calls);
    return;
  }
  if (word.starts_with("bpf")) {
    const bool one = word.starts_with("bpf:");
    calls.push_back({"bpf", SYS_bpf, one ? std::atoi(word.data() + 4) : kAnyCommand});
  }
  for (const auto& row : kFileCalls)
    if (row.name == word) calls.push_back({std::string(word), row.number, kNoBpf});
}

struct Request {
  std::vector<Call> calls;
  std::string log;
  long nth = -1;
  bool before = false;
  bool after = false;
  int code = 0;
  char** command = nullptr;
};

Request read_arguments(int count, char** words) {
  Request request;
  std::string list = count > 1 ? words[1] : "";
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t comma = std::min(list.find(',', at), list.size());
    add_calls(list.substr(at, comma - at), request.calls);
    at = comma + 1;
  }
  for (int i = 2; i < count; ++i) {
    const std::string_view word = words[i];
    if (word == "--before") request.before = true;
    if (word == "--after") request.after = true;
    if (word == "--log") request.log = words[++i];
    if (word == "--nth") request.nth = std::atol(words[++i]);
    if (word == "--errno") request.code = std::atoi(words[++i]);
    if (word == "--") {
      request.command = words + i + 1;
      break;
    }
  }
  return request;
}

const Call* match(const Request& request, const __ptrace_syscall_info& info) {
  const auto same = [&](const Call& call) {
    return call.number == info.seccomp.nr &&
           (call.command < 0 || static_cast<std::uint64_t>(call.command) == info.seccomp.args[0]);
  };
  const auto found = std::find_if(request.calls.begin(), request.calls.end(), same);
  return found == request.calls.end() ? nullptr : &*found;
}

#if defined(__x86_64__)
using Registers = user_regs_struct;
unsigned long long& result_of(Registers& registers) { return registers.rax; }
void forget_call(pid_t, Registers& registers) {
  registers.orig_rax = static_cast<unsigned long long>(-1);
}
#elif defined(__aarch64__)
using Registers = user_regs_struct;
unsigned long long& result_of(Registers& registers) { return registers.regs[0]; }
void forget_call(pid_t child, Registers&) {
  int none = -1;
  iovec part{&none, sizeof none};
  ::ptrace(PTRACE_SETREGSET, child, NT_ARM_SYSTEM_CALL, &part);
}
#else
#error "say here how a system call is skipped"
#endif

// The call is not done, and gives the error.
void fail_call(pid_t child, int code) {
  Registers registers;
  iovec part{&registers, sizeof registers};
  ::ptrace(PTRACE_GETREGSET, child, NT_PRSTATUS, &part);
  forget_call(child, registers);
  result_of(registers) = static_cast<unsigned long long>(-static_cast<long long>(code));
  ::ptrace(PTRACE_SETREGSET, child, NT_PRSTATUS, &part);
}

// What the kernel asks at each call: whether it is one to stop at.
void stop_at(const std::vector<Call>& calls) {
  std::vector<sock_filter> code = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
  for (const Call& call : calls) {
    code.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(call.number), 0, 1));
    code.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE));
  }
  code.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

/// Follows the command from one of the calls to the next.
class Tracer {
 public:
  Tracer(const Request& request, pid_t child)
      : request_(request), child_(child), log_(request.log.empty() ? "/dev/null" : request.log) {}

  int run() {
    int status = 0;
    ::waitpid(child_, &status, 0);
    ::ptrace(PTRACE_SETOPTIONS, child_, 0,
             PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP);
    int signal = 0;  // not the one that the child stopped itself with
    while (::ptrace(chosen_ ? PTRACE_SYSCALL : PTRACE_CONT, child_, 0, signal) == 0 &&
           ::waitpid(child_, &status, 0) == child_ && WIFSTOPPED(status)) {
      const bool at_end = WSTOPSIG(status) == (SIGTRAP | 0x80);
      signal = at_end || WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
      if (status >> 8 == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8)) enter();
      if (at_end) ::kill(child_, SIGKILL);
    }
    if (WIFSTOPPED(status)) ::waitpid(child_, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  void enter() {
    __ptrace_syscall_info info{};
    ::ptrace(PTRACE_GET_SYSCALL_INFO, child_, sizeof info, &info);
    const Call* call = match(request_, info);
    if (call == nullptr) return;
    log_ << call->name;
    if (call->name == "bpf") log_ << ':' << info.seccomp.args[0];
    log_ << std::endl;
    if (seen_++ != request_.nth) return;
    if (request_.before) ::kill(child_, SIGKILL);
    if (request_.code != 0) fail_call(child_, request_.code);
    chosen_ = request_.after;
  }

  const Request& request_;
  pid_t child_;
  std::ofstream log_;
  long seen_ = 0;
  bool chosen_ = false;  ///< to be killed when the call is done
};

}  // namespace

int main(int count, char** words) {
  const Request request = read_arguments(count, words);
  if (request.calls.empty() || request.command == nullptr || *request.command == nullptr) {
    std::fputs("usage: inject CALLS [--log FILE] [--nth N HOW] -- COMMAND...\n", stderr);
    return 64;
  }
  const pid_t child = ::fork();
  if (child == 0) {
    ::ptrace(PTRACE_TRACEME, 0, 0, 0);
    ::raise(SIGSTOP);  // until the tracer has said what it wants to see
    stop_at(request.calls);
    ::execvp(request.command[0], request.command);
    ::_exit(127);
  }
  return Tracer(request, child).run();
}
