// SPDX-License-Identifier: MIT
// Filters of 2019 keep their verdicts, by the evaluator; and the differences are real ones.
#include <gtest/gtest.h>

#include "fwc/compile.h"
#include "tests/differential/example.h"

namespace fwc::test {
namespace {

TEST(Example, EvaluatorGivesTheVerdictsOf2019) {
  const std::vector<TestPacket> packets = packets_read_alike();
  for (const ExampleFilter& filter : example_filters()) {
    const ParseResult parsed = parse_filter(filter.text);
    ASSERT_TRUE(parsed.filter) << filter.text;
    const Comparison2019 result = compare_with_2019(filter, packets, [&](const TestPacket& p) {
      return parsed.filter->judge(p.bytes, p.ethertype);
    });
    EXPECT_GE(result.compared, kLeastCompared) << filter.text;
    EXPECT_TRUE(result.differing.empty())
        << filter.text << " on " << testing::PrintToString(result.differing.front());
  }
}

TEST(Example, HasTheFiltersThatWerePromised) {
  EXPECT_GE(example_filters().size(), 55u);
}

/// Each difference has a packet on which the program of 2019 was wrong.
TEST(Example, DifferencesAreReal) {
  const auto words = [](const TestPacket& p) { return read_as_in_2019(p); };
  const TestPacket short_udp = Ipv4{} / Udp{};
  EXPECT_TRUE(is_udp_shorter_than_tcp(short_udp));
  EXPECT_FALSE(words(short_udp));
  EXPECT_TRUE(words(Ipv4{} / Udp{} / Payload{12}));

  const TestPacket later = Ipv4{.fragment_offset = 8, .protocol = 17} / Payload{20, 0x35};
  EXPECT_TRUE(is_later_fragment(later));
  EXPECT_EQ(words(later)->dst_port, 0x3535);

  const TestPacket hidden = Ipv6{} / Extension{.number = 60, .length = 1, .fill = 0} /
                            Udp{.dst_port = 9999} / Payload{12};
  const TestPacket spoofed = with_byte(hidden, 52, 53);
  EXPECT_TRUE(was_misread_as_extensions(spoofed));
  EXPECT_EQ(words(spoofed)->dst_port, 53);
  EXPECT_FALSE(was_misread_as_extensions(Ipv6{} / Extension{} / Udp{} / Payload{12}));

  const ExampleFilter low{"dst_port < 1024",
                          [](const ExampleWords& w) { return w.dst_port < 1024; }};
  EXPECT_TRUE(hangs_on_absent_ports(low, Ipv4{} / Icmp{}));
  EXPECT_FALSE(hangs_on_absent_ports(low, Ipv4{} / Tcp{}));
}

}  // namespace
}  // namespace fwc::test
