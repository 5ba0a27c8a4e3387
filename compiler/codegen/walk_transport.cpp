// SPDX-License-Identifier: MIT
// The last step of the header walk: the transport header.
#include <cassert>

#include "compiler/codegen/header_tables.h"
#include "compiler/codegen/walk.h"

namespace fwc::codegen {

/// The transport header of an unfragmented packet or a first fragment. The likely path has
/// kTransportBytes in the linear part, which is more than any protocol demands, and with them all
/// of the network header: of that the comparison tells only the verifier.
void Walk::read_transport() {
  WalkState state = transport_.place();
  llvm::BasicBlock* copy = p_.unplaced_block("not_linear");
  llvm::Value* data = p_.data();
  state.transport = ir_.CreateInBoundsGEP(ir_.getInt8Ty(), data, state.offset);
  leave_if_behind(ir_.CreateConstInBoundsGEP1_64(ir_.getInt8Ty(), state.transport, kTransportBytes),
                  copy);
  if (needs_.network_bytes != 0) {
    state.network = link_ == nullptr ? data : ir_.CreateInBoundsGEP(ir_.getInt8Ty(), data, link_);
    leave_if_behind(
        ir_.CreateConstInBoundsGEP1_64(ir_.getInt8Ty(), state.network, needs_.network_bytes), copy);
  }
  check_.enter(state);

  const Unlikely rest(p_);
  p_.place(copy);
  copy_transport(state);
  state.transport = in_copied_transport();
  state.network = nowhere();
  (copied_ ? *copied_ : check_).enter(state);
}

void Walk::leave_if_behind(llvm::Value* end, llvm::BasicBlock* copy) {
  llvm::BasicBlock* linear = p_.block("");
  ir_.CreateCondBr(ir_.CreateICmpUGT(end, p_.data_end()), copy, linear);
  ir_.SetInsertPoint(linear);
}

void Walk::check_transport() {
  const WalkState state = check_.place();
  for (const LayerRow& layer : kLayers)
    if (!is_network(layer.layer) && layer.length.bits != 0) check_length_field(state, layer);
  done_.enter(state);
}

/// Copies what the protocol demands of its header, in which all its fields lie, and drops the
/// packet where there is less. The verifier wants to see that nothing is read of what is not
/// copied.
void Walk::copy_transport(const WalkState& state) {
  llvm::Value* least = least_header_bytes(state);
  p_.drop_if(
      ir_.CreateICmpUGT(least, p_.number(kTransportBytes)));  // never; a bound for the verifier
  p_.clear(transport_copy_, kCopiedBefore + kTransportBytes);
  llvm::Value* failed =
      p_.load_bytes(ir_.CreateSub(state.offset, p_.number(kCopiedBefore)), transport_copy_,
                    ir_.CreateAdd(least, p_.number(kCopiedBefore)));
  p_.drop_if(ir_.CreateICmpNE(failed, p_.number(0)));
}

/// A later fragment has no transport header; its own headers still have to fit in the packet.
void Walk::accept_later_fragment() {
  const Unlikely rest(p_);
  WalkState state = later_.place();
  p_.drop_if(ir_.CreateICmpUGT(state.offset, p_.length()));
  state.offset = p_.number(0);
  (copied_ ? *copied_ : done_).enter(state);
}

/// Where the transport header is a copy or is none, the network header becomes a copy as well. All
/// of it is in the packet by now.
void Walk::copy_network() {
  if (!copied_) return;
  const Unlikely rest(p_);
  WalkState state = copied_->place();
  p_.clear(network_copy_, needs_.network_bytes);
  llvm::Value* bytes = p_.number(needs_.network_bytes);
  if (needs_.network_bytes > row(Layer::ipv4).header_bytes)
    bytes = ir_.CreateSelect(is_family(load_ether_type(), Family::ipv4),
                             p_.number(row(Layer::ipv4).header_bytes), bytes);
  load_or_leave_zeros(behind_link(p_.number(0)), network_copy_, bytes);
  state.network = network_copy_;
  llvm::BasicBlock* later = done_.entered_with(state);
  ir_.CreateCondBr(ir_.CreateICmpEQ(state.offset, p_.number(0)), later, check_.entered_with(state));
}

llvm::Value* Walk::in_copied_transport() {
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
  llvm::BasicBlock* check = p_.unplaced_block("");
  llvm::BasicBlock* next = p_.block("");
  ir_.CreateCondBr(is_layer(state, layer), check, next);
  const Unlikely aside(p_);
  p_.place(check);
  const LengthField& length = layer.length;
  // The field is the upper bits of a byte, so that the byte can be compared as it is.
  assert(length.bit % 8 == 0 && length.bits <= 8);
  llvm::Value* byte = p_.load(state.transport, length.bit / 8, 8);
  const unsigned least = length.minimum << (8 - length.bits);
  ir_.CreateCondBr(ir_.CreateICmpULT(byte, p_.number(least)), p_.drop, next);
  ir_.SetInsertPoint(next);
}

}  // namespace fwc::codegen
