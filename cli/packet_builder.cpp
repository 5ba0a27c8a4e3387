// SPDX-License-Identifier: MIT
// The bytes of a packet, set field by field; see packet_builder.h.
#include "cli/packet_builder.h"

#include <algorithm>

#include "compiler/eval/header_walk.h"

namespace fwc::cli {

namespace {

constexpr std::uint64_t kTimeToLive = 64;

struct Bits {
  std::size_t first;
  unsigned width;
};

/// What a network header says of itself: RFC 791 section 3.1, RFC 8200 section 3.
struct NetworkBits {
  Bits version;
  Bits length;
  Bits time_to_live;
  Bits protocol;
};
constexpr NetworkBits kIpv4Bits = {
    .version = {0, 4}, .length = {16, 16}, .time_to_live = {64, 8}, .protocol = {72, 8}};
constexpr NetworkBits kIpv6Bits = {
    .version = {0, 4}, .length = {32, 16}, .time_to_live = {56, 8}, .protocol = {48, 8}};
constexpr Bits kUdpLength = {32, 16};  // RFC 768

constexpr const NetworkBits& network_bits(Family family) {
  return family == Family::ipv4 ? kIpv4Bits : kIpv6Bits;
}

constexpr std::size_t header_bytes(Layer layer) {
  return row(layer).header_bytes;
}

}  // namespace

PacketBuilder::PacketBuilder(Family family, Layer transport)
    : family_(family), transport_(transport) {
  begin(row(transport).protocol);
}

PacketBuilder::PacketBuilder(Family family, std::uint8_t protocol) : family_(family) {
  for (const LayerRow& layer : kLayers)
    if (!is_network(layer.layer) && layer.protocol == protocol &&
        (layer.families & family_bit(family)) != 0)
      transport_ = layer.layer;
  begin(protocol);
}

void PacketBuilder::begin(std::uint8_t protocol) {
  const std::size_t start = header_bytes(network());
  bytes_.resize(start + (transport_ ? header_bytes(*transport_) : 0));
  const NetworkBits& bits = network_bits(family_);
  write_bits(bits.version.first, bits.version.width, family_ == Family::ipv4 ? 4 : 6);
  write_bits(bits.time_to_live.first, bits.time_to_live.width, kTimeToLive);
  write_bits(bits.protocol.first, bits.protocol.width, protocol);
  for (const auto& [layer, offset] :
       {std::pair(std::optional(network()), std::size_t{0}), std::pair(transport_, start)})
    if (layer)
      write_bits(8 * offset + row(*layer).length.bit, row(*layer).length.bits,
                 row(*layer).length.minimum);
  write_lengths();
}

void PacketBuilder::write_lengths() {
  const std::size_t start = header_bytes(network());
  const Bits length = network_bits(family_).length;
  write_bits(length.first, length.width, bytes_.size() - (family_ == Family::ipv4 ? 0 : start));
  if (transport_ == Layer::udp)
    write_bits(8 * start + kUdpLength.first, kUdpLength.width, bytes_.size() - start);
}

void PacketBuilder::write_bits(std::size_t first, unsigned width, std::uint64_t value) {
  for (unsigned i = 0; i < width; ++i) {
    const std::size_t bit = first + width - 1 - i;
    const auto mask = std::byte{0x80} >> (bit % 8);
    std::byte& byte = bytes_[bit / 8];
    byte = (value >> i & 1) != 0 ? byte | mask : byte & ~mask;
  }
}

std::optional<PacketBuilder::Place> PacketBuilder::locate(const FieldRow& field) const {
  const auto* source = std::get_if<InHeader>(&field.source);
  if (source == nullptr || field.type == Type::address) return std::nullopt;
  for (const HeaderBits& at : std::span(source->at).first(source->count)) {
    if (at.layer != network() && at.layer != transport_) continue;
    const std::size_t start = at.layer == network() ? 0 : 8 * header_bytes(network());
    return Place{
        .layer = at.layer, .first_bit = start + at.bit, .bits = at.bits, .scale = at.scale};
  }
  return std::nullopt;
}

bool PacketBuilder::holds_in_transport(const FieldRow& field) const {
  const auto place = locate(field);
  return place && place->layer == transport_;
}

std::vector<PacketBuilder::Place> PacketBuilder::ports() const {
  std::vector<Place> places;
  for (const FieldRow& field : kFields)
    if (const auto place = locate(field); place && field.kind == ValueKind::port)
      places.push_back(*place);
  std::ranges::sort(places, {}, &Place::first_bit);
  return places;
}

void PacketBuilder::set_ports(std::int64_t source, std::int64_t destination) {
  const auto places = ports();
  write_bits(places[0].first_bit, places[0].bits, static_cast<std::uint64_t>(source));
  write_bits(places[1].first_bit, places[1].bits, static_cast<std::uint64_t>(destination));
}

void PacketBuilder::set_addresses(const Address& source, const Address& destination) {
  // Both families end their fixed header with the two addresses.
  const unsigned width = address_bits(family_);
  std::size_t first = 8 * header_bytes(network()) - 2 * width;
  for (const Address& address : {source, destination}) {
    if (width > 64) write_bits(first, width - 64, address.bits.high);
    write_bits(first + width - std::min(width, 64U), std::min(width, 64U), address.bits.low);
    first += width;
  }
}

std::int64_t PacketBuilder::get(const FieldRow& field) const {
  const auto place = locate(field);
  return static_cast<std::int64_t>(read_bits(bytes_, place->first_bit, place->bits) * place->scale);
}

bool PacketBuilder::set(const FieldRow& field, std::int64_t value) {
  const auto place = locate(field);
  if (value % place->scale != 0) return false;
  write_bits(place->first_bit, place->bits, static_cast<std::uint64_t>(value / place->scale));
  return true;
}

bool PacketBuilder::set_length(std::size_t bytes) {
  if (bytes < bytes_.size()) return false;
  bytes_.resize(bytes);
  write_lengths();
  return true;
}

CapturedPacket PacketBuilder::build() && {
  const std::size_t length = bytes_.size();
  return {.ethertype = family_ == Family::ipv4 ? kEtherTypeIpv4 : kEtherTypeIpv6,
          .bytes = std::move(bytes_),
          .wire_bytes = length};
}

}  // namespace fwc::cli
