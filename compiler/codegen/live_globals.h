// SPDX-License-Identifier: MIT
// What of a program can be changed while it runs, as globals of its module (see fwc/object.h).
#pragma once

#include <vector>

#include <llvm/IR/GlobalVariable.h>

#include "compiler/check/live_keys.h"

namespace fwc::codegen {

/// An index of 4 bytes, then a name of 16.
inline constexpr std::uint64_t kInterfaceEntryBytes = 20;
inline constexpr std::uint64_t kInterfaceNameAt = 4;

struct LiveGlobals {
  /// In the order of the declarations. Where there is a side, each is two copies one behind the
  /// other, and the side says which one counts, so that several change at once.
  std::vector<llvm::GlobalVariable*> variables;
  llvm::GlobalVariable* side = nullptr;
  llvm::GlobalVariable* interfaces = nullptr;  ///< indices and names, kInterfaceEntryBytes each
  std::vector<llvm::GlobalVariable*> sets;     ///< maps of one map each
};

/// The words of 64 bits of a variable: an address is its family, as in live_keys.h, and two halves.
constexpr unsigned words_of(const VariableDeclaration& variable) {
  return variable.type == Type::address ? 3 : 1;
}

/// A single word changes at once anyway.
inline bool needs_sides(const CheckedFilter& filter) {
  unsigned words = 0;
  for (const VariableDeclaration& variable : filter.variables) words += words_of(variable);
  return words > 1;
}

inline constexpr unsigned kLiveKeyWords = 3;  ///< room for the key of a live set

}  // namespace fwc::codegen
