// SPDX-License-Identifier: MIT
// Builds directories, linear in the intervals; see the header.
#include "compiler/sets/interval_tables.h"

#include <algorithm>
#include <bit>

namespace fwc::sets {

namespace {

using Set = std::span<const WideInterval>;

/// Entries a directory has for each interval, at the most and on an even spread half as many.
constexpr std::size_t kEntriesAnInterval = 4;
constexpr std::size_t kSearched = 16;  ///< up to so many intervals no directory pays

/// The part of a set that lies in a bucket; the places are those of the set.
struct Part {
  std::size_t begin = 0;
  std::size_t end = 0;
};

}  // namespace

std::uint32_t IntervalBuilder::append(Set set) {
  const auto first = static_cast<std::uint32_t>(tables_.intervals.size() / 2);
  for (const WideInterval& each : set) {
    tables_.intervals.push_back(each.low);
    tables_.intervals.push_back(each.high - each.low + 1);
  }
  return first;
}

Directory IntervalBuilder::root(Set set) {
  tables_.intervals.reserve(2 * (set.size() + 2));
  return directory(set, append(set), 0);
}

std::uint32_t IntervalBuilder::entry(Set set) {
  return entry_of(set, append(set), 1);
}

Directory IntervalBuilder::directory(Set set, std::uint32_t first, unsigned depth) {
  Directory made{.lowest = set.front().low};
  const std::uint64_t range = set.back().high - made.lowest;
  const auto bits = static_cast<unsigned>(std::bit_width(range));
  const auto most = static_cast<unsigned>(std::bit_width(set.size() * kEntriesAnInterval)) - 1;
  made.shift = bits > most ? bits - most : 0;
  made.entries = static_cast<std::uint32_t>(range >> made.shift) + 1;
  made.first = static_cast<std::uint32_t>(tables_.directory.size());
  tables_.directory.resize(made.first + made.entries);
  Part part;
  for (std::uint64_t bucket = 0; bucket < made.entries; ++bucket) {
    const std::uint64_t from = bucket << made.shift;  // from `lowest` on, so nothing overflows
    const std::uint64_t to = from + ((std::uint64_t{1} << made.shift) - 1);
    while (part.begin < set.size() && set[part.begin].high - made.lowest < from) ++part.begin;
    part.end = std::max(part.end, part.begin);
    while (part.end < set.size() && set[part.end].low - made.lowest <= to) ++part.end;
    const Set inside = set.subspan(part.begin, part.end - part.begin);
    tables_.directory[made.first + bucket] =
        entry_of(inside, first + static_cast<std::uint32_t>(part.begin), depth + 1);
    // The last interval may go on in the next bucket.
    if (part.end > part.begin) --part.end;
  }
  return made;
}

/// The intervals from `first` on are those of the set. A directory below a root or a key is the
/// last one.
std::uint32_t IntervalBuilder::entry_of(Set set, std::uint32_t first, unsigned depth) {
  if (set.empty()) return 0;
  if (set.size() <= tables_.probes) return first;
  if (set.size() <= kSearched || depth > 1) {
    const auto needed = static_cast<unsigned>(std::bit_width(set.size() - 1));
    tables_.steps = std::max(tables_.steps, needed);
    tables_.records.push_back(first | (first + set.size()) << 32);
    return kSearch | static_cast<std::uint32_t>(tables_.records.size() - 1);
  }
  const Directory node = directory(set, first, depth);
  tables_.has_nodes = true;
  tables_.records.push_back(node.lowest);
  tables_.records.push_back(node.shift | std::uint64_t{node.first} << kNodeFirstAt |
                            std::uint64_t{node.entries} << kNodeEntriesAt);
  return kNode | static_cast<std::uint32_t>(tables_.records.size() - 2);
}

IntervalTables IntervalBuilder::take() && {
  // The last probe stays within the table.
  for (unsigned probe = 1; probe < tables_.probes; ++probe) append(std::vector{WideInterval{1, 0}});
  return std::move(tables_);
}

bool contains(const IntervalTables& tables, std::uint32_t entry, std::uint64_t number) {
  if ((entry & kNode) != 0) {
    const std::uint32_t node = entry & kPlaceMask;
    const std::uint64_t form = tables.records[node + 1];
    const std::uint64_t bucket = (number - tables.records[node]) >> (form & kNodeShiftMask);
    if (bucket >= form >> kNodeEntriesAt) return false;
    entry = tables.directory[(form >> kNodeFirstAt & kPlaceMask) + bucket];
  }
  std::uint64_t at = entry & kPlaceMask;
  if ((entry & kSearch) != 0) {
    const std::uint64_t end = tables.records[at] >> 32;
    at = tables.records[at] & 0xffffffff;
    for (unsigned step = tables.steps; step-- > 0;) {
      const std::uint64_t next = at + (std::uint64_t{1} << step);
      if (next < end && tables.intervals[2 * next] <= number) at = next;
    }
  }
  bool found = false;
  for (unsigned probe = 0; probe < tables.probes; ++probe)
    found |= number - tables.intervals[2 * (at + probe)] < tables.intervals[2 * (at + probe) + 1];
  return found;
}

bool contains(const IntervalTables& tables, const Directory& root, std::uint64_t number) {
  const std::uint64_t bucket = (number - root.lowest) >> root.shift;
  return bucket < root.entries && contains(tables, tables.directory[root.first + bucket], number);
}

}  // namespace fwc::sets
