// SPDX-License-Identifier: MIT
// The mount table, as far as fwc needs it: cgroup2 and bpf file systems (proc_pid_mountinfo(5)).
#include <fmt/core.h>
#include <linux/magic.h>
#include <sys/statfs.h>

#include <algorithm>
#include <cerrno>
#include <sstream>

#include "fwc/runtime/environment.h"
#include "runtime/errors.h"
#include "runtime/files.h"

namespace fwc::runtime {
namespace {

bool is_octal(char c) {
  return c >= '0' && c <= '7';
}

// The kernel writes blank, tab, newline and backslash as `\ooo` (seq_path).
std::string unescape(std::string_view field) {
  std::string plain;
  for (std::size_t i = 0; i < field.size(); ++i) {
    const bool escape = field[i] == '\\' && i + 3 < field.size() && is_octal(field[i + 1]) &&
                        is_octal(field[i + 2]) && is_octal(field[i + 3]);
    if (!escape) {
      plain += field[i];
      continue;
    }
    plain += static_cast<char>((field[i + 1] - '0') * 64 + (field[i + 2] - '0') * 8 +
                               (field[i + 3] - '0'));
    i += 3;
  }
  return plain;
}

bool has_option(const std::string& options, std::string_view wanted) {
  std::istringstream stream(options);
  for (std::string option; std::getline(stream, option, ',');) {
    if (option == wanted) return true;
  }
  return false;
}

// One line: `id parent dev root path options [tags...] - type source super-options`.
bool read_line(const std::string& line, std::string_view type, Mount& mount) {
  std::istringstream stream(line);
  std::string id, parent, device, root, path, options, tag, found, source, super;
  stream >> id >> parent >> device >> root >> path >> options;
  while (stream >> tag && tag != "-") {
  }
  stream >> found >> source >> super;
  if (found != type) return false;
  mount = {.path = unescape(path),
           .root = unescape(root),
           .read_only = has_option(options, "ro") || has_option(super, "ro")};
  return true;
}

// A mount can be hidden by a later one at the same path or above it, so statfs(2) is asked too.
Expected<std::vector<Mount>> mounts_of(std::string_view type, unsigned magic) {
  Expected<std::string> table = read_text_file("/proc/self/mountinfo");
  if (!table) return table.error();
  std::istringstream stream(*table);
  std::vector<Mount> mounts;
  for (std::string line; std::getline(stream, line);) {
    Mount mount;
    if (!read_line(line, type, mount)) continue;
    struct statfs info {};
    if (::statfs(mount.path.c_str(), &info) != 0) continue;
    if (static_cast<unsigned>(info.f_type) != magic) continue;
    std::erase_if(mounts, [&](const Mount& other) { return other.path == mount.path; });
    mounts.push_back(std::move(mount));
  }
  return mounts;
}

}  // namespace

Expected<std::vector<Mount>> cgroup2_mounts() {
  return mounts_of("cgroup2", CGROUP2_SUPER_MAGIC);
}

Expected<std::vector<Mount>> bpffs_mounts() {
  return mounts_of("bpf", BPF_FS_MAGIC);
}

Expected<Mount> default_bpffs() {
  Expected<std::vector<Mount>> mounts = bpffs_mounts();
  if (!mounts) return mounts.error();
  if (mounts->empty()) {
    return make_error(Error::Kind::config, "no bpf file system is mounted",
                      "mount one: `mount -t bpf bpf /sys/fs/bpf`");
  }
  const auto writable = [](const Mount& mount) { return !mount.read_only; };
  for (const Mount& mount : *mounts) {
    if (mount.path == "/sys/fs/bpf" && writable(mount)) return mount;
  }
  const auto first = std::find_if(mounts->begin(), mounts->end(), writable);
  if (first != mounts->end()) return *first;
  return make_error(
      Error::Kind::config,
      fmt::format("the bpf file system at `{}` is mounted read-only", mounts->front().path),
      fmt::format("remount it: `mount -o remount,rw {}`", mounts->front().path));
}

Expected<void> require_bpffs(const std::string& directory) {
  struct statfs info {};
  if (::statfs(directory.c_str(), &info) != 0) {
    const int code = errno;
    Expected<std::vector<Mount>> mounts = bpffs_mounts();
    if (mounts && mounts->empty()) {
      return make_error(Error::Kind::config, "no bpf file system is mounted",
                        "mount one: `mount -t bpf bpf /sys/fs/bpf`");
    }
    return system_error(Error::Kind::cant_create, code, fmt::format("directory `{}`", directory),
                        fmt::format("make it first: `mkdir -p {}`", directory));
  }
  if (static_cast<unsigned>(info.f_type) == BPF_FS_MAGIC) return {};
  // Includes the case that there is none at all.
  Expected<Mount> mount = default_bpffs();
  if (!mount) return mount.error();
  return make_error(Error::Kind::cant_create,
                    fmt::format("`{}` is not on a bpf file system", directory),
                    fmt::format("choose a path below `{}`", mount->path));
}

}  // namespace fwc::runtime
