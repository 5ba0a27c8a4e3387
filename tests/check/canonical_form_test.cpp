// SPDX-License-Identifier: MIT
// Each construct of the language has one form in the checked tree.
#include <gtest/gtest.h>

#include "compiler/check/fold.h"
#include "tests/check/check_text.h"

namespace fwc {
namespace {

struct Form {
  const char* text;
  const char* tree;
};

void expect_forms(std::initializer_list<Form> forms) {
  for (const Form& form : forms) EXPECT_EQ(tree_of(form.text), form.tree) << form.text;
}

TEST(CanonicalForm, Comparisons) {
  expect_forms({
      {"dst_port == 53", "(eq dst_port 53)"},
      {"dst_port != 53", "(not (eq dst_port 53))"},
      {"dst_port < 53", "(lt dst_port 53)"},
      {"dst_port > 53", "(lt 53 dst_port)"},
      {"dst_port <= 53", "(le dst_port 53)"},
      {"dst_port >= 53", "(le 53 dst_port)"},
      {"src_ip == 10.0.0.1", "(eq src_ip 10.0.0.1)"},
      {"src_ip != dst_ip", "(not (eq src_ip dst_ip))"},
      {"src_ip == 10.0.0.0/8", "(in src_ip 10.0.0.0..10.255.255.255)"},
      {"10.0.0.0/8 != src_ip", "(not (in src_ip 10.0.0.0..10.255.255.255))"},
      {"tcp == udp", "(eq (int tcp) (int udp))"},
      {"tcp.syn == 1", "(eq (int tcp.syn) 1)"},
  });
}

TEST(CanonicalForm, ArithmeticAndLogic) {
  expect_forms({
      {"-len == 5", "(eq (- 0 len) 5)"},
      {"~len == 5", "(eq (^ len -1) 5)"},
      {"+len == 5", "(eq len 5)"},
      {"+tcp", "tcp"},
      {"!tcp", "(not tcp)"},
      {"not not tcp", "(not (not tcp))"},
      {"len & 1", "(bool (& len 1))"},
      {"tcp + 1 == 2", "(eq (+ (int tcp) 1) 2)"},
      {"len << 2 >> 1 == 8", "(eq (>> (<< len 2) 1) 8)"},
      {"len * 2 / 3 % 4 - 1 | 2 ^ 3", "(bool (| (- (% (/ (* len 2) 3) 4) 1) 1))"},
      {"tcp && udp && ip", "(all tcp udp ip)"},
      {"tcp or udp or dst_port == 1", "(any tcp udp (eq dst_port 1))"},
      {"tcp ^^ udp ^^ ip", "(odd tcp udp ip)"},
      {"(tcp && udp) && ip", "(all (all tcp udp) ip)"},
      {"len && tcp", "(all (bool len) tcp)"},
      {"tcp ? udp : ip", "(if tcp udp ip)"},
      {"(tcp ? 1 : udp) == 1", "(eq (if tcp 1 (int udp)) 1)"},
      {"(tcp ? src_ip : dst_ip) == 10.0.0.1", "(eq (if tcp src_ip dst_ip) 10.0.0.1)"},
      {"(tcp.syn ? tcp.ack : ip) == 1", "(eq (int (if tcp.syn tcp.ack ip)) 1)"},
  });
}

TEST(CanonicalForm, Folding) {
  expect_forms({
      {"dst_port == 8000 + 80", "(eq dst_port 8080)"},
      {"dst_port == (1 == 1 ? 5 : 6)", "(eq dst_port 5)"},
      {"true && 1 == 2", "false"},
      {"tcp && false", "false"},
      {"tcp || true", "true"},
      {"true ^^ true", "false"},
      {"true && tcp", "(all true tcp)"},
      {"10.0.0.1 == 10.0.0.0/8", "true"},
      {"10.0.0.1 == ::1", "false"},
      {"5 in {1..4, 6}", "false"},
      {"!0", "true"},
      {"7", "true"},
      {"true ? tcp : udp", "(if true tcp udp)"},
      {"(true ? len : 1) == 5", "(eq len 5)"},
      {"0 * len == 0", "(eq (* 0 len) 0)"},
      {"len == 0x7fffffffffffffff + 1", "errors: out-of-range"},
      {"-9223372036854775807 - 1 == 1 << 63", "true"},
  });
}

TEST(CanonicalForm, Sets) {
  expect_forms({
      {"dst_port in 53", "(in dst_port 53..53)"},
      {"dst_port in {80, 53}", "(in dst_port 53..53 80..80)"},
      {"dst_port in {5..7, 1, 8, 2..3, 6..9}", "(in dst_port 1..3 5..9)"},
      {"dst_port not in 1..3", "(not (in dst_port 1..3))"},
      {"dst_port in {http, 1 + 1, true}", "(in dst_port 1..2 80..80)"},
      {"src_ip in {10.0.0.128/25, 10.0.0.0/25}", "(in src_ip 10.0.0.0..10.0.0.255)"},
      {"src_ip in {::1, 10.0.0.1, ::2..::3}", "(in src_ip 10.0.0.1..10.0.0.1 ::1..::3)"},
      {"src_ip in {255.255.255.255, 0.0.0.0/0}", "(in src_ip 0.0.0.0..255.255.255.255)"},
      {"src_ip in {::ffff:ffff:ffff:ffff, 0:0:0:1::/65}",
       "(in src_ip ::ffff:ffff:ffff:ffff..::1:7fff:ffff:ffff:ffff)"},
      {"tcp in {1}", "(in (int tcp) 1..1)"},
  });
}

TEST(CanonicalForm, NamedConstants) {
  expect_forms({
      {"dst_port == https", "(eq dst_port 443)"},
      {"https == dst_port", "(eq 443 dst_port)"},
      {"dst_port in ftp_data..ssh", "(in dst_port 20..22)"},
      {"(tcp ? src_port : dst_port) == domain", "(eq (if tcp src_port dst_port) 53)"},
      {"dst_port == (tcp ? http : domain)", "(eq dst_port (if tcp 80 53))"},
      {"proto == udp", "(eq proto 17)"},
      {"proto == tcp && tcp", "(all (eq proto 6) tcp)"},
      {"tcp.flags == syn", "(eq tcp.flags 2)"},
      {"tcp.flags & syn", "(bool (& tcp.flags 2))"},
      {"(tcp.flags & (syn | ~ack)) == (syn|ack)", "(eq (& tcp.flags -17) 18)"},
      {"tcp.flags in {syn, syn|ack}", "(in tcp.flags 2..2 18..18)"},
  });
}

TEST(CanonicalForm, IcmpTypesByFamily) {
  expect_forms({
      {"icmp.type == 8", "(eq icmp.type 8)"},
      {"icmp.type == echo_request",
       "(any (all icmpv4 (eq icmp.type 8)) (all icmpv6 (eq icmp.type 128)))"},
      {"echo_request != icmp.type",
       "(not (any (all icmpv4 (eq icmp.type 8)) (all icmpv6 (eq icmp.type 128))))"},
      {"icmp.type == packet_too_big", "(all icmpv6 (eq icmp.type 2))"},
      {"icmp.type in {echo_request, 3, echo_reply}",
       "(any (all icmpv4 (in icmp.type 0..0 3..3 8..8)) "
       "(all icmpv6 (in icmp.type 3..3 128..129)))"},
      {"icmp.type in packet_too_big", "(all icmpv6 (in icmp.type 2..2))"},
      {"icmp.type not in {packet_too_big, 5}",
       "(not (any (all icmpv4 (in icmp.type 5..5)) (all icmpv6 (in icmp.type 2..2 5..5))))"},
  });
}

TEST(CanonicalForm, Variables) {
  expect_forms({
      {"let $a = 5; let $b: bool = true; $b && len <= $a", "(all $b (le len $a))"},
      {"let $a = 0; $a", "(bool $a)"},
  });
  const auto filter = check_text("let $a = 5 in 1..9; let $b = true; $b || len <= $a").filter;
  ASSERT_TRUE(filter);
  EXPECT_EQ(filter->variables, (std::vector<VariableDeclaration>{{"a", Type::integer, 5, 1, 9},
                                                                 {"b", Type::boolean, 1, 0, 1}}));
}

TEST(CanonicalForm, NothingIsLeftOver) {
  const auto filter = check_text("(1 + 2 * 3 == 7 ? dst_port : src_port) in {1 + 1, 5}").filter;
  ASSERT_TRUE(filter);
  ASSERT_EQ(filter->nodes.size(), 2U);
  EXPECT_EQ(filter->expression(), 1U);
  EXPECT_EQ(filter->sets.size(), 1U);
  EXPECT_EQ(filter->nodes[1].span, (Span{0, 52}));
}

}  // namespace
}  // namespace fwc
