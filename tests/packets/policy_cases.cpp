// SPDX-License-Identifier: MIT
// Rules: who decides, in which order, and what happens where nobody does.
#include "tests/packets/cases.h"

namespace fwc::test {

namespace {

const TestPacket kDns = Ipv4{} / Udp{.src_port = 1000, .dst_port = 53};
const TestPacket kIcmp = Ipv4{} / Icmp{};
const TestPacket kWeb = Ipv4{} / Tcp{.src_port = 1000, .dst_port = 80, .flags = 0x02};

}  // namespace

std::vector<Case> policy_cases() {
  return {
      {"the_first_rule_that_holds_decides",
       "allow udp && dst_port == 53; drop udp; allow ip; default drop;", kDns, true},
      {"an_earlier_drop_stands", "drop udp; allow udp && dst_port == 53; default allow;", kDns,
       false},
      {"a_later_rule_decides", "drop tcp && dst_port == 22; drop icmp; allow udp; default drop;",
       kDns, true},
      {"default_drop", "allow udp; default drop;", kWeb, false},
      {"default_allow", "drop udp; default allow;", kWeb, true},
      {"only_a_default_drop", "default drop;", kWeb, false},
      {"only_a_default_allow", "default allow;", kWeb, true},
      {"a_count_decides_nothing", "count udp; drop dst_port == 53; count ip; default allow;", kDns,
       false},
      {"a_count_at_the_end", "allow tcp; count udp; default drop;", kDns, false},
      {"only_counts", "count udp; count all: true; default allow;", kDns, true},
      {"rules_have_names", "allow dns: udp && dst_port == 53; drop rest: true; default allow;",
       kIcmp, false},
      {"what_follows_a_true_rule_is_not_asked", "allow true; drop true; default drop;", kIcmp,
       true},
      {"a_false_rule_is_not_met", "allow false; drop false; default allow;", kIcmp, true},
      {"drops_that_follow_nothing", "drop tcp; drop udp; default drop;", kIcmp, false},
      {"conjunctions_fall_through",
       "allow tcp && dst_port == 22; drop tcp && dst_port == 80 && tcp.syn; allow tcp; default "
       "drop;",
       kWeb, false},
      {"alternatives_in_a_rule",
       "drop tcp && dst_port == 22 || udp && dst_port == 53; allow udp || icmp; default drop;",
       kDns, false},
      {"a_part_for_each_direction",
       "egress { allow udp; default drop; } ingress { allow udp; default drop; }", kDns, true},
      {"variables_in_rules", "let $most = 20; drop long: len > $most; default allow;", kDns, false},
      {"defined_set", "let web = {22, 80}; allow dst_port in web; default drop;", kWeb, true},
      {"defined_set_of_addresses", "let near = 10.0.0.0/8; dst_ip in near", kDns, true},
      {"set_of_sets", "let a = {1, 2}; let b = {a, 53}; dst_port in b", kDns, true},
      {"defined_expression", "let dns = udp && dst_port == 53; dns && !tcp", kDns, true},
      {"defined_twice_used", "let dns = udp && dst_port == 53; !dns || dns && len > 9000", kDns,
       false},
      {"defined_number", "let far = len + 100; far > 120", kDns, true},
      {"pair", "(dst_ip, dst_port) in {(10.0.0.2, 53), (192.0.2.0/24, 80)}", kDns, true},
      {"pair_of_other_port", "(dst_ip, dst_port) in {(10.0.0.2, 80), (192.0.2.0/24, 53)}", kDns,
       false},
      {"pair_not_in", "(dst_ip, dst_port) not in {(10.0.0.2, 80), (192.0.2.0/24, 53)}", kDns, true},
      {"pair_absent", "(dst_ip, dst_port) in {(0.0.0.0/0, 0..65535)}", kIcmp, false},
      {"pair_absent_not_in", "(dst_ip, dst_port) not in {(0.0.0.0/0, 0..65535)}", kIcmp, true},
      {"triple", "(src_ip, dst_ip, dst_port) in {(10.0.0.1, 10.0.0.0/8, 1..100)}", kDns, true},
      {"live_address", "let $near: ip = 10.0.0.2; dst_ip == $near", kDns, true},
      {"live_address_of_the_other_family", "let $near: ip = ::a00:2; dst_ip == $near", kDns, false},
      {"live_addresses_and_numbers",
       "let $a: ip = 10.0.0.1; let $n = 53; let $on = true; $on && src_ip == $a && dst_port == $n",
       kDns, true},
      {"live_set_empty", "let @blocked: ip; dst_ip in @blocked", kDns, false},
      {"live_set_empty_not_in", "let @blocked: ip; dst_ip not in @blocked", kDns, true},
      {"live_set_of_addresses", "let @near: ip = {192.0.2.1, 10.0.0.0/30}; dst_ip in @near", kDns,
       true},
      {"live_set_of_ranges", "let @near: ip = {10.0.0.3..10.0.0.9}; dst_ip in @near", kDns, false},
      {"live_set_of_ports", "let @open: port = {80, 50..60}; dst_port in @open", kDns, true},
      {"live_set_of_integers", "let @sizes: int = {-5..27, 29..40}; len in @sizes", kDns, false},
      {"live_set_of_negative_integers", "let @below: int = {-60..-50}; -dst_port in @below", kDns,
       true},
      {"live_set_of_pairs",
       "let @pairs: (ip, port) = {(10.0.0.0/8, 50..60), (::/0, 80)}; (dst_ip, dst_port) in @pairs",
       kDns, true},
      {"live_set_of_other_pairs",
       "let @pairs: (ip, port) = {(10.0.0.0/8, 80), (::/0, 53)}; (dst_ip, dst_port) in @pairs",
       kDns, false},
      {"live_set_absent", "let @open: port = {0..65535}; dst_port in @open", kIcmp, false},
      {"live_sets_in_rules",
       "let @bad: ip = {10.0.0.2}; let @open: port = {53}; drop dst_ip in @bad; "
       "allow dst_port in @open; default drop;",
       kDns, false},
      {"fragments_get_the_default", "allow dst_port in 0..65535; default drop;",
       Ipv4{.fragment_offset = 8} / Udp{}, false},
      {"a_default_allow_still_drops_what_is_malformed", "drop false; default allow;",
       truncated(Ipv4{} / Udp{}, 24), false},
  };
}

}  // namespace fwc::test
