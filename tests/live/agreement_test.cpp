// SPDX-License-Identifier: MIT
// Evaluator and kernel on the same bytes, sent by real sockets: packets of every shape that the
// stack lets through, and the same headers where no byte of them is linear.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "fwc/compile.h"
#include "fwc/runtime/attachments.h"
#include "fwc/runtime/counters.h"
#include "tests/harness/corpus.h"
#include "tests/live/raw_sender.h"
#include "tests/runtime/sandbox.h"

namespace fwc::test {
namespace {

using runtime::LoadedObject;

// Every kind of field; about as many packets pass as are dropped.
constexpr const char* kFilters[] = {
    "true",
    "icmp || (udp && dst_port == 53)",
    "!(icmp || (udp && dst_port == 53))",
    "src_port > dst_port",
    "dst_port != 53",
    "dst_port in {22, 53, 1000..9999}",
    "icmp.type == 8 || icmp.type == 128",
    "!(icmp.type == 8 || icmp.type == 128)",
    "icmp.code != 3",
    "tcp.syn || tcp.flags == 0x18",
    "!tcp.ack",
    "fragment",
    "proto in {6, 17, 44, 50..60}",
    "len % 2 == 0",
    "ttl > 63 && src_ip in {10.0.0.0/8, 2001:db8::/32}",
    "icmpv4 || icmpv6 || dst_port * 2 > src_port + 7",
};

struct Verdicts {
  std::uint64_t passed = 0;
  std::uint64_t dropped = 0;

  friend bool operator==(const Verdicts&, const Verdicts&) = default;
};

void add(Verdicts& verdicts, bool passed) {
  (passed ? verdicts.passed : verdicts.dropped) += 1;
}

// What the program itself counted.
Verdicts counted(const LoadedObject& object) {
  const auto reading = runtime::read_counters(object);
  EXPECT_TRUE(reading) << reading.error().message;
  return {reading->total.egress.passed.packets, reading->total.egress.dropped.packets};
}

/// A filter on both sides: as the evaluator judges, and at work on a cgroup.
struct Judges {
  Filter filter;
  LoadedObject object;
};

class AgreementTest : public SandboxTest {
 protected:
  std::unique_ptr<Judges> put_on(const std::string& text) {
    const ParseResult parsed = parse_filter(text);
    const CompileResult compiled = compile(text, {.counters = true});
    EXPECT_TRUE(parsed.filter && compiled.object) << text;
    auto loaded = runtime::load(*compiled.object);
    EXPECT_TRUE(loaded) << text << loaded.error().message;
    const auto attached = runtime::attach(*loaded, cgroup_, runtime::Direction::egress);
    EXPECT_TRUE(attached) << attached.error().message;
    return std::make_unique<Judges>(Judges{*parsed.filter, *std::move(loaded)});
  }
};

// Both ends are asked for each packet: the sender's errno, and the program's own count.
void expect_agreement(const Judges& judges, const std::vector<TestPacket>& packets,
                      const RawSender& sender, Verdicts& all) {
  // The counters of the filter before go on.
  Verdicts expected = counted(judges.object);
  const Verdicts before = expected;
  for (const TestPacket& packet : packets) {
    const bool passes = judges.filter.judge(packet.bytes, packet.ethertype);
    const Sent sent = sender.send(packet);
    if (sent == Sent::refused) continue;
    add(expected, passes);
    EXPECT_EQ(sent == Sent::passed, passes) << ::testing::PrintToString(packet);
  }
  EXPECT_EQ(counted(judges.object).passed, expected.passed);
  EXPECT_EQ(counted(judges.object).dropped, expected.dropped);
  all.passed += expected.passed - before.passed;
  all.dropped += expected.dropped - before.dropped;
}

TEST_F(AgreementTest, OnEveryPacketThatTheStackTakes) {
  EXPECT_EQ(in_child([&] {
              join(cgroup_);
              const RawSender sender;
              std::vector<TestPacket> packets = packet_corpus();
              std::erase_if(packets, [](const auto& each) { return !RawSender::takes(each); });
              EXPECT_GT(packets.size(), 2000U);
              Verdicts all;
              for (const char* text : kFilters) {
                SCOPED_TRACE(text);
                const auto judges = put_on(text);
                expect_agreement(*judges, packets, sender, all);
              }
              EXPECT_GT(all.passed, 10'000U);
              EXPECT_GT(all.dropped, 10'000U);
              return 0;
            }),
            0);
}

constexpr std::size_t kBig = 20'000;

/// What the sockets send, and the packet that it becomes.
struct BigPacket {
  std::uint8_t protocol;
  std::size_t header;
  TestPacket packet;

  std::span<const std::byte> data() const { return std::span(packet.bytes).subspan(header); }
};

// The corpus with a payload that keeps the kernel from making more than its own header linear.
// Only what begins with a plain header from loopback to loopback can be sent so.
std::vector<BigPacket> big_packets() {
  std::vector<BigPacket> all;
  for (TestPacket packet : packet_corpus()) {
    const bool ipv4 = packet.ethertype == kEtherTypeIpv4;
    const std::size_t header = ipv4 ? 20 : 40;
    if (packet.bytes.size() < header) continue;
    const auto protocol = std::to_integer<std::uint8_t>(packet.bytes[ipv4 ? 9 : 6]);
    const TestPacket plain =
        ipv4
            ? (Ipv4{.src = 0x7f000001, .dst = 0x7f000001, .protocol = protocol} / Payload{}).build()
            : (Ipv6{.src = {0, 0, 0, 0, 0, 0, 0, 1},
                    .dst = {0, 0, 0, 0, 0, 0, 0, 1},
                    .next_header = protocol} /
               Payload{})
                  .build();
    const bool is_ip = ipv4 || packet.ethertype == kEtherTypeIpv6;
    if (!is_ip || (ipv4 && packet.bytes[0] != std::byte{0x45})) continue;
    std::copy(plain.bytes.begin(), plain.bytes.end(), packet.bytes.begin());
    packet.bytes.resize(header + kBig, std::byte{0x35});
    all.push_back({.protocol = protocol, .header = header, .packet = std::move(packet)});
  }
  return all;
}

// Of IPPROTO_RAW the kernel expects the header too, of ICMPv6 it writes a checksum, and of 0 there
// is no socket.
bool has_plain_socket(const BigPacket& each) {
  return each.protocol != 255 && each.protocol != 0;
}

void expect_big_agreement(const Judges& judges, const std::vector<BigPacket>& packets,
                          Verdicts& all) {
  const Verdicts before = counted(judges.object);  // of the filter before
  for (const BigPacket& each : packets) {
    const TestPacket& packet = each.packet;
    const Sent sent = send_behind_header(packet.ethertype, each.protocol, each.data());
    if (sent == Sent::refused) continue;
    const bool passes = judges.filter.judge(packet.bytes, packet.ethertype);
    add(all, passes);
    EXPECT_EQ(sent == Sent::passed, passes)
        << "protocol " << int{each.protocol} << " "
        << ::testing::PrintToString(truncated(packet, 120)) << " and more";
  }
  const Verdicts own = counted(judges.object);
  EXPECT_EQ(own.passed + own.dropped - before.passed - before.dropped, packets.size());
}

// Not one byte behind the network header is linear here: a program that looked at the linear part
// alone would find every transport and extension header cut short, and drop the packet.
TEST_F(AgreementTest, WhereNoTransportHeaderIsLinear) {
  EXPECT_EQ(in_child([&] {
              join(cgroup_);
              std::vector<BigPacket> packets = big_packets();
              std::erase_if(packets, [](const auto& each) { return !has_plain_socket(each); });
              std::vector<BigPacket> some;
              for (std::size_t i = 0; i < packets.size(); i += 5) some.push_back(packets[i]);
              EXPECT_GT(some.size(), 300U);
              Verdicts all;
              for (const char* text : kFilters) {
                SCOPED_TRACE(text);
                const auto judges = put_on(text);
                expect_big_agreement(*judges, some, all);
              }
              EXPECT_GT(all.passed, 1000U);
              EXPECT_GT(all.dropped, 1000U);
              return 0;
            }),
            0);
}

}  // namespace
}  // namespace fwc::test
