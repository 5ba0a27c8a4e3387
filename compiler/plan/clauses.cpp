// SPDX-License-Identifier: MIT
// Takes conditions apart without copying their sets.
#include "compiler/plan/clauses.h"

#include <algorithm>
#include <iterator>

#include "compiler/check/demands.h"
#include "compiler/check/fold.h"
#include "compiler/check/reasoning/values.h"

namespace fwc::plan {

namespace {

constexpr std::int64_t kFew = 4;

bool is_number(const FieldRow& row) {
  return row.type == Type::integer;
}

bool has_few(const ValueSet& set) {
  const std::size_t intervals = set.integers.size() + set.ipv4.size();
  if (!set.ipv6.empty() || intervals > kFew) return false;
  std::int64_t count = 0;
  const auto add = [&](std::uint64_t more) {
    count += static_cast<std::int64_t>(std::min<std::uint64_t>(more, kFew)) + 1;
  };
  for (const auto& each : set.integers)
    add(static_cast<std::uint64_t>(each.high) - static_cast<std::uint64_t>(each.low));
  for (const auto& each : set.ipv4) add(each.high - each.low);
  return count <= kFew;
}

void add_guard(Clause& clause, const Guard& guard) {
  if (std::ranges::find(clause.guards, guard.meaning, &Guard::meaning) == clause.guards.end())
    clause.guards.push_back(guard);
}

class Taker {
 public:
  Taker(const CheckedFilter& filter, Clause& clause) : filter_(filter), clause_(clause) {}

  bool take(NodeId id) {
    const Node& node = filter_.at(id);
    if (const auto* logical = std::get_if<Logical>(&node.value);
        logical != nullptr && logical->op == LogicalOp::all)
      return std::all_of(logical->operands.begin(), logical->operands.end(),
                         [this](NodeId operand) { return take(operand); });
    if (take_guard(id)) return true;
    const auto* negation = std::get_if<Not>(&node.value);
    auto atom = atom_of(negation != nullptr ? negation->operand : id);
    if (!atom) return false;
    if (negation != nullptr) *atom = {.field = atom->field, .node = atom->node, .negated = true};
    clause_.atoms.push_back(*atom);
    return true;
  }

 private:
  bool take_guard(NodeId id) {
    const auto meaning = meaning_of(id);
    if (!meaning) return false;
    add_guard(clause_, {.meaning = *meaning, .node = id});
    return true;
  }

  std::optional<std::pair<int, std::int64_t>> meaning_of(NodeId id) const {
    enum { kField = 1, kProtocol = 2 };
    const auto& value = filter_.at(id).value;
    if (const auto* negation = std::get_if<Not>(&value)) {
      auto meaning = meaning_of(negation->operand);
      if (meaning) meaning->first = -meaning->first;
      return meaning;
    }
    const auto* field = std::get_if<FieldValue>(&value);
    if (field != nullptr && kFields[field->field].type == Type::boolean)
      return std::pair<int, std::int64_t>{kField, field->field};
    if (const auto number = protocol_number(value))
      return std::pair<int, std::int64_t>{kProtocol, *number};
    return std::nullopt;
  }

  std::optional<std::int64_t> protocol_number(const auto& value) const {
    const auto* equal = std::get_if<Comparison>(&value);
    if (equal == nullptr || equal->op != ComparisonOp::equal) return std::nullopt;
    const auto* field = std::get_if<FieldValue>(&filter_.at(equal->lhs).value);
    const auto* number = std::get_if<IntegerConstant>(&filter_.at(equal->rhs).value);
    if (field == nullptr || number == nullptr) return std::nullopt;
    const auto* walk = std::get_if<WalkResult>(&kFields[field->field].source);
    if (walk == nullptr || *walk != WalkResult::protocol) return std::nullopt;
    return number->value;
  }

  /// The field of a condition that holds for a set of its values.
  std::optional<Atom> atom_of(NodeId id) const {
    const auto& value = filter_.at(id).value;
    if (const auto* any = std::get_if<Logical>(&value)) return atom_of_any(*any, id);
    if (const auto* member = std::get_if<Member>(&value)) {
      const FieldIndex* field = field_at(member->value);
      if (field == nullptr) return std::nullopt;
      return Atom{*field, id, has_few(filter_.sets[member->set])};
    }
    if (!std::holds_alternative<Comparison>(value)) return std::nullopt;
    const auto demand = demand_of(filter_, id);
    if (!demand || kFields[demand->field].type == Type::boolean) return std::nullopt;
    return Atom{demand->field, id, has_few(demand->values)};
  }

  /// Alternatives that all ask one field.
  std::optional<Atom> atom_of_any(const Logical& any, NodeId id) const {
    if (any.op != LogicalOp::any) return std::nullopt;
    std::optional<Atom> atom;
    for (const NodeId operand : any.operands) {
      const auto next = atom_of(operand);
      if (!next || (atom && atom->field != next->field)) return std::nullopt;
      atom = next;
    }
    atom->node = id;
    atom->few = any.operands.size() == 1;
    if (any.operands.size() <= kFew)
      atom->few = std::all_of(any.operands.begin(), any.operands.end(), [&](NodeId operand) {
        return std::holds_alternative<Comparison>(filter_.at(operand).value) &&
               atom_of(operand)->few;
      });
    return atom;
  }

  const FieldIndex* field_at(NodeId id) const {
    const auto* field = std::get_if<FieldValue>(&filter_.at(id).value);
    return field != nullptr && filter_.at(id).type != Type::boolean ? &field->field : nullptr;
  }

  const CheckedFilter& filter_;
  Clause& clause_;
};

/// Adds a condition to each of some clauses.
class Multiplier {
 public:
  Multiplier(const CheckedFilter& filter, std::size_t most) : filter_(filter), most_(most) {}

  bool multiply(std::vector<Clause>& clauses, NodeId id) const {
    const Node& node = filter_.at(id);
    if (const auto* constant = std::get_if<BooleanConstant>(&node.value)) {
      if (!constant->value) clauses.clear();
      return true;
    }
    if (const auto more = clause_of(filter_, id)) {
      for (Clause& clause : clauses) add(clause, *more);
      return condition_count(clauses) <= most_;
    }
    const auto* logical = std::get_if<Logical>(&node.value);
    if (logical == nullptr || logical->op == LogicalOp::odd) return false;
    if (logical->op == LogicalOp::all)
      return std::ranges::all_of(logical->operands,
                                 [&](NodeId operand) { return multiply(clauses, operand); });
    std::vector<Clause> all;
    std::size_t count = 0;
    for (const NodeId operand : logical->operands) {
      std::vector<Clause> each = clauses;
      if (!multiply(each, operand)) return false;
      count += condition_count(each);
      if (count > most_) return false;
      std::ranges::move(each, std::back_inserter(all));
    }
    clauses = std::move(all);
    return true;
  }

 private:
  static void add(Clause& clause, const Clause& more) {
    for (const Guard& guard : more.guards) add_guard(clause, guard);
    clause.atoms.insert(clause.atoms.end(), more.atoms.begin(), more.atoms.end());
  }

  static std::size_t condition_count(const std::vector<Clause>& clauses) {
    std::size_t count = 0;
    for (const Clause& clause : clauses) count += clause.guards.size() + clause.atoms.size();
    return count;
  }

  const CheckedFilter& filter_;
  std::size_t most_;
};

void sort_atoms(Clause& clause) {
  std::ranges::stable_sort(clause.atoms, {}, &Atom::field);
}

ValueSet values_of(const CheckedFilter& filter, NodeId id) {
  if (const auto* any = std::get_if<Logical>(&filter.at(id).value)) {
    ValueSet all;
    for (const NodeId operand : any->operands) append(all, values_of(filter, operand));
    return canonical(std::move(all));
  }
  return demand_of(filter, id)->values;
}

std::size_t interval_count(const CheckedFilter& filter, NodeId id) {
  const auto& value = filter.at(id).value;
  if (const auto* member = std::get_if<Member>(&value))
    return fwc::interval_count(filter.sets[member->set]);
  const auto* any = std::get_if<Logical>(&value);
  if (any == nullptr) return 1;
  std::size_t count = 0;
  for (const NodeId operand : any->operands) count += interval_count(filter, operand);
  return count;
}

}  // namespace

std::size_t interval_count(const CheckedFilter& filter, const Atom& atom) {
  return interval_count(filter, atom.node);
}

std::optional<Clause> clause_of(const CheckedFilter& filter, NodeId id) {
  Clause clause{.id = id, .guards = {}, .atoms = {}};
  if (!Taker(filter, clause).take(id)) return std::nullopt;
  sort_atoms(clause);
  return clause;
}

std::optional<std::vector<Clause>> clauses_of(const CheckedFilter& filter, NodeId id,
                                              std::size_t most) {
  std::vector<Clause> clauses = {{.id = id, .guards = {}, .atoms = {}}};
  if (!Multiplier(filter, most).multiply(clauses, id)) return std::nullopt;
  for (Clause& clause : clauses) sort_atoms(clause);
  return clauses;
}

ValueSet domain_of(FieldIndex field) {
  return is_number(kFields[field]) ? integers(0, kFields[field].maximum) : all_addresses();
}

ValueSet values_of(const CheckedFilter& filter, const Clause& clause, FieldIndex field) {
  std::optional<ValueSet> values;
  if (is_number(kFields[field]) || holds_without(clause, field)) values = domain_of(field);
  for (const bool negated : {false, true})
    for (const Atom& atom : clause.atoms) {
      if (atom.field != field || atom.negated != negated) continue;
      ValueSet of_atom = values_of(filter, atom.node);
      if (negated)
        values = difference(*values, of_atom);
      else
        values = values ? intersection(*values, of_atom) : std::move(of_atom);
    }
  return std::move(*values);
}

bool holds_without(const Clause& clause, FieldIndex field) {
  return std::ranges::all_of(
      clause.atoms, [field](const Atom& atom) { return atom.field != field || atom.negated; });
}

void append(ValueSet& to, ValueSet&& values) {
  const auto add = [](auto& all, auto& more) { all.insert(all.end(), more.begin(), more.end()); };
  add(to.integers, values.integers);
  add(to.ipv4, values.ipv4);
  add(to.ipv6, values.ipv6);
}

}  // namespace fwc::plan
