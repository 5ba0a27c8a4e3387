// SPDX-License-Identifier: MIT
// Which of many conditions on a field a value satisfies, as a vector of bits: the values fall into
// classes that satisfy the same conditions, and each class has a vector. Found by halving, whatever
// the number of classes, and without a branch. Pure data; code generation puts it into the
// program's `.rodata` and emits the lookup that vector_of() shows.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "compiler/check/checked_filter.h"

namespace fwc::sets {

using BitVector = std::vector<std::uint64_t>;

/// Vectors of one length, each of which stands there once.
class VectorTable {
 public:
  /// The number of the vector, which is added where it is new.
  std::uint32_t add(const BitVector& vector);

  std::uint32_t count() const { return static_cast<std::uint32_t>(numbers_.size()); }
  const std::vector<std::uint64_t>& words() const { return words_; }

 private:
  std::map<BitVector, std::uint32_t> numbers_;
  std::vector<std::uint64_t> words_;
};

/// Numbers are below 2^63; of IPv6 addresses T is U128.
template <typename T>
struct Classes {
  unsigned steps = 0;  ///< halvings; the tables have 2^steps places
  /// By class, the last value before it. The first has none, and behind the last class stands the
  /// largest value, which nothing is beyond.
  std::vector<T> before;
  std::vector<std::uint32_t> vectors;  ///< by class, the number of its vector
};

/// For these values the bit is the other than that of the base.
template <typename T>
struct Turned {
  Interval<T> values;
  std::uint32_t bit;
};

/// The classes of all values. Intervals of one bit are disjoint; `base` is the vector of a value
/// that is in none.
template <typename T>
Classes<T> classify(const std::vector<Turned<T>>& turned, const BitVector& base,
                    VectorTable& vectors);

/// The number of the vector of a value, as the program finds it.
template <typename T>
std::uint32_t vector_of(const Classes<T>& classes, const T& value);

}  // namespace fwc::sets
