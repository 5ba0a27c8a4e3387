// SPDX-License-Identifier: MIT
// What is asked of a checked filter as a whole.
#include "compiler/check/checked_filter.h"

#include <algorithm>

namespace fwc {

namespace {

struct Operands {
  std::vector<NodeId> operator()(const BooleanConstant&) const { return {}; }
  std::vector<NodeId> operator()(const IntegerConstant&) const { return {}; }
  std::vector<NodeId> operator()(const AddressConstant&) const { return {}; }
  std::vector<NodeId> operator()(const FieldValue&) const { return {}; }
  std::vector<NodeId> operator()(const SliceValue&) const { return {}; }
  std::vector<NodeId> operator()(const InterfaceIndex&) const { return {}; }
  std::vector<NodeId> operator()(const SliceEquals&) const { return {}; }
  std::vector<NodeId> operator()(const VariableValue&) const { return {}; }
  std::vector<NodeId> operator()(const Arithmetic& n) const { return {n.lhs, n.rhs}; }
  std::vector<NodeId> operator()(const AsInteger& n) const { return {n.operand}; }
  std::vector<NodeId> operator()(const AsBoolean& n) const { return {n.operand}; }
  std::vector<NodeId> operator()(const Comparison& n) const { return {n.lhs, n.rhs}; }
  std::vector<NodeId> operator()(const Member& n) const { return {n.value}; }
  std::vector<NodeId> operator()(const LiveMember& n) const { return n.values; }
  std::vector<NodeId> operator()(const Not& n) const { return {n.operand}; }
  std::vector<NodeId> operator()(const Logical& n) const { return n.operands; }
  std::vector<NodeId> operator()(const Conditional& n) const {
    return {n.condition, n.then_value, n.else_value};
  }
};

}  // namespace

std::vector<NodeId> children(const Node& node) {
  return std::visit(Operands{}, node.value);
}

std::vector<bool> CheckedFilter::reachable(const std::vector<NodeId>& from) const {
  std::vector<bool> reached(nodes.size(), false);
  for (const NodeId id : from) reached[id] = true;
  for (std::size_t id = nodes.size(); id-- > 0;) {
    if (!reached[id]) continue;
    for (const NodeId child : children(nodes[id])) reached[child] = true;
  }
  return reached;
}

std::vector<NodeId> CheckedFilter::conditions() const {
  std::vector<NodeId> all;
  for (const std::optional<Policy>* policy : {&ingress, &egress})
    if (*policy)
      for (const Rule& rule : (*policy)->rules) all.push_back(rule.condition);
  std::ranges::sort(all);
  const auto again = std::ranges::unique(all);
  all.erase(again.begin(), again.end());
  return all;
}

bool CheckedFilter::asks_for_flows() const {
  const std::vector<bool> asked = reachable(conditions());
  for (std::size_t id = 0; id < nodes.size(); ++id) {
    const auto* field = std::get_if<FieldValue>(&nodes[id].value);
    if (asked[id] && field && std::holds_alternative<FlowFact>(kFields[field->field].source))
      return true;
  }
  return false;
}

}  // namespace fwc
