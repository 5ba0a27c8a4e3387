// SPDX-License-Identifier: MIT
// Checked nodes and their folding. A node folds only where its value and its presence are known:
// `0 * dst_port` stays, for it is absent where the port is.
#include "compiler/check/tree.h"

#include <algorithm>
#include <array>

#include "compiler/check/fold.h"

namespace fwc {

namespace {

/// The ids that a node holds, to be read or renumbered.
struct ChildIds {
  std::vector<NodeId*> operator()(BooleanConstant&) const { return {}; }
  std::vector<NodeId*> operator()(IntegerConstant&) const { return {}; }
  std::vector<NodeId*> operator()(AddressConstant&) const { return {}; }
  std::vector<NodeId*> operator()(FieldValue&) const { return {}; }
  std::vector<NodeId*> operator()(SliceValue&) const { return {}; }
  std::vector<NodeId*> operator()(InterfaceIndex&) const { return {}; }
  std::vector<NodeId*> operator()(SliceEquals&) const { return {}; }
  std::vector<NodeId*> operator()(VariableValue&) const { return {}; }
  std::vector<NodeId*> operator()(Arithmetic& n) const { return {&n.lhs, &n.rhs}; }
  std::vector<NodeId*> operator()(AsInteger& n) const { return {&n.operand}; }
  std::vector<NodeId*> operator()(AsBoolean& n) const { return {&n.operand}; }
  std::vector<NodeId*> operator()(Comparison& n) const { return {&n.lhs, &n.rhs}; }
  std::vector<NodeId*> operator()(Member& n) const { return {&n.value}; }
  std::vector<NodeId*> operator()(LiveMember& n) const {
    std::vector<NodeId*> ids;
    for (NodeId& id : n.values) ids.push_back(&id);
    return ids;
  }
  std::vector<NodeId*> operator()(Not& n) const { return {&n.operand}; }
  std::vector<NodeId*> operator()(Logical& n) const {
    std::vector<NodeId*> ids;
    ids.reserve(n.operands.size());
    for (NodeId& id : n.operands) ids.push_back(&id);
    return ids;
  }
  std::vector<NodeId*> operator()(Conditional& n) const {
    return {&n.condition, &n.then_value, &n.else_value};
  }
};

std::vector<NodeId*> child_ids(Node& node) {
  return std::visit(ChildIds{}, node.value);
}

bool compare_constants(ComparisonOp op, std::int64_t lhs, std::int64_t rhs) {
  switch (op) {
    case ComparisonOp::equal: return lhs == rhs;
    case ComparisonOp::less: return lhs < rhs;
    case ComparisonOp::less_equal: return lhs <= rhs;
  }
  return false;
}

}  // namespace

void Tree::weigh_last() {
  constexpr std::size_t kEnough = std::size_t{1} << 40;  // no sum of it overflows
  std::size_t weight = 1;
  for (const NodeId* child : child_ids(nodes_.back()))
    weight = std::min(weight + weights_[*child], kEnough);
  weights_.push_back(weight);
}

template <typename Make>
NodeId Tree::any_of(NodeId either, Span span, const Make& make) {
  const Span written = at(either).span;
  std::vector<NodeId> operands;
  for (const std::string_view name : this->either(either)->fields)
    operands.push_back(make(field(*find_field(name), written)));
  return logical(LogicalOp::any, std::move(operands), span);
}

NodeId Tree::boolean(bool value, Span span) {
  return add(BooleanConstant{value}, Type::boolean, span);
}

NodeId Tree::integer(std::int64_t value, Span span) {
  return add(IntegerConstant{value}, Type::integer, span);
}

NodeId Tree::address(const Address& value, Span span) {
  return add(AddressConstant{value}, Type::address, span);
}

NodeId Tree::field(FieldIndex field, Span span) {
  return add(FieldValue{field}, kFields[field].type, span);
}

NodeId Tree::variable(std::uint32_t variable, Type type, Span span) {
  return add(VariableValue{variable}, type, span);
}

NodeId Tree::slice(std::uint32_t offset, std::uint8_t bytes, Span span) {
  return add(SliceValue{.offset = offset, .bytes = bytes}, Type::bytes, span);
}

NodeId Tree::slice_equals(NodeId slice, std::string bytes, Span span) {
  const std::uint32_t offset = std::get<SliceValue>(at(slice).value).offset;
  return add(SliceEquals{.offset = offset, .bytes = std::move(bytes)}, Type::boolean, span);
}

NodeId Tree::mac(std::int64_t value, Span span) {
  return add(IntegerConstant{value}, Type::mac, span);
}

NodeId Tree::interface(std::uint32_t interface, Span span) {
  return add(InterfaceIndex{interface}, Type::interface, span);
}

NodeId Tree::as_number(NodeId id) {
  Node copy = at(id);
  return add(std::move(copy.value), Type::integer, copy.span);
}

NodeId Tree::condition(NodeId id) {
  if (type(id) == Type::boolean) return id;
  const Span span = at(id).span;
  if (const auto value = constant(id)) return boolean(*value != 0, span);
  if (const auto* integer = std::get_if<AsInteger>(&at(id).value)) return integer->operand;
  if (either(id) != nullptr)
    return any_of(id, span, [&](NodeId field) { return condition(field); });
  return add(AsBoolean{id}, Type::boolean, span);
}

NodeId Tree::number(NodeId id) {
  if (type(id) == Type::integer) return id;
  const Span span = at(id).span;
  if (const auto value = constant(id)) return integer(*value, span);
  return add(AsInteger{id}, Type::integer, span);
}

NodeId Tree::arithmetic(ArithmeticOp op, NodeId lhs, NodeId rhs, Span span) {
  const auto a = constant(lhs);
  const auto b = constant(rhs);
  if (a && b) return integer(fold(op, *a, *b), span);
  return add(Arithmetic{op, lhs, rhs}, Type::integer, span);
}

NodeId Tree::compare(ComparisonOp op, NodeId lhs, NodeId rhs, Span span) {
  if (either(lhs) != nullptr)
    return any_of(lhs, span, [&](NodeId field) { return compare(op, field, rhs, span); });
  if (either(rhs) != nullptr)
    return any_of(rhs, span, [&](NodeId field) { return compare(op, lhs, field, span); });
  const auto a = constant(lhs);
  const auto b = constant(rhs);
  if (a && b) return boolean(compare_constants(op, *a, *b), span);
  const Address* c = constant_address(lhs);
  const Address* d = constant_address(rhs);
  if (c != nullptr && d != nullptr) return boolean(*c == *d, span);
  return add(Comparison{op, lhs, rhs}, Type::boolean, span);
}

NodeId Tree::member(NodeId value, ValueSet set, Span span) {
  if (either(value) != nullptr)
    return any_of(value, span, [&](NodeId field) { return member(field, set, span); });
  set = canonical(std::move(set));
  if (const auto number = constant(value)) return boolean(contains(set, *number), span);
  if (const Address* a = constant_address(value)) return boolean(contains(set, *a), span);
  sets_.push_back(std::move(set));
  return add(Member{value, static_cast<std::uint32_t>(sets_.size() - 1)}, Type::boolean, span);
}

NodeId Tree::live_member(std::vector<NodeId> values, std::uint32_t set, Span span) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (either(values[i]) == nullptr) continue;
    return any_of(values[i], span, [&](NodeId field) {
      std::vector<NodeId> chosen = values;
      chosen[i] = field;
      return live_member(std::move(chosen), set, span);
    });
  }
  return add(LiveMember{std::move(values), set}, Type::boolean, span);
}

NodeId Tree::negate(NodeId operand, Span span) {
  if (const auto value = constant(operand)) return boolean(*value == 0, span);
  return add(Not{operand}, Type::boolean, span);
}

NodeId Tree::logical(LogicalOp op, std::vector<NodeId> operands, Span span) {
  bool all_constant = true;
  bool odd = false;
  for (const NodeId id : operands) {
    const auto value = constant(id);
    all_constant = all_constant && value.has_value();
    if (!value) continue;
    odd = odd != (*value != 0);
    if (op == LogicalOp::all && *value == 0) return boolean(false, span);
    if (op == LogicalOp::any && *value != 0) return boolean(true, span);
  }
  if (all_constant) return boolean(op == LogicalOp::odd ? odd : op == LogicalOp::all, span);
  return add(Logical{op, std::move(operands)}, Type::boolean, span);
}

NodeId Tree::conditional(NodeId condition, NodeId then_value, NodeId else_value, Span span) {
  const Type result = type(then_value);
  if (const auto value = constant(condition)) {
    const NodeId chosen = *value != 0 ? then_value : else_value;
    // An arm that is a bool field can be absent, the conditional cannot.
    if (result != Type::boolean || field_row(chosen) == nullptr) return chosen;
  }
  return add(Conditional{condition, then_value, else_value}, result, span);
}

std::optional<std::int64_t> Tree::constant(NodeId id) const {
  if (const auto* value = std::get_if<IntegerConstant>(&at(id).value)) return value->value;
  if (const auto* value = std::get_if<BooleanConstant>(&at(id).value)) return value->value ? 1 : 0;
  return std::nullopt;
}

const Address* Tree::constant_address(NodeId id) const {
  const auto* value = std::get_if<AddressConstant>(&at(id).value);
  return value == nullptr ? nullptr : &value->value;
}

const FieldRow* Tree::field_row(NodeId id) const {
  const auto* value = std::get_if<FieldValue>(&at(id).value);
  return value == nullptr ? nullptr : &kFields[value->field];
}

const EitherOf* Tree::either(NodeId id) const {
  const FieldRow* row = field_row(id);
  return row == nullptr ? nullptr : std::get_if<EitherOf>(&row->source);
}

CheckedFilter Tree::finish(CheckedFilter filter) && {
  std::vector<bool> used(nodes_.size(), false);
  for (const NodeId condition : filter.conditions()) used[condition] = true;
  for (std::size_t id = nodes_.size(); id-- > 0;) {
    if (!used[id]) continue;
    for (const NodeId* child : child_ids(nodes_[id])) used[*child] = true;
  }
  std::vector<NodeId> renumbered(nodes_.size());
  for (NodeId id = 0; id < nodes_.size(); ++id) {
    if (!used[id]) continue;
    Node& node = nodes_[id];
    for (NodeId* child : child_ids(node)) *child = renumbered[*child];
    if (auto* member = std::get_if<Member>(&node.value)) {
      filter.sets.push_back(std::move(sets_[member->set]));
      member->set = static_cast<std::uint32_t>(filter.sets.size() - 1);
    }
    renumbered[id] = static_cast<NodeId>(filter.nodes.size());
    filter.nodes.push_back(std::move(node));
  }
  for (std::optional<Policy>* policy : {&filter.ingress, &filter.egress})
    if (*policy)
      for (Rule& rule : (*policy)->rules) rule.condition = renumbered[rule.condition];
  return filter;
}

}  // namespace fwc
