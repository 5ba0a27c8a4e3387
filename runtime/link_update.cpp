// SPDX-License-Identifier: MIT
// Another program for a link that is there, and the proof that it works.
#include "runtime/link_update.h"

#include <bpf/bpf.h>
#include <fmt/core.h>

#include <cerrno>
#include <optional>

#include "runtime/cgroup_programs.h"
#include "runtime/counter_carry.h"
#include "runtime/errors.h"
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

}  // namespace

const Program* attachable(const LoadedObject& object, Direction direction) {
  const Program* dispatcher = object.dispatcher(direction);
  return dispatcher != nullptr ? dispatcher : object.program(direction);
}

Expected<void> update_link(const PinnedLink& link, const LoadedObject& fresh,
                           const LoadedObject* expected, const std::string& cgroup) {
  if (Expected<void> off = take_refusals_off(link); !off) return off;
  LIBBPF_OPTS(bpf_link_update_opts, options);
  const Direction direction = link.name.direction;
  const Program* old = expected == nullptr ? nullptr : attachable(*expected, direction);
  if (old != nullptr) {
    options.flags = BPF_F_REPLACE;
    options.old_prog_fd = static_cast<std::uint32_t>(old->fd());
  }
  const std::optional<CounterCarry> counters =
      old != nullptr ? CounterCarry::try_begin(*expected, fresh) : std::nullopt;
  const int program = attachable(fresh, direction)->fd();
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
