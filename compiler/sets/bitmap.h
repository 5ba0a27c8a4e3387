// SPDX-License-Identifier: MIT
// A set of numbers that lie close together, ports for one, as a bit for each: 8 KiB at the most.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "compiler/check/checked_filter.h"

namespace fwc::sets {

struct Bitmap {
  std::int64_t first = 0;  ///< the number of the first bit; below nothing is in
  std::vector<std::uint64_t> words;
};

/// The bitmap of a canonical set that is not empty; none where it would be larger than 8 KiB.
std::optional<Bitmap> bitmap(std::span<const Interval<std::int64_t>> set);

/// The lookup, as the program does it.
bool contains(const Bitmap& bitmap, std::int64_t value);

}  // namespace fwc::sets
