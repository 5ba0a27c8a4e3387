// SPDX-License-Identifier: MIT
// One phi for each part of the state; those that nobody reads cost nothing.
#include "compiler/codegen/join.h"

namespace fwc::codegen {

Join::Join(Program& program, const char* name)
    : program_(program), block_(program.unplaced_block(name)) {
  llvm::IRBuilder<> ir(block_);
  llvm::Type* number = ir.getInt64Ty();
  llvm::Type* pointer = ir.getPtrTy();
  state_ = {.family = ir.CreatePHI(number, 2),
            .protocol = ir.CreatePHI(number, 2),
            .network = ir.CreatePHI(pointer, 2),
            .offset = ir.CreatePHI(number, 2),
            .fragment = ir.CreatePHI(number, 2),
            .extensions = ir.CreatePHI(number, 2),
            .transport = ir.CreatePHI(pointer, 2),
            .link = nullptr};
}

llvm::BasicBlock* Join::entered_with(const WalkState& state) {
  llvm::BasicBlock* from = program_.ir.GetInsertBlock();
  for (auto member :
       {&WalkState::family, &WalkState::protocol, &WalkState::network, &WalkState::offset,
        &WalkState::fragment, &WalkState::extensions, &WalkState::transport})
    llvm::cast<llvm::PHINode>(state_.*member)->addIncoming(state.*member, from);
  return block_;
}

WalkState Join::place() {
  program_.place(block_);
  return state_;
}

}  // namespace fwc::codegen
