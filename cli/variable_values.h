// SPDX-License-Identifier: MIT
// Live variables of a filter that is not loaded: the values of `--var`, and the defaults.
#pragma once

#include <string>
#include <vector>

#include "fwc/compile.h"
#include "fwc/runtime/error.h"

namespace fwc::cli {

/// The filter with the values of `NAME=VALUE` words in the place of its defaults. A name that is
/// not declared, a value of another type and one out of its bounds are errors.
runtime::Expected<Filter> with_variables(const std::vector<std::string>& words,
                                         const Filter& filter);

}  // namespace fwc::cli
