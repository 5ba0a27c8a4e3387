// SPDX-License-Identifier: MIT
// Small files that the kernel shows under /proc, and folders told apart.
#include "runtime/files.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "fwc/runtime/file_descriptor.h"
#include "runtime/errors.h"

namespace fwc::runtime {

Expected<std::string> read_text_file(const std::string& path, std::size_t limit) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return system_error(errno, fmt::format("cannot open `{}`", path));
  std::string text;
  std::array<char, 16384> buffer{};
  while (true) {
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got == 0) return text;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(errno, fmt::format("cannot read `{}`", path));
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() > limit) {
      return make_error(Error::Kind::data,
                        fmt::format("`{}` is larger than {} bytes", path, limit));
    }
  }
}

Expected<void> write_control_file(const std::string& path, std::string_view text) {
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file) return system_error(errno, fmt::format("cannot open `{}`", path));
  if (::write(file.get(), text.data(), text.size()) < 0) {
    return system_error(errno, fmt::format("cannot write `{}`", path));
  }
  return {};
}

Expected<void> require_trusted_owner(const struct stat& status, const std::string& path) {
  if (status.st_uid == 0 || status.st_uid == ::geteuid()) return {};
  return make_error(
      Error::Kind::no_permission,
      fmt::format("`{}` belongs to user {}, whom fwc does not trust", path, status.st_uid),
      fmt::format("look at it, then `chown root {}`", path));
}

bool SeenFolders::is_new(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) return false;
  return seen_.emplace(status.st_dev, status.st_ino).second;
}

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string base_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

}  // namespace fwc::runtime
