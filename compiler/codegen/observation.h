// SPDX-License-Identifier: MIT
// What the programs of a module tell about the packets they judge, as globals of the module (see
// fwc/object.h).
#pragma once

#include <cstdint>

#include <llvm/IR/GlobalVariable.h>

#include "fwc/compile.h"

namespace fwc::codegen {

/// Each global is null where the options do not ask for it.
struct Observation {
  llvm::GlobalVariable* counters = nullptr;
  llvm::GlobalVariable* control = nullptr;  ///< WatchControl
  llvm::GlobalVariable* tallies = nullptr;  ///< map `watch`
  llvm::GlobalVariable* log = nullptr;
  Logged logged = Logged::nothing;
  bool audit = false;
  std::uint32_t first = 0;  ///< of the direction's entries in `counters`

  bool any() const { return counters != nullptr || control != nullptr; }
};

}  // namespace fwc::codegen
