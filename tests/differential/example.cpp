// SPDX-License-Identifier: MIT
// The packet filter of 2019, retold in a direct function: the header bytes it looked at, in its
// order, and the lengths it took extension headers for.
#include "tests/differential/example.h"

#include <algorithm>
#include <array>

#include "compiler/eval/header_walk.h"
#include "tests/harness/corpus.h"

namespace fwc::test {

namespace {

constexpr std::size_t kTcpHeader = 20;

/// Bytes of a packet, with a fence that says whether a range lies within.
struct View {
  const Bytes& bytes;

  bool ends_before(std::size_t end) const { return bytes.size() < end; }
  int u8(std::size_t at) const { return std::to_integer<int>(bytes[at]); }
  int u16(std::size_t at) const { return u8(at) << 8 | u8(at + 1); }
};

/// Reads the ports; for both protocols it wants the room of a TCP header.
bool read_ports(const View& packet, std::size_t at, ExampleWords& words) {
  if (packet.ends_before(at + kTcpHeader)) return false;
  words.src_port = packet.u16(at);
  words.dst_port = packet.u16(at + 2);
  return true;
}

void classify(int protocol, int icmp_number, ExampleWords& words) {
  words.icmp = protocol == icmp_number;
  words.tcp = protocol == 6;
  words.udp = protocol == 17;
}

bool read_ipv4(const View& packet, ExampleWords& words) {
  if (packet.ends_before(20)) return false;
  classify(packet.u8(9), 1, words);
  const std::size_t length = static_cast<std::size_t>(packet.u8(0) & 15) * 4;
  return !(words.tcp || words.udp) || read_ports(packet, length, words);
}

bool was_walked(int protocol) {
  static constexpr std::array kWalked = {0, 43, 44, 51, 60};
  return std::ranges::find(kWalked, protocol) != kWalked.end();
}

/// `length` is 8 bits wide there, and what it adds to the second byte is 8 bytes, not 8 times 1.
bool read_ipv6(const View& packet, ExampleWords& words) {
  if (packet.ends_before(40)) return false;
  int protocol = packet.u8(6);
  std::size_t header = 0;
  std::uint8_t length = 40;
  for (int i = 0; i < 8; ++i) {
    classify(protocol, 58, words);
    if (words.tcp || words.udp) return read_ports(packet, header + length, words);
    if (words.icmp || !was_walked(protocol)) return true;
    if (packet.ends_before(header + length + 2)) return false;
    header += length;
    protocol = packet.u8(header);
    length = static_cast<std::uint8_t>(protocol == 44 ? 8 : packet.u8(header + 1) + 8);
    if (packet.ends_before(header + length)) return false;
  }
  return true;
}

/// The header lengths that it took for granted, on a packet that is well formed.
bool all_extensions_are_plain(const View& packet, unsigned count) {
  int number = packet.u8(6);
  std::size_t at = 40;
  for (unsigned i = 0; i < count; ++i, at += 8) {
    if (!was_walked(number) || packet.u8(at + 1) != 0) return false;
    number = packet.u8(at);
  }
  return count < 8;
}

}  // namespace

std::optional<ExampleWords> read_as_in_2019(const TestPacket& packet) {
  ExampleWords words;
  words.ip = packet.ethertype == kEtherTypeIpv4;
  words.ipv6 = packet.ethertype == kEtherTypeIpv6;
  const View view{packet.bytes};
  if (words.ip && !read_ipv4(view, words)) return std::nullopt;
  if (words.ipv6 && !read_ipv6(view, words)) return std::nullopt;
  return words;
}

bool is_malformed(const TestPacket& packet) {
  return walk_headers(packet.view()).malformed;
}

bool was_misread_as_extensions(const TestPacket& packet) {
  const Headers headers = walk_headers(packet.view());
  return headers.extensions != 0 && !all_extensions_are_plain({packet.bytes}, headers.extensions);
}

bool is_udp_shorter_than_tcp(const TestPacket& packet) {
  const auto udp = layer_offset(walk_headers(packet.view()), Layer::udp);
  return udp && packet.bytes.size() < *udp + kTcpHeader;
}

bool is_later_fragment(const TestPacket& packet) {
  return walk_headers(packet.view()).fragment_offset != 0;
}

bool hangs_on_absent_ports(const ExampleFilter& filter, const TestPacket& packet) {
  const std::optional<ExampleWords> words = read_as_in_2019(packet);
  if (!words || words->tcp || words->udp) return false;
  for (const int port : {1, 22, 53, 80, 1024, 40000, 65535}) {
    ExampleWords other = *words;
    other.src_port = other.dst_port = port;
    if (filter.passes(other) != filter.passes(*words)) return true;
  }
  return false;
}

std::vector<TestPacket> packets_read_alike() {
  std::vector<TestPacket> packets = packet_corpus();
  std::erase_if(packets, [](const TestPacket& p) {
    return is_malformed(p) || was_misread_as_extensions(p) || is_udp_shorter_than_tcp(p) ||
           is_later_fragment(p);
  });
  return packets;
}

Comparison2019 compare_with_2019(const ExampleFilter& filter,
                                 const std::vector<TestPacket>& packets, const Judge& judge) {
  Comparison2019 result;
  for (const TestPacket& packet : packets) {
    if (hangs_on_absent_ports(filter, packet)) continue;
    ++result.compared;
    const std::optional<ExampleWords> words = read_as_in_2019(packet);
    const bool passed = words && filter.passes(*words);
    if (judge(packet) != passed) result.differing.push_back(packet);
  }
  return result;
}

}  // namespace fwc::test
