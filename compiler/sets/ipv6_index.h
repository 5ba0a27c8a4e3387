// SPDX-License-Identifier: MIT
// A set of IPv6 addresses: networks of /64 and larger by the upper half of the address alone; what
// is smaller, single addresses for one, behind the upper half as a key.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "compiler/sets/interval_tables.h"
#include "compiler/sets/keyed_index.h"

namespace fwc::sets {

/// A set of 64-bit numbers.
struct WideIndex {
  Directory root;
  IntervalTables tables;
};

/// Of sorted, disjoint intervals, of which there is one.
WideIndex index_wide(std::span<const WideInterval> set);
bool contains(const WideIndex& index, std::uint64_t number);

/// A set of 128-bit numbers, divided.
struct Halves {
  bool everything = false;
  std::vector<WideInterval> upper;   ///< sorted, disjoint: upper halves of which all is in the set
  std::vector<KeyedInterval> lower;  ///< by upper half: lower halves, of which not all is in it
};
Halves halves_of(std::span<const Interval<U128>> set);

struct Ipv6Index {
  bool everything = false;
  std::optional<WideIndex> upper;
  std::optional<KeyedIndex> lower;
};

/// The index of a canonical set.
Ipv6Index index_ipv6(std::span<const Interval<U128>> set);
bool contains(const Ipv6Index& index, const U128& address);

}  // namespace fwc::sets
