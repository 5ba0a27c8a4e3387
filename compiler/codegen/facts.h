// SPDX-License-Identifier: MIT
// What is known about the packet at a point of the program: which families, which protocols,
// whether the transport header is there. Lowering asks it which tests are still needed; a test that
// cannot fail any more is not emitted.
#pragma once

#include <cstdint>

#include "compiler/language/fields.h"
#include "compiler/language/layers.h"

namespace fwc::codegen {

/// A set of packets as a product of three independent sets. An over-approximation where it says
/// what a packet may be, exact where it says what a layer is.
struct Facts {
  static constexpr std::uint8_t kNoFamily = 4;  ///< beside kIpv4Family and kIpv6Family
  static constexpr std::uint8_t kHeaderUnknown = 1;
  static constexpr std::uint8_t kHeaderKnown = 2;
  static constexpr std::uint32_t kOtherProtocol = 1;  ///< the bits above are Layer values

  std::uint8_t families = kBothFamilies | kNoFamily;
  std::uint32_t protocols = ~std::uint32_t{0};
  std::uint8_t header = kHeaderUnknown | kHeaderKnown;

  constexpr bool impossible() const { return families == 0 || protocols == 0 || header == 0; }
  friend bool operator==(const Facts&, const Facts&) = default;
};

/// Nothing can be here.
inline constexpr Facts kImpossible{.families = 0, .protocols = 0, .header = 0};

constexpr Facts operator&(const Facts& a, const Facts& b) {
  Facts both{.families = static_cast<std::uint8_t>(a.families & b.families),
             .protocols = a.protocols & b.protocols,
             .header = static_cast<std::uint8_t>(a.header & b.header)};
  // A packet with a protocol of ours or with a transport header is an IP packet.
  if ((both.protocols & Facts::kOtherProtocol) == 0 || both.header == Facts::kHeaderKnown)
    both.families &= kBothFamilies;
  return both;
}

/// The smallest product that holds both.
constexpr Facts hull(const Facts& a, const Facts& b) {
  if (a.impossible()) return b;
  if (b.impossible()) return a;
  return {.families = static_cast<std::uint8_t>(a.families | b.families),
          .protocols = a.protocols | b.protocols,
          .header = static_cast<std::uint8_t>(a.header | b.header)};
}

constexpr bool contains(const Facts& outer, const Facts& inner) {
  return inner.impossible() || (inner & outer) == inner;
}

/// What `a` leaves when `b` is taken away; `a` itself where that is no product.
Facts without(const Facts& a, const Facts& b);

/// The packets that have a layer, later fragments included.
Facts facts_of(Layer layer);

/// The packets in which the fields of a layer's header can be read.
Facts facts_of_header(Layer layer);

}  // namespace fwc::codegen
