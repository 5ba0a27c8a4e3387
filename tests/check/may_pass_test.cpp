// SPDX-License-Identifier: MIT
// What a call may be refused for: never what some packet to that destination would pass. Held
// against the evaluator on random filters and packets.
#include "compiler/check/may_pass.h"

#include <gtest/gtest.h>

#include <iostream>

#include "compiler/eval/evaluate.h"
#include "compiler/eval/header_walk.h"
#include "fwc/compile.h"
#include "tests/harness/corpus.h"
#include "tests/harness/expression.h"

namespace fwc::test {
namespace {

/// A packet of which nothing is known but what a call names.
struct Named {
  Layer transport;
  TestPacket packet;
};

/// What a socket names that sends the packet; nothing of packets that no such socket sends.
std::optional<Named> named_by(const TestPacket& packet) {
  const Headers headers = walk_headers(packet.view());
  if (headers.malformed || !headers.transport) return std::nullopt;
  const auto bits = [&](std::size_t first, unsigned width) {
    return read_bits(packet.bytes, first, width);
  };
  for (const Layer layer : {Layer::tcp, Layer::udp}) {
    if (!has_layer(headers, layer)) continue;
    const auto port = static_cast<std::uint16_t>(bits(8 * *headers.transport + 16, 16));
    const Header transport =
        layer == Layer::tcp ? Header(Tcp{.dst_port = port}) : Header(Udp{.dst_port = port});
    if (headers.family == Family::ipv4)
      return Named{layer, Stack{{Ipv4{.src = 0, .dst = static_cast<std::uint32_t>(bits(128, 32))},
                                 transport}}};
    Ipv6 header{.src = {}};
    for (unsigned i = 0; i < 8; ++i)
      header.dst[i] = static_cast<std::uint16_t>(bits(192 + 16 * i, 16));
    return Named{layer, Stack{{header, transport}}};
  }
  return std::nullopt;
}

struct Case {
  const char* filter;
  TestPacket packet;
  bool may_pass;
};

TEST(MayPass, SaysWhatTheDestinationAloneDecides) {
  const TestPacket https = Ipv4{.dst = 0x0a000002} / Tcp{.dst_port = 443};
  const TestPacket dns = Ipv6{} / Udp{.dst_port = 53};
  const Case cases[] = {
      {"tcp && dst_port == 443", https, true},
      {"tcp && dst_port == 443", dns, false},
      {"tcp && dst_port == 443 && len < 100", https, true},
      {"tcp && dst_port != 443 && len < 100", https, false},
      {"!(tcp && dst_port == 443)", https, false},
      {"!(tcp && dst_port == 443 && len < 100)", https, true},
      {"!(tcp && len < 100 || dst_port == 443)", https, false},
      {"dst_ip in 10.0.0.0/8", https, true},
      {"dst_ip in 10.0.0.0/8", dns, false},
      {"remote_ip == 10.0.0.3 || remote_port == 53", https, false},
      {"port == 53", https, true},  // the source may be 53
      {"icmp.type == 8", dns, false},
      {"icmp.type != 8", dns, true},
      {"sctp.src_port == 0", dns, false},
      {"proto == 17", dns, true},
      {"proto == 17", https, false},
      {"len < 100 ? dst_port == 53 : dst_port == 54", dns, true},
      {"len < 100 ? dst_port == 54 : dst_port == 55", dns, false},
      {"dst_port == 443 ? uid == 0 : dst_port == 53", https, true},
      {"dst_port == 443 ? false : uid == 0", https, false},
      {"dst_port == 443 ^^ len > 5", https, true},
      {"established || reply", https, true},
      {"payload[0:2] == 0x1234 && dst_port == 53", https, false},
      {"payload[0:2] == 0x1234 || dst_port == 53", https, true},
      {"payload.len > 5", https, true},
      {"ingress || dst_port == 53", https, false},
      {"dst_port + 1 == 54", dns, true},
      {"dst_port + len == 54", https, true},
      {"drop dst_port == 443; default allow;", https, false},
      {"drop dst_port == 443 && len > 5; default allow;", https, true},
      {"allow uid == 0; drop dst_port == 443; default allow;", https, true},
      {"drop tcp; allow dst_port == 443; default drop;", https, false},
      {"count true; allow dst_port == 443; default drop;", https, true},
      {"egress { drop tcp; default allow; } ingress { default allow; }", https, false},
  };
  for (const Case& c : cases) {
    const ParseResult parsed = parse_filter(c.filter);
    ASSERT_TRUE(parsed.filter) << c.filter;
    const auto named = named_by(c.packet);
    ASSERT_TRUE(named);
    const CheckedFilter bound = may_pass(parsed.filter->checked(), named->transport);
    EXPECT_EQ(evaluate(bound, named->packet.view()), c.may_pass) << c.filter;
    EXPECT_EQ(evaluate(bound, c.packet.view()), c.may_pass) << c.filter;
  }
}

TEST(MayPass, IsNeverStricterThanTheFilter) {
  Dice dice(20190801);
  const std::vector<TestPacket> corpus = packet_corpus();
  std::size_t passed = 0;
  std::size_t refused = 0;
  for (int i = 0; i < 3000; ++i) {
    const std::string text = random_filter(dice, true).text();
    const ParseResult parsed = parse_filter(text);
    if (!parsed.filter) continue;
    const CheckedFilter& filter = parsed.filter->checked();
    const CheckedFilter over_tcp = may_pass(filter, Layer::tcp);
    const CheckedFilter over_udp = may_pass(filter, Layer::udp);
    for (int n = 0; n < 60; ++n) {
      TestPacket packet = dice.one_in(4) ? dice.of(corpus) : random_packet(dice);
      packet.context.established = dice.one_in(2);
      const auto named = named_by(packet);
      if (!named) continue;
      const CheckedFilter& bound = named->transport == Layer::tcp ? over_tcp : over_udp;
      const bool may = evaluate(bound, named->packet.view());
      EXPECT_EQ(evaluate(bound, packet.view()), may) << "asks for more: " << text;
      if (evaluate(filter, packet.view())) {
        ++passed;
        ASSERT_TRUE(may) << text << "\n" << testing::PrintToString(packet);
      }
      refused += !may;
    }
  }
  std::cout << passed << " packets passed, " << refused << " calls would be refused\n";
  EXPECT_GT(passed, 20000u);
  EXPECT_GT(refused, 5000u);
}

}  // namespace
}  // namespace fwc::test
