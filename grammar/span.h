// SPDX-License-Identifier: MIT
// A piece of the filter text. Every tree node and every error carries one; lines, columns and
// carets are computed from it only when a message is rendered.
#pragma once

#include <algorithm>
#include <cstdint>

namespace fwc {

/// Half-open range of byte offsets `[begin, end)` into the filter text.
struct Span {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  friend bool operator==(const Span&, const Span&) = default;
};

/// The smallest span that covers both.
constexpr Span join(Span a, Span b) {
  return {std::min(a.begin, b.begin), std::max(a.end, b.end)};
}

}  // namespace fwc
