// SPDX-License-Identifier: MIT
// Another program for a link that is there, and the proof that it works.
#include "runtime/link_update.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <fmt/core.h>

#include <cerrno>
#include <optional>

#include "runtime/cgroup_programs.h"
#include "runtime/counter_carry.h"
#include "runtime/errors.h"
#include "runtime/kernel_objects.h"
#include "runtime/pin_paths.h"
#include "runtime/refusals.h"

namespace fwc::runtime {
namespace {

Error update_error(int code, const std::string& cgroup) {
  const std::string what = fmt::format("cannot replace the filter on `{}`", cgroup);
  if (code == EPERM) {
    return system_error(Error::Kind::temporary, code, what, "somebody else replaced it; try again");
  }
  if (code == ENOLINK || code == ENOENT || code == ENODEV) {
    return system_error(Error::Kind::no_input, code, what, "the cgroup is gone");
  }
  return system_error(code, what);
}

// The filter with its counters; empty where it cannot be opened.
std::optional<LoadedObject> object_of(int program) {
  FileDescriptor own(program < 0 ? -1 : ::fcntl(program, F_DUPFD_CLOEXEC, 3));
  if (!own) return {};
  LoadedObjectBuilder builder;
  if (!builder.add(std::move(own), "a filter to replace")) return {};
  return std::move(builder).take();
}

}  // namespace

Expected<void> update_link(const PinnedLink& link, int program, int expected,
                           const std::string& cgroup) {
  if (Expected<void> off = take_refusals_off(link); !off) return off;
  LIBBPF_OPTS(bpf_link_update_opts, options);
  if (expected >= 0) {
    options.flags = BPF_F_REPLACE;
    options.old_prog_fd = static_cast<std::uint32_t>(expected);
  }
  const std::optional<LoadedObject> old = object_of(expected);
  const std::optional<LoadedObject> fresh = object_of(program);
  const std::optional<CounterCarry> counters =
      old && fresh ? CounterCarry::try_begin(*old, *fresh) : std::nullopt;
  if (::bpf_link_update(link.fd.get(), program, &options) != 0) return update_error(errno, cgroup);
  if (counters) (void)counters->finish();  // the change stands, whatever is counted
  return {};
}

Expected<LinkInfo> read_back(int link, const Program& program, Direction direction,
                             const Cgroup& cgroup, int cgroup_fd) {
  Expected<LinkInfo> info = link_info(link, "the link just made");
  if (!info) return info;
  const bool right = info->program_id == program.id() && info->cgroup_id == cgroup.id &&
                     info->attach_type == attach_type(direction);
  if (!right) {
    return make_error(Error::Kind::unavailable,
                      fmt::format("what is attached to `{}` is not what fwc attached", cgroup.path),
                      "somebody else changes it at the same time; try again");
  }
  Expected<void> there = require_attached(program, cgroup_fd, cgroup, direction);
  return there ? info : there.error();
}

Error not_attached(const Cgroup& cgroup, Direction direction, const std::string& name) {
  return make_error(Error::Kind::no_input,
                    fmt::format("no filter `{}` of fwc is attached to `{}` at {}", name,
                                cgroup.path, to_string(direction)),
                    "`fwc list` shows those there are");
}

Expected<PinnedLink> find_link(const std::string& folder, const Cgroup& cgroup, Direction direction,
                               const std::string& name) {
  const LinkName wanted{.cgroup_id = cgroup.id, .direction = direction, .name = name};
  const std::string path = folder + "/" + wanted.file_name();
  if (!exists(path)) return not_attached(cgroup, direction, name);
  Expected<PinnedLink> link = open_link(path, wanted);
  if (link && link->info.cgroup_id == 0) return not_attached(cgroup, direction, name);
  return link;
}

}  // namespace fwc::runtime
