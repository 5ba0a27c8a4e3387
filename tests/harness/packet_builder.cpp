// SPDX-License-Identifier: MIT
// Headers to bytes, from the innermost outwards: each header is written before what it encloses is
// forgotten, so that it knows its length and what follows it.
#include "tests/harness/packet_builder.h"

#include <algorithm>
#include <ostream>

namespace fwc::test {

namespace {

constexpr std::uint8_t kNoNextHeader = 59;
constexpr std::uint8_t kAuthentication = 51;

class Writer {
 public:
  Writer& u8(std::uint64_t value) { return big_endian(value, 1); }
  Writer& u16(std::uint64_t value) { return big_endian(value, 2); }
  Writer& u32(std::uint64_t value) { return big_endian(value, 4); }
  Writer& fill(std::size_t count, std::uint8_t value) {
    bytes_.insert(bytes_.end(), count, std::byte{value});
    return *this;
  }
  Writer& address(const Ipv6Address& value) {
    for (const std::uint16_t group : value) u16(group);
    return *this;
  }
  const Bytes& bytes() const { return bytes_; }

 private:
  Writer& big_endian(std::uint64_t value, int size) {
    for (int shift = 8 * (size - 1); shift >= 0; shift -= 8)
      bytes_.push_back(static_cast<std::byte>(value >> shift & 0xff));
    return *this;
  }
  Bytes bytes_;
};

/// What a header encloses.
struct Inside {
  std::size_t size = 0;  ///< bytes
  std::uint8_t protocol = kNoNextHeader;
};

void write(Writer& out, const Ipv4& h, const Inside& in) {
  const std::size_t words = 5 + (h.options + 3) / 4;
  out.u8(h.version << 4 | h.header_words.value_or(static_cast<std::uint8_t>(words)));
  out.u8(h.tos).u16(words * 4 + in.size).u16(h.id);
  out.u16((h.df ? 0x4000 : 0) | (h.mf ? 0x2000 : 0) | h.fragment_offset / 8);
  out.u8(h.ttl).u8(h.protocol.value_or(in.protocol)).u16(0).u32(h.src).u32(h.dst);
  out.fill(words * 4 - 20, 1);
}

void write(Writer& out, const Ipv6& h, const Inside& in) {
  out.u32(static_cast<std::uint32_t>(h.version) << 28 | h.traffic_class << 20 | h.flow_label);
  out.u16(in.size).u8(h.next_header.value_or(in.protocol)).u8(h.hop_limit);
  out.address(h.src).address(h.dst);
}

void write(Writer& out, const Extension& h, const Inside& in) {
  const std::size_t size = h.number == kAuthentication ? (h.length + 2u) * 4 : (h.length + 1u) * 8;
  out.u8(h.next_header.value_or(in.protocol)).u8(h.length).fill(size - 2, h.fill);
}

void write(Writer& out, const Fragment& h, const Inside& in) {
  out.u8(h.next_header.value_or(in.protocol)).u8(h.reserved);
  out.u16((h.offset & ~7u) | (h.more ? 1 : 0)).u32(h.id);
}

void write(Writer& out, const Tcp& h, const Inside&) {
  const std::size_t words = 5 + (h.options + 3) / 4;
  out.u16(h.src_port).u16(h.dst_port).u32(h.seq).u32(h.ack_seq);
  out.u8(h.data_offset.value_or(static_cast<std::uint8_t>(words)) << 4).u8(h.flags);
  out.u16(h.window).u32(0).fill(words * 4 - 20, 1);
}

void write(Writer& out, const Udp& h, const Inside& in) {
  const auto length = static_cast<std::uint16_t>(8 + in.size);
  out.u16(h.src_port).u16(h.dst_port).u16(h.length.value_or(length)).u16(0);
}

void write(Writer& out, const Icmp& h, const Inside&) {
  out.u8(h.type).u8(h.code).u16(0).u16(h.id).u16(h.seq);
}

void write(Writer& out, const Sctp& h, const Inside&) {
  out.u16(h.src_port).u16(h.dst_port).u32(h.tag).u32(0);
}

void write(Writer& out, const Opaque& h, const Inside&) {
  out.fill(h.size, h.fill);
}
void write(Writer& out, const Payload& h, const Inside&) {
  out.fill(h.size, h.fill);
  for (const char c : h.text) out.fill(1, static_cast<std::uint8_t>(c));
}

/// By what number the header before names this one. The family decides for ICMP alone.
struct ProtocolNumber {
  bool over_ipv6;

  std::uint8_t operator()(const Ipv4&) const { return 4; }
  std::uint8_t operator()(const Ipv6&) const { return 41; }
  std::uint8_t operator()(const Extension& h) const { return h.number; }
  std::uint8_t operator()(const Fragment&) const { return 44; }
  std::uint8_t operator()(const Tcp&) const { return 6; }
  std::uint8_t operator()(const Udp&) const { return 17; }
  std::uint8_t operator()(const Icmp& h) const { return h.protocol.value_or(over_ipv6 ? 58 : 1); }
  std::uint8_t operator()(const Sctp&) const { return 132; }
  std::uint8_t operator()(const Opaque& h) const { return h.protocol; }
  std::uint8_t operator()(const Payload&) const { return kNoNextHeader; }
};

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

TestPacket Stack::build() const {
  const bool ipv6 = !headers.empty() && std::holds_alternative<Ipv6>(headers.front());
  TestPacket packet{.ethertype = ipv6 ? kEtherTypeIpv6 : kEtherTypeIpv4, .bytes = {}};
  Inside inside;
  for (auto header = headers.rbegin(); header != headers.rend(); ++header) {
    Writer out;
    std::visit([&](const auto& h) { write(out, h, inside); }, *header);
    packet.bytes.insert(packet.bytes.begin(), out.bytes().begin(), out.bytes().end());
    inside = {packet.bytes.size(), std::visit(ProtocolNumber{ipv6}, *header)};
  }
  return packet;
}

Stack operator/(Stack stack, const Header& header) {
  stack.headers.push_back(header);
  return stack;
}

TestPacket truncated(TestPacket packet, std::size_t size) {
  packet.bytes.resize(std::min(size, packet.bytes.size()));
  return packet;
}

TestPacket with_ethertype(TestPacket packet, std::uint16_t ethertype) {
  packet.ethertype = ethertype;
  return packet;
}

TestPacket with_context(TestPacket packet, const PacketContext& context) {
  packet.context = context;
  return packet;
}

TestPacket with_byte(TestPacket packet, std::size_t offset, std::uint8_t value) {
  packet.bytes.at(offset) = std::byte{value};
  return packet;
}

TestPacket raw(std::uint16_t ethertype, std::string_view hex) {
  TestPacket packet{.ethertype = ethertype, .bytes = {}};
  int high = -1;
  for (const char c : hex) {
    const int value = digit(c);
    if (value < 0) continue;
    if (high >= 0) packet.bytes.push_back(static_cast<std::byte>(high * 16 + value));
    high = high >= 0 ? -1 : value;
  }
  return packet;
}

std::string to_hex(const TestPacket& packet) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::byte b : packet.bytes) {
    text += kDigits[std::to_integer<unsigned>(b) >> 4];
    text += kDigits[std::to_integer<unsigned>(b) & 15];
  }
  return text;
}

void PrintTo(const TestPacket& packet, std::ostream* out) {
  const PacketContext& c = packet.context;
  PacketContext usual = TestPacket{}.context;
  usual.ingress = c.ingress;  // follows from the program
  const bool plain = c == usual;
  if (!plain) *out << "with_context(";
  *out << "raw(0x" << std::hex << packet.ethertype << std::dec << ", \"" << to_hex(packet) << "\")";
  if (plain) return;
  *out << ", {.mark = " << c.mark << ", .priority = " << c.priority
       << ", .interface = " << c.interface << ", .gso_size = " << c.gso_size
       << ", .gso_segments = " << c.gso_segments << "})";
}

}  // namespace fwc::test
