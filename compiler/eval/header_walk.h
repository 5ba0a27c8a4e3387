// SPDX-License-Identifier: MIT
// The headers of a packet: how far they reach and what they say. First half of the evaluator; every
// length and number is taken from the rows of language/layers.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "compiler/eval/packet.h"
#include "compiler/language/layers.h"

namespace fwc {

/// What the walk from the network header to the transport header found. Of a malformed packet only
/// `family` and `malformed` have a meaning.
struct Headers {
  std::optional<Family> family;  ///< empty: neither IPv4 nor IPv6, and the rest is empty too
  bool malformed = false;
  /// Of the transport header, after all extension headers; of a later fragment, what its first
  /// fragment holds.
  std::optional<std::uint8_t> protocol;
  /// Where the transport header begins; a later fragment has none.
  std::optional<std::size_t> transport;
  bool more_fragments = false;
  std::uint32_t fragment_offset = 0;  ///< in bytes
  /// IPv4: `protocol` is that of the authentication header. IPv6: one was stepped over; that a
  /// later fragment would go on with one is not enough, for none is in that packet.
  bool authentication = false;
  bool ipv4_options = false;
  unsigned extensions = 0;  ///< IPv6 extension headers, the fragment header of a later fragment too
};

Headers walk_headers(const Packet& packet);

/// Whether the packet holds that network header or is of that protocol, later fragments included.
bool has_layer(const Headers& headers, Layer layer);

/// Where that header begins; nothing where the packet has none or, of a later fragment, not here.
std::optional<std::size_t> layer_offset(const Headers& headers, Layer layer);

/// Where the payload begins, which can be at its end; nothing where no transport header with a
/// length is known. The header's own length counts where it states one, up to the end of the
/// packet.
std::optional<std::size_t> payload_offset(const Packet& packet, const Headers& headers);

/// `width` bits (1..64) in network order from bit `first` on, which lie within `bytes`.
std::uint64_t read_bits(std::span<const std::byte> bytes, std::size_t first, unsigned width);

}  // namespace fwc
