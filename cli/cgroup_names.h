// SPDX-License-Identifier: MIT
// Whose packets: the unit or the container of a cgroup, by the names that systemd and the container
// engines give to folders.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace fwc::cli {

struct CgroupName {
  std::string path;  ///< empty where the cgroup is not to be seen from here
  std::string unit;  ///< `foo.service`, the innermost; empty where there is none
  std::string
      container;  ///< 12 digits of its id, as `podman ps` shows it; empty where there is none

  /// Container, else unit, else path, else `cgroup ID`.
  std::string shown(std::uint64_t id) const;
};

/// From the path alone.
CgroupName name_cgroup(std::string_view path);

/// Names by cgroup ids. An id is looked for once, for all folders are read for it: a cgroup that
/// ends keeps its name here.
class CgroupNames {
 public:
  const CgroupName& of(std::uint64_t id);

 private:
  std::map<std::uint64_t, CgroupName> known_;
};

}  // namespace fwc::cli
