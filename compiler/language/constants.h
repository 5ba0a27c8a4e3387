// SPDX-License-Identifier: MIT
// The named constants: words that stand for a value where a field's kind expects them. The checker
// resolves them; nothing after it knows that there was a name.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "compiler/language/fields.h"
#include "compiler/language/layers.h"

namespace fwc {

/// What a name stands for in an IPv4 and in an IPv6 packet; empty where it has no meaning there.
/// The two differ for ICMP types and codes alone.
struct NamedValue {
  std::optional<std::int64_t> ipv4;
  std::optional<std::int64_t> ipv6;
  friend bool operator==(const NamedValue&, const NamedValue&) = default;
};

struct ConstantRow {
  std::string_view name;
  std::int32_t value;
};

// Service names, with underscores for hyphens: those of the IANA registry, and a few that it lacks
// but everybody uses. Each has one port, whatever the transport. Sorted by port.
inline constexpr std::array kServices = {
    ConstantRow{"tcpmux", 1},
    ConstantRow{"echo", 7},
    ConstantRow{"discard", 9},
    ConstantRow{"systat", 11},
    ConstantRow{"daytime", 13},
    ConstantRow{"qotd", 17},
    ConstantRow{"chargen", 19},
    ConstantRow{"ftp_data", 20},
    ConstantRow{"ftp", 21},
    ConstantRow{"ssh", 22},
    ConstantRow{"telnet", 23},
    ConstantRow{"smtp", 25},
    ConstantRow{"time", 37},
    ConstantRow{"nicname", 43},
    ConstantRow{"whois", 43},
    ConstantRow{"tacacs", 49},
    ConstantRow{"domain", 53},
    ConstantRow{"bootps", 67},
    ConstantRow{"bootpc", 68},
    ConstantRow{"tftp", 69},
    ConstantRow{"gopher", 70},
    ConstantRow{"finger", 79},
    ConstantRow{"http", 80},
    ConstantRow{"kerberos", 88},
    ConstantRow{"iso_tsap", 102},
    ConstantRow{"pop3", 110},
    ConstantRow{"sunrpc", 111},
    ConstantRow{"ident", 113},
    ConstantRow{"nntp", 119},
    ConstantRow{"ntp", 123},
    ConstantRow{"epmap", 135},
    ConstantRow{"netbios_ns", 137},
    ConstantRow{"netbios_dgm", 138},
    ConstantRow{"netbios_ssn", 139},
    ConstantRow{"imap", 143},
    ConstantRow{"snmp", 161},
    ConstantRow{"snmptrap", 162},
    ConstantRow{"xdmcp", 177},
    ConstantRow{"bgp", 179},
    ConstantRow{"irc", 194},
    ConstantRow{"smux", 199},
    ConstantRow{"ipx", 213},
    ConstantRow{"bgmp", 264},
    ConstantRow{"ptp_event", 319},
    ConstantRow{"ptp_general", 320},
    ConstantRow{"rpki_rtr", 323},
    ConstantRow{"rpki_rtr_tls", 324},
    ConstantRow{"ldap", 389},
    ConstantRow{"svrloc", 427},
    ConstantRow{"https", 443},
    ConstantRow{"microsoft_ds", 445},
    ConstantRow{"kpasswd", 464},
    ConstantRow{"submissions", 465},
    ConstantRow{"isakmp", 500},
    ConstantRow{"modbus", 502},
    ConstantRow{"exec", 512},
    ConstantRow{"login", 513},
    ConstantRow{"syslog", 514},
    ConstantRow{"shell", 514},
    ConstantRow{"printer", 515},
    ConstantRow{"talk", 517},
    ConstantRow{"router", 520},
    ConstantRow{"ripng", 521},
    ConstantRow{"uucp", 540},
    ConstantRow{"dhcpv6_client", 546},
    ConstantRow{"dhcpv6_server", 547},
    ConstantRow{"rtsp", 554},
    ConstantRow{"nntps", 563},
    ConstantRow{"submission", 587},
    ConstantRow{"ipp", 631},
    ConstantRow{"ldaps", 636},
    ConstantRow{"ldp", 646},
    ConstantRow{"olsr", 698},
    ConstantRow{"kerberos_adm", 749},
    ConstantRow{"netconf_ssh", 830},
    ConstantRow{"domain_s", 853},
    ConstantRow{"rsync", 873},
    ConstantRow{"ftps_data", 989},
    ConstantRow{"ftps", 990},
    ConstantRow{"telnets", 992},
    ConstantRow{"imaps", 993},
    ConstantRow{"pop3s", 995},
    ConstantRow{"socks", 1080},
    ConstantRow{"openvpn", 1194},
    ConstantRow{"ms_sql_s", 1433},
    ConstantRow{"ms_sql_m", 1434},
    ConstantRow{"l2tp", 1701},
    ConstantRow{"pptp", 1723},
    ConstantRow{"radius", 1812},
    ConstantRow{"radius_acct", 1813},
    ConstantRow{"mqtt", 1883},
    ConstantRow{"ssdp", 1900},
    ConstantRow{"cisco_sccp", 2000},
    ConstantRow{"nfs", 2049},
    ConstantRow{"gtp_control", 2123},
    ConstantRow{"gtp_user", 2152},
    ConstantRow{"zookeeper", 2181},
    ConstantRow{"docker", 2375},
    ConstantRow{"docker_s", 2376},
    ConstantRow{"swarm", 2377},
    ConstantRow{"etcd_client", 2379},
    ConstantRow{"etcd_server", 2380},
    ConstantRow{"squid", 3128},
    ConstantRow{"icpv2", 3130},
    ConstantRow{"iscsi_target", 3260},
    ConstantRow{"mysql", 3306},
    ConstantRow{"ms_wbt_server", 3389},
    ConstantRow{"stun", 3478},
    ConstantRow{"teredo", 3544},
    ConstantRow{"svn", 3690},
    ConstantRow{"epmd", 4369},
    ConstantRow{"ipsec_nat_t", 4500},
    ConstantRow{"vxlan", 4789},
    ConstantRow{"sip", 5060},
    ConstantRow{"sips", 5061},
    ConstantRow{"xmpp_client", 5222},
    ConstantRow{"xmpp_server", 5269},
    ConstantRow{"stuns", 5349},
    ConstantRow{"mdns", 5353},
    ConstantRow{"llmnr", 5355},
    ConstantRow{"postgresql", 5432},
    ConstantRow{"amqps", 5671},
    ConstantRow{"amqp", 5672},
    ConstantRow{"coap", 5683},
    ConstantRow{"coaps", 5684},
    ConstantRow{"rfb", 5900},
    ConstantRow{"couchdb", 5984},
    ConstantRow{"wsman", 5985},
    ConstantRow{"wsmans", 5986},
    ConstantRow{"x11", 6000},
    ConstantRow{"geneve", 6081},
    ConstantRow{"redis", 6379},
    ConstantRow{"syslog_tls", 6514},
    ConstantRow{"openflow", 6653},
    ConstantRow{"ircs_u", 6697},
    ConstantRow{"afs3_fileserver", 7000},
    ConstantRow{"http_alt", 8080},
    ConstantRow{"puppet", 8140},
    ConstantRow{"https_alt", 8443},
    ConstantRow{"secure_mqtt", 8883},
    ConstantRow{"cassandra", 9042},
    ConstantRow{"jetdirect", 9100},
    ConstantRow{"bacula_dir", 9101},
    ConstantRow{"bacula_fd", 9102},
    ConstantRow{"bacula_sd", 9103},
    ConstantRow{"elasticsearch", 9200},
    ConstantRow{"git", 9418},
    ConstantRow{"ndmp", 10000},
    ConstantRow{"zabbix_agent", 10050},
    ConstantRow{"zabbix_trapper", 10051},
    ConstantRow{"memcache", 11211},
    ConstantRow{"mongodb", 27017},
    ConstantRow{"traceroute", 33434},
    ConstantRow{"wireguard", 51820},
};

// Protocol numbers of the IANA registry, besides those of kLayers, which go by the layer's name.
inline constexpr std::array kProtocols = {
    ConstantRow{"hopopt", 0},     ConstantRow{"icmp", 1},        ConstantRow{"egp", 8},
    ConstantRow{"igp", 9},        ConstantRow{"ipv6", 41},       ConstantRow{"ipv6_route", 43},
    ConstantRow{"ipv6_frag", 44}, ConstantRow{"rsvp", 46},       ConstantRow{"ah", 51},
    ConstantRow{"ipv6_icmp", 58}, ConstantRow{"ipv6_nonxt", 59}, ConstantRow{"ipv6_opts", 60},
    ConstantRow{"eigrp", 88},     ConstantRow{"ospf", 89},       ConstantRow{"etherip", 97},
    ConstantRow{"pim", 103},      ConstantRow{"ipcomp", 108},    ConstantRow{"vrrp", 112},
    ConstantRow{"l2tp", 115},     ConstantRow{"mobility", 135},  ConstantRow{"mpls", 137},
    ConstantRow{"manet", 138},    ConstantRow{"hip", 139},       ConstantRow{"shim6", 140},
    ConstantRow{"ethernet", 143},
};

struct IcmpTypeRow {
  std::string_view name;
  std::int16_t ipv4 = -1;  ///< -1: no such type in that family
  std::int16_t ipv6 = -1;
};

// RFC 792, RFC 4443, RFC 4861 and the IANA registries of ICMP and ICMPv6 types.
inline constexpr std::array kIcmpTypes = {
    IcmpTypeRow{.name = "echo_reply", .ipv4 = 0, .ipv6 = 129},
    IcmpTypeRow{.name = "destination_unreachable", .ipv4 = 3, .ipv6 = 1},
    IcmpTypeRow{.name = "source_quench", .ipv4 = 4},
    IcmpTypeRow{.name = "redirect", .ipv4 = 5, .ipv6 = 137},
    IcmpTypeRow{.name = "echo_request", .ipv4 = 8, .ipv6 = 128},
    IcmpTypeRow{.name = "router_advertisement", .ipv4 = 9, .ipv6 = 134},
    IcmpTypeRow{.name = "router_solicitation", .ipv4 = 10, .ipv6 = 133},
    IcmpTypeRow{.name = "time_exceeded", .ipv4 = 11, .ipv6 = 3},
    IcmpTypeRow{.name = "parameter_problem", .ipv4 = 12, .ipv6 = 4},
    IcmpTypeRow{.name = "timestamp_request", .ipv4 = 13},
    IcmpTypeRow{.name = "timestamp_reply", .ipv4 = 14},
    IcmpTypeRow{.name = "extended_echo_request", .ipv4 = 42, .ipv6 = 160},
    IcmpTypeRow{.name = "extended_echo_reply", .ipv4 = 43, .ipv6 = 161},
    IcmpTypeRow{.name = "packet_too_big", .ipv6 = 2},
    IcmpTypeRow{.name = "multicast_listener_query", .ipv6 = 130},
    IcmpTypeRow{.name = "multicast_listener_report", .ipv6 = 131},
    IcmpTypeRow{.name = "multicast_listener_done", .ipv6 = 132},
    IcmpTypeRow{.name = "neighbor_solicitation", .ipv6 = 135},
    IcmpTypeRow{.name = "neighbor_advertisement", .ipv6 = 136},
    IcmpTypeRow{.name = "multicast_listener_report_v2", .ipv6 = 143},
    IcmpTypeRow{.name = "multicast_router_advertisement", .ipv6 = 151},
    IcmpTypeRow{.name = "multicast_router_solicitation", .ipv6 = 152},
    IcmpTypeRow{.name = "multicast_router_termination", .ipv6 = 153},
};

// Codes mean something by their type (RFC 792, RFC 4443 section 3 and the IANA registries); a name
// stands for the number alone, so a filter says both, as in
// `icmp.type == destination_unreachable && icmp.code == port_unreachable`.
inline constexpr std::array kIcmpCodes = {
    IcmpTypeRow{.name = "network_unreachable", .ipv4 = 0, .ipv6 = 0},
    IcmpTypeRow{.name = "host_unreachable", .ipv4 = 1, .ipv6 = 3},
    IcmpTypeRow{.name = "protocol_unreachable", .ipv4 = 2},
    IcmpTypeRow{.name = "port_unreachable", .ipv4 = 3, .ipv6 = 4},
    IcmpTypeRow{.name = "fragmentation_needed", .ipv4 = 4},
    IcmpTypeRow{.name = "source_route_failed", .ipv4 = 5, .ipv6 = 7},
    IcmpTypeRow{.name = "network_prohibited", .ipv4 = 9},
    IcmpTypeRow{.name = "host_prohibited", .ipv4 = 10},
    IcmpTypeRow{.name = "admin_prohibited", .ipv4 = 13, .ipv6 = 1},
    IcmpTypeRow{.name = "source_policy_failed", .ipv6 = 5},
    IcmpTypeRow{.name = "reject_route", .ipv6 = 6},
    IcmpTypeRow{.name = "hop_limit_exceeded", .ipv4 = 0, .ipv6 = 0},
    IcmpTypeRow{.name = "reassembly_exceeded", .ipv4 = 1, .ipv6 = 1},
    IcmpTypeRow{.name = "unknown_next_header", .ipv6 = 1},
};

// RFC 2474, RFC 2597, RFC 3246, RFC 5865, RFC 8622.
inline constexpr std::array kDscpClasses = {
    ConstantRow{"cs0", 0},   ConstantRow{"le", 1},    ConstantRow{"cs1", 8},
    ConstantRow{"af11", 10}, ConstantRow{"af12", 12}, ConstantRow{"af13", 14},
    ConstantRow{"cs2", 16},  ConstantRow{"af21", 18}, ConstantRow{"af22", 20},
    ConstantRow{"af23", 22}, ConstantRow{"cs3", 24},  ConstantRow{"af31", 26},
    ConstantRow{"af32", 28}, ConstantRow{"af33", 30}, ConstantRow{"cs4", 32},
    ConstantRow{"af41", 34}, ConstantRow{"af42", 36}, ConstantRow{"af43", 38},
    ConstantRow{"cs5", 40},  ConstantRow{"va", 44},   ConstantRow{"ef", 46},
    ConstantRow{"cs6", 48},  ConstantRow{"cs7", 56},
};

// RFC 3168 section 5.
inline constexpr std::array kEcnCodes = {
    ConstantRow{"not_ect", 0},
    ConstantRow{"ect1", 1},
    ConstantRow{"ect0", 2},
    ConstantRow{"ce", 3},
};

// The IANA registry of IEEE 802 numbers.
inline constexpr std::array kEtherTypes = {
    ConstantRow{"ipv4", 0x0800}, ConstantRow{"arp", 0x0806},   ConstantRow{"rarp", 0x8035},
    ConstantRow{"vlan", 0x8100}, ConstantRow{"ipv6", 0x86dd},  ConstantRow{"pause", 0x8808},
    ConstantRow{"mpls", 0x8847}, ConstantRow{"pppoe", 0x8864}, ConstantRow{"eapol", 0x888e},
    ConstantRow{"qinq", 0x88a8}, ConstantRow{"lldp", 0x88cc},  ConstantRow{"macsec", 0x88e5},
    ConstantRow{"ptp", 0x88f7},
};

/// A network by name: prefixes of both families, of which one can be missing.
struct NetworkRow {
  std::string_view name;
  std::array<AddressPrefix, 4> prefixes{};
  std::uint8_t count = 0;
  std::string_view reference;
};

namespace detail {
constexpr AddressPrefix ipv4(unsigned a, unsigned b, unsigned c, unsigned d, unsigned length) {
  return {.address = {Family::ipv4, {0, a << 24 | b << 16 | c << 8 | d}}, .length = length};
}
constexpr AddressPrefix ipv6(std::uint64_t high, std::uint64_t low, unsigned length) {
  return {.address = {Family::ipv6, {high, low}}, .length = length};
}
}  // namespace detail

// The IANA registries of special-purpose addresses.
inline constexpr std::array kNetworks = {
    NetworkRow{
        .name = "private",
        .prefixes = {detail::ipv4(10, 0, 0, 0, 8), detail::ipv4(172, 16, 0, 0, 12),
                     detail::ipv4(192, 168, 0, 0, 16), detail::ipv6(0xfc00'0000'0000'0000, 0, 7)},
        .count = 4,
        .reference = "RFC 1918, RFC 4193"},
    NetworkRow{.name = "loopback",
               .prefixes = {detail::ipv4(127, 0, 0, 0, 8), detail::ipv6(0, 1, 128)},
               .count = 2,
               .reference = "RFC 1122, RFC 4291"},
    NetworkRow{
        .name = "link_local",
        .prefixes = {detail::ipv4(169, 254, 0, 0, 16), detail::ipv6(0xfe80'0000'0000'0000, 0, 10)},
        .count = 2,
        .reference = "RFC 3927, RFC 4291"},
    NetworkRow{
        .name = "multicast",
        .prefixes = {detail::ipv4(224, 0, 0, 0, 4), detail::ipv6(0xff00'0000'0000'0000, 0, 8)},
        .count = 2,
        .reference = "RFC 5771, RFC 4291"},
    NetworkRow{
        .name = "documentation",
        .prefixes = {detail::ipv4(192, 0, 2, 0, 24), detail::ipv4(198, 51, 100, 0, 24),
                     detail::ipv4(203, 0, 113, 0, 24), detail::ipv6(0x2001'0db8'0000'0000, 0, 32)},
        .count = 4,
        .reference = "RFC 5737, RFC 3849"},
    NetworkRow{.name = "shared",
               .prefixes = {detail::ipv4(100, 64, 0, 0, 10)},
               .count = 1,
               .reference = "RFC 6598"},
    NetworkRow{.name = "unspecified",
               .prefixes = {detail::ipv4(0, 0, 0, 0, 32), detail::ipv6(0, 0, 128)},
               .count = 2,
               .reference = "RFC 1122, RFC 4291"},
    NetworkRow{.name = "broadcast",
               .prefixes = {detail::ipv4(255, 255, 255, 255, 32)},
               .count = 1,
               .reference = "RFC 8190"},
};

/// The network of that name; its prefixes are the first `count`.
constexpr const NetworkRow* find_network(std::string_view name) {
  for (const NetworkRow& r : kNetworks)
    if (r.name == name) return &r;
  return nullptr;
}

/// How messages call the constants of a kind: `a port name`. Empty for kinds without constants.
constexpr std::string_view constants_of(ValueKind kind) {
  switch (kind) {
    case ValueKind::plain: return {};
    case ValueKind::port: return "a service name";
    case ValueKind::protocol: return "a protocol name";
    case ValueKind::icmp_type: return "an ICMP type";
    case ValueKind::icmp_code: return "an ICMP code";
    case ValueKind::tcp_flags: return "a TCP flag";
    case ValueKind::dscp: return "a DSCP class";
    case ValueKind::ecn: return "an ECN code point";
    case ValueKind::address: return "a network";
    case ValueKind::interface: return {};
    case ValueKind::ethertype: return "an EtherType";
  }
  return {};
}

inline constexpr std::array kConstantKinds = {
    ValueKind::port,      ValueKind::protocol,  ValueKind::icmp_type,
    ValueKind::icmp_code, ValueKind::tcp_flags, ValueKind::dscp,
    ValueKind::ecn,       ValueKind::address,   ValueKind::ethertype};

namespace detail {
/// The bits of the field whose kind is tcp_flags.
consteval HeaderBits flag_bits() {
  for (const FieldRow& f : kFields)
    if (f.kind == ValueKind::tcp_flags) return std::get<InHeader>(f.source).at[0];
  return {};
}

/// The row of a single flag as a constant, `tcp.syn` as `syn`; nothing where it is no flag.
constexpr std::optional<ConstantRow> flag_constant(const FieldRow& f) {
  constexpr HeaderBits all = flag_bits();
  if (f.type != Type::boolean || !std::holds_alternative<InHeader>(f.source)) return std::nullopt;
  const HeaderBits& at = std::get<InHeader>(f.source).at[0];
  if (at.layer != all.layer || at.bit < all.bit || at.bit >= all.bit + all.bits)
    return std::nullopt;
  const auto value = std::int32_t{1} << (all.bit + all.bits - 1 - at.bit);
  return ConstantRow{f.name.substr(f.name.rfind('.') + 1), value};
}

constexpr std::optional<std::int64_t> find_value(std::span<const ConstantRow> rows,
                                                 std::string_view name) {
  for (const ConstantRow& r : rows)
    if (r.name == name) return r.value;
  return std::nullopt;
}

constexpr std::optional<std::int64_t> find_protocol(std::string_view name) {
  for (const LayerRow& r : kLayers)
    if (!is_network(r.layer) && r.name == name) return r.protocol;
  return find_value(kProtocols, name);
}

constexpr std::optional<std::int64_t> find_flag(std::string_view name) {
  for (const FieldRow& f : kFields)
    if (const auto flag = flag_constant(f); flag && flag->name == name) return flag->value;
  return std::nullopt;
}

constexpr std::optional<NamedValue> find_by_family(std::span<const IcmpTypeRow> rows,
                                                   std::string_view name) {
  for (const IcmpTypeRow& r : rows) {
    if (r.name != name) continue;
    NamedValue value;
    if (r.ipv4 >= 0) value.ipv4 = r.ipv4;
    if (r.ipv6 >= 0) value.ipv6 = r.ipv6;
    return value;
  }
  return std::nullopt;
}

constexpr std::optional<NamedValue> both(std::optional<std::int64_t> value) {
  if (!value) return std::nullopt;
  return NamedValue{.ipv4 = value, .ipv6 = value};
}
}  // namespace detail

/// The number of that kind and name. Networks are no numbers: see find_network().
constexpr std::optional<NamedValue> find_constant(ValueKind kind, std::string_view name) {
  switch (kind) {
    case ValueKind::plain:
    case ValueKind::address:
    case ValueKind::interface: return std::nullopt;
    case ValueKind::port: return detail::both(detail::find_value(kServices, name));
    case ValueKind::protocol: return detail::both(detail::find_protocol(name));
    case ValueKind::icmp_type: return detail::find_by_family(kIcmpTypes, name);
    case ValueKind::icmp_code: return detail::find_by_family(kIcmpCodes, name);
    case ValueKind::tcp_flags: return detail::both(detail::find_flag(name));
    case ValueKind::dscp: return detail::both(detail::find_value(kDscpClasses, name));
    case ValueKind::ecn: return detail::both(detail::find_value(kEcnCodes, name));
    case ValueKind::ethertype: return detail::both(detail::find_value(kEtherTypes, name));
  }
  return std::nullopt;
}

/// Whether the name is one of that kind.
constexpr bool is_constant(ValueKind kind, std::string_view name) {
  return kind == ValueKind::address ? find_network(name) != nullptr
                                    : find_constant(kind, name).has_value();
}

/// All names of a kind, in the order of the tables.
inline std::vector<std::string_view> constant_names(ValueKind kind) {
  std::vector<std::string_view> names;
  const auto add = [&](const auto& rows) {
    for (const auto& r : rows) names.push_back(r.name);
  };
  switch (kind) {
    case ValueKind::plain:
    case ValueKind::interface: break;
    case ValueKind::port: add(kServices); break;
    case ValueKind::protocol:
      for (const LayerRow& r : kLayers)
        if (!is_network(r.layer)) names.push_back(r.name);
      add(kProtocols);
      break;
    case ValueKind::icmp_type: add(kIcmpTypes); break;
    case ValueKind::icmp_code: add(kIcmpCodes); break;
    case ValueKind::tcp_flags:
      for (const FieldRow& f : kFields)
        if (const auto flag = detail::flag_constant(f)) names.push_back(flag->name);
      break;
    case ValueKind::dscp: add(kDscpClasses); break;
    case ValueKind::ecn: add(kEcnCodes); break;
    case ValueKind::address: add(kNetworks); break;
    case ValueKind::ethertype: add(kEtherTypes); break;
  }
  return names;
}

namespace detail {
template <typename Rows>
consteval bool names_differ(const Rows& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (rows[i].name.empty() || rows[i].name == rows[j].name) return false;
  return true;
}

template <typename Rows>
consteval bool values_fit(const Rows& rows, std::int32_t most) {
  for (const ConstantRow& r : rows)
    if (r.value < 0 || r.value > most) return false;
  return names_differ(rows);
}

consteval bool networks_are_well_formed() {
  for (const NetworkRow& r : kNetworks) {
    if (r.count == 0 || r.count > r.prefixes.size() || find_field(r.name)) return false;
    for (std::size_t i = 0; i < r.count; ++i)
      if (r.prefixes[i].length > address_bits(r.prefixes[i].address.family)) return false;
  }
  return names_differ(kNetworks);
}

consteval bool constants_are_well_formed() {
  for (const std::span<const IcmpTypeRow> rows :
       {std::span<const IcmpTypeRow>(kIcmpTypes), std::span<const IcmpTypeRow>(kIcmpCodes)})
    for (const IcmpTypeRow& r : rows)
      if (r.ipv4 > 255 || r.ipv6 > 255 || (r.ipv4 < 0 && r.ipv6 < 0)) return false;
  // Every extension header that the walk knows can be named.
  for (const ExtensionRow& e : kExtensions)
    if (std::none_of(kProtocols.begin(), kProtocols.end(),
                     [&](const ConstantRow& r) { return r.value == e.number; }))
      return false;
  return find_flag("fin") == 1 && values_fit(kServices, 65535) && values_fit(kProtocols, 255) &&
         values_fit(kDscpClasses, 63) && values_fit(kEcnCodes, 3) &&
         values_fit(kEtherTypes, 65535) && names_differ(kIcmpTypes) && names_differ(kIcmpCodes) &&
         networks_are_well_formed();
}
}  // namespace detail
static_assert(detail::constants_are_well_formed());

}  // namespace fwc
