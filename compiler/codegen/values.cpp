// SPDX-License-Identifier: MIT
// Numbers: signed 64-bit arithmetic in the language's meaning, computed where they are present.
#include "compiler/codegen/lower.h"
#include "compiler/overloaded.h"

#include <linux/bpf.h>

#include <cstddef>

namespace fwc::codegen {

namespace {

std::uint64_t offset_of(ContextWord word) {
  switch (word) {
    case ContextWord::length: return offsetof(__sk_buff, len);
    case ContextWord::mark: return offsetof(__sk_buff, mark);
    case ContextWord::priority: return offsetof(__sk_buff, priority);
    case ContextWord::interface: return offsetof(__sk_buff, ifindex);
    case ContextWord::gso_size: return offsetof(__sk_buff, gso_size);
    case ContextWord::gso_segments: return offsetof(__sk_buff, gso_segs);
  }
  llvm_unreachable("every context word has a case");
}

}  // namespace

llvm::Value* Lowering::integer(NodeId id, Block* if_absent) {
  const Node& node = filter_.at(id);
  return std::visit(
      Overloaded{[&](const IntegerConstant& n) -> llvm::Value* {
                   return p_.number(static_cast<std::uint64_t>(n.value));
                 },
                 [&](const FieldValue& n) { return field_integer(n.field, if_absent); },
                 [&](const SliceValue& n) { return slice_value(n, if_absent); },
                 [&](const InterfaceIndex& n) { return interface_index(n.interface); },
                 [&](const VariableValue& n) -> llvm::Value* { return live_word(n.variable, 0); },
                 [&](const Arithmetic& n) { return arithmetic(n, if_absent); },
                 [&](const AsInteger& n) -> llvm::Value* {
                   const auto* field = std::get_if<FieldValue>(&filter_.at(n.operand).value);
                   if (field == nullptr) return p_.forgotten(truth(n.operand));
                   llvm::Value* value = field_integer(field->field, if_absent);
                   return ir_.CreateZExt(ir_.CreateICmpNE(value, p_.number(0)), ir_.getInt64Ty());
                 },
                 [&](const Conditional& n) { return choose_integer(n, if_absent); },
                 [&](const BooleanConstant& n) -> llvm::Value* { return p_.number(n.value); },
                 [&](const AddressConstant&) -> llvm::Value* { llvm_unreachable("no int"); },
                 [&](const AsBoolean&) -> llvm::Value* { llvm_unreachable("no int"); },
                 [&](const Comparison&) -> llvm::Value* { llvm_unreachable("no int"); },
                 [&](const SliceEquals&) -> llvm::Value* { llvm_unreachable("no int"); },
                 [&](const Member&) -> llvm::Value* { llvm_unreachable("no int"); },
                 [&](const LiveMember&) -> llvm::Value* { llvm_unreachable("no int"); },
                 [&](const Not&) -> llvm::Value* { llvm_unreachable("no int"); },
                 [&](const Logical&) -> llvm::Value* { llvm_unreachable("no int"); }},
      node.value);
}

/// Both operands, the more demanding one first.
std::pair<llvm::Value*, llvm::Value*> Lowering::integers(NodeId lhs, NodeId rhs, Block* if_absent) {
  const bool right_first = alive_[rhs] > alive_[lhs];
  llvm::Value* first = integer(right_first ? rhs : lhs, if_absent);
  llvm::Value* second = integer(right_first ? lhs : rhs, if_absent);
  return right_first ? std::pair{second, first} : std::pair{first, second};
}

llvm::Value* Lowering::arithmetic(const Arithmetic& node, Block* if_absent) {
  const auto [lhs, rhs] = integers(node.lhs, node.rhs, if_absent);
  const auto count = [this, by = rhs] { return ir_.CreateAnd(by, p_.number(63)); };
  switch (node.op) {
    case ArithmeticOp::add: return ir_.CreateAdd(lhs, rhs);
    case ArithmeticOp::subtract: return ir_.CreateSub(lhs, rhs);
    case ArithmeticOp::multiply: return ir_.CreateMul(lhs, rhs);
    case ArithmeticOp::divide:
    case ArithmeticOp::modulo: return divide(node.op, lhs, rhs);
    case ArithmeticOp::bit_and: return ir_.CreateAnd(lhs, rhs);
    case ArithmeticOp::bit_or: return ir_.CreateOr(lhs, rhs);
    case ArithmeticOp::bit_xor: return ir_.CreateXor(lhs, rhs);
    case ArithmeticOp::shift_left: return ir_.CreateShl(lhs, count());
    case ArithmeticOp::shift_right: return ir_.CreateAShr(lhs, count());
  }
  llvm_unreachable("every arithmetic operator has a case");
}

/// The target has only unsigned division before cpu v4: divide the magnitudes, then give the
/// quotient the sign of both operands and the remainder that of the dividend. A zero divisor gives
/// 0 and the dividend, as the BPF instruction set does.
llvm::Value* Lowering::divide(ArithmeticOp op, llvm::Value* dividend, llvm::Value* divisor) {
  const auto sign = [&](llvm::Value* value) { return ir_.CreateAShr(value, 63); };
  const auto negate_by = [&](llvm::Value* value, llvm::Value* mask) {
    return ir_.CreateSub(ir_.CreateXor(value, mask), mask);
  };
  llvm::Value* dividend_sign = sign(dividend);
  llvm::Value* divisor_sign = sign(divisor);
  llvm::Value* by_zero = ir_.CreateICmpEQ(divisor, p_.number(0));
  llvm::Value* magnitude = negate_by(dividend, dividend_sign);
  // Division by zero is undefined in the IR, whatever the target makes of it.
  llvm::Value* by = ir_.CreateSelect(by_zero, p_.number(1), negate_by(divisor, divisor_sign));
  if (op == ArithmeticOp::modulo) {
    llvm::Value* rest = negate_by(ir_.CreateURem(magnitude, by), dividend_sign);
    return ir_.CreateSelect(by_zero, dividend, rest);
  }
  llvm::Value* quotient =
      negate_by(ir_.CreateUDiv(magnitude, by), ir_.CreateXor(dividend_sign, divisor_sign));
  return ir_.CreateSelect(by_zero, p_.number(0), quotient);
}

llvm::Value* Lowering::choose_integer(const Conditional& node, Block* if_absent) {
  Block* then_block = p_.unplaced_block("");
  Block* else_block = p_.unplaced_block("");
  Block* chosen = p_.unplaced_block("");
  const Outcome outcome = condition(node.condition, then_block, else_block);
  llvm::PHINode* value = llvm::PHINode::Create(ir_.getInt64Ty(), 2);
  Facts after = kImpossible;
  for (const auto& [block, facts, arm] :
       {std::tuple{then_block, outcome.when_true, node.then_value},
        {else_block, outcome.when_false, node.else_value}}) {
    go_on(block, facts);
    llvm::Value* of_arm = integer(arm, if_absent);
    value->addIncoming(of_arm, ir_.GetInsertBlock());
    after = hull(after, facts_);
    ir_.CreateBr(chosen);
  }
  go_on(chosen, after);
  ir_.Insert(value);
  return value;
}

/// A condition as 0 or 1.
llvm::Value* Lowering::truth(const std::function<void(Block*, Block*)>& leave_by) {
  Block* if_true = p_.unplaced_block("");
  Block* if_false = p_.unplaced_block("");
  Block* known = p_.unplaced_block("");
  const Facts before = facts_;
  ++truths_;
  leave_by(if_true, if_false);
  llvm::PHINode* value = llvm::PHINode::Create(ir_.getInt64Ty(), 2);
  for (Block* block : {if_true, if_false}) {
    p_.place(block);
    value->addIncoming(p_.number(block == if_true), block);
    ir_.CreateBr(known);
  }
  go_on(known, before);
  ir_.Insert(value);
  return value;
}

llvm::Value* Lowering::truth(NodeId id) {
  return truth([&](Block* if_true, Block* if_false) { condition(id, if_true, if_false); });
}

/// The value of a field; of a bool, 0 or any other number.
llvm::Value* Lowering::field_integer(FieldIndex field, Block* if_absent) {
  const FieldRow& row = row_of(field);
  return std::visit(
      Overloaded{[&](const InHeader& source) { return header_field(source, if_absent); },
                 [&](const HasLayer&) {
                   return truth([&](Block* if_true, Block* if_false) {
                     test_any(presence_of(row), if_true, if_false);
                   });
                 },
                 [&](const WalkResult& source) {
                   require(presence_of(row), if_absent);
                   return reader_.result(source);
                 },
                 [&](const ContextWord& source) { return context_word(source); },
                 [&](const LinkFact& source) { return read_link_fact(p_, source, if_absent); },
                 [&](const SocketFact& source) { return socket_fact(source, if_absent); },
                 [&](const FlowFact& source) { return flows_->fact(source); },
                 [&](const IsDirection& source) -> llvm::Value* {
                   return p_.number(source.ingress == p_.ingress);
                 },
                 [&](const PayloadPart&) { return payload_length(if_absent); },
                 [&](const EitherOf&) -> llvm::Value* { llvm_unreachable("two comparisons"); },
                 [&](const ByDirection&) -> llvm::Value* { llvm_unreachable("resolved"); }},
      row.source);
}

/// `len` counts from the network header on.
llvm::Value* Lowering::context_word(ContextWord word) {
  if (word == ContextWord::length && p_.has_link_layer())
    return ir_.CreateSub(p_.length(), reader_.state().link);
  if (word == ContextWord::interface && p_.hook == Hook::xdp)
    return p_.load_context(offsetof(xdp_md, ingress_ifindex));
  return p_.load_context(offset_of(word));
}

/// Every packet of a cgroup has a socket, so its owner is what the helper says: 65534 stands for an
/// owner without an id in the socket's user namespace, not for a missing one (sock_net_uid). Of the
/// numbers, 0 is none.
llvm::Value* Lowering::socket_fact(SocketFact fact, Block* if_absent) {
  if (fact == SocketFact::owner && p_.hook != Hook::cgroup)
    socket_fact(SocketFact::cookie, if_absent);
  if (fact == SocketFact::owner) {
    llvm::Value* id = p_.call_helper(BPF_FUNC_get_socket_uid, {p_.context}, ir_.getInt64Ty());
    return ir_.CreateAnd(id, p_.number(0xffff'ffff));
  }
  const auto helper =
      fact == SocketFact::cookie ? BPF_FUNC_get_socket_cookie : BPF_FUNC_skb_cgroup_id;
  llvm::Value* number = p_.call_helper(helper, {p_.context}, ir_.getInt64Ty());
  Block* present = p_.unplaced_block("");
  ir_.CreateCondBr(ir_.CreateICmpEQ(number, p_.number(0)), if_absent, present);
  p_.place(present);
  return number;
}

/// Found by the runtime when it loads the program.
llvm::Value* Lowering::interface_index(std::uint32_t interface) {
  return p_.load(live_.interfaces, interface * kInterfaceEntryBytes, 32);
}

llvm::Value* Lowering::header_field(const InHeader& header, Block* if_absent) {
  Block* present = p_.unplaced_block("");
  llvm::PHINode* value = llvm::PHINode::Create(ir_.getInt64Ty(), 2);
  for_each_location(header, if_absent, [&](const HeaderBits& at) {
    value->addIncoming(reader_.read(at), ir_.GetInsertBlock());
    ir_.CreateBr(present);
  });
  p_.place(present);
  if (value->getNumIncomingValues() > 1) return ir_.Insert(value);
  llvm::Value* only =
      value->getNumIncomingValues() == 1 ? value->getIncomingValue(0) : p_.number(0);
  value->deleteValue();
  return only;
}

}  // namespace fwc::codegen
