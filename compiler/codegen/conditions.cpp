// SPDX-License-Identifier: MIT
// Conditions as control flow: short-circuit evaluation, which a pure language may do in any order.
#include "compiler/codegen/lower.h"
#include "compiler/overloaded.h"

namespace fwc::codegen {

Outcome Lowering::leave(bool value, Block* if_true, Block* if_false) {
  ir_.CreateBr(value ? if_true : if_false);
  return {.when_true = value ? facts_ : kImpossible, .when_false = value ? kImpossible : facts_};
}

Outcome Lowering::branch(llvm::Value* is_true, Block* if_true, Block* if_false) {
  ir_.CreateCondBr(is_true, if_true, if_false);
  return {.when_true = facts_, .when_false = facts_};
}

Outcome Lowering::condition(NodeId id, Block* if_true, Block* if_false) {
  const Node& node = filter_.at(id);
  if (!std::holds_alternative<Logical>(node.value)) mark(node);
  return std::visit(
      Overloaded{
          [&](const BooleanConstant& n) { return leave(n.value, if_true, if_false); },
          [&](const FieldValue& n) { return field_condition(n.field, if_true, if_false); },
          [&](const VariableValue&) {
            return branch(ir_.CreateICmpNE(integer(id, if_false), p_.number(0)), if_true, if_false);
          },
          [&](const AsBoolean& n) {
            const Facts before = facts_;
            branch(ir_.CreateICmpNE(integer(n.operand, if_false), p_.number(0)), if_true, if_false);
            return Outcome{.when_true = facts_, .when_false = before};
          },
          [&](const Comparison& n) { return compare(n, if_true, if_false); },
          [&](const SliceEquals& n) { return slice_equals(n, if_true, if_false); },
          [&](const Member& n) { return member(n, if_true, if_false); },
          [&](const LiveMember& n) { return live_member(n, if_true, if_false); },
          [&](const Not& n) {
            const Outcome outcome = condition(n.operand, if_false, if_true);
            return Outcome{.when_true = outcome.when_false, .when_false = outcome.when_true};
          },
          [&](const Logical& n) {
            switch (n.op) {
              case LogicalOp::all: return all_of(n.operands, 0, if_true, if_false);
              case LogicalOp::any: return any_of(n.operands, if_true, if_false);
              case LogicalOp::odd: return odd_of(n.operands, if_true, if_false);
            }
            llvm_unreachable("every logical operator has a case");
          },
          [&](const Conditional& n) { return choose(n, if_true, if_false); },
          [&](const IntegerConstant&) -> Outcome { llvm_unreachable("an int is no condition"); },
          [&](const AddressConstant&) -> Outcome { llvm_unreachable("an ip is no condition"); },
          [&](const SliceValue&) -> Outcome { llvm_unreachable("an int is no condition"); },
          [&](const InterfaceIndex&) -> Outcome { llvm_unreachable("an int is no condition"); },
          [&](const Arithmetic&) -> Outcome { llvm_unreachable("an int is no condition"); },
          [&](const AsInteger&) -> Outcome { llvm_unreachable("an int is no condition"); }},
      node.value);
}

/// All of the operands from the given one on. Those that are negated hold where none of what they
/// negate does, and that is a chain of alternatives.
Outcome Lowering::all_of(const std::vector<NodeId>& operands, std::size_t from, Block* if_true,
                         Block* if_false) {
  const auto* negated = tables_.negated(filter_, operands, from);
  const auto is_left_out = [&](NodeId id) {
    return negated != nullptr && std::holds_alternative<Not>(filter_.at(id).value);
  };
  std::vector<NodeId> plain;
  std::copy_if(operands.begin() + static_cast<std::ptrdiff_t>(from), operands.end(),
               std::back_inserter(plain), [&](NodeId id) { return !is_left_out(id); });
  Facts when_false = kImpossible;
  for (std::size_t i = 0; i + (negated == nullptr) < plain.size(); ++i) {
    Block* next = p_.unplaced_block("");
    const Outcome outcome = condition(plain[i], next, if_false);
    when_false = hull(when_false, outcome.when_false);
    go_on(next, outcome.when_true);
  }
  if (negated == nullptr) {
    const Outcome last = condition(plain.back(), if_true, if_false);
    return {.when_true = last.when_true, .when_false = hull(when_false, last.when_false)};
  }
  const Outcome none = any_of(*negated, if_false, if_true);
  return {.when_true = none.when_false, .when_false = hull(when_false, none.when_true)};
}

Outcome Lowering::odd_of(std::vector<NodeId> operands, Block* if_true, Block* if_false) {
  const auto more_demanding = [&](NodeId a, NodeId b) { return alive_[a] > alive_[b]; };
  std::stable_sort(operands.begin(), operands.end(), more_demanding);
  // From any number on, for the verifier would tell two known parities apart.
  llvm::Value* parity = p_.any_number();
  for (const NodeId operand : operands) parity = ir_.CreateXor(parity, truth(operand));
  return branch(ir_.CreateICmpNE(parity, p_.opaque(p_.any_number())), if_true, if_false);
}

Outcome Lowering::choose(const Conditional& node, Block* if_true, Block* if_false) {
  Block* then_block = p_.unplaced_block("");
  Block* else_block = p_.unplaced_block("");
  const Outcome outcome = condition(node.condition, then_block, else_block);
  go_on(then_block, outcome.when_true);
  const Outcome first = condition(node.then_value, if_true, if_false);
  go_on(else_block, outcome.when_false);
  const Outcome second = condition(node.else_value, if_true, if_false);
  return {.when_true = hull(first.when_true, second.when_true),
          .when_false = hull(first.when_false, second.when_false)};
}

Outcome Lowering::compare(const Comparison& node, Block* if_true, Block* if_false) {
  const Facts before = facts_;
  if (filter_.at(node.lhs).type == Type::address) return equal_addresses(node, if_true, if_false);
  if (equal_in_network_order(node, if_true, if_false))
    return {.when_true = facts_, .when_false = before};
  const auto [lhs, rhs] = integers(node.lhs, node.rhs, if_false);
  const auto predicate = [&] {
    switch (node.op) {
      case ComparisonOp::equal: return llvm::CmpInst::ICMP_EQ;
      case ComparisonOp::less: return llvm::CmpInst::ICMP_SLT;
      case ComparisonOp::less_equal: return llvm::CmpInst::ICMP_SLE;
    }
    llvm_unreachable("every comparison has a case");
  }();
  ir_.CreateCondBr(ir_.CreateICmp(predicate, lhs, rhs), if_true, if_false);
  return {.when_true = facts_, .when_false = before};
}

/// A header field of whole bytes against a constant: the constant is swapped at compile time, not
/// the field at run time.
bool Lowering::equal_in_network_order(const Comparison& node, Block* if_true, Block* if_false) {
  const auto* field = std::get_if<FieldValue>(&filter_.at(node.lhs).value);
  const auto* constant = std::get_if<IntegerConstant>(&filter_.at(node.rhs).value);
  if (node.op != ComparisonOp::equal || field == nullptr || constant == nullptr) return false;
  const FieldRow& row = row_of(field->field);
  const auto* header = std::get_if<InHeader>(&row.source);
  if (header == nullptr || constant->value < 0 || constant->value > row.maximum) return false;
  const auto value = static_cast<std::uint64_t>(constant->value);
  for_each_location(*header, if_false, [&](const HeaderBits& at) {
    std::uint64_t expected = value;
    llvm::Value* actual = reader_.read_in_network_order(at);
    if (actual != nullptr)
      expected = llvm::byteswap(value) >> (64 - at.bits);
    else
      actual = reader_.read(at);
    ir_.CreateCondBr(ir_.CreateICmpEQ(actual, p_.number(expected)), if_true, if_false);
  });
  return true;
}

Outcome Lowering::member(const Member& node, Block* if_true, Block* if_false) {
  const ValueSet& set = filter_.sets[node.set];
  const Node& value = filter_.at(node.value);
  if (const auto* field = std::get_if<FieldValue>(&value.value);
      field && value.type != Type::boolean)
    return in_set(field->field, set, if_true, if_false);
  const Facts before = facts_;
  if (value.type == Type::integer)
    integer_in(integer(node.value, if_false), set.integers, if_true, if_false);
  else
    address_in(address(node.value, if_false), {.ipv4 = set.ipv4, .ipv6 = set.ipv6}, if_true,
               if_false);
  return {.when_true = facts_, .when_false = before};
}

Outcome Lowering::field_condition(FieldIndex field, Block* if_true, Block* if_false) {
  const FieldRow& row = row_of(field);
  if (std::holds_alternative<HasLayer>(row.source))
    return test_any(presence_of(row), if_true, if_false);
  if (const auto* direction = std::get_if<IsDirection>(&row.source))
    return leave(direction->ingress == p_.ingress, if_true, if_false);
  const Facts before = facts_;
  llvm::Value* value = field_integer(field, if_false);
  ir_.CreateCondBr(ir_.CreateICmpNE(value, p_.number(0)), if_true, if_false);
  return {.when_true = facts_, .when_false = before};
}

}  // namespace fwc::codegen
