// SPDX-License-Identifier: MIT
// Splits the block in which the walk ends, and replaces its state.
#include "compiler/codegen/settle.h"

#include <llvm/ADT/DepthFirstIterator.h>
#include <llvm/IR/CFG.h>

namespace fwc::codegen {

namespace {

constexpr std::uint64_t kWordBytes = 4;  // the walk's own copy of a transport header is so aligned
constexpr std::uint64_t kIpv4Settled = row(Layer::ipv4).header_bytes;
constexpr std::uint64_t kIpv6Settled = row(Layer::ipv6).header_bytes;

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

  void run(const Proven& proven) {
    unknown_zero_ = make_unknown_zero();
    for (llvm::Value* number :
         {state_.family, state_.protocol, state_.offset, state_.fragment, state_.extensions})
      if (is_read(number)) replace(number, ir_.CreateAdd(number, unknown_zero_));
    if (is_read(state_.network)) copy_network(proven);
    if (is_read(state_.transport)) copy_transport();
    ir_.CreateBr(filter_);
    filter_->moveAfter(ir_.GetInsertBlock());
  }

 private:
  /// The product of two numbers of any size can be anything, as far as the verifier knows.
  llvm::Value* make_unknown_zero() {
    llvm::Value* length = p_.length();
    llvm::Value* zero = ir_.CreateSub(length, p_.opaque(length));
    return ir_.CreateMul(zero, p_.opaque(zero));
  }

  /// By an instruction of the filter. Constants have no users that would matter here.
  bool is_read(llvm::Value* value) const {
    return llvm::isa<llvm::Instruction>(value) &&
           llvm::any_of(value->uses(), [this](const llvm::Use& use) { return is_behind(use); });
  }

  /// The walk reads its own state too: on a hook with a link layer, the type that it has found there.
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

  llvm::Value* buffer(std::uint64_t bytes) {
    llvm::BasicBlock& entry = p_.function.getEntryBlock();
    auto* type = llvm::ArrayType::get(ir_.getInt64Ty(), (bytes + 7) / 8);
    auto* made = new llvm::AllocaInst(type, 0, "", entry.begin());
    made->setAlignment(llvm::Align(8));
    return made;
  }

  llvm::Value* word_at(llvm::Value* base, std::uint64_t byte) {
    return ir_.CreateConstInBoundsGEP1_64(ir_.getInt8Ty(), base, byte);
  }

  void copy(llvm::Value* from, llvm::Value* to, std::uint64_t begin, std::uint64_t end) {
    for (std::uint64_t byte = begin; byte < end; byte += kWordBytes)
      ir_.CreateAlignedStore(
          ir_.CreateAlignedLoad(ir_.getInt32Ty(), word_at(from, byte), llvm::Align(kWordBytes)),
          word_at(to, byte), llvm::Align(kWordBytes));
  }

  void fill(llvm::Value* to, std::uint64_t begin, std::uint64_t end) {
    llvm::Value* zero = ir_.CreateTrunc(unknown_zero_, ir_.getInt32Ty());
    for (std::uint64_t byte = begin; byte < end; byte += kWordBytes)
      ir_.CreateAlignedStore(zero, word_at(to, byte), llvm::Align(kWordBytes));
  }

  /// Goes on where the condition was true after `then`, and where it was false after `otherwise`.
  void choose(llvm::Value* condition, const std::function<void()>& then,
              const std::function<void()>& otherwise) {
    llvm::BasicBlock* before = ir_.GetInsertBlock();
    llvm::BasicBlock* if_true = block();
    ir_.SetInsertPoint(if_true);
    then();
    llvm::BasicBlock* true_end = ir_.GetInsertBlock();
    llvm::BasicBlock* if_false = block();
    ir_.SetInsertPoint(if_false);
    otherwise();
    llvm::BasicBlock* false_end = ir_.GetInsertBlock();
    llvm::BasicBlock* join = block();
    for (llvm::BasicBlock* end : {true_end, false_end}) llvm::BranchInst::Create(join, end);
    llvm::BranchInst::Create(if_true, if_false, condition, before);
    ir_.SetInsertPoint(join);
  }

  llvm::Value* has_family(Family family) {
    return ir_.CreateICmpEQ(state_.family, p_.number(PacketReader::family_number(family)));
  }

  void copy_network(const Proven& proven) {
    llvm::Value* settled = buffer(kIpv6Settled);
    const auto rest = [&](std::uint64_t bytes) {
      copy(state_.network, settled, 0, bytes);
      fill(settled, bytes, kIpv6Settled);
    };
    const auto ipv4 = [&] { rest(kIpv4Settled); };
    const auto no_ipv6 = [&] {
      if (proven.only_ip) return ipv4();
      choose(has_family(Family::ipv4), ipv4, [&] { fill(settled, 0, kIpv6Settled); });
    };
    if (proven.only_ip && !proven.whole_ipv6)
      ipv4();
    else
      choose(
          has_family(Family::ipv6), [&] { rest(proven.whole_ipv6 ? kIpv6Settled : kIpv4Settled); },
          no_ipv6);
    replace(state_.network, settled);
  }

  void copy_transport() {
    llvm::Value* settled = buffer(kTransportBytes);
    choose(
        ir_.CreateICmpNE(state_.offset, p_.number(0)),
        [&] { copy(state_.transport, settled, 0, kTransportBytes); },
        [&] { fill(settled, 0, kTransportBytes); });
    replace(state_.transport, settled);
  }

  Program& p_;
  llvm::IRBuilder<>& ir_;
  WalkState state_;
  llvm::BasicBlock* walked_;
  llvm::BasicBlock* filter_;
  llvm::SmallPtrSet<const llvm::BasicBlock*, 32> behind_;  ///< what the filter reaches
  llvm::Value* unknown_zero_ = nullptr;
};

}  // namespace

void settle(Program& program, const WalkState& state, llvm::Instruction* last,
            const Proven& proven) {
  Settler(program, state, last).run(proven);
}

}  // namespace fwc::codegen
