// SPDX-License-Identifier: MIT
// The flow of a packet in the program: one lookup behind the header walk says what `established`
// and `reply` are, and where the verdict passes the packet, the flow is written. Programs whose
// filter does not ask for flows hold none of this.
#pragma once

#include "compiler/codegen/packet_reader.h"
#include "compiler/codegen/program.h"

namespace fwc::codegen {

/// Words of a flow's key and of what is remembered of it (fwc/object.h).
inline constexpr unsigned kFlowKeyWords = 5;
inline constexpr unsigned kFlowValueWords = 2;

class Flows {
 public:
  /// Makes room on the stack at the builder's place, the start of the program.
  Flows(Program& program, llvm::GlobalVariable& map);

  /// At the end of the walk, which has to prove the whole IPv6 header.
  void look_up(const WalkState& state);

  /// 0 or 1.
  llvm::Value* fact(FlowFact which);

  /// Puts before every return of the finished program what a packet that passes changes.
  void remember();

 private:
  using Block = llvm::BasicBlock;

  /// What a packet is to its flow; numbers of 0 or 1, but for the ends.
  struct Step {
    llvm::Value* ends;      ///< local port or identifier, and 16 bits higher the remote port
    llvm::Value* opens;     ///< begins a flow where there is none
    llvm::Value* attempts;  ///< SYN without ACK
    llvm::Value* closes;
  };

  llvm::Value* rule_of(const WalkState& state);
  void write_addresses(const WalkState& state);
  void write_address(bool source, llvm::Value* high, llvm::Value* low);
  Step step_of(const WalkState& state, llvm::Value* rule);
  Step step_by_ports(const WalkState& state, llvm::Value* rule, llvm::Value* head);
  Step step_of_echo(const WalkState& state, llvm::Value* rule, llvm::Value* head);
  void write_flow(Block* done);
  void judge(const Step& step, llvm::Value* rule, llvm::Value* now);
  void judge_known(const Step& step, llvm::Value* rule, llvm::Value* age, llvm::Value* flags);
  void write(llvm::Value* value, llvm::Value* buffer, unsigned word);
  llvm::Value* bit(llvm::Value* value, unsigned place);
  llvm::Value* flip(llvm::Value* bit);
  llvm::Value* is_negative(llvm::Value* value);

  Program& p_;
  llvm::IRBuilder<>& ir_;
  llvm::GlobalVariable& map_;
  Block* without_flow_ = nullptr;
  llvm::Value* key_;
  llvm::Value* value_;  ///< what to write
  llvm::Value* facts_;  ///< kEstablishedBit, kReplyBit, kDueBit
};

}  // namespace fwc::codegen
