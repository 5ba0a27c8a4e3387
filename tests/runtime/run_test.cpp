// SPDX-License-Identifier: MIT
// One command behind a filter: its status, its signals, and nothing left of it.
#include "fwc/runtime/run.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <iostream>

#include <filesystem>
#include <fstream>

#include "tests/runtime/objects.h"
#include "tests/runtime/sandbox.h"

namespace fwc::test {
namespace {

using runtime::LoadedObject;

class RunTest : public SandboxTest {
 protected:
  // Runs a shell line behind the filter, from a caller in the test's own cgroup.
  int run_shell(const LoadedObject& object, const std::string& line) {
    return run_command(object, {"sh", "-c", line});
  }

  int run_command(const LoadedObject& object, const std::vector<std::string>& command) {
    return in_child([&] {
      join(cgroup_);
      const auto status = runtime::run({&object}, command);
      EXPECT_TRUE(status) << status.error().message;
      return status ? *status : 98;
    });
  }

  int run_many(const LoadedObject& object) {
    join(cgroup_);
    for (int i = 0; i < 8; ++i) {
      const auto status = runtime::run({&object}, {"true"});
      if (!status) std::cerr << status.error().message << '\n';
      if (!status || *status != 0) return 1;
    }
    return 0;
  }

  bool has_child_cgroups() const {
    for (const std::string& name : names_in(cgroup_.path)) {
      if (name.starts_with("fwc-run-")) return true;
    }
    return false;
  }
};

TEST_F(RunTest, GivesTheStatusOn) {
  const LoadedObject object = load_plain(Programs::egress, 53);
  EXPECT_EQ(run_shell(object, "exit 0"), 0);
  EXPECT_EQ(run_shell(object, "exit 3"), 3);
  EXPECT_EQ(run_shell(object, "kill -TERM $$"), 128 + SIGTERM);
  EXPECT_EQ(run_command(object, {"/no/such/command"}), 127);
  EXPECT_EQ(run_command(object, {folder_}), 126);
  EXPECT_FALSE(has_child_cgroups());
}

// Each caller removes the cgroups that nobody holds, and must not take a new one for such.
TEST_F(RunTest, CallersInOneCgroupLeaveEachOtherAlone) {
  const LoadedObject object = load_plain(Programs::egress, 53);
  std::vector<pid_t> callers;
  for (int i = 0; i < 24; ++i) {
    const pid_t caller = ::fork();
    if (caller == 0) ::_exit(run_many(object));
    ASSERT_GT(caller, 0);
    callers.push_back(caller);
  }
  for (const pid_t caller : callers) {
    int status = 0;
    EXPECT_EQ(::waitpid(caller, &status, 0), caller);
    EXPECT_EQ(status, 0);
  }
  EXPECT_FALSE(has_child_cgroups());
}

// What a terminal sends goes to its foreground group, in which the command is not yet.
TEST_F(RunTest, ASignalBeforeTheCommandKeepsItFromStarting) {
  const LoadedObject object = load_plain(Programs::egress, 53);
  const std::string trace = folder_ + "/ran";
  EXPECT_EQ(in_child([&] {
              join(cgroup_);
              sigset_t term;
              ::sigemptyset(&term);
              ::sigaddset(&term, SIGTERM);
              ::sigprocmask(SIG_BLOCK, &term, nullptr);
              ::raise(SIGTERM);
              const auto status = runtime::run({&object}, {"touch", trace});
              ::sigprocmask(SIG_UNBLOCK, &term, nullptr);
              return status ? *status : 98;
            }),
            128 + SIGTERM);
  EXPECT_FALSE(std::filesystem::exists(trace));
}

TEST_F(RunTest, TellsWhyACommandCouldNotBeRun) {
  const LoadedObject object = load_plain(Programs::egress, 53);
  EXPECT_EQ(in_child([&] {
              join(cgroup_);
              std::string message;
              const auto keep = [&](const runtime::Error& error) { message = error.message; };
              const auto status =
                  runtime::run({&object}, {"no-such-command"}, {.on_exec_failure = keep});
              EXPECT_EQ(message, "cannot run `no-such-command`: no such file or directory");
              return status ? *status : 98;
            }),
            127);
}

TEST_F(RunTest, FiltersTheCommandOnly) {
  const LoadedObject object = load_plain(Programs::egress, 53);
  const std::string send = "exec 2>/dev/null; echo x > /dev/udp/127.0.0.1/";
  EXPECT_EQ(run_command(object, {"bash", "-c", send + "53"}), 0);
  EXPECT_NE(run_command(object, {"bash", "-c", send + "54"}), 0);
}

TEST_F(RunTest, KillsWhatIsLeftAndRemovesTheCgroup) {
  const LoadedObject object = load_plain(Programs::egress, 53);
  const std::string file = folder_ + "/pid";
  EXPECT_EQ(run_shell(object, "sleep 100 >/dev/null 2>&1 & echo $! > " + file), 0);
  pid_t left = 0;
  std::ifstream(file) >> left;
  ASSERT_GT(left, 0);
  EXPECT_FALSE(has_child_cgroups());
  for (int i = 0; i < 100 && ::kill(left, 0) == 0; ++i) ::usleep(10'000);
  std::ifstream state("/proc/" + std::to_string(left) + "/stat");
  std::string text;
  std::getline(state, text);
  EXPECT_TRUE(text.empty() || text.find(") Z ") != std::string::npos) << text;
}

TEST_F(RunTest, PassesSignalsOn) {
  const LoadedObject object = load_plain(Programs::egress, 53);
  const std::string ready = folder_ + "/ready";
  const pid_t caller = ::fork();
  if (caller == 0) {
    join(cgroup_);
    const auto status = runtime::run(
        {&object},
        {"sh", "-c", "trap 'exit 7' TERM; : > " + ready + "; while :; do sleep 0.05; done"});
    ::_exit(status ? *status : 98);
  }
  for (int i = 0; i < 500 && !std::filesystem::exists(ready); ++i) ::usleep(10'000);
  ::kill(caller, SIGTERM);
  int status = 0;
  ::waitpid(caller, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 7);
  EXPECT_FALSE(has_child_cgroups());
}

TEST_F(RunTest, KeepsTheFilterWhereTheCallerIsKilled) {
  const LoadedObject object = load_plain(Programs::egress, 53);
  const std::string out = folder_ + "/out";
  const std::string go = folder_ + "/go";
  const pid_t caller = ::fork();
  if (caller == 0) {
    join(cgroup_);
    (void)runtime::run({&object}, {"bash", "-c",
                                   "exec 2>/dev/null; : > " + out + ".up; while [ ! -e " + go +
                                       " ]; do sleep 0.05; done; "
                                       "echo x > /dev/udp/127.0.0.1/54; echo $? > " +
                                       out + ".tmp; mv " + out + ".tmp " + out});
    ::_exit(0);
  }
  for (int i = 0; i < 500 && !std::filesystem::exists(out + ".up"); ++i) ::usleep(10'000);
  ::kill(caller, SIGKILL);
  ::waitpid(caller, nullptr, 0);
  std::ofstream{go};
  for (int i = 0; i < 500 && !std::filesystem::exists(out); ++i) ::usleep(10'000);
  int code = 0;
  std::ifstream(out) >> code;
  EXPECT_NE(code, 0) << "the packet was sent without a filter";
  for (int i = 0; i < 100; ++i) {
    if (run_shell(object, "exit 0") == 0 && !has_child_cgroups()) break;
    ::usleep(10'000);
  }
  EXPECT_FALSE(has_child_cgroups()) << "the next run removes what the killed one left";
}

TEST_F(RunTest, NeverRunsWithoutTheFilter) {
  const LoadedObject object = load_plain(Programs::egress, 53);
  const LoadedObject blocker = load_plain(Programs::egress, 80);
  const runtime::FileDescriptor folder(::open(cgroup_.path.c_str(), O_RDONLY));
  const int program = blocker.program(runtime::Direction::egress)->fd();
  ASSERT_EQ(::bpf_prog_attach(program, folder.get(), BPF_CGROUP_INET_EGRESS, 0), 0);
  const std::string file = folder_ + "/ran";
  EXPECT_EQ(in_child([&] {
              join(cgroup_);
              const auto status = runtime::run({&object}, {"touch", file});
              EXPECT_FALSE(status);
              return 0;
            }),
            0);
  EXPECT_FALSE(std::filesystem::exists(file));
  EXPECT_FALSE(has_child_cgroups());
}

}  // namespace
}  // namespace fwc::test
