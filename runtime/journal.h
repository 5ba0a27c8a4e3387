// SPDX-License-Identifier: MIT
// Changes that may have to be taken back, kept as pins so that a later fwc can do it: those of
// several programs while they are under way, and those that wait to be confirmed. Private to the
// runtime; the caller holds the lock of the folder.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fwc/runtime/error.h"
#include "fwc/runtime/program.h"

namespace fwc::runtime {

/// Names that begin so belong to journals.
inline constexpr std::string_view kJournalPrefix = "fwc_back_";

/// Where a journal is: the folder and the name of what is changed.
struct Seat {
  std::string folder;
  std::string key;
  /// Of a change that is made while another one of the same filter waits to be confirmed. The
  /// letters of its pins are capitals, and it is settled before the other one.
  bool inner = false;
};

/// What is known of a change; the value of a map of one element, pinned as `fwc_back_j_KEY`.
struct JournalState {
  enum class Kind : std::uint32_t { pin, links };

  Kind kind = Kind::pin;
  std::uint32_t ingress_id = 0;  ///< of the new programs; 0 where a direction takes no part
  std::uint32_t egress_id = 0;
  std::uint32_t unused = 0;
  std::uint64_t cgroup_id = 0;  ///< of links
  std::uint64_t deadline = 0;   ///< CLOCK_BOOTTIME in nanoseconds; 0 while the change is under way

  std::uint32_t new_id(Direction direction) const {
    return direction == Direction::ingress ? ingress_id : egress_id;
  }
};

struct Journal {
  JournalState state;
  FileDescriptor ingress;  ///< the programs from before, pinned as `fwc_back_i_KEY` and `…_e_KEY`
  FileDescriptor egress;

  FileDescriptor& old(Direction direction) {
    return direction == Direction::ingress ? ingress : egress;
  }
};

/// Of a change to `fresh` that has not begun.
JournalState journal_state(const LoadedObject& fresh, JournalState::Kind kind,
                           std::uint64_t cgroup_id = 0);

/// Nanoseconds since boot, with those of sleep.
std::uint64_t now_since_boot();

/// Writes down what was there before; from then on the change is taken back by repair() until
/// set_deadline() or end_journal().
Expected<void> begin_journal(const Seat& seat, const JournalState& state,
                             const std::vector<const Program*>& before);

Expected<void> set_deadline(const Seat& seat, const JournalState& state, std::uint64_t deadline);

/// Forgets it: the change stands.
void end_journal(const Seat& seat);

/// Nothing where there is no journal of that seat, or it cannot be read.
std::optional<Journal> read_journal(const Seat& seat);

/// All journals in a folder, in the order in which they are to be settled; what is left of
/// incomplete ones is removed.
std::vector<Seat> sweep_journals(const std::string& directory);

/// A change with its journal: begin(), the change itself, then done() or failed(). Where this
/// process ends in between, lock_and_repair() takes the change back.
class Undertaking {
 public:
  /// `wait`, where it is not zero, is the time in which the change has to be confirmed.
  Undertaking(Seat seat, std::chrono::nanoseconds wait) : seat_(std::move(seat)), wait_(wait) {}

  Expected<void> begin(const JournalState& state, const std::vector<const Program*>& before);
  Expected<void> done();
  void failed();

 private:
  Seat seat_;
  std::chrono::nanoseconds wait_;
  JournalState state_;
  bool written_ = false;
};

}  // namespace fwc::runtime
