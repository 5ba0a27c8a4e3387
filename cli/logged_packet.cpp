// SPDX-License-Identifier: MIT
// What the first bytes of a packet tell, by the walk of the evaluator; see logged_packet.h.
#include "cli/logged_packet.h"

#include "compiler/eval/header_walk.h"
#include "compiler/language/types.h"

namespace fwc::cli {

namespace {

constexpr std::size_t kPortBytes = 4;

std::optional<Family> family_of(std::span<const std::byte> bytes) {
  if (bytes.empty()) return std::nullopt;
  const std::uint64_t version = read_bits(bytes, 0, 4);
  if (version == 4 && bytes.size() >= row(Layer::ipv4).header_bytes) return Family::ipv4;
  if (version == 6 && bytes.size() >= row(Layer::ipv6).header_bytes) return Family::ipv6;
  return std::nullopt;
}

std::string address_at(std::span<const std::byte> bytes, Family family, std::size_t byte) {
  Address address{.family = family, .bits = {}};
  if (family == Family::ipv4) {
    address.bits.low = read_bits(bytes, 8 * byte, 32);
  } else {
    address.bits.high = read_bits(bytes, 8 * byte, 64);
    address.bits.low = read_bits(bytes, 8 * byte + 64, 64);
  }
  return to_string(address);
}

std::string name_of(std::uint8_t protocol) {
  for (const LayerRow& r : kLayers)
    if (!is_network(r.layer) && r.protocol == protocol) return std::string(r.name);
  return std::to_string(protocol);
}

bool has_ports(std::uint8_t protocol) {
  for (const Layer layer : {Layer::tcp, Layer::udp, Layer::sctp})
    if (row(layer).protocol == protocol) return true;
  return false;
}

}  // namespace

LoggedPacket read_logged(std::span<const std::byte> bytes) {
  LoggedPacket packet;
  const auto family = family_of(bytes);
  if (!family) return packet;
  const bool ipv4 = *family == Family::ipv4;
  packet.source = address_at(bytes, *family, ipv4 ? 12 : 8);
  packet.destination = address_at(bytes, *family, ipv4 ? 16 : 24);
  const Headers headers = walk_headers(
      {.protocol = ipv4 ? kEtherTypeIpv4 : kEtherTypeIpv6, .bytes = bytes, .context = {}});
  if (!headers.protocol) return packet;
  packet.protocol = name_of(*headers.protocol);
  const bool cut = !headers.transport || *headers.transport + kPortBytes > bytes.size();
  if (cut || !has_ports(*headers.protocol)) return packet;
  packet.source_port = static_cast<std::uint16_t>(read_bits(bytes, 8 * *headers.transport, 16));
  packet.destination_port =
      static_cast<std::uint16_t>(read_bits(bytes, 8 * *headers.transport + 16, 16));
  return packet;
}

}  // namespace fwc::cli
