// SPDX-License-Identifier: MIT
// Sets by a hash of their ends; see set_pool.h.
#include "compiler/check/reasoning/set_pool.h"

#include <algorithm>
#include <functional>

#include "compiler/check/reasoning/hash.h"

namespace fwc {

namespace {

std::uint64_t hash_of(const ValueSet& set) {
  std::uint64_t hash = set.integers.size();
  for (const auto& [low, high] : set.integers) {
    hash = mix(hash, static_cast<std::uint64_t>(low));
    hash = mix(hash, static_cast<std::uint64_t>(high));
  }
  hash = mix(hash, set.ipv4.size());
  for (const auto& [low, high] : set.ipv4) hash = mix(hash, std::uint64_t{low} << 32 | high);
  for (const auto& [low, high] : set.ipv6)
    for (const std::uint64_t half : {low.high, low.low, high.high, high.low})
      hash = mix(hash, half);
  return hash;
}

std::uint64_t hash_of(const ClassSet& set) {
  std::uint64_t hash = 0;
  for (const Classes& classes : set.of) hash = mix(hash, std::hash<Classes>()(classes));
  return hash;
}

template <typename Set>
std::uint32_t add_to(std::deque<Set>& sets,
                     std::unordered_multimap<std::uint64_t, std::uint32_t>& by_hash, Set set) {
  const std::uint64_t hash = hash_of(set);
  const auto [first, last] = by_hash.equal_range(hash);
  for (auto known = first; known != last; ++known)
    if (sets[known->second] == set) return known->second;
  sets.push_back(std::move(set));
  const auto id = static_cast<std::uint32_t>(sets.size() - 1);
  by_hash.emplace(hash, id);
  return id;
}

}  // namespace

ClassSetId ClassSetPool::add(const ClassSet& set) {
  return add_to(sets_, by_hash_, set);
}

SetId SetPool::add(ValueSet set) {
  return add_to(sets_, by_hash_, std::move(set));
}

template <typename Operation>
std::optional<SetId> SetPool::look_up(Recent& recent, SetId a, SetId b,
                                      const Operation& operation) {
  if (a > b) std::swap(a, b);
  const std::uint64_t operands = std::uint64_t{a} << 32 | b;
  Entry& entry = recent[mix(0, operands) % recent.size()];
  if (entry.operands == operands) return entry.result;
  ValueSet result = operation(sets_[a], sets_[b]);
  const bool fits = interval_count(result) <= kMostIntervals;
  entry = {.operands = operands,
           .result = fits ? std::optional(add(std::move(result))) : std::nullopt};
  return entry.result;
}

std::optional<SetId> SetPool::intersect(SetId a, SetId b) {
  if (a == b) return a;
  if (a == kEmpty || b == kEmpty) return kEmpty;
  return look_up(intersections_, a, b, intersection);
}

std::optional<SetId> SetPool::unite(SetId a, SetId b) {
  if (a == b || b == kEmpty) return a;
  if (a == kEmpty) return b;
  return look_up(unions_, a, b,
                 [](const ValueSet& x, const ValueSet& y) { return fwc::unite(x, y); });
}

}  // namespace fwc
