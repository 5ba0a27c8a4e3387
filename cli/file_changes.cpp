// SPDX-License-Identifier: MIT
// Several files that are changed together or not at all; see file_changes.h.
#include "cli/file_changes.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <system_error>

#include "cli/output_file.h"

namespace fwc::cli {

namespace {

namespace fs = std::filesystem;
using runtime::Error;
using runtime::Expected;

Error refused(std::string_view what, const std::string& path, int code) {
  const bool forbidden = code == EACCES || code == EPERM;
  return {.kind = forbidden ? Error::Kind::no_permission : Error::Kind::cant_create,
          .message = fmt::format("cannot {} `{}`: {}", what, path, std::strerror(code)),
          .hint = forbidden ? "this takes root" : "",
          .code = code};
}

// Nothing where there is no such file.
Expected<std::optional<std::string>> contents(const std::string& path) {
  std::error_code failure;
  const fs::file_status status = fs::symlink_status(path, failure);
  if (status.type() == fs::file_type::not_found) return std::optional<std::string>();
  if (failure) return refused("read", path, failure.value());
  if (status.type() != fs::file_type::regular)
    return Error{.kind = Error::Kind::cant_create,
                 .message = fmt::format("`{}` is there and is not a regular file", path),
                 .hint = "move it away"};
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return refused("read", path, errno != 0 ? errno : EIO);
  return std::optional(std::string(std::istreambuf_iterator<char>(file), {}));
}

Expected<void> write_file(const std::string& path, const std::string& text) {
  std::error_code failure;
  fs::create_directories(fs::path(path).parent_path(), failure);
  if (failure) return refused("write", path, failure.value());
  auto file = OutputFile::create(path, std::as_bytes(std::span(text)));
  if (!file) return refused("write", path, file.error().code);
  return file->commit();
}

}  // namespace

FileChanges::~FileChanges() {
  undo();
}

Expected<void> FileChanges::write(const std::string& path, const std::string& text) {
  auto before = contents(path);
  if (!before) return before.error();
  note_missing_folders(path);
  if (auto written = write_file(path, text); !written) return written;
  steps_.push_back({.path = path, .before = *std::move(before)});
  return {};
}

void FileChanges::note_missing_folders(const std::string& path) {
  const auto first = static_cast<std::ptrdiff_t>(folders_.size());
  std::error_code failure;
  for (fs::path folder = fs::path(path).parent_path();
       !folder.empty() && !fs::exists(folder, failure); folder = folder.parent_path())
    folders_.insert(folders_.begin() + first, folder.string());
}

Expected<bool> FileChanges::remove(const std::string& path) {
  auto before = contents(path);
  if (!before) return before.error();
  if (!before->has_value()) return false;
  if (unlink(path.c_str()) != 0) return refused("remove", path, errno);
  // Only where it is empty now.
  rmdir(fs::path(path).parent_path().c_str());
  steps_.push_back({.path = path, .before = *std::move(before)});
  return true;
}

void FileChanges::undo() {
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
    if (step->before)
      (void)write_file(step->path, *step->before);
    else
      unlink(step->path.c_str());
  }
  for (auto folder = folders_.rbegin(); folder != folders_.rend(); ++folder) rmdir(folder->c_str());
  commit();
}

void FileChanges::commit() {
  steps_.clear();
  folders_.clear();
}

}  // namespace fwc::cli
