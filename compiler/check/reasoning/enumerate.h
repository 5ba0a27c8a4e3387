// SPDX-License-Identifier: MIT
// Conditions and numbers that hang on one small field: their value for each value of the field.
// `(tcp.flags & (syn | ack)) == syn` is the set of the flag bytes that meet it.
#pragma once

#include <optional>
#include <vector>

#include "compiler/check/checked_filter.h"

namespace fwc {

/// The field of which this one is a part, `tos` of `dscp` and `tcp.flags` of `tcp.syn`; itself
/// where it is of none.
FieldIndex whole_field(FieldIndex field);

/// Whether a field has at most 256 values, and is not a mere test of the protocol.
bool is_small_field(FieldIndex field);

/// The one field (as whole_field gives it) that everything below the node reads, where it has at
/// most 256 values and nothing else varies.
std::optional<FieldIndex> only_small_field(const CheckedFilter& filter, NodeId id);

/// The values that a small field can have.
std::vector<std::int64_t> values_of(FieldIndex whole);

/// What the node is worth where that field has that value, nothing for absent. The node has an
/// only_small_field().
std::optional<std::int64_t> value_for(const CheckedFilter& filter, NodeId id, FieldIndex whole,
                                      std::optional<std::int64_t> value);

}  // namespace fwc
