// SPDX-License-Identifier: MIT
// The indexes of wide numbers against a search in the intervals.
#include <gtest/gtest.h>

#include "compiler/check/fold.h"
#include "compiler/sets/ipv6_index.h"
#include "tests/sets/random_sets.h"

namespace fwc::test {
namespace {

constexpr std::uint64_t kOnes = ~std::uint64_t{0};

void expect_same(const std::vector<Interval<U128>>& intervals, Dice& dice) {
  const ValueSet set = canonical({.integers = {}, .ipv4 = {}, .ipv6 = intervals});
  const sets::Ipv6Index index = sets::index_ipv6(set.ipv6);
  std::vector<U128> places = places_around(set.ipv6);
  const std::vector<U128> ends = places;
  for (int i = 0; i < 2000; ++i) {
    const U128& end = dice.of(ends);
    places.push_back({dice.one_in(2) ? end.high : dice.below(kOnes), dice.below(kOnes)});
  }
  for (const std::uint64_t half : {std::uint64_t{0}, std::uint64_t{1}, kOnes - 1, kOnes})
    for (const std::uint64_t other : {std::uint64_t{0}, kOnes}) places.push_back({half, other});
  for (const U128& place : places)
    ASSERT_EQ(contains(index, place), contains(set, Address{Family::ipv6, place}))
        << to_string({Family::ipv6, place}) << " of " << set.ipv6.size() << " intervals";
}

TEST(Ipv6Index, EqualsASearch) {
  Dice dice(20261126);
  for (const Shape shape : kShapes)
    for (const std::size_t count : {1, 2, 3, 5, 17, 100, 1000, 20000}) {
      SCOPED_TRACE(static_cast<int>(shape));
      expect_same(random_ipv6(dice, shape, count), dice);
    }
}

TEST(Ipv6Index, HoldsEverythingAndTheEnds) {
  Dice dice(1);
  expect_same({{{0, 0}, {kOnes, kOnes}}}, dice);
  expect_same({{{0, 0}, {0, 0}}, {{kOnes, kOnes}, {kOnes, kOnes}}}, dice);
  expect_same({{{0, 1}, {kOnes, kOnes - 1}}}, dice);
  expect_same({{{5, 7}, {6, 3}}}, dice);
  expect_same({{{5, 0}, {6, 3}}, {{6, 5}, {6, kOnes}}}, dice);
}

/// Powers of two crowd the first bucket of every directory.
TEST(Ipv6Index, FindsCrowdedNumbers) {
  Dice dice(2);
  std::vector<Interval<U128>> set;
  for (unsigned bit = 1; bit < 64; ++bit)
    for (const std::uint64_t beside : {0, 3, 9})
      set.push_back(
          {{(std::uint64_t{1} << bit) + beside, 0}, {(std::uint64_t{1} << bit) + beside, kOnes}});
  for (unsigned bit = 3; bit < 63; ++bit)
    set.push_back({{1, std::uint64_t{1} << bit}, {1, (std::uint64_t{1} << bit) + 1}});
  expect_same(set, dice);
  EXPECT_GT(sets::index_ipv6(canonical({.integers = {}, .ipv4 = {}, .ipv6 = set}).ipv6)
                .upper->tables.steps,
            3u);
}

TEST(Ipv6Index, IsSmall) {
  Dice dice(3);
  for (const Shape shape : {Shape::prefixes, Shape::addresses}) {
    const auto set =
        canonical({.integers = {}, .ipv4 = {}, .ipv6 = random_ipv6(dice, shape, 100'000)});
    const sets::Ipv6Index index = sets::index_ipv6(set.ipv6);
    std::size_t bytes = 0;
    const auto add = [&](const sets::IntervalTables& tables) {
      bytes +=
          8 * tables.intervals.size() + 4 * tables.directory.size() + 8 * tables.records.size();
    };
    if (index.upper) add(index.upper->tables);
    if (index.lower) {
      add(index.lower->tables);
      bytes += 8 * index.lower->slots.size();
    }
    EXPECT_LE(bytes, 6u << 20) << static_cast<int>(shape);
  }
}

TEST(KeyedIndex, EqualsASearch) {
  Dice dice(4);
  for (const unsigned words : {1u, 2u})
    for (const std::size_t count : {1, 7, 1000, 20000}) {
      std::vector<sets::KeyedInterval> all;
      for (std::size_t i = 0; i < count; ++i) {
        const sets::Key key{dice.below(count / 4 + 1) % 900, words == 1 ? 0 : dice.below(3)};
        const std::uint64_t low = dice.below(100000);
        all.push_back({key, {low, low + dice.below(40)}});
      }
      all.push_back({{0, 0}, {0, kOnes / 2}});
      all.push_back({{0, 0}, {kOnes / 2, kOnes}});
      const sets::KeyedIndex index = sets::index_keyed(all, words);
      for (std::size_t i = 0; i < 300; ++i) {
        const sets::KeyedInterval& each = dice.of(all);
        const sets::Key key = dice.one_in(4) ? sets::Key{dice.below(2000), 0} : each.key;
        const std::uint64_t number =
            (dice.one_in(2) ? each.numbers.low : each.numbers.high) + dice.below(3) - 1;
        bool in = false;
        for (const sets::KeyedInterval& other : all)
          in |= other.key == key && other.numbers.low <= number && number <= other.numbers.high;
        ASSERT_EQ(contains(index, key, number), in) << key[0] << " " << number;
      }
    }
}

}  // namespace
}  // namespace fwc::test
