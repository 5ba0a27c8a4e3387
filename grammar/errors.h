// SPDX-License-Identifier: MIT
// The sentence for each rule that commits, and the PEGTL control that raises it.
#pragma once

#include <cstdint>
#include <string_view>

#include "grammar/explain.h"
#include "grammar/rules.h"
#include "grammar/tree_builder.h"

namespace fwc::grammar {

/// A rule under `must` that has none does not compile.
template <typename Rule>
inline constexpr Expectation kExpected = {};

using Kind = Expectation::Kind;

// clang-format off
template <> inline constexpr Expectation kExpected<operand> =
    {Kind::operand, "an operand after it"};
template <> inline constexpr Expectation kExpected<signed_primary> = kExpected<operand>;
template <> inline constexpr Expectation kExpected<operand_of_in> =
    {Kind::operand, "a set, a range, a prefix or a value after it"};
template <> inline constexpr Expectation kExpected<close_parenthesis> = {Kind::closer, ")"};
template <> inline constexpr Expectation kExpected<close_brace> = {Kind::closer, "}"};
template <> inline constexpr Expectation kExpected<close_bracket> = {Kind::closer, "]"};
template <> inline constexpr Expectation kExpected<string_end> = {Kind::quote};
template <> inline constexpr Expectation kExpected<colon> = {Kind::closer, ":"};
template <> inline constexpr Expectation kExpected<end> = {Kind::end};
template <> inline constexpr Expectation kExpected<identifier> =
    {Kind::part, "a name directly after it"};
template <> inline constexpr Expectation kExpected<declared_thing> =
    {Kind::part, "a name such as `$limit` after it"};
template <> inline constexpr Expectation kExpected<type_colon> =
    {Kind::part, "`:` and a type after it"};
template <> inline constexpr Expectation kExpected<set_type> =
    {Kind::part, "a type such as `ip` after it"};
template <> inline constexpr Expectation kExpected<set_or_file> =
    {Kind::part, "a set `{…}` or `from \"file\"` after it"};
template <> inline constexpr Expectation kExpected<type> = {Kind::part, "a type after it"};
template <> inline constexpr Expectation kExpected<equals> =
    {Kind::part, "`=` and a value after it"};
template <> inline constexpr Expectation kExpected<bounds_dots> =
    {Kind::part, "`..` and an upper bound after it"};
template <> inline constexpr Expectation kExpected<semicolon> =
    {Kind::declaration_end, "`;` after it, the end of the declaration"};
template <> inline constexpr Expectation kExpected<rule_end> = {Kind::rule_end};
template <> inline constexpr Expectation kExpected<default_rule> = {Kind::rule};
template <> inline constexpr Expectation kExpected<default_action> =
    {Kind::part, "`allow` or `drop` after it"};
template <> inline constexpr Expectation kExpected<default_end> =
    {Kind::part, "`;` after it, the end of the default"};
template <> inline constexpr Expectation kExpected<close_part> =
    {Kind::policy_end, "follows the default, which is the last of the rules"};
template <> inline constexpr Expectation kExpected<rules_end> = kExpected<close_part>;
template <> inline constexpr Expectation kExpected<parts_end> =
    {Kind::policy_end, "stands outside of `ingress {…}` and `egress {…}`"};
template <> inline constexpr Expectation kExpected<comment_rest> = {Kind::comment};
// clang-format on

/// The first piece of the text at or after `from`.
inline Span piece_after(std::string_view text, std::size_t from) {
  from += blanks_at(text.substr(from));
  Input in(text.data() + from, text.data() + text.size(), "");
  const std::size_t length = peg::parse<piece>(in) ? in.byte() : 0;
  return {static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(from + length)};
}

/// PEGTL's position is not asked, for a rule that failed may have left it anywhere within itself:
/// the text stops being of the grammar at the first piece after the last token.
template <typename Rule>
[[noreturn]] void raise_error(const TreeBuilder& tree) {
  static_assert(kExpected<Rule>.kind != Kind::none);
  const std::uint32_t read = tree.last().value_or(Span{}).end;
  const Span found = piece_after(tree.text(), read);
  SyntaxError error =
      explain(kExpected<Rule>,
              {.text = tree.text(), .last = tree.last(), .opener = tree.opener(), .found = found});
  error.found = found;
  throw error;
}

template <typename Rule>
struct control : peg::normal<Rule> {
  [[noreturn]] static void raise(const Input&, TreeBuilder& tree) { raise_error<Rule>(tree); }
};

template <>
struct control<comment_rest> : peg::normal<comment_rest> {
  [[noreturn]] static void failure(const Input&, TreeBuilder& tree) {
    raise_error<comment_rest>(tree);
  }
};

}  // namespace fwc::grammar
