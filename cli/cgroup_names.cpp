// SPDX-License-Identifier: MIT
// Units and containers by the paths of cgroups; see cgroup_names.h.
#include "cli/cgroup_names.h"

#include <algorithm>

#include "fwc/runtime/environment.h"

namespace fwc::cli {

namespace {

constexpr std::size_t kContainerDigits = 64;  // sha256, as docker, podman and cri-o name them
constexpr std::size_t kShownDigits = 12;

bool is_unit(std::string_view folder) {
  constexpr std::string_view kSuffixes[] = {".service", ".scope", ".socket", ".mount", ".swap"};
  return std::ranges::any_of(kSuffixes, [&](std::string_view suffix) {
    return folder.size() > suffix.size() && folder.ends_with(suffix);
  });
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/// `docker-ID.scope`, `libpod-ID.scope`, `libpod-ID`, `ID`.
std::string container_of(std::string_view folder) {
  for (std::size_t at = 0; at + kContainerDigits <= folder.size(); ++at) {
    const std::string_view id = folder.substr(at, kContainerDigits);
    if (std::ranges::all_of(id, is_hex)) return std::string(id.substr(0, kShownDigits));
  }
  return {};
}

}  // namespace

std::string CgroupName::shown(std::uint64_t id) const {
  if (!container.empty()) return container;
  if (!unit.empty()) return unit;
  return path.empty() ? "cgroup " + std::to_string(id) : path;
}

CgroupName name_cgroup(std::string_view path) {
  CgroupName name{.path = std::string(path), .unit = {}, .container = {}};
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view folder = path.substr(0, slash);
    if (is_unit(folder)) name.unit = folder;
    if (std::string id = container_of(folder); !id.empty()) name.container = std::move(id);
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return name;
}

const CgroupName& CgroupNames::of(std::uint64_t id) {
  const auto known = known_.find(id);
  if (known != known_.end()) return known->second;
  return known_[id] = id == 0 ? CgroupName{} : name_cgroup(runtime::cgroup_path_of(id));
}

}  // namespace fwc::cli
