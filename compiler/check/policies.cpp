// SPDX-License-Identifier: MIT
// Rules: the conditions of a policy, and which names and parts may stand once.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "compiler/check/checker.h"

namespace fwc {

namespace {

RuleAction action_of(ast::RuleAction action) {
  switch (action) {
    case ast::RuleAction::allow: return RuleAction::allow;
    case ast::RuleAction::drop: return RuleAction::drop;
    case ast::RuleAction::count: return RuleAction::count;
  }
  return RuleAction::drop;
}

}  // namespace

/// Any node where it is wrong, which is in the report then.
NodeId Checker::bounded_condition(ast::NodeId id) {
  const Value holds = condition(id);
  if (holds && !definitions_.empty()) is_bounded(*holds, span_of(id));
  return holds.value_or(0);
}

/// The expression or the rules; what is wrong is in the report.
CheckedFilter Checker::check_rules() {
  CheckedFilter out{.text = std::string(text_), .is_expression = !filter_.is_policy()};
  if (out.is_expression) {
    const NodeId root = bounded_condition(filter_.root);
    out.ingress = Policy{.rules = {{.name = {},
                                    .action = RuleAction::allow,
                                    .condition = root,
                                    .span = span_of(filter_.root)}}};
    out.egress = out.ingress;
    return out;
  }
  out.has_parts = filter_.parts.front().direction != ast::PartDirection::both;
  for (const ast::Part& part : filter_.parts) {
    Policy policy = check_part(part);
    const bool ingress = part.direction != ast::PartDirection::egress;
    const bool egress = part.direction != ast::PartDirection::ingress;
    const bool again = ingress ? out.ingress.has_value() : out.egress.has_value();
    if (again)
      report_.add(Code::duplicate_name, part.span,
                  fmt::format("there are two parts {}", quoted(ast::spelling(part.direction))),
                  "write the rules of one direction into one part");
    if (ingress) out.ingress = policy;
    if (egress) out.egress = std::move(policy);
  }
  return out;
}

Policy Checker::check_part(const ast::Part& part) {
  Policy policy{.rules = {},
                .default_allows = part.otherwise.action == ast::RuleAction::allow,
                .default_span = part.otherwise.span};
  std::set<std::string_view> names;
  policy.rules.reserve(part.rules.size());
  for (const ast::Rule& rule : part.rules) {
    if (rule.name && !names.insert(*rule.name).second)
      report_.add(Code::duplicate_name, rule.name_span,
                  fmt::format("two rules are called {}", quoted(*rule.name)),
                  "their counters could not be told apart; give one of them another name");
    policy.rules.push_back({.name = rule.name.value_or(""),
                            .action = action_of(rule.action),
                            .condition = bounded_condition(rule.condition),
                            .span = rule.span});
  }
  return policy;
}

}  // namespace fwc
