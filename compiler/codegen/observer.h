// SPDX-License-Identifier: MIT
// The end of an observed program, behind its counters: what audit and log do with a verdict.
#pragma once

#include "compiler/codegen/observation.h"
#include "compiler/codegen/program.h"

namespace fwc::codegen {

class Observer {
 public:
  /// `key` is room on the stack for a key of 32 bits.
  Observer(Program& program, const Observation& observation, llvm::Value* key)
      : p_(program), ir_(program.ir), observation_(observation), key_(key) {}

  /// Returns from the program, at the builder's place. `entry` is the number of the decider,
  /// `forwards` its verdict, 0 or 1.
  void leave(llvm::Value* entry, llvm::Value* forwards);

 private:
  using Block = llvm::BasicBlock;

  /// A packet on its way out, as values of 32 bits.
  struct Judged {
    llvm::Value* entry;
    llvm::Value* forwards;  ///< by the policy
    llvm::Value* result;    ///< with audit
  };

  llvm::Value* audit(llvm::Value* forwards);
  void log(const Judged& packet);
  void take_from_rate(Block* granted, Block* refused);
  void write_record(const Judged& packet, llvm::Value* record);
  void tally(unsigned word, llvm::Value* amount, unsigned more_word = 0,
             llvm::Value* more = nullptr);
  llvm::Value* control(std::size_t byte);
  llvm::Value* load_control(std::size_t byte);
  void branch(llvm::Value* condition, Block* if_true, Block* if_false);

  Program& p_;
  llvm::IRBuilder<>& ir_;
  const Observation& observation_;
  llvm::Value* key_;
};

}  // namespace fwc::codegen
