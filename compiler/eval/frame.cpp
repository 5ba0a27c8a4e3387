// SPDX-License-Identifier: MIT
// The link layer by hand; see frame.h.
#include "compiler/eval/frame.h"

#include "compiler/eval/header_walk.h"

namespace fwc {

namespace {

constexpr std::size_t kHeaderBytes = 14;
constexpr std::size_t kTagBytes = 4;
constexpr std::size_t kMostTags = 2;
constexpr unsigned kAddressBits = 48;

bool is_tag(std::uint64_t ethertype) {
  return ethertype == 0x8100 || ethertype == 0x88a8;
}

}  // namespace

std::optional<Packet> packet_of(std::span<const std::byte> frame, PacketContext context) {
  if (frame.size() < kHeaderBytes) return std::nullopt;
  LinkLayer link{.destination = read_bits(frame, 0, kAddressBits),
                 .source = read_bits(frame, kAddressBits, kAddressBits)};
  if (context.link) link.vlan = context.link->vlan;
  std::size_t network = kHeaderBytes;
  std::uint64_t ethertype = read_bits(frame, 8 * (network - 2), 16);
  for (std::size_t tags = 0; tags < kMostTags && is_tag(ethertype); ++tags) {
    if (frame.size() < network + kTagBytes) return std::nullopt;
    // Priority and eligibility stand before the 12 bits of the identifier.
    if (!link.vlan) link.vlan = static_cast<std::uint16_t>(read_bits(frame, 8 * network + 4, 12));
    network += kTagBytes;
    ethertype = read_bits(frame, 8 * (network - 2), 16);
  }
  context.link = link;
  return Packet{.protocol = static_cast<std::uint16_t>(ethertype),
                .bytes = frame.subspan(network),
                .context = context};
}

}  // namespace fwc
