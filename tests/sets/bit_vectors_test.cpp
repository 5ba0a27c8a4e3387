// SPDX-License-Identifier: MIT
// Classes of values against a look at every interval, at all ends and beside them.
#include <gtest/gtest.h>

#include <limits>

#include "compiler/sets/bit_vectors.h"
#include "tests/harness/interesting.h"

namespace fwc::test {
namespace {

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

template <typename T>
bool is_in(const T& value, const Interval<T>& interval) {
  return !(value < interval.low) && !(interval.high < value);
}

template <typename T>
void expect_same(const std::vector<sets::Turned<T>>& turned, const sets::BitVector& base,
                 const std::vector<T>& values) {
  sets::VectorTable vectors;
  vectors.add(base);
  const sets::Classes<T> classes = sets::classify(turned, base, vectors);
  ASSERT_EQ(classes.before.size(), std::size_t{1} << classes.steps);
  ASSERT_EQ(classes.vectors.size(), classes.before.size());
  for (const T& value : values) {
    sets::BitVector expected = base;
    for (const sets::Turned<T>& each : turned)
      if (is_in(value, each.values)) expected[each.bit / 64] ^= std::uint64_t{1} << each.bit % 64;
    const std::uint32_t number = vector_of(classes, value);
    ASSERT_LT(number, vectors.count());
    const auto begin = vectors.words().begin() + static_cast<std::ptrdiff_t>(number * base.size());
    EXPECT_EQ(sets::BitVector(begin, begin + static_cast<std::ptrdiff_t>(base.size())), expected);
  }
}

TEST(BitVectors, OfNumbersEqualALook) {
  Dice dice(20261127);
  for (const std::size_t bits : {1, 63, 64, 65, 300}) {
    std::vector<sets::Turned<std::uint64_t>> turned;
    std::vector<std::uint64_t> values = {0, 1, kMost >> 1};
    for (std::uint32_t bit = 0; bit < bits; ++bit) {
      if (dice.one_in(5)) continue;
      const std::uint64_t low = dice.one_in(8) ? 0 : dice.below(1000);
      const std::uint64_t high = dice.one_in(8) ? kMost >> 1 : low + dice.below(50);
      turned.push_back({{low, high}, bit});
      if (high < 2000) turned.push_back({{high + 2, high + 2}, bit});
      for (const std::uint64_t end : {low, high, high + 2})
        for (const std::uint64_t value : {end - 1, end, end + 1})
          if (value <= kMost >> 1) values.push_back(value);
    }
    sets::BitVector base((bits + 63) / 64);
    for (std::uint64_t& word : base) word = dice.below(kMost);
    expect_same(turned, base, values);
  }
}

TEST(BitVectors, OfWideNumbersBorrowFromTheUpperHalf) {
  const std::vector<sets::Turned<U128>> turned = {{{{0, 0}, {0, kMost}}, 0},
                                                  {{{1, 0}, {kMost, kMost}}, 1},
                                                  {{{5, 7}, {5, 7}}, 2},
                                                  {{{5, 0}, {6, 0}}, 3},
                                                  {{{kMost, kMost}, {kMost, kMost}}, 4}};
  std::vector<U128> values;
  for (const std::uint64_t high :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{5}, std::uint64_t{6}, kMost})
    for (const std::uint64_t low : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{6},
                                    std::uint64_t{7}, std::uint64_t{8}, kMost - 1, kMost})
      values.push_back({high, low});
  expect_same(turned, {0b10101}, values);
}

TEST(BitVectors, AreOneForAllValuesThatNobodyAsksFor) {
  sets::VectorTable vectors;
  const auto classes = sets::classify<std::uint64_t>({}, {3}, vectors);
  EXPECT_EQ(classes.steps, 0u);
  EXPECT_EQ(vectors.count(), 1u);
  EXPECT_EQ(vector_of(classes, std::uint64_t{77}), 0u);
}

}  // namespace
}  // namespace fwc::test
