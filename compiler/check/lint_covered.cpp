// SPDX-License-Identifier: MIT
// Clauses that another makes superfluous: `tcp || tcp && dst_port == 80` is `tcp`. An operand of
// `||` adds nothing where it implies another one, an operand of `&&` where another one implies it.
#include <algorithm>

#include <fmt/format.h>

#include "compiler/check/demands.h"
#include "compiler/check/lints.h"

namespace fwc {

namespace {

// Each operand is compared with each, so long chains and large sets are left alone.
constexpr std::size_t kMostOperands = 32;
constexpr std::size_t kMostIntervals = 64;

class CoveredLint {
 public:
  CoveredLint(const CheckedFilter& filter, Report& report) : filter_(filter), report_(report) {}

  void run() {
    for (const Node& node : filter_.nodes) {
      const auto* chain = std::get_if<Logical>(&node.value);
      if (chain == nullptr || chain->op == LogicalOp::odd || !is_small(*chain)) continue;
      if (report_.has(Code::always_false, node.span) || report_.has(Code::always_true, node.span))
        continue;
      look_at(*chain);
    }
  }

 private:
  static bool is_small(const Logical& chain) { return chain.operands.size() <= kMostOperands; }

  void look_at(const Logical& chain) {
    for (const NodeId extra : chain.operands)
      for (const NodeId enough : chain.operands) {
        if (extra == enough || span(extra) == span(enough)) continue;  // not written, but made
        if (is_constant(extra) || is_constant(enough)) continue;       // has a warning of its own
        const bool any = chain.op == LogicalOp::any;
        if (!implies(any ? extra : enough, any ? enough : extra)) continue;
        // Of two that are the same, the later one is too many.
        if (extra < enough && same(extra, enough)) continue;
        report_.add(Code::covered_clause, span(extra),
                    fmt::format("{} adds nothing beside {}", report_.quote(span(extra)),
                                report_.quote(span(enough))),
                    "leave it out");
        return;
      }
  }

  bool is_constant(NodeId id) const {
    return std::holds_alternative<BooleanConstant>(filter_.at(id).value);
  }

  Span span(NodeId id) const { return filter_.at(id).span; }

  /// The operands of a chain that somebody wrote.
  const std::vector<NodeId>* operands(NodeId id, LogicalOp op) const {
    const auto* chain = std::get_if<Logical>(&filter_.at(id).value);
    const bool written = chain != nullptr && span(id) != span(chain->operands.front());
    return written && chain->op == op && is_small(*chain) ? &chain->operands : nullptr;
  }

  /// True only where every packet that meets `a` meets `b`.
  bool implies(NodeId a, NodeId b) const {
    if (implies_plainly(a, b)) return true;
    const auto* parts = operands(a, LogicalOp::all);
    const auto* choices = operands(b, LogicalOp::any);
    return (parts != nullptr && std::any_of(parts->begin(), parts->end(),
                                            [&](NodeId id) { return implies_plainly(id, b); })) ||
           (choices != nullptr && std::any_of(choices->begin(), choices->end(),
                                              [&](NodeId id) { return implies_plainly(a, id); }));
  }

  bool implies_plainly(NodeId a, NodeId b) const {
    if (same(a, b)) return true;
    const auto* not_a = std::get_if<Not>(&filter_.at(a).value);
    const auto* not_b = std::get_if<Not>(&filter_.at(b).value);
    if ((not_a == nullptr) != (not_b == nullptr)) return false;
    return not_a == nullptr ? asks_more(a, b) : asks_more(not_b->operand, not_a->operand);
  }

  /// Whether the values that `a` asks for are among those of `b`.
  bool asks_more(NodeId a, NodeId b) const {
    const auto x = demand_of(filter_, a);
    const auto y = x ? demand_of(filter_, b) : std::nullopt;
    if (!y || x->field != y->field) return false;
    if (interval_count(x->values) + interval_count(y->values) > kMostIntervals) return false;
    return intersection(x->values, y->values) == x->values;
  }

  bool same(NodeId a, NodeId b) const {
    return a == b ||
           std::visit([&](const auto& x) { return same(x, filter_.at(b)); }, filter_.at(a).value);
  }
  template <typename T>
  bool same(const T& a, const Node& node) const {
    const auto* b = std::get_if<T>(&node.value);
    return b != nullptr && equal(a, *b);
  }

  template <typename T>
  bool equal(const T& a, const T& b) const {
    return a == b;
  }
  bool equal(const Arithmetic& a, const Arithmetic& b) const {
    return a.op == b.op && same(a.lhs, b.lhs) && same(a.rhs, b.rhs);
  }
  bool equal(const AsInteger& a, const AsInteger& b) const { return same(a.operand, b.operand); }
  bool equal(const AsBoolean& a, const AsBoolean& b) const { return same(a.operand, b.operand); }
  bool equal(const Comparison& a, const Comparison& b) const {
    return a.op == b.op && same(a.lhs, b.lhs) && same(a.rhs, b.rhs);
  }
  bool equal(const Member& a, const Member& b) const {
    return filter_.sets[a.set] == filter_.sets[b.set] && same(a.value, b.value);
  }
  bool equal(const Not& a, const Not& b) const { return same(a.operand, b.operand); }
  bool equal(const Logical& a, const Logical& b) const {
    return a.op == b.op &&
           std::equal(a.operands.begin(), a.operands.end(), b.operands.begin(), b.operands.end(),
                      [&](NodeId x, NodeId y) { return same(x, y); });
  }
  bool equal(const Conditional& a, const Conditional& b) const {
    return same(a.condition, b.condition) && same(a.then_value, b.then_value) &&
           same(a.else_value, b.else_value);
  }

  const CheckedFilter& filter_;
  Report& report_;
};

}  // namespace

void lint_covered(const CheckedFilter& filter, Report& report) {
  CoveredLint(filter, report).run();
}

}  // namespace fwc
