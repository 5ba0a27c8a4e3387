// SPDX-License-Identifier: MIT
// The algebra of canonical value sets (fold.h): what two of them share, what one has beyond
// another.
#pragma once

#include <cstddef>

#include "compiler/check/checked_filter.h"

namespace fwc {

ValueSet intersection(const ValueSet& a, const ValueSet& b);
ValueSet difference(const ValueSet& a, const ValueSet& b);
ValueSet unite(const ValueSet& a, const ValueSet& b);

bool is_empty(const ValueSet& set);
std::size_t interval_count(const ValueSet& set);

/// The least interval of each kind that holds all of them.
ValueSet hull(const ValueSet& set);

ValueSet integers(std::int64_t low, std::int64_t high);
ValueSet only(const Address& address);
/// Every address of both families.
ValueSet all_addresses();

}  // namespace fwc
