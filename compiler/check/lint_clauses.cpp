// SPDX-License-Identifier: MIT
// Clauses that can never hold, that always do, or that others make superfluous. Goes down the tree
// with what holds wherever a clause matters: beside it in an `&&`, around it, in the condition of a
// `?:`. `x != 1 || x != 2` is the mirror of `x == 1 && x == 2`, so one function serves both chains:
// an operand of `&&` is looked at where it is true, one of `||` where it is false.
#include <algorithm>

#include <fmt/format.h>

#include "compiler/check/clause_words.h"
#include "compiler/check/lints.h"
#include "compiler/check/reasoning/culprits.h"
#include "compiler/check/tree.h"

namespace fwc {

namespace {

// In longer chains each operand is held against those before it and those after it, not against
// all the others at once.
constexpr std::size_t kShortChain = 32;

/// What holds where a condition stands.
struct Context {
  Facts facts;
  Packets packets;  ///< for which it does
};

class ClauseLint {
 public:
  ClauseLint(const CheckedFilter& filter, Reasoner& reasoner, Report& report)
      : filter_(filter),
        reasoner_(reasoner),
        report_(report),
        words_(filter, report),
        uses_(count_uses(filter)),
        looked_at_(filter.nodes.size()) {}

  void run() {
    for (const NodeId condition : filter_.conditions()) visit(condition, anywhere());
  }

 private:
  // --- the tree ---

  void visit(NodeId id, const Context& around) {
    if (report_.full()) return;
    if (is_shared(id)) {
      if (looked_at_[id]) return;
      looked_at_[id] = true;
      if (!around.facts.empty()) return visit_alone(id, anywhere());
    }
    visit_alone(id, around);
  }

  void visit_alone(NodeId id, const Context& around) {
    const auto& value = filter_.at(id).value;
    if (const auto* n = std::get_if<Not>(&value)) return visit(n->operand, around);
    if (const auto* n = std::get_if<Conditional>(&value)) return visit_conditional(*n, around);
    if (const auto* n = std::get_if<Logical>(&value)) return visit_chain(id, *n, around);
    visit_conditions_below(id, around);
  }

  void visit_conditional(const Conditional& n, const Context& around) {
    visit(n.condition, around);
    if (tell_if_decided(n.condition, around)) return;
    for (const auto& [arm, holds] : {std::pair{n.then_value, true}, {n.else_value, false}})
      if (filter_.at(arm).type == Type::boolean)
        visit_arm(arm, with(around, {{n.condition, holds}}));
  }

  void visit_arm(NodeId arm, const Context& around) {
    visit(arm, around);
    tell_if_decided(arm, around);
  }

  /// Conditions that count as numbers: `(tcp && udp) + 1`.
  void visit_conditions_below(NodeId id, const Context& around) {
    for (const NodeId part : children(filter_.at(id)))
      if (part != id) visit(part, around);
  }

  void visit_chain(NodeId id, const Logical& chain, const Context& around) {
    if (!is_written(id, chain)) return;
    if (chain.op == LogicalOp::odd) {
      for (const NodeId operand : chain.operands) visit(operand, around);
      return;
    }
    if (around.packets.empty()) return;  // was told further up
    const bool all = chain.op == LogicalOp::all;
    const bool is_long = chain.operands.size() > kShortChain;
    const auto kept = is_long ? look_along(id, chain, all, around)
                      : find_contradiction(id, chain, all, around)
                          ? std::nullopt
                          : std::optional(find_covered(chain, all, around));
    if (!kept) return;
    for (const NodeId operand : *kept) {
      if (!is_compound(operand)) continue;
      Facts others;
      if (all && !is_long)
        for (const NodeId other : *kept)
          if (other != operand) others.push_back({other, true});
      others.empty() ? visit(operand, around) : visit(operand, with(around, others));
    }
  }

  Context anywhere() const { return {.facts = {}, .packets = reasoner_.everything()}; }

  /// A definition that is used in several places: what is superfluous in one of them is needed in
  /// another.
  bool is_shared(NodeId id) const { return uses_[id] > 1; }

  /// Whether there is a condition below it to look at.
  bool is_compound(NodeId id) const {
    const auto& value = filter_.at(id).value;
    if (std::holds_alternative<Not>(value) || std::holds_alternative<Logical>(value) ||
        std::holds_alternative<Conditional>(value))
      return true;
    const std::vector<NodeId> parts = children(filter_.at(id));
    return std::ranges::any_of(parts, [&](NodeId part) { return part != id && is_compound(part); });
  }

  /// A chain that stands for one comparison, `icmp.type == echo_request`, is no chain to a reader.
  bool is_written(NodeId id, const Logical& chain) const {
    return span(id) != span(chain.operands.front());
  }

  Context with(Context context, const Facts& facts) {
    context.facts.insert(context.facts.end(), facts.begin(), facts.end());
    context.packets = where(reasoner_, std::move(context.packets), facts);
    return context;
  }

  // --- what can never be ---

  /// Operands that cannot all be true, or all be false, where the chain matters.
  bool find_contradiction(NodeId id, const Logical& chain, bool all, const Context& around) {
    Packets left = !all && reasoner_.is_about_classes(id) ? where_guards(around) : around.packets;
    Facts before;
    for (const NodeId operand : chain.operands) {
      left = reasoner_.where(std::move(left), operand, all);
      if (left.empty()) {
        tell_contradiction(before, {operand, all}, around);
        return true;
      }
      before.push_back({operand, all});
    }
    return false;
  }

  void tell_contradiction(const Facts& before, const Fact& last, const Context& around) {
    if (is_decided(last)) return tell_or_visit(last, around);
    if (tell_if_decided(last.condition, around)) return;
    Facts facts = around.facts;
    facts.insert(facts.end(), before.begin(), before.end());
    const Facts culprits = find_culprits(reasoner_, facts, last);
    std::vector<NodeId> together;
    for (const Fact& fact : culprits)
      if (std::ranges::find(before, fact) != before.end()) together.push_back(fact.condition);
    if (together.size() < culprits.size() || culprits.empty())
      return tell_decided(last.condition, !last.holds, culprits);
    together.push_back(last.condition);
    if (!has_equal_spans(together)) tell_never_together(together, last.holds, culprits);
  }

  void tell_never_together(const std::vector<NodeId>& together, bool all, const Facts& culprits) {
    const bool meant_other = words_.are_alternatives(together);
    if (all)
      report_.add(Code::always_false, span(together.back()),
                  fmt::format("{} are never true of the same packet", words_.list(together, "and")),
                  meant_other ? "did you mean `||`?" : "", words_.spans(culprits));
    else
      report_.add(Code::always_true, span(together.back()),
                  fmt::format("every packet meets {}", words_.list(together, "or")),
                  meant_other ? "did you mean `&&`?" : "", words_.spans(culprits));
  }

  /// The reason lies below a condition that is made of others.
  void tell_or_visit(const Fact& decided, const Context& around) {
    const NodeId id = decided.condition;
    const auto* chain = std::get_if<Logical>(&filter_.at(id).value);
    const bool is_plain = chain == nullptr && children(filter_.at(id)).size() < 3 &&
                          !std::holds_alternative<Not>(filter_.at(id).value);
    if (is_plain || (chain != nullptr && !is_written(id, *chain)))
      return tell_decided(id, !decided.holds, {});
    visit(id, around);
  }

  /// Whether the fact can be of no packet, whatever stands beside it.
  bool is_decided(const Fact& fact) {
    return !reasoner_.is_possible(reasoner_.everything(), fact.condition, fact.holds);
  }

  /// A condition that comes out one way wherever it is asked.
  bool tell_if_decided(NodeId id, const Context& around) {
    for (const bool outcome : {true, false}) {
      const bool guards = outcome && reasoner_.is_about_classes(id);
      const Packets& left = guards ? where_guards(around) : around.packets;
      if (!is_impossible(left, {id, !outcome})) continue;
      tell_decided(id, outcome,
                   find_culprits(reasoner_, guards ? guards_of(around.facts) : around.facts,
                                 {id, !outcome}));
      return true;
    }
    return false;
  }

  /// A protocol beside a field that only its packets have is a guard, and good style; so a guard is
  /// superfluous only for what other guards say.
  Facts guards_of(const Facts& facts) {
    Facts guards;
    std::ranges::copy_if(facts, std::back_inserter(guards), [&](const Fact& fact) {
      return reasoner_.is_about_classes(fact.condition);
    });
    return guards;
  }

  Packets where_guards(const Context& around) {
    return where(reasoner_, reasoner_.everything(), guards_of(around.facts));
  }

  void tell_decided(NodeId id, bool outcome, const Facts& culprits) {
    if (is_constant(id) || was_told(id) || (is_shared(id) && !culprits.empty())) return;
    const Code code = outcome ? Code::always_true : Code::always_false;
    if (culprits.empty())
      return report_.add(code, span(id),
                         fmt::format("{} is {} true of any packet", words_.quote(id),
                                     outcome ? "always" : "never"));
    report_.add(code, span(id),
                fmt::format("{} is {} true {}", words_.quote(id), outcome ? "always" : "never",
                            words_.where_text(culprits)),
                "leave it out", words_.spans(culprits));
  }

  // --- what adds nothing ---

  /// Tells the operands that the others cover; the others are left. Of two that are the same, the
  /// later one is too many.
  std::vector<NodeId> find_covered(const Logical& chain, bool all, const Context& around) {
    std::vector<NodeId> kept = chain.operands;
    const std::vector<bool> candidates = find_candidates(kept, all, around);
    for (std::size_t i = kept.size(); i-- > 0 && !report_.full();) {
      if (!candidates[i] || is_constant(kept[i]) || was_told(kept[i])) continue;
      Facts others = around.facts;
      for (std::size_t j = 0; j < kept.size(); ++j)
        if (j != i && !is_constant(kept[j])) others.push_back({kept[j], all});
      if (tell_if_covered({kept[i], !all}, others, around))
        kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(i));
    }
    return kept;
  }

  /// Which operands might be covered: those that make no difference beside all the others. In
  /// halves, of which each is asked beside what the other one says, so that it is not every operand
  /// that meets every other one.
  std::vector<bool> find_candidates(const std::vector<NodeId>& operands, bool all,
                                    const Context& around) {
    std::vector<bool> found(operands.size());
    const auto ask = [&](auto& again, std::size_t begin, std::size_t end,
                         const Packets& beside) -> void {
      if (end - begin == 1) {
        found[begin] = !reasoner_.is_possible(beside, operands[begin], !all);
        return;
      }
      const std::size_t middle = (begin + end) / 2;
      again(again, begin, middle, where_all(beside, operands, middle, end, all));
      again(again, middle, end, where_all(beside, operands, begin, middle, all));
    };
    ask(ask, 0, operands.size(), around.packets);
    return found;
  }

  Packets where_all(Packets packets, const std::vector<NodeId>& operands, std::size_t begin,
                    std::size_t end, bool all) {
    for (std::size_t i = begin; i < end; ++i)
      if (!is_constant(operands[i]))
        packets = reasoner_.where(std::move(packets), operands[i], all);
    return packets;
  }

  // --- long chains ---

  struct Candidate {
    std::size_t place;   ///< among the operands
    std::size_t before;  ///< facts that stand before it
  };

  /// Both at once: what cannot be beside what stands before it, and what adds nothing to that.
  /// The operands that are left; nothing where there is a contradiction.
  std::optional<std::vector<NodeId>> look_along(NodeId id, const Logical& chain, bool all,
                                                const Context& around) {
    std::vector<Candidate> candidates;
    Facts before;
    Packets left = around.packets;
    Packets by_guards = where_guards(around);
    const bool guards_alone = !all && reasoner_.is_about_classes(id);
    for (std::size_t i = 0; i < chain.operands.size(); ++i) {
      const Fact fact{chain.operands[i], all};
      const bool guard = reasoner_.is_about_classes(fact.condition);
      if (is_impossible(guard ? by_guards : left, {fact.condition, !all}))
        candidates.push_back({i, before.size()});
      left = reasoner_.where(std::move(left), fact.condition, all);
      if (guard) by_guards = reasoner_.where(std::move(by_guards), fact.condition, all);
      if ((guards_alone ? by_guards : left).empty()) {
        tell_contradiction(before, fact, around);
        return std::nullopt;
      }
      before.push_back(fact);
    }
    return without_covered(chain, all, candidates, around);
  }

  std::vector<NodeId> without_covered(const Logical& chain, bool all,
                                      const std::vector<Candidate>& candidates,
                                      const Context& around) {
    std::vector<bool> covered(chain.operands.size());
    for (const Candidate& candidate : candidates) {
      const Fact extra{chain.operands[candidate.place], !all};
      if (report_.full() || is_constant(extra.condition)) continue;
      Facts before = around.facts;
      for (std::size_t i = 0; i < candidate.before; ++i) before.push_back({chain.operands[i], all});
      const bool guard = reasoner_.is_about_classes(extra.condition);
      covered[candidate.place] = tell_covered(extra, guard ? guards_of(before) : before, around);
    }
    std::vector<NodeId> kept;
    for (std::size_t i = 0; i < covered.size(); ++i)
      if (!covered[i]) kept.push_back(chain.operands[i]);
    return kept;
  }

  bool is_impossible(const Packets& left, const Fact& fact) {
    return !left.empty() && !reasoner_.is_possible(left, fact.condition, fact.holds);
  }

  /// `extra` is the operand with the outcome that would matter: an `&&` is changed by an operand
  /// only where that is false.
  bool tell_if_covered(const Fact& extra, const Facts& others, const Context& around) {
    Facts facts = reasoner_.is_about_classes(extra.condition) ? guards_of(others) : others;
    std::erase_if(facts, [&](const Fact& fact) {  // made by the checker, not written
      return span(fact.condition) == span(extra.condition);
    });
    return is_impossible(where(reasoner_, reasoner_.everything(), facts), extra) &&
           tell_covered(extra, facts, around);
  }

  bool tell_covered(const Fact& extra, const Facts& facts, const Context& around) {
    if (is_shared(extra.condition)) return false;
    const Facts culprits = find_culprits(reasoner_, facts, extra);
    const bool made = std::ranges::any_of(
        culprits, [&](const Fact& fact) { return span(fact.condition) == span(extra.condition); });
    if (made) return false;
    const bool outside = std::ranges::all_of(culprits, [&](const Fact& fact) {
      return std::ranges::find(around.facts, fact) != around.facts.end();
    });
    if (outside && extra.holds) {  // an alternative that cannot be
      if (culprits.empty())
        tell_or_visit(extra, around);
      else
        tell_decided(extra.condition, false, culprits);
      return true;
    }
    report_.add(Code::covered_clause, span(extra.condition),
                fmt::format("{} adds nothing {}", words_.quote(extra.condition),
                            words_.beside_text(culprits)),
                "leave it out", words_.spans(culprits));
    return true;
  }

  Span span(NodeId id) const { return filter_.at(id).span; }

  bool is_constant(NodeId id) const {
    return std::holds_alternative<BooleanConstant>(filter_.at(id).value);
  }

  bool was_told(NodeId id) const {
    return report_.has(Code::always_true, span(id)) || report_.has(Code::always_false, span(id));
  }

  bool has_equal_spans(const std::vector<NodeId>& ids) const {
    for (const NodeId a : ids)
      for (const NodeId b : ids)
        if (a != b && span(a) == span(b)) return true;
    return false;
  }

  const CheckedFilter& filter_;
  Reasoner& reasoner_;
  Report& report_;
  ClauseWords words_;
  std::vector<std::uint32_t> uses_;  ///< of each node
  std::vector<bool> looked_at_;      ///< of those that are shared
};

}  // namespace

void lint_clauses(const CheckedFilter& filter, Reasoner& reasoner, Report& report) {
  ClauseLint(filter, reasoner, report).run();
}

}  // namespace fwc
