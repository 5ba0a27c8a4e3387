// SPDX-License-Identifier: MIT
// What other filter tools say in several words, in indexes and in options: `src port 53`,
// `tcp[13]`, `--dport 22`. Read for hints alone, as the single names of foreign_names.h, of which
// the words that follow a protocol (`udp port 53`, `tcp dport 22`) come.
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
    ForeignPhrase{.first = "meta", .second = "mark", .here = "mark"},
    ForeignPhrase{.first = "meta", .second = "skuid", .here = "uid"},
    ForeignPhrase{.first = "meta", .second = "priority", .here = "priority"},
    ForeignPhrase{.first = "th", .second = "dport", .here = "dst_port"},
    ForeignPhrase{.first = "th", .second = "sport", .here = "src_port"},
    ForeignPhrase{.first = "ip", .second = "proto", .here = "proto"},
    ForeignPhrase{.first = "ip", .second = "protocol", .here = "proto"},
    ForeignPhrase{.first = "ip", .second = "ttl", .here = "ttl"},
    ForeignPhrase{.first = "ip", .second = "id", .here = "ip.id"},
    ForeignPhrase{.first = "ip", .second = "dscp", .here = "dscp"},
    ForeignPhrase{.first = "ip6", .second = "proto", .here = "proto"},
    ForeignPhrase{.first = "ip6", .second = "nexthdr", .here = "proto"},
    ForeignPhrase{.first = "ip6", .second = "hoplimit", .here = "ttl"},
    ForeignPhrase{.first = "ip", .second = "length", .here = "len"},
    ForeignPhrase{.first = "icmp", .second = "type", .here = "icmp.type"},
    ForeignPhrase{.first = "icmpv6", .second = "type", .here = "icmp.type"},
    ForeignPhrase{.first = "icmp", .second = "code", .here = "icmp.code"},
    ForeignPhrase{.first = "icmpv6", .second = "code", .here = "icmp.code"},
    ForeignPhrase{.first = "tcp", .second = "flags", .here = "tcp.flags", .op = "&"},
    ForeignPhrase{.first = "tcp", .second = "window", .here = "tcp.window"},
    ForeignPhrase{.first = "udp", .second = "length", .here = "udp.len"},
    ForeignPhrase{.first = "less", .here = "len", .op = "<="},
    ForeignPhrase{.first = "greater", .here = "len", .op = ">="},
};

/// Single words that stand for a whole condition.
struct ForeignCondition {
  std::string_view word;
  std::string_view here;
};

inline constexpr std::array kForeignConditions = {
    ForeignCondition{.word = "arp", .here = "!(ip || ipv6)"},
    ForeignCondition{.word = "rarp", .here = "!(ip || ipv6)"},
    ForeignCondition{.word = "multicast", .here = "dst_ip in {224.0.0.0/4, ff00::/8}"},
    ForeignCondition{.word = "broadcast", .here = "dst_ip == 255.255.255.255"},
    ForeignCondition{.word = "icmpping", .here = "icmp.type == echo_request"},
    ForeignCondition{.word = "quic", .here = "udp && port == 443"},
    ForeignCondition{.word = "dns", .here = "port == 53"},
    ForeignCondition{.word = "tls", .here = "tcp && port == 443"},
    ForeignCondition{.word = "ssl", .here = "tcp && port == 443"},
};

/// What a packet is to its connection, for trackers of connections.
struct ForeignState {
  std::string_view word;  ///< in small letters
  std::string_view here;  ///< empty where nothing is remembered that it could be asked of
};

inline constexpr std::array kForeignStates = {
    ForeignState{.word = "established", .here = "established"},
    ForeignState{.word = "related", .here = ""},
    ForeignState{.word = "new", .here = "!established"},
};

/// Bytes of a header by number, as in `tcp[13] & 2 != 0`.
struct ForeignIndex {
  std::string_view protocol;
  std::string_view index;
  std::string_view here;
};

inline constexpr std::array kForeignIndexes = {
    ForeignIndex{.protocol = "tcp", .index = "[13]", .here = "tcp.flags"},
    ForeignIndex{.protocol = "tcp", .index = "[tcpflags]", .here = "tcp.flags"},
    ForeignIndex{.protocol = "tcp", .index = "[0:2]", .here = "src_port"},
    ForeignIndex{.protocol = "tcp", .index = "[2:2]", .here = "dst_port"},
    ForeignIndex{.protocol = "tcp", .index = "[14:2]", .here = "tcp.window"},
    ForeignIndex{.protocol = "udp", .index = "[0:2]", .here = "src_port"},
    ForeignIndex{.protocol = "udp", .index = "[2:2]", .here = "dst_port"},
    ForeignIndex{.protocol = "udp", .index = "[4:2]", .here = "udp.len"},
    ForeignIndex{.protocol = "ip", .index = "[1]", .here = "tos"},
    ForeignIndex{.protocol = "ip", .index = "[2:2]", .here = "len"},
    ForeignIndex{.protocol = "ip", .index = "[4:2]", .here = "ip.id"},
    ForeignIndex{.protocol = "ip", .index = "[8]", .here = "ttl"},
    ForeignIndex{.protocol = "ip", .index = "[9]", .here = "proto"},
    ForeignIndex{.protocol = "ip6", .index = "[6]", .here = "ipv6.next_header"},
    ForeignIndex{.protocol = "ip6", .index = "[7]", .here = "ttl"},
    ForeignIndex{.protocol = "icmp", .index = "[0]", .here = "icmp.type"},
    ForeignIndex{.protocol = "icmp", .index = "[icmptype]", .here = "icmp.type"},
    ForeignIndex{.protocol = "icmp", .index = "[1]", .here = "icmp.code"},
    ForeignIndex{.protocol = "icmp", .index = "[icmpcode]", .here = "icmp.code"},
    ForeignIndex{.protocol = "icmp6", .index = "[0]", .here = "icmp.type"},
    ForeignIndex{.protocol = "icmp6", .index = "[icmp6type]", .here = "icmp.type"},
};

/// Options of iptables.
struct ForeignOption {
  enum class Kind : std::uint8_t { field, protocol, flags, opening, state, verdict, ignored };
  std::string_view name;
  Kind kind;
  std::string_view here = {};  ///< of Kind::field
};

inline constexpr std::array kForeignOptions = {
    ForeignOption{.name = "-p", .kind = ForeignOption::Kind::protocol},
    ForeignOption{.name = "--protocol", .kind = ForeignOption::Kind::protocol},
    ForeignOption{.name = "-s", .kind = ForeignOption::Kind::field, .here = "src_ip"},
    ForeignOption{.name = "--source", .kind = ForeignOption::Kind::field, .here = "src_ip"},
    ForeignOption{.name = "--src-range", .kind = ForeignOption::Kind::field, .here = "src_ip"},
    ForeignOption{.name = "-d", .kind = ForeignOption::Kind::field, .here = "dst_ip"},
    ForeignOption{.name = "--destination", .kind = ForeignOption::Kind::field, .here = "dst_ip"},
    ForeignOption{.name = "--dst-range", .kind = ForeignOption::Kind::field, .here = "dst_ip"},
    ForeignOption{.name = "--sport", .kind = ForeignOption::Kind::field, .here = "src_port"},
    ForeignOption{.name = "--sports", .kind = ForeignOption::Kind::field, .here = "src_port"},
    ForeignOption{.name = "--source-port", .kind = ForeignOption::Kind::field, .here = "src_port"},
    ForeignOption{.name = "--dport", .kind = ForeignOption::Kind::field, .here = "dst_port"},
    ForeignOption{.name = "--dports", .kind = ForeignOption::Kind::field, .here = "dst_port"},
    ForeignOption{
        .name = "--destination-port", .kind = ForeignOption::Kind::field, .here = "dst_port"},
    ForeignOption{.name = "--icmp-type", .kind = ForeignOption::Kind::field, .here = "icmp.type"},
    ForeignOption{.name = "--icmpv6-type", .kind = ForeignOption::Kind::field, .here = "icmp.type"},
    ForeignOption{.name = "--uid-owner", .kind = ForeignOption::Kind::field, .here = "uid"},
    ForeignOption{.name = "--mark", .kind = ForeignOption::Kind::field, .here = "mark"},
    ForeignOption{.name = "--length", .kind = ForeignOption::Kind::field, .here = "len"},
    ForeignOption{.name = "--dscp", .kind = ForeignOption::Kind::field, .here = "dscp"},
    ForeignOption{.name = "--ttl-eq", .kind = ForeignOption::Kind::field, .here = "ttl"},
    ForeignOption{.name = "--tcp-flags", .kind = ForeignOption::Kind::flags},
    ForeignOption{.name = "--syn", .kind = ForeignOption::Kind::opening},
    ForeignOption{.name = "--ctstate", .kind = ForeignOption::Kind::state},
    ForeignOption{.name = "--state", .kind = ForeignOption::Kind::state},
    ForeignOption{.name = "-j", .kind = ForeignOption::Kind::verdict},
    ForeignOption{.name = "-A", .kind = ForeignOption::Kind::ignored},
    ForeignOption{.name = "-I", .kind = ForeignOption::Kind::ignored},
    ForeignOption{.name = "-t", .kind = ForeignOption::Kind::ignored},
    ForeignOption{.name = "-m", .kind = ForeignOption::Kind::ignored},
    ForeignOption{.name = "--comment", .kind = ForeignOption::Kind::ignored},
};

namespace detail {
consteval bool foreign_phrases_are_well_formed() {
  for (const ForeignPhrase& phrase : kForeignPhrases)
    if (!find_field(phrase.here) || phrase.first.empty() || phrase.op.empty()) return false;
  for (const ForeignIndex& index : kForeignIndexes)
    if (!find_field(index.here) || !index.index.starts_with('[')) return false;
  for (const ForeignOption& option : kForeignOptions)
    if ((option.kind == ForeignOption::Kind::field) != find_field(option.here).has_value())
      return false;
  return true;
}
}  // namespace detail
static_assert(detail::foreign_phrases_are_well_formed());

}  // namespace fwc
