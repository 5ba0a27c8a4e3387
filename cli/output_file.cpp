// SPDX-License-Identifier: MIT
// A file that appears whole or not at all; see output_file.h.
#include "cli/output_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <utility>

namespace fwc::cli {

namespace {

using runtime::Error;
using runtime::Expected;
using runtime::FileDescriptor;

constexpr mode_t kMode = 0644;

Error cannot_write(const std::string& path, int code) {
  return {.kind = Error::Kind::cant_create,
          .message = fmt::format("cannot write `{}`: {}", path, std::strerror(code)),
          .code = code};
}

// A rename would put a plain file in the place of a device, a socket or somebody's link.
std::optional<Error> refuse_special_file(const std::string& path) {
  struct stat status{};
  if (lstat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode)) return std::nullopt;
  return Error{.kind = Error::Kind::cant_create,
               .message = fmt::format("`{}` is there and is not a regular file", path),
               .hint = "give the name of a file, or `-` for standard output"};
}

bool write_all(int fd, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Expected<OutputFile> OutputFile::create(const std::string& path, std::span<const std::byte> bytes) {
  if (auto refusal = refuse_special_file(path)) return *std::move(refusal);
  std::string temporary = path + ".XXXXXX";
  const FileDescriptor fd(mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) return cannot_write(path, errno);
  OutputFile file(path, std::move(temporary));
  if (!write_all(fd.get(), bytes) || fchmod(fd.get(), kMode) != 0) return cannot_write(path, errno);
  return file;
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)), temporary_(std::exchange(other.temporary_, {})) {}

OutputFile::~OutputFile() {
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

Expected<void> OutputFile::commit() {
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) return cannot_write(path_, errno);
  temporary_.clear();
  return {};
}

}  // namespace fwc::cli
