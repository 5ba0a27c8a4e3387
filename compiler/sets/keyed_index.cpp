// SPDX-License-Identifier: MIT
// Cuckoo hashing (Pagh and Rodler 2001): a new key takes its place in one table and drives whoever
// is there to its place in the other.
#include "compiler/sets/keyed_index.h"

#include <algorithm>

namespace fwc::sets {

namespace {

constexpr std::uint64_t kFirstFactor = 0x9e3779b97f4a7c15;

struct Keyed {
  Key key;
  std::uint64_t entry;
};

/// A sequence of odd factors, the same on every machine (splitmix64, Steele et al. 2014).
std::uint64_t next_factor(std::uint64_t& state) {
  std::uint64_t z = state += kFirstFactor;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return (z ^ z >> 31) | 1;
}

std::uint64_t place_of(const KeyedIndex& index, unsigned table, const Key& key) {
  std::uint64_t hash = key[0] * index.factors[table][0];
  if (index.key_words > 1) hash += key[1] * index.factors[table][1];
  return (hash >> 32) * index.places >> 32;
}

std::size_t slot_of(const KeyedIndex& index, unsigned table, const Key& key) {
  return (table * std::size_t{index.places} + place_of(index, table, key)) * index.slot_words();
}

/// An entry of 0 marks a free place.
bool try_to_place(KeyedIndex& index, const std::vector<Keyed>& keys) {
  constexpr int kMostMoves = 500;
  index.slots.assign(2 * index.slot_words() * index.places, 0);
  for (Keyed moving : keys) {
    unsigned table = 0;
    for (int moves = 0; moving.entry != 0; ++moves) {
      if (moves == kMostMoves) return false;
      std::uint64_t* slot = index.slots.data() + slot_of(index, table, moving.key);
      for (unsigned word = 0; word < index.key_words; ++word)
        std::swap(slot[word], moving.key[word]);
      std::swap(slot[index.key_words], moving.entry);
      table ^= 1;
    }
  }
  return true;
}

/// With half the places free, another choice of factors nearly always succeeds.
void place(KeyedIndex& index, const std::vector<Keyed>& keys) {
  std::uint64_t state = 0;
  index.places = static_cast<std::uint32_t>(keys.size() + keys.size() / 10 + 4);
  for (int tries = 1;; ++tries) {
    for (auto& factors : index.factors)
      for (std::uint64_t& factor : factors) factor = next_factor(state);
    if (try_to_place(index, keys)) return;
    if (tries % 4 == 0) index.places += index.places / 8;
  }
}

/// Sorted intervals made disjoint; all of the numbers are two of them.
std::vector<WideInterval> merged(const std::vector<KeyedInterval>& all, std::size_t begin,
                                 std::size_t end) {
  std::vector<WideInterval> set;
  for (std::size_t i = begin; i < end; ++i) {
    const WideInterval& next = all[i].numbers;
    const bool touches =
        !set.empty() && (next.low <= set.back().high || next.low - set.back().high == 1);
    if (touches)
      set.back().high = std::max(set.back().high, next.high);
    else
      set.push_back(next);
  }
  constexpr std::uint64_t kMost = ~std::uint64_t{0};
  if (set.front() == WideInterval{0, kMost}) set = {{0, kMost / 2}, {kMost / 2 + 1, kMost}};
  return set;
}

}  // namespace

KeyedIndex index_keyed(std::vector<KeyedInterval> intervals, unsigned key_words) {
  std::sort(intervals.begin(), intervals.end(), [](const auto& a, const auto& b) {
    return a.key != b.key ? a.key < b.key : a.numbers.low < b.numbers.low;
  });
  KeyedIndex index{.key_words = key_words};
  IntervalBuilder builder(1);
  std::vector<Keyed> keys;
  for (std::size_t begin = 0, end = 0; begin < intervals.size(); begin = end) {
    while (end < intervals.size() && intervals[end].key == intervals[begin].key) ++end;
    keys.push_back({intervals[begin].key, builder.entry(merged(intervals, begin, end))});
  }
  place(index, keys);
  index.tables = std::move(builder).take();
  return index;
}

bool contains(const KeyedIndex& index, const Key& key, std::uint64_t number) {
  std::uint64_t entry = 0;
  for (const unsigned table : {0u, 1u}) {
    const std::uint64_t* slot = index.slots.data() + slot_of(index, table, key);
    std::uint64_t difference = slot[0] ^ key[0];
    if (index.key_words > 1) difference |= slot[1] ^ key[1];
    entry += difference == 0 ? slot[index.key_words] : 0;
  }
  return contains(index.tables, static_cast<std::uint32_t>(entry), number);
}

}  // namespace fwc::sets
