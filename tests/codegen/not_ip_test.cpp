// SPDX-License-Identifier: MIT
// What follows for a packet that is not IP from the absence of its fields. That it is true is shown
// elsewhere, by the verdicts of the kernel on such packets; here, that it is found out.
#include "compiler/codegen/not_ip.h"

#include <gtest/gtest.h>

#include "tests/check/check_text.h"

namespace fwc::codegen {
namespace {

std::optional<bool> without_ip(std::string_view text) {
  const CheckResult checked = check_text(text);
  const NodeId condition = checked.filter->expression();
  return values_without_ip(*checked.filter, {&condition, 1}, true).front();
}

TEST(WithoutIp, AbsentFieldsDecide) {
  for (const char* text :
       {"udp", "icmp || (udp && dst_port == 53)", "dst_port in {1..9}", "dst_ip in {10.0.0.0/8}",
        "proto + 1 == 2", "len > 5 && fragment", "udp ? len > 5 : tcp", "ttl < len"})
    EXPECT_EQ(without_ip(text), false) << text;
  for (const char* text : {"true", "!udp", "dst_port != 53", "len > 5 || !ipv6", "tcp ^^ !udp",
                           "udp ? len > 5 : !tcp", "src_ip not in {::/0}", "local_port != 22"})
    EXPECT_EQ(without_ip(text), true) << text;
}

TEST(WithoutIp, AConditionIsNeverAbsent) {
  EXPECT_EQ(without_ip("~(udp ? tcp.psh : tcp.ece) == -1"), std::nullopt);
  EXPECT_EQ(without_ip("~(udp ? ttl : len) == -1"), std::nullopt);
  EXPECT_EQ(without_ip("~(udp ? len : ttl) == -1"), false);
}

TEST(WithoutIp, WhatTheContextHoldsIsNotKnown) {
  for (const char* text : {"len > 5", "udp || mark == 1", "len > 5 && !udp", "udp ^^ len > 5",
                           "len > 5 ? udp : !udp", "udp ? false : gso_size == 0"})
    EXPECT_EQ(without_ip(text), std::nullopt) << text;
}

}  // namespace
}  // namespace fwc::codegen
