// SPDX-License-Identifier: MIT
// Operators that bind otherwise than they look. Only the written tree knows of parentheses.
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "compiler/check/lints.h"

namespace fwc {

namespace {

bool is_bitwise(Operator op) {
  return op == Operator::bit_and || op == Operator::bit_or || op == Operator::bit_xor;
}

bool is_comparison(Operator op) {
  return row(op).kind == OperatorKind::equality || row(op).kind == OperatorKind::ordering;
}

class PrecedenceLint {
 public:
  PrecedenceLint(const ast::Filter& filter, Report& report) : filter_(filter), report_(report) {}

  void look_at(const ast::Node& node) {
    if (const auto* n = std::get_if<ast::Membership>(&node.value))
      look_at_negation(n->value, n->negated ? Operator::not_in : Operator::in, n->set);
    const auto* binary = std::get_if<ast::Binary>(&node.value);
    if (binary == nullptr) return;
    if (is_comparison(binary->op)) look_at_negation(binary->lhs, binary->op, binary->rhs);
    if (is_bitwise(binary->op)) look_at_bitwise(*binary, node.span);
    if (is_comparison(binary->op)) look_at_comparison(*binary, node.span);
  }

 private:
  struct Parts {
    ast::NodeId lhs;
    Operator op;
    ast::NodeId rhs;
  };

  /// The comparison or membership that a node is, where nothing says that it was meant to be one
  /// operand.
  std::optional<Parts> bare_test(ast::NodeId id) const {
    const ast::Node& node = filter_.at(id);
    if (node.parenthesized) return std::nullopt;
    if (const auto* n = std::get_if<ast::Membership>(&node.value))
      return Parts{n->value, n->negated ? Operator::not_in : Operator::in, n->set};
    const auto* n = std::get_if<ast::Binary>(&node.value);
    if (n == nullptr || !is_comparison(n->op)) return std::nullopt;
    return Parts{n->lhs, n->op, n->rhs};
  }

  std::string source(ast::NodeId id) const {
    const std::string text(report_.text(filter_.at(id).span));
    return filter_.at(id).parenthesized ? "(" + text + ")" : text;
  }

  const FieldRow* field_at(ast::NodeId id) const {
    const auto* name = std::get_if<ast::Name>(&filter_.at(id).value);
    const auto field = name == nullptr ? std::nullopt : find_field(name->text);
    return field ? &kFields[*field] : nullptr;
  }

  /// A field that is a condition already.
  bool is_test(ast::NodeId id) const {
    const FieldRow* field = field_at(id);
    return field != nullptr && field->type == Type::boolean;
  }

  bool is_truth(ast::NodeId id) const {
    const auto* name = std::get_if<ast::Name>(&filter_.at(id).value);
    return name != nullptr && (name->text == "true" || name->text == "false");
  }

  void look_at_bitwise(const ast::Binary& n, Span span) {
    const auto left = bare_test(n.lhs);
    const auto right = bare_test(n.rhs);
    if (!left && !right) return;
    const std::string_view bits = row(n.op).symbol;
    const std::string_view compares = row(left ? left->op : right->op).symbol;
    report_.add(Code::bitwise_precedence, span,
                fmt::format("{} binds tighter than {}, so this is {}", quoted(compares),
                            quoted(bits), quoted(as_read(n, left.has_value(), right.has_value()))),
                fmt::format("write {}", quoted(as_meant(n, left, right))));
  }

  std::string as_read(const ast::Binary& n, bool left, bool right) const {
    const std::string lhs = source(n.lhs);
    const std::string rhs = source(n.rhs);
    return fmt::format("{} {} {}", left ? "(" + lhs + ")" : lhs, row(n.op).symbol,
                       right ? "(" + rhs + ")" : rhs);
  }

  std::string as_meant(const ast::Binary& n, const std::optional<Parts>& left,
                       const std::optional<Parts>& right) const {
    const std::string_view bits = row(n.op).symbol;
    const bool conditions = (left || is_test(n.lhs)) && (right || is_test(n.rhs));
    if (conditions) {
      const std::string_view logical = n.op == Operator::bit_and  ? "&&"
                                       : n.op == Operator::bit_or ? "||"
                                                                  : "^^";
      return fmt::format("{} {} {}", source(n.lhs), logical, source(n.rhs));
    }
    if (left)
      return fmt::format("{} {} ({} {} {})", source(left->lhs), row(left->op).symbol,
                         source(left->rhs), bits, source(n.rhs));
    return fmt::format("({} {} {}) {} {}", source(n.lhs), bits, source(right->lhs),
                       row(right->op).symbol, source(right->rhs));
  }

  void look_at_comparison(const ast::Binary& n, Span span) {
    const auto left = bare_test(n.lhs);
    if (!left || row(left->op).kind != row(n.op).kind || is_truth(n.rhs)) return;
    report_.add(Code::chained_comparison, span,
                fmt::format("{} compares the 0 or 1 of {} with {}", quoted(row(n.op).symbol),
                            quoted(source(n.lhs)), quoted(source(n.rhs))),
                fmt::format("write {}",
                            quoted(fmt::format("{} && {} {} {}", source(n.lhs), source(left->rhs),
                                               row(n.op).symbol, source(n.rhs)))));
  }

  /// `not dst_port == 22`, where the operand of `not` is no condition. Of an address it is an
  /// error.
  void look_at_negation(ast::NodeId lhs, Operator op, ast::NodeId rhs) {
    const auto* unary = std::get_if<ast::Unary>(&filter_.at(lhs).value);
    if (unary == nullptr || filter_.at(lhs).parenthesized || unary->op != Operator::logical_not)
      return;
    const FieldRow* field = field_at(unary->operand);
    if (field == nullptr || field->type == Type::boolean) return;
    const bool error = !is_number(field->type);
    const std::string negation = source(lhs);
    report_.add(
        error ? Code::wrong_type : Code::negation_precedence, filter_.at(lhs).span,
        fmt::format("{} binds tighter than {}, so this is {}",
                    quoted(negation.starts_with('!') ? "!" : "not"), quoted(row(op).symbol),
                    quoted(fmt::format("({}) {} {}", negation, row(op).symbol, source(rhs)))),
        fmt::format("write {}", quoted(negated(source(unary->operand), op, source(rhs)))));
  }

  static std::string negated(const std::string& lhs, Operator op, const std::string& rhs) {
    constexpr std::array kOpposites = {std::pair{Operator::equal, Operator::not_equal},
                                       std::pair{Operator::not_equal, Operator::equal},
                                       std::pair{Operator::in, Operator::not_in},
                                       std::pair{Operator::not_in, Operator::in}};
    for (const auto& [one, other] : kOpposites)
      if (op == one) return fmt::format("{} {} {}", lhs, row(other).symbol, rhs);
    return fmt::format("!({} {} {})", lhs, row(op).symbol, rhs);
  }

  const ast::Filter& filter_;
  Report& report_;
};

}  // namespace

void lint_precedence(const ast::Filter& filter, Report& report) {
  PrecedenceLint lint(filter, report);
  for (const ast::Node& node : filter.nodes) lint.look_at(node);
}

}  // namespace fwc
