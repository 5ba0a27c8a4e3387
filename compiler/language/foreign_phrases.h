// SPDX-License-Identifier: MIT
// What other filter tools say in several words, `src port 53`, `ip protocol gre`, `less 100`. Read
// for hints alone, as the single names of foreign_names.h, of which the words that follow a
// protocol (`udp port 53`, `tcp dport 22`) come.
#pragma once

#include <array>
#include <string_view>

#include "compiler/language/fields.h"

namespace fwc {

struct ForeignPhrase {
  std::string_view first;
  std::string_view second = {};  ///< empty where the value follows the first word
  std::string_view here;         ///< a field
  std::string_view op = "==";    ///< where the phrase has no operator of its own
};

inline constexpr std::array kForeignPhrases = {
    ForeignPhrase{.first = "src", .second = "port", .here = "src_port"},
    ForeignPhrase{.first = "dst", .second = "port", .here = "dst_port"},
    ForeignPhrase{.first = "src", .second = "portrange", .here = "src_port"},
    ForeignPhrase{.first = "dst", .second = "portrange", .here = "dst_port"},
    ForeignPhrase{.first = "src", .second = "host", .here = "src_ip"},
    ForeignPhrase{.first = "dst", .second = "host", .here = "dst_ip"},
    ForeignPhrase{.first = "src", .second = "net", .here = "src_ip"},
    ForeignPhrase{.first = "dst", .second = "net", .here = "dst_ip"},
    ForeignPhrase{.first = "meta", .second = "l4proto", .here = "proto"},
    ForeignPhrase{.first = "meta", .second = "length", .here = "len"},
    ForeignPhrase{.first = "ip", .second = "proto", .here = "proto"},
    ForeignPhrase{.first = "ip6", .second = "proto", .here = "proto"},
    ForeignPhrase{.first = "ip", .second = "length", .here = "len"},
    ForeignPhrase{.first = "icmp", .second = "type", .here = "icmp.type"},
    ForeignPhrase{.first = "icmpv6", .second = "type", .here = "icmp.type"},
    ForeignPhrase{.first = "icmp", .second = "code", .here = "icmp.code"},
    ForeignPhrase{.first = "icmpv6", .second = "code", .here = "icmp.code"},
    ForeignPhrase{.first = "less", .here = "len", .op = "<="},
    ForeignPhrase{.first = "greater", .here = "len", .op = ">="},
};

namespace detail {
consteval bool foreign_phrases_are_well_formed() {
  for (const ForeignPhrase& phrase : kForeignPhrases)
    if (!find_field(phrase.here) || phrase.first.empty() || phrase.op.empty()) return false;
  return true;
}
}  // namespace detail
static_assert(detail::foreign_phrases_are_well_formed());

}  // namespace fwc
