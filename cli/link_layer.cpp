// SPDX-License-Identifier: MIT
// Link layers of capture files; the numbers and layouts are those of pcap-linktype(7).
#include "cli/link_layer.h"

#include <algorithm>
#include <array>
#include <bit>

#include "compiler/eval/packet.h"

namespace fwc::cli {

namespace {

using Bytes = std::span<const std::byte>;

// How a link layer says which network protocol follows.
enum class Says : std::uint8_t {
  ethertype,  // a field of 16 bits in network order
  family,     // a field of 32 bits: AF_INET, or AF_INET6 of one of the BSDs
  version,    // nothing: the version in the first half byte of the IP header has to do
  ipv4,
  ipv6,
};

struct LinkRow {
  int type;  // DLT_ number
  Says says;
  std::size_t at = 0;      // offset of the field
  std::size_t header = 0;  // bytes of the link layer
  std::size_t kind = 0;    // offset of the byte that says whether it was sent; 0 for none
};

constexpr std::array kLinks = {
    LinkRow{.type = 0, .says = Says::family, .header = 4},                // NULL
    LinkRow{.type = kEthernet, .says = Says::ethertype, .at = 12, .header = 14},
    LinkRow{.type = 12, .says = Says::version},                           // RAW on Linux
    LinkRow{.type = 14, .says = Says::version},                           // RAW elsewhere
    LinkRow{.type = 101, .says = Says::version},                          // RAW in files
    LinkRow{.type = 108, .says = Says::family, .header = 4},              // LOOP
    LinkRow{.type = 113, .says = Says::ethertype, .at = 14, .header = 16, .kind = 1},  // LINUX_SLL
    LinkRow{.type = 228, .says = Says::ipv4},
    LinkRow{.type = 229, .says = Says::ipv6},
    LinkRow{.type = 276, .says = Says::ethertype, .at = 0, .header = 20, .kind = 10},  // LINUX_SLL2
};

constexpr std::size_t kVlanBytes = 4;

constexpr bool is_vlan(std::uint16_t ethertype) {
  return ethertype == 0x8100 || ethertype == 0x88a8 || ethertype == 0x9100;
}

std::uint8_t byte_at(Bytes bytes, std::size_t at) {
  return std::to_integer<std::uint8_t>(bytes[at]);
}

std::uint16_t word_at(Bytes bytes, std::size_t at) {
  return static_cast<std::uint16_t>(byte_at(bytes, at) << 8 | byte_at(bytes, at + 1));
}

const LinkRow* find_link(int type) {
  for (const LinkRow& row : kLinks)
    if (row.type == type) return &row;
  return nullptr;
}

std::uint16_t by_version(Bytes bytes, std::size_t at) {
  const unsigned version = at < bytes.size() ? byte_at(bytes, at) >> 4 : 0u;
  return version == 4 ? kEtherTypeIpv4 : version == 6 ? kEtherTypeIpv6 : std::uint16_t{0};
}

// NULL has the family in the order of the machine that captured, LOOP in network order; the small
// numbers tell which.
std::uint16_t by_family(Bytes frame) {
  const unsigned big = word_at(frame, 2);
  const unsigned little = static_cast<unsigned>(byte_at(frame, 1) << 8 | byte_at(frame, 0));
  const unsigned family = word_at(frame, 0) == 0 ? big : little;
  if (family == 2) return kEtherTypeIpv4;
  // Linux, NetBSD and OpenBSD, FreeBSD, macOS
  return family == 10 || family == 24 || family == 28 || family == 30 ? kEtherTypeIpv6
                                                                      : std::uint16_t{0};
}

// Packet types of Linux (if_packet.h): to this host, to all, to many; and what this host sent.
std::optional<bool> was_sent(std::uint8_t packet_type) {
  constexpr std::uint8_t kOutgoing = 4;
  if (packet_type == kOutgoing) return true;
  return packet_type <= 2 ? std::optional(false) : std::nullopt;
}

std::optional<NetworkStart> skip_vlan_tags(Bytes frame, NetworkStart start) {
  while (is_vlan(start.ethertype)) {
    if (start.offset + kVlanBytes > frame.size()) return std::nullopt;
    start.ethertype = word_at(frame, start.offset + 2);
    start.offset += kVlanBytes;
  }
  return start;
}

}  // namespace

bool is_known_link_type(int link_type) {
  return find_link(link_type) != nullptr;
}

std::optional<NetworkStart> find_network(int link_type, Bytes frame) {
  const LinkRow* row = find_link(link_type);
  if (row == nullptr || frame.size() < row->header) return std::nullopt;
  NetworkStart start{.offset = row->header};
  if (row->kind != 0) start.sent = was_sent(byte_at(frame, row->kind));
  switch (row->says) {
    case Says::ethertype: start.ethertype = word_at(frame, row->at); break;
    case Says::family: start.ethertype = by_family(frame); break;
    case Says::version: start.ethertype = by_version(frame, row->header); break;
    case Says::ipv4: start.ethertype = kEtherTypeIpv4; break;
    case Says::ipv6: start.ethertype = kEtherTypeIpv6; break;
  }
  return skip_vlan_tags(frame, start);
}

std::size_t bytes_without_padding(std::uint16_t ethertype, Bytes packet, std::size_t length) {
  if (ethertype == kEtherTypeIpv4 && packet.size() >= 20) {
    const std::size_t header = std::size_t{4} * (byte_at(packet, 0) & 0xf);
    const std::size_t total = word_at(packet, 2);
    if (total >= std::max<std::size_t>(header, 20)) return std::min(length, total);
  }
  // A payload length of 0 is a jumbogram (RFC 2675) or nothing at all.
  if (ethertype == kEtherTypeIpv6 && packet.size() >= 40 && word_at(packet, 4) != 0)
    return std::min(length, std::size_t{40} + word_at(packet, 4));
  return length;
}

}  // namespace fwc::cli
