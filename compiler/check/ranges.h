// SPDX-License-Identifier: MIT
// What values an int node can have, for warnings about comparisons that decide nothing.
#pragma once

#include <optional>
#include <span>

#include "compiler/check/checked_filter.h"
#include "compiler/check/tree.h"

namespace fwc {

/// An interval that holds every value the node has where it is present.
Interval<std::int64_t> value_range(const Tree& tree, std::span<const VariableDeclaration> variables,
                                   NodeId id);
Interval<std::int64_t> value_range(const CheckedFilter& filter, NodeId id);

/// The result of a comparison, where the ranges of its operands decide it.
std::optional<bool> decide(ComparisonOp op, const Interval<std::int64_t>& lhs,
                           const Interval<std::int64_t>& rhs);

}  // namespace fwc
