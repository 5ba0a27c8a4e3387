// SPDX-License-Identifier: MIT
// Loads and helper calls, in the forms that the kernel's verifier follows.
#include "compiler/codegen/program.h"

#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <cstddef>

#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/Intrinsics.h>

namespace fwc::codegen {

llvm::Value* Program::load(llvm::Value* base, std::uint64_t offset, unsigned bits) {
  llvm::Value* address =
      offset == 0 ? base : ir.CreateConstInBoundsGEP1_64(ir.getInt8Ty(), base, offset);
  // Natural alignment is declared although packets do not keep it: with less, the back end would
  // load byte by byte. The kernel decides about unaligned access, and allows it for packets.
  llvm::LoadInst* value = ir.CreateAlignedLoad(ir.getIntNTy(bits), address, llvm::Align(bits / 8));
  return ir.CreateZExt(value, ir.getInt64Ty());
}

llvm::Value* Program::opaque(llvm::Value* value) {
  auto* type = llvm::FunctionType::get(value->getType(), {value->getType()}, false);
  return ir.CreateCall(type, llvm::InlineAsm::get(type, "", "=r,0", false), {value});
}

/// A word of the context that every kind of program can read: the length, the interface, the family
/// of a call.
llvm::Value* Program::any_number() {
  return load_context(hook == Hook::xdp ? offsetof(xdp_md, ingress_ifindex)
                                        : offsetof(__sk_buff, len));
}

llvm::Value* Program::forgotten(llvm::Value* value) {
  llvm::Value* any = any_number();
  return ir.CreateXor(ir.CreateXor(value, any), opaque(any));
}

/// What is not at the start of a word of the stack is no copy of a register to the verifier; but it
/// would remember zeros.
llvm::Value* Program::forgotten_half(llvm::Value* value) {
  constexpr std::uint64_t kBytes = 2;
  if (half_ == nullptr) half_ = entry_buffer(2 * kBytes);
  llvm::Value* room = ir.CreateConstInBoundsGEP1_64(ir.getInt8Ty(), half_, kBytes);
  llvm::Type* half = ir.getInt16Ty();
  llvm::Value* not_zero = ir.CreateTrunc(ir.CreateAdd(value, number(1)), half);
  ir.CreateAlignedStore(not_zero, room, llvm::Align(kBytes));
  llvm::Value* loaded = ir.CreateAlignedLoad(half, room, llvm::Align(kBytes), /*isVolatile=*/true);
  // The difference keeps to 16 bits, for one that may be negative has no bound. Opaque, or the back
  // end would compare another copy of it than it adds to a pointer.
  return opaque(ir.CreateZExt(ir.CreateSub(loaded, ir.getInt16(1)), ir.getInt64Ty()));
}

llvm::Value* Program::load_context(std::uint64_t offset) {
  return load(context, offset, 32);
}

llvm::Value* Program::load_pointer(std::uint64_t offset) {
  return ir.CreateIntToPtr(load_context(offset), ir.getPtrTy());
}

llvm::Value* Program::data() {
  return load_pointer(hook == Hook::xdp ? offsetof(xdp_md, data) : offsetof(__sk_buff, data));
}

llvm::Value* Program::data_end() {
  return load_pointer(hook == Hook::xdp ? offsetof(xdp_md, data_end)
                                        : offsetof(__sk_buff, data_end));
}

llvm::Value* Program::length() {
  if (hook == Hook::xdp) return call_helper(BPF_FUNC_xdp_get_buff_len, {context}, ir.getInt64Ty());
  return load_context(offsetof(__sk_buff, len));
}

llvm::Value* Program::buffer(std::uint64_t bytes) {
  return ir.CreateAlloca(llvm::ArrayType::get(ir.getInt64Ty(), (bytes + 7) / 8));
}

llvm::Value* Program::load_bytes(llvm::Value* offset, llvm::Value* to, llvm::Value* size) {
  llvm::Type* word = ir.getInt32Ty();
  return call_helper(hook == Hook::xdp ? BPF_FUNC_xdp_load_bytes : BPF_FUNC_skb_load_bytes,
                     {context, ir.CreateTrunc(offset, word), to, ir.CreateTrunc(size, word)},
                     ir.getInt64Ty());
}

llvm::Value* Program::entry_buffer(std::uint64_t bytes) {
  auto* type = llvm::ArrayType::get(ir.getInt64Ty(), (bytes + 7) / 8);
  auto* made = new llvm::AllocaInst(type, 0, "", function.getEntryBlock().begin());
  made->setAlignment(llvm::Align(8));
  return made;
}

void Program::clear(llvm::Value* buffer, std::uint64_t bytes) {
  for (std::uint64_t word = 0; word < (bytes + 7) / 8; ++word)
    ir.CreateStore(number(0), ir.CreateConstInBoundsGEP1_64(ir.getInt64Ty(), buffer, word));
}

llvm::Value* Program::bytes_at(llvm::Value* offset, std::uint64_t bytes, llvm::Value* copy,
                               llvm::BasicBlock* if_absent) {
  llvm::Value* direct = ir.CreateInBoundsGEP(ir.getInt8Ty(), data(), offset);
  llvm::Value* end = ir.CreateConstInBoundsGEP1_64(ir.getInt8Ty(), direct, bytes);
  llvm::BasicBlock* before = ir.GetInsertBlock();
  llvm::BasicBlock* elsewhere = unplaced_block("copy_bytes");
  llvm::BasicBlock* there = block("bytes");
  ir.CreateCondBr(ir.CreateICmpUGT(end, data_end()), elsewhere, there);
  {
    const Unlikely rest(*this);
    place(elsewhere);
    llvm::Value* failed = load_bytes(offset, copy, number(bytes));
    ir.CreateCondBr(ir.CreateICmpNE(failed, number(0)), if_absent, there);
  }
  ir.SetInsertPoint(there);
  llvm::PHINode* at = ir.CreatePHI(ir.getPtrTy(), 2);
  at->addIncoming(direct, before);
  at->addIncoming(copy, elsewhere);
  return at;
}

llvm::ConstantInt* Program::verdict(bool forwards) {
  switch (hook) {
    case Hook::cgroup: return ir.getInt32(forwards);
    case Hook::tc: return ir.getInt32(forwards ? TC_ACT_OK : TC_ACT_SHOT);
    case Hook::xdp: return ir.getInt32(forwards ? XDP_PASS : XDP_DROP);
  }
  llvm_unreachable("every hook has a case");
}

llvm::Value* Program::to_host_order(llvm::Value* value, unsigned bits) {
  llvm::Value* narrow = ir.CreateTrunc(value, ir.getIntNTy(bits));
  return ir.CreateZExt(ir.CreateUnaryIntrinsic(llvm::Intrinsic::bswap, narrow), ir.getInt64Ty());
}

void Program::drop_if(llvm::Value* condition) {
  llvm::BasicBlock* next = block("");
  ir.CreateCondBr(condition, drop, next);
  ir.SetInsertPoint(next);
}

llvm::Value* Program::call_helper(std::uint64_t helper, llvm::ArrayRef<llvm::Value*> arguments,
                                  llvm::Type* result) {
  llvm::SmallVector<llvm::Type*, 5> types;
  for (llvm::Value* argument : arguments) types.push_back(argument->getType());
  auto* type = llvm::FunctionType::get(result, types, false);
  return ir.CreateCall(type, ir.CreateIntToPtr(number(helper), ir.getPtrTy()), arguments);
}

}  // namespace fwc::codegen
