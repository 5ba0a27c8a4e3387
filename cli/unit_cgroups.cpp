// SPDX-License-Identifier: MIT
// Where a unit runs; see unit_cgroups.h.
#include "cli/unit_cgroups.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace fwc::cli {

namespace {

namespace fs = std::filesystem;
using runtime::Expected;

constexpr std::string_view kManagersOwn = "/init.scope";

bool is_of_unit(std::string_view name, std::string_view unit) {
  if (name == unit) return true;
  const std::size_t at = unit.find("@.");
  if (at == std::string_view::npos) return false;
  return name.size() > unit.size() && name.starts_with(unit.substr(0, at + 1)) &&
         name.ends_with(unit.substr(at + 1));
}

struct Search {
  const std::string& unit;
  std::vector<std::string> system;
  std::vector<std::string> of_users;

  // Units lie in slices; what lies in other units is their own affair, but for users' managers.
  void walk(const fs::path& folder, bool of_user) {
    std::error_code failure;
    for (const auto& entry : fs::directory_iterator(folder, failure)) {
      std::error_code ignored;
      if (!entry.is_directory(ignored) || entry.is_symlink(ignored)) continue;
      const std::string name = entry.path().filename().string();
      const bool users_manager =
          !of_user && name.starts_with("user@") && name.ends_with(".service");
      if (is_of_unit(name, unit)) (of_user ? of_users : system).push_back(entry.path().string());
      if (users_manager || name.ends_with(".slice")) walk(entry.path(), of_user || users_manager);
    }
  }
};

// The folder of the system's manager: the one that process 1 is in or has its scope in. Where the
// cgroup of process 1 is not to be seen, it is the whole hierarchy.
Expected<std::string> managers_folder() {
  const auto own = runtime::find_cgroup("1", {.force = true});
  if (own) {
    std::string path = own->path;
    if (path.ends_with(kManagersOwn)) path.resize(path.size() - kManagersOwn.size());
    return path;
  }
  const auto mounts = runtime::cgroup2_mounts();
  if (!mounts) return mounts.error();
  if (mounts->empty()) return own.error();
  return mounts->front().path;
}

}  // namespace

Expected<UnitCgroups> unit_cgroups(const std::string& unit) {
  const auto folder = managers_folder();
  if (!folder) return folder.error();
  Search search{.unit = unit, .system = {}, .of_users = {}};
  search.walk(*folder, false);
  std::sort(search.system.begin(), search.system.end());
  UnitCgroups found{.system = {}, .of_users = std::move(search.of_users)};
  for (const std::string& path : search.system)
    if (auto cgroup = runtime::find_cgroup(path, {.force = true}))
      found.system.push_back(*std::move(cgroup));
  return found;
}

}  // namespace fwc::cli
