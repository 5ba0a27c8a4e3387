// SPDX-License-Identifier: MIT
// LLVM's BPF back end: from a module to the bytes of an object.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <llvm/IR/Module.h>
#include <llvm/Target/TargetMachine.h>

#include "compiler/codegen/emit.h"

namespace fwc::codegen {

/// The BPF target, little endian, with the instruction set v3. The set is pinned: LLVM's default
/// changes with its version, and v4 does not load on Linux 5.10.
/// It has no state that a compile leaves behind; made once for each thread, because that takes a
/// twentieth of a small compile. Null where LLVM has no such target.
llvm::TargetMachine* bpf_target();

/// Why there is no object.
struct BackEndError {
  enum class Kind {
    too_large,     ///< the program would pass kMaxInstructions
    out_of_stack,  ///< more values are alive at once than 512 bytes hold
    internal,      ///< a bug of ours
  };
  Kind kind;
  std::string message;
};

/// Instructions of LLVM, of which the back end makes up to three of BPF each. Beyond 32767 it
/// cannot encode a jump and would end the process; and the verifier remembers at most 8192 jumps.
inline constexpr std::size_t kMaxInstructions = 10'000;

/// Runs the passes, compiles and strips.
std::variant<std::vector<std::byte>, BackEndError> to_object(llvm::Module& module,
                                                             llvm::TargetMachine& target,
                                                             Passes passes);

}  // namespace fwc::codegen
