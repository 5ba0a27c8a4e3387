// SPDX-License-Identifier: MIT
// The last step of the header walk: the transport header.
#include <cassert>

#include "compiler/codegen/header_tables.h"
#include "compiler/codegen/walk.h"

namespace fwc::codegen {

namespace {

/// The tables of headers have the protocols of IPv6 so many entries behind those of IPv4.
constexpr std::uint64_t kFamilyHalf = 256;

}  // namespace

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
  state.offset = p_.opaque(p_.number(0));  // else it is made before the comparison and moved
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
  if (needs_.network_bytes > row(Layer::ipv4).header_bytes) bytes = network_header_bytes();
  load_or_leave_zeros(behind_link(p_.number(0)), network_copy_, bytes);
  state.network = network_copy_;
  llvm::BasicBlock* later = done_.entered_with(state);
  ir_.CreateCondBr(ir_.CreateICmpEQ(state.offset, p_.number(0)), later, check_.entered_with(state));
}

/// Made of bits in which the numbers of the families differ: a branch by family would be two ends
/// more to the verifier, and older ones forget the bounds of a product.
llvm::Value* Walk::network_header_bytes() {
  constexpr std::uint64_t kIpv4Bytes = row(Layer::ipv4).header_bytes;
  constexpr std::uint64_t kMore = (row(Layer::ipv6).header_bytes - kIpv4Bytes) << 8;
  static_assert((PacketReader::family_number(Family::ipv4) & kMore) == 0);
  static_assert((PacketReader::family_number(Family::ipv6) & kMore) == kMore);
  llvm::Value* more = ir_.CreateLShr(ir_.CreateAnd(load_ether_type(), p_.number(kMore)), 8);
  return ir_.CreateAdd(more, p_.number(kIpv4Bytes));
}

/// 0 for IPv4, kFamilyHalf for IPv6: a bit in which the numbers of the families differ.
llvm::Value* Walk::family_half() {
  static_assert((PacketReader::family_number(Family::ipv4) & kFamilyHalf) == 0);
  static_assert((PacketReader::family_number(Family::ipv6) & kFamilyHalf) == kFamilyHalf);
  return ir_.CreateAnd(load_ether_type(), p_.number(kFamilyHalf));
}

llvm::Value* Walk::in_copied_transport() {
  return ir_.CreateConstInBoundsGEP1_64(ir_.getInt8Ty(), transport_copy_, kCopiedBefore);
}

/// Looked up by protocol and family, for ICMP over IPv6 is no ICMP.
llvm::Value* Walk::least_header_bytes(const WalkState& state) {
  // A sum: the verifier of Linux 5.10 forgets the bounds of a disjunction with a constant.
  llvm::Value* index = ir_.CreateAdd(family_half(), state.protocol);
  return p_.load(
      ir_.CreateInBoundsGEP(ir_.getInt8Ty(), &codegen::least_header_bytes(p_.module), index), 0, 8);
}

/// A header that states a length below its own minimum is malformed (TCP's data offset). One
/// comparison says so of the protocol and the field at once: a branch for the protocol alone would
/// be another end of the walk to the verifier.
void Walk::check_length_field(const WalkState& state, const LayerRow& layer) {
  const LengthField& length = layer.length;
  // The field is the upper bits of a byte, so that the byte can be compared as it is.
  assert(length.bit % 8 == 0 && length.bits <= 8 && layer.families == kBothFamilies);
  llvm::Value* other = ir_.CreateShl(ir_.CreateXor(state.protocol, p_.number(layer.protocol)), 8);
  llvm::Value* byte = p_.load(state.transport, length.bit / 8, 8);
  const unsigned least = length.minimum << (8 - length.bits);
  p_.drop_if(ir_.CreateICmpULT(ir_.CreateOr(other, byte), p_.number(least)));
}

}  // namespace fwc::codegen
