// SPDX-License-Identifier: MIT
// Packets by composition: `Ipv4{.ttl = 3} / Udp{.dst_port = 53} / Payload{12}`. Lengths and
// protocol numbers follow from what stands to the right, unless they are given. Checksums are 0:
// nothing that the tests drive looks at one.
//
// The layouts here are written from the RFCs and share nothing with the compiler's tables, so that
// a wrong row shows as a wrong verdict.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "compiler/eval/packet.h"

namespace fwc::test {

using Bytes = std::vector<std::byte>;

/// A packet from its network header on, and the EtherType under which it comes.
struct TestPacket {
  std::uint16_t ethertype = kEtherTypeIpv4;
  Bytes bytes;
  /// BPF_PROG_TEST_RUN gives every packet to the loopback device, and to a socket of user 0 in the
  /// root cgroup, whose cookie nobody knows.
  PacketContext context = {.interface = 1, .interface_name = "lo", .owner = 0, .cgroup = 1};

  Packet view() const { return {.protocol = ethertype, .bytes = bytes, .context = context}; }
  friend bool operator==(const TestPacket&, const TestPacket&) = default;
};

using Ipv6Address = std::array<std::uint16_t, 8>;

struct Ipv4 {  // RFC 791
  std::uint32_t src = 0x0a000001;
  std::uint32_t dst = 0x0a000002;
  std::uint8_t ttl = 64;
  std::uint8_t tos = 0;
  std::uint16_t id = 0x1234;
  bool df = false;
  bool mf = false;
  std::uint16_t fragment_offset = 0;  ///< in bytes, a multiple of 8
  std::size_t options = 0;            ///< bytes of options, filled with no-operation
  std::uint8_t version = 4;
  std::optional<std::uint8_t> header_words = {};
  std::optional<std::uint8_t> protocol = {};
};

struct Ipv6 {  // RFC 8200
  Ipv6Address src = {0x2001, 0xdb8, 0, 0, 0, 0, 0, 1};
  Ipv6Address dst = {0x2001, 0xdb8, 0, 0, 0, 0, 0, 2};
  std::uint8_t hop_limit = 64;
  std::uint8_t traffic_class = 0;
  std::uint32_t flow_label = 0;
  std::uint8_t version = 6;
  std::optional<std::uint8_t> next_header = {};
};

/// An extension header whose second byte is `length`: `(length + 2) * 4` bytes of an authentication
/// header (51), `(length + 1) * 8` of any other.
struct Extension {
  std::uint8_t number = 0;
  std::uint8_t length = 0;
  std::uint8_t fill = 0;  ///< every byte after the second
  std::optional<std::uint8_t> next_header = {};
};

struct Fragment {            // RFC 8200 section 4.5
  std::uint16_t offset = 0;  ///< in bytes, a multiple of 8
  bool more = false;
  std::uint8_t reserved = 0;
  std::uint32_t id = 0x01020304;
  std::optional<std::uint8_t> next_header = {};
};

struct Tcp {  // RFC 9293
  std::uint16_t src_port = 40000;
  std::uint16_t dst_port = 80;
  std::uint8_t flags = 0x10;  ///< acknowledgment
  std::uint32_t seq = 1;
  std::uint32_t ack_seq = 2;
  std::uint16_t window = 0x7210;
  std::size_t options = 0;  ///< bytes of options, a multiple of 4
  std::optional<std::uint8_t> data_offset = {};
};

struct Udp {  // RFC 768
  std::uint16_t src_port = 40000;
  std::uint16_t dst_port = 53;
  std::optional<std::uint16_t> length = {};
};

/// ICMP over IPv4, ICMPv6 over IPv6; `protocol` overrides.
struct Icmp {
  std::uint8_t type = 8;
  std::uint8_t code = 0;
  std::uint16_t id = 7;
  std::uint16_t seq = 1;
  std::optional<std::uint8_t> protocol = {};
};

struct Sctp {  // RFC 9260
  std::uint16_t src_port = 40000;
  std::uint16_t dst_port = 53;
  std::uint32_t tag = 0;
};

/// A header of which only its protocol number matters: GRE, ESP, no next header, …
struct Opaque {
  std::uint8_t protocol = 59;
  std::size_t size = 0;
  std::uint8_t fill = 0xee;
};

/// Bytes after the last header: `size` times `fill`, then the text.
struct Payload {
  std::size_t size = 0;
  std::uint8_t fill = 0;
  std::string text = {};
};

using Header = std::variant<Ipv4, Ipv6, Extension, Fragment, Tcp, Udp, Icmp, Sctp, Opaque, Payload>;

/// Headers from the outermost to the innermost; turns into a packet where one is wanted.
struct Stack {
  std::vector<Header> headers;

  TestPacket build() const;
  operator TestPacket() const { return build(); }
};

Stack operator/(Stack stack, const Header& header);

template <typename T>
concept OneHeader = std::constructible_from<Header, T> && !std::same_as<T, Header>;

template <OneHeader L, OneHeader R>
Stack operator/(const L& lhs, const R& rhs) {
  return Stack{{lhs, rhs}};
}

/// The first `size` bytes.
TestPacket truncated(TestPacket packet, std::size_t size);

/// The same bytes under another EtherType.
TestPacket with_ethertype(TestPacket packet, std::uint16_t ethertype);

/// The same bytes with other metadata.
TestPacket with_context(TestPacket packet, const PacketContext& context);

/// The packet with one byte replaced.
TestPacket with_byte(TestPacket packet, std::size_t offset, std::uint8_t value);

/// A packet from hexadecimal digits, blanks ignored; what a shrunken mismatch is printed as.
TestPacket raw(std::uint16_t ethertype, std::string_view hex);
std::string to_hex(const TestPacket& packet);

/// How GoogleTest shows a packet: ready to paste.
void PrintTo(const TestPacket& packet, std::ostream* out);

}  // namespace fwc::test
