// SPDX-License-Identifier: MIT
// Integer literals, and the exact part of a literal that is to blame.
#include "compiler/check/literals.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/check/check_text.h"

namespace fwc {
namespace {

TEST(ReadInteger, EveryBase) {
  const auto read = [](std::string_view text) {
    return std::get<std::int64_t>(read_integer(text));
  };
  EXPECT_EQ(read("0"), 0);
  EXPECT_EQ(read("53"), 53);
  EXPECT_EQ(read("1_000"), 1000);
  EXPECT_EQ(read("1'000'000"), 1'000'000);
  EXPECT_EQ(read("0x1F"), 31);
  EXPECT_EQ(read("0xff_ff"), 65535);
  EXPECT_EQ(read("0o17"), 15);
  EXPECT_EQ(read("0b1'01"), 5);
  EXPECT_EQ(read("0x00"), 0);
  EXPECT_EQ(read("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(read("0x7fffffffffffffff"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(read("0o777777777777777777777"), std::numeric_limits<std::int64_t>::max());
}

TEST(ReadInteger, TheFirstBadCharacterIsToBlame) {
  const auto blame = [](std::string_view text) {
    const auto error = std::get<LiteralError>(read_integer(text));
    return std::pair{error.code, error.span};
  };
  EXPECT_EQ(blame("010"), std::pair(Code::leading_zero, Span{0, 3}));
  EXPECT_EQ(blame("0_1"), std::pair(Code::leading_zero, Span{0, 3}));
  EXPECT_EQ(blame("12a4b"), std::pair(Code::bad_integer, Span{2, 3}));
  EXPECT_EQ(blame("0x"), std::pair(Code::bad_integer, Span{0, 2}));
  EXPECT_EQ(blame("0b102"), std::pair(Code::bad_integer, Span{4, 5}));
  EXPECT_EQ(blame("1_"), std::pair(Code::bad_integer, Span{1, 2}));
  EXPECT_EQ(blame("1_'0"), std::pair(Code::bad_integer, Span{1, 2}));
  EXPECT_EQ(blame("9223372036854775808"), std::pair(Code::bad_integer, Span{0, 19}));
  EXPECT_EQ(blame("0xffffffffffffffffffffffffffff"), std::pair(Code::bad_integer, Span{0, 30}));
}

TEST(ReadPrefix, ZeroAndFullLengths) {
  EXPECT_TRUE(std::holds_alternative<AddressPrefix>(read_prefix("0.0.0.0", "0")));
  EXPECT_TRUE(std::holds_alternative<AddressPrefix>(read_prefix("10.0.0.1", "32")));
  EXPECT_TRUE(std::holds_alternative<AddressPrefix>(read_prefix("::1", "128")));
  const auto error = std::get<LiteralError>(read_prefix("10.0.0.0", "33"));
  EXPECT_EQ(error.code, Code::bad_prefix);
  EXPECT_EQ(error.span, (Span{9, 11}));
}

TEST(Poison, AWrongOperandIsReportedOnce) {
  EXPECT_EQ(codes_of("dport + 1 == 70000 && !dport in {dport}"),
            "unknown-name unknown-name unknown-name");
  EXPECT_EQ(codes_of("(xyz ? 1.2.3.4 : 5) == 1.2.3.4/8"), "unknown-name wrong-type host-bits");
  EXPECT_EQ(codes_of("-1.2.3.999 == 1"), "bad-address");
}

TEST(Poison, ManyErrorsAreNotAllKept) {
  std::string text = "nonsense";
  for (int i = 0; i < 20'000; ++i) text += " || nonsense";
  EXPECT_EQ(check_text(text).issues.size(), 100U);
}

}  // namespace
}  // namespace fwc
