// SPDX-License-Identifier: MIT
// The Ethernet header and VLAN tags, on the hooks whose packets begin with them. Facts are read
// where they are asked for; the walk alone steps over the header in any case.
#include <linux/bpf.h>

#include <array>
#include <cstddef>

#include "compiler/codegen/packet_reader.h"

namespace fwc::codegen {

namespace {

constexpr std::uint64_t kHeaderBytes = 14;
constexpr std::uint64_t kTypeAt = 12;
constexpr std::uint64_t kTagBytes = 4;
constexpr std::uint64_t kCopyBytes = 16;
constexpr std::uint64_t kMostTags = 2;
constexpr std::uint64_t kVlanMask = 0xfff;

constexpr std::array kTagTypes = {network_order(0x8100), network_order(0x88a8)};

llvm::Value* copy_of(Program& p) {
  if (p.link_copy == nullptr) p.link_copy = p.entry_buffer(kCopyBytes);
  return p.link_copy;
}

/// Leaves to `tagged` where the type is that of a tag, else to `other`.
void branch_on_tag(Program& p, llvm::Value* type, llvm::BasicBlock* tagged,
                   llvm::BasicBlock* other) {
  llvm::BasicBlock* next = p.block("");
  p.ir.CreateCondBr(p.ir.CreateICmpEQ(type, p.number(kTagTypes[0])), tagged, next);
  p.ir.SetInsertPoint(next);
  p.ir.CreateCondBr(p.ir.CreateICmpEQ(type, p.number(kTagTypes[1])), tagged, other);
}

llvm::Value* read_mac(Program& p, llvm::Value* header, bool source) {
  // Each piece is aligned within the header, which may be a copy on the stack.
  const auto piece = [&](std::uint64_t byte, unsigned bits) {
    return p.to_host_order(p.load(header, byte, bits), bits);
  };
  llvm::Value* high = source ? piece(6, 16) : piece(0, 32);
  llvm::Value* low = source ? piece(8, 32) : piece(4, 16);
  return p.ir.CreateOr(p.ir.CreateShl(high, source ? 32 : 16), low);
}

/// In the first tag of the frame.
llvm::Value* read_tag(Program& p, llvm::BasicBlock* if_absent) {
  llvm::Value* copy = copy_of(p);
  llvm::Value* header = p.bytes_at(p.number(0), kHeaderBytes, copy, if_absent);
  llvm::BasicBlock* tagged = p.unplaced_block("vlan_tag");
  branch_on_tag(p, p.load(header, kTypeAt, 16), tagged, if_absent);
  p.place(tagged);
  llvm::Value* tag = p.bytes_at(p.number(kHeaderBytes), kTagBytes, copy, if_absent);
  return p.ir.CreateAnd(p.to_host_order(p.load(tag, 0, 16), 16), p.number(kVlanMask));
}

/// The kernel takes the first tag out of a frame that is received, and puts it in on the way out,
/// so that tc finds it beside the packet or in it.
llvm::Value* read_vlan(Program& p, llvm::BasicBlock* if_absent) {
  if (p.hook == Hook::xdp) return read_tag(p, if_absent);
  llvm::BasicBlock* beside = p.block("vlan_beside");
  llvm::BasicBlock* within = p.unplaced_block("vlan_within");
  llvm::BasicBlock* known = p.unplaced_block("vlan");
  llvm::Value* present = p.load_context(offsetof(__sk_buff, vlan_present));
  p.ir.CreateCondBr(p.ir.CreateICmpNE(present, p.number(0)), beside, within);
  p.ir.SetInsertPoint(beside);
  llvm::Value* first =
      p.ir.CreateAnd(p.load_context(offsetof(__sk_buff, vlan_tci)), p.number(kVlanMask));
  p.ir.CreateBr(known);
  p.place(within);
  llvm::Value* second = read_tag(p, if_absent);
  llvm::BasicBlock* second_end = p.ir.GetInsertBlock();
  p.ir.CreateBr(known);
  p.place(known);
  llvm::PHINode* vlan = p.ir.CreatePHI(p.ir.getInt64Ty(), 2);
  vlan->addIncoming(first, beside);
  vlan->addIncoming(second, second_end);
  return vlan;
}

}  // namespace

LinkHeader read_link_header(Program& p, llvm::BasicBlock* if_short) {
  llvm::Value* copy = copy_of(p);
  llvm::BasicBlock* done = p.unplaced_block("link_header");
  auto* type = llvm::PHINode::Create(p.ir.getInt64Ty(), kMostTags + 1);
  auto* bytes = llvm::PHINode::Create(p.ir.getInt64Ty(), kMostTags + 1);
  std::uint64_t end = kHeaderBytes;
  llvm::Value* header = p.bytes_at(p.number(0), kHeaderBytes, copy, if_short);
  llvm::Value* found = p.load(header, kTypeAt, 16);
  const auto leave_with = [&] {
    type->addIncoming(found, p.ir.GetInsertBlock());
    bytes->addIncoming(p.number(end), p.ir.GetInsertBlock());
  };
  for (std::uint64_t tags = 0; tags < kMostTags; ++tags) {
    llvm::BasicBlock* tagged = p.unplaced_block("vlan_tag");
    branch_on_tag(p, found, tagged, done);
    leave_with();
    p.place(tagged);
    llvm::Value* tag = p.bytes_at(p.number(end), kTagBytes, copy, if_short);
    found = p.load(tag, 2, 16);
    end += kTagBytes;
  }
  leave_with();
  p.ir.CreateBr(done);
  p.place(done);
  p.ir.Insert(type);
  p.ir.Insert(bytes);
  return {.ethertype = type, .bytes = bytes};
}

llvm::Value* read_link_fact(Program& p, LinkFact fact, llvm::BasicBlock* if_absent) {
  switch (fact) {
    case LinkFact::destination:
    case LinkFact::source: {
      llvm::Value* copy = copy_of(p);
      llvm::Value* header = p.bytes_at(p.number(0), kHeaderBytes, copy, if_absent);
      return read_mac(p, header, fact == LinkFact::source);
    }
    case LinkFact::ethertype: return p.to_host_order(read_link_header(p, if_absent).ethertype, 16);
    case LinkFact::vlan: return read_vlan(p, if_absent);
  }
  llvm_unreachable("every fact has a case");
}

}  // namespace fwc::codegen
