// SPDX-License-Identifier: MIT
// The header walk: from the first byte of the packet to its transport header.
//
// Packet bytes are read where they lie if they are in the linear part of the socket buffer, and are
// copied to the stack by bpf_skb_load_bytes if they are not. Either way a pointer to as many
// readable bytes results, so nothing after the walk can tell the difference. Each header is proven
// once, by a comparison of one pointer with data_end, because the verifier follows that form and
// few others.
#include <linux/bpf.h>

#include <cstddef>
#include <vector>

#include <llvm/IR/Intrinsics.h>

#include "compiler/codegen/header_tables.h"
#include "compiler/codegen/join.h"
#include "compiler/codegen/packet_reader.h"
#include "compiler/eval/packet.h"

namespace fwc::codegen {

namespace {

/// `mask` as it lies in memory of a 16-bit number in network order, read by this machine.
constexpr std::uint16_t network_order(std::uint16_t value) {
  return static_cast<std::uint16_t>(value << 8 | value >> 8);
}

constexpr std::uint64_t kIpv4Bytes = row(Layer::ipv4).header_bytes;
constexpr std::uint64_t kIpv6Bytes = row(Layer::ipv6).header_bytes;
/// No extension header is longer. Verifiers before Linux 6.9 forget the bounds of a product of two
/// unknown numbers; the mask, which changes no value, restores them.
constexpr std::uint64_t kExtensionSizeMask = 0xfff;
static_assert((0xff + kAddMask) * kUnitMask <= kExtensionSizeMask);

constexpr std::uint64_t kExtensionBytes = 8;  ///< enough of each to know its length

class Walk {
 public:
  Walk(Program& program, const WalkNeeds& needs)
      : p_(program),
        ir_(program.ir),
        needs_(needs),
        transport_(program, "transport"),
        later_(program, "later_fragment"),
        done_(program, "walked") {}

  WalkState run() {
    start();
    fetch_network_header();
    read_ipv4();
    read_ipv6();
    read_transport();
    accept_later_fragment();
    return done_.place();
  }

 private:
  void start();
  void fetch_network_header();
  llvm::PHINode* point_to_header(std::uint64_t bytes, llvm::BasicBlock* block);
  void copy_network_header();
  llvm::Value* has_type(std::uint16_t ether_type);
  WalkState not_ip();
  WalkState at_start(llvm::Value* header, std::uint64_t bytes);
  llvm::Value* load_bytes(llvm::Value* offset, llvm::Value* to, llvm::Value* size);
  void read_ipv4();
  void read_ipv6();
  void walk_extensions(const WalkState& first);
  void step_over_fragment(WalkState state, Join& latch);
  void read_transport();
  void copy_transport(const WalkState& state);
  void check_length_field(const WalkState& state, const LayerRow& layer);
  void accept_later_fragment();
  llvm::Value* least_header_bytes(const WalkState& state);
  llvm::Value* is_layer(const WalkState& state, const LayerRow& layer);
  llvm::Value* to_host_order(llvm::Value* word);
  void drop_if(llvm::Value* condition);

  Program& p_;
  llvm::IRBuilder<>& ir_;
  WalkNeeds needs_;
  Join transport_;
  Join later_;
  Join done_;

  llvm::Value* data_ = nullptr;
  llvm::Value* data_end_ = nullptr;
  llvm::Value* ether_type_ = nullptr;
  llvm::Value* network_copy_ = nullptr;
  llvm::Value* extension_copy_ = nullptr;
  llvm::Value* transport_copy_ = nullptr;
  llvm::BasicBlock* copy_network_ = nullptr;
  llvm::PHINode* copy_size_ = nullptr;
  llvm::BasicBlock* ipv4_block_ = nullptr;
  llvm::BasicBlock* ipv6_block_ = nullptr;
  llvm::PHINode* ipv4_header_ = nullptr;
  llvm::PHINode* ipv6_header_ = nullptr;
};

/// Goes on in a new block where the condition is false.
void Walk::drop_if(llvm::Value* condition) {
  llvm::BasicBlock* next = p_.block("");
  ir_.CreateCondBr(condition, p_.drop, next);
  ir_.SetInsertPoint(next);
}

/// Context loads stand in the first block: the verifier refuses a context pointer that was changed,
/// which the back end would make of two loads that meet.
void Walk::start() {
  auto buffer = [&](unsigned words) {
    return ir_.CreateAlloca(llvm::ArrayType::get(ir_.getInt64Ty(), words));
  };
  network_copy_ = buffer(kIpv6Bytes / 8);
  extension_copy_ = buffer(1);
  transport_copy_ = buffer((kTransportBytes + 7) / 8);
  data_ = ir_.CreateIntToPtr(p_.load_context(offsetof(__sk_buff, data)), ir_.getPtrTy());
  data_end_ = ir_.CreateIntToPtr(p_.load_context(offsetof(__sk_buff, data_end)), ir_.getPtrTy());
  ether_type_ = p_.load_context(offsetof(__sk_buff, protocol));
  copy_network_ = p_.unplaced_block("copy_network_header");
  copy_size_ = llvm::IRBuilder<>(copy_network_).CreatePHI(ir_.getInt64Ty(), 2);
}

/// bpf_skb_load_bytes: 0 where the bytes are in the packet, linear or not.
llvm::Value* Walk::load_bytes(llvm::Value* offset, llvm::Value* to, llvm::Value* size) {
  return p_.call_helper(BPF_FUNC_skb_load_bytes,
                        {p_.context, ir_.CreateTrunc(offset, ir_.getInt32Ty()), to,
                         ir_.CreateTrunc(size, ir_.getInt32Ty())},
                        ir_.getInt64Ty());
}

/// Branches by family, each to its block with a pointer to the whole fixed header.
void Walk::fetch_network_header() {
  llvm::BasicBlock* is_ipv4 = p_.block("is_ipv4");
  llvm::BasicBlock* not_ipv4 = p_.unplaced_block("not_ipv4");
  ir_.CreateCondBr(has_type(kEtherTypeIpv4), is_ipv4, not_ipv4);
  ir_.SetInsertPoint(is_ipv4);
  ipv4_block_ = p_.block("ipv4");
  ipv4_header_ = point_to_header(kIpv4Bytes, ipv4_block_);

  const Unlikely rest(p_);
  p_.place(not_ipv4);
  llvm::BasicBlock* is_ipv6 = p_.block("is_ipv6");
  ir_.CreateCondBr(has_type(kEtherTypeIpv6), is_ipv6, done_.entered_with(not_ip()));
  ir_.SetInsertPoint(is_ipv6);
  ipv6_block_ = p_.block("ipv6");
  ipv6_header_ = point_to_header(kIpv6Bytes, ipv6_block_);
  copy_network_header();
}

/// To `block` with a pointer to so many bytes where they are linear, else to the copy.
llvm::PHINode* Walk::point_to_header(std::uint64_t bytes, llvm::BasicBlock* block) {
  llvm::Value* end = ir_.CreateConstInBoundsGEP1_64(ir_.getInt8Ty(), data_, bytes);
  ir_.CreateCondBr(ir_.CreateICmpUGT(end, data_end_), copy_network_, block);
  copy_size_->addIncoming(p_.number(bytes), ir_.GetInsertBlock());
  llvm::PHINode* header = llvm::IRBuilder<>(block).CreatePHI(ir_.getPtrTy(), 2);
  header->addIncoming(data_, ir_.GetInsertBlock());
  return header;
}

/// One copy serves both families.
void Walk::copy_network_header() {
  p_.place(copy_network_);
  drop_if(ir_.CreateICmpNE(load_bytes(p_.number(0), network_copy_, copy_size_), p_.number(0)));
  ipv4_header_->addIncoming(network_copy_, ir_.GetInsertBlock());
  ipv6_header_->addIncoming(network_copy_, ir_.GetInsertBlock());
  ir_.CreateCondBr(has_type(kEtherTypeIpv4), ipv4_block_, ipv6_block_);
}

llvm::Value* Walk::has_type(std::uint16_t ether_type) {
  return ir_.CreateICmpEQ(ether_type_, p_.number(network_order(ether_type)));
}

/// What is known of a packet that is neither IPv4 nor IPv6; its fields are absent.
WalkState Walk::not_ip() {
  WalkState state = at_start(nullptr, 0);
  state.family = p_.number(0);
  state.protocol = p_.number(WalkState::kNoProtocol);
  state.network = llvm::ConstantPointerNull::get(ir_.getPtrTy());
  return state;
}

/// Behind the fixed header.
WalkState Walk::at_start(llvm::Value* header, std::uint64_t bytes) {
  return {.family = nullptr,
          .protocol = nullptr,
          .network = header,
          .offset = p_.number(bytes),
          .fragment = p_.number(0),
          .extensions = p_.number(0),
          .transport = llvm::ConstantPointerNull::get(ir_.getPtrTy()),
          .known = p_.number(0)};
}

/// RFC 791 section 3.1. The masked header length is bounded, which is all that the verifier needs.
void Walk::read_ipv4() {
  constexpr LengthField kLength = row(Layer::ipv4).length;
  ir_.SetInsertPoint(ipv4_block_);
  llvm::Value* first = p_.load(ipv4_header_, 0, 8);
  // One test for both: version 4 and at least five words.
  constexpr std::uint64_t kLeast = 4 << kLength.bits | kLength.minimum;
  constexpr std::uint64_t kMost = (4 << kLength.bits) + (1 << kLength.bits) - 1;
  drop_if(ir_.CreateICmpUGT(ir_.CreateSub(first, p_.number(kLeast)), p_.number(kMost - kLeast)));
  llvm::Value* words = ir_.CreateAnd(first, p_.number((1 << kLength.bits) - 1));
  llvm::Value* flags = p_.load(ipv4_header_, 6, 16);  // 3 bits of flags, 13 of fragment offset
  WalkState state = at_start(ipv4_header_, kIpv4Bytes);
  state.family = p_.number(PacketReader::family_number(Family::ipv4));
  state.protocol = p_.load(ipv4_header_, 9, 8);
  state.offset = ir_.CreateMul(words, p_.number(kLength.unit));
  if (needs_.fragment) {
    llvm::Value* host = to_host_order(flags);
    llvm::Value* more = ir_.CreateAnd(ir_.CreateLShr(host, 13), p_.number(1));
    state.fragment = ir_.CreateOr(ir_.CreateShl(ir_.CreateAnd(host, p_.number(0x1fff)), 1), more);
  }
  llvm::Value* offset_bits = ir_.CreateAnd(flags, p_.number(network_order(0x1fff)));
  ir_.CreateCondBr(ir_.CreateICmpNE(offset_bits, p_.number(0)), later_.entered_with(state),
                   transport_.entered_with(state));
}

/// RFC 8200 section 3.
void Walk::read_ipv6() {
  const Unlikely rest(p_);
  ir_.SetInsertPoint(ipv6_block_);
  llvm::Value* first = p_.load(ipv6_header_, 0, 8);
  drop_if(ir_.CreateICmpNE(ir_.CreateAnd(first, p_.number(0xf0)), p_.number(0x60)));
  WalkState state = at_start(ipv6_header_, kIpv6Bytes);
  state.family = p_.number(PacketReader::family_number(Family::ipv6));
  state.protocol = p_.load(ipv6_header_, 6, 8);
  walk_extensions(state);
}

/// Steps over the extension headers: a loop with a bounded count. Which length rule holds is looked
/// up in a table, because a branch for each kind of header multiplies the paths of the verifier.
void Walk::walk_extensions(const WalkState& first) {
  Join head(p_, "extension");
  Join latch(p_, "next_extension");
  llvm::BasicBlock* entry = ir_.GetInsertBlock();
  head.enter(first);
  const WalkState state = head.place();
  llvm::PHINode* count = ir_.CreatePHI(ir_.getInt64Ty(), 2);
  count->addIncoming(p_.number(0), entry);
  llvm::Value* rule = p_.load(
      ir_.CreateInBoundsGEP(ir_.getInt8Ty(), &extension_rules(p_.module), state.protocol), 0, 8);
  llvm::BasicBlock* body = p_.block("extension_header");
  ir_.CreateCondBr(ir_.CreateICmpEQ(rule, p_.number(0)), transport_.entered_with(state), body);
  ir_.SetInsertPoint(body);
  drop_if(ir_.CreateICmpEQ(count, p_.number(kMaxExtensions)));
  drop_if(ir_.CreateICmpNE(load_bytes(state.offset, extension_copy_, p_.number(kExtensionBytes)),
                           p_.number(0)));

  WalkState next = state;
  next.protocol = p_.load(extension_copy_, 0, 8);
  if (needs_.extensions) next.extensions = ir_.CreateOr(state.extensions, rule);
  // In the latch, `offset` is still the number of units in the second byte.
  WalkState with_length = next;
  with_length.offset = p_.load(extension_copy_, 1, 8);
  llvm::BasicBlock* fragment = p_.block("fragment_header");
  ir_.CreateCondBr(ir_.CreateICmpEQ(state.protocol, p_.number(kFragmentExtension)), fragment,
                   latch.entered_with(with_length));
  ir_.SetInsertPoint(fragment);
  step_over_fragment(next, latch);

  WalkState stepped = latch.place();
  llvm::Value* units = ir_.CreateAdd(stepped.offset, ir_.CreateAnd(rule, p_.number(kAddMask)));
  llvm::Value* size = ir_.CreateMul(units, ir_.CreateAnd(rule, p_.number(kUnitMask)));
  size = ir_.CreateAnd(p_.opaque(size), p_.number(kExtensionSizeMask));
  stepped.offset = ir_.CreateAdd(state.offset, size);
  count->addIncoming(ir_.CreateAdd(count, p_.number(1)), ir_.GetInsertBlock());
  head.enter(stepped);
}

/// RFC 8200 section 4.5. A non-zero offset ends the walk behind this header.
void Walk::step_over_fragment(WalkState state, Join& latch) {
  llvm::Value* word = p_.load(extension_copy_, 2, 16);  // 13 bits of offset, 2 reserved, more
  if (needs_.fragment) {
    llvm::Value* host = to_host_order(word);
    llvm::Value* offset = ir_.CreateShl(ir_.CreateLShr(host, 3), 1);
    llvm::Value* bits = ir_.CreateOr(offset, ir_.CreateAnd(host, p_.number(1)));
    state.fragment = ir_.CreateOr(state.fragment, bits);
  }
  WalkState ended = state;
  ended.offset = ir_.CreateAdd(state.offset, p_.number(kExtensionBytes));
  state.offset = p_.number(0);  // its second byte is reserved, not a length
  llvm::Value* offset_bits = ir_.CreateAnd(word, p_.number(network_order(0xfff8)));
  ir_.CreateCondBr(ir_.CreateICmpNE(offset_bits, p_.number(0)), later_.entered_with(ended),
                   latch.entered_with(state));
}

/// The transport header of an unfragmented packet or a first fragment. The likely path has
/// kTransportBytes in the linear part, which is more than any protocol demands.
void Walk::read_transport() {
  WalkState state = transport_.place();
  llvm::BasicBlock* before = ir_.GetInsertBlock();
  llvm::Value* direct = ir_.CreateInBoundsGEP(ir_.getInt8Ty(), data_, state.offset);
  llvm::Value* end = ir_.CreateConstInBoundsGEP1_64(ir_.getInt8Ty(), direct, kTransportBytes);
  llvm::BasicBlock* copy = p_.unplaced_block("copy_transport");
  llvm::BasicBlock* check = p_.block("check_transport");
  ir_.CreateCondBr(ir_.CreateICmpUGT(end, data_end_), copy, check);

  ir_.SetInsertPoint(check);
  llvm::PHINode* header = ir_.CreatePHI(ir_.getPtrTy(), 2);
  header->addIncoming(direct, before);
  state.transport = header;
  state.known = p_.number(1);
  for (const LayerRow& layer : kLayers)
    if (!is_network(layer.layer) && layer.length.bits != 0) check_length_field(state, layer);
  done_.enter(state);

  const Unlikely rest(p_);
  p_.place(copy);
  copy_transport(state);
  header->addIncoming(transport_copy_, ir_.GetInsertBlock());
  ir_.CreateBr(check);
}

/// Copies what there is of the transport header, up to kTransportBytes, and drops the packet where
/// that is less than its protocol demands.
void Walk::copy_transport(const WalkState& state) {
  for (unsigned word = 0; word < (kTransportBytes + 7) / 8; ++word)
    ir_.CreateStore(p_.number(0),
                    ir_.CreateConstInBoundsGEP1_64(ir_.getInt64Ty(), transport_copy_, word));
  llvm::Value* available = ir_.CreateSub(p_.load_context(offsetof(__sk_buff, len)), state.offset);
  llvm::Value* least = least_header_bytes(state);
  llvm::BasicBlock* some = p_.block("copy_some");
  llvm::BasicBlock* none = p_.unplaced_block("copy_none");
  llvm::BasicBlock* copied = p_.unplaced_block("copied_transport");
  // In this form the verifier of Linux 5.10 sees that the helper is asked for at least one byte.
  ir_.CreateCondBr(ir_.CreateICmpSGT(available, p_.number(0)), some, none);
  ir_.SetInsertPoint(some);
  drop_if(ir_.CreateICmpULT(available, least));
  llvm::Value* size = ir_.CreateSelect(ir_.CreateICmpUGT(available, p_.number(kTransportBytes)),
                                       p_.number(kTransportBytes), available);
  drop_if(ir_.CreateICmpNE(load_bytes(state.offset, transport_copy_, size), p_.number(0)));
  ir_.CreateBr(copied);
  p_.place(none);  // none wanted, or the headers before end past the packet
  drop_if(ir_.CreateICmpNE(ir_.CreateOr(available, least), p_.number(0)));
  ir_.CreateBr(copied);
  p_.place(copied);
}

/// Looked up by protocol and family, for ICMP over IPv6 is no ICMP.
llvm::Value* Walk::least_header_bytes(const WalkState& state) {
  llvm::Value* half = ir_.CreateShl(ir_.CreateAnd(state.family, p_.number(2)), 7);  // 0 or 256
  // A sum: the verifier of Linux 5.10 forgets the bounds of a disjunction with a constant.
  llvm::Value* index = ir_.CreateAdd(half, state.protocol);
  return p_.load(
      ir_.CreateInBoundsGEP(ir_.getInt8Ty(), &codegen::least_header_bytes(p_.module), index), 0, 8);
}

/// Whether the packet's protocol is that of the layer, under a family that has it.
llvm::Value* Walk::is_layer(const WalkState& state, const LayerRow& layer) {
  llvm::Value* same = ir_.CreateICmpEQ(state.protocol, p_.number(layer.protocol));
  if (layer.families == kBothFamilies) return same;
  const Family family = layer.families == kIpv4Family ? Family::ipv4 : Family::ipv6;
  return ir_.CreateAnd(
      same, ir_.CreateICmpEQ(state.family, p_.number(PacketReader::family_number(family))));
}

/// A header that states a length below its own minimum is malformed (TCP's data offset).
void Walk::check_length_field(const WalkState& state, const LayerRow& layer) {
  llvm::BasicBlock* check = p_.block("");
  llvm::BasicBlock* next = p_.unplaced_block("");
  ir_.CreateCondBr(is_layer(state, layer), check, next);
  ir_.SetInsertPoint(check);
  const LengthField& length = layer.length;
  llvm::Value* value = PacketReader(p_, state).read(
      {.layer = layer.layer, .bit = length.bit, .bits = length.bits, .scale = 1});
  ir_.CreateCondBr(ir_.CreateICmpULT(value, p_.number(length.minimum)), p_.drop, next);
  p_.place(next);
}

/// A later fragment has no transport header; its own headers still have to fit in the packet.
void Walk::accept_later_fragment() {
  const Unlikely rest(p_);
  const WalkState state = later_.place();
  drop_if(ir_.CreateICmpUGT(state.offset, p_.load_context(offsetof(__sk_buff, len))));
  done_.enter(state);
}

llvm::Value* Walk::to_host_order(llvm::Value* word) {
  llvm::Value* swapped =
      ir_.CreateUnaryIntrinsic(llvm::Intrinsic::bswap, ir_.CreateTrunc(word, ir_.getInt16Ty()));
  return ir_.CreateZExt(swapped, ir_.getInt64Ty());
}

}  // namespace

WalkState walk_headers(Program& program, const WalkNeeds& needs) {
  return Walk(program, needs).run();
}

}  // namespace fwc::codegen
