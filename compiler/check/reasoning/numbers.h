// SPDX-License-Identifier: MIT
// Value numbering: nodes with one number have one value on every packet. `dst_port == 53` written
// twice is two nodes and one number.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/check/checked_filter.h"

namespace fwc {

/// The number of every node, by id. A node of a kind that is not known here has its own.
std::vector<std::uint32_t> number_values(const CheckedFilter& filter);

}  // namespace fwc
