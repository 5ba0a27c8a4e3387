// SPDX-License-Identifier: MIT
// Which filters are at work, fwc's and those of others.
#include <bpf/bpf.h>

#include <algorithm>
#include <map>

#include "fwc/runtime/attachments.h"
#include "runtime/cgroup_paths.h"
#include "runtime/cgroup_programs.h"
#include "runtime/files.h"
#include "runtime/kernel_objects.h"
#include "runtime/link_pins.h"
#include "runtime/refusals.h"

namespace fwc::runtime {
namespace {

// Empty where the caller may not look programs up.
std::string program_name(std::uint32_t id) {
  const FileDescriptor fd(::bpf_prog_get_fd_by_id(id));
  if (!fd) return {};
  Expected<ProgramInfo> info = program_info(fd.get(), "a program");
  return info ? info->name : std::string{};
}

Attachment describe(const PinnedLink& link, const std::string& cgroup) {
  return {.cgroup = cgroup,
          .cgroup_id = link.info.cgroup_id,
          .direction = link.name.direction,
          .name = link.name.name,
          .program = program_name(link.info.program_id),
          .program_id = link.info.program_id,
          .link_id = link.info.id,
          .pin = link.path,
          .refuses = link.name.direction == Direction::egress &&
                     has_refusals(directory_of(link.path), link.info.cgroup_id, link.name.name)};
}

// Also where the bpf file system is read-only, or there is none at all: then there are no links.
Expected<std::vector<PinnedLink>> known_links(const std::string& bpffs) {
  std::vector<std::string> folders;
  if (!bpffs.empty()) folders.push_back(bpffs + "/fwc");
  Expected<std::vector<Mount>> mounts = bpffs_mounts();
  if (!mounts) return mounts.error();
  for (const Mount& mount : *mounts) {
    if (bpffs.empty()) folders.push_back(mount.path + "/fwc");
  }
  std::vector<PinnedLink> links;
  SeenFolders seen;
  for (const std::string& folder : folders) {
    if (!seen.is_new(folder)) continue;
    Expected<std::vector<PinnedLink>> some = all_links(folder);
    if (!some) return some;
    std::move(some->begin(), some->end(), std::back_inserter(links));
  }
  return links;
}

// The programs of one direction: fwc's by their links, the rest as the kernel lists them.
Expected<void> list_direction(int cgroup_fd, const Cgroup& cgroup, Direction direction,
                              const std::vector<PinnedLink>& links, std::vector<Attachment>& list) {
  Expected<std::vector<std::uint32_t>> programs = attached_programs(cgroup_fd, cgroup, direction);
  if (!programs) return programs.error();
  for (const PinnedLink& link : links) {
    const bool here = link.info.cgroup_id == cgroup.id && link.name.direction == direction;
    const auto program = std::find(programs->begin(), programs->end(), link.info.program_id);
    if (!here || program == programs->end()) continue;
    programs->erase(program);
    list.push_back(describe(link, cgroup.path));
  }
  for (const std::uint32_t id : *programs) {
    list.push_back({.cgroup = cgroup.path,
                    .cgroup_id = cgroup.id,
                    .direction = direction,
                    .name = {},
                    .program = program_name(id),
                    .program_id = id});
  }
  return {};
}

}  // namespace

Expected<std::vector<Attachment>> list_attachments(const std::string& bpffs) {
  Expected<std::vector<PinnedLink>> links = known_links(bpffs);
  if (!links) return links.error();
  std::vector<Attachment> list;
  if (links->empty()) return list;
  const std::map<std::uint64_t, std::string> paths = cgroup_paths();
  for (const PinnedLink& link : *links) {
    const auto path = paths.find(link.info.cgroup_id);
    list.push_back(describe(link, path == paths.end() ? std::string{} : path->second));
  }
  return list;
}

Expected<std::vector<Attachment>> list_attachments(const Cgroup& cgroup, const std::string& bpffs) {
  if (Expected<void> allowed = require_capabilities(Operation::attach); !allowed) {
    return allowed.error();
  }
  Expected<FileDescriptor> cgroup_fd = open_cgroup(cgroup);
  if (!cgroup_fd) return cgroup_fd.error();
  Expected<std::vector<PinnedLink>> links = known_links(bpffs);
  if (!links) return links.error();
  std::vector<Attachment> list;
  for (const Direction direction : {Direction::ingress, Direction::egress}) {
    Expected<void> listed = list_direction(cgroup_fd->get(), cgroup, direction, *links, list);
    if (!listed) return listed.error();
  }
  return list;
}

}  // namespace fwc::runtime
