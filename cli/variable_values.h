// SPDX-License-Identifier: MIT
// Live variables of a filter that is not loaded: the values of `--var`, and the defaults.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/check/checked_filter.h"
#include "fwc/runtime/error.h"

namespace fwc::cli {

/// The values in the order of the declarations, from `NAME=VALUE` words. A name that is not
/// declared and a value out of its bounds are errors.
runtime::Expected<std::vector<std::int64_t>> variable_values(const std::vector<std::string>& words,
                                                             const CheckedFilter& filter);

}  // namespace fwc::cli
