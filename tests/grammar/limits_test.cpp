// SPDX-License-Identifier: MIT
// Limits and hostile text: always an answer, soon, and never a crash.
#include <gtest/gtest.h>

#include <ctime>
#include <random>

#include "tests/grammar/tree.h"

namespace fwc {
namespace {

using Kind = SyntaxError::Kind;

std::string repeat(std::string_view piece, std::size_t times) {
  std::string text;
  text.reserve(piece.size() * times);
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

/// As many whole pieces as the largest text holds.
std::string largest(std::string_view piece) {
  return repeat(piece, ParseLimits{}.text_bytes / piece.size());
}

/// Sanitizers slow everything down, so a second is asked for only without them.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr double kSeconds = 10;
#else
constexpr double kSeconds = 1;
#endif

/// Processor time, which a busy machine does not stretch.
class Stopwatch {
 public:
  ~Stopwatch() { EXPECT_LT(static_cast<double>(std::clock() - start_) / CLOCKS_PER_SEC, kSeconds); }

 private:
  std::clock_t start_ = std::clock();
};

TEST(Depth, CountsParentheses) {
  for (const std::size_t depth : {1U, 2U, 7U, 200U}) {
    const ParseLimits limits{.depth = depth};
    const std::string most = repeat("(", depth - 1) + "a" + repeat(")", depth - 1);
    EXPECT_TRUE(std::holds_alternative<ast::Filter>(parse(most, limits))) << depth;
    const auto at = static_cast<std::uint32_t>(depth - 1);
    EXPECT_EQ(error_of("(" + most + ")", limits),
              (SyntaxError{.kind = Kind::too_deep,
                           .span = {at, at + 1},
                           .message = "the filter is nested deeper than " + std::to_string(depth) +
                                      " levels",
                           .hint = "a chain of `||`, `&&` or `^^` and a set `{…}` are one level "
                                   "each, however long"}));
  }
}

struct Nesting {
  std::string_view before;
  std::string_view middle;
  std::string_view after;
};

constexpr Nesting kNestings[] = {
    {"!", "a", ""},      {"- ", "a", ""},         {"a ? b : ", "c", ""},   {"a ? ", "b", " : c"},
    {"", "a", " + b"},   {"", "a", " << b"},      {"a in {(", "b", ")}"},  {"a in {", "b", "}"},
    {"!(", "a", ")"},    {"a || (", "b", ")"},    {"", "a", " in b"},      {"a + (b * ", "c", ")"},
    {"not ", "a", ""},   {"a in (", "b", ")..c"}, {"(a ? ", "b", " : c)"}, {"", "a", " == b"},
    {"(", "a", " | b)"},
};

TEST(Depth, OfEveryKindOfNestingIsBounded) {
  for (const Nesting& n : kNestings) {
    bool refused = false;
    for (std::size_t times = 0; times <= 30; ++times) {
      const std::string text =
          repeat(n.before, times) + std::string(n.middle) + repeat(n.after, times);
      const auto result = parse(text, {.depth = 20});
      const auto* error = std::get_if<SyntaxError>(&result);
      if (error) {
        EXPECT_EQ(error->kind, Kind::too_deep) << text << ": " << error->message;
      }
      EXPECT_TRUE(error || !refused) << text;
      refused = refused || error;
    }
    EXPECT_TRUE(refused) << n.before << n.middle << n.after;
  }
}

TEST(Depth, CountsBothSides) {
  EXPECT_TRUE(std::holds_alternative<ast::Filter>(parse("a + b + c", {.depth = 3})));
  EXPECT_EQ(error_of("a + b + c - d", {.depth = 3}).span, (Span{10, 11}));
  EXPECT_EQ(error_of("a + b * -c", {.depth = 3}).span, (Span{2, 3}));
  EXPECT_EQ(error_of("((a + b))", {.depth = 3}).span, (Span{0, 1}));
  EXPECT_EQ(error_of("!!!a", {.depth = 3}).span, (Span{2, 3}));
  EXPECT_EQ(error_of("a", {.depth = 0}).span, (Span{0, 1}));
}

TEST(Size, OfTheText) {
  const ParseLimits limits{.text_bytes = 10};
  EXPECT_TRUE(std::holds_alternative<ast::Filter>(parse("a && b    ", limits)));
  EXPECT_EQ(error_of("a && b     ", limits),
            (SyntaxError{.kind = Kind::too_long,
                         .span = {10, 11},
                         .message = "the filter is 11 bytes long, the limit is 10",
                         .hint = {}}));
  EXPECT_EQ(error_of(largest("(") + "(").message,
            "the filter is 1048577 bytes long, the limit is 1048576");
}

TEST(Size, OfTheTree) {
  const ParseLimits limits{.nodes = 3};
  EXPECT_TRUE(std::holds_alternative<ast::Filter>(parse("a && b", limits)));
  EXPECT_EQ(error_of("a && b && c", limits),
            (SyntaxError{.kind = Kind::too_long,
                         .span = {7, 9},
                         .message = "the filter has more than 3 operands and operators",
                         .hint = {}}));
  EXPECT_EQ(error_of("x in {1, 2, 3}", limits).span, (Span{12, 13}));
}

TEST(Hostile, OneMebibyteOfAnything) {
  for (const std::string_view piece : {"(",
                                       ")",
                                       "!",
                                       "-",
                                       "not ",
                                       "1?1:",
                                       "1?",
                                       "1+",
                                       "a==",
                                       "{",
                                       "a in{",
                                       "a in ",
                                       "a in (",
                                       "let ",
                                       "let $a=1;",
                                       "$",
                                       ".",
                                       "..",
                                       "1.",
                                       "1:",
                                       "::",
                                       "a:",
                                       "a.",
                                       "/",
                                       "/*",
                                       "*/",
                                       "#",
                                       "//\n",
                                       "/**/",
                                       "'",
                                       "0",
                                       "a",
                                       "_",
                                       " ",
                                       "\n",
                                       "=",
                                       "&",
                                       "|",
                                       "^",
                                       "<",
                                       "a not ",
                                       "a not /**/",
                                       "not in ",
                                       "\xe2\x89\xa0",
                                       ",",
                                       ";",
                                       "a,",
                                       "1/",
                                       "1.1/1",
                                       "::/",
                                       "a:a:a:a:a:a:a ",
                                       "a?a:"}) {
    const Stopwatch watch;
    for (const std::string_view start : {"", "a ", "a in {", "(", "let $x = "})
      EXPECT_LT(
          parse(std::string(start) + largest(piece).substr(start.size() + piece.size())).index(),
          2U)
          << piece;
  }
}

TEST(Hostile, DeepTextsAreTooDeep) {
  for (const std::string_view piece :
       {"(", "!", "-", "~ ", "1?1:", "a in ((", "1+(", "not ", "a in {", "a in {1.."})
    EXPECT_EQ(error_of(largest(piece)).kind, Kind::too_deep) << piece;
  for (const std::string_view piece : {"1+", "1<<", "a==", "a in "})
    EXPECT_EQ(error_of(largest(piece).substr(0, (1 << 20) - 1) + "1").kind, Kind::too_deep)
        << piece;
}

TEST(Hostile, WideTextsAreFine) {
  const Stopwatch watch;
  const ast::Filter filter = parsed(repeat("udp||", 100000) + "tcp");
  EXPECT_EQ(std::get<ast::Chain>(filter.at(filter.root).value).operands.size(), 100001U);
  const ast::Filter set = parsed("x in {" + repeat("1,", 100000) + "2}");
  EXPECT_EQ(set.nodes.size(), 100004U);
  EXPECT_EQ(error_of("x in {" + repeat("1,", 500000) + "2}").kind, Kind::too_long);
}

TEST(Hostile, RandomBytes) {
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    std::string text(random() % 300, ' ');
    for (char& c : text) c = static_cast<char>(random() % 256);
    EXPECT_TRUE(std::holds_alternative<SyntaxError>(parse(text)) || text.size() < 8);
  }
}

TEST(Hostile, RandomPieces) {
  constexpr const char* kPieces[] = {
      "a",  "1",    "$x", "(",    ")",    "{",       "}",   "..", ",",     "?",    ":",   ";",
      "=",  "let ", " ",  " in ", "not ", "1.2.3.4", "::1", "/8", "&&",    "||",   "^^",  "&",
      "|",  "^",    "<",  ">",    "<<",   "!",       "~",   "-",  "+",     "*",    "/",   "%",
      "==", "/*",   "*/", "#",    "\n",   "'",       "≠",   ".",  " and ", " or ", "int", "\x7f"};
  std::mt19937 random(11);
  int right = 0;
  for (int i = 0; i < 200000; ++i) {
    std::string text;
    for (std::size_t n = 1 + random() % 12; n > 0; --n)
      text += kPieces[random() % std::size(kPieces)];
    const auto result = parse(text);
    if (const auto* error = std::get_if<SyntaxError>(&result)) {
      ASSERT_FALSE(error->message.empty()) << text;
      ASSERT_LE(error->span.begin, error->span.end) << text;
      ASSERT_LE(error->span.end, text.size()) << text;
      continue;
    }
    ++right;
    const auto& filter = std::get<ast::Filter>(result);
    ASSERT_TRUE(std::holds_alternative<ast::Filter>(parse(print(filter)))) << text;
  }
  EXPECT_GT(right, 1000);
}

}  // namespace
}  // namespace fwc
