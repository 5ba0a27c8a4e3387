// SPDX-License-Identifier: MIT
// What a condition asks of one field: `dst_port < 80` asks for a set of ports, `src_ip == ::1` for
// a set of one address. Contradictions and superfluous clauses are found by comparing such sets.
#pragma once

#include <optional>

#include "compiler/check/checked_filter.h"

namespace fwc {

struct Demand {
  FieldIndex field;
  ValueSet values;  ///< canonical
};

/// Of a comparison of a field with a constant and of a membership of a field; of none else.
std::optional<Demand> demand_of(const CheckedFilter& filter, NodeId id);

bool is_empty(const ValueSet& set);
std::size_t interval_count(const ValueSet& set);

/// What two canonical sets share.
ValueSet intersection(const ValueSet& a, const ValueSet& b);

}  // namespace fwc
