// SPDX-License-Identifier: MIT
// Putting programs on an open cgroup, asking what is there, and wording what the kernel refuses.
#include "runtime/cgroup_programs.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "runtime/errors.h"
#include "runtime/files.h"
#include "runtime/kernel_objects.h"
#include "runtime/libbpf_log.h"

namespace fwc::runtime {
namespace {

// BPF_CGROUP_MAX_PROGS in the kernel.
constexpr std::uint32_t kMaxPrograms = 64;

bpf_attach_type kernel_type(Direction direction) {
  return static_cast<bpf_attach_type>(attach_type(direction));
}

struct Query {
  std::vector<std::uint32_t> programs;
  std::uint32_t flags = 0;
};

std::optional<Query> query(int cgroup_fd, Direction direction) {
  Query answer{.programs = std::vector<std::uint32_t>(2 * kMaxPrograms)};
  auto count = static_cast<std::uint32_t>(answer.programs.size());
  if (::bpf_prog_query(cgroup_fd, kernel_type(direction), 0, &answer.flags, answer.programs.data(),
                       &count) != 0) {
    return {};
  }
  answer.programs.resize(count);
  return answer;
}

bool forbids(const Query& there, bool on_itself) {
  if (there.programs.empty() || (there.flags & BPF_F_ALLOW_MULTI) != 0) return false;
  return on_itself || (there.flags & BPF_F_ALLOW_OVERRIDE) == 0;
}

// The cgroup, this one or one above, whose program keeps ours away; empty where none does.
std::string find_forbidding(const Cgroup& cgroup, Direction direction) {
  for (std::string path = cgroup.path; path.size() > 1; path = directory_of(path)) {
    const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const std::optional<Query> there = fd ? query(fd.get(), direction) : std::nullopt;
    if (!there) break;
    if (forbids(*there, path == cgroup.path)) return path;
  }
  return {};
}

Error vanished(const Cgroup& cgroup, int code) {
  return {.kind = Error::Kind::no_input,
          .message = fmt::format("cgroup `{}` is gone", cgroup.path),
          .hint = "its unit or its last process has ended; start it again",
          .code = code,
          .details = {}};
}

Error no_permission(const Cgroup& cgroup, Direction direction, int code) {
  const std::string forbidding = find_forbidding(cgroup, direction);
  const std::string what = fmt::format("cannot attach to `{}`", cgroup.path);
  if (forbidding.empty()) {
    return system_error(Error::Kind::no_permission, code, what,
                        "CAP_NET_ADMIN is needed in the first user namespace");
  }
  return {.kind = Error::Kind::unavailable,
          .message = fmt::format("{}: a program on `{}` forbids others", what, forbidding),
          .hint = "see it by `bpftool cgroup list`; it was attached without BPF_F_ALLOW_MULTI",
          .code = code,
          .details = {}};
}

Error attach_error(int code, const Cgroup& cgroup, Direction direction) {
  const std::string what = fmt::format("cannot attach to `{}`", cgroup.path);
  switch (code) {
    case EPERM: return no_permission(cgroup, direction, code);
    case EBADF:
      return system_error(Error::Kind::unavailable, code, what + ": not a cgroup of version 2",
                          "choose one below a cgroup2 mount (`findmnt -t cgroup2`)");
    case E2BIG:
      return {.kind = Error::Kind::unavailable,
              .message = fmt::format("{}: it has {} programs already", what, kMaxPrograms),
              .hint = "detach one, or attach to a cgroup below or above",
              .code = code,
              .details = {}};
    case ENOENT:
    case ENODEV: return vanished(cgroup, code);
    case EINVAL:
      return system_error(Error::Kind::unavailable, code, what,
                          "Linux 5.7 with CONFIG_CGROUP_BPF is needed");
    default: return system_error(code, what);
  }
}

}  // namespace

Expected<FileDescriptor> open_cgroup(const Cgroup& cgroup) {
  FileDescriptor fd(::open(cgroup.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd && errno == ENOENT) return vanished(cgroup, ENOENT);
  if (!fd) return system_error(errno, fmt::format("cannot open cgroup `{}`", cgroup.path));
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0 || status.st_ino != cgroup.id) {
    return vanished(cgroup, ENOENT);
  }
  return fd;
}

Expected<FileDescriptor> create_link(const Program& program, int cgroup_fd, const Cgroup& cgroup,
                                     Direction direction) {
  FileDescriptor link(::bpf_link_create(program.fd(), cgroup_fd, kernel_type(direction), nullptr));
  if (!link) return attach_error(errno, cgroup, direction);
  return link;
}

Expected<void> attach_for_good(const Program& program, int cgroup_fd, const Cgroup& cgroup,
                               Direction direction) {
  if (::bpf_prog_attach(program.fd(), cgroup_fd, kernel_type(direction), BPF_F_ALLOW_MULTI) != 0) {
    return attach_error(errno, cgroup, direction);
  }
  return {};
}

Expected<std::vector<std::uint32_t>> attached_programs(int cgroup_fd, const Cgroup& cgroup,
                                                       Direction direction) {
  std::optional<Query> there = query(cgroup_fd, direction);
  if (there) return std::move(there->programs);
  if (errno == ENOENT || errno == ENODEV) return vanished(cgroup, errno);
  return system_error(errno, fmt::format("cannot ask what is on cgroup `{}`", cgroup.path));
}

Expected<void> require_attached(const Program& program, int cgroup_fd, const Cgroup& cgroup,
                                Direction direction) {
  Expected<std::vector<std::uint32_t>> there = attached_programs(cgroup_fd, cgroup, direction);
  if (!there) return there.error();
  if (std::count(there->begin(), there->end(), program.id()) != 0) return {};
  return make_error(Error::Kind::unavailable,
                    fmt::format("program {} was attached to `{}`, but the kernel does not list it",
                                program.id(), cgroup.path),
                    "somebody else may have taken it off; try again");
}

Expected<const Program*> require_program(const LoadedObject& object, Direction direction) {
  if (object.hook() != Hook::cgroup)
    return make_error(
        Error::Kind::usage,
        fmt::format("the filter is for the hook `{}`, not for a cgroup", name(object.hook())),
        "compile it without `--hook`");
  if (const Program* program = object.program(direction)) return program;
  const std::vector<const Program*> programs = object.programs();
  if (programs.empty()) return internal_error("the object to attach has no program");
  return make_error(Error::Kind::usage,
                    fmt::format("the filter has no program for {}, only one for {}",
                                to_string(direction), to_string(programs.front()->direction())),
                    fmt::format("compile it for {} or for both directions", to_string(direction)));
}

}  // namespace fwc::runtime
