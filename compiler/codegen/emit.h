// SPDX-License-Identifier: MIT
// CheckedFilter to an ELF object for libbpf. The only door into the folder that knows LLVM.
#pragma once

#include <cstddef>
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

/// The bytes of the object; the same filter and options give the same bytes.
std::variant<std::vector<std::byte>, EmitError> emit(const CheckedFilter& filter,
                                                     const CompileOptions& options);

}  // namespace fwc
