// SPDX-License-Identifier: MIT
// The numbering of Sethi and Ullman over the tree.
#include "compiler/codegen/evaluation_order.h"

#include <algorithm>

#include "compiler/overloaded.h"

namespace fwc::codegen {

std::vector<std::uint8_t> values_alive(const CheckedFilter& filter) {
  std::vector<std::uint8_t> alive(filter.nodes.size(), 1);
  // Two values are wanted at once: the first waits while the second is computed.
  const auto both = [&](NodeId a, NodeId b) {
    const std::uint8_t first = std::max(alive[a], alive[b]);
    return static_cast<std::uint8_t>(first + (alive[a] == alive[b]));
  };
  const auto one_of = [&](std::uint8_t most, NodeId id) { return std::max(most, alive[id]); };
  for (std::size_t i = 0; i < filter.nodes.size(); ++i) {
    alive[i] = std::visit(
        Overloaded{[](const auto&) { return std::uint8_t{1}; },  // constants, fields, variables
                   [&](const Arithmetic& n) { return both(n.lhs, n.rhs); },
                   [&](const AsInteger& n) { return alive[n.operand]; },
                   [&](const AsBoolean& n) { return alive[n.operand]; },
                   [&](const Comparison& n) { return both(n.lhs, n.rhs); },
                   [&](const Member& n) { return alive[n.value]; },
                   [&](const LiveMember& n) {
                     return n.values.size() == 1 ? alive[n.values[0]]
                                                 : both(n.values[0], n.values[1]);
                   },
                   [&](const Not& n) { return alive[n.operand]; },
                   [&](const Logical& n) {
                     std::uint8_t most = 1;
                     for (NodeId id : n.operands) most = one_of(most, id);
                     const auto as_many = [&](NodeId id) { return alive[id] == most; };
                     const bool waits =
                         n.op == LogicalOp::odd &&
                         std::count_if(n.operands.begin(), n.operands.end(), as_many) > 1;
                     return static_cast<std::uint8_t>(most + waits);
                   },
                   [&](const Conditional& n) {
                     return one_of(one_of(alive[n.condition], n.then_value), n.else_value);
                   }},
        filter.nodes[i].value);
  }
  return alive;
}

}  // namespace fwc::codegen
