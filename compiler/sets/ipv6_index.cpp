// SPDX-License-Identifier: MIT
// Divides 128-bit intervals into halves.
#include "compiler/sets/ipv6_index.h"

namespace fwc::sets {

namespace {

constexpr std::uint64_t kOnes = ~std::uint64_t{0};

}  // namespace

WideIndex index_wide(std::span<const WideInterval> set) {
  IntervalBuilder builder(2);
  WideIndex index{.root = builder.root(set), .tables = {}};
  index.tables = std::move(builder).take();
  return index;
}

bool contains(const WideIndex& index, std::uint64_t number) {
  return contains(index.tables, index.root, number);
}

Halves halves_of(std::span<const Interval<U128>> set) {
  Halves halves;
  const auto add_lower = [&](std::uint64_t upper, std::uint64_t low, std::uint64_t high) {
    halves.lower.push_back({.key = {upper, 0}, .numbers = {low, high}});
  };
  for (const auto& [low, high] : set) {
    const bool whole_start = low.low == 0;
    const bool whole_end = high.low == kOnes;
    if (low.high == high.high && !(whole_start && whole_end)) {
      add_lower(low.high, low.low, high.low);
      continue;
    }
    if (!whole_start) add_lower(low.high, low.low, kOnes);
    if (!whole_end) add_lower(high.high, 0, high.low);
    const std::uint64_t first = low.high + !whole_start;
    const std::uint64_t last = high.high - !whole_end;
    if (first <= last && (whole_start || first != 0) && (whole_end || last != kOnes))
      halves.upper.push_back({first, last});
  }
  halves.everything =
      halves.upper.size() == 1 && halves.upper[0].low == 0 && halves.upper[0].high == kOnes;
  return halves;
}

Ipv6Index index_ipv6(std::span<const Interval<U128>> set) {
  Halves halves = halves_of(set);
  Ipv6Index index{.everything = halves.everything, .upper = {}, .lower = {}};
  if (halves.everything) return index;
  if (!halves.upper.empty()) index.upper = index_wide(halves.upper);
  if (!halves.lower.empty()) index.lower = index_keyed(std::move(halves.lower), 1);
  return index;
}

bool contains(const Ipv6Index& index, const U128& address) {
  return index.everything || (index.upper && contains(*index.upper, address.high)) ||
         (index.lower && contains(*index.lower, {address.high, 0}, address.low));
}

}  // namespace fwc::sets
