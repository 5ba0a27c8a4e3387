// SPDX-License-Identifier: MIT
// Evaluates what follows from the absence of the fields alone. Whatever is not named here can be
// anything.
#include "compiler/codegen/not_ip.h"

#include <algorithm>
#include <vector>

#include "compiler/codegen/lower.h"
#include "compiler/overloaded.h"

namespace fwc::codegen {

namespace {

enum class Known { nothing, absent, no, yes };

class WithoutIp {
 public:
  WithoutIp(const CheckedFilter& filter, bool ingress) : ingress_(ingress) {
    for (const Node& node : filter.nodes) known_.push_back(of(node));
  }

  std::optional<bool> condition(NodeId id) const {
    const Known known = truth(id);
    return known == Known::nothing ? std::nullopt : std::optional(known == Known::yes);
  }

 private:
  Known of(const Node& node) const {
    return std::visit(
        Overloaded{
            [&](const BooleanConstant& n) { return n.value ? Known::yes : Known::no; },
            [&](const FieldValue& n) { return of_field(kFields[resolve(n.field, ingress_)]); },
            [](const SliceValue&) { return Known::absent; },
            [](const SliceEquals&) { return Known::no; },
            [&](const Arithmetic& n) { return absent_if_one_is(n.lhs, n.rhs, Known::absent); },
            [&](const AsInteger& n) {
              return absent_if_one_is(n.operand, n.operand, Known::absent);
            },
            [&](const AsBoolean& n) { return absent_if_one_is(n.operand, n.operand, Known::no); },
            [&](const Comparison& n) { return absent_if_one_is(n.lhs, n.rhs, Known::no); },
            [&](const Member& n) { return absent_if_one_is(n.value, n.value, Known::no); },
            [&](const LiveMember& n) {
              return absent_if_one_is(n.values.front(), n.values.back(), Known::no);
            },
            [&](const Not& n) { return negated(truth(n.operand)); },
            [&](const Logical& n) { return of_logical(n); },
            [&](const Conditional& n) { return of_choice(n, node.type); },
            [](const auto&) { return Known::nothing; }},
        node.value);
  }

  static Known of_field(const FieldRow& field) {
    for (const Facts& box : presence_of(field))
      if ((box.families & Facts::kNoFamily) != 0) return Known::nothing;
    return std::holds_alternative<HasLayer>(field.source) ? Known::no : Known::absent;
  }

  Known absent_if_one_is(NodeId a, NodeId b, Known result) const {
    const bool absent = known_[a] == Known::absent || known_[b] == Known::absent;
    return absent ? result : Known::nothing;
  }

  /// Absent is false where a condition is asked for.
  Known truth(NodeId id) const { return known_[id] == Known::absent ? Known::no : known_[id]; }

  static Known negated(Known known) {
    return known == Known::yes ? Known::no : known == Known::no ? Known::yes : known;
  }

  Known of_logical(const Logical& node) const {
    const auto is = [this](Known known) {
      return [=, this](NodeId id) { return truth(id) == known; };
    };
    const bool all_known = std::ranges::none_of(node.operands, is(Known::nothing));
    switch (node.op) {
      case LogicalOp::all:
        if (std::ranges::any_of(node.operands, is(Known::no))) return Known::no;
        return all_known ? Known::yes : Known::nothing;
      case LogicalOp::any:
        if (std::ranges::any_of(node.operands, is(Known::yes))) return Known::yes;
        return all_known ? Known::no : Known::nothing;
      case LogicalOp::odd: break;
    }
    if (!all_known) return Known::nothing;
    return std::ranges::count_if(node.operands, is(Known::yes)) % 2 != 0 ? Known::yes : Known::no;
  }

  Known of_choice(const Conditional& node, Type type) const {
    const auto arm = [&](NodeId id) { return type == Type::boolean ? truth(id) : known_[id]; };
    const Known condition = truth(node.condition);
    if (condition != Known::nothing)
      return arm(condition == Known::yes ? node.then_value : node.else_value);
    const bool same = arm(node.then_value) == arm(node.else_value);
    return same ? arm(node.then_value) : Known::nothing;
  }

  bool ingress_;
  std::vector<Known> known_;  ///< by node
};

}  // namespace

std::vector<std::optional<bool>> values_without_ip(const CheckedFilter& filter,
                                                   std::span<const NodeId> conditions,
                                                   bool ingress) {
  const WithoutIp known(filter, ingress);
  std::vector<std::optional<bool>> values;
  for (const NodeId condition : conditions) values.push_back(known.condition(condition));
  return values;
}

}  // namespace fwc::codegen
