// SPDX-License-Identifier: MIT
// Rules, parts and the default as they are written.
#include <gtest/gtest.h>

#include "grammar/format.h"
#include "tests/grammar/tree.h"

namespace fwc {
namespace {

SyntaxError error_of(std::string_view text) {
  const auto result = parse(text);
  const auto* error = std::get_if<SyntaxError>(&result);
  return error == nullptr ? SyntaxError{} : *error;
}

std::string message_of(std::string_view text) {
  return error_of(text).message;
}

std::string hint_of(std::string_view text) {
  return error_of(text).hint;
}

TEST(Policies, RulesAndDefault) {
  constexpr std::string_view kText = "allow dns : udp && a == 53; count b; default drop;";
  const ast::Filter filter = parsed(kText);
  ASSERT_TRUE(filter.is_policy());
  ASSERT_EQ(filter.parts.size(), 1U);
  const ast::Part& part = filter.parts.front();
  EXPECT_EQ(part.direction, ast::PartDirection::both);
  ASSERT_EQ(part.rules.size(), 2U);
  EXPECT_EQ(part.rules[0].action, ast::RuleAction::allow);
  EXPECT_EQ(part.rules[0].name, "dns");
  EXPECT_EQ(part.rules[0].span, (Span{0, 27}));
  EXPECT_EQ(part.rules[0].name_span, (Span{6, 9}));
  EXPECT_EQ(shape(filter, part.rules[0].condition), "(&& udp (== a 53))");
  EXPECT_EQ(part.rules[1].action, ast::RuleAction::count);
  EXPECT_EQ(part.rules[1].name, std::nullopt);
  EXPECT_EQ(part.otherwise.action, ast::RuleAction::drop);
  EXPECT_EQ(part.otherwise.span, (Span{37, 50}));
}

TEST(Policies, Parts) {
  const ast::Filter filter =
      parsed("let $a = 1; ingress { default allow; } egress { drop x; default drop; }");
  ASSERT_EQ(filter.parts.size(), 2U);
  EXPECT_EQ(filter.parts[0].direction, ast::PartDirection::ingress);
  EXPECT_EQ(filter.parts[0].span, (Span{12, 19}));
  EXPECT_TRUE(filter.parts[0].rules.empty());
  EXPECT_EQ(filter.parts[0].otherwise.action, ast::RuleAction::allow);
  EXPECT_EQ(filter.parts[1].direction, ast::PartDirection::egress);
  EXPECT_EQ(filter.parts[1].rules.size(), 1U);
}

TEST(Policies, AddressesAreNoNames) {
  const ast::Filter filter = parsed("allow dead::1 == a; allow b ? c : d; default drop;");
  EXPECT_EQ(filter.parts[0].rules[0].name, std::nullopt);
  EXPECT_EQ(shape(filter, filter.parts[0].rules[0].condition), "(== @dead::1 a)");
  EXPECT_EQ(filter.parts[0].rules[1].name, std::nullopt);
}

TEST(Policies, WordsOfPoliciesAreNamesElsewhere) {
  EXPECT_EQ(shape("a.drop && egress && ingress == 1"), "(&& a.drop egress (== ingress 1))");
}

TEST(Policies, Errors) {
  EXPECT_EQ(message_of("allow udp; drop tcp;"), "the policy ends without a default");
  EXPECT_EQ(error_of("egress { allow udp; }").kind, SyntaxError::Kind::no_default);
  EXPECT_EQ(message_of("allow udp default drop;"),
            "`udp` needs `;` after it, the end of the rule, but `default` follows");
  EXPECT_EQ(message_of("allow udp tcp; default drop;"),
            "`tcp` follows `udp` without an operator between them");
  EXPECT_EQ(message_of("allow a = 5; default drop;"), "`=` is assignment in C, not comparison");
  EXPECT_EQ(message_of("allow; default drop;"),
            "`allow` needs an operand after it, but `;` follows");
  EXPECT_EQ(message_of("default count;"),
            "`default` needs `allow` or `drop` after it, but `count` follows");
  EXPECT_EQ(message_of("default drop"),
            "`drop` needs `;` after it, the end of the default, but the filter ends");
  EXPECT_EQ(message_of("default drop; allow udp;"),
            "`allow` follows the default, which is the last of the rules");
  EXPECT_EQ(message_of("egress { default drop; allow udp; }"),
            "`allow` follows the default, which is the last of the rules");
  EXPECT_EQ(message_of("egress { default drop;"), "`{` has no matching `}`");
  EXPECT_EQ(message_of("egress { default drop; } allow udp;"),
            "`allow` stands outside of `ingress {…}` and `egress {…}`");
  EXPECT_EQ(message_of("allow udp; accept tcp; default drop;"),
            "`accept` stands where a rule is expected");
  EXPECT_EQ(hint_of("allow udp; accept tcp; default drop;"), "write `allow`");
  EXPECT_EQ(hint_of("allow udp; let $x = 1; default drop;"),
            "a rule begins with `allow`, `drop` or `count`, and the last with `default`");
}

TEST(Policies, PrintAndParse) {
  for (const std::string text :
       {"allow udp; default drop;", "let $a = 1; count big: $a > 0 || x; default allow;",
        "egress { drop a; default drop; } ingress { default allow; }"})
    EXPECT_EQ(print(parsed(text)), text);
}

std::string formatted(std::string_view text) {
  const auto result = format(text);
  const auto* done = std::get_if<std::string>(&result);
  return done == nullptr ? "error: " + std::get<SyntaxError>(result).message : *done;
}

TEST(Policies, Layout) {
  constexpr std::string_view kParts =
      "let $a = 1;\n\negress {\n  # names\n  drop big: a > $a;  # too big\n\n  allow b;\n"
      "  default drop;\n  # the end\n}\n\ningress {\n  default allow;\n}\n";
  EXPECT_EQ(formatted("let $a=1;\n\negress{\n# names\ndrop big :a>$a; # too big\n\nallow b;default "
                      "drop;\n# the end\n}\n\ningress{default allow;}"),
            kParts);
  EXPECT_EQ(formatted(kParts), kParts);
  EXPECT_EQ(formatted("allow a;/* b */drop c;default drop;"),
            "allow a; /* b */\ndrop c;\ndefault drop;\n");
}

}  // namespace
}  // namespace fwc
