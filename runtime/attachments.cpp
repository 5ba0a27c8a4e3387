// SPDX-License-Identifier: MIT
// Filters put on cgroups, replaced there and taken off.
#include "fwc/runtime/attachments.h"

#include <bpf/bpf.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "runtime/cgroup_programs.h"
#include "runtime/errors.h"
#include "runtime/journal.h"
#include "runtime/kernel_objects.h"
#include "runtime/link_pins.h"
#include "runtime/link_update.h"
#include "runtime/pin_paths.h"
#include "runtime/pin_transaction.h"
#include "runtime/refusals.h"
#include "runtime/repair.h"

namespace fwc::runtime {
namespace {

/// Everything that one attach needs to know, gathered before anything is changed.
struct Task {
  const LoadedObject& object;
  const Program* program;  ///< of the object, the one to attach
  std::string program_name;
  const Cgroup& cgroup;
  Direction direction;
  LinkName name;
  int cgroup_fd = -1;
  std::string folder = {};

  std::string path() const { return folder + "/" + name.file_name(); }
};

Attachment describe(const Task& task, const LinkInfo& link, bool replaced) {
  return {.cgroup = task.cgroup.path,
          .cgroup_id = task.cgroup.id,
          .direction = task.direction,
          .name = task.name.name,
          .program = task.program_name,
          .program_id = link.program_id,
          .link_id = link.id,
          .pin = task.path(),
          .replaced = replaced};
}

Expected<LinkInfo> read_back(const Task& task, int link) {
  return read_back(link, *task.program, task.direction, task.cgroup, task.cgroup_fd);
}

Expected<Attachment> attach_new(const Task& task) {
  Expected<FileDescriptor> link =
      create_link(*task.program, task.cgroup_fd, task.cgroup, task.direction);
  if (!link) return link.error();
  Expected<LinkInfo> info = read_back(task, link->get());
  if (!info) return info.error();
  // Where this fails, the link goes with its descriptor and the cgroup is as before.
  if (::bpf_obj_pin(link->get(), task.path().c_str()) != 0) return pin_error(errno, task.path());
  return describe(task, *info, false);
}

Expected<LoadedObject> open_program(std::uint32_t program_id, const std::string& what) {
  Expected<FileDescriptor> program = program_by_id(program_id);
  if (!program) return program.error();
  LoadedObjectBuilder builder;
  if (Expected<void> added = builder.add(*std::move(program), what); !added) {
    return added.error();
  }
  return std::move(builder).take();
}

// Nothing where the caller may not open it.
std::optional<LoadedObject> program_before(const PinnedLink& link) {
  Expected<LoadedObject> object = open_program(link.info.program_id, "a filter to replace");
  return object ? std::optional(*std::move(object)) : std::nullopt;
}

Expected<Attachment> attach_over(const Task& task, const PinnedLink& old,
                                 const std::optional<LoadedObject>& before) {
  if (old.info.program_id == task.program->id()) {
    Expected<LinkInfo> info = read_back(task, old.fd.get());
    return info ? Expected<Attachment>(describe(task, *info, false)) : info.error();
  }
  Expected<void> updated =
      update_link(old, task.object, before ? &*before : nullptr, task.cgroup.path);
  if (!updated) return updated.error();
  Expected<LinkInfo> info = read_back(task, old.fd.get());
  if (info) return describe(task, *info, true);
  if (before) (void)update_link(old, *before, nullptr, task.cgroup.path);
  return info.error();
}

// The pin goes first, because a read-only file system must leave the filter on.
Expected<void> take_off(const PinnedLink& link) {
  if (::unlink(link.path.c_str()) != 0) return pin_error(errno, link.path, "remove the pin");
  if (::bpf_link_detach(link.fd.get()) == 0) return {};
  const int code = errno;
  (void)::bpf_obj_pin(link.fd.get(), link.path.c_str());
  return system_error(code, fmt::format("cannot detach the link `{}`", link.path));
}

// `before` is what is attached there; nothing where none is, or the caller may not open it.
Expected<Attachment> attach_filter(const Task& task, const std::optional<LoadedObject>& before) {
  if (!exists(task.path())) return attach_new(task);
  Expected<PinnedLink> old = open_link(task.path(), task.name);
  return old ? attach_over(task, *old, before) : old.error();
}

// Back to the program that was there, or to none.
void undo(const Task& task, const std::optional<LoadedObject>& before) {
  Expected<PinnedLink> link = open_link(task.path(), task.name);
  if (!link) return;
  if (before)
    (void)update_link(*link, *before, nullptr, task.cgroup.path);
  else
    (void)take_off(*link);
}

// In the order of refusals.h, so that no call is refused that the filter of the moment lets be.
Expected<Attachment> attach_with_refusals(const Task& task,
                                          const std::optional<LoadedObject>& before) {
  const std::vector<Refusal>& refusals = task.object.refusals();
  const RefusalPlace place{.cgroup = task.cgroup,
                           .cgroup_fd = task.cgroup_fd,
                           .folder = task.folder,
                           .name = task.name.name};
  Expected<std::vector<Refusal>> taken = take_refusals_off(place);
  if (!taken) return taken.error();
  Expected<Attachment> attached = attach_filter(task, before);
  if (!attached) {
    (void)attach_refusals(*taken, place);
    return attached;
  }
  if (Expected<void> refuses = attach_refusals(refusals, place); !refuses) {
    undo(task, before);
    (void)attach_refusals(*taken, place);
    return refuses.error();
  }
  attached->refuses = !refusals.empty();
  return attached;
}

using Before = std::vector<std::optional<LoadedObject>>;  ///< beside the tasks

Expected<Before> filters_before(const std::vector<Task>& tasks) {
  Before before(tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (!exists(tasks[i].path())) continue;
    Expected<PinnedLink> old = open_link(tasks[i].path(), tasks[i].name);
    if (!old) return old.error();
    before[i] = program_before(*old);
  }
  return before;
}

// Where each direction has a filter already, they change together, also where this process is
// killed between them. A change that waits to be confirmed keeps its journal.
Expected<void> begin_change(Undertaking& undertaking, const std::vector<Task>& tasks,
                            const Before& before) {
  JournalState state{.kind = JournalState::Kind::links, .cgroup_id = tasks.front().cgroup.id};
  std::vector<const Program*> programs;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const Direction direction = tasks[i].direction;
    const Program* old = before[i] ? attachable(*before[i], direction) : nullptr;
    if (old == nullptr) return {};
    programs.push_back(old);
    (direction == Direction::ingress ? state.ingress_id : state.egress_id) = tasks[i].program->id();
  }
  return undertaking.begin(state, programs);
}

Expected<std::vector<Attachment>> attach_all(const std::vector<Task>& tasks) {
  const Expected<Before> before = filters_before(tasks);
  if (!before) return before.error();
  const LinkName& name = tasks.front().name;
  Seat seat{.folder = tasks.front().folder, .key = fmt::format("{}_{}", name.cgroup_id, name.name)};
  seat.inner = read_journal(seat).has_value();
  Undertaking undertaking(seat, {});
  if (Expected<void> begun = begin_change(undertaking, tasks, *before); !begun)
    return begun.error();
  std::vector<Attachment> done;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    Expected<Attachment> attached = tasks[i].direction == Direction::ingress
                                        ? attach_filter(tasks[i], (*before)[i])
                                        : attach_with_refusals(tasks[i], (*before)[i]);
    if (!attached) {
      while (i-- > 0) undo(tasks[i], (*before)[i]);
      undertaking.failed();
      return attached.error();
    }
    done.push_back(*std::move(attached));
  }
  if (Expected<void> stands = undertaking.done(); !stands) return stands.error();
  return done;
}

Expected<std::vector<Task>> tasks_of(const LoadedObject& object, const Cgroup& cgroup,
                                     const std::vector<Direction>& directions,
                                     const AttachOptions& options) {
  std::vector<Task> tasks;
  for (const Direction direction : directions) {
    const Program* program = attachable(object, direction);
    if (program == nullptr) return require_program(object, direction).error();
    Expected<ProgramInfo> about = program_info(program->fd(), "the program to attach");
    if (!about) return about.error();
    tasks.push_back(
        {.object = object,
         .program = program,
         .program_name = about->name,
         .cgroup = cgroup,
         .direction = direction,
         .name = {.cgroup_id = cgroup.id, .direction = direction, .name = options.name}});
  }
  return tasks;
}

}  // namespace

Expected<Attachment> attach(const LoadedObject& object, const Cgroup& cgroup, Direction direction,
                            const AttachOptions& options) {
  Expected<std::vector<Attachment>> one = attach(object, cgroup, std::vector{direction}, options);
  return one ? Expected<Attachment>(std::move(one->front())) : one.error();
}

Expected<std::vector<Attachment>> attach(const LoadedObject& object, const Cgroup& cgroup,
                                         const std::vector<Direction>& directions,
                                         const AttachOptions& options) {
  if (directions.empty()) return internal_error("a filter is attached in no direction");
  if (Expected<void> name = check_link_name(options.name); !name) return name.error();
  Expected<std::vector<Task>> tasks = tasks_of(object, cgroup, directions, options);
  if (!tasks) return tasks.error();
  if (Expected<void> allowed = require_capabilities(Operation::attach); !allowed) {
    return allowed.error();
  }
  Expected<FileDescriptor> cgroup_fd = open_cgroup(cgroup);
  if (!cgroup_fd) return cgroup_fd.error();
  Expected<std::string> folder = make_link_folder(options.bpffs);
  if (!folder) return folder.error();
  Expected<DirectoryLock> lock = lock_and_repair(*folder);
  if (!lock) return lock.error();
  if (Expected<std::vector<PinnedLink>> swept = all_links(*folder); !swept) return swept.error();
  sweep_refusals(*folder);
  for (Task& task : *tasks) {
    task.cgroup_fd = cgroup_fd->get();
    task.folder = *folder;
  }
  return attach_all(*tasks);
}

Expected<Attachment> detach(const Cgroup& cgroup, Direction direction,
                            const AttachOptions& options) {
  if (Expected<void> name = check_link_name(options.name); !name) return name.error();
  if (Expected<void> allowed = require_capabilities(Operation::attach); !allowed) {
    return allowed.error();
  }
  Expected<std::string> folder = link_folder(options.bpffs);
  if (!folder) return folder.error();
  if (!exists(*folder)) return not_attached(cgroup, direction, options.name);
  Expected<DirectoryLock> lock = lock_and_repair(*folder);
  if (!lock) return lock.error();
  Expected<PinnedLink> link = find_link(*folder, cgroup, direction, options.name);
  if (!link) return link.error();
  if (direction == Direction::egress) {
    const RefusalPlace place{
        .cgroup = cgroup, .cgroup_fd = -1, .folder = *folder, .name = options.name};
    if (Expected<std::vector<Refusal>> taken = take_refusals_off(place); !taken)
      return taken.error();
  }
  if (Expected<void> off = take_off(*link); !off) return off.error();
  return Attachment{.cgroup = cgroup.path,
                    .cgroup_id = cgroup.id,
                    .direction = direction,
                    .name = options.name,
                    .program = "fwc_" + std::string(to_string(direction)),
                    .program_id = link->info.program_id,
                    .link_id = link->info.id,
                    .pin = link->path};
}

Expected<LoadedObject> open_attached(const Cgroup& cgroup, Direction direction,
                                     const AttachOptions& options) {
  if (Expected<void> name = check_link_name(options.name); !name) return name.error();
  Expected<std::string> folder = link_folder(options.bpffs);
  if (!folder) return folder.error();
  Expected<PinnedLink> link = find_link(*folder, cgroup, direction, options.name);
  if (!link) return link.error();
  Expected<LoadedObject> object =
      open_program(link->info.program_id, fmt::format("the filter on `{}`", cgroup.path));
  if (!object || direction == Direction::ingress) return object;
  LoadedObjectBuilder builder(*std::move(object));
  for (Refusal& refusal : open_refusals(*folder, cgroup.id, options.name))
    builder.add_refusal(std::move(refusal));
  return std::move(builder).take();
}

Expected<LoadedObject> open_program(std::uint32_t program_id) {
  return open_program(program_id, fmt::format("program {}", program_id));
}

}  // namespace fwc::runtime
