// SPDX-License-Identifier: MIT
// Sets of addresses and numbers in the shapes that tell structures apart: spread, clustered, dense,
// and touching the ends of the range.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "compiler/check/checked_filter.h"
#include "tests/harness/interesting.h"

namespace fwc::test {

enum class Shape : std::uint8_t {
  prefixes,   ///< over the whole range: 60 % single addresses, 30 % networks, larger ones
  addresses,  ///< single ones over the whole range
  cluster,    ///< all within one network
  dense,      ///< every second address of a block
  clusters,   ///< many in few networks, some outside
  ranges,     ///< of any length at any place, both ends of the range among them
};
inline constexpr std::array kShapes = {Shape::prefixes, Shape::addresses, Shape::cluster,
                                       Shape::dense,    Shape::clusters,  Shape::ranges};

/// Intervals in any order, to be made canonical.
std::vector<Interval<std::uint32_t>> random_ipv4(Dice& dice, Shape shape, std::size_t count);

/// IPv6: prefixes of 29 to 64 bits in 2000::/3, single addresses, and the like.
std::vector<Interval<U128>> random_ipv6(Dice& dice, Shape shape, std::size_t count);

inline U128 next_to(const U128& value, bool up) {
  if (up) return {value.high + (value.low == ~std::uint64_t{0}), value.low + 1};
  return {value.high - (value.low == 0), value.low - 1};
}
template <std::integral T>
T next_to(T value, bool up) {
  using Unsigned = std::make_unsigned_t<T>;
  return static_cast<T>(static_cast<Unsigned>(value) + (up ? Unsigned{1} : ~Unsigned{0}));
}

/// Each end of each interval and its neighbours.
template <typename T>
std::vector<T> places_around(const std::vector<Interval<T>>& set) {
  std::vector<T> places;
  for (const Interval<T>& each : set)
    for (const T& end : {each.low, each.high})
      for (const T& place : {next_to(end, false), end, next_to(end, true)}) places.push_back(place);
  return places;
}

}  // namespace fwc::test
