// SPDX-License-Identifier: MIT
// Splits the block in which the walk ends, and replaces its state.
#include "compiler/codegen/settle.h"

#include <array>

#include <llvm/ADT/DepthFirstIterator.h>
#include <llvm/IR/CFG.h>

namespace fwc::codegen {

namespace {

constexpr std::uint64_t kHalfBytes = 2;
constexpr std::uint64_t kWordBytes = 4;  // the walk's own copy of a transport header is so aligned

class Settler {
 public:
  Settler(Program& program, const WalkState& state, llvm::Instruction* last)
      : p_(program), ir_(program.ir), state_(state) {
    walked_ = last->getParent();
    auto begin = std::next(last->getIterator());
    if (llvm::isa<llvm::PHINode>(last)) begin = walked_->getFirstNonPHIIt();
    filter_ = walked_->splitBasicBlock(begin, "filter");
    for (llvm::BasicBlock* block : llvm::depth_first(filter_)) behind_.insert(block);
    walked_->getTerminator()->eraseFromParent();
    ir_.SetInsertPoint(walked_);
  }

  void run(std::uint64_t network_bytes) {
    const std::array numbers = {state_.family, state_.protocol, state_.offset, state_.fragment,
                                state_.extensions};
    llvm::Value* room = p_.entry_buffer(kHalfBytes * numbers.size());
    for (std::size_t i = 0; i < numbers.size(); ++i)
      if (is_read(numbers[i])) keep_in_memory(numbers[i], byte_at(room, kHalfBytes * i));
    if (is_read(state_.network)) copy_network(network_bytes);
    if (is_read(state_.transport)) copy_transport();
    ir_.CreateBr(filter_);
    filter_->moveAfter(ir_.GetInsertBlock());
  }

 private:
  /// Every use loads it anew. Of 16 bits on the stack the verifier remembers no value, and what a
  /// branch tells it of one load it does not know of the next. All numbers of a walk have 16 bits.
  void keep_in_memory(llvm::Value* number, llvm::Value* room) {
    llvm::Type* half = ir_.getInt16Ty();
    ir_.CreateAlignedStore(ir_.CreateTrunc(number, half), room, llvm::Align(kHalfBytes));
    for (llvm::Use& use : llvm::make_early_inc_range(number->uses())) {
      if (!is_behind(use)) continue;
      auto* user = llvm::cast<llvm::Instruction>(use.getUser());
      auto* phi = llvm::dyn_cast<llvm::PHINode>(user);
      llvm::IRBuilder<> ir(phi == nullptr ? user : phi->getIncomingBlock(use)->getTerminator());
      llvm::Value* loaded =
          ir.CreateAlignedLoad(half, room, llvm::Align(kHalfBytes), /*isVolatile=*/true);
      use.set(ir.CreateZExt(loaded, ir.getInt64Ty()));
    }
  }

  /// By an instruction of the filter. Constants have no users that would matter here.
  bool is_read(llvm::Value* value) const {
    return llvm::isa<llvm::Instruction>(value) &&
           llvm::any_of(value->uses(), [this](const llvm::Use& use) { return is_behind(use); });
  }

  /// The walk reads its own state too: on a hook with a link layer, the type that it has found
  /// there.
  bool is_behind(const llvm::Use& use) const {
    if (const auto* phi = llvm::dyn_cast<llvm::PHINode>(use.getUser()))
      return behind_.contains(phi->getIncomingBlock(use));
    return behind_.contains(llvm::cast<llvm::Instruction>(use.getUser())->getParent());
  }

  void replace(llvm::Value* old, llvm::Value* settled) {
    old->replaceUsesWithIf(settled, [this](llvm::Use& use) { return is_behind(use); });
  }

  llvm::BasicBlock* block() {
    llvm::BasicBlock* made = p_.block("settle");
    made->moveAfter(ir_.GetInsertBlock());
    return made;
  }

  llvm::Value* byte_at(llvm::Value* base, std::uint64_t byte) {
    return ir_.CreateConstInBoundsGEP1_64(ir_.getInt8Ty(), base, byte);
  }

  void copy(llvm::Value* from, llvm::Value* to, std::uint64_t bytes, std::uint64_t widest) {
    for (std::uint64_t byte = 0; byte < bytes;) {
      const std::uint64_t step = std::min(widest, bytes - byte);
      llvm::Type* word = ir_.getIntNTy(static_cast<unsigned>(8 * step));
      const llvm::Align aligned(step);
      ir_.CreateAlignedStore(ir_.CreateAlignedLoad(word, byte_at(from, byte), aligned),
                             byte_at(to, byte), aligned);
      byte += step;
    }
  }

  void fill(llvm::Value* to, std::uint64_t bytes) {
    llvm::Value* zero = ir_.CreateTrunc(p_.forgotten(p_.number(0)), ir_.getInt32Ty());
    for (std::uint64_t byte = 0; byte < bytes; byte += kWordBytes)
      ir_.CreateAlignedStore(zero, byte_at(to, byte), llvm::Align(kWordBytes));
  }

  void copy_network(std::uint64_t bytes) {
    llvm::Value* settled = p_.entry_buffer(bytes);
    copy(state_.network, settled, bytes, 2 * kWordBytes);
    replace(state_.network, settled);
  }

  /// Zeros where there is none.
  void copy_transport() {
    llvm::Value* settled = p_.entry_buffer(kTransportBytes);
    llvm::Value* is_there = ir_.CreateICmpNE(state_.offset, p_.number(0));
    llvm::BasicBlock* before = ir_.GetInsertBlock();
    llvm::BasicBlock* there = block();
    ir_.SetInsertPoint(there);
    copy(state_.transport, settled, kTransportBytes, kWordBytes);
    llvm::BasicBlock* none = block();
    ir_.SetInsertPoint(none);
    fill(settled, kTransportBytes);
    llvm::BasicBlock* join = block();
    for (llvm::BasicBlock* end : {there, none}) llvm::BranchInst::Create(join, end);
    llvm::BranchInst::Create(there, none, is_there, before);
    ir_.SetInsertPoint(join);
    replace(state_.transport, settled);
  }

  Program& p_;
  llvm::IRBuilder<>& ir_;
  WalkState state_;
  llvm::BasicBlock* walked_;
  llvm::BasicBlock* filter_;
  llvm::SmallPtrSet<const llvm::BasicBlock*, 32> behind_;  ///< what the filter reaches
};

}  // namespace

void settle(Program& program, const WalkState& state, llvm::Instruction* last,
            std::uint64_t network_bytes) {
  Settler(program, state, last).run(network_bytes);
}

}  // namespace fwc::codegen
