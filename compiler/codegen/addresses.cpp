// SPDX-License-Identifier: MIT
// Addresses: which family they have, and where they lie among the intervals of a set.
#include "compiler/codegen/lower.h"
#include "compiler/overloaded.h"

namespace fwc::codegen {

/// An address in a header that is known to be there.
Lowering::AddressValue Lowering::read_address(const HeaderBits& at) {
  if (at.bits == 32)
    return {.family = p_.number(PacketReader::family_number(Family::ipv4)),
            .high = p_.number(0),
            .low = reader_.read(at)};
  return {.family = p_.number(PacketReader::family_number(Family::ipv6)),
          .high = reader_.read_word(at.bit / 8),
          .low = reader_.read_word(at.bit / 8 + 8)};
}

/// Where the blocks of several addresses have met; the builder stands in the block where they did.
Lowering::AddressValue Lowering::join(llvm::ArrayRef<std::pair<Block*, AddressValue>> arms) {
  if (arms.empty()) return {p_.number(0), p_.number(0), p_.number(0)};
  if (arms.size() == 1) return arms.front().second;
  AddressValue value{};
  for (auto member : {&AddressValue::family, &AddressValue::high, &AddressValue::low}) {
    llvm::PHINode* phi = ir_.CreatePHI(ir_.getInt64Ty(), 2);
    for (const auto& [block, arm] : arms) phi->addIncoming(arm.*member, block);
    value.*member = phi;
  }
  return value;
}

Lowering::AddressValue Lowering::address(NodeId id, Block* if_absent) {
  const Node& node = filter_.at(id);
  if (const auto* constant = std::get_if<AddressConstant>(&node.value)) {
    const Address& a = constant->value;
    return {.family = p_.number(PacketReader::family_number(a.family)),
            .high = p_.number(a.bits.high),
            .low = p_.number(a.bits.low)};
  }
  if (const auto* variable = std::get_if<VariableValue>(&node.value))
    return {.family = live_word(variable->variable, 0),
            .high = live_word(variable->variable, 1),
            .low = live_word(variable->variable, 2)};
  llvm::SmallVector<std::pair<Block*, AddressValue>, 2> arms;
  Block* present = p_.unplaced_block("");
  const auto add = [&](const AddressValue& value) {
    arms.emplace_back(ir_.GetInsertBlock(), value);
    ir_.CreateBr(present);
  };
  if (const auto* field = std::get_if<FieldValue>(&node.value)) {
    for_each_location(std::get<InHeader>(row_of(field->field).source), if_absent,
                      [&](const HeaderBits& at) { add(read_address(at)); });
  } else {
    const auto& choice = std::get<Conditional>(node.value);
    Block* then_block = p_.unplaced_block("");
    Block* else_block = p_.unplaced_block("");
    const Outcome outcome = condition(choice.condition, then_block, else_block);
    go_on(then_block, outcome.when_true);
    add(address(choice.then_value, if_absent));
    const Facts after_then = facts_;
    go_on(else_block, outcome.when_false);
    add(address(choice.else_value, if_absent));
    facts_ = hull(after_then, facts_);
  }
  p_.place(present);
  return join(arms);
}

void Lowering::address_in(const AddressValue& value, const AddressSet& set, Block* if_true,
                          Block* if_false) {
  const auto ipv4_number = PacketReader::family_number(Family::ipv4);
  if (const auto* family = llvm::dyn_cast<llvm::ConstantInt>(value.family)) {
    if (family->getZExtValue() == ipv4_number)
      ipv4_in(value.low, set.ipv4, if_true, if_false);
    else
      ipv6_in(value, set.ipv6, if_true, if_false);
    return;
  }
  Block* is_ipv4 = p_.block("");
  Block* is_ipv6 = p_.unplaced_block("");
  ir_.CreateCondBr(ir_.CreateICmpEQ(value.family, p_.number(ipv4_number)), is_ipv4, is_ipv6);
  ir_.SetInsertPoint(is_ipv4);
  ipv4_in(value.low, set.ipv4, if_true, if_false);
  p_.place(is_ipv6);
  ipv6_in(value, set.ipv6, if_true, if_false);
}

Outcome Lowering::equal_addresses(const Comparison& node, Block* if_true, Block* if_false) {
  const Facts before = facts_;
  const AddressValue lhs = address(node.lhs, if_false);
  const AddressValue rhs = address(node.rhs, if_false);
  // Zero where family and both halves are the same; one branch instead of three.
  llvm::Value* difference = ir_.CreateXor(lhs.low, rhs.low);
  difference = ir_.CreateOr(difference, ir_.CreateXor(lhs.high, rhs.high));
  difference = ir_.CreateOr(difference, ir_.CreateXor(lhs.family, rhs.family));
  ir_.CreateCondBr(ir_.CreateICmpEQ(difference, p_.number(0)), if_true, if_false);
  return {.when_true = facts_, .when_false = before};
}

}  // namespace fwc::codegen
