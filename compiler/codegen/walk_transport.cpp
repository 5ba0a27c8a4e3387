// SPDX-License-Identifier: MIT
// The last step of the header walk: the transport header.
#include <cassert>

#include "compiler/codegen/header_tables.h"
#include "compiler/codegen/walk.h"

namespace fwc::codegen {

/// The transport header of an unfragmented packet or a first fragment. The likely path has
/// kTransportBytes in the linear part, which is more than any protocol demands.
void Walk::read_transport() {
  WalkState state = transport_.place();
  llvm::BasicBlock* before = ir_.GetInsertBlock();
  llvm::Value* direct = ir_.CreateInBoundsGEP(ir_.getInt8Ty(), p_.data(), state.offset);
  llvm::Value* end = ir_.CreateConstInBoundsGEP1_64(ir_.getInt8Ty(), direct, kTransportBytes);
  llvm::BasicBlock* copy = p_.unplaced_block("copy_transport");
  llvm::BasicBlock* check = p_.block("check_transport");
  ir_.CreateCondBr(ir_.CreateICmpUGT(end, p_.data_end()), copy, check);

  ir_.SetInsertPoint(check);
  llvm::PHINode* header = ir_.CreatePHI(ir_.getPtrTy(), 2);
  header->addIncoming(direct, before);
  state.transport = header;
  for (const LayerRow& layer : kLayers)
    if (!is_network(layer.layer) && layer.length.bits != 0) check_length_field(state, layer);
  done_.enter(state);

  const Unlikely rest(p_);
  p_.place(copy);
  llvm::Value* copied = copy_transport(state);
  header->addIncoming(copied, ir_.GetInsertBlock());
  ir_.CreateBr(check);
}

/// Copies what the protocol demands of its header, in which all its fields lie, and drops the
/// packet where there is less. The verifier wants to see that nothing is read of what is not
/// copied.
llvm::Value* Walk::copy_transport(const WalkState& state) {
  constexpr std::uint64_t kCopied = kCopiedBefore + kTransportBytes;
  static_assert(kCopied % 8 == 0);
  llvm::Value* least = least_header_bytes(state);
  p_.drop_if(
      ir_.CreateICmpUGT(least, p_.number(kTransportBytes)));  // never; a bound for the verifier
  for (unsigned word = 0; word < kCopied / 8; ++word)
    ir_.CreateStore(p_.number(0),
                    ir_.CreateConstInBoundsGEP1_64(ir_.getInt64Ty(), transport_copy_, word));
  llvm::Value* failed =
      p_.load_bytes(ir_.CreateSub(state.offset, p_.number(kCopiedBefore)), transport_copy_,
                    ir_.CreateAdd(least, p_.number(kCopiedBefore)));
  p_.drop_if(ir_.CreateICmpNE(failed, p_.number(0)));
  return ir_.CreateConstInBoundsGEP1_64(ir_.getInt8Ty(), transport_copy_, kCopiedBefore);
}

/// Looked up by protocol and family, for ICMP over IPv6 is no ICMP.
llvm::Value* Walk::least_header_bytes(const WalkState& state) {
  constexpr std::uint64_t kHalf = 256;
  static_assert((PacketReader::family_number(Family::ipv4) & kHalf) == 0);
  static_assert((PacketReader::family_number(Family::ipv6) & kHalf) == kHalf);
  llvm::Value* half = ir_.CreateAnd(load_ether_type(), p_.number(kHalf));
  // A sum: the verifier of Linux 5.10 forgets the bounds of a disjunction with a constant.
  llvm::Value* index = ir_.CreateAdd(half, state.protocol);
  return p_.load(
      ir_.CreateInBoundsGEP(ir_.getInt8Ty(), &codegen::least_header_bytes(p_.module), index), 0, 8);
}

/// Whether the packet's protocol is that of the layer, under a family that has it.
llvm::Value* Walk::is_layer(const WalkState& state, const LayerRow& layer) {
  llvm::Value* same = ir_.CreateICmpEQ(state.protocol, p_.number(layer.protocol));
  if (layer.families == kBothFamilies) return same;
  return ir_.CreateAnd(same,
                       has_family(layer.families == kIpv4Family ? Family::ipv4 : Family::ipv6));
}

/// A header that states a length below its own minimum is malformed (TCP's data offset).
void Walk::check_length_field(const WalkState& state, const LayerRow& layer) {
  llvm::BasicBlock* check = p_.block("");
  llvm::BasicBlock* next = p_.unplaced_block("");
  ir_.CreateCondBr(is_layer(state, layer), check, next);
  ir_.SetInsertPoint(check);
  const LengthField& length = layer.length;
  // The field is the upper bits of a byte, so that the byte can be compared as it is.
  assert(length.bit % 8 == 0 && length.bits <= 8);
  llvm::Value* byte = p_.load(state.transport, length.bit / 8, 8);
  const unsigned least = length.minimum << (8 - length.bits);
  ir_.CreateCondBr(ir_.CreateICmpULT(byte, p_.number(least)), p_.drop, next);
  p_.place(next);
}

}  // namespace fwc::codegen
