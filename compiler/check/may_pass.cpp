// SPDX-License-Identifier: MIT
// Two bounds of each condition: where it can hold, and where it must. A negation swaps them. See
// the header.
#include "compiler/check/may_pass.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include "compiler/overloaded.h"

namespace fwc {

namespace {

/// A condition of the new tree, or its value.
using Bound = std::variant<bool, NodeId>;

constexpr bool is(const Bound& bound, bool value) {
  return std::holds_alternative<bool>(bound) && std::get<bool>(bound) == value;
}

class Bounds {
 public:
  enum Which : std::uint8_t { can, must };

  Bounds(CheckedFilter& tree, Layer transport) : tree_(tree), transport_(transport) {
    for (const Node& node : tree.nodes) named_.push_back(is_named(node));
    known_.resize(tree.nodes.size());
  }

  /// Memoized: a choice asks for both bounds of its condition.
  Bound of(NodeId id, Which which) {
    std::optional<Bound>& known = known_[id][which];
    if (!known) {
      const Bound made = make(id, which);
      known_[id][which] = made;
      return made;
    }
    return *known;
  }

  Bound all(std::vector<Bound> operands) { return join(LogicalOp::all, std::move(operands)); }
  Bound any(std::vector<Bound> operands) { return join(LogicalOp::any, std::move(operands)); }

  Bound negated(const Bound& bound) {
    if (const bool* value = std::get_if<bool>(&bound)) return !*value;
    return add(Not{std::get<NodeId>(bound)});
  }

  NodeId add(decltype(Node::value) value) {
    tree_.nodes.push_back({.value = std::move(value), .type = Type::boolean, .span = span_});
    return static_cast<NodeId>(tree_.nodes.size() - 1);
  }

 private:
  /// Whether the value depends on nothing that a call does not name.
  bool is_named(const Node& node) const {
    if (const auto* field = std::get_if<FieldValue>(&node.value))
      return is_named(kFields[resolve(field->field, false)]);
    const std::vector<NodeId> parts = children(node);
    if (parts.empty()) return is_constant(node);
    return std::ranges::all_of(parts, [this](NodeId id) { return named_[id]; });
  }

  /// Of a node without parts; a slice of the payload has none either.
  static bool is_constant(const Node& node) {
    const auto& value = node.value;
    return std::holds_alternative<BooleanConstant>(value) ||
           std::holds_alternative<IntegerConstant>(value) ||
           std::holds_alternative<AddressConstant>(value) ||
           std::holds_alternative<VariableValue>(value);
  }

  bool is_named(const FieldRow& field) const {
    return std::visit(
        Overloaded{[&](const InHeader& source) { return field.named_by_call || is_absent(source); },
                   [](const HasLayer&) { return true; },
                   [](const WalkResult& source) { return source == WalkResult::protocol; },
                   [](const IsDirection&) { return true; }, [](const auto&) { return false; }},
        field.source);
  }

  /// In a header that no packet of the protocol has.
  bool is_absent(const InHeader& source) const {
    return std::ranges::all_of(
        std::span(source.at).first(source.count),
        [this](const HeaderBits& at) { return !is_network(at.layer) && at.layer != transport_; });
  }

  Bound make(NodeId id, Which which) {
    // By value: the tree grows.
    const Node node = tree_.at(id);
    if (const auto* constant = std::get_if<BooleanConstant>(&node.value)) return constant->value;
    if (named_[id]) return id;
    span_ = node.span;
    return std::visit(
        Overloaded{[&](const Not& n) { return negated(of(n.operand, which == can ? must : can)); },
                   [&](const Logical& n) { return of_logical(n, which); },
                   [&](const Conditional& n) { return of_choice(n, which); },
                   [&](const auto&) { return Bound(which == can); }},
        node.value);
  }

  Bound of_logical(const Logical& node, Which which) {
    if (node.op == LogicalOp::odd) return which == can;
    std::vector<Bound> operands;
    for (const NodeId id : node.operands) operands.push_back(of(id, which));
    return join(node.op, std::move(operands));
  }

  /// It can hold by an arm that can be chosen. It must where the arm that must be chosen does, or
  /// both do.
  Bound of_choice(const Conditional& node, Which which) {
    const Bound yes = of(node.then_value, which);
    const Bound no = of(node.else_value, which);
    const Bound is_chosen = of(node.condition, which);
    const Bound is_other = negated(of(node.condition, which == can ? must : can));
    const Bound by_choice = any({all({is_chosen, yes}), all({is_other, no})});
    return which == can ? by_choice : any({by_choice, all({yes, no})});
  }

  Bound join(LogicalOp op, std::vector<Bound> operands) {
    const bool decides = op == LogicalOp::any;
    std::vector<NodeId> nodes;
    for (const Bound& operand : operands) {
      if (is(operand, decides)) return decides;
      if (const auto* node = std::get_if<NodeId>(&operand)) nodes.push_back(*node);
    }
    if (nodes.empty()) return !decides;
    return nodes.size() == 1 ? nodes.front() : add(Logical{op, std::move(nodes)});
  }

  CheckedFilter& tree_;
  Layer transport_;
  Span span_;
  std::vector<bool> named_;                                 ///< by node of the filter
  std::vector<std::array<std::optional<Bound>, 2>> known_;  ///< the same
};

/// From the last rule to the first: a packet passes by an `allow`, and where it is not dropped.
/// Rules of one action beside each other are one chain, for a tree as deep as there are rules would
/// be too deep.
Bound of_policy(Bounds& bounds, const Policy& policy) {
  Bound passes = policy.default_allows;
  auto rule = policy.rules.rbegin();
  while (rule != policy.rules.rend()) {
    const RuleAction action = rule->action;
    std::vector<Bound> chain;
    for (; rule != policy.rules.rend() && rule->action == action; ++rule) {
      if (action == RuleAction::allow)
        chain.push_back(bounds.of(rule->condition, Bounds::can));
      else if (action == RuleAction::drop)
        chain.push_back(bounds.negated(bounds.of(rule->condition, Bounds::must)));
    }
    std::ranges::reverse(chain);
    if (action == RuleAction::count) continue;
    chain.push_back(passes);
    passes =
        action == RuleAction::allow ? bounds.any(std::move(chain)) : bounds.all(std::move(chain));
  }
  return passes;
}

}  // namespace

CheckedFilter may_pass(const CheckedFilter& filter, Layer transport) {
  CheckedFilter tree = filter;
  Bounds bounds(tree, transport);
  const Bound passes = of_policy(bounds, *filter.egress);
  const bool* constant = std::get_if<bool>(&passes);
  const NodeId condition =
      constant != nullptr ? bounds.add(BooleanConstant{*constant}) : std::get<NodeId>(passes);
  tree.ingress.reset();
  tree.egress = Policy{.rules = {{.name = {},
                                  .action = RuleAction::allow,
                                  .condition = condition,
                                  .span = tree.at(condition).span}},
                       .default_allows = false,
                       .default_span = {}};
  tree.is_expression = true;
  tree.has_parts = false;
  return tree;
}

}  // namespace fwc
