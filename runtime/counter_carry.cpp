// SPDX-License-Identifier: MIT
// Counters that go on in the program that takes the place of another.
#include "runtime/counter_carry.h"

#include <algorithm>

#include "fwc/runtime/watch.h"
#include "runtime/kernel_objects.h"

namespace fwc::runtime {
namespace {

std::uint64_t less(std::uint64_t a, std::uint64_t b) {
  return a > b ? a - b : 0;
}

/// Applies to the numbers of each CPU; both lists are of one length.
template <typename Change>
void for_each(CpuTallies& all, const CpuTallies& other, const Change& change) {
  for (std::size_t cpu = 0; cpu < all.size() && cpu < other.size(); ++cpu) {
    all[cpu].packets = change(all[cpu].packets, other[cpu].packets);
    all[cpu].bytes = change(all[cpu].bytes, other[cpu].bytes);
  }
}

/// One direction of the two maps; what is carried is worked out and written.
class DirectionCarry {
 public:
  DirectionCarry(const CounterMap& old, const CounterMap& fresh, bool ingress, int map)
      : old_(old), fresh_(fresh), ingress_(ingress), map_(map) {}

  Expected<void> carry() {
    const auto& deciders = list(fresh_);
    if (deciders.empty()) return {};
    for (std::size_t action = 0; action < 2; ++action) rest_[action] = old_.earlier[gone(action)];
    for (std::size_t i = 0; i < list(old_).size(); ++i)
      add_rest(list(old_)[i], old_.total(first(old_) + i));
    std::vector<bool> taken(list(old_).size());
    for (std::size_t i = 0; i < deciders.size(); ++i)
      if (auto done = carry_decider(i, taken); !done) return done;
    const auto count = static_cast<std::uint32_t>(fresh_.deciders.size());
    for (std::size_t action = 0; action < 2; ++action) {
      CpuTallies earlier = fresh_.earlier[gone(action)];
      for_each(earlier, rest_[action],
               [](std::uint64_t a, std::uint64_t b) { return std::max(a, b); });
      const auto entry = static_cast<std::uint32_t>(2 * count + gone(action));
      if (auto done = write_cpus(map_, entry, earlier); !done) return done;
    }
    return {};
  }

 private:
  const std::vector<DeciderCounter>& list(const CounterMap& map) const {
    return ingress_ ? map.deciders.ingress : map.deciders.egress;
  }
  std::size_t first(const CounterMap& map) const {
    return ingress_ ? 0 : map.deciders.ingress.size();
  }
  std::size_t gone(std::size_t action) const { return (ingress_ ? 0 : 2) + action; }

  /// Passed is 0 and dropped 1; what a count rule counts is among them already.
  CpuTallies* rest_of(RuleAction action) {
    if (action == RuleAction::count) return nullptr;
    return &rest_[action == RuleAction::drop ? 1 : 0];
  }

  void add_rest(const DeciderCounter& decider, const CpuTallies& tallies) {
    if (CpuTallies* rest = rest_of(decider.action))
      for_each(*rest, tallies, [](std::uint64_t a, std::uint64_t b) { return a + b; });
  }

  Expected<void> carry_decider(std::size_t i, std::vector<bool>& taken) {
    const DeciderCounter& decider = list(fresh_)[i];
    const std::size_t at = first(fresh_) + i;
    CpuTallies carried = fresh_.carried[at];
    for (std::size_t k = 0; k < taken.size(); ++k) {
      if (taken[k] || !is_same_decider(list(fresh_), i, list(old_), k)) continue;
      taken[k] = true;
      CpuTallies wanted = old_.total(first(old_) + k);
      for_each(wanted, fresh_.own[at], less);
      for_each(carried, wanted, [](std::uint64_t a, std::uint64_t b) { return std::max(a, b); });
      break;
    }
    if (CpuTallies* rest = rest_of(decider.action)) {
      for_each(*rest, carried, less);
      for_each(*rest, fresh_.own[at], less);
    }
    return write_cpus(map_, static_cast<std::uint32_t>(fresh_.deciders.size() + at), carried);
  }

  const CounterMap& old_;
  const CounterMap& fresh_;
  const bool ingress_;
  const int map_;
  CpuTallies rest_[2];  ///< of the old totals, what no decider of the new filter accounts for
};

void take_off(WatchTally& sum, const WatchTally& part) {
  sum.over_rate = less(sum.over_rate, part.over_rate);
  sum.without_room = less(sum.without_room, part.without_room);
  sum.audited_packets = less(sum.audited_packets, part.audited_packets);
  sum.audited_bytes = less(sum.audited_bytes, part.audited_bytes);
}

bool are_two(int old_map, int fresh_map) {
  return old_map >= 0 && fresh_map >= 0 && !is_same_map(old_map, fresh_map);
}

// Where the caller may not look at types, nothing is carried, and that is no failure.
Expected<void> allow_without_types(Expected<void> done) {
  const bool forbidden = !done && done.error().kind == Error::Kind::no_permission;
  return forbidden ? Expected<void>{} : done;
}

}  // namespace

Expected<CounterCarry> CounterCarry::begin(const LoadedObject& old, const LoadedObject& fresh) {
  CounterCarry carry(old, fresh);
  if (are_two(old.counters_fd(), fresh.counters_fd())) {
    Expected<CounterMap> before = read_counter_map(fresh);
    if (!before && before.error().kind != Error::Kind::no_permission) return before.error();
    if (before) carry.before_ = *std::move(before);
  }
  const bool tells = are_two(old.tallies_fd(), fresh.tallies_fd());
  for (std::uint32_t i = 0; i < carry.watch_before_.size() && tells; ++i) {
    Expected<CpuWatchTallies> own = read_cpus<WatchTally>(fresh.tallies_fd(), i);
    if (!own) return own.error();
    carry.watch_before_[i] = *std::move(own);
  }
  if (Expected<void> done = carry.finish(); !done) return done.error();
  return carry;
}

std::optional<CounterCarry> CounterCarry::try_begin(const LoadedObject& old,
                                                    const LoadedObject& fresh) {
  Expected<CounterCarry> begun = begin(old, fresh);
  return begun ? std::optional<CounterCarry>(*std::move(begun)) : std::nullopt;
}

Expected<void> CounterCarry::finish() const {
  if (Expected<void> done = allow_without_types(carry_counts()); !done) return done;
  return carry_watch();
}

Expected<void> CounterCarry::carry_counts() const {
  if (!before_ || !before_->can_carry) return {};
  const Expected<CounterMap> old = read_counter_map(old_);
  if (!old) return old.error();
  for (const bool ingress : {true, false}) {
    DirectionCarry direction(*old, *before_, ingress, fresh_.counters_fd());
    if (Expected<void> done = direction.carry(); !done) return done;
  }
  return {};
}

Expected<void> CounterCarry::carry_watch() const {
  const Expected<std::uint64_t> rate = log_rate(old_);
  if (rate && fresh_.log_fd() >= 0)
    if (auto set = set_log_rate(fresh_, *rate); !set) return set;
  if (watch_before_[0].empty()) return {};
  auto tallies = read_watch_map(old_);
  if (!tallies) return tallies.error();
  for (std::uint32_t direction = 0; direction < tallies->size(); ++direction) {
    CpuWatchTallies& wanted = (*tallies)[direction];
    for (std::size_t cpu = 0; cpu < wanted.size(); ++cpu)
      take_off(wanted[cpu], watch_before_[direction][cpu]);
    if (auto done = write_cpus(fresh_.tallies_fd(), direction + 2, wanted); !done) return done;
  }
  return {};
}

bool count_the_same(const Policies& old, const Policies& fresh) {
  const Deciders one = deciders_of(old), other = deciders_of(fresh);
  for (const auto direction : {&Deciders::ingress, &Deciders::egress}) {
    const auto& a = one.*direction;
    const auto& b = other.*direction;
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
      if (!is_same_decider(a, i, b, i)) return false;
  }
  return true;
}

}  // namespace fwc::runtime
