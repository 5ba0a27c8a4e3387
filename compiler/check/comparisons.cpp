// SPDX-License-Identifier: MIT
// `==`, `!=` and the orderings.
#include <fmt/format.h>

#include "compiler/check/checker.h"
#include "compiler/check/families.h"
#include "compiler/check/lints.h"
#include "compiler/check/ranges.h"

namespace fwc {

namespace {

bool is_negated(const ast::Binary& binary) {
  return binary.op == Operator::not_equal;
}

std::string range_text(const Interval<std::int64_t>& range) {
  return range.low == range.high ? fmt::format("{}", range.low)
                                 : fmt::format("{} to {}", range.low, range.high);
}

/// What fields of a type that is no number are compared with.
std::string_view partners_of(Type type) {
  switch (type) {
    case Type::address: return "addresses and prefixes";
    case Type::mac: return "addresses such as `00:00:5e:00:53:01`";
    case Type::interface: return "names in quotes such as `\"eth0\"`";
    case Type::bytes: return "numbers and byte strings";
    case Type::boolean:
    case Type::integer: break;
  }
  return "numbers";
}

/// Of a slice of fewer than 8 bytes.
std::int64_t most_of(const SliceValue& slice) {
  return (std::int64_t{1} << 8 * slice.bytes) - 1;
}

}  // namespace

NodeId Checker::negated_if(bool negated, NodeId id, Span span) {
  return negated ? tree_.negate(id, span) : id;
}

ValueKind Checker::compared_kind(const ast::Binary& binary, const Place& place) const {
  if (kinds_[binary.lhs] != ValueKind::plain) return kinds_[binary.lhs];
  if (kinds_[binary.rhs] != ValueKind::plain) return kinds_[binary.rhs];
  return place.expected == ValueKind::tcp_flags ? place.expected : ValueKind::plain;
}

Checker::Value Checker::equality(const ast::Binary& binary, const Place& place) {
  const ValueKind kind = compared_kind(binary, place);
  if (kind != ValueKind::interface && (bytes_at(binary.lhs) || bytes_at(binary.rhs)))
    return compare_with_bytes(binary, place);
  if (is_network(binary.lhs, kind) != is_network(binary.rhs, kind))
    return compare_with_network(binary, place);
  if (named_by_family(binary.lhs, kind) || named_by_family(binary.rhs, kind))
    return compare_with_name(binary, place, kind);
  const Value lhs = value(binary.lhs, kind);
  const Value rhs = value(binary.rhs, kind);
  if (!lhs || !rhs) return std::nullopt;
  if (!can_compare(*lhs, *rhs)) return wrong_comparison(binary, place, *lhs, *rhs);
  if (tree_.type(*lhs) != Type::address) return compare_numbers(binary, place, *lhs, *rhs);
  const NodeId equal = tree_.compare(ComparisonOp::equal, *lhs, *rhs, place.span);
  return negated_if(is_negated(binary), equal, place.span);
}

Checker::Value Checker::wrong_comparison(const ast::Binary& binary, const Place& place, NodeId lhs,
                                         NodeId rhs) {
  const bool left_is_number = is_number(tree_.type(lhs)) || slice_at(lhs) != nullptr;
  const NodeId other = left_is_number ? rhs : lhs;
  const Type type = tree_.type(other);
  std::string hint;
  if (is_literal(other)) {
    hint = hint_for(type);
  } else if (tree_.field_row(left_is_number ? lhs : rhs) != nullptr || type == Type::interface ||
             slice_at(other) != nullptr) {
    hint = fmt::format("{} is compared with {}", quote(left_is_number ? binary.rhs : binary.lhs),
                       partners_of(type));
  } else if (type == Type::address) {
    hint = "an address is written as `192.0.2.1` or `2001:db8::1`";
  }
  report_.add(Code::wrong_type, place.span,
              fmt::format("{} is {} and {} is {}", quote(binary.lhs), with_article(tree_.type(lhs)),
                          quote(binary.rhs), with_article(tree_.type(rhs))),
              std::move(hint));
  return std::nullopt;
}

std::string Checker::hint_for(Type type) {
  const auto fields = field_names([type](const FieldRow& f) { return f.type == type; });
  if (fields.empty() || type == Type::bytes || type == Type::interface) return {};
  return fmt::format("addresses are compared with {}", quoted_choice(fields));
}

/// Bytes are also compared with numbers, as far as they make one.
bool Checker::can_compare(NodeId lhs, NodeId rhs) const {
  const Type a = tree_.type(lhs);
  const Type b = tree_.type(rhs);
  return compares(a, b) || (a == Type::bytes && is_number(b)) || (is_number(a) && b == Type::bytes);
}

Checker::Value Checker::ordering(const ast::Binary& binary, const Place& place) {
  const ValueKind kind = compared_kind(binary, place);
  if (kind != ValueKind::interface && (bytes_at(binary.lhs) || bytes_at(binary.rhs)))
    return compare_with_bytes(binary, place);
  const Value lhs = value(binary.lhs, kind);
  const Value rhs = value(binary.rhs, kind);
  if (!lhs || !rhs) return std::nullopt;
  if (!can_compare(*lhs, *rhs)) return wrong_comparison(binary, place, *lhs, *rhs);
  const Type type = tree_.type(*lhs);
  if (is_number(type) || type == Type::bytes) return compare_numbers(binary, place, *lhs, *rhs);
  const bool interface = type == Type::interface;
  const std::string_view range =
      type == Type::mac ? "00:00:5e:00:53:00..00:00:5e:00:53:ff" : "192.0.2.1..192.0.2.99";
  report_.add(Code::wrong_type, place.span,
              fmt::format("{} have no order for {}", interface ? "interfaces" : "addresses",
                          quoted(row(binary.op).symbol)),
              interface ? "compare them with `==` and `!=`"
                        : fmt::format("look them up in a range, as in {}",
                                      quoted(fmt::format("{} in {}", source(binary.lhs), range))));
  return std::nullopt;
}

Checker::Value Checker::compare_numbers(const ast::Binary& binary, const Place& place, NodeId lhs,
                                        NodeId rhs) {
  warn_of_mixed_comparison(lhs, rhs, place.span);
  if (differ_in_length(binary, place, lhs, rhs)) return std::nullopt;
  const Value left_number = comparable(lhs);
  const Value right_number = comparable(rhs);
  if (!left_number || !right_number) return std::nullopt;
  const NodeId a = *left_number;
  const NodeId b = *right_number;
  const bool equality = row(binary.op).kind == OperatorKind::equality;
  if (equality && (!can_equal(a, b, binary.rhs) || !can_equal(b, a, binary.lhs)))
    return std::nullopt;
  const bool swapped = binary.op == Operator::greater || binary.op == Operator::greater_equal;
  const bool strict = binary.op == Operator::less || binary.op == Operator::greater;
  const ComparisonOp op = equality ? ComparisonOp::equal
                          : strict ? ComparisonOp::less
                                   : ComparisonOp::less_equal;
  const NodeId left = swapped ? b : a;
  const NodeId right = swapped ? a : b;
  warn_of_decided(op, is_negated(binary), left, right, place.span);
  return negated_if(is_negated(binary), tree_.compare(op, left, right, place.span), place.span);
}

bool Checker::can_equal(NodeId field, NodeId constant, ast::NodeId written) {
  const FieldRow* row = tree_.field_row(field);
  const bool slice = slice_at(field) != nullptr && slice_at(field)->bytes < 8;
  const auto value = tree_.constant(constant);
  if ((row == nullptr && !slice) || !value) return true;
  const std::int64_t maximum = row != nullptr ? row->maximum : most_of(*slice_at(field));
  if (*value >= 0 && *value <= maximum) return true;
  const Span span = tree_.at(field).span;
  report_.add(Code::out_of_range, span_of(written),
              fmt::format("{} is not a value of {}, which is 0 to {}", quote(written),
                          row != nullptr ? quoted(row->name) : report_.quote(span), maximum));
  return false;
}

void Checker::warn_of_decided(ComparisonOp op, bool negated, NodeId lhs, NodeId rhs, Span span) {
  const auto is_truth = [&](NodeId id) {  // `a < b < c` and `!a == b` have warnings of their own
    const auto* truth = std::get_if<AsInteger>(&tree_.at(id).value);
    return truth != nullptr && !std::holds_alternative<FieldValue>(tree_.at(truth->operand).value);
  };
  if (is_truth(lhs) || is_truth(rhs) || report_.has(Code::bitwise_precedence, span)) return;
  const auto left = value_range(tree_, variables_, lhs);
  const auto right = value_range(tree_, variables_, rhs);
  const auto decided = decide(op, left, right);
  if (!decided) return;
  const bool result = *decided != negated;
  const NodeId varies = tree_.constant(lhs) ? rhs : lhs;
  std::string message =
      fmt::format("{} is always {}", report_.quote(span), result ? "true" : "false");
  if (!tree_.constant(varies))
    message += fmt::format(": {} is {}", report_.quote(tree_.at(varies).span),
                           range_text(varies == lhs ? left : right));
  std::string hint;
  if (const FieldRow* field = tree_.field_row(varies); field != nullptr && result && !negated)
    if (const std::string guard = guard_for(*field); !guard.empty())
      hint = fmt::format("for packets that have it write {}", quoted(guard));
  report_.add(result ? Code::always_true : Code::always_false, span, std::move(message),
              std::move(hint));
}

void Checker::warn_of_mixed_comparison(NodeId lhs, NodeId rhs, Span span) {
  const auto is_number = [&](NodeId id) {
    return tree_.field_row(id) != nullptr && tree_.type(id) == Type::integer;
  };
  const auto is_test = [&](NodeId id) {
    return tree_.field_row(id) != nullptr && tree_.type(id) == Type::boolean;
  };
  if (!(is_number(lhs) && is_test(rhs)) && !(is_test(lhs) && is_number(rhs))) return;
  const Span number = tree_.at(is_number(lhs) ? lhs : rhs).span;
  const Span test = tree_.at(is_number(lhs) ? rhs : lhs).span;
  report_.add(Code::number_as_condition, span,
              fmt::format("the number {} is compared with the condition {}, which counts as 0 or 1",
                          report_.quote(number), report_.quote(test)),
              fmt::format("{} holds or not without being compared", report_.quote(test)));
}

/// A prefix, or a name that stands for several.
bool Checker::is_network(ast::NodeId id, ValueKind kind) const {
  return std::holds_alternative<ast::Prefix>(filter_.at(id).value) ||
         network_at(id, kind) != nullptr;
}

Checker::Value Checker::compare_with_network(const ast::Binary& binary, const Place& place) {
  const bool on_left = is_network(binary.lhs, compared_kind(binary, place));
  const ast::NodeId written = on_left ? binary.lhs : binary.rhs;
  const ast::NodeId other = on_left ? binary.rhs : binary.lhs;
  const Value looked_up = value(other);
  Elements elements;
  collect(written, looked_up, ValueKind::address, elements);
  if (!looked_up || elements.failed) return std::nullopt;
  return negated_if(is_negated(binary), member(*looked_up, std::move(elements), place.span),
                    place.span);
}

NodeId Checker::for_each_family(const FieldRow& field, bool ipv4, bool ipv6, Span span,
                                const std::function<NodeId(Family)>& make) {
  std::vector<NodeId> families;
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    if (!(family == Family::ipv4 ? ipv4 : ipv6)) continue;
    const NodeId test = tree_.field(*test_of_family(field, family), span);
    families.push_back(tree_.logical(LogicalOp::all, {test, make(family)}, span));
  }
  if (families.size() == 1) return families.front();
  return tree_.logical(LogicalOp::any, std::move(families), span);
}

Checker::Value Checker::compare_with_name(const ast::Binary& binary, const Place& place,
                                          ValueKind kind) {
  const auto left = named_by_family(binary.lhs, kind);
  const ast::NodeId other = left ? binary.rhs : binary.lhs;
  const ast::NodeId written = left ? binary.lhs : binary.rhs;
  const Value field = value(other);
  if (!field) return std::nullopt;
  const FieldRow* row = tree_.field_row(*field);
  if (row == nullptr) return value(written, kind);  // reports that the name has two numbers
  const NamedValue named = *named_by_family(written, kind);
  const auto index = std::get<FieldValue>(tree_.at(*field).value).field;
  const NodeId id = for_each_family(
      *row, named.ipv4.has_value(), named.ipv6.has_value(), place.span, [&](Family family) {
        const auto& number = family == Family::ipv4 ? named.ipv4 : named.ipv6;
        return tree_.compare(ComparisonOp::equal, tree_.field(index, span_of(other)),
                             tree_.integer(*number, span_of(written)), place.span);
      });
  return negated_if(is_negated(binary), id, place.span);
}

}  // namespace fwc
