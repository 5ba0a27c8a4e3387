// SPDX-License-Identifier: MIT
// Sweeps over sorted, disjoint intervals; see values.h.
#include "compiler/check/reasoning/values.h"

#include <algorithm>
#include <limits>

#include "compiler/check/fold.h"

namespace fwc {

namespace {

std::int64_t after(std::int64_t value) {
  return value + 1;
}
std::int64_t before(std::int64_t value) {
  return value - 1;
}
std::uint32_t after(std::uint32_t value) {
  return value + 1;
}
std::uint32_t before(std::uint32_t value) {
  return value - 1;
}
U128 after(U128 value) {
  return {.high = value.high + (value.low == ~0ULL ? 1 : 0), .low = value.low + 1};
}
U128 before(U128 value) {
  return {.high = value.high - (value.low == 0 ? 1 : 0), .low = value.low - 1};
}

template <typename T>
using Intervals = std::vector<Interval<T>>;

template <typename T>
Intervals<T> shared(const Intervals<T>& a, const Intervals<T>& b) {
  Intervals<T> out;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const T low = std::max(a[i].low, b[j].low);
    const T high = std::min(a[i].high, b[j].high);
    if (low <= high) out.push_back({low, high});
    a[i].high < b[j].high ? ++i : ++j;
  }
  return out;
}

template <typename T>
Intervals<T> without(const Intervals<T>& a, const Intervals<T>& b) {
  Intervals<T> out;
  auto cut = b.begin();
  for (Interval<T> rest : a) {
    while (cut != b.end() && cut->high < rest.low) ++cut;
    bool left = true;
    for (auto next = cut; left && next != b.end() && next->low <= rest.high; ++next) {
      if (rest.low < next->low) out.push_back({rest.low, before(next->low)});
      left = next->high < rest.high;
      if (left) rest.low = after(next->high);
    }
    if (left) out.push_back(rest);
  }
  return out;
}

template <typename T>
Intervals<T> around(const Intervals<T>& a) {
  if (a.empty()) return {};
  return {{a.front().low, a.back().high}};
}

template <typename T>
void append(Intervals<T>& to, const Intervals<T>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

}  // namespace

ValueSet intersection(const ValueSet& a, const ValueSet& b) {
  return {.integers = shared(a.integers, b.integers),
          .ipv4 = shared(a.ipv4, b.ipv4),
          .ipv6 = shared(a.ipv6, b.ipv6)};
}

ValueSet difference(const ValueSet& a, const ValueSet& b) {
  return {.integers = without(a.integers, b.integers),
          .ipv4 = without(a.ipv4, b.ipv4),
          .ipv6 = without(a.ipv6, b.ipv6)};
}

ValueSet unite(const ValueSet& a, const ValueSet& b) {
  ValueSet out = a;
  append(out.integers, b.integers);
  append(out.ipv4, b.ipv4);
  append(out.ipv6, b.ipv6);
  return canonical(std::move(out));
}

bool is_empty(const ValueSet& set) {
  return interval_count(set) == 0;
}

std::size_t interval_count(const ValueSet& set) {
  return set.integers.size() + set.ipv4.size() + set.ipv6.size();
}

ValueSet hull(const ValueSet& set) {
  return {.integers = around(set.integers), .ipv4 = around(set.ipv4), .ipv6 = around(set.ipv6)};
}

ValueSet integers(std::int64_t low, std::int64_t high) {
  return {.integers = {{low, high}}, .ipv4 = {}, .ipv6 = {}};
}

ValueSet only(const Address& address) {
  const auto ipv4 = static_cast<std::uint32_t>(address.bits.low);
  if (address.family == Family::ipv4) return {.integers = {}, .ipv4 = {{ipv4, ipv4}}, .ipv6 = {}};
  return {.integers = {}, .ipv4 = {}, .ipv6 = {{address.bits, address.bits}}};
}

ValueSet all_addresses() {
  return {.integers = {},
          .ipv4 = {{0, std::numeric_limits<std::uint32_t>::max()}},
          .ipv6 = {{U128{}, U128{~0ULL, ~0ULL}}}};
}

}  // namespace fwc
