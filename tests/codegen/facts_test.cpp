// SPDX-License-Identifier: MIT
// The sets of packets that lowering reasons with.
#include "compiler/codegen/facts.h"

#include <gtest/gtest.h>

namespace fwc::codegen {
namespace {

TEST(Facts, OfDifferentProtocolsExclude) {
  EXPECT_TRUE((facts_of(Layer::tcp) & facts_of(Layer::udp)).impossible());
  EXPECT_FALSE((facts_of(Layer::tcp) & facts_of(Layer::ipv6)).impossible());
}

TEST(Facts, IcmpBelongsToItsFamily) {
  EXPECT_TRUE((facts_of(Layer::icmpv4) & facts_of(Layer::ipv6)).impossible());
  EXPECT_TRUE((facts_of(Layer::icmpv6) & facts_of(Layer::ipv4)).impossible());
}

TEST(Facts, OfAProtocolAreIp) {
  EXPECT_EQ((Facts{} & facts_of(Layer::udp)).families, kBothFamilies);
  EXPECT_EQ((Facts{} & facts_of_header(Layer::udp)).header, Facts::kHeaderKnown);
}

TEST(Facts, HullHoldsBoth) {
  const Facts a = facts_of(Layer::tcp), b = facts_of_header(Layer::icmpv4);
  EXPECT_TRUE(contains(hull(a, b), a));
  EXPECT_TRUE(contains(hull(a, b), b));
  EXPECT_EQ(hull(kImpossible, a), a);
}

TEST(Facts, WithoutIsExactInOneFactor) {
  const Facts rest = without(Facts{}, facts_of(Layer::ipv4));
  EXPECT_EQ(rest.families, kIpv6Family | Facts::kNoFamily);
  EXPECT_TRUE(without(facts_of(Layer::tcp), Facts{}).impossible());
}

/// Whether a packet of one family, protocol and header state is in the set.
bool holds(const Facts& set, const Facts& packet) {
  return !(set & packet).impossible();
}

std::vector<Facts> every_packet() {
  std::vector<Facts> packets;
  for (const std::uint8_t family : {kIpv4Family, kIpv6Family, Facts::kNoFamily})
    for (unsigned protocol = 0; protocol <= kLayers.size(); ++protocol)
      for (const std::uint8_t header : {Facts::kHeaderUnknown, Facts::kHeaderKnown})
        packets.push_back(
            {.families = family, .protocols = std::uint32_t{1} << protocol, .header = header});
  return packets;
}

TEST(Facts, WithoutLosesNoPacketOfTheRest) {
  std::vector<Facts> boxes{Facts{}};
  for (const LayerRow& layer : kLayers) {
    boxes.push_back(facts_of(layer.layer));
    boxes.push_back(facts_of_header(layer.layer));
  }
  for (const Facts& a : boxes)
    for (const Facts& b : boxes)
      for (const Facts& packet : every_packet()) {
        const bool in_rest = holds(a, packet) && !holds(b, packet);
        EXPECT_TRUE(!in_rest || holds(without(a, b), packet));
      }
}

}  // namespace
}  // namespace fwc::codegen
