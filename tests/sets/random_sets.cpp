// SPDX-License-Identifier: MIT
// Draws the sets of random_sets.h.
#include "tests/sets/random_sets.h"

#include <algorithm>
#include <limits>

namespace fwc::test {

namespace {

std::uint32_t any(Dice& dice) {
  return static_cast<std::uint32_t>(dice.below(std::size_t{1} << 32));
}

Interval<std::uint32_t> prefix(std::uint32_t address, unsigned length) {
  const std::uint32_t rest =
      length == 0 ? ~std::uint32_t{0} : (std::uint32_t{1} << (32 - length)) - 1;
  return {address & ~rest, address | rest};
}

unsigned length_of_prefix(Dice& dice) {
  const std::size_t draw = dice.below(10);
  if (draw < 6) return 32;
  return draw < 9 ? 24 : 20 + static_cast<unsigned>(dice.below(12));
}

Interval<std::uint32_t> one(Dice& dice, Shape shape, std::size_t number) {
  const auto index = static_cast<std::uint32_t>(number);
  switch (shape) {
    case Shape::prefixes: return prefix(any(dice), length_of_prefix(dice));
    case Shape::addresses: return prefix(any(dice), 32);
    case Shape::cluster: return prefix(0x0a000000 | any(dice) >> 10, length_of_prefix(dice));
    case Shape::dense: return prefix(0xc0a80000 + 2 * index, 32);
    case Shape::clusters: {
      const bool outside = number % 16 == 0;
      const std::uint32_t network = any(dice) % 5 * 0x31415927;
      return prefix(outside ? any(dice) : network + any(dice) % 9000, outside ? 24 : 32);
    }
    case Shape::ranges: break;
  }
  const std::uint32_t low = number == 0 ? 0 : any(dice);
  const std::uint32_t room = std::numeric_limits<std::uint32_t>::max() - low;
  const std::uint32_t length = any(dice) >> dice.below(32);
  return {low, number == 1 ? low + room : low + std::min(length / 64, room)};
}

Interval<U128> ipv6_prefix(const U128& address, unsigned length) {
  const auto rest_of = [](unsigned bits) {
    return bits == 0 ? ~std::uint64_t{0} : bits >= 64 ? 0 : (std::uint64_t{1} << (64 - bits)) - 1;
  };
  const std::uint64_t high = rest_of(std::min(length, 64u));
  const std::uint64_t low = rest_of(length > 64 ? length - 64 : 0);
  return {{address.high & ~high, address.low & ~low}, {address.high | high, address.low | low}};
}

Interval<U128> one_ipv6(Dice& dice, Shape shape, std::size_t number) {
  const auto any64 = [&] { return std::uint64_t{any(dice)} << 32 | any(dice); };
  const U128 global{0x2000000000000000 | any64() >> 3, any64()};
  switch (shape) {
    case Shape::prefixes: return ipv6_prefix(global, 29 + static_cast<unsigned>(dice.below(36)));
    case Shape::addresses: return ipv6_prefix(global, 128);
    case Shape::cluster:
      return ipv6_prefix({std::uint64_t{0x20010db800000000} | any(dice) % 4, any64()},
                         static_cast<unsigned>(60 + dice.below(69)));
    case Shape::dense: return ipv6_prefix({0xfe80000000000000, 2 * number}, 128);
    case Shape::clusters: {
      const std::uint64_t network = 0x2001000000000000 + any(dice) % 5 * 0x0031415926535897;
      const U128 near{network + any(dice) % 100000, any(dice) % 300};
      return ipv6_prefix(number % 16 == 0 ? U128{any64(), any64()} : near,
                         static_cast<unsigned>(dice.one_in(2) ? 64 : 100 + dice.below(29)));
    }
    case Shape::ranges: break;
  }
  U128 low{any64(), any64()};
  if (number == 0) low = {};
  U128 high{low.high + (any64() >> dice.below(64)) / 4, any64()};
  if (number == 1 || high < low) high = {~std::uint64_t{0}, ~std::uint64_t{0}};
  if (dice.one_in(3)) high = {low.high, std::max(low.low, any64())};
  return {low, high};
}

}  // namespace

std::vector<Interval<std::uint32_t>> random_ipv4(Dice& dice, Shape shape, std::size_t count) {
  std::vector<Interval<std::uint32_t>> set;
  for (std::size_t i = 0; i < count; ++i) set.push_back(one(dice, shape, i));
  return set;
}

std::vector<Interval<U128>> random_ipv6(Dice& dice, Shape shape, std::size_t count) {
  std::vector<Interval<U128>> set;
  for (std::size_t i = 0; i < count; ++i) set.push_back(one_ipv6(dice, shape, i));
  return set;
}

}  // namespace fwc::test
