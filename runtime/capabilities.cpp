// SPDX-License-Identifier: MIT
// Whether the caller may do what it wants to do. Asked before the kernel is, because the kernel's
// answer misleads: an attach without CAP_NET_ADMIN fails with EINVAL (bpf_prog_attach).
#include <fmt/core.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "fwc/runtime/environment.h"
#include "runtime/errors.h"

namespace fwc::runtime {
namespace {

struct Need {
  Operation operation;
  int capability;
  std::string_view name;
  bool admin_suffices;  ///< CAP_SYS_ADMIN stands for it
};

constexpr Need kNeeds[] = {
    {.operation = Operation::load,
     .capability = CAP_BPF,
     .name = "CAP_BPF",
     .admin_suffices = true},
    {.operation = Operation::attach,
     .capability = CAP_NET_ADMIN,
     .name = "CAP_NET_ADMIN",
     .admin_suffices = false},
    {.operation = Operation::look_up,
     .capability = CAP_SYS_ADMIN,
     .name = "CAP_SYS_ADMIN",
     .admin_suffices = true},
};

std::string_view purpose(Operation operation) {
  switch (operation) {
    case Operation::load: return "load a program";
    case Operation::attach: return "attach a program to a cgroup";
    case Operation::look_up: return "look up programs and maps by their ids";
  }
  return "";
}

class EffectiveSet {
 public:
  static Expected<EffectiveSet> of_caller() {
    __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    EffectiveSet set;
    if (::syscall(SYS_capget, &header, set.data_) != 0) {
      return system_error(Error::Kind::os, errno, "cannot read the capabilities of this process");
    }
    return set;
  }

  bool has(int capability) const {
    return (data_[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability)) != 0;
  }

 private:
  __user_cap_data_struct data_[_LINUX_CAPABILITY_U32S_3] = {};
};

}  // namespace

Expected<void> require_capabilities(Operation operation) {
  Expected<EffectiveSet> set = EffectiveSet::of_caller();
  if (!set) return set.error();
  for (const Need& need : kNeeds) {
    if (need.operation != operation || set->has(need.capability)) continue;
    if (need.admin_suffices && set->has(CAP_SYS_ADMIN)) continue;
    return make_error(
        Error::Kind::no_permission,
        fmt::format("no permission to {}: {} is missing", purpose(operation), need.name),
        "run it as root, in a unit by `ExecStartPre=+`");
  }
  return {};
}

}  // namespace fwc::runtime
