// SPDX-License-Identifier: MIT
// The programs that refuse calls, on a cgroup beside the filter of what is sent; see refusals.h.
#include "runtime/refusals.h"

#include <bpf/bpf.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "runtime/errors.h"
#include "runtime/files.h"
#include "runtime/kernel_objects.h"
#include "runtime/pin_paths.h"
#include "runtime/pin_transaction.h"

namespace fwc::runtime {
namespace {

std::string pin_path(const std::string& folder, std::uint64_t cgroup_id, Call call,
                     const std::string& name) {
  return fmt::format("{}/{}_{}_{}", folder, cgroup_id, to_string(call), name);
}

bpf_attach_type kernel_type(Call call) {
  return static_cast<bpf_attach_type>(attach_type(call));
}

Error refused(int code, Call call, const Cgroup& cgroup) {
  Error error =
      system_error(code, fmt::format("cannot attach {} to `{}`", to_string(call), cgroup.path));
  error.hint = "leave out `--refuse`: the filter does without";
  return error;
}

struct PinnedRefusal {
  std::string path;
  Call call;
  FileDescriptor link;
  std::uint32_t program_id = 0;
  std::uint64_t cgroup_id = 0;  ///< 0 where the cgroup is gone
};

// Nothing where there is none, or what is there is no link.
std::optional<PinnedRefusal> open_pinned(const std::string& path, Call call) {
  if (!exists(path)) return {};
  FileDescriptor link(::bpf_obj_get(path.c_str()));
  Expected<LinkInfo> info = link_info(link.get(), path);
  if (!info || !info->on_cgroup) return {};
  return PinnedRefusal{.path = path,
                       .call = call,
                       .link = std::move(link),
                       .program_id = info->program_id,
                       .cgroup_id = info->cgroup_id};
}

std::vector<PinnedRefusal> all_pinned(const std::string& folder, std::uint64_t cgroup_id,
                                      const std::string& name) {
  std::vector<PinnedRefusal> found;
  for (const Call call : kCalls) {
    if (auto pinned = open_pinned(pin_path(folder, cgroup_id, call, name), call))
      found.push_back(*std::move(pinned));
  }
  return found;
}

Expected<void> attach_one(const Refusal& refusal, const RefusalPlace& place) {
  const std::string path = pin_path(place.folder, place.cgroup.id, refusal.call, place.name);
  FileDescriptor link(
      ::bpf_link_create(refusal.fd.get(), place.cgroup_fd, kernel_type(refusal.call), nullptr));
  if (!link) return refused(errno, refusal.call, place.cgroup);
  if (::bpf_obj_pin(link.get(), path.c_str()) == 0) return {};
  return system_error(errno, fmt::format("cannot pin `{}`", path));
}

// The pin goes first: where that fails, as on a read-only file system, it stays whole.
Expected<void> take_off(const PinnedRefusal& pinned) {
  if (::unlink(pinned.path.c_str()) != 0) return pin_error(errno, pinned.path, "remove the pin");
  if (pinned.cgroup_id == 0 || ::bpf_link_detach(pinned.link.get()) == 0) return {};
  const int code = errno;
  (void)::bpf_obj_pin(pinned.link.get(), pinned.path.c_str());
  return system_error(code, fmt::format("cannot detach the link `{}`", pinned.path));
}

}  // namespace

int attach_type(Call call) {
  switch (call) {
    case Call::connect4: return BPF_CGROUP_INET4_CONNECT;
    case Call::connect6: return BPF_CGROUP_INET6_CONNECT;
    case Call::sendmsg4: return BPF_CGROUP_UDP4_SENDMSG;
    case Call::sendmsg6: return BPF_CGROUP_UDP6_SENDMSG;
  }
  return -1;
}

std::optional<Call> call_named(std::string_view program) {
  for (const Call call : kCalls)
    if (program.starts_with("fwc_") && program.substr(4) == to_string(call)) return call;
  return {};
}

Expected<void> attach_refusals(const std::vector<Refusal>& refusals, const RefusalPlace& place) {
  for (const Refusal& refusal : refusals) {
    Expected<void> attached = attach_one(refusal, place);
    if (attached) continue;
    for (const PinnedRefusal& pinned : all_pinned(place.folder, place.cgroup.id, place.name))
      (void)take_off(pinned);
    return attached;
  }
  return {};
}

Expected<std::vector<Refusal>> take_refusals_off(const RefusalPlace& place) {
  std::vector<Refusal> programs = open_refusals(place.folder, place.cgroup.id, place.name);
  for (const PinnedRefusal& pinned : all_pinned(place.folder, place.cgroup.id, place.name)) {
    if (Expected<void> off = take_off(pinned); !off) return off.error();
  }
  return programs;
}

Expected<void> take_refusals_off(const PinnedLink& filter) {
  if (filter.name.direction == Direction::ingress) return {};
  const std::string folder = directory_of(filter.path);
  for (const PinnedRefusal& pinned : all_pinned(folder, filter.name.cgroup_id, filter.name.name)) {
    if (Expected<void> off = take_off(pinned); !off) return off;
  }
  return {};
}

bool has_refusals(const std::string& folder, std::uint64_t cgroup_id, const std::string& name) {
  return !all_pinned(folder, cgroup_id, name).empty();
}

std::vector<Refusal> open_refusals(const std::string& folder, std::uint64_t cgroup_id,
                                   const std::string& name) {
  std::vector<Refusal> programs;
  for (const PinnedRefusal& pinned : all_pinned(folder, cgroup_id, name)) {
    if (Expected<FileDescriptor> fd = program_by_id(pinned.program_id))
      programs.push_back({.call = pinned.call, .fd = *std::move(fd), .id = pinned.program_id});
  }
  return programs;
}

Expected<void> attach_for_good(const Refusal& refusal, int cgroup_fd, const Cgroup& cgroup) {
  if (::bpf_prog_attach(refusal.fd.get(), cgroup_fd, kernel_type(refusal.call),
                        BPF_F_ALLOW_MULTI) == 0)
    return {};
  return refused(errno, refusal.call, cgroup);
}

void sweep_refusals(const std::string& folder) {
  std::error_code failure;
  std::vector<std::string> dead;
  for (std::filesystem::directory_iterator at(folder, failure);
       !failure && at != std::filesystem::directory_iterator(); at.increment(failure)) {
    const std::string file = at->path().filename().string();
    for (const Call call : kCalls) {
      if (file.find(fmt::format("_{}_", to_string(call))) != file.find('_')) continue;
      const auto pinned = open_pinned(at->path().string(), call);
      if (pinned && pinned->cgroup_id == 0) dead.push_back(pinned->path);
    }
  }
  for (const std::string& path : dead) ::unlink(path.c_str());
}

}  // namespace fwc::runtime
