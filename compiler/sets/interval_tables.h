// SPDX-License-Identifier: MIT
// Sets of 64-bit numbers as sorted intervals with directories above them: what the indexes of wide
// numbers and of keyed sets have in common. A number is found by a directory, which leads to the
// one or two intervals that can hold it; crowded buckets have a directory of their own, and what is
// crowded there too is searched by halving, without branches.
//
// An entry of a directory is the number of an interval, or of a record:
//
// | bits     | mean                                                                    |
// | -------- | ----------------------------------------------------------------------- |
// | 31       | kSearch: record `first interval | end << 32`, to be searched            |
// | 30       | kNode: two records, `lowest number` and `shift | first entry << 6 | entries << 36` |
// | 0 to 29  | the place                                                               |
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "compiler/check/checked_filter.h"

namespace fwc::sets {

/// Both ends included; never all of the numbers.
using WideInterval = Interval<std::uint64_t>;

inline constexpr std::uint32_t kSearch = std::uint32_t{1} << 31;
inline constexpr std::uint32_t kNode = std::uint32_t{1} << 30;
inline constexpr std::uint32_t kPlaceMask = kNode - 1;
inline constexpr unsigned kNodeShiftMask = 63;
inline constexpr unsigned kNodeFirstAt = 6;
inline constexpr unsigned kNodeEntriesAt = 36;

struct IntervalTables {
  /// Pairs of the lowest number and the count of numbers. The first holds nothing.
  std::vector<std::uint64_t> intervals = {0, 0};
  std::vector<std::uint32_t> directory;
  std::vector<std::uint64_t> records;
  unsigned probes = 1;     ///< intervals to be looked at from the one found on
  unsigned steps = 0;      ///< halvings of the longest search; 0: there are none
  bool has_nodes = false;  ///< whether an entry is a node
};

/// Where a directory stands and what it divides.
struct Directory {
  std::uint64_t lowest = 0;
  unsigned shift = 0;
  std::uint32_t first = 0;    ///< entry
  std::uint32_t entries = 0;  ///< beyond them there is nothing in the set
};

/// Adds sets to tables.
class IntervalBuilder {
 public:
  /// With one probe there may be many sets; with two there is one, a root.
  explicit IntervalBuilder(unsigned probes) { tables_.probes = probes; }

  /// The directory of a set that is not empty.
  Directory root(std::span<const WideInterval> set);
  /// The entry that leads to a set that is not empty.
  std::uint32_t entry(std::span<const WideInterval> set);

  IntervalTables take() &&;

 private:
  std::uint32_t append(std::span<const WideInterval> set);
  Directory directory(std::span<const WideInterval> set, std::uint32_t first, unsigned depth);
  std::uint32_t entry_of(std::span<const WideInterval> set, std::uint32_t first, unsigned depth);

  IntervalTables tables_;
};

/// Whether the set that the entry leads to holds the number, as the program finds it.
bool contains(const IntervalTables& tables, std::uint32_t entry, std::uint64_t number);
bool contains(const IntervalTables& tables, const Directory& root, std::uint64_t number);

}  // namespace fwc::sets
