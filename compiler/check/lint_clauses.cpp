// SPDX-License-Identifier: MIT
// Clauses of `&&` that contradict each other, clauses of `||` that leave nothing over, and filters
// that are constant. `x != 1 || x != 2` is the mirror of `x == 1 && x == 2`, so both are found by
// looking at each chain for operands that cannot all be true, or cannot all be false.
#include <map>

#include <fmt/format.h>

#include "compiler/check/demands.h"
#include "compiler/check/lints.h"
#include "compiler/check/packet_classes.h"

namespace fwc {

namespace {

struct Pair {
  NodeId first;
  NodeId second;
};

constexpr std::size_t kMostIntervals = 64;  // more are taken as one, which only finds less

template <typename T>
void simplify(std::vector<Interval<T>>& values) {
  if (values.size() > kMostIntervals) values = {{values.front().low, values.back().high}};
}

ValueSet simplified(ValueSet set) {
  simplify(set.integers);
  simplify(set.ipv4);
  simplify(set.ipv6);
  return set;
}

class ClauseLint {
 public:
  ClauseLint(const CheckedFilter& filter, Report& report)
      : filter_(filter), report_(report), reach_(find_reach(filter)) {}

  void run() {
    for (const Node& node : filter_.nodes) {
      const auto* chain = std::get_if<Logical>(&node.value);
      if (chain == nullptr || chain->op == LogicalOp::odd) continue;
      const bool all = chain->op == LogicalOp::all;
      if (const auto pair = find_pair(*chain, all)) tell(*pair, all, node.span);
    }
  }

 private:
  std::optional<Pair> find_pair(const Logical& chain, bool all) const {
    if (const auto pair = find_class_pair(chain, all)) return pair;
    return find_value_pair(chain, all);
  }

  PacketClasses reach(NodeId id, bool if_true) const {
    return if_true ? reach_[id].if_true : reach_[id].if_false;
  }

  /// Two operands that no class of packets makes true (false) together.
  std::optional<Pair> find_class_pair(const Logical& chain, bool all) const {
    PacketClasses left = all_classes();
    for (std::size_t i = 0; i < chain.operands.size(); ++i) {
      const PacketClasses own = reach(chain.operands[i], all);
      if (own == 0) return std::nullopt;  // has a warning of its own
      if ((left & own) != 0) {
        left &= own;
        continue;
      }
      for (std::size_t j = 0; j < i; ++j)
        if ((reach(chain.operands[j], all) & own) == 0)
          return Pair{chain.operands[j], chain.operands[i]};
      return std::nullopt;  // it takes more than two, for which there are no good words
    }
    return std::nullopt;
  }

  /// Two operands that ask different values of a field.
  std::optional<Pair> find_value_pair(const Logical& chain, bool all) const {
    struct Asked {
      ValueSet values;
      NodeId by;
    };
    std::map<FieldIndex, Asked> asked;
    for (const NodeId id : chain.operands) {
      const auto demand = asked_by(id, all);
      if (!demand) continue;
      const auto [entry, added] = asked.try_emplace(demand->field, Asked{demand->values, id});
      if (added) continue;
      ValueSet both = intersection(entry->second.values, demand->values);
      if (is_empty(both)) return Pair{entry->second.by, id};
      entry->second = {simplified(std::move(both)), id};
    }
    return std::nullopt;
  }

  /// What a condition asks for where `positive`, else what its negation does.
  std::optional<Demand> asked_by(NodeId id, bool positive) const {
    const auto* negation = std::get_if<Not>(&filter_.at(id).value);
    if (positive != (negation == nullptr)) return std::nullopt;
    auto demand = demand_of(filter_, negation == nullptr ? id : negation->operand);
    if (demand) demand->values = simplified(std::move(demand->values));
    return demand;
  }

  /// Whether both are about one field or both about none, so that the other operator was likely
  /// meant.
  bool alternatives(const Pair& pair) const {
    return filter_.at(pair.first).value.index() == filter_.at(pair.second).value.index() &&
           field_of(pair.first) == field_of(pair.second);
  }

  std::optional<FieldIndex> field_of(NodeId id) const {
    if (const auto* negation = std::get_if<Not>(&filter_.at(id).value))
      return field_of(negation->operand);
    const auto demand = demand_of(filter_, id);
    return demand ? std::optional(demand->field) : std::nullopt;
  }

  void tell(const Pair& pair, bool all, Span chain) {
    const Span first = filter_.at(pair.first).span;
    const Span second = filter_.at(pair.second).span;
    if (first == second) return;  // made by the checker, not written
    const Span span = filter_.nodes[filter_.root].span == chain ? chain : join(first, second);
    if (all)
      report_.add(Code::always_false, span,
                  fmt::format("{} and {} are never true of the same packet", report_.quote(first),
                              report_.quote(second)),
                  alternatives(pair) ? "did you mean `||`?" : "");
    else
      report_.add(
          Code::always_true, span,
          fmt::format("every packet meets {} or {}", report_.quote(first), report_.quote(second)),
          alternatives(pair) ? "did you mean `&&`?" : "");
  }

  const CheckedFilter& filter_;
  Report& report_;
  std::vector<Reach> reach_;
};

bool is_written_constant(const ast::Node& node) {
  const auto* name = std::get_if<ast::Name>(&node.value);
  return std::holds_alternative<ast::Integer>(node.value) ||
         (name != nullptr && (name->text == "true" || name->text == "false"));
}

}  // namespace

void lint_clauses(const CheckedFilter& filter, Report& report) {
  ClauseLint(filter, report).run();
}

void lint_whole(const ast::Filter& written, const CheckedFilter& filter, Report& report) {
  const auto* constant = std::get_if<BooleanConstant>(&filter.at(filter.root).value);
  if (constant == nullptr || !report.empty() || is_written_constant(written.at(written.root)))
    return;
  const Span span = written.at(written.root).span;
  if (constant->value)
    report.add(Code::passes_everything, span, "the filter passes every packet",
               "write `true` if that is meant");
  else
    report.add(Code::drops_everything, span, "the filter drops every packet",
               "write `false` if that is meant");
}

}  // namespace fwc
