// SPDX-License-Identifier: MIT
// `dst_port != 22` is true of every packet without ports. Goes down the tree with the polarity of
// each condition, as if `!` were pushed to the leaves, and with the classes of packets for which
// its siblings leave the outcome open; a leaf that is negated and whose fields some of those
// packets lack gets a warning.
#include <vector>

#include <fmt/format.h>

#include "compiler/check/lints.h"
#include "compiler/check/packet_classes.h"

namespace fwc {

namespace {

/// What holds where a condition stands.
struct Context {
  PacketClasses open;            ///< packets for which it matters
  bool negated = false;          ///< under an odd number of `!`
  std::optional<NodeId> origin;  ///< the outermost `!` that made it so
};

class PresenceLint {
 public:
  PresenceLint(const CheckedFilter& filter, Report& report)
      : filter_(filter), report_(report), reach_(find_reach(filter)) {}

  void run() {
    for (const NodeId condition : filter_.conditions()) visit(condition, {.open = ip_classes()});
  }

 private:
  void visit(NodeId id, const Context& context) {
    const auto& value = filter_.at(id).value;
    if (const auto* n = std::get_if<Not>(&value)) return visit_not(id, *n, context);
    const auto* chain = std::get_if<Logical>(&value);
    if (chain != nullptr && is_written(id, *chain)) return visit_logical(*chain, context);
    if (const auto* n = std::get_if<Conditional>(&value)) return visit_conditional(*n, context);
    if (context.negated && !is_bare_number(id)) visit_leaf(id, context);
  }

  /// A chain that stands for one comparison, `icmp.type == echo_request`, is a leaf: nobody wrote
  /// the tests in it as guards.
  bool is_written(NodeId id, const Logical& chain) const {
    return filter_.at(id).span != filter_.at(chain.operands.front()).span;
  }

  /// `!dst_port` has a warning of its own.
  bool is_bare_number(NodeId id) const {
    const auto* n = std::get_if<AsBoolean>(&filter_.at(id).value);
    return n != nullptr && std::holds_alternative<FieldValue>(filter_.at(n->operand).value);
  }

  void visit_not(NodeId id, const Not& n, const Context& context) {
    Context inner = context;
    inner.negated = !context.negated;
    if (!inner.negated)
      inner.origin = std::nullopt;
    else if (!inner.origin)
      inner.origin = id;
    visit(n.operand, inner);
  }

  void visit_logical(const Logical& n, const Context& context) {
    if (n.op == LogicalOp::odd) {
      for (const NodeId id : n.operands) visit(id, {.open = context.open});
      return;
    }
    // An operand of `&&` matters where all the others can be true, one of `||` where they can be
    // false; under `!` it is the same the other way round.
    const bool siblings_true = n.op == LogicalOp::all;
    std::vector<PacketClasses> after(n.operands.size() + 1, all_classes());
    for (std::size_t i = n.operands.size(); i-- > 0;)
      after[i] = after[i + 1] & leaves_open(n.operands[i], siblings_true);
    const bool alternatives = siblings_true == context.negated;
    const PacketClasses warned = warned_;
    PacketClasses before = context.open;
    for (std::size_t i = 0; i < n.operands.size(); ++i) {
      Context inner = context;
      inner.open = before & after[i + 1];
      if (alternatives) warned_ = warned;
      visit(n.operands[i], inner);
      before &= leaves_open(n.operands[i], siblings_true);
    }
    warned_ = warned;
  }

  PacketClasses leaves_open(NodeId id, bool if_true) const {
    return if_true ? reach_[id].if_true : reach_[id].if_false;
  }

  void visit_conditional(const Conditional& n, const Context& context) {
    visit(n.condition, {.open = context.open});
    Context inner = context;
    inner.open = context.open & reach_[n.condition].if_true;
    visit(n.then_value, inner);
    inner.open = context.open & reach_[n.condition].if_false;
    visit(n.else_value, inner);
  }

  /// Where every operand of the condition is present.
  PacketClasses present(NodeId id) const {
    const auto& value = filter_.at(id).value;
    if (const FieldRow* row = row_at(id)) return presence(*row);
    if (const auto* n = std::get_if<Comparison>(&value))
      return reach_[n->lhs].if_true & reach_[n->rhs].if_true;
    if (const auto* n = std::get_if<Member>(&value)) return reach_[n->value].if_true;
    if (const auto* n = std::get_if<AsBoolean>(&value)) return reach_[n->operand].if_true;
    if (std::holds_alternative<Logical>(value)) return reach_[id].if_true;
    return all_classes();
  }

  void visit_leaf(NodeId id, const Context& context) {
    const PacketClasses missing = context.open & ~present(id);
    if (missing == 0 || (missing & ~warned_) == 0) return;
    warned_ |= missing;
    const std::optional<NodeId> found = find_absent_field(id, missing);
    const Span span = filter_.at(*context.origin).span;
    if (!found || report_.has(Code::absent_passes, span) || report_.has(Code::always_true, span) ||
        report_.has(Code::covered_clause, span))
      return;
    const std::string guard = guard_for(*row_at(*found));
    const bool several = guard.find(' ') != std::string::npos;
    const std::string condition(report_.text(span));
    report_.add(
        Code::absent_passes, span,
        fmt::format("{} is also true of packets without {}", quoted(condition), name_of(*found)),
        fmt::format("to leave those out write {}",
                    quoted(fmt::format("{}{}{} && {}", several ? "(" : "", guard,
                                       several ? ")" : "", condition))));
  }

  /// A field below the node that some of the classes lack.
  std::optional<NodeId> find_absent_field(NodeId id, PacketClasses classes) const {
    for (const NodeId part : operands_of(id)) {
      if (const FieldRow* row = row_at(part)) {
        const bool absent = (classes & ~presence(*row)) != 0;
        if (absent && !guard_for(*row).empty()) return part;
      } else if (part != id) {
        if (const auto found = find_absent_field(part, classes)) return found;
      }
    }
    return std::nullopt;
  }

  /// What tells where the value is present; null of what is no field and no part of one.
  const FieldRow* row_at(NodeId id) const {
    const auto& value = filter_.at(id).value;
    if (const auto* n = std::get_if<FieldValue>(&value)) return &kFields[n->field];
    const bool slice =
        std::holds_alternative<SliceValue>(value) || std::holds_alternative<SliceEquals>(value);
    return slice ? &kFields[*find_field("payload")] : nullptr;
  }

  std::vector<NodeId> operands_of(NodeId id) const {
    const auto& value = filter_.at(id).value;
    if (row_at(id) != nullptr) return {id};
    if (const auto* n = std::get_if<Comparison>(&value)) return {n->lhs, n->rhs};
    if (const auto* n = std::get_if<Member>(&value)) return {n->value};
    if (const auto* n = std::get_if<AsBoolean>(&value)) return {n->operand};
    if (const auto* n = std::get_if<AsInteger>(&value)) return {n->operand};
    if (const auto* n = std::get_if<Arithmetic>(&value)) return {n->lhs, n->rhs};
    if (const auto* n = std::get_if<Logical>(&value)) return n->operands;
    if (const auto* n = std::get_if<Conditional>(&value)) return {n->then_value, n->else_value};
    return {};
  }

  std::string name_of(NodeId id) const {
    const auto* n = std::get_if<SliceEquals>(&filter_.at(id).value);
    if (n == nullptr) return report_.quote(filter_.at(id).span);
    return quoted(fmt::format("payload[{}:{}]", n->offset, n->bytes.size()));
  }

  const CheckedFilter& filter_;
  Report& report_;
  std::vector<Reach> reach_;
  PacketClasses warned_ = 0;  ///< a guard against what was said already would cover these too
};

}  // namespace

void lint_presence(const CheckedFilter& filter, Report& report) {
  PresenceLint(filter, report).run();
}

}  // namespace fwc
