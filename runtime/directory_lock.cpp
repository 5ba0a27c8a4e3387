// SPDX-License-Identifier: MIT
// One writer at a time in a folder of the bpf file system.
#include "runtime/directory_lock.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <thread>
#include <vector>

#include "runtime/errors.h"

namespace fwc::runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kPatience{10'000};
constexpr milliseconds kPause{5};

void remove_leftovers(const std::string& directory) {
  std::error_code failure;
  std::vector<std::filesystem::path> leftovers;
  std::filesystem::directory_iterator at(directory, failure);
  while (!failure && at != std::filesystem::directory_iterator()) {
    if (at->path().filename().string().starts_with(kTemporaryPrefix)) {
      leftovers.push_back(at->path());
    }
    at.increment(failure);
  }
  for (const auto& path : leftovers) ::unlink(path.c_str());
}

}  // namespace

Expected<DirectoryLock> DirectoryLock::take(const std::string& directory) {
  FileDescriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return system_error(errno, fmt::format("cannot open `{}`", directory));
  const auto deadline = steady_clock::now() + kPatience;
  while (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return system_error(errno, fmt::format("cannot lock `{}`", directory));
    }
    if (steady_clock::now() > deadline) {
      return make_error(Error::Kind::temporary,
                        fmt::format("another process holds the lock on `{}`", directory),
                        "try again when it is done");
    }
    std::this_thread::sleep_for(kPause);
  }
  remove_leftovers(directory);
  return DirectoryLock(std::move(fd));
}

}  // namespace fwc::runtime
