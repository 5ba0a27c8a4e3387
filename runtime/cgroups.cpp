// SPDX-License-Identifier: MIT
// Which cgroup a name means.
#include <fmt/core.h>
#include <fmt/ranges.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <functional>
#include <optional>
#include <sstream>

#include "fwc/runtime/environment.h"
#include "runtime/cgroup_paths.h"
#include "runtime/errors.h"
#include "runtime/files.h"

namespace fwc::runtime {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kUnitSuffixes[] = {".service", ".scope", ".slice",
                                              ".socket",  ".mount", ".swap"};

bool is_unit_name(std::string_view target) {
  if (target.find('/') != std::string_view::npos) return false;
  return std::any_of(std::begin(kUnitSuffixes), std::end(kUnitSuffixes),
                     [&](std::string_view suffix) { return target.ends_with(suffix); });
}

std::optional<unsigned> as_pid(std::string_view target) {
  unsigned pid = 0;
  const char* end = target.data() + target.size();
  const auto [stop, error] = std::from_chars(target.data(), end, pid);
  if (target.empty() || error != std::errc{} || stop != end) return {};
  return pid;
}

bool has_parent_step(std::string_view path) {
  std::istringstream stream{std::string(path)};
  for (std::string part; std::getline(stream, part, '/');) {
    if (part == "..") return true;
  }
  return false;
}

Expected<std::vector<Mount>> usable_mounts() {
  Expected<std::vector<Mount>> mounts = cgroup2_mounts();
  if (mounts && mounts->empty()) {
    return make_error(Error::Kind::config, "no cgroup2 file system is mounted",
                      "mount one: `mount -t cgroup2 cgroup2 /sys/fs/cgroup`");
  }
  return mounts;
}

enum class FolderKind { missing, cgroup2, cgroup1, other };

FolderKind kind_of_folder(const std::string& path) {
  struct statfs info {};
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || ::statfs(path.c_str(), &info) != 0) {
    return FolderKind::missing;
  }
  const auto magic = static_cast<unsigned>(info.f_type);
  if (magic == CGROUP_SUPER_MAGIC) return FolderKind::cgroup1;
  if (magic == CGROUP2_SUPER_MAGIC && S_ISDIR(status.st_mode)) return FolderKind::cgroup2;
  return FolderKind::other;
}

// The folder of a cgroup has the cgroup's id as its inode number.
Expected<Cgroup> cgroup_at(const std::string& path, const FindCgroupOptions& options) {
  std::error_code failure;
  const std::string plain = fs::canonical(path, failure).string();
  struct stat status {};
  if (failure || ::stat(plain.c_str(), &status) != 0) {
    return system_error(Error::Kind::no_input, failure ? failure.value() : errno,
                        fmt::format("cgroup `{}`", path));
  }
  Expected<std::vector<Mount>> mounts = usable_mounts();
  if (!mounts) return mounts.error();
  const bool root = std::any_of(mounts->begin(), mounts->end(),
                                [&](const Mount& mount) { return mount.path == plain; });
  if (root && !options.force) {
    return make_error(Error::Kind::usage,
                      fmt::format("`{}` is the root cgroup, which holds every process", plain),
                      "name a cgroup below it, or force it");
  }
  return Cgroup{.path = plain, .id = status.st_ino};
}

// `member` is a cgroup's path as /proc/PID/cgroup writes it; both it and the root of a mount are
// relative to the cgroup namespace of the reader.
std::optional<std::string> path_below_mount(const Mount& mount, const std::string& member) {
  if (mount.root == "/") return mount.path + (member == "/" ? "" : member);
  if (member == mount.root) return mount.path;
  if (member.starts_with(mount.root + "/")) return mount.path + member.substr(mount.root.size());
  return {};
}

Expected<Cgroup> cgroup_of_process(const std::string& process, const FindCgroupOptions& options) {
  const std::string file = fmt::format("/proc/{}/cgroup", process);
  Expected<std::string> text = read_text_file(file);
  if (!text) {
    return make_error(Error::Kind::no_input, fmt::format("there is no process {}", process));
  }
  Expected<std::vector<Mount>> mounts = usable_mounts();
  if (!mounts) return mounts.error();
  std::istringstream stream(*text);
  for (std::string line; std::getline(stream, line);) {
    if (!line.starts_with("0::/")) continue;
    std::string member = line.substr(3);
    if (member.ends_with("/.control")) member.resize(member.size() - 9);
    if (has_parent_step(member)) break;
    for (const Mount& mount : *mounts) {
      const std::optional<std::string> path =
          path_below_mount(mount, member.empty() ? "/" : member);
      if (path && kind_of_folder(*path) == FolderKind::cgroup2) return cgroup_at(*path, options);
    }
  }
  return make_error(Error::Kind::unavailable,
                    fmt::format("the cgroup of process {} is not to be seen from here", process),
                    "mount cgroup2 in this cgroup namespace, or give the cgroup's path");
}

// Calls `visit` with every cgroup below `root`; folders that vanish meanwhile are passed over.
void walk_cgroups(const std::string& root, const std::function<void(const fs::path&)>& visit) {
  std::error_code failure;
  const auto options = fs::directory_options::skip_permission_denied;
  fs::recursive_directory_iterator at(root, options, failure);
  while (!failure && at != fs::recursive_directory_iterator()) {
    std::error_code ignored;
    if (at->is_directory(ignored) && !at->is_symlink(ignored)) visit(at->path());
    at.increment(failure);
  }
}

Expected<Cgroup> cgroup_of_unit(const std::string& unit, const FindCgroupOptions& options) {
  Expected<std::vector<Mount>> mounts = usable_mounts();
  if (!mounts) return mounts.error();
  std::vector<std::string> found;
  for (const Mount& mount : *mounts) {
    walk_cgroups(mount.path, [&](const fs::path& path) {
      if (path.filename() == unit) found.push_back(path.string());
    });
    if (!found.empty()) break;
  }
  if (found.size() == 1) return cgroup_at(found.front(), options);
  if (found.empty()) {
    return make_error(Error::Kind::no_input, fmt::format("unit `{}` has no cgroup", unit),
                      fmt::format("is it running? `systemctl start {}`", unit));
  }
  std::sort(found.begin(), found.end());
  return make_error(
      Error::Kind::usage,
      fmt::format("unit `{}` has {} cgroups: `{}`", unit, found.size(), fmt::join(found, "`, `")),
      "give the path of the one that is meant");
}

Error not_a_cgroup(const std::string& target, FolderKind kind) {
  if (kind == FolderKind::cgroup1) {
    return make_error(Error::Kind::unavailable,
                      fmt::format("`{}` is a cgroup of version 1, which takes no programs", target),
                      "choose one below a cgroup2 mount (`findmnt -t cgroup2`)");
  }
  if (kind == FolderKind::other) {
    return make_error(Error::Kind::no_input, fmt::format("`{}` is not a cgroup", target),
                      "choose a folder below a cgroup2 mount (`findmnt -t cgroup2`)");
  }
  return make_error(Error::Kind::no_input, fmt::format("there is no cgroup `{}`", target),
                    "give a path, a unit's name, a process id or `self`");
}

Expected<Cgroup> cgroup_of_path(const std::string& target, const FindCgroupOptions& options) {
  if (has_parent_step(target) && !options.force) {
    return make_error(Error::Kind::usage, fmt::format("`{}` has a `..` in it", target),
                      "give the plain path, or force it");
  }
  const FolderKind plain = kind_of_folder(target);
  if (plain == FolderKind::cgroup2) return cgroup_at(target, options);
  Expected<std::vector<Mount>> mounts = usable_mounts();
  if (!mounts) return mounts.error();
  for (const Mount& mount : *mounts) {
    const std::string path = mount.path + (target.starts_with('/') ? "" : "/") + target;
    if (kind_of_folder(path) == FolderKind::cgroup2) return cgroup_at(path, options);
  }
  return not_a_cgroup(target, plain);
}

}  // namespace

Expected<Cgroup> find_cgroup(std::string_view target, const FindCgroupOptions& options) {
  if (target.empty()) {
    return make_error(Error::Kind::usage, "the name of the cgroup is empty",
                      "give a path, a unit's name, a process id or `self`");
  }
  if (target.find('\0') != std::string_view::npos) {
    return make_error(Error::Kind::usage, "the name of the cgroup has a NUL byte in it");
  }
  const std::string name(target);
  if (name == "self") return cgroup_of_process(name, options);
  if (const std::optional<unsigned> pid = as_pid(name)) {
    return cgroup_of_process(std::to_string(*pid), options);
  }
  if (is_unit_name(name)) return cgroup_of_unit(name, options);
  return cgroup_of_path(name, options);
}

std::map<std::uint64_t, std::string> cgroup_paths() {
  std::map<std::uint64_t, std::string> paths;
  Expected<std::vector<Mount>> mounts = cgroup2_mounts();
  if (!mounts) return paths;
  const auto add = [&](const fs::path& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0) paths.emplace(status.st_ino, path.string());
  };
  for (const Mount& mount : *mounts) {
    add(mount.path);
    walk_cgroups(mount.path, add);
  }
  return paths;
}

std::string cgroup_path_of(std::uint64_t id) {
  const std::map<std::uint64_t, std::string> paths = cgroup_paths();
  const auto found = paths.find(id);
  return found == paths.end() ? std::string{} : found->second;
}

}  // namespace fwc::runtime
