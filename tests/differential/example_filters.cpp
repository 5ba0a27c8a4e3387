// SPDX-License-Identifier: MIT
// Filters in the vocabulary of 2019. Each row is text for our compiler and, by the preprocessor, an
// expression for the C++ one, whose meaning on `int` is that of C.
#include "tests/differential/example.h"

// The filters are written as a user would write them, without regard for a compiler's advice.
#pragma GCC diagnostic ignored "-Wparentheses"
#pragma GCC diagnostic ignored "-Wint-in-bool-context"
#pragma GCC diagnostic ignored "-Wbool-compare"
#pragma GCC diagnostic ignored "-Wlogical-not-parentheses"

#define FILTER_OF_2019(...)                                                                 \
  ExampleFilter {                                                                           \
#__VA_ARGS__, [](const ExampleWords& words) -> bool {                                     \
      [[maybe_unused]] const auto& [udp, tcp, icmp, ip, ipv6, src_port, dst_port] = words;    \
      return (__VA_ARGS__) != 0;                                                              \
    } \
  }

namespace fwc::test {

std::vector<ExampleFilter> example_filters() {
  return {
      // its own examples
      FILTER_OF_2019(icmp || (udp && dst_port == 53)),
      FILTER_OF_2019(icmp || (udp && dst_port == 53) || (tcp && dst_port == 80)),
      FILTER_OF_2019(!udp || dst_port == 53),
      FILTER_OF_2019(icmp),
      FILTER_OF_2019(ip),
      FILTER_OF_2019(1),
      FILTER_OF_2019(true),
      // and more
      FILTER_OF_2019(0),
      FILTER_OF_2019(udp),
      FILTER_OF_2019(tcp),
      FILTER_OF_2019(ipv6),
      FILTER_OF_2019(!icmp),
      FILTER_OF_2019(!tcp && !udp),
      FILTER_OF_2019(tcp || udp),
      FILTER_OF_2019(ip && tcp),
      FILTER_OF_2019(ipv6 && (tcp || icmp)),
      FILTER_OF_2019(tcp && dst_port == 443),
      FILTER_OF_2019(tcp && (dst_port == 80 || dst_port == 443)),
      FILTER_OF_2019(tcp && dst_port != 22),
      FILTER_OF_2019(!(tcp && dst_port == 22)),
      FILTER_OF_2019(!tcp || dst_port != 22),
      FILTER_OF_2019(udp && src_port == 53),
      FILTER_OF_2019(udp && (src_port == 53 || dst_port == 53)),
      FILTER_OF_2019((tcp || udp) && dst_port < 1024),
      FILTER_OF_2019((tcp || udp) && dst_port >= 1024),
      FILTER_OF_2019((tcp || udp) && dst_port > 1023 && dst_port <= 65535),
      FILTER_OF_2019((udp || tcp) && src_port > dst_port),
      FILTER_OF_2019((udp || tcp) && src_port <= dst_port),
      FILTER_OF_2019((udp || tcp) && dst_port % 2 == 0),
      FILTER_OF_2019((udp || tcp) && (dst_port & 1)),
      FILTER_OF_2019((udp || tcp) && (dst_port & 0xff00) == 0),
      FILTER_OF_2019((udp || tcp) && (dst_port | 1) == 53),
      FILTER_OF_2019((udp || tcp) && (dst_port ^ 53) == 0),
      FILTER_OF_2019((udp || tcp) && dst_port >> 8 == 0),
      FILTER_OF_2019((udp || tcp) && dst_port << 4 == 0x350),
      FILTER_OF_2019((udp || tcp) && dst_port + src_port == 40053),
      FILTER_OF_2019((udp || tcp) && src_port - dst_port > 39900),
      FILTER_OF_2019((udp || tcp) && dst_port - src_port < 0),
      FILTER_OF_2019((udp || tcp) && dst_port * 2 == 106),
      FILTER_OF_2019((udp || tcp) && dst_port / 10 == 5),
      FILTER_OF_2019((udp || tcp) && (dst_port - 100) / 10 == -4),
      FILTER_OF_2019((udp || tcp) && (dst_port - 100) % 10 == -7),
      FILTER_OF_2019((udp || tcp) && -dst_port == -53),
      FILTER_OF_2019((udp || tcp) && ~dst_port == -54),
      FILTER_OF_2019((udp || tcp) && (dst_port - 60) >> 1 == -4),
      FILTER_OF_2019(udp + tcp + icmp),
      FILTER_OF_2019(udp + tcp + icmp == 0),
      FILTER_OF_2019(udp | tcp),
      FILTER_OF_2019(udp ^ ip),
      FILTER_OF_2019(udp & ip),
      FILTER_OF_2019(udp == ip),
      FILTER_OF_2019(ip != tcp),
      FILTER_OF_2019(ip < tcp + udp),
      FILTER_OF_2019(udp ? dst_port == 53 : icmp),
      FILTER_OF_2019(tcp   ? dst_port == 80 || dst_port == 443
                     : udp ? dst_port == 53
                           : icmp),
      FILTER_OF_2019(!!udp),
      FILTER_OF_2019(!udp == tcp),
      FILTER_OF_2019(udp && dst_port),
      FILTER_OF_2019(udp && !dst_port),
      FILTER_OF_2019(icmp || udp && dst_port == 53 || tcp && dst_port == 80),
      FILTER_OF_2019(udp << 1 | tcp),
      FILTER_OF_2019((udp * 2 + tcp * 3 + icmp * 5) % 7 > 2),
      FILTER_OF_2019(ip - ipv6 > 0),
      FILTER_OF_2019(1 + 2 * 3 == 7 && (ip || ipv6)),
      FILTER_OF_2019(dst_port == 53),
      FILTER_OF_2019(dst_port != 53),
      FILTER_OF_2019(src_port < 1024 && dst_port == 80),
      FILTER_OF_2019(dst_port < 1024),
  };
}

}  // namespace fwc::test
