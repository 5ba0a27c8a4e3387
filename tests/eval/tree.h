// SPDX-License-Identifier: MIT
// Checked filters by hand, for tests of what comes after the checker: one short function a node.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "compiler/check/checked_filter.h"

namespace fwc::test {

/// Builds one filter; every function adds a node and gives its number.
class Tree {
 public:
  NodeId boolean(bool value) { return add(BooleanConstant{value}, Type::boolean); }
  NodeId integer(std::int64_t value) { return add(IntegerConstant{value}, Type::integer); }
  NodeId address(const Address& value) { return add(AddressConstant{value}, Type::address); }

  NodeId field(std::string_view name) {
    const FieldIndex index = find_field(name).value();
    return add(FieldValue{index}, kFields[index].type);
  }
  NodeId variable(std::uint32_t index) {
    return add(VariableValue{index}, filter_.variables[index].type);
  }

  NodeId arithmetic(ArithmeticOp op, NodeId lhs, NodeId rhs) {
    return add(Arithmetic{op, lhs, rhs}, Type::integer);
  }
  NodeId as_integer(NodeId operand) { return add(AsInteger{operand}, Type::integer); }
  NodeId as_boolean(NodeId operand) { return add(AsBoolean{operand}, Type::boolean); }
  NodeId compare(ComparisonOp op, NodeId lhs, NodeId rhs) {
    return add(Comparison{op, lhs, rhs}, Type::boolean);
  }
  NodeId equal(NodeId lhs, NodeId rhs) { return compare(ComparisonOp::equal, lhs, rhs); }
  NodeId member(NodeId value, ValueSet set) {
    filter_.sets.push_back(std::move(set));
    return add(Member{value, static_cast<std::uint32_t>(filter_.sets.size() - 1)}, Type::boolean);
  }
  NodeId negated(NodeId operand) { return add(Not{operand}, Type::boolean); }
  NodeId logical(LogicalOp op, std::vector<NodeId> operands) {
    return add(Logical{op, std::move(operands)}, Type::boolean);
  }
  NodeId conditional(NodeId condition, NodeId yes, NodeId no) {
    return add(Conditional{condition, yes, no}, filter_.at(yes).type);
  }

  void declare(VariableDeclaration variable) { filter_.variables.push_back(std::move(variable)); }

  /// The filter whose expression is the node added last.
  const CheckedFilter& filter() {
    filter_.egress = Policy{.rules = {{.name = {},
                                       .action = RuleAction::allow,
                                       .condition = static_cast<NodeId>(filter_.nodes.size() - 1),
                                       .span = {}}}};
    filter_.ingress = filter_.egress;
    return filter_;
  }

 private:
  template <typename T>
  NodeId add(T value, Type type) {
    filter_.nodes.push_back({.value = std::move(value), .type = type, .span = {}});
    return static_cast<NodeId>(filter_.nodes.size() - 1);
  }

  CheckedFilter filter_;
};

}  // namespace fwc::test
