// SPDX-License-Identifier: MIT
// Many sets of numbers, each behind a key: (port, address) pairs, the clauses of a long filter, the
// parts of IPv6 networks smaller than /64. The key is found in a cuckoo hash table: two places,
// both read, one comparison each, and no branch.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "compiler/sets/interval_tables.h"

namespace fwc::sets {

inline constexpr std::size_t kMostKeyWords = 2;
using Key = std::array<std::uint64_t, kMostKeyWords>;  ///< the second word is 0 where it is unused

struct KeyedInterval {
  Key key;
  WideInterval numbers;
};

struct KeyedIndex {
  unsigned key_words = 1;
  std::uint32_t places = 0;  ///< of each of the two tables
  /// Factors of the hash function of each table, by word of the key.
  std::array<std::array<std::uint64_t, kMostKeyWords>, 2> factors{};
  /// Both tables: for each place the words of its key and the entry of its set.
  std::vector<std::uint64_t> slots;
  IntervalTables tables;

  std::size_t slot_words() const { return key_words + 1; }
};

/// The intervals of one key may overlap; they are not empty.
KeyedIndex index_keyed(std::vector<KeyedInterval> intervals, unsigned key_words);

bool contains(const KeyedIndex& index, const Key& key, std::uint64_t number);

}  // namespace fwc::sets
