// SPDX-License-Identifier: MIT
// The lock of a folder with everything in it settled.
#include "runtime/repair.h"

#include <fmt/core.h>

#include "runtime/journal.h"
#include "runtime/kernel_objects.h"
#include "runtime/link_pins.h"
#include "runtime/link_update.h"
#include "runtime/pin_change.h"
#include "runtime/pin_paths.h"

namespace fwc::runtime {
namespace {

constexpr Direction kDirections[] = {Direction::ingress, Direction::egress};

Expected<LoadedObject> filter_before(Journal& journal) {
  LoadedObjectBuilder builder;
  for (const Direction direction : kDirections) {
    if (!journal.old(direction)) continue;
    Expected<void> added = builder.add(std::move(journal.old(direction)), "the filter from before");
    if (!added) return added.error();
  }
  return std::move(builder).take();
}

// Whether what lies in the slots is what the change put there, or what was there before it.
bool is_untouched(const Journal& journal, const LoadedObject& before, const LoadedObject& now) {
  for (const Program* program : before.programs()) {
    const Program* there = now.program(program->direction());
    if (now.slot_fd(program->direction()) < 0 || there == nullptr) return false;
    if (there->id() != program->id() && there->id() != journal.state.new_id(program->direction()))
      return false;
  }
  return true;
}

Expected<void> put_pin_back(const Seat& seat, Journal& journal) {
  const std::string path = seat.folder + "/" + seat.key;
  Expected<LoadedObject> now = open_pins(path);
  if (!now) return now.error();
  Expected<LoadedObject> before = filter_before(journal);
  if (!before) return before.error();
  if (before->programs().empty() || !is_untouched(journal, *before, *now)) return {};
  Expected<std::vector<std::string>> done = change_pins(*before, path, *now, false);
  return done ? Expected<void>{} : done.error();
}

Expected<void> put_links_back(const Seat& seat, Journal& journal) {
  Expected<LoadedObject> before = filter_before(journal);
  if (!before) return before.error();
  const std::size_t name = seat.key.find('_') + 1;
  for (const Direction direction : kDirections) {
    if (attachable(*before, direction) == nullptr) continue;
    const LinkName link_name{.cgroup_id = journal.state.cgroup_id,
                             .direction = direction,
                             .name = seat.key.substr(name)};
    const std::string path = seat.folder + "/" + link_name.file_name();
    if (!exists(path)) continue;
    Expected<PinnedLink> link = open_link(path, link_name);
    if (!link) return link.error();
    if (link->info.program_id != journal.state.new_id(direction)) continue;
    Expected<LoadedObject> fresh = open_program(link->info.program_id);
    if (!fresh) return fresh.error();
    Expected<void> updated = update_link(*link, *before, &*fresh, "the cgroup");
    if (!updated && updated.error().kind != Error::Kind::no_input) return updated;
  }
  return {};
}

Expected<void> settle(const Seat& seat) {
  std::optional<Journal> journal = read_journal(seat);
  if (!journal) return {};
  if (journal->state.deadline > now_since_boot()) return {};
  Expected<void> back = journal->state.kind == JournalState::Kind::pin
                            ? put_pin_back(seat, *journal)
                            : put_links_back(seat, *journal);
  if (back) end_journal(seat);
  return back;
}

}  // namespace

Expected<DirectoryLock> lock_and_repair(const std::string& directory) {
  Expected<DirectoryLock> lock = DirectoryLock::take(directory);
  if (!lock) return lock;
  for (const Seat& seat : sweep_journals(directory)) {
    if (Expected<void> settled = settle(seat); !settled) {
      Error error = settled.error();
      error.message = fmt::format("cannot take back a change of `{}`: {}", seat.key, error.message);
      return error;
    }
  }
  return lock;
}

}  // namespace fwc::runtime
