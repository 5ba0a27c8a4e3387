// SPDX-License-Identifier: MIT
// Sweeps over the ends of all intervals in their order and keeps the vector of the place.
#include "compiler/sets/bit_vectors.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace fwc::sets {

namespace {

constexpr std::uint64_t kOnes = std::numeric_limits<std::uint64_t>::max();

template <typename T>
struct Limits;
template <>
struct Limits<std::uint64_t> {
  static constexpr std::uint64_t largest = kOnes >> 1;
  static std::uint64_t before(std::uint64_t value) { return value - 1; }
};
template <>
struct Limits<U128> {
  static constexpr U128 largest = {kOnes, kOnes};
  static U128 before(const U128& value) {
    return {value.low == 0 ? value.high - 1 : value.high, value.low - 1};
  }
};

/// A bit changes behind that value.
template <typename T>
struct Change {
  T behind;
  std::uint32_t bit;
};

}  // namespace

std::uint32_t VectorTable::add(const BitVector& vector) {
  const auto [found, is_new] = numbers_.try_emplace(vector, count());
  if (is_new) words_.insert(words_.end(), vector.begin(), vector.end());
  return found->second;
}

template <typename T>
Classes<T> classify(const std::vector<Turned<T>>& turned, const BitVector& base,
                    VectorTable& vectors) {
  BitVector current = base;
  const auto turn = [&](std::uint32_t bit) { current[bit / 64] ^= std::uint64_t{1} << bit % 64; };
  std::vector<Change<T>> changes;
  for (const Turned<T>& each : turned) {
    if (each.values.low == T{})
      turn(each.bit);
    else
      changes.push_back({Limits<T>::before(each.values.low), each.bit});
    if (each.values.high < Limits<T>::largest) changes.push_back({each.values.high, each.bit});
  }
  std::ranges::sort(changes, {}, &Change<T>::behind);
  Classes<T> classes{.before = {T{}}, .vectors = {vectors.add(current)}};
  for (std::size_t i = 0; i < changes.size();) {
    const T behind = changes[i].behind;
    for (; i < changes.size() && changes[i].behind == behind; ++i) turn(changes[i].bit);
    const std::uint32_t vector = vectors.add(current);
    if (vector == classes.vectors.back()) continue;
    classes.before.push_back(behind);
    classes.vectors.push_back(vector);
  }
  const std::size_t places = std::bit_ceil(classes.before.size());
  classes.steps = static_cast<unsigned>(std::bit_width(places) - 1);
  classes.before.resize(places, Limits<T>::largest);
  classes.vectors.resize(places, classes.vectors.back());
  return classes;
}

template <typename T>
std::uint32_t vector_of(const Classes<T>& classes, const T& value) {
  std::size_t at = 0;
  for (unsigned step = classes.steps; step-- > 0;)
    if (classes.before[at + (std::size_t{1} << step)] < value) at += std::size_t{1} << step;
  return classes.vectors[at];
}

template Classes<std::uint64_t> classify(const std::vector<Turned<std::uint64_t>>&,
                                         const BitVector&, VectorTable&);
template Classes<U128> classify(const std::vector<Turned<U128>>&, const BitVector&, VectorTable&);
template std::uint32_t vector_of(const Classes<std::uint64_t>&, const std::uint64_t&);
template std::uint32_t vector_of(const Classes<U128>&, const U128&);

}  // namespace fwc::sets
