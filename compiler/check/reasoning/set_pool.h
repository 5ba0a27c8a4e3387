// SPDX-License-Identifier: MIT
// Sets of values and of classes by number: equal sets have one number, and what was calculated of
// two of them is looked up the next time. A chain of a thousand clauses asks the same of every kind
// of packet.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>

#include "compiler/check/reasoning/classes.h"
#include "compiler/check/reasoning/values.h"

namespace fwc {

using ClassSetId = std::uint32_t;

/// Sets of classes by number. Thousands of conditions speak of a handful of them.
class ClassSetPool {
 public:
  static constexpr ClassSetId kAll = 0;

  ClassSetPool() { add(all_kinds()); }

  ClassSetId add(const ClassSet& set);
  const ClassSet& at(ClassSetId id) const { return sets_[id]; }

 private:
  std::deque<ClassSet> sets_;
  std::unordered_multimap<std::uint64_t, ClassSetId> by_hash_;
};

using SetId = std::uint32_t;

class SetPool {
 public:
  /// A set of so many intervals is as large as one gets by unite() and intersect().
  static constexpr std::size_t kMostIntervals = 256;
  static constexpr SetId kEmpty = 0;

  SetPool() { add({}); }

  /// The number of a canonical set of any size.
  SetId add(ValueSet set);
  const ValueSet& at(SetId id) const { return sets_[id]; }

  /// Nothing where that has too many intervals.
  std::optional<SetId> intersect(SetId a, SetId b);
  std::optional<SetId> unite(SetId a, SetId b);

 private:
  struct Entry {
    std::uint64_t operands = ~std::uint64_t{0};
    std::optional<SetId> result = {};
  };
  /// What was asked last, by a hash of the operands. Kinds of packets ask the same one after the
  /// other; what was asked long ago is seldom asked again.
  using Recent = std::array<Entry, 1024>;

  template <typename Operation>
  std::optional<SetId> look_up(Recent& recent, SetId a, SetId b, const Operation& operation);

  std::deque<ValueSet> sets_;
  std::unordered_multimap<std::uint64_t, SetId> by_hash_;
  Recent intersections_;
  Recent unions_;
};

}  // namespace fwc
