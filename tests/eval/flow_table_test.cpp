// SPDX-License-Identifier: MIT
// What the evaluator remembers of packets: which open a flow, which belong to it, and for how long.
#include "compiler/eval/flow_table.h"

#include <gtest/gtest.h>

#include "tests/harness/packet_builder.h"

namespace fwc::test {
namespace {

constexpr std::uint8_t kFin = 0x01;
constexpr std::uint8_t kSyn = 0x02;
constexpr std::uint8_t kRst = 0x04;
constexpr std::uint8_t kAck = 0x10;
constexpr std::uint32_t kHere = 0x0a000001;
constexpr std::uint32_t kThere = 0x0a000002;

enum class Is { none, established, reply };

std::ostream& operator<<(std::ostream& out, Is is) {
  return out << (is == Is::none ? "none" : is == Is::established ? "established" : "reply");
}

class Flows : public testing::Test {
 protected:
  /// What the packet is, which then passes.
  Is see(const TestPacket& packet, bool ingress) {
    const Is is = ask(packet, ingress);
    table_.remember(view(packet, ingress), now_);
    return is;
  }

  Is ask(const TestPacket& packet, bool ingress) {
    const Packet known = table_.look_up(view(packet, ingress), now_);
    EXPECT_TRUE(known.context.established || !known.context.reply);
    return known.context.reply ? Is::reply : known.context.established ? Is::established : Is::none;
  }

  Is sent(std::uint8_t flags) {
    return see(Ipv4{.src = kHere, .dst = kThere} / Tcp{.flags = flags}, false);
  }
  Is received(std::uint8_t flags) {
    return see(
        Ipv4{.src = kThere, .dst = kHere} / Tcp{.src_port = 80, .dst_port = 40000, .flags = flags},
        true);
  }
  void wait(std::uint64_t seconds) { now_ += seconds * kSecond; }

  FlowTable table_;

 private:
  static Packet view(const TestPacket& packet, bool ingress) {
    Packet view = packet.view();
    view.context.ingress = ingress;
    return view;
  }

  std::uint64_t now_ = 1000 * kSecond;
};

TEST_F(Flows, OfTcpAreOpenedBySyn) {
  EXPECT_EQ(received(kSyn | kAck), Is::none);
  EXPECT_EQ(sent(kAck), Is::none);
  EXPECT_EQ(received(kAck), Is::none);
  EXPECT_EQ(sent(kSyn | kFin), Is::none);
  EXPECT_EQ(received(kAck), Is::none);
  EXPECT_EQ(table_.size(), 0u);
  EXPECT_EQ(sent(kSyn), Is::none);
  EXPECT_EQ(sent(kSyn), Is::none) << "sent again";
  EXPECT_EQ(sent(kAck), Is::none) << "not answered";
  EXPECT_EQ(received(kSyn | kAck), Is::reply);
  EXPECT_EQ(sent(kAck), Is::established);
  EXPECT_EQ(received(kAck), Is::reply);
  EXPECT_EQ(received(kSyn), Is::none) << "another connection";
  EXPECT_EQ(received(kAck), Is::reply);
}

TEST_F(Flows, ThatWereAcceptedHaveNoReplies) {
  EXPECT_EQ(received(kSyn), Is::none);
  EXPECT_EQ(sent(kSyn | kAck), Is::established);
  EXPECT_EQ(received(kAck), Is::established);
  EXPECT_EQ(sent(kAck), Is::established);
}

TEST_F(Flows, OfTcpEndSoonAfterFinOrRst) {
  for (const std::uint8_t last : {kFin, kRst}) {
    sent(kSyn);
    received(kSyn | kAck);
    wait(7440);
    EXPECT_EQ(received(kAck), Is::reply);
    wait(240);
    EXPECT_EQ(sent(last | kAck), Is::established);
    wait(240);
    EXPECT_EQ(received(kAck), Is::reply);
    wait(241);
    EXPECT_EQ(received(kAck), Is::none);
  }
}

TEST_F(Flows, OfTcpBeginAgainAfterAnEnd) {
  received(kSyn);
  sent(kSyn | kAck);
  sent(kFin | kAck);
  EXPECT_EQ(sent(kSyn), Is::none);
  EXPECT_EQ(sent(kAck), Is::none);
  EXPECT_EQ(received(kSyn | kAck), Is::reply);
}

TEST_F(Flows, ThatAreNotAnsweredEndSoon) {
  sent(kSyn);
  wait(241);
  EXPECT_EQ(received(kSyn | kAck), Is::none);
}

TEST_F(Flows, OfUdpBeginWithAnyPacket) {
  const TestPacket question = Ipv6{} / Udp{};
  const TestPacket answer =
      Ipv6{.src = Ipv6{}.dst, .dst = Ipv6{}.src} / Udp{.src_port = 53, .dst_port = 40000};
  const TestPacket other =
      Ipv6{.src = Ipv6{}.dst, .dst = Ipv6{}.src} / Udp{.src_port = 54, .dst_port = 40000};
  EXPECT_EQ(ask(answer, true), Is::none);
  EXPECT_EQ(see(question, false), Is::none);
  EXPECT_EQ(see(question, false), Is::none);
  EXPECT_EQ(ask(other, true), Is::none);
  EXPECT_EQ(see(answer, true), Is::reply);
  EXPECT_EQ(see(question, false), Is::established);
  wait(300);
  EXPECT_EQ(ask(answer, true), Is::reply);
  wait(1);
  EXPECT_EQ(ask(answer, true), Is::none);
}

TEST_F(Flows, OfEchoAreThoseOfWhoAsks) {
  for (const bool six : {false, true}) {
    const auto echo = [six](bool from_here, std::uint8_t type4, std::uint8_t type6,
                            std::uint16_t id) -> TestPacket {
      if (six)
        return Ipv6{.src = from_here ? Ipv6{}.src : Ipv6{}.dst,
                    .dst = from_here ? Ipv6{}.dst : Ipv6{}.src} /
               Icmp{.type = type6, .id = id};
      return Ipv4{.src = from_here ? kHere : kThere, .dst = from_here ? kThere : kHere} /
             Icmp{.type = type4, .id = id};
    };
    EXPECT_EQ(see(echo(true, 8, 128, 7), false), Is::none);
    EXPECT_EQ(see(echo(false, 0, 129, 8), true), Is::none) << "another identifier";
    EXPECT_EQ(see(echo(false, 8, 128, 7), true), Is::none) << "a question from there";
    EXPECT_EQ(see(echo(false, 0, 129, 7), true), Is::reply);
    EXPECT_EQ(see(echo(true, 0, 129, 7), false), Is::established) << "the answer to there";
    EXPECT_EQ(see(echo(false, 3, 1, 7), true), Is::none) << "an error message";
  }
}

TEST_F(Flows, AreNoneOfWhatHasNoPortsHere) {
  for (const TestPacket& packet :
       {TestPacket(Ipv4{.fragment_offset = 64} / Udp{}),
        TestPacket(Ipv4{} / Opaque{.protocol = 47, .size = 8}),
        with_ethertype(Ipv4{} / Udp{}, 0x0806), truncated(Ipv4{} / Udp{}, 24)}) {
    EXPECT_EQ(see(packet, false), Is::none);
    EXPECT_EQ(table_.size(), 0u) << testing::PrintToString(packet);
  }
}

TEST_F(Flows, BeyondThoseThatFitForgetTheOldest) {
  table_ = FlowTable(2);
  const auto question = [](std::uint16_t port) -> TestPacket {
    return Ipv4{.src = kHere, .dst = kThere} / Udp{.src_port = port};
  };
  const auto answer = [](std::uint16_t port) -> TestPacket {
    return Ipv4{.src = kThere, .dst = kHere} / Udp{.src_port = 53, .dst_port = port};
  };
  for (const std::uint16_t port : {1, 2, 3}) {
    see(question(port), false);
    wait(2);
  }
  EXPECT_EQ(ask(answer(1), true), Is::none);
  EXPECT_EQ(ask(answer(2), true), Is::reply);
  EXPECT_EQ(ask(answer(3), true), Is::reply);
}

}  // namespace
}  // namespace fwc::test
