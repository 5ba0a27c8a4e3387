// SPDX-License-Identifier: MIT
// Constant folding. Wrapping is done in unsigned arithmetic, where C++ defines it.
#include "compiler/check/fold.h"

#include <algorithm>

namespace fwc {

namespace {

std::int64_t divide(std::int64_t lhs, std::int64_t rhs) {
  if (rhs == 0) return 0;
  if (rhs == -1) return static_cast<std::int64_t>(0 - static_cast<std::uint64_t>(lhs));
  return lhs / rhs;
}

std::int64_t modulo(std::int64_t lhs, std::int64_t rhs) {
  if (rhs == 0) return lhs;
  return rhs == -1 ? 0 : lhs % rhs;
}

std::int64_t successor(std::int64_t value) {
  return value + 1;
}
std::uint32_t successor(std::uint32_t value) {
  return value + 1;
}
U128 successor(U128 value) {
  return {.high = value.high + (value.low == ~0ULL ? 1 : 0), .low = value.low + 1};
}

/// Whether `next`, which is not below `value`, follows it without a gap.
template <typename T>
bool touches(const T& value, const T& next) {
  return next <= value || next == successor(value);  // no overflow: next is above value
}

template <typename T>
bool is_below(const Interval<T>& a, const Interval<T>& b) {
  return a.low < b.low;
}

template <typename T>
void sort_by_low(std::vector<Interval<T>>& intervals) {
  std::sort(intervals.begin(), intervals.end(), is_below<T>);
}

/// A set of a million addresses is common; three passes over the digits of `low` take a tenth of
/// the time of comparisons.
void sort_by_low(std::vector<Interval<std::uint32_t>>& intervals) {
  constexpr std::size_t kWorthIt = 4096;
  constexpr unsigned kDigitBits = 11;
  constexpr std::uint32_t kDigits = 1 << kDigitBits;
  if (intervals.size() < kWorthIt) {
    std::sort(intervals.begin(), intervals.end(), is_below<std::uint32_t>);
    return;
  }
  std::vector<Interval<std::uint32_t>> sorted(intervals.size());
  for (unsigned shift = 0; shift < 32; shift += kDigitBits) {
    const auto digit = [shift](const Interval<std::uint32_t>& interval) {
      return interval.low >> shift & (kDigits - 1);
    };
    std::vector<std::uint32_t> next(kDigits + 1);
    for (const auto& interval : intervals) ++next[digit(interval) + 1];
    for (std::uint32_t i = 1; i < kDigits; ++i) next[i] += next[i - 1];
    for (const auto& interval : intervals) sorted[next[digit(interval)]++] = interval;
    intervals.swap(sorted);
  }
}

template <typename T>
void merge(std::vector<Interval<T>>& intervals) {
  if (intervals.empty()) return;
  if (!std::is_sorted(intervals.begin(), intervals.end(), is_below<T>)) sort_by_low(intervals);
  std::size_t last = 0;
  for (std::size_t i = 1; i < intervals.size(); ++i) {
    const Interval<T> next = intervals[i];
    if (touches(intervals[last].high, next.low))
      intervals[last].high = std::max(intervals[last].high, next.high);
    else
      intervals[++last] = next;
  }
  intervals.resize(last + 1);
}

template <typename T>
bool is_in(const std::vector<Interval<T>>& intervals, const T& value) {
  const auto after =
      std::upper_bound(intervals.begin(), intervals.end(), value,
                       [](const T& v, const Interval<T>& interval) { return v < interval.low; });
  return after != intervals.begin() && value <= std::prev(after)->high;
}

}  // namespace

std::int64_t fold(ArithmeticOp op, std::int64_t lhs, std::int64_t rhs) {
  const auto a = static_cast<std::uint64_t>(lhs);
  const auto b = static_cast<std::uint64_t>(rhs);
  switch (op) {
    case ArithmeticOp::add: return static_cast<std::int64_t>(a + b);
    case ArithmeticOp::subtract: return static_cast<std::int64_t>(a - b);
    case ArithmeticOp::multiply: return static_cast<std::int64_t>(a * b);
    case ArithmeticOp::divide: return divide(lhs, rhs);
    case ArithmeticOp::modulo: return modulo(lhs, rhs);
    case ArithmeticOp::bit_and: return lhs & rhs;
    case ArithmeticOp::bit_or: return lhs | rhs;
    case ArithmeticOp::bit_xor: return lhs ^ rhs;
    case ArithmeticOp::shift_left: return static_cast<std::int64_t>(a << (b & 63));
    case ArithmeticOp::shift_right: return lhs >> (b & 63);
  }
  return 0;
}

ValueSet canonical(ValueSet set) {
  merge(set.integers);
  merge(set.ipv4);
  merge(set.ipv6);
  return set;
}

bool contains(const ValueSet& set, std::int64_t value) {
  return is_in(set.integers, value);
}

bool contains(const ValueSet& set, const Address& value) {
  if (value.family == Family::ipv4)
    return is_in(set.ipv4, static_cast<std::uint32_t>(value.bits.low));
  return is_in(set.ipv6, value.bits);
}

}  // namespace fwc
