// SPDX-License-Identifier: MIT
// Folding against arithmetic in 128 bits, and sets against lists of their members.
#include "compiler/check/fold.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <set>

#include "compiler/check/ranges.h"

namespace fwc {
namespace {

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

__extension__ using Wide = __int128;

std::int64_t wrap(Wide value) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(value));
}

std::int64_t reference(ArithmeticOp op, std::int64_t lhs, std::int64_t rhs) {
  const Wide a = lhs;
  const Wide b = rhs;
  const unsigned count = static_cast<unsigned>(rhs & 63);
  switch (op) {
    case ArithmeticOp::add: return wrap(a + b);
    case ArithmeticOp::subtract: return wrap(a - b);
    case ArithmeticOp::multiply: return wrap(a * b);
    case ArithmeticOp::divide: return b == 0 ? 0 : wrap(a / b);
    case ArithmeticOp::modulo: return b == 0 ? lhs : wrap(a % b);
    case ArithmeticOp::bit_and: return lhs & rhs;
    case ArithmeticOp::bit_or: return lhs | rhs;
    case ArithmeticOp::bit_xor: return lhs ^ rhs;
    case ArithmeticOp::shift_left: return wrap(a * (Wide{1} << count));
    case ArithmeticOp::shift_right: {
      Wide quotient = a / (Wide{1} << count);  // rounds toward zero, the shift downward
      if (quotient * (Wide{1} << count) > a) --quotient;
      return wrap(quotient);
    }
  }
  return 0;
}

TEST(Fold, IsWrappingArithmetic) {
  std::vector<std::int64_t> values = {0,
                                      1,
                                      -1,
                                      2,
                                      -2,
                                      3,
                                      7,
                                      63,
                                      64,
                                      65,
                                      -64,
                                      255,
                                      kMin,
                                      kMin + 1,
                                      kMax,
                                      kMax - 1,
                                      std::int64_t{1} << 32,
                                      -(std::int64_t{1} << 31)};
  std::mt19937_64 random(1);
  for (int i = 0; i < 60; ++i)
    values.push_back(static_cast<std::int64_t>(random()) >> random() % 64);
  for (int op = 0; op <= static_cast<int>(ArithmeticOp::shift_right); ++op)
    for (const std::int64_t a : values)
      for (const std::int64_t b : values)
        EXPECT_EQ(fold(ArithmeticOp(op), a, b), reference(ArithmeticOp(op), a, b))
            << op << ": " << a << ", " << b;
}

TEST(Canonical, SetsHaveTheSameMembersSortedAndApart) {
  std::mt19937 random(2);
  for (int round = 0; round < 2000; ++round) {
    ValueSet set;
    std::set<int> members;
    for (unsigned i = random() % 12; i > 0; --i) {
      const int low = static_cast<int>(random() % 64);
      const int high = std::min<int>(63, low + static_cast<int>(random() % 5));
      set.integers.push_back({low, high});
      set.ipv4.push_back({static_cast<std::uint32_t>(low), static_cast<std::uint32_t>(high)});
      set.ipv6.push_back(
          {{0, static_cast<std::uint64_t>(low)}, {0, static_cast<std::uint64_t>(high)}});
      for (int value = low; value <= high; ++value) members.insert(value);
    }
    const ValueSet sorted = canonical(set);
    for (int value = -1; value <= 65; ++value) {
      const bool is_in = members.contains(value);
      EXPECT_EQ(contains(sorted, std::int64_t{value}), is_in);
      if (value < 0) continue;
      const auto bits = static_cast<std::uint64_t>(value);
      EXPECT_EQ(contains(sorted, Address{Family::ipv4, {0, bits}}), is_in);
      EXPECT_EQ(contains(sorted, Address{Family::ipv6, {0, bits}}), is_in);
    }
    for (std::size_t i = 1; i < sorted.integers.size(); ++i)
      EXPECT_LT(sorted.integers[i - 1].high + 1, sorted.integers[i].low);
    EXPECT_EQ(canonical(sorted), sorted);
  }
}

TEST(Canonical, TheEndsOfTheRangeDoNotWrap) {
  const ValueSet set = canonical({.integers = {{kMax, kMax}, {kMin, kMin}},
                                  .ipv4 = {{0xffff'ffff, 0xffff'ffff}, {0, 0}},
                                  .ipv6 = {{{~0ULL, ~0ULL}, {~0ULL, ~0ULL}},
                                           {{0, 0}, {0, 0}},
                                           {{1, 0}, {1, 0}},
                                           {{0, ~0ULL}, {0, ~0ULL}}}});
  EXPECT_EQ(set.integers.size(), 2U);
  EXPECT_EQ(set.ipv4.size(), 2U);
  EXPECT_EQ(set.ipv6.size(), 3U);
}

TEST(ValueRange, HoldsEveryValue) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 20'000; ++round) {
    const auto op = ArithmeticOp(random() % 10);
    const FieldIndex field = *find_field(random() % 2 == 0 ? "dst_port" : "len");
    const std::int64_t constant = static_cast<std::int64_t>(random()) >> random() % 64;
    Tree tree;
    const NodeId a = tree.field(field, {});
    const NodeId b = tree.integer(constant, {});
    const bool swapped = random() % 2 == 0;
    const NodeId sum = swapped ? tree.arithmetic(op, b, a, {}) : tree.arithmetic(op, a, b, {});
    const auto range = value_range(tree, {}, sum);
    for (const std::int64_t value :
         {std::int64_t{0}, kFields[field].maximum, static_cast<std::int64_t>(random() % 65536)}) {
      const std::int64_t result = swapped ? fold(op, constant, value) : fold(op, value, constant);
      EXPECT_LE(range.low, result);
      EXPECT_GE(range.high, result);
    }
  }
}

}  // namespace
}  // namespace fwc
