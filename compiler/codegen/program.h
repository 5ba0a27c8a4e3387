// SPDX-License-Identifier: MIT
// The function under construction: what every part of the code generator writes into.
#pragma once

#include <cstdint>
#include <vector>

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>

#include "fwc/hook.h"

namespace fwc::codegen {

/// One BPF program while it is built. Owns nothing; the module does.
struct Program {
  llvm::Module& module;
  llvm::Function& function;
  llvm::IRBuilder<> ir;
  bool ingress;               ///< runs on what is received, else on what is sent
  Hook hook;                  ///< where in the kernel it runs
  llvm::Value* context;       ///< the argument: `struct __sk_buff *`, or of xdp `struct xdp_md *`
  llvm::BasicBlock* drop;     ///< verdict false
  llvm::BasicBlock* forward;  ///< verdict true
  bool drop_returns = false;  ///< `drop` does nothing else, so it may stand anywhere
  llvm::Value* link_copy = nullptr;  ///< room on the stack for the link layer; null until wanted

  Program(llvm::Module& m, llvm::Function& f, bool is_ingress, Hook on)
      : module(m),
        function(f),
        ir(m.getContext()),
        ingress(is_ingress),
        hook(on),
        context(f.getArg(0)),
        drop(llvm::BasicBlock::Create(m.getContext(), "drop")),
        forward(llvm::BasicBlock::Create(m.getContext(), "forward")) {}

  /// A block at the end of the function. Layout is the order of creation: the BPF back end never
  /// moves blocks, so the likely path should be created in sequence.
  llvm::BasicBlock* block(const char* name) { return remember(unplaced_block(name)); }

  /// A block that is placed by a later place().
  llvm::BasicBlock* unplaced_block(const char* name) {
    return llvm::BasicBlock::Create(module.getContext(), name);
  }

  /// Puts an unplaced block at the end of the function and goes on there.
  void place(llvm::BasicBlock* block) { ir.SetInsertPoint(remember(block)); }

  /// Moves the blocks that were placed in the scope of an Unlikely behind all others.
  void move_unlikely_blocks_back() {
    for (llvm::BasicBlock* unlikely : unlikely_) unlikely->moveAfter(&function.back());
  }

  /// The same value, of which the back end knows nothing any more: it would take out operations
  /// that change no value but tell the verifier a bound.
  llvm::Value* opaque(llvm::Value* value);

  /// A number of which the verifier knows nothing but that it has 32 bits; the same at each call.
  llvm::Value* any_number();

  /// The same value, of which the verifier knows nothing any more: where paths with constants of
  /// their own meet, it would follow what stands behind once for each.
  llvm::Value* forgotten(llvm::Value* value);

  /// A number below 65535 of which the verifier knows nothing any more, not even where it is added
  /// to a pointer.
  llvm::Value* forgotten_half(llvm::Value* value);

  llvm::ConstantInt* number(std::uint64_t value) { return ir.getInt64(value); }

  /// Loads an unsigned number of 8, 16, 32 or 64 bits as it lies in memory, widened to 64 bits.
  llvm::Value* load(llvm::Value* base, std::uint64_t offset, unsigned bits);

  /// Loads a 32-bit member of the packet's context.
  llvm::Value* load_context(std::uint64_t offset);

  /// Whether the bytes of a packet begin with a link layer.
  bool has_link_layer() const { return hook != Hook::cgroup; }

  /// The linear part of the packet, from its first byte to behind its last.
  llvm::Value* data();
  llvm::Value* data_end();

  /// Bytes of the whole packet.
  llvm::Value* length();

  /// Bytes on the stack, aligned to 8, made at the builder's place, which is in the entry block.
  llvm::Value* buffer(std::uint64_t bytes);

  /// The same from anywhere.
  llvm::Value* entry_buffer(std::uint64_t bytes);

  /// Zeros for so many bytes of a buffer, by whole words of 8.
  void clear(llvm::Value* buffer, std::uint64_t bytes);

  /// bpf_skb_load_bytes or bpf_xdp_load_bytes: copies bytes of the packet, linear or not. 0 where
  /// they are all there; where they are not, the first fills the buffer with zeros, the second does
  /// not.
  llvm::Value* load_bytes(llvm::Value* offset, llvm::Value* to, llvm::Value* size);

  /// A pointer to so many readable bytes of the packet, where they lie or in a copy, or to
  /// `if_absent` where it ends before. The offset is bounded, and of the copy's bytes there are as
  /// many.
  llvm::Value* bytes_at(llvm::Value* offset, std::uint64_t bytes, llvm::Value* copy,
                        llvm::BasicBlock* if_absent);

  /// What the kernel takes for a verdict.
  llvm::ConstantInt* verdict(bool forwards);

  /// A number of 16, 32 or 64 bits as it lies in a packet, as i64 in host order.
  llvm::Value* to_host_order(llvm::Value* value, unsigned bits);

  /// Drops the packet where the condition is true; goes on in a new block where it is not.
  void drop_if(llvm::Value* condition);

  /// Calls the kernel's helper of that number (enum bpf_func_id in include/uapi/linux/bpf.h).
  llvm::Value* call_helper(std::uint64_t number, llvm::ArrayRef<llvm::Value*> arguments,
                           llvm::Type* result);

 private:
  friend class Unlikely;

  llvm::BasicBlock* remember(llvm::BasicBlock* placed) {
    placed->insertInto(&function);
    if (in_unlikely_ > 0) unlikely_.push_back(placed);
    return placed;
  }

  llvm::Value* load_pointer(std::uint64_t offset);

  llvm::Value* half_ = nullptr;  ///< room on the stack for forgotten_half()
  std::vector<llvm::BasicBlock*> unlikely_;
  int in_unlikely_ = 0;
};

/// While one lives, blocks are placed out of the way of the likely path.
class Unlikely {
 public:
  explicit Unlikely(Program& program) : program_(program) { ++program_.in_unlikely_; }
  ~Unlikely() { --program_.in_unlikely_; }
  Unlikely(const Unlikely&) = delete;
  Unlikely& operator=(const Unlikely&) = delete;

 private:
  Program& program_;
};

}  // namespace fwc::codegen
