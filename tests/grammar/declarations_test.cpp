// SPDX-License-Identifier: MIT
// `let` before the expression.
#include <gtest/gtest.h>

#include "tests/grammar/tree.h"

namespace fwc {
namespace {

std::string piece(std::string_view text, Span span) {
  return std::string(text.substr(span.begin, span.end - span.begin));
}

TEST(Declarations, AllParts) {
  constexpr std::string_view kText =
      "let $limit : int = 1000 + 500 in 64 .. 1 << 16 ; len <= $limit";
  const ast::Filter filter = parsed(kText);
  ASSERT_EQ(filter.declarations.size(), 1U);
  const ast::Declaration& d = filter.declarations[0];
  EXPECT_EQ(d.name, "limit");
  EXPECT_EQ(piece(kText, d.name_span), "$limit");
  EXPECT_EQ(d.type, "int");
  EXPECT_EQ(piece(kText, d.type_span), "int");
  EXPECT_EQ(shape(filter, d.value), "(+ 1000 500)");
  ASSERT_TRUE(d.bounds);
  EXPECT_EQ(shape(filter, *d.bounds), "(.. 64 (<< 1 16))");
  EXPECT_EQ(piece(kText, filter.at(*d.bounds).span), "64 .. 1 << 16");
  EXPECT_EQ(shape(filter, filter.root), "(<= len $limit)");
}

TEST(Declarations, FewestParts) {
  const ast::Filter filter = parsed("let $on=true;$on");
  ASSERT_EQ(filter.declarations.size(), 1U);
  EXPECT_EQ(filter.declarations[0].type, std::nullopt);
  EXPECT_EQ(filter.declarations[0].bounds, std::nullopt);
  EXPECT_EQ(filter.declarations[0].type_span, Span{});
  EXPECT_EQ(shape(filter, filter.declarations[0].value), "true");
}

TEST(Declarations, Several) {
  const ast::Filter filter =
      parsed("# limits\nlet $a = 1; /* */ let $b: bool = (1 == 1);\nlet $c = -3 in -9..9;\n$a");
  ASSERT_EQ(filter.declarations.size(), 3U);
  EXPECT_EQ(filter.declarations[0].name, "a");
  EXPECT_EQ(filter.declarations[1].name, "b");
  EXPECT_EQ(shape(filter, filter.declarations[1].value), "[(== 1 1)]");
  EXPECT_EQ(filter.declarations[1].bounds, std::nullopt);
  EXPECT_EQ(filter.declarations[2].name, "c");
  EXPECT_EQ(shape(filter, *filter.declarations[2].bounds), "(.. (- 9) 9)");
  EXPECT_EQ(shape(filter, filter.root), "$a");
}

}  // namespace
}  // namespace fwc
