// SPDX-License-Identifier: MIT
// The operators: spelling, precedence and kind of each, the only place that knows them. The parser
// climbs these precedences, the printer puts parentheses by them, the checker dispatches on the
// kind.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace fwc {

enum class Operator : std::uint8_t {
  logical_or,
  logical_xor,
  logical_and,
  bit_or,
  bit_xor,
  bit_and,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  in,
  not_in,
  shift_left,
  shift_right,
  add,
  subtract,
  multiply,
  divide,
  modulo,
  logical_not,
  complement,
  negate,
  plus,
};

/// What an operator does with its operands; decides the typing rule.
enum class OperatorKind : std::uint8_t { logical, equality, ordering, membership, arithmetic };

struct OperatorRow {
  Operator op;
  std::string_view symbol;     ///< C's spelling; the one that messages and the printer use
  std::string_view word = {};  ///< spelling as a word, empty where there is none
  std::uint8_t precedence;     ///< higher binds tighter; binary operators associate to the left
  bool unary = false;
  OperatorKind kind;
};

/// Precedence of `?:`, the loosest operator; it associates to the right.
inline constexpr std::uint8_t kConditionalPrecedence = 1;
inline constexpr std::uint8_t kUnaryPrecedence = 14;

// C's order where C has the operator (C11 6.5); `^^` lies between `||` and `&&`, `in` binds tighter
// than the comparisons.
// clang-format off
inline constexpr std::array kOperators = {
    OperatorRow{.op = Operator::logical_or, .symbol = "||", .word = "or", .precedence = 2,
                .kind = OperatorKind::logical},
    OperatorRow{.op = Operator::logical_xor, .symbol = "^^", .word = "xor", .precedence = 3,
                .kind = OperatorKind::logical},
    OperatorRow{.op = Operator::logical_and, .symbol = "&&", .word = "and", .precedence = 4,
                .kind = OperatorKind::logical},
    OperatorRow{.op = Operator::bit_or, .symbol = "|", .precedence = 5,
                .kind = OperatorKind::arithmetic},
    OperatorRow{.op = Operator::bit_xor, .symbol = "^", .precedence = 6,
                .kind = OperatorKind::arithmetic},
    OperatorRow{.op = Operator::bit_and, .symbol = "&", .precedence = 7,
                .kind = OperatorKind::arithmetic},
    OperatorRow{.op = Operator::equal, .symbol = "==", .precedence = 8,
                .kind = OperatorKind::equality},
    OperatorRow{.op = Operator::not_equal, .symbol = "!=", .precedence = 8,
                .kind = OperatorKind::equality},
    OperatorRow{.op = Operator::less, .symbol = "<", .precedence = 9,
                .kind = OperatorKind::ordering},
    OperatorRow{.op = Operator::less_equal, .symbol = "<=", .precedence = 9,
                .kind = OperatorKind::ordering},
    OperatorRow{.op = Operator::greater, .symbol = ">", .precedence = 9,
                .kind = OperatorKind::ordering},
    OperatorRow{.op = Operator::greater_equal, .symbol = ">=", .precedence = 9,
                .kind = OperatorKind::ordering},
    OperatorRow{.op = Operator::in, .symbol = "in", .word = "in", .precedence = 10,
                .kind = OperatorKind::membership},
    OperatorRow{.op = Operator::not_in, .symbol = "not in", .word = "not in", .precedence = 10,
                .kind = OperatorKind::membership},
    OperatorRow{.op = Operator::shift_left, .symbol = "<<", .precedence = 11,
                .kind = OperatorKind::arithmetic},
    OperatorRow{.op = Operator::shift_right, .symbol = ">>", .precedence = 11,
                .kind = OperatorKind::arithmetic},
    OperatorRow{.op = Operator::add, .symbol = "+", .precedence = 12,
                .kind = OperatorKind::arithmetic},
    OperatorRow{.op = Operator::subtract, .symbol = "-", .precedence = 12,
                .kind = OperatorKind::arithmetic},
    OperatorRow{.op = Operator::multiply, .symbol = "*", .precedence = 13,
                .kind = OperatorKind::arithmetic},
    OperatorRow{.op = Operator::divide, .symbol = "/", .precedence = 13,
                .kind = OperatorKind::arithmetic},
    OperatorRow{.op = Operator::modulo, .symbol = "%", .precedence = 13,
                .kind = OperatorKind::arithmetic},
    OperatorRow{.op = Operator::logical_not, .symbol = "!", .word = "not",
                .precedence = kUnaryPrecedence, .unary = true, .kind = OperatorKind::logical},
    OperatorRow{.op = Operator::complement, .symbol = "~",
                .precedence = kUnaryPrecedence, .unary = true, .kind = OperatorKind::arithmetic},
    OperatorRow{.op = Operator::negate, .symbol = "-",
                .precedence = kUnaryPrecedence, .unary = true, .kind = OperatorKind::arithmetic},
    OperatorRow{.op = Operator::plus, .symbol = "+", .precedence = kUnaryPrecedence, .unary = true,
                .kind = OperatorKind::arithmetic},
};
// clang-format on

/// The row of an operator; rows stand in the order of the enumeration (checked below).
constexpr const OperatorRow& row(Operator op) {
  return kOperators[static_cast<std::size_t>(op)];
}

namespace detail {
consteval bool operators_are_well_formed() {
  for (std::size_t i = 0; i < kOperators.size(); ++i) {
    const OperatorRow& r = kOperators[i];
    if (static_cast<std::size_t>(r.op) != i || r.symbol.empty()) return false;
    if (r.unary != (r.precedence == kUnaryPrecedence)) return false;
    if (r.precedence <= kConditionalPrecedence) return false;
    for (std::size_t j = 0; j < i; ++j)
      if (kOperators[j].symbol == r.symbol && kOperators[j].unary == r.unary) return false;
  }
  return true;
}
}  // namespace detail
static_assert(detail::operators_are_well_formed());

}  // namespace fwc
