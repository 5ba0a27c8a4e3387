// SPDX-License-Identifier: MIT
// Bounded reading of an object that nobody has vouched for yet. Private to the runtime.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

namespace fwc::runtime {

/// Reads records out of bytes; everything outside of them is nullopt.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::size_t size() const { return bytes_.size(); }

  template <typename T>
  std::optional<T> read(std::uint64_t offset) const {
    static_assert(std::is_trivially_copyable_v<T>);
    if (!holds(offset, sizeof(T))) return {};
    T record;
    std::memcpy(&record, bytes_.data() + offset, sizeof(T));
    return record;
  }

  std::optional<ByteReader> slice(std::uint64_t offset, std::uint64_t length) const {
    if (!holds(offset, length)) return {};
    return ByteReader(bytes_.subspan(offset, length));
  }

  /// The text from `offset` to its NUL, which must be there.
  std::optional<std::string_view> text(std::uint64_t offset) const {
    if (offset >= bytes_.size()) return {};
    const char* start = reinterpret_cast<const char*>(bytes_.data()) + offset;
    const void* end = std::memchr(start, 0, bytes_.size() - offset);
    if (end == nullptr) return {};
    return std::string_view(start, static_cast<const char*>(end) - start);
  }

 private:
  bool holds(std::uint64_t offset, std::uint64_t length) const {
    return offset <= bytes_.size() && length <= bytes_.size() - offset;
  }

  std::span<const std::byte> bytes_;
};

}  // namespace fwc::runtime
