// SPDX-License-Identifier: MIT
#include "tests/check/check_text.h"

#include <fmt/format.h>

#include "grammar/parse.h"

namespace fwc {

namespace {

std::string_view name_of(ArithmeticOp op) {
  switch (op) {
    case ArithmeticOp::add: return "+";
    case ArithmeticOp::subtract: return "-";
    case ArithmeticOp::multiply: return "*";
    case ArithmeticOp::divide: return "/";
    case ArithmeticOp::modulo: return "%";
    case ArithmeticOp::bit_and: return "&";
    case ArithmeticOp::bit_or: return "|";
    case ArithmeticOp::bit_xor: return "^";
    case ArithmeticOp::shift_left: return "<<";
    case ArithmeticOp::shift_right: return ">>";
  }
  return "?";
}

std::string_view name_of(ComparisonOp op) {
  switch (op) {
    case ComparisonOp::equal: return "eq";
    case ComparisonOp::less: return "lt";
    case ComparisonOp::less_equal: return "le";
  }
  return "?";
}

std::string_view name_of(LogicalOp op) {
  switch (op) {
    case LogicalOp::all: return "all";
    case LogicalOp::any: return "any";
    case LogicalOp::odd: return "odd";
  }
  return "?";
}

struct Printer {
  const CheckedFilter& filter;

  std::string at(NodeId id) const { return std::visit(*this, filter.at(id).value); }
  std::string set(const ValueSet& values) const {
    std::string out;
    for (const auto& [low, high] : values.integers) out += fmt::format(" {}..{}", low, high);
    for (const auto& [low, high] : values.ipv4)
      out += fmt::format(" {}..{}", to_string(Address{Family::ipv4, {0, low}}),
                         to_string(Address{Family::ipv4, {0, high}}));
    for (const auto& [low, high] : values.ipv6)
      out += fmt::format(" {}..{}", to_string(Address{Family::ipv6, low}),
                         to_string(Address{Family::ipv6, high}));
    return out;
  }

  std::string operator()(const BooleanConstant& n) const { return n.value ? "true" : "false"; }
  std::string operator()(const IntegerConstant& n) const { return fmt::to_string(n.value); }
  std::string operator()(const AddressConstant& n) const { return to_string(n.value); }
  std::string operator()(const FieldValue& n) const { return std::string(kFields[n.field].name); }
  std::string operator()(const SliceValue& n) const {
    return fmt::format("payload[{}:{}]", n.offset, n.bytes);
  }
  std::string operator()(const InterfaceIndex& n) const {
    return fmt::format("\"{}\"", filter.interfaces[n.interface]);
  }
  std::string operator()(const SliceEquals& n) const {
    std::string bytes;
    for (const unsigned char byte : n.bytes) bytes += fmt::format("{:02x}", byte);
    return fmt::format("(bytes payload[{}] {})", n.offset, bytes);
  }
  std::string operator()(const VariableValue& n) const {
    return "$" + filter.variables[n.variable].name;
  }
  std::string operator()(const Arithmetic& n) const {
    return fmt::format("({} {} {})", name_of(n.op), at(n.lhs), at(n.rhs));
  }
  std::string operator()(const AsInteger& n) const {
    return fmt::format("(int {})", at(n.operand));
  }
  std::string operator()(const AsBoolean& n) const {
    return fmt::format("(bool {})", at(n.operand));
  }
  std::string operator()(const Comparison& n) const {
    return fmt::format("({} {} {})", name_of(n.op), at(n.lhs), at(n.rhs));
  }
  std::string operator()(const LiveMember& n) const {
    std::string text = "(in @" + filter.live_sets[n.set].name;
    for (const NodeId value : n.values) text += " " + at(value);
    return text + ")";
  }
  std::string operator()(const Member& n) const {
    return fmt::format("(in {}{})", at(n.value), set(filter.sets[n.set]));
  }
  std::string operator()(const Not& n) const { return fmt::format("(not {})", at(n.operand)); }
  std::string operator()(const Logical& n) const {
    std::string out = fmt::format("({}", name_of(n.op));
    for (const NodeId id : n.operands) out += " " + at(id);
    return out + ")";
  }
  std::string operator()(const Conditional& n) const {
    return fmt::format("(if {} {} {})", at(n.condition), at(n.then_value), at(n.else_value));
  }
};

}  // namespace

CheckResult check_text(std::string_view text) {
  auto parsed = parse(text);
  if (const auto* error = std::get_if<SyntaxError>(&parsed))
    return {.filter = std::nullopt, .issues = {{Code::syntax, error->span, error->message, {}}}};
  return check(std::get<ast::Filter>(parsed), text);
}

std::string codes_of(std::string_view text) {
  std::string out;
  for (const Issue& issue : check_text(text).issues)
    out += fmt::format("{}{}", out.empty() ? "" : " ", row(issue.code).name);
  return out;
}

std::string tree_of(std::string_view text) {
  const CheckResult result = check_text(text);
  if (!result.filter) return "errors: " + codes_of(text);
  return Printer{*result.filter}.at(result.filter->expression());
}

}  // namespace fwc
