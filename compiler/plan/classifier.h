// SPDX-License-Identifier: MIT
// A long chain of clauses that each ask several fields, as rules of a firewall do. For each field
// the clauses that its value satisfies are a vector of bits, and the clauses that hold are what all
// of the vectors have in common (Lakshman and Stiliadis, "High-speed policy-based packet forwarding
// using efficient multi-dimensional range matching", SIGCOMM 1998). So the program grows by an
// instruction for each eight clauses, and nobody tests them one by one.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "compiler/check/checked_filter.h"
#include "compiler/sets/bit_vectors.h"

namespace fwc::plan {

/// The clauses by the values of one field. Where the field is absent its vector is the first: that
/// of the clauses which do not ask the field, or ask for its absence too.
struct Dimension {
  FieldIndex field;
  sets::Classes<std::uint64_t> numbers;
  sets::Classes<std::uint64_t> ipv4;
  sets::Classes<U128> ipv6;
  sets::VectorTable vectors;
};

struct Classifier {
  NodeId first;                ///< one of the clauses, for line information
  std::size_t width;           ///< words of a vector
  std::vector<NodeId> guards;  ///< conditions
  /// A vector for each combination of the guards' truths, the first guard being bit 0 of the place.
  std::vector<std::uint64_t> by_guards;
  std::vector<Dimension> dimensions;
};

/// Takes what can be classified together out of the operands of `||`, where that is worth it.
std::vector<Classifier> take_classifiers(const CheckedFilter& filter,
                                         std::vector<NodeId>& operands);

/// Rules that follow each other, of which the first that holds decides.
struct RuleRun {
  Classifier classifier;
  /// By bit, the place of the clause's rule in the policy, shifted by one, and whether it allows.
  std::vector<std::uint32_t> decisions;
};

/// A rule alone, by its place in the policy, or many together.
using Step = std::variant<std::size_t, RuleRun>;

/// The rules with these places, in their order.
std::vector<Step> steps_of(const CheckedFilter& filter, const Policy& policy,
                           const std::vector<std::size_t>& asked);

}  // namespace fwc::plan
