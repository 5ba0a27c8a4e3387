// SPDX-License-Identifier: MIT
// Where warnings stand and where they do not, beyond the whole texts of the goldens; and that
// hostile filters are judged in time.
#include <gtest/gtest.h>

#include <chrono>

#include <fmt/format.h>

#include "tests/check/check_text.h"

namespace fwc {
namespace {

TEST(AbsentPasses, GuardsFromEverySide) {
  for (const char* text :
       {"tcp && dst_port != 22", "dst_port != 22 && tcp", "(tcp || udp) && dst_port != 22",
        "!(!tcp && !udp) && dst_port != 22", "!tcp || dst_port != 22", "!(tcp && dst_port == 22)",
        "proto == 6 && dst_port != 22", "proto in {tcp, udp} && dst_port != 22",
        "src_port < 1024 && dst_port != 22", "tcp.syn && dst_port != 22",
        "tcp && (dst_port != 22 || src_port not in 1..5)", "tcp ? dst_port != 22 : true",
        "icmp ? true : !(udp || tcp) || dst_port != 22", "icmpv4 && icmp.type != 8",
        "ipv6 && icmp && icmp.type != packet_too_big", "(tcp ^^ udp) && dst_port != 22"})
    EXPECT_EQ(codes_of(text), "") << text;
}

TEST(AbsentPasses, GuardsThatAreNone) {
  for (const char* text :
       {"dst_port != 22", "ip && dst_port != 22", "tcp || dst_port != 22",
        "(tcp || icmp) && dst_port != 22", "!tcp && dst_port != 22", "proto != 6 && dst_port != 22",
        "len > 5 && dst_port != 22", "tcp && udp ^^ dst_port != 22 && ip",
        "icmp.type != echo_request", "tcp ? true : dst_port != 22", "!(dst_port in {1, 2} || udp)",
        "!(tcp.syn || tcp.ack)", "!!(dst_port != 22)", "dst_port * 2 != 44"})
    EXPECT_NE(codes_of(text).find("absent-passes"), std::string::npos) << text;
}

TEST(AbsentPasses, DoubleNegationIsNone) {
  EXPECT_EQ(codes_of("!(dst_port != 22)"), "");
  EXPECT_EQ(codes_of("!!(dst_port == 22)"), "");
}

TEST(Lints, OneThingIsSaidOnce) {
  EXPECT_EQ(codes_of("dst_port != 22 && dst_port != 80 && src_port != 5"), "absent-passes");
  EXPECT_EQ(codes_of("(len > 5 && dst_port != 22) || (len < 3 && dst_port != 80)"),
            "absent-passes absent-passes");
  EXPECT_EQ(codes_of("dst_port != 22 || dst_port != 80"), "always-true");
  EXPECT_EQ(codes_of("tcp && udp && dst_port == 5"), "always-false");
  EXPECT_EQ(codes_of("tcp.flags & syn == syn"), "bitwise-precedence");
}

/// Bounded, not fast: far above what it takes. The sanitizers make everything several times slower.
#ifdef __SANITIZE_ADDRESS__
constexpr std::chrono::seconds kPatience{30};
#else
constexpr std::chrono::seconds kPatience{3};
#endif

class Hostile : public testing::Test {
 protected:
  void expect_quick(const std::string& text) {
    const auto start = std::chrono::steady_clock::now();
    check_text(text);
    const auto took = std::chrono::steady_clock::now() - start;
    EXPECT_LT(took, kPatience) << text.substr(0, 40);
  }
  static std::string repeat(std::string_view text, int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += text;
    return out;
  }
};

TEST_F(Hostile, LongChains) {
  expect_quick(repeat("dst_port == 53 || ", 50'000) + "tcp");
  expect_quick(repeat("dst_port != 53 && ", 50'000) + "tcp");
  expect_quick(repeat("proto != 6 || ", 60'000) + "tcp");
  expect_quick(repeat("!dst_port && ", 60'000) + "tcp");
  expect_quick(repeat("nonsense_name || ", 60'000) + "tcp");
  expect_quick(repeat("tcp ^^ ", 100'000) + "tcp");
  expect_quick(repeat("dst_port == 22 & 1 || ", 30'000) + "tcp");
}

TEST_F(Hostile, ManyDifferentClauses) {
  std::string pairs;
  std::string none_of;
  std::string rules;
  for (int i = 0; i < 10'000; ++i) {
    const std::string address = fmt::format("10.{}.{}.1", i / 256, i % 256);
    pairs += fmt::format("(src_ip == {} && dst_port == {}) || ", address, i);
    none_of += fmt::format("!(src_ip == {} && dst_port == {}) && ", address, i);
    rules += fmt::format("{} src_ip == {} && dst_port == {}; ", i % 2 == 0 ? "allow" : "drop",
                         address, i);
  }
  expect_quick(pairs + "icmp");
  expect_quick(none_of + "icmp");
  expect_quick(rules + "default drop;");
  expect_quick(repeat("allow tcp; ", 10'000) + "default drop;");
  expect_quick(repeat("(tcp && (len > 5 || ", 45) + "udp" + repeat("))", 45));
  expect_quick(repeat("(((len > 5 || tcp) && ttl > 3) || ", 60) + "udp" + repeat(")", 60));
}

TEST_F(Hostile, LargeSets) {
  std::string set;
  for (int i = 0; i < 100'000; ++i) set += std::to_string(i * 7919 % 65536) + ",";
  expect_quick("dst_port in {" + set + "1}");
  expect_quick("dst_port in {" + repeat("1..5, ", 80'000) + "1}");
  expect_quick("dst_port in {" + set + "1} && " + repeat("dst_port < 60000 && ", 20'000) + "tcp");
}

TEST_F(Hostile, DeepTrees) {
  expect_quick("len == " + repeat("1 + (", 60) + "len" + repeat(")", 60));
  expect_quick(repeat("!", 190) + "tcp");
  expect_quick("len" + repeat(" + len", 190) + " == 5");
}

}  // namespace
}  // namespace fwc
