// SPDX-License-Identifier: MIT
// The folder `fwc` of the bpf file system, where the links are pinned by which filters are
// attached.
#include "runtime/link_pins.h"

#include <bpf/bpf.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>

#include "fwc/runtime/environment.h"
#include "runtime/errors.h"
#include "runtime/pin_paths.h"

namespace fwc::runtime {
namespace {

constexpr std::size_t kMaxName = 64;
constexpr mode_t kRootOnly = 0700;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

bool is_link_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxName &&
         std::all_of(name.begin(), name.end(), is_name_character);
}

std::optional<Direction> parse_direction(std::string_view text) {
  for (const Direction direction : {Direction::ingress, Direction::egress}) {
    if (text == to_string(direction)) return direction;
  }
  return {};
}

// The folder must be root's or the caller's alone: whoever writes it could put a link of his own
// under a name of ours.
Expected<void> check_owner(const std::string& folder) {
  struct stat status {};
  if (::lstat(folder.c_str(), &status) != 0) {
    return system_error(errno, fmt::format("cannot look at `{}`", folder));
  }
  const bool owned = status.st_uid == 0 || status.st_uid == ::geteuid();
  if (S_ISDIR(status.st_mode) && owned && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0) return {};
  return make_error(Error::Kind::no_permission,
                    fmt::format("`{}` can be written by others than root", folder),
                    fmt::format("look at it, then `chown root {0} && chmod 700 {0}`", folder));
}

}  // namespace

std::string LinkName::file_name() const {
  return fmt::format("{}_{}_{}", cgroup_id, to_string(direction), name);
}

std::optional<LinkName> LinkName::parse(std::string_view file_name) {
  LinkName parsed;
  const char* end = file_name.data() + file_name.size();
  const auto [stop, error] = std::from_chars(file_name.data(), end, parsed.cgroup_id);
  if (error != std::errc{} || stop == end || *stop != '_') return {};
  const std::string_view rest(stop + 1, static_cast<std::size_t>(end - stop - 1));
  const std::size_t line = rest.find('_');
  if (line == std::string_view::npos) return {};
  const std::optional<Direction> direction = parse_direction(rest.substr(0, line));
  if (!direction || !is_link_name(rest.substr(line + 1))) return {};
  parsed.direction = *direction;
  parsed.name = rest.substr(line + 1);
  return parsed;
}

Expected<void> check_link_name(const std::string& name) {
  if (is_link_name(name)) return {};
  return make_error(Error::Kind::usage, fmt::format("`{}` cannot be a filter's name", name),
                    fmt::format("use 1 to {} letters, digits, `_` and `-`", kMaxName));
}

Expected<std::string> link_folder(const std::string& bpffs) {
  if (!bpffs.empty()) {
    if (Expected<void> on = require_bpffs(bpffs); !on) return on.error();
    return bpffs + "/fwc";
  }
  Expected<Mount> mount = default_bpffs();
  if (!mount) return mount.error();
  return mount->path + "/fwc";
}

Expected<std::string> make_link_folder(const std::string& bpffs) {
  Expected<std::string> folder = link_folder(bpffs);
  if (!folder) return folder;
  if (::mkdir(folder->c_str(), kRootOnly) != 0 && errno != EEXIST) {
    return system_error(errno, fmt::format("cannot make the directory `{}`", *folder));
  }
  if (Expected<void> owned = check_owner(*folder); !owned) return owned.error();
  return folder;
}

Expected<PinnedLink> open_link(const std::string& path, const LinkName& name) {
  PinnedLink link{.path = path, .name = name, .fd = {}, .info = {}};
  link.fd = FileDescriptor(::bpf_obj_get(path.c_str()));
  if (!link.fd) return system_error(errno, fmt::format("cannot open the pin `{}`", path));
  Expected<LinkInfo> info = link_info(link.fd.get(), fmt::format("`{}`", path));
  if (!info) return info.error();
  link.info = *info;
  if (link.info.on_cgroup) return link;
  return make_error(Error::Kind::cant_create, fmt::format("`{}` is not a link of fwc", path),
                    "remove it yourself");
}

Expected<std::vector<PinnedLink>> all_links(const std::string& folder) {
  std::vector<PinnedLink> links;
  std::vector<std::string> dead;
  std::error_code failure;
  std::filesystem::directory_iterator at(folder, failure);
  if (failure && failure != std::errc::no_such_file_or_directory) {
    return system_error(failure.value(), fmt::format("cannot read `{}`", folder));
  }
  while (!failure && at != std::filesystem::directory_iterator()) {
    const std::string path = at->path().string();
    const std::optional<LinkName> name = LinkName::parse(at->path().filename().string());
    at.increment(failure);
    if (!name) continue;
    Expected<PinnedLink> link = open_link(path, *name);
    if (!link) continue;
    if (link->info.cgroup_id == 0)
      dead.push_back(path);
    else
      links.push_back(*std::move(link));
  }
  for (const std::string& path : dead) ::unlink(path.c_str());
  std::sort(links.begin(), links.end(),
            [](const PinnedLink& a, const PinnedLink& b) { return a.path < b.path; });
  return links;
}

}  // namespace fwc::runtime
