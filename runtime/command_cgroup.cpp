// SPDX-License-Identifier: MIT
// The cgroup that one command runs in.
#include "runtime/command_cgroup.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <optional>
#include <sstream>
#include <thread>
#include <utility>
#include <vector>

#include "runtime/errors.h"
#include "runtime/files.h"

namespace fwc::runtime {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "fwc-run-";
constexpr auto kPause = std::chrono::milliseconds(5);
constexpr int kTries = 1000;

// The cgroup and all below it, the deepest first.
std::vector<std::string> subtree(const std::string& root) {
  std::vector<std::string> folders{root};
  std::error_code failure;
  fs::recursive_directory_iterator at(root, fs::directory_options::skip_permission_denied, failure);
  while (!failure && at != fs::recursive_directory_iterator()) {
    std::error_code ignored;
    if (at->is_directory(ignored)) folders.push_back(at->path().string());
    at.increment(failure);
  }
  std::reverse(folders.begin(), folders.end());
  return folders;
}

// One write on Linux 5.14 and later; before, each process by itself until none is left.
void kill_all(const std::string& root) {
  if (write_control_file(root + "/cgroup.kill", "1")) return;
  for (const std::string& folder : subtree(root)) {
    Expected<std::string> processes = read_text_file(folder + "/cgroup.procs");
    if (!processes) continue;
    std::istringstream stream(*processes);
    for (pid_t process = 0; stream >> process;) {
      if (process > 0) ::kill(process, SIGKILL);
    }
  }
}

bool remove_subtree(const std::string& root) {
  for (const std::string& folder : subtree(root)) ::rmdir(folder.c_str());
  return ::access(root.c_str(), F_OK) != 0;
}

// Killed processes leave a cgroup a moment later.
void clear(const std::string& root) {
  for (int i = 0; i < kTries; ++i) {
    if (remove_subtree(root)) return;
    kill_all(root);
    std::this_thread::sleep_for(kPause);
  }
}

struct Folder {
  std::string path;
  FileDescriptor fd;
  std::uint64_t id = 0;
};

// Opens a folder and takes its lock: who holds it alone may use the folder or remove it. Empty,
// with errno 0, where another caller has the lock or the folder is no longer the one of that name:
// it may have been removed and made again between the two steps.
std::optional<Folder> claim(const std::string& path) {
  const auto lost = [](int code) {
    errno = code == ENOENT || code == ENODEV || code == EWOULDBLOCK ? 0 : code;
    return std::nullopt;
  };
  Folder folder{.path = path, .fd = {}, .id = 0};
  folder.fd = FileDescriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.fd || ::flock(folder.fd.get(), LOCK_EX | LOCK_NB) != 0) return lost(errno);
  struct stat held {};
  struct stat named {};
  if (::fstat(folder.fd.get(), &held) != 0 || ::stat(path.c_str(), &named) != 0) return lost(errno);
  if (held.st_ino != named.st_ino) return lost(ENOENT);
  folder.id = held.st_ino;
  return folder;
}

// Cgroups of callers that were killed: nobody holds their lock. Only empty ones can be removed.
void remove_abandoned(const std::string& parent) {
  std::error_code failure;
  std::vector<std::string> found;
  fs::directory_iterator at(parent, failure);
  while (!failure && at != fs::directory_iterator()) {
    if (at->path().filename().string().starts_with(kPrefix)) found.push_back(at->path().string());
    at.increment(failure);
  }
  for (const std::string& path : found) {
    if (const auto held = claim(path)) remove_subtree(path);
  }
}

Expected<Folder> make_folder(const std::string& parent) {
  for (int number = 0; number < kTries; ++number) {
    const std::string path = fmt::format("{}/{}{}-{}", parent, kPrefix, ::getpid(), number);
    if (::mkdir(path.c_str(), 0755) != 0) {
      if (errno == EEXIST) continue;
      return system_error(errno, fmt::format("cannot make a cgroup in `{}`", parent));
    }
    if (std::optional<Folder> folder = claim(path)) return *std::move(folder);
    if (errno == 0) continue;
    const int code = errno;
    ::rmdir(path.c_str());
    return system_error(code, fmt::format("cannot use the cgroup `{}`", path));
  }
  return make_error(Error::Kind::temporary, fmt::format("cannot make a cgroup in `{}`", parent),
                    "others remove it at once; try again");
}

}  // namespace

Expected<CommandCgroup> CommandCgroup::make() {
  Expected<Cgroup> own = find_cgroup("self", {.force = true});
  if (!own) return own.error();
  remove_abandoned(own->path);
  Expected<Folder> folder = make_folder(own->path);
  if (!folder) return folder.error();
  CommandCgroup made;
  made.cgroup_ = {.path = folder->path, .id = folder->id};
  made.folder_ = std::move(folder->fd);
  const std::string procs = folder->path + "/cgroup.procs";
  made.procs_ = FileDescriptor(::open(procs.c_str(), O_WRONLY | O_CLOEXEC));
  if (!made.procs_) return system_error(errno, fmt::format("cannot open `{}`", procs));
  return made;
}

CommandCgroup::CommandCgroup(CommandCgroup&& other) noexcept
    : cgroup_(std::exchange(other.cgroup_, {})),
      folder_(std::move(other.folder_)),
      procs_(std::move(other.procs_)) {}

CommandCgroup::~CommandCgroup() {
  if (!cgroup_.path.empty()) clear(cgroup_.path);
}

}  // namespace fwc::runtime
