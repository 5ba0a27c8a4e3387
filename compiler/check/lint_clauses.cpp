// SPDX-License-Identifier: MIT
// Clauses that can never hold, that always do, or that others make superfluous. Goes down the tree
// with what holds wherever a clause matters: beside it in an `&&`, around it, in the condition of a
// `?:`. `x != 1 || x != 2` is the mirror of `x == 1 && x == 2`, so one function serves both chains:
// an operand of `&&` is looked at where it is true, one of `||` where it is false.
#include <algorithm>

#include <fmt/format.h>

#include "compiler/check/lints.h"
#include "compiler/check/reasoning/culprits.h"
#include "compiler/check/tree.h"

namespace fwc {

namespace {

// In longer chains each operand is held against those before it and those after it, not against
// all the others at once.
constexpr std::size_t kShortChain = 32;

class ClauseLint {
 public:
  ClauseLint(const CheckedFilter& filter, Reasoner& reasoner, Report& report)
      : filter_(filter), reasoner_(reasoner), report_(report) {}

  void visit(NodeId id, const Facts& around) {
    const auto& value = filter_.at(id).value;
    if (const auto* n = std::get_if<Not>(&value)) return visit(n->operand, around);
    if (const auto* n = std::get_if<Conditional>(&value)) return visit_conditional(*n, around);
    if (const auto* n = std::get_if<Logical>(&value)) return visit_chain(id, *n, around);
    visit_conditions_below(id, around);
  }

 private:
  // --- the tree ---

  void visit_conditional(const Conditional& n, const Facts& around) {
    visit(n.condition, around);
    if (tell_if_decided(n.condition, around)) return;
    for (const auto& [arm, holds] : {std::pair{n.then_value, true}, {n.else_value, false}})
      if (filter_.at(arm).type == Type::boolean) visit_arm(arm, with(around, {n.condition, holds}));
  }

  void visit_arm(NodeId arm, const Facts& around) {
    visit(arm, around);
    tell_if_decided(arm, around);
  }

  /// Conditions that count as numbers: `(tcp && udp) + 1`.
  void visit_conditions_below(NodeId id, const Facts& around) {
    for (const NodeId part : children(filter_.at(id)))
      if (part != id) visit(part, around);
  }

  void visit_chain(NodeId id, const Logical& chain, const Facts& around) {
    if (!is_written(id, chain)) return;
    if (chain.op == LogicalOp::odd) {
      for (const NodeId operand : chain.operands) visit(operand, around);
      return;
    }
    const bool all = chain.op == LogicalOp::all;
    if (find_contradiction(id, chain, all, around)) return;
    const std::vector<NodeId> kept = find_covered(chain, all, around);
    for (const NodeId operand : kept) {
      Facts facts = around;
      if (all && kept.size() <= kShortChain)
        for (const NodeId other : kept)
          if (other != operand) facts.push_back({other, true});
      visit(operand, facts);
    }
  }

  /// A chain that stands for one comparison, `icmp.type == echo_request`, is no chain to a reader.
  bool is_written(NodeId id, const Logical& chain) const {
    return span(id) != span(chain.operands.front());
  }

  static Facts with(Facts facts, const Fact& one) {
    facts.push_back(one);
    return facts;
  }

  // --- what can never be ---

  /// Operands that cannot all be true, or all be false, where the chain matters.
  bool find_contradiction(NodeId id, const Logical& chain, bool all, const Facts& around) {
    Packets left = where(reasoner_, reasoner_.everything(), around);
    if (left.empty()) return true;  // was told further up
    if (!all && reasoner_.is_about_classes(id))
      left = where(reasoner_, reasoner_.everything(), guards_of(around));
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

  void tell_contradiction(const Facts& before, const Fact& last, const Facts& around) {
    if (is_decided(last)) return tell_or_visit(last, around);
    if (tell_if_decided(last.condition, around)) return;
    Facts facts = around;
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
    const bool meant_other = alternatives(together);
    if (all)
      report_.add(Code::always_false, span(together.back()),
                  fmt::format("{} are never true of the same packet", list(together, "and")),
                  meant_other ? "did you mean `||`?" : "", spans(culprits));
    else
      report_.add(Code::always_true, span(together.back()),
                  fmt::format("every packet meets {}", list(together, "or")),
                  meant_other ? "did you mean `&&`?" : "", spans(culprits));
  }

  /// The reason lies below a condition that is made of others.
  void tell_or_visit(const Fact& decided, const Facts& around) {
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
    return reasoner_.where(reasoner_.everything(), fact.condition, fact.holds).empty();
  }

  /// A condition that comes out one way wherever it is asked.
  bool tell_if_decided(NodeId id, const Facts& around) {
    for (const bool outcome : {true, false}) {
      const Facts facts = outcome && reasoner_.is_about_classes(id) ? guards_of(around) : around;
      Packets left = where(reasoner_, reasoner_.everything(), facts);
      if (left.empty() || !reasoner_.where(std::move(left), id, !outcome).empty()) continue;
      tell_decided(id, outcome, find_culprits(reasoner_, facts, {id, !outcome}));
      return true;
    }
    return false;
  }

  /// A protocol beside a field that only its packets have is a guard, and good style; so a guard is
  /// superfluous only for what other guards say.
  Facts guards_of(const Facts& facts) const {
    Facts guards;
    std::ranges::copy_if(facts, std::back_inserter(guards), [&](const Fact& fact) {
      return reasoner_.is_about_classes(fact.condition);
    });
    return guards;
  }

  void tell_decided(NodeId id, bool outcome, const Facts& culprits) {
    if (is_constant(id) || was_told(id)) return;
    const Code code = outcome ? Code::always_true : Code::always_false;
    if (culprits.empty())
      return report_.add(
          code, span(id),
          fmt::format("{} is {} true of any packet", quote(id), outcome ? "always" : "never"));
    report_.add(code, span(id),
                fmt::format("{} is {} true {}", quote(id), outcome ? "always" : "never",
                            where_text(culprits)),
                "leave it out", spans(culprits));
  }

  // --- what adds nothing ---

  /// Tells the operands that the others cover; the others are left. Of two that are the same, the
  /// later one is too many.
  std::vector<NodeId> find_covered(const Logical& chain, bool all, const Facts& around) {
    std::vector<NodeId> kept = chain.operands;
    if (kept.size() > kShortChain) return find_covered_in_long(chain, all, around);
    for (std::size_t i = kept.size(); i-- > 0 && !report_.full();) {
      if (is_constant(kept[i]) || was_told(kept[i])) continue;
      Facts others = around;
      for (std::size_t j = 0; j < kept.size(); ++j)
        if (j != i && !is_constant(kept[j])) others.push_back({kept[j], all});
      if (tell_if_covered({kept[i], !all}, others, around))
        kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(i));
    }
    return kept;
  }

  std::vector<NodeId> find_covered_in_long(const Logical& chain, bool all, const Facts& around) {
    std::vector<NodeId> kept;
    Facts before = around;
    Packets left = where(reasoner_, reasoner_.everything(), around);
    Packets left_by_guards = where(reasoner_, reasoner_.everything(), guards_of(around));
    for (const NodeId operand : chain.operands) {
      if (report_.full()) return {};
      const bool guard = reasoner_.is_about_classes(operand);
      const Fact extra{operand, !all};
      if (!is_constant(operand) && is_impossible(guard ? left_by_guards : left, extra) &&
          tell_covered(extra, guard ? guards_of(before) : before, around))
        continue;
      kept.push_back(operand);
      before.push_back({operand, all});
      left = reasoner_.where(std::move(left), operand, all);
      if (guard) left_by_guards = reasoner_.where(std::move(left_by_guards), operand, all);
    }
    return kept;
  }

  bool is_impossible(const Packets& left, const Fact& fact) {
    return !left.empty() && reasoner_.where(left, fact.condition, fact.holds).empty();
  }

  /// `extra` is the operand with the outcome that would matter: an `&&` is changed by an operand
  /// only where that is false.
  bool tell_if_covered(const Fact& extra, const Facts& others, const Facts& around) {
    Facts facts = reasoner_.is_about_classes(extra.condition) ? guards_of(others) : others;
    std::erase_if(facts, [&](const Fact& fact) {  // made by the checker, not written
      return span(fact.condition) == span(extra.condition);
    });
    return is_impossible(where(reasoner_, reasoner_.everything(), facts), extra) &&
           tell_covered(extra, facts, around);
  }

  bool tell_covered(const Fact& extra, const Facts& facts, const Facts& around) {
    const Facts culprits = find_culprits(reasoner_, facts, extra);
    const bool made = std::ranges::any_of(
        culprits, [&](const Fact& fact) { return span(fact.condition) == span(extra.condition); });
    if (made) return false;
    const bool outside = std::ranges::all_of(culprits, [&](const Fact& fact) {
      return std::ranges::find(around, fact) != around.end();
    });
    if (outside && extra.holds) {  // an alternative that cannot be
      if (culprits.empty())
        tell_or_visit(extra, around);
      else
        tell_decided(extra.condition, false, culprits);
      return true;
    }
    report_.add(Code::covered_clause, span(extra.condition),
                fmt::format("{} adds nothing {}", quote(extra.condition), beside_text(culprits)),
                "leave it out", spans(culprits));
    return true;
  }

  // --- words ---

  Span span(NodeId id) const { return filter_.at(id).span; }
  std::string quote(NodeId id) const { return report_.quote(span(id)); }

  std::string list(const std::vector<NodeId>& ids, std::string_view last) const {
    std::string out;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (i != 0) out += i + 1 == ids.size() ? fmt::format(" {} ", last) : ", ";
      out += quote(ids[i]);
    }
    return out;
  }

  std::string beside_text(const Facts& culprits) const {
    std::vector<NodeId> ids;
    for (const Fact& fact : culprits) ids.push_back(fact.condition);
    return ids.empty() ? "beside the other clauses" : "beside " + list(ids, "and");
  }

  std::string where_text(const Facts& culprits) const {
    std::string out = "where ";
    for (const Fact& fact : culprits) {
      if (&fact != &culprits.front()) out += " and ";
      out += fmt::format("{} is{}", quote(fact.condition), fact.holds ? "" : " not");
    }
    return out;
  }

  std::vector<Span> spans(const Facts& facts) const {
    std::vector<Span> out;
    for (const Fact& fact : facts) out.push_back(span(fact.condition));
    return out;
  }

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

  /// Whether all are about one field or all about none, so that the other operator was likely
  /// meant.
  bool alternatives(const std::vector<NodeId>& ids) const {
    return std::ranges::all_of(ids, [&](NodeId id) { return field_of(id) == field_of(ids[0]); }) &&
           std::ranges::all_of(ids, [&](NodeId id) {
             return filter_.at(id).value.index() == filter_.at(ids[0]).value.index();
           });
  }

  /// The field that a comparison is about.
  std::optional<FieldIndex> field_of(NodeId id) const {
    for (const NodeId part : children(filter_.at(id))) {
      if (const auto* n = std::get_if<FieldValue>(&filter_.at(part).value)) return n->field;
      if (const auto below = field_of(part)) return below;
    }
    return std::nullopt;
  }

  const CheckedFilter& filter_;
  Reasoner& reasoner_;
  Report& report_;
};

bool is_written_constant(const ast::Node& node) {
  const auto* name = std::get_if<ast::Name>(&node.value);
  return std::holds_alternative<ast::Integer>(node.value) ||
         (name != nullptr && (name->text == "true" || name->text == "false"));
}

}  // namespace

void lint_clauses(const CheckedFilter& filter, Report& report) {
  Reasoner reasoner(filter);
  ClauseLint lint(filter, reasoner, report);
  for (const NodeId condition : filter.conditions()) lint.visit(condition, {});
  if (!report.empty() || !filter.is_expression) return;
  const NodeId root = filter.expression();
  const Span whole = filter.at(root).span;
  if (std::holds_alternative<BooleanConstant>(filter.at(root).value)) return;
  if (reasoner.where(reasoner.everything(), root, true).empty())
    report.add(Code::drops_everything, whole, "the filter drops every packet");
  if (reasoner.where(reasoner.everything(), root, false).empty())
    report.add(Code::passes_everything, whole, "the filter passes every packet");
}

void lint_whole(const ast::Filter& written, const CheckedFilter& filter, Report& report) {
  if (!filter.is_expression) return;
  const auto* constant = std::get_if<BooleanConstant>(&filter.at(filter.expression()).value);
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
