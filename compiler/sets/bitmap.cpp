// SPDX-License-Identifier: MIT
// Fills bitmaps a word at a time.
#include "compiler/sets/bitmap.h"

namespace fwc::sets {

namespace {

constexpr std::uint64_t kMostNumbers = 1 << 16;
constexpr std::uint64_t kOnes = ~std::uint64_t{0};

/// Sets the bits from `low` to `high`, both included.
void fill(std::vector<std::uint64_t>& words, std::uint64_t low, std::uint64_t high) {
  for (std::uint64_t word = low / 64; word <= high / 64; ++word) {
    const std::uint64_t from = word == low / 64 ? kOnes << low % 64 : kOnes;
    const std::uint64_t to = word == high / 64 ? kOnes >> (63 - high % 64) : kOnes;
    words[word] |= from & to;
  }
}

}  // namespace

std::optional<Bitmap> bitmap(std::span<const Interval<std::int64_t>> set) {
  const std::int64_t low = set.front().low;
  const std::int64_t high = set.back().high;
  Bitmap result;
  const bool from_zero = low >= 0 && static_cast<std::uint64_t>(high) < kMostNumbers;
  result.first = from_zero ? 0 : low;
  const auto place = [&](std::int64_t value) {
    return static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(result.first);
  };
  if (place(high) >= kMostNumbers) return std::nullopt;
  result.words.resize(place(high) / 64 + 1);
  for (const Interval<std::int64_t>& each : set)
    fill(result.words, place(each.low), place(each.high));
  return result;
}

bool contains(const Bitmap& bitmap, std::int64_t value) {
  const std::uint64_t place =
      static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(bitmap.first);
  if (place / 64 >= bitmap.words.size()) return false;
  return (bitmap.words[place / 64] >> place % 64 & 1) != 0;
}

}  // namespace fwc::sets
