// SPDX-License-Identifier: MIT
// The end of an object, by which the runtime tells what fwc wrote from what was changed since.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fwc {

/// FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv). Another byte gives another number, always.
constexpr std::uint64_t fnv1a(std::span<const std::byte> bytes) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const std::byte byte : bytes)
    hash = (hash ^ std::to_integer<std::uint64_t>(byte)) * 0x100000001b3;
  return hash;
}

/// Bytes of the seal: the hash of all that stands before it, the low byte first. ELF knows nothing
/// of it, so that every loader takes the object. It tells damage and changes, not forgery: whoever
/// can write an object can seal it, and who that may be is asked of its file (read_object_file()).
inline constexpr std::size_t kSealBytes = sizeof(std::uint64_t);

/// Puts the seal behind the bytes of an object.
inline void seal(std::vector<std::byte>& bytes) {
  const std::uint64_t hash = fnv1a(bytes);
  for (std::size_t i = 0; i < kSealBytes; ++i)
    bytes.push_back(static_cast<std::byte>(hash >> 8 * i));
}

/// Whether the bytes end in their seal.
inline bool is_sealed(std::span<const std::byte> bytes) {
  if (bytes.size() < kSealBytes) return false;
  std::uint64_t hash = fnv1a(bytes.first(bytes.size() - kSealBytes));
  for (const std::byte byte : bytes.last(kSealBytes)) {
    if (byte != static_cast<std::byte>(hash)) return false;
    hash >>= 8;
  }
  return true;
}

}  // namespace fwc
