// SPDX-License-Identifier: MIT
// What the tables say, where a wrong row would still be well-formed.
#include <gtest/gtest.h>

#include "compiler/check/lints.h"
#include "compiler/language/constants.h"
#include "compiler/language/foreign_names.h"

namespace fwc {
namespace {

std::optional<std::int64_t> number(ValueKind kind, std::string_view name) {
  const auto named = find_constant(kind, name);
  return named && named->ipv4 == named->ipv6 ? named->ipv4 : std::nullopt;
}

TEST(Constants, PortsAndProtocols) {
  EXPECT_EQ(number(ValueKind::port, "https"), 443);
  EXPECT_EQ(number(ValueKind::port, "domain"), 53);
  EXPECT_EQ(number(ValueKind::port, "tcp"), std::nullopt);
  EXPECT_EQ(number(ValueKind::protocol, "tcp"), 6);
  EXPECT_EQ(number(ValueKind::protocol, "icmp"), 1);
  EXPECT_EQ(number(ValueKind::protocol, "icmpv6"), 58);
  EXPECT_EQ(number(ValueKind::protocol, "ip"), std::nullopt);
  EXPECT_EQ(number(ValueKind::protocol, "gre"), 47);
  EXPECT_EQ(number(ValueKind::plain, "https"), std::nullopt);
}

TEST(Constants, FlagsComeFromTheFields) {
  const std::vector<std::string_view> names = {"cwr", "ece", "urg", "ack",
                                               "psh", "rst", "syn", "fin"};
  EXPECT_EQ(constant_names(ValueKind::tcp_flags), names);
  std::int64_t value = 128;
  for (const std::string_view name : names) {
    EXPECT_EQ(number(ValueKind::tcp_flags, name), value) << name;
    value /= 2;
  }
}

TEST(Constants, IcmpTypesDifferByFamily) {
  EXPECT_EQ(find_constant(ValueKind::icmp_type, "echo_request"), (NamedValue{8, 128}));
  EXPECT_EQ(find_constant(ValueKind::icmp_type, "source_quench"), (NamedValue{4, std::nullopt}));
  EXPECT_EQ(find_constant(ValueKind::icmp_type, "packet_too_big"), (NamedValue{std::nullopt, 2}));
}

TEST(Constants, EveryNameOfAKindIsFound) {
  for (const ValueKind kind : kConstantKinds) {
    EXPECT_FALSE(constants_of(kind).empty());
    EXPECT_GE(constant_names(kind).size(), 8U);
    for (const std::string_view name : constant_names(kind))
      EXPECT_TRUE(find_constant(kind, name)) << name;
  }
  EXPECT_GE(kServices.size(), 150U);
}

TEST(ForeignNames, PreferTheKindAtHand) {
  EXPECT_EQ(find_foreign_name("dport", ValueKind::plain)->here, "dst_port");
  EXPECT_EQ(find_foreign_name("icmp6", ValueKind::plain)->here, "icmpv6");
  EXPECT_EQ(find_foreign_name("dns", ValueKind::port)->here, "domain");
  EXPECT_EQ(find_foreign_name("dns", ValueKind::plain), nullptr);
  EXPECT_EQ(find_foreign_name("port", ValueKind::plain)->also, "dst_port");
}

TEST(Guards, AreMadeOfTheLayersOfAField) {
  const auto guard = [](std::string_view name) { return guard_for(kFields[*find_field(name)]); };
  EXPECT_EQ(guard("dst_port"), "tcp || udp");
  EXPECT_EQ(guard("tcp.syn"), "tcp");
  EXPECT_EQ(guard("icmp.type"), "icmp");
  EXPECT_EQ(guard("src_ip"), "");
  EXPECT_EQ(guard("len"), "");
  EXPECT_EQ(guard("proto"), "");
}

}  // namespace
}  // namespace fwc
