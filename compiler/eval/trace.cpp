// SPDX-License-Identifier: MIT
// The checked tree as it was written, with a value at each part; see trace.h.
#include "compiler/eval/trace.h"

#include <algorithm>
#include <variant>

namespace fwc {

namespace {

class Tracing {
 public:
  Tracing(const CheckedFilter& filter, const Packet& packet,
          std::span<const std::int64_t> variables)
      : filter_(filter), packet_(packet), variables_(variables) {}

  TracedPart part(NodeId id) const {
    const Node& node = filter_.at(without_conversion(id));
    TracedPart out{.span = filter_.at(id).span,
                   .type = written_type(node),
                   .value = value(without_conversion(id)),
                   .parts = {}};
    collect(id, out.span, out.parts);
    // The checker may swap operands, `a > b` is `b < a`, and may look at one of them twice.
    std::ranges::stable_sort(out.parts, {}, [](const TracedPart& p) { return p.span.begin; });
    const auto again = std::ranges::unique(out.parts, [](const TracedPart& a, const TracedPart& b) {
      return a.span == b.span && a.value == b.value;  // `port` has two values
    });
    out.parts.erase(again.begin(), again.end());
    return out;
  }

  /// The smallest part whose value is the verdict or its negation: of an `||` that is true the
  /// first true operand, of an `&&` that is false the first false one, of a `?:` the chosen arm.
  Span decider(NodeId id) const {
    while (const auto next =
               std::visit([this](const auto& n) { return step(n); }, filter_.at(id).value))
      id = *next;
    return filter_.at(id).span;
  }

 private:
  /// The checker compares Ethernet addresses as numbers.
  static Type written_type(const Node& node) {
    const auto* field = std::get_if<FieldValue>(&node.value);
    return field != nullptr && kFields[field->field].type == Type::mac ? Type::mac : node.type;
  }

  /// What was written where the checker put a conversion: a number that stands as a condition.
  NodeId without_conversion(NodeId id) const {
    const auto& node = filter_.at(id).value;
    if (const auto* boolean = std::get_if<AsBoolean>(&node)) return boolean->operand;
    if (const auto* integer = std::get_if<AsInteger>(&node)) return integer->operand;
    return id;
  }

  NodeValue value(NodeId id) const { return evaluate_node(filter_, id, packet_, variables_); }

  bool holds(NodeId id) const {
    const NodeValue got = value(id);
    return got && std::get<std::int64_t>(*got) != 0;
  }

  bool is_constant(NodeId id) const {
    const auto& node = filter_.at(id).value;
    return std::holds_alternative<BooleanConstant>(node) ||
           std::holds_alternative<IntegerConstant>(node) ||
           std::holds_alternative<AddressConstant>(node) ||
           std::holds_alternative<InterfaceIndex>(node);
  }

  // The parts below `id` that were written apart from `whole`.
  void collect(NodeId id, Span whole, std::vector<TracedPart>& parts) const {
    for (const NodeId operand : children(filter_.at(id))) {
      const Span span = filter_.at(operand).span;
      if (span == whole) {
        collect(operand, whole, parts);
      } else if (!is_constant(operand)) {
        parts.push_back(part(operand));
      }
    }
  }

  // The operand that the value of a node comes from, where it is one alone.
  std::optional<NodeId> step(const Not& n) const { return n.operand; }
  std::optional<NodeId> step(const Conditional& n) const {
    return holds(n.condition) ? n.then_value : n.else_value;
  }
  std::optional<NodeId> step(const Logical& n) const {
    if (n.op == LogicalOp::odd) return std::nullopt;
    const bool wanted = n.op == LogicalOp::any;
    for (const NodeId operand : n.operands)
      if (holds(operand) == wanted) return operand;
    return std::nullopt;
  }
  template <typename OtherNode>
  std::optional<NodeId> step(const OtherNode&) const {
    return std::nullopt;
  }

  const CheckedFilter& filter_;
  const Packet& packet_;
  std::span<const std::int64_t> variables_;
};

// The outermost part of that span. Constants are no parts, so the part around one takes its place.
bool mark(TracedPart& part, Span span) {
  if (part.span.begin > span.begin || part.span.end < span.end) return false;
  const bool below = part.span != span &&
                     std::ranges::any_of(part.parts, [&](TracedPart& p) { return mark(p, span); });
  part.decided = !below;
  return true;
}

}  // namespace

TracedPart trace(const CheckedFilter& filter, NodeId condition, const Packet& packet,
                 std::span<const std::int64_t> variables) {
  const Tracing tracing(filter, packet, variables);
  TracedPart whole = tracing.part(condition);
  if (!mark(whole, tracing.decider(condition))) whole.decided = true;
  return whole;
}

}  // namespace fwc
