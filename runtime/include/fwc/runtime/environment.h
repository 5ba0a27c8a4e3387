// SPDX-License-Identifier: MIT
// Where this machine has its cgroups and its bpf file system, and which cgroup a name means.
// Nothing is taken from a fixed path: /proc/self/mountinfo tells.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fwc/export.h"
#include "fwc/runtime/error.h"

namespace fwc::runtime {

struct Mount {
  std::string path;  ///< where it is mounted
  std::string root;  ///< which folder of the file system is mounted there
  bool read_only = false;
};

/// Mounts of one kind in the order of the mount table; an empty list is no error.
FWC_API Expected<std::vector<Mount>> cgroup2_mounts();
FWC_API Expected<std::vector<Mount>> bpffs_mounts();

/// The bpf file system that fwc keeps its links in: the one at /sys/fs/bpf where there is one, else
/// the first that can be written. None at all is an error that says how to mount one.
FWC_API Expected<Mount> default_bpffs();

/// That `directory` is a folder on a bpf file system, by statfs(2).
FWC_API Expected<void> require_bpffs(const std::string& directory);

/// A cgroup of the unified hierarchy.
struct Cgroup {
  std::string path;      ///< absolute, in the mounted file system
  std::uint64_t id = 0;  ///< as the kernel counts them (bpf_get_current_cgroup_id, link info)
};

struct FindCgroupOptions {
  /// Allow the root cgroup and paths with `..` in them.
  bool force = false;
};

/// The cgroup that `target` means:
///  - `self`: the caller's own, without the `.control` that systemd adds for control processes;
///  - a number: the one of that process;
///  - a unit's name (`foo.service`): the folder of that name below the cgroup2 mount;
///  - a path: as the file system has it, else below the cgroup2 mount.
/// The root cgroup, an empty target and `..` are refused unless forced: a container hook that sees
/// pid 0 or 1 would otherwise filter the whole machine.
FWC_API Expected<Cgroup> find_cgroup(std::string_view target,
                                     const FindCgroupOptions& options = {});

/// The path of a cgroup by its id, empty where no mounted cgroup has it.
FWC_API std::string cgroup_path_of(std::uint64_t id);

/// What the caller wants to do and needs capabilities for.
enum class Operation : std::uint8_t {
  load,    ///< CAP_BPF, and CAP_PERFMON for direct packet access before Linux 6.1 or so
  attach,  ///< CAP_NET_ADMIN
  look_up  ///< CAP_SYS_ADMIN: programs, maps and types by their ids
};

/// That the caller has the capabilities; the error names the ones that are missing. CAP_SYS_ADMIN
/// stands for CAP_BPF and CAP_PERFMON.
FWC_API Expected<void> require_capabilities(Operation operation);

}  // namespace fwc::runtime
