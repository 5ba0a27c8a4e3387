// SPDX-License-Identifier: MIT
// A packet in a few words; what is read and where it lies is taken from the tables of the language.
#include "cli/packet_text.h"

#include <fmt/core.h>

#include "compiler/eval/header_walk.h"
#include "compiler/language/fields.h"

namespace fwc::cli {

namespace {

struct Location {
  std::size_t first_bit;
  unsigned bits;
};

consteval FieldIndex field(std::string_view name) {
  return find_field(name).value();
}

constexpr FieldIndex kSourceAddress = field("src_ip");
constexpr FieldIndex kDestinationAddress = field("dst_ip");
constexpr FieldIndex kSourcePort = field("src_port");
constexpr FieldIndex kDestinationPort = field("dst_port");

// Where the field lies in this packet.
std::optional<Location> locate(FieldIndex index, const Headers& headers) {
  const auto* source = std::get_if<InHeader>(&kFields[index].source);
  if (source == nullptr) return std::nullopt;
  for (std::size_t i = 0; i < source->count; ++i) {
    const HeaderBits& at = source->at[i];
    if (const auto offset = layer_offset(headers, at.layer))
      return Location{.first_bit = 8 * *offset + at.bit, .bits = at.bits};
  }
  return std::nullopt;
}

std::string address_text(FieldIndex index, const Headers& headers, const Packet& packet) {
  const auto at = locate(index, headers);
  if (!at) return "?";
  if (at->bits == address_bits(Family::ipv4))
    return to_string(Address{.family = Family::ipv4,
                             .bits = {.low = read_bits(packet.bytes, at->first_bit, 32)}});
  return to_string(Address{.family = Family::ipv6,
                           .bits = {.high = read_bits(packet.bytes, at->first_bit, 64),
                                    .low = read_bits(packet.bytes, at->first_bit + 64, 64)}});
}

// `10.0.0.1:53`, `[::1]:53` (RFC 3986 section 3.2.2), or the address alone.
std::string end_text(FieldIndex address, FieldIndex port, const Headers& headers,
                     const Packet& packet) {
  const std::string text = address_text(address, headers, packet);
  const auto at = locate(port, headers);
  if (!at) return text;
  const auto number = read_bits(packet.bytes, at->first_bit, at->bits);
  return headers.family == Family::ipv6 ? fmt::format("[{}]:{}", text, number)
                                        : fmt::format("{}:{}", text, number);
}

std::string protocol_text(const Headers& headers) {
  for (const LayerRow& layer : kLayers)
    if (!is_network(layer.layer) && has_layer(headers, layer.layer)) return std::string(layer.name);
  return headers.protocol ? fmt::format("proto {}", *headers.protocol) : "ip";
}

std::string_view remark(const Headers& headers) {
  if (headers.fragment_offset != 0) return " later fragment";
  return headers.more_fragments ? " first fragment" : "";
}

std::string link_text(const LinkLayer& link) {
  return fmt::format(" src_mac={} dst_mac={}{}", mac_text(link.source), mac_text(link.destination),
                     link.vlan ? fmt::format(" vlan={}", *link.vlan) : "");
}

std::string network_text(const Packet& packet) {
  const Headers headers = walk_headers(packet);
  if (!headers.family)
    return fmt::format("ethertype {:#06x} len {}", packet.protocol, packet.bytes.size());
  if (headers.malformed)
    return fmt::format("malformed {} len {}", headers.family == Family::ipv4 ? "IPv4" : "IPv6",
                       packet.bytes.size());
  return fmt::format("{} {} > {} len {}{}", protocol_text(headers),
                     end_text(kSourceAddress, kSourcePort, headers, packet),
                     end_text(kDestinationAddress, kDestinationPort, headers, packet),
                     packet.bytes.size(), remark(headers));
}

}  // namespace

std::string mac_text(std::uint64_t address) {
  std::string text;
  for (int shift = 40; shift >= 0; shift -= 8)
    text += fmt::format("{}{:02x}", text.empty() ? "" : ":", address >> shift & 0xff);
  return text;
}

std::string describe(const Packet& packet) {
  return network_text(packet) + (packet.context.link ? link_text(*packet.context.link) : "");
}

std::string describe(const Packet& packet, const CapturedPacket& captured) {
  if (captured.framed && !packet.context.link)
    return fmt::format("malformed frame len {}", captured.bytes.size());
  return describe(packet);
}

}  // namespace fwc::cli
