// SPDX-License-Identifier: MIT
// Reading a compiled object from a file that nobody else can have written.
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "fwc/runtime/object_file.h"
#include "fwc/runtime/program.h"
#include "runtime/errors.h"
#include "runtime/files.h"

namespace fwc::runtime {
namespace {

constexpr off_t kMaxFile = off_t{768} << 20;

Expected<void> check_status(const struct stat& status, const std::string& path) {
  if (!S_ISREG(status.st_mode)) {
    return make_error(Error::Kind::no_input, fmt::format("`{}` is not a regular file", path));
  }
  if (Expected<void> trusted = require_trusted_owner(status, path); !trusted) return trusted;
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return make_error(Error::Kind::no_permission,
                      fmt::format("`{}` can be written by others than its owner", path),
                      fmt::format("look at it, then `chmod go-w {}`", path));
  }
  if (status.st_size > kMaxFile) {
    return make_error(Error::Kind::data, fmt::format("`{}` is too large for an object", path));
  }
  return {};
}

Error open_error(int code, const std::string& path) {
  if (code == ELOOP) {
    return system_error(Error::Kind::no_permission, code,
                        fmt::format("`{}` is a symbolic link", path), "name the file it leads to");
  }
  return system_error(code, fmt::format("cannot open `{}`", path));
}

}  // namespace

Expected<Object> read_object_file(int file, const std::string& name) {
  struct stat status {};
  if (::fstat(file, &status) != 0) return system_error(errno, fmt::format("`{}`", name));
  if (Expected<void> trusted = check_status(status, name); !trusted) return trusted.error();
  Object object;
  object.bytes.resize(static_cast<std::size_t>(status.st_size));
  std::size_t at = 0;
  while (at < object.bytes.size()) {
    const ssize_t got = ::pread(file, object.bytes.data() + at, object.bytes.size() - at,
                                static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(errno, fmt::format("cannot read `{}`", name));
    if (got == 0) break;
    at += static_cast<std::size_t>(got);
  }
  object.bytes.resize(at);
  return object;
}

Expected<Object> read_object_file(const std::string& path) {
  // O_NONBLOCK: a fifo must not hold us before fstat() tells what it is.
  const FileDescriptor file(
      ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  if (!file) return open_error(errno, path);
  return read_object_file(file.get(), path);
}

}  // namespace fwc::runtime
