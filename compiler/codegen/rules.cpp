// SPDX-License-Identifier: MIT
// A policy as control flow: the rules are a chain of alternatives, each with an exit of its own.
#include "compiler/codegen/lower.h"

namespace fwc::codegen {

void Lowering::verdict(const Policy& policy, Exits& exits) {
  std::vector<std::size_t> asked;
  for (std::size_t i = 0; i < policy.rules.size(); ++i)
    if (exits.asks(policy.rules[i])) asked.push_back(i);
  std::vector<NodeId> conditions;
  for (const std::size_t i : asked) conditions.push_back(policy.rules[i].condition);
  open_live_values(conditions);
  for (const plan::Step& step : tables_.steps(filter_, policy, asked)) {
    if (const auto* run = std::get_if<plan::RuleRun>(&step)) {
      first_of(*run, exits);
      continue;
    }
    const std::size_t i = std::get<std::size_t>(step);
    const Rule& rule = policy.rules[i];
    const bool last = i == asked.back() && !exits.observed();
    if (rule.action == RuleAction::count)
      count_rule(rule, i, exits);
    else if (last)
      condition(rule.condition, exits.rule(i), exits.by_default());
    else
      offer(rule.condition, exits.rule(i), p_.unplaced_block(""));
    if (last) return finish_deferred(0);
  }
  leave_by_default(exits);
  finish_deferred(0);
}

/// Counts where the condition holds, and goes on in either case.
void Lowering::count_rule(const Rule& rule, std::size_t index, Exits& exits) {
  Block* holds = p_.unplaced_block("count_rule");
  Block* next = p_.unplaced_block("");
  const Facts before = facts_;
  condition(rule.condition, holds, next);
  p_.place(holds);
  exits.count(index);
  ir_.CreateBr(next);
  go_on(next, before);
}

/// The default of a later fragment is told apart where somebody observes it: it has no ports, so
/// that rules about ports pass it by.
void Lowering::leave_by_default(Exits& exits) {
  if (!exits.observed() || (facts_.header & Facts::kHeaderUnknown) == 0) {
    ir_.CreateBr(exits.by_default());
    return;
  }
  const WalkState& state = reader_.state();
  Block* unknown = p_.block("no_transport");
  ir_.CreateCondBr(ir_.CreateICmpNE(state.offset, p_.number(0)), exits.by_default(), unknown);
  ir_.SetInsertPoint(unknown);
  if ((facts_.families & Facts::kNoFamily) == 0) {
    ir_.CreateBr(exits.by_default_of_fragments());
    return;
  }
  ir_.CreateCondBr(ir_.CreateICmpNE(state.family, p_.number(0)), exits.by_default_of_fragments(),
                   exits.by_default());
}

}  // namespace fwc::codegen
