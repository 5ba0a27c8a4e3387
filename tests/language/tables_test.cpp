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
    EXPECT_GE(constant_names(kind).size(), 4U);
    for (const std::string_view name : constant_names(kind))
      EXPECT_TRUE(is_constant(kind, name)) << name;
  }
  EXPECT_GE(kServices.size(), 150U);
}

TEST(ForeignNames, PreferTheKindAtHand) {
  EXPECT_EQ(find_foreign_name("dport", ValueKind::plain)->here, "dst_port");
  EXPECT_EQ(find_foreign_name("icmp6", ValueKind::plain)->here, "icmpv6");
  EXPECT_EQ(find_foreign_name("dns", ValueKind::port)->here, "domain");
  EXPECT_EQ(find_foreign_name("dns", ValueKind::plain), nullptr);
  EXPECT_EQ(find_foreign_name("tcp.port", ValueKind::plain)->here, "port");
}

TEST(Fields, ResolveByDirection) {
  const auto resolved = [](std::string_view name, bool ingress) {
    return kFields[resolve(*find_field(name), ingress)].name;
  };
  EXPECT_EQ(resolved("local_ip", false), "src_ip");
  EXPECT_EQ(resolved("local_ip", true), "dst_ip");
  EXPECT_EQ(resolved("remote_port", false), "dst_port");
  EXPECT_EQ(resolved("remote_port", true), "src_port");
  EXPECT_EQ(resolved("src_port", true), "src_port");
}

TEST(Networks, HoldTheAddressesOfTheirRegistries) {
  const auto holds = [](std::string_view network, const char* text) {
    const NetworkRow& row = *find_network(network);
    const Address address = *parse_address(text);
    for (std::size_t i = 0; i < row.count; ++i)
      if (first_address(row.prefixes[i]) <= address && address <= last_address(row.prefixes[i]))
        return true;
    return false;
  };
  for (const char* text : {"10.0.0.0", "172.31.255.255", "192.168.0.1", "fdff::1"})
    EXPECT_TRUE(holds("private", text)) << text;
  for (const char* text : {"11.0.0.0", "172.32.0.0", "192.169.0.1", "fe00::1", "::a00:1"})
    EXPECT_FALSE(holds("private", text)) << text;
  EXPECT_TRUE(holds("loopback", "127.255.0.1"));
  EXPECT_TRUE(holds("loopback", "::1"));
  EXPECT_FALSE(holds("loopback", "::2"));
  EXPECT_TRUE(holds("link_local", "febf::1"));
  EXPECT_TRUE(holds("multicast", "239.255.255.255"));
  EXPECT_TRUE(holds("multicast", "ff02::1"));
  EXPECT_TRUE(holds("documentation", "203.0.113.9"));
  EXPECT_TRUE(holds("unspecified", "::"));
  EXPECT_TRUE(holds("broadcast", "255.255.255.255"));
  EXPECT_TRUE(holds("shared", "100.127.0.1"));
  for (const NetworkRow& row : kNetworks)
    for (std::size_t i = 0; i < row.count; ++i)
      EXPECT_FALSE(has_host_bits(row.prefixes[i])) << row.name;
}

TEST(Guards, AreMadeOfTheLayersOfAField) {
  const auto guard = [](std::string_view name) { return guard_for(kFields[*find_field(name)]); };
  EXPECT_EQ(guard("dst_port"), "tcp || udp");
  EXPECT_EQ(guard("tcp.syn"), "tcp");
  EXPECT_EQ(guard("icmp.type"), "icmp");
  EXPECT_EQ(guard("port"), "tcp || udp");
  EXPECT_EQ(guard("remote_port"), "tcp || udp");
  EXPECT_EQ(guard("src_ip"), "");
  EXPECT_EQ(guard("len"), "");
  EXPECT_EQ(guard("proto"), "");
}

}  // namespace
}  // namespace fwc
