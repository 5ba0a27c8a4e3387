// SPDX-License-Identifier: MIT
// The names under which one filter is pinned, and what is found under them.
#include "runtime/pin_paths.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "fwc/runtime/environment.h"
#include "fwc/runtime/pins.h"
#include "runtime/directory_lock.h"
#include "runtime/errors.h"
#include "runtime/files.h"
#include "runtime/journal.h"
#include "runtime/kernel_objects.h"

namespace fwc::runtime {
namespace {

constexpr std::size_t kMaxName = 255 - std::string_view("_ingress_slot").size();

// The kernel keeps names with a dot for itself (bpf_lookup in kernel/bpf/inode.c).
Expected<void> check_name(const std::string& path) {
  const std::string name = base_of(path);
  if (name.empty() || path.find('\0') != std::string::npos) {
    return make_error(Error::Kind::usage, fmt::format("`{}` does not end in a name", path),
                      "give the full path of the pin, say `/sys/fs/bpf/web`");
  }
  if (name.find('.') != std::string::npos) {
    std::string plain = name;
    std::replace(plain.begin(), plain.end(), '.', '_');
    return make_error(Error::Kind::usage,
                      fmt::format("`{}` has a dot, which the bpf file system refuses", name),
                      fmt::format("call it `{}`", plain));
  }
  for (const std::string_view prefix : {kTemporaryPrefix, kJournalPrefix}) {
    if (!name.starts_with(prefix)) continue;
    return make_error(Error::Kind::usage,
                      fmt::format("names that begin with `{}` are fwc's own", prefix),
                      "choose another name");
  }
  if (name.size() > kMaxName) {
    return make_error(Error::Kind::usage,
                      fmt::format("the pin's name has {} characters", name.size()),
                      fmt::format("up to {} are possible", kMaxName));
  }
  return {};
}

Error foreign(const std::string& path, std::string_view wanted) {
  return make_error(Error::Kind::cant_create,
                    fmt::format("`{}` is there already and is not a {} of fwc", path, wanted),
                    "choose another path, or remove it yourself");
}

// Whoever made the pin has what it leads to, and could go on changing the maps that a new filter
// takes over.
Expected<void> require_trusted_pin(const struct stat& status, const std::string& path) {
  if (!S_ISLNK(status.st_mode)) return require_trusted_owner(status, path);
  return make_error(Error::Kind::no_permission, fmt::format("`{}` is a symbolic link", path),
                    "name the pin it leads to");
}

// In a folder of others, or one that all may write and that is not sticky, something else can be
// put in the place of a pin at any time. A group that may write was chosen by the owner.
Expected<void> require_trusted_folder(const std::string& folder) {
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) {
    return system_error(errno, fmt::format("directory `{}`", folder));
  }
  if (Expected<void> trusted = require_trusted_owner(status, folder); !trusted) return trusted;
  if ((status.st_mode & S_IWOTH) == 0 || (status.st_mode & S_ISVTX) != 0) return {};
  return make_error(Error::Kind::no_permission,
                    fmt::format("`{}` can be written by everybody", folder),
                    fmt::format("look at it, then `chmod o-w {}`", folder));
}

Expected<FileDescriptor> open_pinned(const std::string& path, std::string_view wanted) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) {
    return system_error(errno, fmt::format("pin `{}`", path));
  }
  if (S_ISDIR(status.st_mode)) return foreign(path, wanted);
  if (Expected<void> trusted = require_trusted_pin(status, path); !trusted) return trusted.error();
  FileDescriptor fd(::bpf_obj_get(path.c_str()));
  if (!fd) return system_error(errno, fmt::format("cannot open the pin `{}`", path));
  return fd;
}

}  // namespace

std::string ingress_path(const std::string& path) {
  return path + "_ingress";
}
std::string egress_path(const std::string& path) {
  return path + "_egress";
}

std::string slot_path(const std::string& path) {
  return path + "_slot";
}

Expected<void> require_pin_path(const std::string& path) {
  if (Expected<void> name = check_name(path); !name) return name;
  const std::string directory = directory_of(path);
  if (Expected<void> on = require_bpffs(directory); !on) return on;
  if (Expected<void> trusted = require_trusted_folder(directory); !trusted) return trusted;
  struct statvfs info{};
  if (::statvfs(directory.c_str(), &info) == 0 && (info.f_flag & ST_RDONLY) != 0) {
    return make_error(Error::Kind::cant_create,
                      fmt::format("the bpf file system at `{}` is mounted read-only", directory),
                      "remount it with `-o remount,rw`");
  }
  if (::faccessat(AT_FDCWD, directory.c_str(), W_OK | X_OK, AT_EACCESS) == 0) return {};
  return system_error(errno, fmt::format("cannot make a pin in `{}`", directory));
}

bool is_trusted_pin(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && require_trusted_pin(status, path);
}

bool exists(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0;
}

Expected<FileDescriptor> open_program_pin(const std::string& path) {
  Expected<FileDescriptor> fd = open_pinned(path, "program");
  if (!fd) return fd;
  Expected<ProgramInfo> info = program_info(fd->get(), fmt::format("`{}`", path));
  if (!info && info.error().kind != Error::Kind::data) return info.error();
  if (!info || !info->direction) return foreign(path, "program");
  return fd;
}

Expected<void> require_own_map(const std::string& path) {
  Expected<FileDescriptor> fd = open_pinned(path, "map");
  if (!fd) return fd.error();
  Expected<MapInfo> info = map_info(fd->get(), fmt::format("`{}`", path));
  if (!info && info.error().kind != Error::Kind::data) return info.error();
  if (info && role_of(*info)) return {};
  return foreign(path, "map");
}

}  // namespace fwc::runtime
