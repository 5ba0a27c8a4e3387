// SPDX-License-Identifier: MIT
// The fixed corpus, one function a topic.
#include "tests/harness/corpus.h"

#include <set>
#include <string>
#include <utility>

namespace fwc::test {

namespace {

using Packets = std::vector<TestPacket>;

/// Every transport, with the payload that makes it whole.
std::vector<Stack> transports() {
  std::vector<Stack> all;
  for (const std::uint16_t port : kPorts) {
    all.push_back(Udp{.dst_port = port} / Payload{4});
    all.push_back(Udp{.src_port = port, .dst_port = 9} / Payload{16});
    all.push_back(Tcp{.dst_port = port} / Payload{0});
    all.push_back(Tcp{.src_port = port, .dst_port = 9} / Payload{8});
  }
  for (const std::uint8_t flags : kFlags) all.push_back(Tcp{.flags = flags} / Payload{2});
  for (const std::uint8_t type : kIcmpTypes) {
    all.push_back(Icmp{.type = type} / Payload{4});
    all.push_back(Icmp{.type = type, .code = 3, .protocol = 1} / Payload{4});
    all.push_back(Icmp{.type = type, .code = 1, .protocol = 58} / Payload{4});
  }
  for (const std::uint16_t port : kPorts) all.push_back(Sctp{.dst_port = port} / Payload{4});
  for (const std::uint8_t protocol : kProtocols)
    for (const std::size_t size : {0, 3, 7, 8, 11, 12, 19, 20, 40})
      all.push_back(Opaque{.protocol = protocol, .size = size} / Payload{0});
  for (const std::size_t options : {4, 12, 40}) all.push_back(Tcp{.options = options} / Payload{3});
  return all;
}

Stack operator+(Stack outer, const Stack& inner) {
  outer.headers.insert(outer.headers.end(), inner.headers.begin(), inner.headers.end());
  return outer;
}

Stack only(const Header& header) {
  return Stack{{header}};
}

void add_transports(Packets& out) {
  for (const Stack& transport : transports()) {
    out.push_back(only(Ipv4{}) + transport);
    out.push_back(only(Ipv6{}) + transport);
    out.push_back(only(Ipv4{.options = 8}) + transport);
    out.push_back(only(Ipv6{}) / Extension{.number = 60, .length = 1} + transport);
    out.push_back(only(Ipv6{}) / Fragment{.more = true} + transport);
    out.push_back(only(Ipv4{.fragment_offset = 64}) + transport);
  }
}

void add_network_values(Packets& out) {
  for (const std::uint32_t a : kIpv4Addresses)
    for (const std::uint32_t b : kIpv4Addresses)
      out.push_back(Ipv4{.src = a, .dst = b} / Udp{} / Payload{1});
  for (const Ipv6Address& a : kIpv6Addresses)
    for (const Ipv6Address& b : kIpv6Addresses) out.push_back(Ipv6{.src = a, .dst = b} / Tcp{});
  for (const std::uint8_t value : kBytes) {
    out.push_back(Ipv4{.ttl = value, .tos = value} / Icmp{});
    out.push_back(Ipv6{.hop_limit = value, .traffic_class = value, .flow_label = value} / Udp{});
  }
  for (std::uint8_t version = 0; version < 16; ++version) {
    out.push_back(Ipv4{.version = version} / Udp{});
    out.push_back(Ipv6{.version = version} / Udp{});
  }
}

void add_stated_lengths(Packets& out) {
  for (std::uint8_t words = 0; words < 16; ++words) {
    for (const std::size_t payload : {0, 12, 52}) {
      out.push_back(Ipv4{.header_words = words} / Udp{.dst_port = 0x3500} / Payload{payload, 0x35});
      out.push_back(Ipv4{} / Tcp{.data_offset = words} / Payload{payload});
      out.push_back(Ipv6{} / Tcp{.data_offset = words} / Payload{payload});
    }
    if (words >= 5)
      out.push_back(Ipv4{.options = (words - 5u) * 4} / Tcp{.dst_port = 22} / Payload{words});
  }
}

/// `count` equal extension headers, then a transport header; with a filling that would be port 53
/// to whoever reads it as ports.
Stack chain(std::uint8_t number, std::uint8_t length, unsigned count, const Stack& transport) {
  Stack stack = only(Ipv6{});
  for (unsigned i = 0; i < count; ++i)
    stack = number == 44 ? stack / Fragment{}
                         : stack / Extension{.number = number, .length = length, .fill = 0x35};
  return stack + transport;
}

void add_extension_chains(Packets& out) {
  const Stack udp = Udp{.src_port = 1, .dst_port = 9999} / Payload{12};
  const Stack tcp = Tcp{.dst_port = 22} / Payload{};
  for (const std::uint8_t number : kExtensionNumbers) {
    for (unsigned count = 0; count <= 12; ++count)
      for (const std::uint8_t length : {0, 1, 2, 5})
        for (const Stack& transport : {udp, tcp, only(Icmp{}), only(Opaque{.protocol = 50})})
          out.push_back(chain(number, length, count, transport));
    for (const std::uint8_t length : {31, 127, 254, 255})
      out.push_back(chain(number, length, 1, tcp));
  }
  out.push_back(chain(60, 45, 8, udp));  // 8 headers of 368 bytes
  out.push_back(chain(60, 45, 9, udp));
}

void add_mixed_chains(Packets& out) {
  Dice dice(11);
  for (unsigned i = 0; i < 400; ++i) {
    Stack stack = only(Ipv6{});
    for (std::size_t n = dice.below(10); n > 0; --n) {
      const std::uint8_t number = dice.of(kExtensionNumbers);
      stack = number == 44 ? stack / Fragment{.more = dice.one_in(2), .reserved = dice.of(kBytes)}
                           : stack / Extension{.number = number,
                                               .length = static_cast<std::uint8_t>(dice.below(4)),
                                               .fill = dice.of(kBytes)};
    }
    out.push_back(stack / Udp{.dst_port = dice.of(kPorts)});
  }
}

void add_fragments(Packets& out) {
  const std::vector<Stack> transport = {Udp{} / Payload{4}, Tcp{.dst_port = 53} / Payload{},
                                        only(Icmp{}), only(Payload{3, 0x35}), only(Payload{})};
  for (const bool more : {false, true}) {
    for (const std::uint16_t offset : {0, 8, 64, 1480, 65528}) {
      for (const Stack& inner : transport) {
        for (const std::uint8_t protocol : kProtocols)
          out.push_back(only(Ipv4{.mf = more, .fragment_offset = offset, .protocol = protocol}) +
                        inner);
        for (const std::uint8_t next : {6, 17, 58, 1, 50, 51, 60, 44, 59})
          out.push_back(
              only(Ipv6{}) / Fragment{.offset = offset, .more = more, .next_header = next} + inner);
        out.push_back(only(Ipv6{}) / Extension{} / Fragment{.more = true} /
                          Fragment{.offset = offset, .more = more} +
                      inner);
      }
    }
  }
  out.push_back(Ipv4{.df = true} / Udp{} / Payload{1});
}

/// Packets whose every shorter form is in the corpus too.
std::vector<TestPacket> to_truncate() {
  return {Ipv4{} / Udp{} / Payload{4},
          Ipv4{.options = 12} / Tcp{.options = 4} / Payload{4},
          Ipv4{} / Icmp{} / Payload{2},
          Ipv4{} / Sctp{} / Payload{2},
          Ipv4{} / Opaque{.protocol = 47, .size = 4},
          Ipv4{.mf = true} / Tcp{},
          Ipv4{.fragment_offset = 8} / Tcp{},
          Ipv6{} / Tcp{} / Payload{2},
          Ipv6{} / Icmp{.type = 128},
          Ipv6{} / Extension{} / Extension{.number = 60, .length = 2} / Udp{} / Payload{2},
          Ipv6{} / Extension{.number = 51, .length = 4} / Fragment{.more = true} / Sctp{},
          Ipv6{} / Fragment{.offset = 8} / Tcp{},
          Ipv6{} / Extension{.number = 43} / Fragment{.offset = 16, .more = true} / Udp{}};
}

void add_truncations(Packets& out) {
  for (const TestPacket& whole : to_truncate())
    for (std::size_t size = 0; size <= whole.bytes.size(); ++size)
      out.push_back(truncated(whole, size));
}

void add_other_ethertypes(Packets& out) {
  const TestPacket ip = Ipv4{} / Udp{};
  const TestPacket ipv6 = Ipv6{} / Tcp{};
  for (const std::uint16_t ethertype : {0x0806, 0x88b5, 0x0800, 0x86dd, 0x8100, 0x0000}) {
    out.push_back(with_ethertype(ip, static_cast<std::uint16_t>(ethertype)));
    out.push_back(with_ethertype(ipv6, static_cast<std::uint16_t>(ethertype)));
    out.push_back(with_ethertype(TestPacket{}, static_cast<std::uint16_t>(ethertype)));
  }
}

void add_sizes(Packets& out) {
  for (const std::size_t size : {0, 1, 11, 12, 100, 512, 1452, 1472, 1473, 3000}) {
    out.push_back(Ipv4{} / Udp{} / Payload{size});
    out.push_back(Ipv6{} / Udp{} / Payload{size, 0xff});
  }
}

void add_tunnels(Packets& out) {
  out.push_back(Ipv4{} / Ipv4{.ttl = 1} / Udp{});
  out.push_back(Ipv4{} / Ipv6{} / Tcp{});
  out.push_back(Ipv6{} / Ipv4{} / Udp{});
  out.push_back(Ipv6{} / Extension{} / Ipv6{} / Tcp{});
}

}  // namespace

std::vector<TestPacket> packet_corpus() {
  Packets all;
  for (auto* add : {add_transports, add_network_values, add_stated_lengths, add_extension_chains,
                    add_mixed_chains, add_fragments, add_truncations, add_other_ethertypes,
                    add_sizes, add_tunnels})
    add(all);
  std::set<std::pair<std::uint16_t, std::string>> seen;
  std::erase_if(all, [&seen](const TestPacket& packet) {
    return !seen.emplace(packet.ethertype, to_hex(packet)).second;
  });
  return all;
}

}  // namespace fwc::test
