// SPDX-License-Identifier: MIT
// CheckedFilter to an ELF object for libbpf. The only door into the folder that knows LLVM.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "compiler/check/checked_filter.h"
#include "fwc/compile.h"

namespace fwc {

/// A filter that is right but whose program would pass a limit of the kernel or the back end; or,
/// with `internal`, a bug of ours.
struct EmitError {
  bool internal = false;
  std::string message;
};

/// Passes over the IR, from lowering to the back end. Only `all` is what users get: the tests
/// compare it with `none`, so that a wrong verdict shows on which side of the passes it was made.
enum class Passes : std::uint8_t {
  none,
  merge_blocks,  ///< fewer blocks
  all            ///< and what is wanted twice computed once, which needs a place to keep it
};

/// The bytes of the object; the same filter and options give the same bytes. Where keeping values
/// fills the stack, `all` falls back to `merge_blocks`.
std::variant<std::vector<std::byte>, EmitError> emit(const CheckedFilter& filter,
                                                     const CompileOptions& options,
                                                     Passes passes = Passes::all);

}  // namespace fwc
