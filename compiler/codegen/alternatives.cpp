// SPDX-License-Identifier: MIT
// Chains of `||` and of negations under `&&`, by the groups that compiler/plan makes of them.
#include "compiler/codegen/lower.h"
#include "compiler/overloaded.h"

namespace fwc::codegen {

namespace {

/// The condition that stands before a lookup.
std::optional<NodeId> guard_of(const plan::Alternative& alternative) {
  return std::visit(Overloaded{[](NodeId) { return std::optional<NodeId>{}; },
                               [](const plan::Classifier&) { return std::optional<NodeId>{}; },
                               [](const auto& grouped) { return grouped.guard; }},
                    alternative);
}

}  // namespace

/// A conjunction in a chain of alternatives. Its first test stays in the chain and the rest goes
/// behind it: the verifier walks the path that falls through first, and would walk the whole chain
/// anew for each value that a test has just learnt.
std::optional<Lowering::Divided> Lowering::divide(const plan::Alternative& alternative) {
  if (const auto guard = guard_of(alternative))
    return Divided{*guard, [this, &alternative](Block* if_true, Block* if_false) {
                     return look_up(alternative, if_true, if_false);
                   }};
  const auto* id = std::get_if<NodeId>(&alternative);
  const auto* logical = id == nullptr ? nullptr : std::get_if<Logical>(&filter_.at(*id).value);
  if (logical == nullptr || logical->op != LogicalOp::all) return std::nullopt;
  return Divided{logical->operands.front(), [this, logical](Block* if_true, Block* if_false) {
                   return all_of(logical->operands, 1, if_true, if_false);
                 }};
}

Outcome Lowering::any_of(const std::vector<NodeId>& operands, Block* if_true, Block* if_false) {
  return any_of(tables_.alternatives(filter_, operands), if_true, if_false);
}

/// One of a chain that is not the last: goes on in `next`, and gives what is known where it was
/// true.
Facts Lowering::offer(const plan::Alternative& alternative, Block* if_true, Block* next) {
  const Facts before = facts_;
  auto divided = divide(alternative);
  if (!divided) {
    const Outcome outcome = this->alternative(alternative, if_true, next);
    go_on(next, outcome.when_false);
    return outcome.when_true;
  }
  Block* rest = p_.unplaced_block("");
  const Outcome first = condition(divided->first, rest, next);
  deferred_.push_back(
      [this, then = std::move(divided->rest), rest, next, if_true, facts = first.when_true] {
        go_on(rest, facts);
        return then(if_true, next);
      });
  go_on(next, before);
  return first.when_true;
}

Outcome Lowering::any_of(const std::vector<plan::Alternative>& alternatives, Block* if_true,
                         Block* if_false) {
  if (alternatives.empty()) return leave(false, if_true, if_false);
  const std::size_t waiting = deferred_.size();
  Facts when_true = kImpossible;
  for (std::size_t i = 0; i + 1 < alternatives.size(); ++i)
    when_true = hull(when_true, offer(alternatives[i], if_true, p_.unplaced_block("")));
  const Outcome last = alternative(alternatives.back(), if_true, if_false);
  finish_deferred(waiting);
  return {.when_true = hull(when_true, last.when_true), .when_false = last.when_false};
}

void Lowering::finish_deferred(std::size_t from) {
  while (deferred_.size() > from) {
    const auto rest = std::move(deferred_.back());
    deferred_.pop_back();
    rest();
  }
}

/// In line.
Outcome Lowering::alternative(const plan::Alternative& alternative, Block* if_true,
                              Block* if_false) {
  if (const auto* id = std::get_if<NodeId>(&alternative)) return condition(*id, if_true, if_false);
  const auto guard = guard_of(alternative);
  if (!guard) return look_up(alternative, if_true, if_false);
  Block* rest = p_.unplaced_block("");
  const Outcome first = condition(*guard, rest, if_false);
  go_on(rest, first.when_true);
  const Outcome outcome = look_up(alternative, if_true, if_false);
  return {.when_true = outcome.when_true, .when_false = hull(first.when_false, outcome.when_false)};
}

Outcome Lowering::look_up(const plan::Alternative& alternative, Block* if_true, Block* if_false) {
  return std::visit(Overloaded{[&](NodeId id) { return condition(id, if_true, if_false); },
                               [&](const plan::OneSet& set) {
                                 mark(filter_.at(set.first));
                                 return in_set(set.field, set.values, if_true, if_false);
                               },
                               [&](const plan::Keyed& table) {
                                 mark(filter_.at(table.first));
                                 return in_table(table, if_true, if_false);
                               },
                               [&](const plan::Classifier& classifier) {
                                 mark(filter_.at(classifier.first));
                                 return any_class(classifier, if_true, if_false);
                               }},
                    alternative);
}

/// Whether a field's value is in a set.
Outcome Lowering::in_set(FieldIndex field, const ValueSet& set, Block* if_true, Block* if_false) {
  const Facts before = facts_;
  const FieldRow& row = row_of(field);
  if (row.type == Type::address)
    for_each_location(std::get<InHeader>(row.source), if_false, [&](const HeaderBits& at) {
      address_in(read_address(at), {.ipv4 = set.ipv4, .ipv6 = set.ipv6}, if_true, if_false);
    });
  else
    integer_in(field_integer(field, if_false), set.integers, if_true, if_false);
  return {.when_true = facts_, .when_false = before};
}

/// A part of a key; an address is an IPv4 address there.
llvm::Value* Lowering::key_part(FieldIndex field, Block* if_absent) {
  const FieldRow& row = row_of(field);
  if (row.type != Type::address) return field_integer(field, if_absent);
  const auto& header = std::get<InHeader>(row.source);
  for (std::size_t i = 0; i < header.count; ++i) {
    if (header.at[i].bits != address_bits(Family::ipv4)) continue;
    require({facts_of_header(header.at[i].layer)}, if_absent);
    return reader_.read(header.at[i]);
  }
  llvm_unreachable("every address has an IPv4 form");
}

Outcome Lowering::in_table(const plan::Keyed& keyed, Block* if_true, Block* if_false) {
  const Facts before = facts_;
  const KeyedTables& tables = tables_.keyed(keyed);
  llvm::Value* key = p_.number(0);
  for (const plan::KeyPart& part : keyed.key)
    key = ir_.CreateOr(key, ir_.CreateShl(key_part(part.field, if_false), part.shift));
  const auto look = [&](const std::optional<KeyedTable>& table, llvm::ArrayRef<llvm::Value*> words,
                        llvm::Value* number, Block* otherwise) {
    if (table)
      look_up(*table, words, number, if_true, otherwise);
    else
      ir_.CreateBr(otherwise);
  };
  const FieldRow& row = row_of(keyed.inner);
  if (row.type != Type::address) {
    llvm::Value* number = field_integer(keyed.inner, if_false);
    look(tables.numbers, {key}, ir_.CreateXor(number, p_.number(std::uint64_t{1} << 63)), if_false);
    return {.when_true = facts_, .when_false = before};
  }
  for_each_location(std::get<InHeader>(row.source), if_false, [&](const HeaderBits& at) {
    const AddressValue value = read_address(at);
    if (at.bits == address_bits(Family::ipv4)) return look(tables.ipv4, {key}, value.low, if_false);
    Block* next = p_.unplaced_block("");
    look(tables.ipv6_upper, {key}, value.high, next);
    p_.place(next);
    look(tables.ipv6_lower, {key, value.high}, value.low, if_false);
  });
  return {.when_true = facts_, .when_false = before};
}

}  // namespace fwc::codegen
