// SPDX-License-Identifier: MIT
// A hash of a row of words.
#pragma once

#include <cstdint>

namespace fwc {

/// The hash of what `hash` stands for and one word more. The finalizer of MurmurHash3, whose every
/// output bit hangs on every input bit.
constexpr std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
  hash ^= word + 0x9e3779b97f4a7c15ULL + (hash << 6) + (hash >> 2);
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccdULL;
  hash ^= hash >> 33;
  hash *= 0xc4ceb9fe1a85ec53ULL;
  return hash ^ hash >> 33;
}

}  // namespace fwc
