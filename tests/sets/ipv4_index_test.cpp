// SPDX-License-Identifier: MIT
// The index of IPv4 addresses against a search in the intervals.
#include <gtest/gtest.h>

#include "compiler/check/fold.h"
#include "compiler/sets/ipv4_index.h"
#include "tests/sets/random_sets.h"

namespace fwc::test {
namespace {

using Set = std::vector<Interval<std::uint32_t>>;

Set canonical_set(Set intervals) {
  return canonical({.integers = {}, .ipv4 = std::move(intervals), .ipv6 = {}}).ipv4;
}

bool is_in(const Set& set, std::uint32_t address) {
  return contains(ValueSet{.integers = {}, .ipv4 = set, .ipv6 = {}},
                  Address{Family::ipv4, {0, address}});
}

/// At every end of an interval, beside it, and anywhere.
void expect_same(const Set& set, Dice& dice) {
  const sets::Ipv4Index index = sets::index_ipv4(set);
  std::vector<std::uint32_t> places = places_around(set);
  for (int i = 0; i < 2000; ++i)
    places.push_back(static_cast<std::uint32_t>(dice.below(std::size_t{1} << 32)));
  for (const std::uint32_t place : {0u, 1u, 0x7fffffffu, 0x80000000u, ~0u - 1, ~0u})
    places.push_back(place);
  const ValueSet naive{.integers = {}, .ipv4 = set, .ipv6 = {}};
  for (const std::uint32_t place : places)
    ASSERT_EQ(contains(index, place), contains(naive, Address{Family::ipv4, {0, place}}))
        << place << " of " << set.size() << " intervals, shift " << index.shift;
}

TEST(Ipv4Index, EqualsASearch) {
  Dice dice(20261126);
  for (const Shape shape : kShapes)
    for (const std::size_t count : {1, 2, 3, 5, 17, 100, 1000, 20000}) {
      SCOPED_TRACE(static_cast<int>(shape));
      expect_same(canonical_set(random_ipv4(dice, shape, count)), dice);
    }
}

TEST(Ipv4Index, HoldsEverythingAndTheEnds) {
  Dice dice(1);
  expect_same({{0, ~0u}}, dice);
  expect_same({{0, 0}}, dice);
  expect_same({{~0u, ~0u}}, dice);
  expect_same({{0, 0}, {~0u, ~0u}}, dice);
  expect_same({{0, 0x7fffffff}, {0x80000001, ~0u}}, dice);
}

TEST(Ipv4Index, UsesFinerBucketsAndBitmaps) {
  Dice dice(2);
  for (const Shape shape : {Shape::cluster, Shape::dense, Shape::clusters}) {
    const sets::Ipv4Index index = sets::index_ipv4(canonical_set(random_ipv4(dice, shape, 20000)));
    EXPECT_LE(8 * index.words.size(), 640u << 10) << static_cast<int>(shape);
  }
  EXPECT_TRUE(sets::index_ipv4(canonical_set(random_ipv4(dice, Shape::clusters, 20000))).nested);
}

/// The limits of the memory that a set may cost.
TEST(Ipv4Index, IsSmall) {
  Dice dice(3);
  const auto bytes = [&](std::size_t count) {
    return 8 *
           sets::index_ipv4(canonical_set(random_ipv4(dice, Shape::prefixes, count))).words.size();
  };
  EXPECT_LE(bytes(10), 4u << 10);
  EXPECT_LE(bytes(1'000), 128u << 10);
  EXPECT_LE(bytes(100'000), 3u << 20);
  EXPECT_LE(bytes(1'000'000), 12u << 20);
}

TEST(Ipv4Index, TheNaiveSearchTellsInFromOut) {
  EXPECT_TRUE(is_in({{5, 7}}, 7));
  EXPECT_FALSE(is_in({{5, 7}}, 8));
}

}  // namespace
}  // namespace fwc::test
