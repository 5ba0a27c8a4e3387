// SPDX-License-Identifier: MIT
// The header walk: from the first byte of the packet to its transport header.
//
// Packet bytes are read where they lie if they are in the linear part of the socket buffer, and are
// copied to the stack by a helper if they are not. Either way a pointer to as many
// readable bytes results, so nothing after the walk can tell the difference. Each header is proven
// by a comparison of one pointer with data_end, because the verifier follows that form and few
// others.
//
// The verifier follows what stands behind the walk once for each way on which pointers are of other
// kinds. So there are two: both headers where they lie, or both copied.
//
// Four registers outlive a helper call. The loop over extension headers needs them all, so whatever
// the context holds is loaded again behind it instead of being kept on the stack.
#include "compiler/codegen/walk.h"

#include <linux/bpf.h>

#include <bit>
#include <cstddef>

#include "compiler/codegen/header_tables.h"

namespace fwc::codegen {

namespace {

constexpr std::uint64_t kIpv6Bytes = row(Layer::ipv6).header_bytes;

/// Of the network header, what the walk reads: an IPv4 header without options.
constexpr std::uint64_t kFirstBytes = row(Layer::ipv4).header_bytes;

/// Every extension header has so many bytes at the least, enough to know its length and fragment
/// offset (RFC 8200 sections 4.2 to 4.6).
constexpr std::uint64_t kExtensionBytes = 8;

/// No transport header begins behind this. Verifiers before Linux 6.9 forget the bounds of a
/// product; the mask, which changes no value, restores them. That the lower one is 0 is wanted:
/// behind any number of headers, and behind an IPv4 header, is then an offset of one range, and the
/// filter is not verified for each.
constexpr std::uint64_t kOffsetMask = 0x7fff;
static_assert(kIpv6Bytes + kMaxExtensions * (0xff * kUnitMask + kExtensionBytes) <= kOffsetMask);

}  // namespace

// --- the network header
// ------------------------------------------------------------------------------

void Walk::start() {
  network_copy_ = p_.buffer(std::max(kFirstBytes, needs_.network_bytes));
  extension_copy_ = p_.buffer(kExtensionBytes);
  transport_copy_ = p_.buffer(kCopiedBefore + kTransportBytes);
  if (p_.has_link_layer()) {
    const LinkHeader link = read_link_header(p_, p_.drop);
    ether_type_ = link.ethertype;
    link_ = link.bytes;
  } else {
    ether_type_ = load_ether_type();
  }
  data_ = p_.data();
  data_end_ = p_.data_end();
  if (link_ != nullptr) data_ = ir_.CreateInBoundsGEP(ir_.getInt8Ty(), data_, link_);
}

/// An offset from the network header, counted from the first byte of the packet.
llvm::Value* Walk::behind_link(llvm::Value* offset) {
  return link_ == nullptr ? offset : ir_.CreateAdd(link_, offset);
}

/// bpf_xdp_load_bytes leaves no zeros where the packet is too short.
void Walk::load_or_leave_zeros(llvm::Value* offset, llvm::Value* to, llvm::Value* size) {
  llvm::Value* failed = p_.load_bytes(offset, to, size);
  if (p_.hook == Hook::xdp) p_.drop_if(ir_.CreateICmpNE(failed, p_.number(0)));
}

/// Branches by family, with a pointer to what the walk itself reads of the network header. Of an
/// IPv6 header that is less than all; the steps behind it find out whether the rest is in the
/// packet.
void Walk::fetch_network_header() {
  llvm::BasicBlock* not_ipv4 = p_.block("not_ipv4");
  llvm::BasicBlock* ip = p_.unplaced_block("ip");
  ir_.CreateCondBr(has_family(Family::ipv4), ip, not_ipv4);
  ir_.SetInsertPoint(not_ipv4);
  ir_.CreateCondBr(has_family(Family::ipv6), ip, where_not_ip());

  p_.place(ip);
  llvm::Value* end = ir_.CreateConstInBoundsGEP1_64(ir_.getInt8Ty(), data_, kFirstBytes);
  llvm::BasicBlock* copy = p_.unplaced_block("copy_network_header");
  llvm::BasicBlock* header = p_.block("network_header");
  ir_.CreateCondBr(ir_.CreateICmpUGT(end, data_end_), copy, header);
  ir_.SetInsertPoint(header);
  network_ = ir_.CreatePHI(ir_.getPtrTy(), 2);
  network_->addIncoming(data_, ip);
  first_ = p_.load(network_, 0, 8);
  ipv4_ = p_.unplaced_block("ipv4");
  ipv6_ = p_.unplaced_block("ipv6");
  ir_.CreateCondBr(has_family(Family::ipv4), ipv4_, ipv6_);
  copy_network_header(copy);
}

/// Where the packet is too short, the helper leaves zeros, of which the version is wrong.
void Walk::copy_network_header(llvm::BasicBlock* copy) {
  const Unlikely rest(p_);
  p_.place(copy);
  load_or_leave_zeros(behind_link(p_.number(0)), network_copy_, p_.number(kFirstBytes));
  network_->addIncoming(network_copy_, ir_.GetInsertBlock());
  ir_.CreateBr(network_->getParent());
}

/// Packets that are neither IPv4 nor IPv6 are not malformed; their fields are absent.
llvm::BasicBlock* Walk::where_not_ip() {
  if (not_ip_ != nullptr) return not_ip_;
  const llvm::IRBuilderBase::InsertPointGuard here(ir_);
  const Unlikely rest(p_);
  llvm::BasicBlock* not_ip = p_.block("not_ip");
  ir_.SetInsertPoint(not_ip);
  p_.clear(network_copy_, needs_.network_bytes);
  done_.enter({.family = p_.number(WalkState::kNoFamily),
               .protocol = p_.number(WalkState::kNoProtocol),
               .network = network_copy_,
               .offset = p_.number(0),
               .fragment = p_.number(0),
               .extensions = p_.number(0),
               .transport = nowhere(),
               .link = link_});
  return not_ip;
}

llvm::Value* Walk::is_family(llvm::Value* ether_type, Family family) {
  return ir_.CreateICmpEQ(ether_type, p_.number(PacketReader::family_number(family)));
}

/// Behind the fixed header.
WalkState Walk::at_start(Family family, std::uint64_t protocol_byte, llvm::Value* offset) {
  return {.family = p_.number(PacketReader::family_number(family)),
          .protocol = p_.load(network_, protocol_byte, 8),
          .network = nowhere(),
          .offset = behind_link(offset),
          .fragment = p_.number(0),
          .extensions = p_.number(0),
          .transport = nowhere(),
          .link = link_};
}

/// RFC 791 section 3.1. The masked header length is bounded, which is all that the verifier needs.
void Walk::read_ipv4() {
  constexpr LengthField kLength = row(Layer::ipv4).length;
  constexpr std::uint64_t kWords = (1 << kLength.bits) - 1;
  p_.place(ipv4_);
  p_.drop_if(ir_.CreateICmpULT(first_, p_.number(4 << kLength.bits | kLength.minimum)));
  p_.drop_if(ir_.CreateICmpUGT(first_, p_.number(4 << kLength.bits | kWords)));
  llvm::Value* words = ir_.CreateAnd(first_, p_.number(kWords));
  WalkState state = at_start(Family::ipv4, 9, ir_.CreateMul(words, p_.number(kLength.unit)));
  llvm::Value* flags = p_.load(network_, 6, 16);  // 3 bits of flags, 13 of fragment offset
  if (needs_.fragment) {
    llvm::Value* host = p_.to_host_order(flags, 16);
    llvm::Value* more = ir_.CreateAnd(ir_.CreateLShr(host, 13), p_.number(1));
    state.fragment = ir_.CreateOr(ir_.CreateShl(ir_.CreateAnd(host, p_.number(0x1fff)), 3), more);
  }
  llvm::Value* offset_bits = ir_.CreateAnd(flags, p_.number(network_order(0x1fff)));
  ir_.CreateCondBr(ir_.CreateICmpNE(offset_bits, p_.number(0)), later_.entered_with(state),
                   transport_.entered_with(state));
}

/// RFC 8200 section 3.
void Walk::read_ipv6() {
  p_.place(ipv6_);
  p_.drop_if(ir_.CreateICmpNE(ir_.CreateAnd(first_, p_.number(0xf0)), p_.number(0x60)));
  walk_extensions(at_start(Family::ipv6, 6, p_.number(kIpv6Bytes)));
}

// --- IPv6 extension headers
// --------------------------------------------------------------------------

/// Steps over the extension headers (RFC 8200 section 4): a loop with a bounded count. Which length
/// rule holds is looked up in a table, because a branch for each kind of header multiplies the
/// paths of the verifier. A fragment with an offset ends the walk behind its fragment header.
///
/// The verifier goes on where a branch falls through and comes back to the other side later, last
/// seen first. So both ways out of the loop are jumps: they are then walked from the last header
/// on, which has the widest bounds, and those of the headers before it are taken for seen. For the
/// same reason the block that drops, which ends the last round, stands behind the loop.
void Walk::walk_extensions(const WalkState& first) {
  constexpr std::uint64_t kLast = PacketReader::family_number(Family::ipv6) + kMaxExtensions;
  Join head(p_, "extension");
  llvm::BasicBlock* entry = ir_.GetInsertBlock();
  ir_.CreateBr(head.entered_with(first));
  llvm::BasicBlock* body = p_.block("extension_header");
  const WalkState state = head.state();
  ir_.SetInsertPoint(head.block());
  llvm::PHINode* count = ir_.CreatePHI(ir_.getInt64Ty(), 2);
  count->addIncoming(ether_type_, entry);  // a number that a register has already
  llvm::Value* rule = p_.load(
      ir_.CreateInBoundsGEP(ir_.getInt8Ty(), &extension_rules(p_.module), state.protocol), 0, 8);
  llvm::BasicBlock* another = p_.unplaced_block("another_header");
  ir_.CreateCondBr(ir_.CreateICmpEQ(rule, p_.number(0)), transport_.entered_with(state), another);
  ir_.SetInsertPoint(another);
  ir_.CreateCondBr(ir_.CreateICmpEQ(count, p_.number(kLast)), p_.drop, body);

  ir_.SetInsertPoint(body);
  WalkState next = read_extension(state, rule);
  llvm::Value* fragment_offset = read_fragment(rule, next);
  count->addIncoming(ir_.CreateAdd(count, p_.number(1)), ir_.GetInsertBlock());
  ir_.CreateCondBr(ir_.CreateICmpNE(fragment_offset, p_.number(0)), later_.entered_with(next),
                   head.entered_with(next));
  head.place();
  p_.place(another);
  if (p_.drop_returns) p_.place(p_.drop);
}

/// The helper's result needs no test. Where the packet ends before, it leaves zeros: a hop-by-hop
/// header of 8 bytes, and none of those behind can be fetched either, until there are too many.
WalkState Walk::read_extension(const WalkState& state, llvm::Value* rule) {
  static_assert(kExtensions.front().number == 0);
  load_or_leave_zeros(state.offset, extension_copy_, p_.number(kExtensionBytes));
  WalkState next = state;
  if (needs_.extensions) next.extensions = ir_.CreateOr(state.extensions, rule);
  llvm::Value* units = p_.load(extension_copy_, 1, 8);
  llvm::Value* beyond = ir_.CreateMul(units, ir_.CreateAnd(rule, p_.number(kUnitMask)));
  llvm::Value* offset = p_.opaque(ir_.CreateAdd(state.offset, p_.number(kExtensionBytes)));
  offset = p_.opaque(ir_.CreateAdd(offset, beyond));
  next.offset = ir_.CreateAnd(offset, p_.number(kOffsetMask));
  next.protocol = p_.load(extension_copy_, 0, 8);
  return next;
}

/// RFC 8200 section 4.5: not 0 where the header fetched is that of a fragment with an offset.
/// Without a branch, for the verifier would walk what follows once for either side of it.
llvm::Value* Walk::read_fragment(llvm::Value* rule, WalkState& next) {
  llvm::Value* is_fragment = ir_.CreateLShr(rule, std::countr_zero(kFragmentRule));
  llvm::Value* word = p_.to_host_order(p_.load(extension_copy_, 2, 16), 16);
  word = ir_.CreateAnd(word, ir_.CreateNeg(is_fragment));
  if (needs_.fragment)
    next.fragment =
        ir_.CreateOr(next.fragment, ir_.CreateAnd(word, p_.number(WalkState::kFragmentBits)));
  return ir_.CreateAnd(word, p_.number(WalkState::kFragmentOffset));
}

/// The family is cheaper to load again than to keep.
WalkState Walk::finish() {
  WalkState state = done_.place();
  state.link = link_;
  if (not_ip_ != nullptr) state.family = load_ether_type();
  return state;
}

/// A pointer that nothing reads through. It has to be a value all the same: the back end may move
/// it about on any path, and the verifier refuses to copy a register that was never written.
llvm::Value* Walk::nowhere() {
  return llvm::ConstantPointerNull::get(ir_.getPtrTy());
}

llvm::Value* Walk::load_ether_type() {
  if (p_.has_link_layer()) return ether_type_;
  return p_.load_context(offsetof(__sk_buff, protocol));
}

WalkState walk_headers(Program& program, const WalkNeeds& needs, llvm::BasicBlock* not_ip) {
  return Walk(program, needs, not_ip).run();
}

}  // namespace fwc::codegen
