// SPDX-License-Identifier: MIT
// Every error whole: kind, span, message and hint.
#include <gtest/gtest.h>

#include "tests/grammar/tree.h"

namespace fwc {
namespace {

using Kind = SyntaxError::Kind;
using namespace std::string_literals;

struct Case {
  std::string text;
  Span span;
  std::string message;
  std::string hint = {};
  Kind kind = Kind::syntax;
};

// Makes a failed comparison readable.
std::string show(const SyntaxError& e) {
  return "[" + std::to_string(e.span.begin) + "," + std::to_string(e.span.end) + ") kind " +
         std::to_string(static_cast<int>(e.kind)) + "\n" + e.message + "\n" + e.hint;
}

void expect_errors(const std::vector<Case>& cases) {
  for (const Case& c : cases)
    EXPECT_EQ(show(error_of(c.text)),
              show({.kind = c.kind, .span = c.span, .message = c.message, .hint = c.hint}))
        << c.text;
}

const std::string kBetween = "write an operator such as `&&`, `||` or `==` between them";
const std::string kSeveral = "write `in {a, b}` for one of several values";
const std::string kPass = "write `true` to pass every packet, `false` to drop every packet";
const std::string kUnquoted = "names, numbers and addresses stand without quotes";

TEST(Errors, Assignment) {
  const std::string message = "`=` is assignment in C, not comparison";
  const std::string hint = "write `==` to compare";
  expect_errors({
      {"(dst_port = 53)", {10, 11}, message, hint, Kind::assignment},
      {"dst_port = 53", {9, 10}, message, hint, Kind::assignment},
      {"a=!b", {1, 2}, message, hint, Kind::assignment},
      {"a =", {2, 3}, message, hint, Kind::assignment},
      {"a ? b = c : d", {6, 7}, message, hint, Kind::assignment},
      {"x in {a = b}", {8, 9}, message, hint, Kind::assignment},
  });
}

TEST(Errors, MissingOperand) {
  expect_errors({
      {"udp && ", {4, 6}, "`&&` needs an operand after it, but the filter ends"},
      {"udp and # x", {4, 7}, "`and` needs an operand after it, but the filter ends"},
      {"(udp &&)", {5, 7}, "`&&` needs an operand after it, but `)` follows"},
      {"a && || b", {2, 4}, "`&&` needs an operand after it, but `||` follows"},
      {"a == == b", {2, 4}, "`==` needs an operand after it, but `==` follows"},
      {"not", {0, 3}, "`not` needs an operand after it, but the filter ends"},
      {"!", {0, 1}, "`!` needs an operand after it, but the filter ends"},
      {"a + -", {4, 5}, "`-` needs an operand after it, but the filter ends"},
      {"()", {0, 1}, "`(` needs an operand after it, but `)` follows"},
      {"(", {0, 1}, "`(` needs an operand after it, but the filter ends"},
      {"a ? : b", {2, 3}, "`?` needs an operand after it, but `:` follows"},
      {"a ? b :", {6, 7}, "`:` needs an operand after it, but the filter ends"},
      {"&& udp", {0, 2}, "`&&` needs an operand before it"},
      {"== 53", {0, 2}, "`==` needs an operand before it"},
      {") a", {0, 1}, "`)` stands where an operand is expected"},
      {"a && let", {2, 4}, "`&&` needs an operand after it, but `let` follows"},
      {"x == {1}", {2, 4}, "`==` needs an operand after it, but `{` follows", kSeveral},
  });
}

TEST(Errors, MissingSet) {
  const std::string needs = "needs a set, a range, a prefix or a value after it, but";
  expect_errors({
      {"x in", {2, 4}, "`in` " + needs + " the filter ends"},
      {"x not in )", {2, 8}, "`not in` " + needs + " `)` follows"},
      {"x in -", {5, 6}, "`-` needs an operand after it, but the filter ends"},
      {"x in 1..", {6, 8}, "`..` needs an operand after it, but the filter ends"},
      {"x in {1,}", {7, 8}, "`,` needs an operand after it, but `}` follows"},
      {"x in {,}", {5, 6}, "`{` needs an operand after it, but `,` follows"},
      {"x in {1..}", {7, 9}, "`..` needs an operand after it, but `}` follows"},
  });
}

TEST(Errors, Unclosed) {
  expect_errors({
      {"(udp", {0, 1}, "`(` has no matching `)`", "`)` is expected before the end of the filter"},
      {"a && ((b)",
       {5, 6},
       "`(` has no matching `)`",
       "`)` is expected before the end of the filter"},
      {"(a}", {0, 1}, "`(` has no matching `)`", "`)` is expected before `}`"},
      {"x in {1",
       {5, 6},
       "`{` has no matching `}`",
       "`}` is expected before the end of the filter"},
      {"x in {1)", {5, 6}, "`{` has no matching `}`", "`}` is expected before `)`"},
      {"x in {1; 2}", {5, 6}, "`{` has no matching `}`", "`}` is expected before `;`"},
      {"a ? b", {2, 3}, "`?` has no matching `:`", "`:` is expected before the end of the filter"},
      {"(a ? b)", {3, 4}, "`?` has no matching `:`", "`:` is expected before `)`"},
      {"a /* b", {2, 4}, "`/*` has no matching `*/`", "comments do not nest"},
      {"/*/", {0, 2}, "`/*` has no matching `*/`", "comments do not nest"},
      {"/* /* */ */ a", {9, 10}, "`*` needs an operand before it"},
  });
}

TEST(Errors, TwoOperands) {
  const std::string message = "`port` follows `udp` without an operator between them";
  expect_errors({
      {"udp port", {4, 8}, message, kBetween},
      {"(udp port)", {5, 9}, message, kBetween},
      {"udp port 53", {4, 8}, message, kBetween},
      {"a ? udp port : b", {8, 12}, message, kBetween},
      {"(a) (b)", {4, 5}, "`(` follows `)` without an operator between them", kBetween},
      {"a 53", {2, 4}, "`53` follows `a` without an operator between them", kBetween},
      {"a 10.0.0.0/8",
       {2, 12},
       "`10.0.0.0/8` follows `a` without an operator between them",
       kBetween},
      {"a $b", {2, 4}, "`$b` follows `a` without an operator between them", kBetween},
      {"a not b", {2, 5}, "`not` follows `a` without an operator between them", kBetween},
      {"udp not", {4, 7}, "`not` follows `udp` without an operator between them", kBetween},
      {"a ~b", {2, 3}, "`~` follows `a` without an operator between them", kBetween},
      {"x in {1 2}",
       {8, 9},
       "`2` follows `1` without an operator between them",
       "write `,` between the elements of a set"},
      {"a " + std::string(50, 'b'),
       {2, 52},
       "`" + std::string(40, 'b') + "…` follows `a` without an operator between them",
       kBetween},
  });
}

TEST(Errors, Strays) {
  const std::string colon =
      "it stands in `condition ? value : other` and in IPv6 addresses as `2001:db8::1`";
  expect_errors({
      {"a)", {1, 2}, "`)` has no matching `(`"},
      {"a }", {2, 3}, "`}` has no matching `{`"},
      {"a : b", {2, 3}, "`:` has no matching `?`", colon},
      {"2001:db8:1", {4, 5}, "`:` has no matching `?`", colon},
      {"a, b", {1, 2}, "`,` stands outside of a set", kSeveral},
      {"a;", {1, 2}, "`;` follows the expression", "only a declaration with `let` ends with `;`"},
      {"x == 1..5",
       {6, 8},
       "`..` stands outside of a range",
       "a range follows `in`, as in `dst_port in 1..1023`"},
      {"tcp.",
       {3, 4},
       "`.` stands outside of a name",
       "the next part of a name stands directly after its `.`"},
      {"x {1}", {2, 3}, "`{` has no `in` before it", kSeveral},
      {"a let $x = 1;",
       {2, 5},
       "`let` follows the expression",
       "declarations stand before the expression"},
      {"x in {80 || 443}",
       {9, 11},
       "`||` stands in an element of a set",
       "write `,` between elements, or parentheses around the whole element"},
      {"x in {a ? 1 : 2}",
       {8, 9},
       "`?` stands in an element of a set",
       "write `,` between elements, or parentheses around the whole element"},
  });
}

TEST(Errors, OperatorsOfOtherLanguages) {
  const auto slip = [](std::string text, Span span, std::string wrong, std::string meant) {
    return Case{std::move(text), span, "`" + wrong + "` is not an operator",
                "write `" + meant + "`"};
  };
  expect_errors({
      slip("a &&& b", {2, 5}, "&&&", "&&"),       slip("a|||b", {1, 4}, "|||", "||"),
      slip("a ^^^ b", {2, 5}, "^^^", "^^"),       slip("a === b", {2, 5}, "===", "=="),
      slip("a !== b", {2, 5}, "!==", "!="),       slip("a <=> b", {2, 5}, "<=>", "=="),
      slip("a <<< b", {2, 5}, "<<<", "<<"),       slip("a >>> b", {2, 5}, ">>>", ">>"),
      slip("a => b", {2, 4}, "=>", ">="),         slip("a =< b", {2, 4}, "=<", "<="),
      slip("a <> b", {2, 4}, "<>", "!="),         slip("(a := b)", {3, 5}, ":=", "=="),
      slip("a !in {1}", {2, 5}, "!in", "not in"), slip("a eq b", {2, 4}, "eq", "=="),
      slip("a ne b", {2, 4}, "ne", "!="),         slip("a lt b", {2, 4}, "lt", "<"),
      slip("a le b", {2, 4}, "le", "<="),         slip("a gt b", {2, 4}, "gt", ">"),
      slip("a ge b", {2, 4}, "ge", ">="),         slip("a AND b", {2, 5}, "AND", "and"),
      slip("a OR b", {2, 4}, "OR", "or"),         slip("a XOR b", {2, 5}, "XOR", "xor"),
      slip("NOT a b", {0, 3}, "NOT", "not"),      slip("a IN b", {2, 4}, "IN", "in"),
  });
}

TEST(Errors, ForeignCharacters) {
  const auto foreign = [](std::string text, Span span, std::string shown, std::string hint) {
    return Case{std::move(text), span, shown + " is not part of the language", std::move(hint)};
  };
  const std::string space = "write a plain space";
  const std::string invisible = "delete this invisible character";
  expect_errors({
      foreign("a == 'x'", {5, 6}, "`'`", kUnquoted),
      foreign("`a`", {0, 1}, "the character U+0060", kUnquoted),
      foreign("“udp”", {0, 3}, "`“`", kUnquoted),
      foreign("a == ‘x’", {5, 8}, "`‘`", kUnquoted),
      foreign("«a»", {0, 2}, "`«`", kUnquoted),
      foreign("a \\\n b", {2, 3}, "`\\`", "a line break is white space and needs no `\\`"),
      foreign("a ≠ b", {2, 5}, "`≠`", "write `!=`"),
      foreign("a ≤ b", {2, 5}, "`≤`", "write `<=`"),
      foreign("a ≥ b", {2, 5}, "`≥`", "write `>=`"),
      foreign("a ∧ b", {2, 5}, "`∧`", "write `&&`"),
      foreign("a ∨ b", {2, 5}, "`∨`", "write `||`"),
      foreign("a ⊕ b", {2, 5}, "`⊕`", "write `^^`"),
      foreign("¬a", {0, 2}, "`¬`", "write `!`"),
      foreign("a ∈ b", {2, 5}, "`∈`", "write `in`"),
      foreign("a ∉ b", {2, 5}, "`∉`", "write `not in`"),
      foreign("a – b", {2, 5}, "`–`", "write `-`"),
      foreign("a − b", {2, 5}, "`−`", "write `-`"),
      foreign("a × b", {2, 4}, "`×`", "write `*`"),
      foreign("a ÷ b", {2, 4}, "`÷`", "write `/`"),
      foreign("x in 1…2", {6, 9}, "`…`", "write `..`"),
      foreign("a \u00a0b", {2, 4}, "the character U+00A0", space),
      foreign("a \u2003b", {2, 5}, "the character U+2003", space),
      foreign("a\u200b b", {1, 4}, "the character U+200B", invisible),
      foreign("\ufeffa", {0, 3}, "the character U+FEFF", "save the text without a byte order mark"),
      foreign("a \x07", {2, 3}, "the character U+0007", ""),
      foreign("a \x7f", {2, 3}, "the character U+007F", ""),
      foreign("é", {0, 2}, "`é`", ""),
      foreign("a 🎉", {2, 6}, "`🎉`", ""),
      foreign("let $x = 1 “", {11, 14}, "`“`", kUnquoted),
  });
}

TEST(Errors, Declarations) {
  const std::string name = "`let` needs a name such as `$limit` after it, but ";
  expect_errors({
      {"let", {0, 3}, name + "the filter ends"},
      {"let in = 5; a", {0, 3}, name + "`in` follows"},
      {"let x 5; a", {4, 5}, "`x` needs `=` and a value after it, but `5` follows"},
      {"let x: int = 5; a",
       {4, 5},
       "`x` needs `=` and a value after it, but `:` follows",
       "a live value, `$x`, has a type"},
      {"let @x = {5}; a", {4, 6}, "`@x` needs `:` and a type after it, but `=` follows"},
      {"let @x: ip = 5; a",
       {11, 12},
       "`=` needs a set `{…}` or `from \"file\"` after it, but `5` follows"},
      {"let @x: (ip, port; a", {6, 7}, "`:` needs a type such as `ip` after it, but `(` follows"},
      {"a && @", {5, 6}, "`@` needs a name directly after it, but the filter ends"},
      {"let = 5; a", {0, 3}, name + "`=` follows"},
      {"$", {0, 1}, "`$` needs a name directly after it, but the filter ends"},
      {"$ x", {0, 1}, "`$` needs a name directly after it, but `x` follows"},
      {"let $x: = 5; a", {6, 7}, "`:` needs a type after it, but `=` follows"},
      {"let $x 5; a", {4, 6}, "`$x` needs `=` and a value after it, but `5` follows"},
      {"let $x == 5; a",
       {4, 6},
       "`$x` needs `=` and a value after it, but `==` follows",
       "write `=` in a declaration"},
      {"let $x: int; a", {8, 11}, "`int` needs `=` and a value after it, but `;` follows"},
      {"let $x = ; a", {7, 8}, "`=` needs an operand after it, but `;` follows"},
      {"let $x = 5 a",
       {9, 10},
       "`5` needs `;` after it, the end of the declaration, but `a` follows"},
      {"let $x = 5",
       {9, 10},
       "`5` needs `;` after it, the end of the declaration, but the filter ends"},
      {"let $x = 1 == 2; a",
       {9, 10},
       "`1` needs `;` after it, the end of the declaration, but `==` follows"},
      {"let $x = 5 in 1; a",
       {14, 15},
       "`1` needs `..` and an upper bound after it, but `;` follows"},
      {"let $x = 5 in {1}; a",
       {11, 13},
       "`in` needs an operand after it, but `{` follows",
       "write `in low..high`"},
      {"let $x = 5 in 1..; a", {15, 17}, "`..` needs an operand after it, but `;` follows"},
      {"let $x = 5; && a", {12, 14}, "`&&` needs an operand before it"},
      {"let $x = 5; # x",
       {10, 11},
       "the filter has declarations but no expression",
       kPass,
       Kind::empty},
  });
}

TEST(Errors, BytesAndSlices) {
  const std::string closing = "the byte string has no closing `\"`";
  const std::string line =
      "it ends in the line in which it begins; a quote in it is written `\\\"`";
  expect_errors({
      {"payload[0:4] == \"GET", {16, 17}, closing, line},
      {"payload[0:4] == \"GET\n\"", {16, 17}, closing, line},
      {"payload[0:2] == hex\"0d", {16, 20}, closing, line},
      {"a == \"\\\"", {5, 6}, closing, line},
      {"udp \"x\"",
       {4, 7},
       "`\"x\"` follows `udp` without an operator between them",
       "write an operator such as `&&`, `||` or `==` between them"},
      {"a == [::1]",
       {2, 4},
       "`==` needs an operand after it, but `[` follows",
       "an IPv6 address stands without brackets"},
      {"5[0] == 1",
       {1, 2},
       "`[` has no field before it",
       "a slice of the payload is `payload[offset:length]`"},
      {"payload]", {7, 8}, "`]` has no matching `[`"},
      {"payload[0",
       {7, 8},
       "`[` has no matching `]`",
       "`]` is expected before the end of the filter"},
      {"payload[0)", {7, 8}, "`[` has no matching `]`", "`]` is expected before `)`"},
      {"payload[0 1]",
       {10, 11},
       "`1` follows `0` without an operator between them",
       "write an operator such as `&&`, `||` or `==` between them"},
      {"payload[]", {7, 8}, "`[` needs an operand after it, but `]` follows"},
      {"payload[0:]", {9, 10}, "`:` needs an operand after it, but `]` follows"},
  });
}

TEST(Errors, Empty) {
  for (const std::string text : {"", " ", "\n\t", "# only this", "// only this", "/* only */ "})
    expect_errors({{text, {0, 0}, "the filter is empty", kPass, Kind::empty}});
}

TEST(Errors, Encoding) {
  const std::string nul = "a filter is plain text";
  const std::string utf8 = "a filter is plain text in UTF-8";
  const auto bad = [&](std::string text, std::uint32_t at) {
    return Case{std::move(text),
                {at, at + 1},
                "byte " + std::to_string(at + 1) + " of the filter is not UTF-8",
                utf8,
                Kind::encoding};
  };
  expect_errors({
      {"ud\0p"s, {2, 3}, "byte 3 of the filter is NUL", nul, Kind::encoding},
      {"a # \0"s, {4, 5}, "byte 5 of the filter is NUL", nul, Kind::encoding},
      {"\0"s, {0, 1}, "byte 1 of the filter is NUL", nul, Kind::encoding},
      bad("a # \xff", 4),
      bad("\x80", 0),
      bad("a \xc3", 2),
      bad("a \xc3(", 2),
      bad("\xc0\xaf", 0),          // overlong
      bad("\xe0\x80\xaf", 0),      // overlong
      bad("\xf0\x8f\xbf\xbf", 0),  // overlong
      bad("é\xed\xa0\x80", 2),     // surrogate
      bad("\xf4\x90\x80\x80", 0),  // past U+10FFFF
      bad("\xf5\x80\x80\x80", 0),
      bad("\xe2\x89", 0),
  });
}

TEST(Errors, TheFirstOneIsToldWhateverFollows) {
  EXPECT_EQ(error_of("a = b @ (").kind, Kind::assignment);
  EXPECT_EQ(error_of("a && \n /* x */ ) @").span, (Span{2, 4}));
}

}  // namespace
}  // namespace fwc
