// SPDX-License-Identifier: MIT
// Checked filters made without text, for sets too large to be written.
#pragma once

#include <string_view>

#include "compiler/check/checked_filter.h"

namespace fwc::test {

/// `field in set`, or `field not in set`. The set may be in any order.
CheckedFilter membership(std::string_view field, ValueSet set, bool negated = false);

}  // namespace fwc::test
