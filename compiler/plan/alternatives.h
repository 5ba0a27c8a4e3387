// SPDX-License-Identifier: MIT
// Groups the operands of `||` that ask the same fields, so that a long filter becomes a few
// lookups: `tcp && dst_port == 80 || tcp && dst_port == 443 || …` one set of ports, and clauses of
// a port and an address one table of addresses behind ports; the rest of a long chain is classified
// by vectors of bits (classifier.h). The language is pure, so any order is allowed. Stands between
// the checked filter and its lowering, and knows nothing of LLVM.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "compiler/check/checked_filter.h"
#include "compiler/plan/classifier.h"
#include "compiler/sets/keyed_index.h"

namespace fwc::plan {

/// `guard && field in values`, made of at least two operands.
struct OneSet {
  std::optional<NodeId> guard;  ///< as of a clause
  NodeId first;                 ///< one of the operands, for line information
  FieldIndex field;
  ValueSet values;  ///< canonical; not empty
};

/// A field whose value is a part of the key.
struct KeyPart {
  FieldIndex field;
  unsigned shift;
};

/// `guard && (a, b, …, inner) in table`. The fields before the last have single values, packed into
/// a key; an address among them is an IPv4 address.
struct Keyed {
  std::optional<NodeId> guard;
  NodeId first;
  std::vector<KeyPart> key;
  FieldIndex inner;
  /// By the type and family of the inner field's value; a number has its sign bit turned around.
  /// Of IPv6 addresses by upper half, and lower half behind key and upper half.
  std::optional<sets::KeyedIndex> numbers;
  std::optional<sets::KeyedIndex> ipv4;
  std::optional<sets::KeyedIndex> ipv6_upper;
  std::optional<sets::KeyedIndex> ipv6_lower;
};

using Alternative = std::variant<OneSet, Keyed, Classifier, NodeId>;

/// What is true where one of the operands is. Linear in the operands, but for sorting.
std::vector<Alternative> group(const CheckedFilter& filter, const std::vector<NodeId>& operands);

}  // namespace fwc::plan
