// SPDX-License-Identifier: MIT
// A set of IPv4 addresses as an index: a table of 64-bit words in which an address is found with
// one load, rarely two or three, whatever the number of intervals. Pure data; code generation puts
// it into the program's `.rodata` and emits the lookup that contains() shows.
//
// The directory has a word for each bucket of 2^shift addresses. Mostly the word is all there is:
// the boundaries within the bucket, in lanes (lanes.h). A bucket with more boundaries than lanes
// points to a table of finer buckets or to a bitmap, and a finer bucket with too many to a bitmap.
//
// | bits of a pointer | mean                                                         |
// | ----------------- | ------------------------------------------------------------ |
// | 63                | 1                                                            |
// | 62                | it points to a bitmap                                        |
// | 32 to 37          | the shift of the finer buckets; of a bitmap in the directory 6 |
// | 0 to 31           | the first word pointed to                                    |
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "compiler/check/checked_filter.h"
#include "compiler/sets/lanes.h"

namespace fwc::sets {

struct Ipv4Index {
  unsigned shift = 0;         ///< bits of an address within a bucket
  std::uint32_t first = 0;    ///< the number of the first bucket; below and above nothing is in
  std::uint32_t buckets = 0;  ///< words of the directory, which stands first
  LaneForm lanes;             ///< of the directory
  LaneForm finer;             ///< of finer buckets
  bool nested = false;        ///< whether there are pointers
  std::vector<std::uint64_t> words;
};

inline constexpr unsigned kPointerShiftAt = 32;
inline constexpr std::uint64_t kPointerShiftMask = 63;
inline constexpr unsigned kBitmapBit = 62;
inline constexpr unsigned kBitmapShift = 6;  ///< a word of a bitmap holds 2^6 addresses

/// The index of a canonical set that is not empty.
Ipv4Index index_ipv4(std::span<const Interval<std::uint32_t>> set);

/// The lookup, as the program does it.
bool contains(const Ipv4Index& index, std::uint32_t address);

}  // namespace fwc::sets
