// SPDX-License-Identifier: MIT
// Another policy for a filter that is at work. Every change of one command stands or none does: a
// journal says what was before until the last step is done.
#include "fwc/runtime/replacement.h"

#include <bpf/bpf.h>
#include <fmt/core.h>

#include <algorithm>

#include "fwc/runtime/pins.h"
#include "runtime/cgroup_programs.h"
#include "runtime/errors.h"
#include "runtime/files.h"
#include "runtime/journal.h"
#include "runtime/kernel_objects.h"
#include "runtime/link_update.h"
#include "runtime/pin_change.h"
#include "runtime/refusals.h"
#include "runtime/repair.h"

namespace fwc::runtime {
namespace {

Expected<Seat> seat_of(const WorkingFilter& filter) {
  if (!filter.pin.empty())
    return Seat{.folder = directory_of(filter.pin), .key = base_of(filter.pin)};
  Expected<std::string> folder = link_folder(filter.options.bpffs);
  if (!folder) return folder.error();
  return Seat{.folder = *std::move(folder),
              .key = fmt::format("{}_{}", filter.cgroup.id, filter.options.name)};
}

Expected<void> require_none_waiting(const Seat& seat, const std::string& place) {
  if (!read_journal(seat)) return {};
  return make_error(Error::Kind::temporary,
                    fmt::format("a change of `{}` waits to be confirmed", place),
                    "`fwc confirm` keeps it; without, it is taken back when its time is over");
}

Expected<void> replace_in_slots(const WorkingFilter& filter, const Object& object,
                                const ReplaceOptions& options, const Seat& seat) {
  const Expected<LoadedObject> old = open_pin(filter.pin);
  if (!old) return old.error();
  if (Expected<void> seen = require_capabilities(Operation::look_up); !seen) return seen;
  const Expected<LoadedObject> fresh =
      load(object, {.variables = options.variables, .predecessors = {&*old}});
  if (!fresh) return fresh.error();
  if (Expected<void> free = check_pin(*fresh, filter.pin); !free) return free;
  Undertaking undertaking(seat, options.confirm_within);
  const JournalState state = journal_state(*fresh, JournalState::Kind::pin);
  if (Expected<void> begun = undertaking.begin(state, old->programs()); !begun) return begun;
  Expected<std::vector<std::string>> changed = change_pins(*fresh, filter.pin, *old, false);
  if (changed) {
    Expected<void> done = undertaking.done();
    if (done) return done;
    (void)change_pins(*old, filter.pin, *fresh, false);
    undertaking.failed();
    return done;
  }
  undertaking.failed();
  return changed.error();
}

/// A link and the filter that it holds before.
struct OldLink {
  PinnedLink link;
  LoadedObject object;
  const Program* before() const { return object.program(link.name.direction); }
};

Expected<std::vector<OldLink>> open_links(const WorkingFilter& filter, const Seat& seat) {
  std::vector<OldLink> links;
  for (const Direction direction : filter.directions) {
    Expected<PinnedLink> link =
        find_link(seat.folder, filter.cgroup, direction, filter.options.name);
    if (!link) return link.error();
    Expected<LoadedObject> object = open_attached(filter.cgroup, direction, filter.options);
    if (!object) return object.error();
    if (object->dispatcher(direction) != nullptr)
      return make_error(Error::Kind::temporary,
                        fmt::format("somebody else changes the filter on `{}`", filter.cgroup.path),
                        "try again");
    links.push_back({.link = *std::move(link), .object = *std::move(object)});
  }
  return links;
}

void put_back(const std::vector<OldLink>& links, const LoadedObject& fresh, std::size_t count,
              const std::string& cgroup) {
  for (std::size_t i = 0; i < count; ++i)
    (void)update_link(links[i].link, links[i].object, &fresh, cgroup);
}

Expected<void> update_links(const std::vector<OldLink>& links, const LoadedObject& fresh,
                            const Cgroup& cgroup) {
  Expected<FileDescriptor> folder = open_cgroup(cgroup);
  if (!folder) return folder.error();
  for (std::size_t i = 0; i < links.size(); ++i) {
    const Direction direction = links[i].link.name.direction;
    const Program& program = *fresh.program(direction);
    Expected<void> updated = update_link(links[i].link, fresh, &links[i].object, cgroup.path);
    if (!updated) {
      put_back(links, fresh, i, cgroup.path);
      return updated;
    }
    Expected<LinkInfo> there =
        read_back(links[i].link.fd.get(), program, direction, cgroup, folder->get());
    if (there) continue;
    put_back(links, fresh, i + 1, cgroup.path);
    return there.error();
  }
  return {};
}

// After the filter; update_link() took off what was there before.
Expected<void> refuse_calls(const WorkingFilter& filter, const std::vector<Refusal>& refusals,
                            const Seat& seat) {
  if (refusals.empty()) return {};
  Expected<FileDescriptor> cgroup = open_cgroup(filter.cgroup);
  if (!cgroup) return cgroup.error();
  return attach_refusals(refusals, {.cgroup = filter.cgroup,
                                    .cgroup_fd = cgroup->get(),
                                    .folder = seat.folder,
                                    .name = filter.options.name});
}

Expected<void> replace_in_links(const WorkingFilter& filter, const Object& object,
                                const ReplaceOptions& options, const Seat& seat) {
  Expected<std::vector<OldLink>> links = open_links(filter, seat);
  if (!links) return links.error();
  LoadOptions load_options{.variables = options.variables, .predecessors = {}};
  std::vector<const Program*> before;
  for (const OldLink& link : *links) {
    load_options.predecessors.push_back(&link.object);
    before.push_back(link.before());
  }
  const Expected<LoadedObject> fresh = load(object, load_options);
  if (!fresh) return fresh.error();
  for (const Direction direction : filter.directions) {
    if (Expected<const Program*> there = require_program(*fresh, direction); !there)
      return there.error();
  }
  Undertaking undertaking(seat, options.confirm_within);
  const JournalState state = journal_state(*fresh, JournalState::Kind::links, filter.cgroup.id);
  if (Expected<void> begun = undertaking.begin(state, before); !begun) return begun;
  Expected<void> changed = update_links(*links, *fresh, filter.cgroup);
  if (changed) {
    changed = refuse_calls(filter, fresh->refusals(), seat);
    if (changed) changed = undertaking.done();
    if (changed) return changed;
    put_back(*links, *fresh, links->size(), filter.cgroup.path);
  }
  for (const OldLink& link : *links) (void)refuse_calls(filter, link.object.refusals(), seat);
  undertaking.failed();
  return changed;
}

}  // namespace

Expected<void> replace(const WorkingFilter& filter, const Object& object,
                       const ReplaceOptions& options) {
  Expected<Seat> seat = seat_of(filter);
  if (!seat) return seat.error();
  Expected<DirectoryLock> lock = lock_and_repair(seat->folder);
  if (!lock) return lock.error();
  if (Expected<void> none = require_none_waiting(*seat, filter.place()); !none) return none;
  return filter.pin.empty() ? replace_in_links(filter, object, options, *seat)
                            : replace_in_slots(filter, object, options, *seat);
}

Expected<void> confirm(const WorkingFilter& filter, const ConfirmOptions& options) {
  Expected<Seat> seat = seat_of(filter);
  if (!seat) return seat.error();
  std::optional<DirectoryLock> lock;
  if (!options.dry_run) {
    Expected<DirectoryLock> taken = lock_and_repair(seat->folder);
    if (!taken) return taken.error();
    lock.emplace(*std::move(taken));
  }
  if (!read_journal(*seat))
    return make_error(Error::Kind::no_input,
                      fmt::format("no change of `{}` waits to be confirmed", filter.place()),
                      "it was confirmed already, or was taken back when its time was over");
  if (!options.dry_run) end_journal(*seat);
  return {};
}

std::optional<std::chrono::nanoseconds> time_to_confirm(const WorkingFilter& filter) {
  const Expected<Seat> seat = seat_of(filter);
  if (!seat) return {};
  const std::optional<Journal> journal = read_journal(*seat);
  if (!journal) return {};
  const std::uint64_t now = now_since_boot();
  const std::uint64_t deadline = journal->state.deadline;
  return std::chrono::nanoseconds(deadline > now ? deadline - now : 0);
}

Expected<void> settle(const WorkingFilter& filter) {
  Expected<Seat> seat = seat_of(filter);
  if (!seat) return seat.error();
  Expected<DirectoryLock> lock = lock_and_repair(seat->folder);
  return lock ? Expected<void>{} : lock.error();
}

}  // namespace fwc::runtime
