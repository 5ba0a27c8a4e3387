// SPDX-License-Identifier: MIT
// A condition taken apart: protocols, and fields whose values must lie in sets.
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
  bool few = false;      ///< holds for a few values only, none of them an IPv6 address
  bool negated = false;  ///< holds where the condition does not, so where the field is absent
  friend bool operator==(const Atom&, const Atom&) = default;
};

/// A condition that stands before those on fields: on the protocol, or on a field that is a bool.
struct Guard {
  std::pair<int, std::int64_t> meaning;  ///< equal for guards that say the same
  NodeId node;
};

struct Clause {
  NodeId id;
  std::vector<Guard> guards;  ///< each says something else
  std::vector<Atom> atoms;    ///< in the order of fields
};

/// Nothing where the condition asks anything else.
std::optional<Clause> clause_of(const CheckedFilter& filter, NodeId id);

/// The clauses of which one holds where the condition does, none where it never does: `&&` over
/// `||` is multiplied out. Nothing where a part asks anything else, or they have more than so many
/// conditions in all.
std::optional<std::vector<Clause>> clauses_of(const CheckedFilter& filter, NodeId id,
                                              std::size_t most);

/// How many intervals of values a condition has at the most.
std::size_t interval_count(const CheckedFilter& filter, const Atom& atom);

/// The values that the field can have.
ValueSet domain_of(FieldIndex field);

/// The values for which all of the conditions on that field hold, within those that it can have.
ValueSet values_of(const CheckedFilter& filter, const Clause& clause, FieldIndex field);

/// Whether all of the conditions on that field hold where it is absent.
bool holds_without(const Clause& clause, FieldIndex field);

/// Adds what holds; the result has to be made canonical.
void append(ValueSet& to, ValueSet&& values);

}  // namespace fwc::plan
