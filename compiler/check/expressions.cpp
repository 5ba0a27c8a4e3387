// SPDX-License-Identifier: MIT
// Literals, operators and `?:`; equality, ordering and membership have files of their own.
#include <fmt/format.h>

#include "compiler/check/checker.h"
#include "compiler/check/lints.h"

namespace fwc {

namespace {

ArithmeticOp arithmetic_op(Operator op) {
  switch (op) {
    case Operator::add: return ArithmeticOp::add;
    case Operator::subtract:
    case Operator::negate: return ArithmeticOp::subtract;
    case Operator::multiply: return ArithmeticOp::multiply;
    case Operator::divide: return ArithmeticOp::divide;
    case Operator::modulo: return ArithmeticOp::modulo;
    case Operator::bit_and: return ArithmeticOp::bit_and;
    case Operator::bit_or: return ArithmeticOp::bit_or;
    case Operator::bit_xor:
    case Operator::complement: return ArithmeticOp::bit_xor;
    case Operator::shift_left: return ArithmeticOp::shift_left;
    case Operator::shift_right: return ArithmeticOp::shift_right;
    case Operator::logical_or:
    case Operator::logical_xor:
    case Operator::logical_and:
    case Operator::equal:
    case Operator::not_equal:
    case Operator::less:
    case Operator::less_equal:
    case Operator::greater:
    case Operator::greater_equal:
    case Operator::in:
    case Operator::not_in:
    case Operator::logical_not:
    case Operator::plus: break;
  }
  return ArithmeticOp::add;  // not reached: callers have an arithmetic operator
}

LogicalOp logical_op(Operator op) {
  if (op == Operator::logical_and) return LogicalOp::all;
  return op == Operator::logical_or ? LogicalOp::any : LogicalOp::odd;
}

/// What a value of the type could be compared with.
std::string_view example_of(Type type) {
  switch (type) {
    case Type::address: return "192.0.2.1";
    case Type::mac: return "00:00:5e:00:53:01";
    case Type::interface: return "\"eth0\"";
    case Type::boolean:
    case Type::integer:
    case Type::bytes: break;
  }
  return "0";
}

std::string_view plural(Type type) {
  switch (type) {
    case Type::bytes: return "bytes";
    case Type::interface: return "interfaces";
    case Type::boolean:
    case Type::integer: return "numbers";
    case Type::address:
    case Type::mac: break;
  }
  return "addresses";
}

}  // namespace

Checker::Value Checker::value(ast::NodeId id, ValueKind expected) {
  const ast::Node& node = filter_.at(id);
  const Place place{.id = id, .span = node.span, .expected = expected};
  return std::visit([&](const auto& written) { return check(written, place); }, node.value);
}

Checker::Value Checker::condition(ast::NodeId id, std::string_view repeated) {
  const Value operand = value(id);
  if (!operand) return std::nullopt;
  if (!is_number(tree_.type(*operand))) {
    if (report_.has(Code::wrong_type, span_of(id))) return std::nullopt;  // `!src_ip in …`
    const Type type = tree_.type(*operand);
    const auto fields = field_names([type](const FieldRow& f) { return f.type == type; });
    std::string hint = fmt::format("compare it, as in {}",
                                   quoted(fmt::format("{} == {}", source(id), example_of(type))));
    if (!repeated.empty())
      hint = fmt::format("write {}", quoted(repeated));
    else if (is_literal(*operand))
      hint =
          fields.empty() ? std::string{} : fmt::format("compare it with {}", quoted_choice(fields));
    report_.add(Code::wrong_type, span_of(id),
                fmt::format("{} is {}, which is no condition", quote(id), with_article(type)),
                std::move(hint));
    return std::nullopt;
  }
  warn_of_number(id, *operand, repeated);
  const NodeId result = tree_.condition(*operand);
  limit_weight(id, result);
  return result;
}

bool Checker::is_literal(NodeId id) const {
  return tree_.constant(id).has_value() || tree_.constant_address(id) != nullptr;
}

/// `port` stands for two fields, of which a sum or an arm of `?:` would have to choose one.
bool Checker::is_one_value(ast::NodeId written, NodeId id) {
  const EitherOf* either = tree_.either(id);
  if (either == nullptr) return true;
  report_.add(Code::either_end, span_of(written),
              fmt::format("{} is either of two values, {} and {}, and can only be compared",
                          quote(written), quoted(either->fields[0]), quoted(either->fields[1])),
              "name one of them");
  return false;
}

/// An operand that is compared with either of two fields counts twice, and twice again within
/// another such comparison.
void Checker::limit_weight(ast::NodeId written, NodeId id) {
  constexpr std::size_t kMostWeight = std::size_t{1} << 20;
  if (tree_.weight(id) <= kMostWeight || report_.has(Code::too_complex, span_of(written))) return;
  report_.add(Code::too_complex, span_of(written),
              fmt::format("{} compares more than {} values", quote(written), kMostWeight),
              "comparisons with either of two fields double what is within them");
}

void Checker::warn_of_number(ast::NodeId written, NodeId id, std::string_view repeated) {
  if (tree_.type(id) != Type::integer) return;
  if (report_.has(Code::negation_precedence, span_of(written))) return;
  if (warn_of_complement(written, id)) return;
  if (const FieldRow* field = tree_.field_row(id)) {
    const std::string guard = guard_for(*field);
    report_.add(Code::number_as_condition, span_of(written),
                fmt::format("the number {} stands as a condition", quote(written)),
                guard.empty()
                    ? fmt::format("write {}", quoted(fmt::format("{} > 0", field->name)))
                    : fmt::format("write {}, or {} for packets that have it",
                                  quoted(fmt::format("{} > 0", field->name)), quoted(guard)));
    return;
  }
  const auto constant = tree_.constant(id);
  const bool flag = constant && (*constant == 0 || *constant == 1);
  if (!std::holds_alternative<ast::Integer>(filter_.at(written).value) || flag) return;
  report_.add(Code::number_as_condition, span_of(written),
              fmt::format("the number {} stands as a condition and is always true", quote(written)),
              repeated.empty() ? std::string{} : fmt::format("write {}", quoted(repeated)));
}

/// `~tcp` is -1 or -2.
bool Checker::warn_of_complement(ast::NodeId written, NodeId id) {
  const auto* unary = std::get_if<ast::Unary>(&filter_.at(written).value);
  const auto* arithmetic = std::get_if<Arithmetic>(&tree_.at(id).value);
  if (unary == nullptr || unary->op != Operator::complement || arithmetic == nullptr) return false;
  if (!std::holds_alternative<AsInteger>(tree_.at(arithmetic->lhs).value)) return false;
  report_.add(Code::number_as_condition, span_of(written),
              fmt::format("{} is -1 or -2, of which neither is false", quote(written)),
              fmt::format("write {}", quoted("!" + source(unary->operand))));
  return true;
}

Checker::Value Checker::number(ast::NodeId id, ValueKind expected) {
  const Value operand = value(id, expected);
  if (!operand) return std::nullopt;
  if (!is_one_value(id, *operand)) return std::nullopt;
  const Type type = tree_.type(*operand);
  if (is_number(type)) return tree_.number(*operand);
  const bool ordered = type == Type::bytes;
  report_.add(Code::wrong_type, span_of(id),
              fmt::format("{} is {} where an int is expected", quote(id), with_article(type)),
              fmt::format("{} are compared with {} and looked up with `in`", plural(type),
                          ordered ? "`==`, `<` and their like" : "`==` and `!=`"));
  return std::nullopt;
}

void Checker::report(const LiteralError& error, Span span) {
  const Span part{span.begin + error.span.begin, span.begin + error.span.end};
  report_.add(error.code, part, error.message, error.hint);
}

Checker::Value Checker::check(const ast::Integer& integer, const Place& place) {
  const auto read = read_integer(integer.text);
  if (const auto* value = std::get_if<std::int64_t>(&read))
    return tree_.integer(*value, place.span);
  report(std::get<LiteralError>(read), place.span);
  return std::nullopt;
}

Checker::Value Checker::check(const ast::Address& address, const Place& place) {
  const auto read = read_address(address.text);
  if (const auto* value = std::get_if<Address>(&read)) return tree_.address(*value, place.span);
  report(std::get<LiteralError>(read), place.span);
  return std::nullopt;
}

std::optional<AddressPrefix> Checker::prefix_of(const ast::Prefix& prefix, Span span) {
  const auto read = read_prefix(prefix.address, prefix.length);
  if (const auto* value = std::get_if<AddressPrefix>(&read)) return *value;
  report(std::get<LiteralError>(read), span);
  return std::nullopt;
}

Checker::Value Checker::check(const ast::Prefix& prefix, const Place& place) {
  const Type type = is_mac(prefix.address) ? Type::mac : Type::address;
  if (type == Type::address && !prefix_of(prefix, place.span)) return std::nullopt;
  const auto fields = field_names([type](const FieldRow& f) { return f.type == type; });
  report_.add(Code::wrong_type, place.span,
              fmt::format("the prefix {} stands where a value is expected", quote(place.id)),
              fmt::format("look an address up in it, as in {}",
                          quoted(fmt::format("{} in {}", fields.front(), source(place.id)))));
  return std::nullopt;
}

Checker::Value Checker::check(const ast::Set&, const Place& place) {
  report_.add(Code::wrong_type, place.span, "a set stands where a value is expected",
              "a set stands after `in` and `not in`");
  return std::nullopt;
}

Checker::Value Checker::check(const ast::Range&, const Place& place) {
  report_.add(Code::wrong_type, place.span, "a range stands where a value is expected",
              "a range stands after `in` and `not in`, and in a set");
  return std::nullopt;
}

Checker::Value Checker::check(const ast::Unary& unary, const Place& place) {
  if (unary.op == Operator::logical_not) {
    const Value operand = condition(unary.operand);
    return operand ? Value(tree_.negate(*operand, place.span)) : std::nullopt;
  }
  const ValueKind flags =
      place.expected == ValueKind::tcp_flags ? place.expected : kinds_[place.id];
  const bool complement = unary.op == Operator::complement;
  const Value operand = number(unary.operand, complement ? flags : ValueKind::plain);
  if (!operand || unary.op == Operator::plus) return operand;
  const NodeId other = tree_.integer(complement ? -1 : 0, place.span);
  const ArithmeticOp op = arithmetic_op(unary.op);
  return complement ? tree_.arithmetic(op, *operand, other, place.span)
                    : tree_.arithmetic(op, other, *operand, place.span);
}

Checker::Value Checker::check(const ast::Binary& binary, const Place& place) {
  switch (row(binary.op).kind) {
    case OperatorKind::equality: return equality(binary, place);
    case OperatorKind::ordering: return ordering(binary, place);
    case OperatorKind::arithmetic: return arithmetic(binary, place);
    case OperatorKind::logical:
    case OperatorKind::membership: break;  // have nodes of their own
  }
  return std::nullopt;
}

Checker::Value Checker::arithmetic(const ast::Binary& binary, const Place& place) {
  const bool bitwise = binary.op == Operator::bit_and || binary.op == Operator::bit_or ||
                       binary.op == Operator::bit_xor;
  const bool flags =
      place.expected == ValueKind::tcp_flags || kinds_[place.id] == ValueKind::tcp_flags;
  const ValueKind expected = bitwise && flags ? ValueKind::tcp_flags : ValueKind::plain;
  const Value lhs = number(binary.lhs, expected);
  const Value rhs = number(binary.rhs, expected);
  if (!rhs || !is_defined(binary, *rhs) || !lhs) return std::nullopt;
  return tree_.arithmetic(arithmetic_op(binary.op), *lhs, *rhs, place.span);
}

bool Checker::is_defined(const ast::Binary& binary, NodeId rhs) {
  const auto constant = tree_.constant(rhs);
  if (!constant) return true;
  const bool divides = binary.op == Operator::divide || binary.op == Operator::modulo;
  const bool shifts = binary.op == Operator::shift_left || binary.op == Operator::shift_right;
  if (divides && *constant == 0) {
    report_.add(Code::division_by_zero, span_of(binary.rhs),
                fmt::format("the divisor of {} is 0", quoted(row(binary.op).symbol)));
    return false;
  }
  if (shifts && (*constant < 0 || *constant > 63)) {
    report_.add(
        Code::shift_range, span_of(binary.rhs),
        fmt::format("the shift count {} is not in 0..63", quoted(std::to_string(*constant))));
    return false;
  }
  return true;
}

std::string Checker::repeated_comparison(const ast::Binary* before, ast::NodeId operand) const {
  if (before == nullptr) return {};
  const auto is_address = [&](ast::NodeId id) {
    return std::holds_alternative<ast::Address>(filter_.at(id).value) ||
           std::holds_alternative<ast::Prefix>(filter_.at(id).value);
  };
  const bool literal =
      std::holds_alternative<ast::Integer>(filter_.at(operand).value) || is_address(operand);
  if (!literal || is_address(operand) != is_address(before->rhs)) return {};
  return fmt::format("{} {} {}", source(before->lhs), row(before->op).symbol, source(operand));
}

Checker::Value Checker::check(const ast::Chain& chain, const Place& place) {
  std::vector<NodeId> operands;
  operands.reserve(chain.operands.size());
  const ast::Binary* before = nullptr;  // `dst_port == 53 || 80` means the comparison again
  for (const ast::NodeId id : chain.operands) {
    if (const Value operand = condition(id, repeated_comparison(before, id)))
      operands.push_back(*operand);
    const auto* binary = std::get_if<ast::Binary>(&filter_.at(id).value);
    if (binary != nullptr && row(binary->op).kind == OperatorKind::equality) before = binary;
  }
  if (operands.size() != chain.operands.size()) return std::nullopt;
  return tree_.logical(logical_op(chain.op), std::move(operands), place.span);
}

Checker::Value Checker::check(const ast::Conditional& n, const Place& place) {
  const Value chooses = condition(n.condition);
  const Value then_value = value(n.then_value, place.expected);
  const Value else_value = value(n.else_value, place.expected);
  if (!then_value || !else_value) return std::nullopt;
  if (!is_one_value(n.then_value, *then_value) || !is_one_value(n.else_value, *else_value))
    return std::nullopt;
  const Type a = tree_.type(*then_value);
  const Type b = tree_.type(*else_value);
  for (const auto& [arm, type] : {std::pair{n.then_value, a}, {n.else_value, b}}) {
    if (type != Type::bytes) continue;
    report_.add(Code::wrong_type, span_of(arm),
                fmt::format("{}, an arm of `?:`, is bytes, which can only be compared", quote(arm)),
                "compare it in the arm");
    return std::nullopt;
  }
  if (!compares(a, b)) {
    report_.add(Code::wrong_type, place.span,
                fmt::format("the arms of `?:` differ: {} is {} and {} is {}", quote(n.then_value),
                            with_article(a), quote(n.else_value), with_article(b)));
    return std::nullopt;
  }
  if (!chooses) return std::nullopt;
  if (a == b) return tree_.conditional(*chooses, *then_value, *else_value, place.span);
  const NodeId x = tree_.number(*then_value);
  const NodeId y = tree_.number(*else_value);
  return tree_.conditional(*chooses, x, y, place.span);
}

}  // namespace fwc
