// SPDX-License-Identifier: MIT
// Filters of one membership.
#include "tests/sets/set_filter.h"

#include "compiler/check/tree.h"

namespace fwc::test {

CheckedFilter membership(std::string_view field, ValueSet set, bool negated) {
  constexpr std::string_view kText = "set";
  const Span span{0, static_cast<std::uint32_t>(kText.size())};
  Tree tree;
  const NodeId value = tree.field(*find_field(field), span);
  NodeId root = tree.member(value, std::move(set), span);
  if (negated) root = tree.negate(root, span);
  const Policy policy{
      .rules = {{.name = {}, .action = RuleAction::allow, .condition = root, .span = span}}};
  return std::move(tree).finish({.text = std::string(kText), .ingress = policy, .egress = policy});
}

}  // namespace fwc::test
