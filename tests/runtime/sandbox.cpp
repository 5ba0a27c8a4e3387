// SPDX-License-Identifier: MIT
// A machine of its own for a test that attaches programs.
#include "tests/runtime/sandbox.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace fwc::test {
namespace {

namespace fs = std::filesystem;

void bring_loopback_up() {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  ::ioctl(fd, SIOCSIFFLAGS, &request);
  ::close(fd);
}

// Once for the process: namespaces cannot be left again.
bool make_namespaces() {
  static const bool made = [] {
    if (::geteuid() != 0 || ::unshare(CLONE_NEWNS | CLONE_NEWNET) != 0) return false;
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
    if (auto mounts = runtime::bpffs_mounts()) {
      for (const auto& mount : *mounts) ::umount2(mount.path.c_str(), MNT_DETACH);
    }
    bring_loopback_up();
    return true;
  }();
  return made;
}

void remove_cgroup(const std::string& path) {
  for (int i = 0; i < 200 && fs::exists(path); ++i) {
    std::ofstream(path + "/cgroup.kill") << "1";
    std::vector<std::string> folders{path};
    std::error_code failure;
    for (const auto& each : fs::recursive_directory_iterator(path, failure)) {
      if (each.is_directory(failure)) folders.push_back(each.path());
    }
    std::for_each(folders.rbegin(), folders.rend(),
                  [](const auto& each) { ::rmdir(each.c_str()); });
    if (fs::exists(path)) ::usleep(10'000);
  }
}

// A process that cleans up when the other end of its pipe closes, however that comes about.
int start_guard(const std::string& cgroup, const std::string& folder) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return -1;
  if (::fork() != 0) {
    ::close(ends[0]);
    return ends[1];
  }
  ::close(ends[1]);
  ::setsid();
  char byte = 0;
  (void)!::read(ends[0], &byte, 1);
  remove_cgroup(cgroup);
  ::umount2((folder + "/bpf").c_str(), MNT_DETACH);
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  ::_exit(0);
}

}  // namespace

void SandboxTest::SetUp() {
  const bool ready = make_namespaces();
  const auto cgroups = runtime::cgroup2_mounts();
  if (!ready || !cgroups || cgroups->empty()) {
    const char* required = std::getenv("FWC_REQUIRE_KERNEL");
    ASSERT_FALSE(required != nullptr && std::string(required) == "1") << "no kernel to test on";
    GTEST_SKIP() << "SKIP: needs root, namespaces and cgroup2";
  }
  char name[] = "/tmp/fwc-test-XXXXXX";
  ASSERT_NE(::mkdtemp(name), nullptr);
  folder_ = name;
  bpffs_ = folder_ + "/bpf";
  cgroup2_ = cgroups->front().path;
  cgroup_.path = cgroup2_ + "/" + fs::path(name).filename().string();
  guard_ = start_guard(cgroup_.path, folder_);
  ASSERT_EQ(::mkdir(bpffs_.c_str(), 0755), 0);
  ASSERT_EQ(::mount("bpf", bpffs_.c_str(), "bpf", 0, nullptr), 0) << std::strerror(errno);
  ASSERT_EQ(::mkdir(cgroup_.path.c_str(), 0755), 0) << std::strerror(errno);
  const auto found = runtime::find_cgroup(cgroup_.path);
  ASSERT_TRUE(found) << found.error().message;
  cgroup_ = *found;
}

void SandboxTest::TearDown() {
  if (guard_ < 0) return;
  ::umount2(bpffs_.c_str(), MNT_DETACH);
  ::close(guard_);
  ::wait(nullptr);
  EXPECT_FALSE(fs::exists(cgroup_.path)) << "the test's cgroup was left behind";
}

runtime::Cgroup SandboxTest::make_cgroup(const std::string& name) {
  const std::string path = cgroup_.path + "/" + name;
  EXPECT_EQ(::mkdir(path.c_str(), 0755), 0) << std::strerror(errno);
  auto found = runtime::find_cgroup(path);
  EXPECT_TRUE(found);
  return found ? *found : runtime::Cgroup{};
}

int in_child(const std::function<int()>& body) {
  ::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    const int status = body();
    ::fflush(nullptr);
    ::_exit(::testing::Test::HasFailure() ? 99 : status);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void join(const runtime::Cgroup& cgroup) {
  std::ofstream procs(cgroup.path + "/cgroup.procs");
  procs << "0" << std::flush;
  EXPECT_TRUE(procs.good()) << cgroup.path;
}

void drop_capabilities() {
  __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct none[2] = {};
  ASSERT_EQ(::syscall(SYS_capset, &header, none), 0);
}

void drop_capability(int capability) {
  __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct sets[2] = {};
  ASSERT_EQ(::syscall(SYS_capget, &header, sets), 0);
  sets[CAP_TO_INDEX(capability)].effective &= ~CAP_TO_MASK(capability);
  ASSERT_EQ(::syscall(SYS_capset, &header, sets), 0);
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& each : fs::directory_iterator(folder)) {
    const std::string name = each.path().filename();
    if (name.find('.') == std::string::npos) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace fwc::test
