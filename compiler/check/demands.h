// SPDX-License-Identifier: MIT
// What a condition asks of one field: `dst_port < 80` asks for a set of ports, `src_ip == ::1` for
// a set of one address. The plan of a program groups such conditions.
#pragma once

#include <optional>

#include "compiler/check/checked_filter.h"
#include "compiler/check/reasoning/values.h"

namespace fwc {

struct Demand {
  FieldIndex field;
  ValueSet values;  ///< canonical
};

/// Of a comparison of a field with a constant and of a membership of a field; of none else.
std::optional<Demand> demand_of(const CheckedFilter& filter, NodeId id);

}  // namespace fwc
