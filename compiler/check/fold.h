// SPDX-License-Identifier: MIT
// Values known when the filter is compiled: the language's arithmetic, and sets in canonical form.
#pragma once

#include "compiler/check/checked_filter.h"

namespace fwc {

/// The arithmetic that ArithmeticOp states, for every pair of numbers.
std::int64_t fold(ArithmeticOp op, std::int64_t lhs, std::int64_t rhs);

/// Sorts, and joins what overlaps or is adjacent.
ValueSet canonical(ValueSet set);

/// Membership in a canonical set.
bool contains(const ValueSet& set, std::int64_t value);
bool contains(const ValueSet& set, const Address& value);

}  // namespace fwc
