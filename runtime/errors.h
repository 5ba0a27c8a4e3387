// SPDX-License-Identifier: MIT
// How the runtime words its errors. Private to the runtime.
#pragma once

#include <string>
#include <string_view>

#include "fwc/runtime/error.h"

namespace fwc::runtime {

/// An error without a failed system call.
Error make_error(Error::Kind kind, std::string message, std::string hint = {});

/// `what: text of the errno`, for a system call that failed with `code`.
Error system_error(Error::Kind kind, int code, std::string_view what, std::string hint = {});

/// The same, with the kind and the hint that usually go with `code`.
Error system_error(int code, std::string_view what);

/// `code` as people read it: `no space left on device`.
std::string errno_text(int code);

/// The error for a condition that only a bug of ours can bring about.
Error internal_error(std::string message);

}  // namespace fwc::runtime
