// SPDX-License-Identifier: MIT
// A condition taken apart: a protocol, and fields whose values must lie in sets.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "compiler/check/checked_filter.h"

namespace fwc::plan {

/// One condition on a field; several on one field must all hold.
struct Atom {
  FieldIndex field;
  NodeId node;
  bool few = false;  ///< holds for a few values only, none of them an IPv6 address
  friend bool operator==(const Atom&, const Atom&) = default;
};

struct Clause {
  NodeId id;
  std::optional<NodeId> guard;
  std::pair<int, std::int64_t> protocol{0, 0};  ///< equal for guards that say the same
  std::vector<Atom> atoms;                      ///< in the order of fields
};

/// Nothing where the condition asks anything else.
std::optional<Clause> clause_of(const CheckedFilter& filter, NodeId id);

/// The values for which all of the conditions on that field hold, within those that it can have.
ValueSet values_of(const CheckedFilter& filter, const Clause& clause, FieldIndex field);

/// Adds what holds; the result has to be made canonical.
void append(ValueSet& to, ValueSet&& values);

}  // namespace fwc::plan
