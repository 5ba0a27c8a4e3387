// SPDX-License-Identifier: MIT
// What each rule builds: nothing but calls of the TreeBuilder, in the order of the text.
#pragma once

#include <cstdint>

#include "grammar/rules.h"
#include "grammar/tree_builder.h"

namespace fwc::grammar {

template <typename ActionInput>
Token token_of(const ActionInput& in, const TreeBuilder& tree) {
  const auto begin = static_cast<std::uint32_t>(in.begin() - tree.text().data());
  const std::string_view text = in.string_view();
  return {.text = text, .span = {begin, begin + static_cast<std::uint32_t>(text.size())}};
}

/// A token: it is the last one read from now on, then `Build` takes it.
template <void (TreeBuilder::*Build)(const Token&)>
struct on_token {
  template <typename ActionInput>
  static void apply(const ActionInput& in, TreeBuilder& tree) {
    const Token token = token_of(in, tree);
    tree.read(token);
    (tree.*Build)(token);
  }
};

/// A token that only messages need.
struct only_read {
  template <typename ActionInput>
  static void apply(const ActionInput& in, TreeBuilder& tree) {
    tree.read(token_of(in, tree));
  }
};

/// An operator, looked up again by its text.
template <bool Unary, void (TreeBuilder::*Build)(Operator, Span)>
struct on_operator {
  template <typename ActionInput>
  static void apply(const ActionInput& in, TreeBuilder& tree) {
    const Token token = token_of(in, tree);
    tree.read(token);
    (tree.*Build)(operator_at(token.text, Unary).row->op, token.span);
  }
};

/// A rule whose parts have been built.
template <void (TreeBuilder::*Build)()>
struct on_rule {
  static void apply0(TreeBuilder& tree) { (tree.*Build)(); }
};

template <typename Rule>
struct action : peg::nothing<Rule> {};

// clang-format off
template <> struct action<integer> : on_token<&TreeBuilder::integer> {};
template <> struct action<address> : on_token<&TreeBuilder::address> {};
template <> struct action<prefix> : on_token<&TreeBuilder::prefix> {};
template <> struct action<mac> : on_token<&TreeBuilder::mac> {};
template <> struct action<mac_prefix> : on_token<&TreeBuilder::prefix> {};
template <> struct action<string_begin> : only_read {};
template <> struct action<bytes> : on_token<&TreeBuilder::bytes> {};
template <> struct action<open_bracket> : on_token<&TreeBuilder::open> {};
template <> struct action<length_colon> : only_read {};
template <> struct action<close_bracket> : on_token<&TreeBuilder::close_slice> {};
template <> struct action<name> : on_token<&TreeBuilder::name> {};
template <> struct action<variable> : on_token<&TreeBuilder::variable> {};
template <> struct action<dollar> : only_read {};
template <> struct action<at_sign> : only_read {};
template <> struct action<live_set> : on_token<&TreeBuilder::live_set> {};
template <> struct action<file> : on_token<&TreeBuilder::file> {};
template <> struct action<first_range> : on_rule<&TreeBuilder::range> {};
template <> struct action<tuple_rest> : on_rule<&TreeBuilder::tuple> {};

template <> struct action<unary_operator> : on_operator<true, &TreeBuilder::unary> {};
template <bool Membership, std::uint8_t Loosest>
struct action<infix_operator<Membership, Loosest>> : on_operator<false, &TreeBuilder::infix> {};
template <> struct action<begin_operation> : on_rule<&TreeBuilder::begin_operation> {};
template <> struct action<end_operation> : on_rule<&TreeBuilder::end_operation> {};

template <> struct action<dots> : on_token<&TreeBuilder::dots> {};
template <std::uint8_t Loosest> struct action<range_end<Loosest>> : on_rule<&TreeBuilder::range> {};
template <> struct action<open_parenthesis> : on_token<&TreeBuilder::open> {};
template <> struct action<close_parenthesis> : on_token<&TreeBuilder::close_parenthesis> {};
template <> struct action<open_brace> : on_token<&TreeBuilder::open> {};
template <> struct action<close_brace> : on_token<&TreeBuilder::close_set> {};
template <> struct action<comma> : only_read {};
template <> struct action<question> : on_token<&TreeBuilder::open> {};
template <> struct action<colon> : on_token<&TreeBuilder::colon> {};
template <> struct action<arms> : on_rule<&TreeBuilder::conditional> {};

template <> struct action<let> : only_read {};
template <> struct action<declared> : on_token<&TreeBuilder::declared> {};
template <> struct action<type_colon> : only_read {};
template <> struct action<type> : on_token<&TreeBuilder::type> {};
template <> struct action<declared_set> : on_token<&TreeBuilder::declared> {};
template <> struct action<defined> : on_token<&TreeBuilder::declared> {};
template <> struct action<set_type> : on_token<&TreeBuilder::type> {};
template <> struct action<set_equals> : only_read {};
template <> struct action<equals> : only_read {};
template <> struct action<in_word> : only_read {};
template <> struct action<bounds_dots> : only_read {};
template <> struct action<bounds> : on_rule<&TreeBuilder::range> {};
template <> struct action<semicolon> : only_read {};
template <> struct action<declaration> : on_rule<&TreeBuilder::declaration> {};

template <> struct action<part_direction> : on_token<&TreeBuilder::part> {};
template <> struct action<open_part> : on_token<&TreeBuilder::open_part> {};
template <> struct action<close_part> : on_token<&TreeBuilder::close_part> {};
template <> struct action<begin_rules> : on_rule<&TreeBuilder::begin_rules> {};
template <> struct action<rule_action> : on_token<&TreeBuilder::rule_action> {};
template <> struct action<rule_name> : on_token<&TreeBuilder::rule_name> {};
template <> struct action<name_colon> : only_read {};
template <> struct action<rule_end> : on_token<&TreeBuilder::rule> {};
template <> struct action<default_word> : on_token<&TreeBuilder::default_word> {};
template <> struct action<default_action> : on_token<&TreeBuilder::default_action> {};
template <> struct action<default_end> : on_token<&TreeBuilder::default_rule> {};
// clang-format on

}  // namespace fwc::grammar
