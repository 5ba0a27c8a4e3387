// SPDX-License-Identifier: MIT
// Where a filter comes from; see source.h.
#include "cli/source.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "fwc/runtime/file_descriptor.h"
#include "fwc/runtime/object_file.h"
#include "fwc/runtime/program.h"

namespace fwc::cli {

namespace {

using runtime::Error;
using runtime::Expected;
using runtime::FileDescriptor;

constexpr std::string_view kElfMagic = "\177ELF";

// One byte more than the compiler takes, so that it is the compiler who says that it is too long.
constexpr std::size_t kTextLimit = (std::size_t{1} << 20) + 1;
constexpr std::size_t kObjectLimit = std::size_t{64} << 20;

bool is_elf(std::string_view bytes) {
  return bytes.starts_with(kElfMagic);
}

Error cannot_read(std::string_view name, int code) {
  const bool missing = code == ENOENT || code == ENOTDIR;
  const bool forbidden = code == EACCES || code == EPERM;
  return {.kind = missing     ? Error::Kind::no_input
                  : forbidden ? Error::Kind::no_permission
                              : Error::Kind::os,
          .message = fmt::format("cannot read `{}`: {}", name, std::strerror(code)),
          .code = code};
}

// Appends up to `limit` bytes in all; false on an error.
bool read_up_to(int fd, std::string& bytes, std::size_t limit) {
  std::array<char, 1 << 16> buffer;
  while (bytes.size() < limit) {
    const ssize_t got = read(fd, buffer.data(), std::min(buffer.size(), limit - bytes.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) return true;
    bytes.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return true;
}

bool is_pipe(int fd) {
  struct stat status{};
  return fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode);
}

Expected<Source> as_source(Expected<Object> object) {
  if (!object) return std::move(object).error();
  return Source(*std::move(object));
}

// An object that comes through a pipe is vouched for by who made the pipe.
Expected<Source> read_piped_object(std::string bytes) {
  if (!read_up_to(STDIN_FILENO, bytes, kObjectLimit)) return cannot_read("stdin", errno);
  const auto* begin = reinterpret_cast<const std::byte*>(bytes.data());
  return Source(Object{.bytes = {begin, begin + bytes.size()}});
}

Expected<Source> read_descriptor(int fd, const std::string& name) {
  std::string bytes;
  if (!read_up_to(fd, bytes, kElfMagic.size())) return cannot_read(name, errno);
  if (is_elf(bytes)) {
    const bool piped = fd == STDIN_FILENO && is_pipe(fd);
    return piped ? read_piped_object(std::move(bytes))
                 : as_source(runtime::read_object_file(fd, name));
  }
  if (!read_up_to(fd, bytes, kTextLimit)) return cannot_read(name, errno);
  return Source(FilterText{.text = std::move(bytes), .name = name});
}

// An error where there is a file that cannot be asked.
Expected<bool> is_object_file(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
  const FileDescriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  std::string bytes;
  if (!fd || !read_up_to(fd.get(), bytes, kElfMagic.size())) return cannot_read(path, errno);
  return is_elf(bytes);
}

Expected<Source> read_path(const std::string& path) {
  if (path == "-") return read_descriptor(STDIN_FILENO, "stdin");
  const Expected<bool> object = is_object_file(path);
  if (!object) return object.error();
  if (*object) return as_source(runtime::read_object_file(path));
  const FileDescriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return cannot_read(path, errno);
  return read_descriptor(fd.get(), path);
}

}  // namespace

Expected<Source> read_source(const SourceChoice& choice) {
  if (choice.argument && !choice.file.empty())
    return Error{.kind = Error::Kind::usage,
                 .message = "a filter was given twice: as an argument and with `-f`"};
  if (!choice.file.empty()) return read_path(choice.file);
  if (choice.argument && *choice.argument != "-") {
    // A word of the language may also be a file here; only a path or the usual ending means one.
    const std::string& argument = *choice.argument;
    const bool like_a_path = argument.find('/') != std::string::npos || argument.ends_with(".o");
    const Expected<bool> object = like_a_path ? is_object_file(argument) : Expected<bool>(false);
    if (!object) return object.error();
    if (*object) return as_source(runtime::read_object_file(argument));
    return Source(FilterText{.text = *choice.argument, .name = "filter"});
  }
  if (!choice.argument && isatty(STDIN_FILENO) != 0)
    return Error{.kind = Error::Kind::usage,
                 .message = "no filter was given",
                 .hint = "give it as an argument in single quotes, or with `-f FILE`"};
  return read_descriptor(STDIN_FILENO, "stdin");
}

Expected<FilterText> read_filter(const SourceChoice& choice) {
  Expected<Source> source = read_source(choice);
  if (!source) return std::move(source).error();
  if (auto* text = std::get_if<FilterText>(&*source)) return std::move(*text);
  return Error{.kind = Error::Kind::data,
               .message = "this is a compiled object, and the text of a filter is needed"};
}

}  // namespace fwc::cli
