// SPDX-License-Identifier: MIT
// A block where several paths of the header walk meet, each with a state of its own.
#pragma once

#include "compiler/codegen/packet_reader.h"
#include "compiler/codegen/program.h"

namespace fwc::codegen {

class Join {
 public:
  Join(Program& program, const char* name);

  /// To be branched to from the builder's block, with that state.
  llvm::BasicBlock* entered_with(const WalkState& state);

  void enter(const WalkState& state) { program_.ir.CreateBr(entered_with(state)); }

  /// What is known in the block, and the block, before it is placed.
  const WalkState& state() const { return state_; }
  llvm::BasicBlock* block() const { return block_; }

  /// Goes on in the block, where all who enter have met.
  WalkState place();

 private:
  Program& program_;
  llvm::BasicBlock* block_;
  WalkState state_;
};

}  // namespace fwc::codegen
