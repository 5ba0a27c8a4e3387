// SPDX-License-Identifier: MIT
// The walk to the transport header, on packets built by hand.
#include "compiler/eval/header_walk.h"

#include <gtest/gtest.h>

#include "tests/harness/corpus.h"

namespace fwc::test {
namespace {

Headers walk(const TestPacket& packet) {
  return walk_headers(packet.view());
}

/// Each shorter form of a packet is malformed exactly where it ends before `whole` bytes.
void expect_whole_from(const TestPacket& packet, std::size_t whole) {
  for (std::size_t size = 0; size <= packet.bytes.size(); ++size)
    EXPECT_EQ(walk(truncated(packet, size)).malformed, size < whole) << size << " bytes";
}

TEST(HeaderWalk, OtherEtherTypesAreNeitherReadNorMalformed) {
  const Headers h = walk(with_ethertype(Ipv4{} / Udp{}, 0x0806));
  EXPECT_FALSE(h.family);
  EXPECT_FALSE(h.malformed);
  EXPECT_FALSE(h.protocol);
  EXPECT_FALSE(walk(TestPacket{.ethertype = 0x0806, .bytes = {}}).malformed);
}

TEST(HeaderWalk, FindsTheTransportHeaderBehindIpv4Options) {
  for (std::size_t options = 0; options <= 40; options += 4) {
    const Headers h = walk(Ipv4{.options = options} / Tcp{});
    EXPECT_FALSE(h.malformed);
    EXPECT_EQ(h.transport, 20 + options);
    EXPECT_EQ(h.protocol, 6);
    EXPECT_EQ(h.ipv4_options, options != 0);
  }
}

TEST(HeaderWalk, HeadersCutShortAreMalformed) {
  expect_whole_from(Ipv4{} / Tcp{.options = 8} / Payload{3}, 20 + 20);
  expect_whole_from(Ipv4{} / Udp{} / Payload{3}, 20 + 8);
  expect_whole_from(Ipv4{} / Icmp{} / Payload{3}, 20 + 8);
  expect_whole_from(Ipv4{} / Sctp{} / Payload{3}, 20 + 12);
  expect_whole_from(Ipv4{.options = 8} / Udp{}, 28 + 8);
  expect_whole_from(Ipv4{} / Opaque{.protocol = 47, .size = 8}, 20);
  expect_whole_from(Ipv4{.options = 8} / Opaque{.protocol = 47, .size = 8}, 28);
  expect_whole_from(Ipv6{} / Tcp{} / Payload{3}, 40 + 20);
  expect_whole_from(Ipv6{} / Icmp{} / Payload{3}, 40 + 8);
  expect_whole_from(Ipv6{} / Extension{.length = 2} / Fragment{} / Sctp{}, 40 + 24 + 8 + 12);
  expect_whole_from(Ipv6{} / Extension{.number = 51, .length = 4} / Opaque{}, 40 + 24);
}

TEST(HeaderWalk, FirstFragmentsAreCheckedAndLaterOnesAreNot) {
  expect_whole_from(Ipv4{.mf = true} / Tcp{}, 40);
  expect_whole_from(Ipv4{.fragment_offset = 8, .protocol = 6} / Payload{20}, 20);
  expect_whole_from(Ipv6{} / Fragment{.more = true} / Udp{}, 40 + 8 + 8);
  expect_whole_from(Ipv6{} / Fragment{.offset = 8} / Udp{}, 40 + 8);
}

TEST(HeaderWalk, VersionsAndStatedLengthsAreChecked) {
  EXPECT_TRUE(walk(Ipv4{.version = 6} / Udp{}).malformed);
  EXPECT_TRUE(walk(Ipv6{.version = 4} / Udp{}).malformed);
  EXPECT_TRUE(walk(Ipv4{.header_words = 4} / Udp{}).malformed);
  EXPECT_TRUE(walk(Ipv4{.header_words = 15} / Udp{}).malformed);
  EXPECT_TRUE(walk(Ipv4{} / Tcp{.data_offset = 4}).malformed);
  EXPECT_FALSE(walk(Ipv4{} / Tcp{.data_offset = 15}).malformed) << "it may point past the end";
}

TEST(HeaderWalk, IcmpBelongsToItsFamily) {
  EXPECT_TRUE(has_layer(walk(Ipv4{} / Icmp{}), Layer::icmpv4));
  EXPECT_TRUE(has_layer(walk(Ipv6{} / Icmp{}), Layer::icmpv6));
  EXPECT_FALSE(has_layer(walk(Ipv4{} / Icmp{.protocol = 58}), Layer::icmpv6));
  EXPECT_FALSE(has_layer(walk(Ipv6{} / Icmp{.protocol = 1}), Layer::icmpv4));
  expect_whole_from(Ipv6{} / Icmp{.protocol = 1}, 40);
}

/// A chain of `count` extension headers of one kind, then TCP.
Stack chain(std::uint8_t number, std::uint8_t length, unsigned count) {
  Stack stack{{Ipv6{}}};
  for (unsigned i = 0; i < count; ++i)
    stack =
        number == 44 ? stack / Fragment{} : stack / Extension{.number = number, .length = length};
  return stack / Tcp{};
}

TEST(HeaderWalk, StepsOverEveryKindOfExtensionHeader) {
  for (const std::uint8_t number : kExtensionNumbers) {
    for (const std::uint8_t length : {0, 1, 7, 255}) {
      const std::size_t size = number == 44   ? 8
                               : number == 51 ? (length + 2u) * 4
                                              : (length + 1u) * 8;
      const Headers h = walk(chain(number, length, 1));
      EXPECT_EQ(h.transport, 40 + size) << int{number} << " of length " << int{length};
      EXPECT_EQ(h.protocol, 6);
      EXPECT_EQ(h.authentication, number == 51);
    }
  }
}

TEST(HeaderWalk, EightExtensionHeadersAreWalkedAndNineAreMalformed) {
  for (const std::uint8_t number : kExtensionNumbers) {
    EXPECT_EQ(walk(chain(number, 1, 8)).protocol, 6);
    EXPECT_FALSE(walk(chain(number, 1, 8)).malformed);
    EXPECT_EQ(walk(chain(number, 1, 8)).extensions, 8u);
    EXPECT_TRUE(walk(chain(number, 1, 9)).malformed);
  }
}

TEST(HeaderWalk, ALaterFragmentEndsTheWalkEvenAsTheEighthHeader) {
  Stack stack{{Ipv6{}}};
  for (int i = 0; i < 7; ++i) stack = stack / Extension{.number = 60};
  const Headers h = walk(stack / Fragment{.offset = 8, .next_header = 60} / Payload{4});
  EXPECT_FALSE(h.malformed);
  EXPECT_EQ(h.protocol, 60);
  EXPECT_FALSE(h.transport);
}

TEST(HeaderWalk, EndsAtWhatIsNoExtensionHeader) {
  for (const std::uint8_t number : {50, 59, 4, 41, 255}) {
    const Headers h = walk(Ipv6{} / Extension{} / Opaque{.protocol = number, .size = 4});
    EXPECT_EQ(h.protocol, number);
    EXPECT_EQ(h.transport, 48u);
  }
}

TEST(HeaderWalk, FragmentHeadersAddUp) {
  const Headers h = walk(Ipv6{} / Fragment{.more = true} / Fragment{} / Udp{});
  EXPECT_TRUE(h.more_fragments);
  EXPECT_EQ(h.fragment_offset, 0u);
  EXPECT_EQ(h.transport, 56u);
  const Headers later = walk(Ipv6{} / Fragment{.offset = 1480} / Fragment{.more = true} / Udp{});
  EXPECT_EQ(later.fragment_offset, 1480u);
  EXPECT_FALSE(later.more_fragments) << "the walk ended before";
  EXPECT_EQ(later.protocol, 44);
}

TEST(HeaderWalk, Ipv4FragmentsKnowTheirOffset) {
  const Headers h = walk(Ipv4{.df = true, .mf = true, .fragment_offset = 65528} / Udp{});
  EXPECT_TRUE(h.more_fragments);
  EXPECT_EQ(h.fragment_offset, 65528u);
  EXPECT_EQ(h.protocol, 17);
  EXPECT_FALSE(h.transport);
  EXPECT_FALSE(walk(Ipv4{.df = true} / Udp{}).more_fragments);
}

TEST(HeaderWalk, AuthenticationIsSeenInBothFamilies) {
  EXPECT_TRUE(walk(Ipv4{} / Opaque{.protocol = 51, .size = 24}).authentication);
  EXPECT_EQ(walk(Ipv4{} / Opaque{.protocol = 51, .size = 24}).protocol, 51) << "it is not walked";
  EXPECT_TRUE(walk(Ipv6{} / Extension{.number = 51, .length = 4} / Udp{}).authentication);
  EXPECT_FALSE(walk(Ipv6{} / Extension{.number = 60} / Udp{}).authentication);
}

TEST(HeaderWalk, ReadsNothingOutsideThePacket) {
  // Each packet in an allocation of its own size, for the sanitizers to watch.
  for (const TestPacket& packet : packet_corpus()) walk(packet);
  Dice dice(2);
  for (int i = 0; i < 5000; ++i) walk(random_packet(dice));
}

TEST(ReadBits, CountsFromTheFirstBitOnTheWire) {
  const TestPacket bytes = raw(0, "80 01 ff 00 00 00 00 00 01");
  EXPECT_EQ(read_bits(bytes.bytes, 0, 1), 1u);
  EXPECT_EQ(read_bits(bytes.bytes, 1, 14), 0u);
  EXPECT_EQ(read_bits(bytes.bytes, 15, 9), 0x1ffu);
  EXPECT_EQ(read_bits(bytes.bytes, 8, 64), 0x01ff'0000'0000'0001u);
}

}  // namespace
}  // namespace fwc::test
