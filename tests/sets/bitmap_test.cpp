// SPDX-License-Identifier: MIT
// Bitmaps of numbers against a search in the intervals.
#include <gtest/gtest.h>

#include <limits>

#include "compiler/check/fold.h"
#include "compiler/sets/bitmap.h"
#include "tests/harness/interesting.h"

namespace fwc::test {
namespace {

using Set = std::vector<Interval<std::int64_t>>;

void expect_same(const Set& intervals, std::int64_t from, std::int64_t to) {
  const ValueSet set = canonical({.integers = intervals, .ipv4 = {}, .ipv6 = {}});
  const auto bitmap = sets::bitmap(set.integers);
  ASSERT_TRUE(bitmap.has_value());
  EXPECT_LE(bitmap->words.size(), 1024u);
  for (std::int64_t value = from; value <= to; ++value)
    ASSERT_EQ(contains(*bitmap, value), contains(set, value)) << value;
}

TEST(Bitmap, EqualsASearch) {
  Dice dice(20261126);
  for (const std::size_t count : {1, 2, 7, 100, 3000}) {
    Set set;
    for (std::size_t i = 0; i < count; ++i) {
      const auto low = static_cast<std::int64_t>(dice.below(65536));
      set.push_back({low, std::min<std::int64_t>(65535, low + static_cast<std::int64_t>(
                                                                  dice.below(1 + 3000 / count)))});
    }
    expect_same(set, -100, 70000);
  }
}

TEST(Bitmap, NeedNotBeginAtZero) {
  expect_same({{-70, -65}, {-1, 3}, {64, 64}}, -300, 300);
  expect_same({{1'000'000, 1'000'063}, {1'000'128, 1'065'535}}, 999'900, 1'066'000);
}

TEST(Bitmap, HoldsThePlacesAroundAWord) {
  expect_same({{0, 0}, {63, 64}, {127, 192}, {65535, 65535}}, 0, 65600);
}

TEST(Bitmap, IsRefusedForNumbersThatLieFarApart) {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_FALSE(sets::bitmap(Set{{0, 0}, {65536, 65536}}).has_value());
  EXPECT_FALSE(sets::bitmap(Set{{kLeast, kLeast}, {kMost, kMost}}).has_value());
  EXPECT_FALSE(sets::bitmap(Set{{-1, 65535}}).has_value());
}

}  // namespace
}  // namespace fwc::test
