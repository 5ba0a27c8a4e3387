// SPDX-License-Identifier: MIT
// The tools of the tests are tested themselves: bytes of built packets against dumps of real ones,
// what the corpus and the generators reach, and that shrinking ends at something small.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "compiler/language/fields.h"
#include "tests/harness/corpus.h"
#include "tests/harness/expression.h"
#include "tests/harness/kernel_runner.h"
#include "tests/harness/shrink.h"

namespace fwc::test {
namespace {

TEST(PacketBuilder, WritesIpv4AndUdpAsOnTheWire) {
  const TestPacket packet = Ipv4{.ttl = 1, .id = 0xabcd, .df = true} /
                            Udp{.src_port = 0x1111, .dst_port = 53} / Payload{2, 0x55};
  EXPECT_EQ(to_hex(packet),
            "4500001eabcd400001110000"
            "0a0000010a000002"
            "11110035000a0000"
            "5555");
  EXPECT_EQ(packet.ethertype, kEtherTypeIpv4);
}

TEST(PacketBuilder, LinksExtensionHeadersToWhatFollows) {
  const TestPacket packet = Ipv6{.hop_limit = 2} / Extension{.number = 51, .length = 1} /
                            Fragment{.offset = 16, .more = true, .id = 9} / Tcp{.dst_port = 22};
  EXPECT_EQ(to_hex(packet),
            "60000000"
            "0028"
            "33"
            "02"
            "20010db8000000000000000000000001"
            "20010db8000000000000000000000002"
            "2c01"
            "00000000000000000000"
            "06000011"
            "00000009"
            "9c400016"
            "00000001"
            "00000002"
            "5010"
            "7210"
            "00000000");
  EXPECT_EQ(packet.ethertype, kEtherTypeIpv6);
}

TEST(PacketBuilder, RawReadsWhatHexWrites) {
  const TestPacket packet = Ipv6{} / Sctp{} / Payload{3, 0xfe};
  EXPECT_EQ(raw(packet.ethertype, to_hex(packet)), packet);
  EXPECT_EQ(raw(0x0800, "45 00\n0A"), raw(0x0800, "45000a"));
}

TEST(Corpus, IsLargeAndAlwaysTheSame) {
  const std::vector<TestPacket> corpus = packet_corpus();
  EXPECT_GE(corpus.size(), 4000u);
  EXPECT_EQ(corpus, packet_corpus());
}

TEST(RandomPackets, FollowFromTheSeed) {
  Dice a(5), b(5), c(6);
  const TestPacket first = random_packet(a);
  EXPECT_EQ(first, random_packet(b));
  EXPECT_NE(first, random_packet(c));
}

/// The words of a text: names, numbers and runs of operator signs.
std::set<std::string> words_of(const std::string& text) {
  const auto is_name = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '$';
  };
  std::set<std::string> words;
  std::string word;
  for (const char c : text + ' ') {
    const bool ends = word.empty() || std::isspace(static_cast<unsigned char>(c)) ||
                      is_name(c) != is_name(word.back());
    if (ends && !word.empty()) words.insert(std::exchange(word, ""));
    if (!std::isspace(static_cast<unsigned char>(c))) word += c;
  }
  return words;
}

TEST(RandomFilters, ReachEveryFieldAndEveryOperator) {
  Dice dice(1);
  std::string all;
  for (int i = 0; i < 2000; ++i) all += random_filter(dice, true).text() + "\n";
  const std::set<std::string> words = words_of(all);
  for (const FieldRow& f : kFields) {
    // Nobody can foretell the cookie of a socket, so random filters leave it out.
    const auto* fact = std::get_if<SocketFact>(&f.source);
    if (fact != nullptr && *fact == SocketFact::cookie) continue;
    if ((f.hooks & hook_bit(Hook::cgroup)) == 0) continue;
    EXPECT_TRUE(words.contains(std::string(f.name))) << f.name;
  }
  for (const OperatorRow& r : kOperators) {
    EXPECT_NE(all.find(r.symbol), std::string::npos) << r.symbol;
    EXPECT_NE(all.find(r.word), std::string::npos) << r.word;
  }
  for (const char* form : {"0x", "0o", "0b", "_", "'", "..", "/24", "::", "? ", "let $v1", "/*",
                           "# ", "// ", "{", "not in {"})
    EXPECT_NE(all.find(form), std::string::npos) << form;
}

TEST(Shrink, EndsAtTheSmallestPairThatFails) {
  Dice dice(3);
  RandomFilter filter = random_filter(dice);
  while (filter.text().find("dst_port") == std::string::npos || filter.text().size() < 150)
    filter = random_filter(dice);
  const Fails names_a_port_of_a_long_packet = [](const std::string& text, const TestPacket& p) {
    return text.find("dst_port") != std::string::npos && p.bytes.size() >= 20;
  };
  const FailingPair small =
      shrink({filter, Ipv4{} / Udp{} / Payload{40}}, names_a_port_of_a_long_packet);
  EXPECT_LE(small.filter.text().size(), 30u) << small.filter.text();
  EXPECT_EQ(small.packet, raw(kEtherTypeIpv4, std::string(40, '0')));
}

TEST(KernelRunner, FailsRatherThanSkipsWhereTheKernelIsRequired) {
  EXPECT_TRUE(may_load() || !kernel_is_required());
}

TEST(KernelRunner, TellsWhyAnObjectIsRefused) {
  const std::array<std::byte, 4> rubbish{};
  const auto loaded = KernelProgram::load(rubbish, Direction::egress);
  ASSERT_TRUE(std::holds_alternative<std::string>(loaded));
  EXPECT_NE(std::get<std::string>(loaded).find("open:"), std::string::npos);
}

}  // namespace
}  // namespace fwc::test
