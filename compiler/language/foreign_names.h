// SPDX-License-Identifier: MIT
// What other filter tools call the things of this language. Read for hints alone: no such name ever
// means anything in a filter.
#pragma once

#include <array>
#include <string_view>

#include "compiler/language/constants.h"
#include "compiler/language/fields.h"

namespace fwc {

struct ForeignName {
  std::string_view name;
  std::string_view here;  ///< a field, `true`, `false`, or a constant of `kind`
  ValueKind kind = ValueKind::plain;
};

inline constexpr std::array kForeignNames = {
    // verdicts
    ForeignName{.name = "drop", .here = "false"},
    ForeignName{.name = "deny", .here = "false"},
    ForeignName{.name = "block", .here = "false"},
    ForeignName{.name = "reject", .here = "false"},
    ForeignName{.name = "none", .here = "false"},
    ForeignName{.name = "accept", .here = "true"},
    ForeignName{.name = "allow", .here = "true"},
    ForeignName{.name = "pass", .here = "true"},
    ForeignName{.name = "permit", .here = "true"},
    ForeignName{.name = "all", .here = "true"},
    ForeignName{.name = "any", .here = "true"},
    // ports
    ForeignName{.name = "dport", .here = "dst_port"},
    ForeignName{.name = "sport", .here = "src_port"},
    ForeignName{.name = "dstport", .here = "dst_port"},
    ForeignName{.name = "srcport", .here = "src_port"},
    ForeignName{.name = "tcp.dport", .here = "dst_port"},
    ForeignName{.name = "tcp.sport", .here = "src_port"},
    ForeignName{.name = "udp.dport", .here = "dst_port"},
    ForeignName{.name = "udp.sport", .here = "src_port"},
    ForeignName{.name = "tcp.dstport", .here = "dst_port"},
    ForeignName{.name = "tcp.srcport", .here = "src_port"},
    ForeignName{.name = "udp.dstport", .here = "dst_port"},
    ForeignName{.name = "udp.srcport", .here = "src_port"},
    ForeignName{.name = "tcp.dst_port", .here = "dst_port"},
    ForeignName{.name = "tcp.src_port", .here = "src_port"},
    ForeignName{.name = "udp.dst_port", .here = "dst_port"},
    ForeignName{.name = "udp.src_port", .here = "src_port"},
    ForeignName{.name = "meta.dport", .here = "dst_port"},
    ForeignName{.name = "meta.sport", .here = "src_port"},
    ForeignName{.name = "destination_port", .here = "dst_port"},
    ForeignName{.name = "source_port", .here = "src_port"},
    ForeignName{.name = "ports", .here = "port"},
    ForeignName{.name = "portrange", .here = "port"},
    ForeignName{.name = "tcp.port", .here = "port"},
    ForeignName{.name = "udp.port", .here = "port"},
    // addresses
    ForeignName{.name = "saddr", .here = "src_ip"},
    ForeignName{.name = "daddr", .here = "dst_ip"},
    ForeignName{.name = "src", .here = "src_ip"},
    ForeignName{.name = "dst", .here = "dst_ip"},
    ForeignName{.name = "src_addr", .here = "src_ip"},
    ForeignName{.name = "dst_addr", .here = "dst_ip"},
    ForeignName{.name = "srcip", .here = "src_ip"},
    ForeignName{.name = "dstip", .here = "dst_ip"},
    ForeignName{.name = "ip_src", .here = "src_ip"},
    ForeignName{.name = "ip_dst", .here = "dst_ip"},
    ForeignName{.name = "ip.src", .here = "src_ip"},
    ForeignName{.name = "ip.dst", .here = "dst_ip"},
    ForeignName{.name = "ip.saddr", .here = "src_ip"},
    ForeignName{.name = "ip.daddr", .here = "dst_ip"},
    ForeignName{.name = "ip4.saddr", .here = "src_ip"},
    ForeignName{.name = "ip4.daddr", .here = "dst_ip"},
    ForeignName{.name = "ip4.snet", .here = "src_ip"},
    ForeignName{.name = "ip4.dnet", .here = "dst_ip"},
    ForeignName{.name = "ip6.src", .here = "src_ip"},
    ForeignName{.name = "ip6.dst", .here = "dst_ip"},
    ForeignName{.name = "ip6.saddr", .here = "src_ip"},
    ForeignName{.name = "ip6.daddr", .here = "dst_ip"},
    ForeignName{.name = "ip6.snet", .here = "src_ip"},
    ForeignName{.name = "ip6.dnet", .here = "dst_ip"},
    ForeignName{.name = "ipv6.src", .here = "src_ip"},
    ForeignName{.name = "ipv6.dst", .here = "dst_ip"},
    ForeignName{.name = "source_ip", .here = "src_ip"},
    ForeignName{.name = "destination_ip", .here = "dst_ip"},
    ForeignName{.name = "net", .here = "host"},
    ForeignName{.name = "ip.addr", .here = "host"},
    ForeignName{.name = "ip.host", .here = "host"},
    ForeignName{.name = "ipv6.addr", .here = "host"},
    ForeignName{.name = "ip6.addr", .here = "host"},
    // network layer
    ForeignName{.name = "ip4", .here = "ip"},
    ForeignName{.name = "ipv4", .here = "ip"},
    ForeignName{.name = "inet", .here = "ip"},
    ForeignName{.name = "ip6", .here = "ipv6"},
    ForeignName{.name = "inet6", .here = "ipv6"},
    ForeignName{.name = "ip.ttl", .here = "ttl"},
    ForeignName{.name = "ip4.ttl", .here = "ttl"},
    ForeignName{.name = "ip6.hoplimit", .here = "ttl"},
    ForeignName{.name = "ip6.hlim", .here = "ttl"},
    ForeignName{.name = "ipv6.hlim", .here = "ttl"},
    ForeignName{.name = "ipv6.hop_limit", .here = "ttl"},
    ForeignName{.name = "hoplimit", .here = "ttl"},
    ForeignName{.name = "hop_limit", .here = "ttl"},
    ForeignName{.name = "hlim", .here = "ttl"},
    ForeignName{.name = "hl", .here = "ttl"},
    ForeignName{.name = "frag", .here = "fragment"},
    ForeignName{.name = "ip.flags.df", .here = "ip.df"},
    ForeignName{.name = "ip.flags.mf", .here = "ip.mf"},
    ForeignName{.name = "ip.frag_offset", .here = "frag_offset"},
    ForeignName{.name = "ip.dsfield.dscp", .here = "dscp"},
    ForeignName{.name = "ip.dsfield.ecn", .here = "ecn"},
    ForeignName{.name = "ip.tos", .here = "tos"},
    ForeignName{.name = "ipv6.flow", .here = "ipv6.flow_label"},
    ForeignName{.name = "fragmented", .here = "fragment"},
    ForeignName{.name = "is_fragment", .here = "fragment"},
    // protocol
    ForeignName{.name = "protocol", .here = "proto"},
    ForeignName{.name = "ip.proto", .here = "proto"},
    ForeignName{.name = "ip.protocol", .here = "proto"},
    ForeignName{.name = "ip_proto", .here = "proto"},
    ForeignName{.name = "ip4.proto", .here = "proto"},
    ForeignName{.name = "ip6.nexthdr", .here = "proto"},
    ForeignName{.name = "ipv6.nxt", .here = "proto"},
    ForeignName{.name = "nexthdr", .here = "proto"},
    ForeignName{.name = "next_header", .here = "proto"},
    ForeignName{.name = "l4proto", .here = "proto"},
    ForeignName{.name = "l4_proto", .here = "proto"},
    ForeignName{.name = "meta.l4proto", .here = "proto"},
    ForeignName{.name = "meta.l4_proto", .here = "proto"},
    ForeignName{.name = "ipproto", .here = "proto"},
    ForeignName{.name = "icmp4", .here = "icmpv4"},
    ForeignName{.name = "icmp6", .here = "icmpv6"},
    ForeignName{.name = "ipencap", .here = "ipip"},
    // length
    ForeignName{.name = "length", .here = "len"},
    ForeignName{.name = "frame.len", .here = "len"},
    ForeignName{.name = "frame.cap_len", .here = "len"},
    ForeignName{.name = "meta.length", .here = "len"},
    ForeignName{.name = "ip.len", .here = "len"},
    ForeignName{.name = "ip.length", .here = "len"},
    ForeignName{.name = "ipv6.plen", .here = "len"},
    ForeignName{.name = "pkt_len", .here = "len"},
    ForeignName{.name = "pktlen", .here = "len"},
    ForeignName{.name = "packet_size", .here = "len"},
    ForeignName{.name = "size", .here = "len"},
    ForeignName{.name = "greater", .here = "len"},
    ForeignName{.name = "less", .here = "len"},
    // TCP flags
    ForeignName{.name = "tcpflags", .here = "tcp.flags"},
    ForeignName{.name = "tcp_flags", .here = "tcp.flags"},
    ForeignName{.name = "flags", .here = "tcp.flags"},
    ForeignName{.name = "tcp.flags.cwr", .here = "tcp.cwr"},
    ForeignName{.name = "tcp.flags.ece", .here = "tcp.ece"},
    ForeignName{.name = "tcp.flags.urg", .here = "tcp.urg"},
    ForeignName{.name = "tcp.flags.ack", .here = "tcp.ack"},
    ForeignName{.name = "tcp.flags.push", .here = "tcp.psh"},
    ForeignName{.name = "tcp.flags.reset", .here = "tcp.rst"},
    ForeignName{.name = "tcp.flags.syn", .here = "tcp.syn"},
    ForeignName{.name = "tcp.flags.fin", .here = "tcp.fin"},
    ForeignName{.name = "tcp.window_size", .here = "tcp.window"},
    ForeignName{.name = "tcp.hdr_len", .here = "tcp.header_len"},
    ForeignName{.name = "udp.length", .here = "udp.len"},
    ForeignName{.name = "tcp.push", .here = "tcp.psh"},
    ForeignName{.name = "tcp.reset", .here = "tcp.rst"},
    // ICMP
    ForeignName{.name = "icmptype", .here = "icmp.type"},
    ForeignName{.name = "icmpcode", .here = "icmp.code"},
    ForeignName{.name = "icmp_type", .here = "icmp.type"},
    ForeignName{.name = "icmp_code", .here = "icmp.code"},
    ForeignName{.name = "icmp6type", .here = "icmp.type"},
    ForeignName{.name = "icmp6code", .here = "icmp.code"},
    ForeignName{.name = "icmpv6.type", .here = "icmp.type"},
    ForeignName{.name = "icmpv6.code", .here = "icmp.code"},
    ForeignName{.name = "icmp6.type", .here = "icmp.type"},
    ForeignName{.name = "icmp6.code", .here = "icmp.code"},
    // constants
    ForeignName{.name = "dns", .here = "domain", .kind = ValueKind::port},
    ForeignName{.name = "postgres", .here = "postgresql", .kind = ValueKind::port},
    ForeignName{.name = "rdp", .here = "ms_wbt_server", .kind = ValueKind::port},
    ForeignName{.name = "vnc", .here = "rfb", .kind = ValueKind::port},
    ForeignName{.name = "smb", .here = "microsoft_ds", .kind = ValueKind::port},
    ForeignName{.name = "dhcp", .here = "bootps", .kind = ValueKind::port},
    ForeignName{.name = "dhcpv6", .here = "dhcpv6_server", .kind = ValueKind::port},
    ForeignName{.name = "upnp", .here = "ssdp", .kind = ValueKind::port},
    ForeignName{.name = "memcached", .here = "memcache", .kind = ValueKind::port},
    ForeignName{.name = "dot", .here = "domain_s", .kind = ValueKind::port},
    ForeignName{.name = "ping", .here = "echo_request", .kind = ValueKind::icmp_type},
    ForeignName{.name = "echo", .here = "echo_request", .kind = ValueKind::icmp_type},
    ForeignName{.name = "unreach", .here = "destination_unreachable", .kind = ValueKind::icmp_type},
    ForeignName{
        .name = "unreachable", .here = "destination_unreachable", .kind = ValueKind::icmp_type},
    ForeignName{.name = "ipv4", .here = "ipip", .kind = ValueKind::protocol},
    ForeignName{.name = "ipencap", .here = "ipip", .kind = ValueKind::protocol},
    ForeignName{.name = "icmp6", .here = "icmpv6", .kind = ValueKind::protocol},
    ForeignName{.name = "push", .here = "psh", .kind = ValueKind::tcp_flags},
    ForeignName{.name = "reset", .here = "rst", .kind = ValueKind::tcp_flags},
};

/// The row of a name, for a place where constants of `kind` may stand.
constexpr const ForeignName* find_foreign_name(std::string_view name, ValueKind kind) {
  for (const ForeignName& row : kForeignNames)
    if (row.name == name && kind != ValueKind::plain && row.kind == kind) return &row;
  for (const ForeignName& row : kForeignNames)
    if (row.name == name && row.kind == ValueKind::plain) return &row;
  return nullptr;
}

namespace detail {
consteval bool foreign_names_are_well_formed() {
  for (const ForeignName& row : kForeignNames) {
    if (find_field(row.name)) return false;
    const bool constant = row.kind != ValueKind::plain;
    const bool verdict = row.here == "true" || row.here == "false";
    if (constant ? !is_constant(row.kind, row.here) : !verdict && !find_field(row.here))
      return false;
    if (constant && is_constant(row.kind, row.name)) return false;
  }
  return true;
}
}  // namespace detail
static_assert(detail::foreign_names_are_well_formed());

}  // namespace fwc
