// SPDX-License-Identifier: MIT
// Changes that may have to be taken back, kept as pins.
#include "runtime/journal.h"

#include <bpf/bpf.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <ctime>
#include <filesystem>
#include <optional>

#include "runtime/errors.h"
#include "runtime/kernel_objects.h"
#include "runtime/pin_paths.h"
#include "runtime/pin_transaction.h"

namespace fwc::runtime {
namespace {

constexpr std::string_view kJournalMap = "fwc_journal";
constexpr std::uint32_t kOnly = 0;

constexpr char kMap = 'j';

char letter_of(Direction direction) {
  return direction == Direction::ingress ? 'i' : 'e';
}

// The map's pin is made last and removed first: without it there is no journal.
std::string pin_path(const Seat& seat, char letter) {
  const int shown = seat.inner ? std::toupper(letter) : letter;
  return fmt::format("{}/{}{}_{}", seat.folder, kJournalPrefix, static_cast<char>(shown), seat.key);
}

Expected<void> write_state(int map, const JournalState& state) {
  if (::bpf_map_update_elem(map, &kOnly, &state, BPF_ANY) == 0) return {};
  return system_error(errno, "cannot write down what is to be changed");
}

Expected<void> pin_all(const Seat& seat, int map, const std::vector<const Program*>& before) {
  for (const Program* program : before) {
    const std::string path = pin_path(seat, letter_of(program->direction()));
    if (::bpf_obj_pin(program->fd(), path.c_str()) != 0) return pin_error(errno, path);
  }
  const std::string path = pin_path(seat, kMap);
  return ::bpf_obj_pin(map, path.c_str()) == 0 ? Expected<void>{} : pin_error(errno, path);
}

std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code failure;
  std::filesystem::directory_iterator at(directory, failure);
  while (!failure && at != std::filesystem::directory_iterator()) {
    std::string name = at->path().filename().string();
    if (name.starts_with(kJournalPrefix)) names.push_back(std::move(name));
    at.increment(failure);
  }
  return names;
}

}  // namespace

std::uint64_t now_since_boot() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(now.tv_nsec);
}

Expected<void> begin_journal(const Seat& seat, const JournalState& state,
                             const std::vector<const Program*>& before) {
  const FileDescriptor map(::bpf_map_create(BPF_MAP_TYPE_ARRAY, std::string(kJournalMap).c_str(),
                                            sizeof kOnly, sizeof state, 1, nullptr));
  if (!map) return system_error(errno, "cannot make the map of a journal");
  if (Expected<void> written = write_state(map.get(), state); !written) return written;
  Expected<void> pinned = pin_all(seat, map.get(), before);
  if (!pinned) end_journal(seat);
  return pinned;
}

Expected<void> set_deadline(const Seat& seat, const JournalState& state, std::uint64_t deadline) {
  const std::string path = pin_path(seat, kMap);
  const FileDescriptor map(::bpf_obj_get(path.c_str()));
  if (!map) return system_error(errno, fmt::format("cannot open the pin `{}`", path));
  JournalState later = state;
  later.deadline = deadline;
  return write_state(map.get(), later);
}

void end_journal(const Seat& seat) {
  ::unlink(pin_path(seat, kMap).c_str());
  for (const Direction direction : {Direction::ingress, Direction::egress})
    ::unlink(pin_path(seat, letter_of(direction)).c_str());
}

// A journal says what is to be put back, so one of somebody else's is none.
std::optional<Journal> read_journal(const Seat& seat) {
  if (!is_trusted_pin(pin_path(seat, kMap))) return {};
  const FileDescriptor map(::bpf_obj_get(pin_path(seat, kMap).c_str()));
  const Expected<MapInfo> info = map_info(map.get(), "a journal");
  Journal journal;
  const bool ours = info && info->name == kJournalMap && info->type == BPF_MAP_TYPE_ARRAY &&
                    info->value_size == sizeof journal.state;
  if (!ours || ::bpf_map_lookup_elem(map.get(), &kOnly, &journal.state) != 0) return {};
  for (const Direction direction : {Direction::ingress, Direction::egress}) {
    const std::string path = pin_path(seat, letter_of(direction));
    if (is_trusted_pin(path)) journal.old(direction) = FileDescriptor(::bpf_obj_get(path.c_str()));
  }
  return journal;
}

std::vector<Seat> sweep_journals(const std::string& directory) {
  constexpr std::size_t kLetter = kJournalPrefix.size();
  constexpr std::size_t kHead = kLetter + std::string_view("j_").size();
  std::vector<Seat> seats;
  const std::vector<std::string> names = names_in(directory);
  for (const bool inner : {true, false})
    for (const std::string& name : names)
      if (name.size() > kHead && name[kLetter] == (inner ? std::toupper(kMap) : kMap))
        seats.push_back({.folder = directory, .key = name.substr(kHead), .inner = inner});
  for (const std::string& name : names) {
    const auto owns = [&](const Seat& seat) {
      return name.size() > kHead && seat.key == name.substr(kHead) &&
             seat.inner == (std::isupper(name[kLetter]) != 0);
    };
    if (std::none_of(seats.begin(), seats.end(), owns)) ::unlink((directory + "/" + name).c_str());
  }
  return seats;
}

JournalState journal_state(const LoadedObject& fresh, JournalState::Kind kind,
                           std::uint64_t cgroup_id) {
  const auto id = [&](Direction direction) {
    const Program* program = fresh.program(direction);
    return program == nullptr ? 0 : program->id();
  };
  return {.kind = kind,
          .ingress_id = id(Direction::ingress),
          .egress_id = id(Direction::egress),
          .cgroup_id = cgroup_id};
}

Expected<void> Undertaking::begin(const JournalState& state,
                                  const std::vector<const Program*>& before) {
  state_ = state;
  written_ = wait_.count() > 0 || before.size() > 1;  // one step needs none
  return written_ ? begin_journal(seat_, state, before) : Expected<void>{};
}

Expected<void> Undertaking::done() {
  if (wait_.count() > 0) {
    const auto deadline = now_since_boot() + static_cast<std::uint64_t>(wait_.count());
    return set_deadline(seat_, state_, deadline);
  }
  failed();
  return {};
}

void Undertaking::failed() {
  if (written_) end_journal(seat_);
}

}  // namespace fwc::runtime
