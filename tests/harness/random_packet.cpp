// SPDX-License-Identifier: MIT
// Random packets: a stack of mostly valid headers, now and then damaged.
#include "tests/harness/corpus.h"

namespace fwc::test {

namespace {

/// Mostly a whole multiple of 8 that is 0; a later fragment in one of eight.
std::uint16_t random_offset(Dice& dice) {
  return dice.one_in(8) ? static_cast<std::uint16_t>(8 * (1 + dice.below(8190))) : 0;
}

Header random_transport(Dice& dice) {
  switch (dice.below(9)) {
    case 0:
    case 1:
    case 2: return Udp{.src_port = dice.of(kPorts), .dst_port = dice.of(kPorts)};
    case 3:
    case 4:
    case 5:
      return Tcp{.src_port = dice.of(kPorts),
                 .dst_port = dice.of(kPorts),
                 .flags = dice.of(kFlags),
                 .options = dice.below(4) * 4};
    case 6: return Icmp{.type = dice.of(kIcmpTypes), .code = dice.of(kBytes)};
    case 7: return Sctp{.src_port = dice.of(kPorts), .dst_port = dice.of(kPorts)};
    default:
      return Opaque{
          .protocol = dice.of(kProtocols), .size = dice.below(48), .fill = dice.of(kBytes)};
  }
}

Stack random_ipv4(Dice& dice) {
  return Stack{{Ipv4{.src = dice.of(kIpv4Addresses),
                     .dst = dice.of(kIpv4Addresses),
                     .ttl = dice.of(kBytes),
                     .tos = dice.of(kBytes),
                     .df = dice.one_in(2),
                     .mf = dice.one_in(8),
                     .fragment_offset = random_offset(dice),
                     .options = dice.one_in(3) ? dice.below(11) * 4 : 0}}};
}

Header random_extension(Dice& dice) {
  if (dice.one_in(4))
    return Fragment{
        .offset = random_offset(dice), .more = dice.one_in(3), .reserved = dice.of(kBytes)};
  std::uint8_t number = dice.of(kExtensionNumbers);
  if (number == 44) number = 60;
  return Extension{.number = number,
                   .length = static_cast<std::uint8_t>(dice.below(5)),
                   .fill = dice.of(kBytes)};
}

Stack random_ipv6(Dice& dice) {
  Stack stack{{Ipv6{.src = dice.of(kIpv6Addresses),
                    .dst = dice.of(kIpv6Addresses),
                    .hop_limit = dice.of(kBytes),
                    .traffic_class = dice.of(kBytes),
                    .flow_label = dice.one_in(2) ? 0x12345u : 0u}}};
  if (dice.one_in(2))
    for (std::size_t n = dice.below(dice.one_in(4) ? 11 : 4); n > 0; --n)
      stack = stack / random_extension(dice);
  return stack;
}

TestPacket damaged(TestPacket packet, Dice& dice) {
  if (packet.bytes.empty()) return packet;
  switch (dice.below(3)) {
    case 0: return truncated(packet, dice.below(packet.bytes.size() + 1));
    case 1: return with_byte(packet, dice.below(packet.bytes.size()), dice.of(kBytes));
    default: return with_ethertype(packet, dice.one_in(2) ? 0x0806 : 0x88b5);
  }
}

Payload random_payload(Dice& dice) {
  if (dice.one_in(2)) return Payload{dice.below(24), dice.of(kBytes)};
  return Payload{.size = dice.one_in(8) ? 1U : 0U,
                 .text = std::string(kPayloadText.substr(0, dice.below(kPayloadText.size() + 1)))};
}

}  // namespace

TestPacket random_packet(Dice& dice) {
  Stack stack = dice.one_in(2) ? random_ipv4(dice) : random_ipv6(dice);
  stack = stack / random_transport(dice) / random_payload(dice);
  TestPacket packet = stack;
  packet.context.mark = dice.one_in(2) ? dice.of(kBytes) : 0u;
  packet.context.priority = dice.one_in(2) ? 6u : 0u;
  packet.context.gso_size = dice.one_in(4) ? 1448u : 0u;
  packet.context.gso_segments = dice.one_in(4) ? 45u : 0u;
  return dice.one_in(8) ? damaged(packet, dice) : packet;
}

}  // namespace fwc::test
