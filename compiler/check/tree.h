// SPDX-License-Identifier: MIT
// Makes the nodes of a CheckedFilter: converts between bool and int explicitly and folds constants.
// The callers have found the types right; nothing here reports an error.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/check/checked_filter.h"

namespace fwc {

class Tree {
 public:
  NodeId boolean(bool value, Span span);
  NodeId integer(std::int64_t value, Span span);
  NodeId address(const Address& value, Span span);
  NodeId field(FieldIndex field, Span span);
  NodeId variable(std::uint32_t variable, Type type, Span span);

  /// Of any number of bytes; a value of its own where it is made a number.
  NodeId slice(std::uint32_t offset, std::uint8_t bytes, Span span);
  /// Of a slice with as many bytes.
  NodeId slice_equals(NodeId slice, std::string bytes, Span span);
  NodeId mac(std::int64_t value, Span span);
  NodeId interface(std::uint32_t interface, Span span);
  /// A mac, an interface or a slice of 1, 2, 4 or 8 bytes as the number that it is compared by.
  NodeId as_number(NodeId id);

  /// A bool or an int as the other one; constants convert at once. Where a field is either of two,
  /// a condition, a comparison and a look-up become those of both.
  NodeId condition(NodeId id);
  NodeId number(NodeId id);

  /// Of ints.
  NodeId arithmetic(ArithmeticOp op, NodeId lhs, NodeId rhs, Span span);
  /// Of two ints, or of two addresses for equal.
  NodeId compare(ComparisonOp op, NodeId lhs, NodeId rhs, Span span);
  /// Of an int or an address; the set may be in any order.
  NodeId member(NodeId value, ValueSet set, Span span);
  /// Of one value or of two, as the elements of the live set are.
  NodeId live_member(std::vector<NodeId> values, std::uint32_t set, Span span);
  /// Of bools.
  NodeId negate(NodeId operand, Span span);
  NodeId logical(LogicalOp op, std::vector<NodeId> operands, Span span);
  /// The arms have one type.
  NodeId conditional(NodeId condition, NodeId then_value, NodeId else_value, Span span);

  const Node& at(NodeId id) const { return nodes_[id]; }
  std::size_t size() const { return nodes_.size(); }
  Type type(NodeId id) const { return nodes_[id].type; }

  /// The value of a constant; of a bool constant 0 or 1.
  std::optional<std::int64_t> constant(NodeId id) const;
  const Address* constant_address(NodeId id) const;
  /// The row of a node that is a field, nothing more.
  const FieldRow* field_row(NodeId id) const;
  /// The two fields that such a node stands for, which can only be compared and looked up.
  const EitherOf* either(NodeId id) const;
  /// Nodes that are visited by who walks the node as a tree. More than there are where an operand
  /// is compared with both of two fields.
  std::size_t weight(NodeId id) const { return weights_[id]; }

  /// Puts the nodes that the rules of `filter` need into it, without what folding left over.
  CheckedFilter finish(CheckedFilter filter) &&;

 private:
  template <typename T>
  NodeId add(T value, Type type, Span span) {
    nodes_.push_back({std::move(value), type, span});
    weigh_last();
    return static_cast<NodeId>(nodes_.size() - 1);
  }
  void weigh_last();
  /// Whether `make` holds of one of the two fields that the node stands for.
  template <typename Make>
  NodeId any_of(NodeId either, Span span, const Make& make);

  std::vector<Node> nodes_;
  std::vector<std::size_t> weights_;
  std::vector<ValueSet> sets_;
};

}  // namespace fwc
