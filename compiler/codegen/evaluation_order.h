// SPDX-License-Identifier: MIT
// Which operand to compute first. The language is pure, so the order is free, and the target has
// 512 bytes of stack: computing the more demanding operand first keeps the values that wait for
// another below the logarithm of the size of the filter, whatever its shape.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/check/checked_filter.h"

namespace fwc::codegen {

/// For each node, how many values are alive at once at the most while it is computed (the numbering
/// of Sethi and Ullman, extended to conditions).
std::vector<std::uint8_t> values_alive(const CheckedFilter& filter);

}  // namespace fwc::codegen
