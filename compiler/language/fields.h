// SPDX-License-Identifier: MIT
// The fields of the language. A row is everything that anybody knows about a field: name lookup,
// suggestions, type and range checks, presence, loads in the program and in the evaluator,
// reference pages and the fuzzers' dictionary all derive from it. Adding a header field is adding a
// row.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "compiler/language/layers.h"
#include "compiler/language/types.h"
#include "fwc/hook.h"

namespace fwc {

/// Which named constants may stand for a field's values, and how messages speak of them.
enum class ValueKind : std::uint8_t {
  plain,
  port,
  protocol,
  icmp_type,
  icmp_code,
  tcp_flags,
  dscp,
  ecn,
  address,    ///< named networks
  interface,  ///< no constants but names in quotes, which are looked up when the filter is loaded
  ethertype,
};

/// The hooks on which a program can read a field, one bit each.
using HookSet = std::uint8_t;
constexpr HookSet hook_bit(Hook hook) {
  return static_cast<HookSet>(1U << static_cast<unsigned>(hook));
}
inline constexpr HookSet kSocketBuffers = hook_bit(Hook::cgroup) | hook_bit(Hook::tc);
inline constexpr HookSet kLinkLayer = hook_bit(Hook::tc) | hook_bit(Hook::xdp);
inline constexpr HookSet kAllHooks = kSocketBuffers | kLinkLayer;

/// Bits of a header in network order, read as an unsigned number and multiplied by `scale`.
struct HeaderBits {
  Layer layer = Layer::ipv4;
  std::uint16_t bit = 0;  ///< first bit, counted from the start of the header
  std::uint8_t bits = 0;  ///< width: 1..64, or 128 for an IPv6 address
  std::uint8_t scale = 1;
};

/// Up to two headers in which a field lies; it is present where one of them is, and its header is
/// known. Two locations never stand in the same packet.
struct InHeader {
  std::array<HeaderBits, 2> at{};
  std::uint8_t count = 1;
};

/// True where the packet's protocol is one of the layers, a later fragment's included. Every packet
/// has it.
struct HasLayer {
  std::array<Layer, 2> any{};
  std::uint8_t count = 1;
};

/// What the walk to the transport header found out (RFC 8200 section 4, docs/semantics.md).
enum class WalkResult : std::uint8_t {
  protocol,         ///< of the transport header, after all extension headers; IP packets
  authentication,   ///< an authentication header is there; every packet
  fragment,         ///< more-fragments set or offset not 0; IP packets
  first_fragment,   ///< more-fragments set and offset 0; IP packets
  fragment_offset,  ///< in bytes; IP packets
  ipv4_options,     ///< the IPv4 header has options; IPv4 packets
  extensions,       ///< the IPv6 header has extension headers; IPv6 packets
};

/// A 32-bit member of the packet's `struct __sk_buff` (include/uapi/linux/bpf.h). Every packet has
/// it.
enum class ContextWord : std::uint8_t { length, mark, priority, interface, gso_size, gso_segments };

/// What the kernel knows of the socket that sends or receives the packet. Absent where it is
/// none's.
enum class SocketFact : std::uint8_t {
  owner,   ///< user id (bpf_get_socket_uid); 65534 where the id has no name in its namespace
  cookie,  ///< bpf_get_socket_cookie
  cgroup,  ///< id of its cgroup, the inode number of the directory (bpf_skb_cgroup_id)
};

/// What is remembered of the packets that passed before (language/flows.h). False of a packet that
/// belongs to no flow.
enum class FlowFact : std::uint8_t {
  established,  ///< of a flow that was answered, or the answer itself
  reply,        ///< received, of a flow that began with a packet that was sent
};

/// Whether the program is the one for what is received, or the one for what is sent.
struct IsDirection {
  bool ingress = false;
};

/// What the Ethernet header says (IEEE 802.3 clause 3), and the VLAN tags behind it (IEEE 802.1Q).
enum class LinkFact : std::uint8_t {
  destination,
  source,
  ethertype,  ///< behind the tags, of which two are stepped over
  vlan,       ///< identifier in the first tag, wherever the kernel keeps it; absent without one
};

/// What follows the transport header, of packets whose transport header is known and has a length.
enum class PayloadPart : std::uint8_t {
  bytes,   ///< themselves; only slices of them are values
  length,  ///< how many there are
};

/// Two other fields. A comparison with it and a look-up of it is true where it is true of one of
/// them; `!=` and `not in` are the negations. It has no value of its own.
struct EitherOf {
  std::array<std::string_view, 2> fields;
};

/// Another field, by the direction of the packet.
struct ByDirection {
  std::string_view egress;
  std::string_view ingress;
};

using FieldSource = std::variant<InHeader, HasLayer, WalkResult, ContextWord, SocketFact, FlowFact,
                                 IsDirection, LinkFact, PayloadPart, EitherOf, ByDirection>;

/// Numbers of 64 bits, which count up from 1 and never reach the sign.
inline constexpr std::int64_t kMostCookie = std::numeric_limits<std::int64_t>::max();

struct FieldRow {
  std::string_view name;
  Type type;
  ValueKind kind = ValueKind::plain;
  FieldSource source;
  /// The greatest value a packet can have; the least is 0. Of no meaning for an address.
  std::int64_t maximum = 1;
  HookSet hooks = kAllHooks;
  /// A socket names it where it connects or sends, so it is known before there is a packet.
  bool named_by_call = false;
  std::string_view present;  ///< where the field is present, for the reference page
  std::string_view doc;
};

namespace detail {
constexpr InHeader in(HeaderBits only) {
  return {.at = {only}, .count = 1};
}
constexpr InHeader in(HeaderBits first, HeaderBits second) {
  return {.at = {first, second}, .count = 2};
}
constexpr HasLayer has(Layer only) {
  return {.any = {only}, .count = 1};
}
constexpr HasLayer has(Layer first, Layer second) {
  return {.any = {first, second}, .count = 2};
}

constexpr FieldRow tcp_flag(std::string_view name, std::uint16_t bit, std::string_view doc) {
  return {.name = name,
          .type = Type::boolean,
          .source = in({.layer = Layer::tcp, .bit = bit, .bits = 1}),
          .present = "TCP",
          .doc = doc};
}
constexpr FieldRow number(std::string_view name, HeaderBits at, std::string_view present,
                          std::string_view doc) {
  return {.name = name,
          .type = Type::integer,
          .source = in(at),
          .maximum = ((std::int64_t{1} << at.bits) - 1) * at.scale,
          .present = present,
          .doc = doc};
}
constexpr FieldRow context(std::string_view name, ContextWord word, std::int64_t maximum,
                           HookSet hooks, std::string_view doc) {
  return {.name = name,
          .type = Type::integer,
          .source = word,
          .maximum = maximum,
          .hooks = hooks,
          .present = "every packet",
          .doc = doc};
}
constexpr FieldRow socket(std::string_view name, SocketFact fact, std::int64_t maximum,
                          std::string_view doc) {
  return {.name = name,
          .type = Type::integer,
          .source = fact,
          .maximum = maximum,
          .hooks = kSocketBuffers,
          .present = "packets of a socket, on cgroup all",
          .doc = doc};
}
constexpr FieldRow mac(std::string_view name, LinkFact fact, std::string_view doc) {
  return {.name = name,
          .type = Type::mac,
          .source = fact,
          .maximum = 0xffff'ffff'ffff,
          .hooks = kLinkLayer,
          .present = "every packet",
          .doc = doc};
}
constexpr FieldRow direction(std::string_view name, bool ingress, std::string_view doc) {
  return {.name = name,
          .type = Type::boolean,
          .source = IsDirection{.ingress = ingress},
          .present = "every packet",
          .doc = doc};
}
constexpr FieldRow flow(std::string_view name, FlowFact fact, std::string_view doc) {
  return {.name = name,
          .type = Type::boolean,
          .source = fact,
          .hooks = hook_bit(Hook::cgroup),
          .present = "every packet",
          .doc = doc};
}
constexpr FieldRow address(std::string_view name, FieldSource source, std::string_view doc) {
  return {.name = name,
          .type = Type::address,
          .kind = ValueKind::address,
          .source = source,
          .named_by_call = name == "dst_ip",
          .present = "IP packets",
          .doc = doc};
}
constexpr FieldRow port(std::string_view name, FieldSource source, std::string_view present,
                        std::string_view doc) {
  return {.name = name,
          .type = Type::integer,
          .kind = ValueKind::port,
          .source = source,
          .maximum = 65535,
          .named_by_call = name == "dst_port",
          .present = present,
          .doc = doc};
}
constexpr FieldRow protocol_test(Layer layer, std::string_view doc) {
  return {.name = row(layer).name,
          .type = Type::boolean,
          .source = has(layer),
          .present = "every packet",
          .doc = doc};
}
}  // namespace detail

inline constexpr std::array kFields = {
    detail::protocol_test(Layer::ipv4, "an IPv4 packet"),
    detail::protocol_test(Layer::ipv6, "an IPv6 packet"),
    detail::protocol_test(Layer::tcp, "TCP, over either family"),
    detail::protocol_test(Layer::udp, "UDP, over either family"),
    FieldRow{.name = "icmp",
             .type = Type::boolean,
             .source = detail::has(Layer::icmpv4, Layer::icmpv6),
             .present = "every packet",
             .doc = "ICMP over IPv4 or ICMPv6 over IPv6"},
    detail::protocol_test(Layer::icmpv4, "ICMP over IPv4"),
    detail::protocol_test(Layer::icmpv6, "ICMPv6 over IPv6"),
    detail::protocol_test(Layer::sctp, "SCTP"),
    detail::protocol_test(Layer::dccp, "DCCP"),
    detail::protocol_test(Layer::udplite, "UDP-Lite"),
    detail::protocol_test(Layer::igmp, "IGMP"),
    detail::protocol_test(Layer::gre, "GRE"),
    detail::protocol_test(Layer::esp, "ESP, which hides what follows"),
    FieldRow{.name = "ah",
             .type = Type::boolean,
             .source = WalkResult::authentication,
             .present = "every packet",
             .doc = "an authentication header: protocol 51 of IPv4, or one in an IPv6 chain"},
    detail::protocol_test(Layer::ipip, "IPv4 in IP"),
    detail::address("src_ip",
                    detail::in({.layer = Layer::ipv4, .bit = 96, .bits = 32},
                               {.layer = Layer::ipv6, .bit = 64, .bits = 128}),
                    "source address"),
    detail::address("dst_ip",
                    detail::in({.layer = Layer::ipv4, .bit = 128, .bits = 32},
                               {.layer = Layer::ipv6, .bit = 192, .bits = 128}),
                    "destination address"),
    detail::address("host", EitherOf{{"src_ip", "dst_ip"}}, "address of either end"),
    detail::address("local_ip", ByDirection{.egress = "src_ip", .ingress = "dst_ip"},
                    "address of this end: the source of what is sent"),
    detail::address("remote_ip", ByDirection{.egress = "dst_ip", .ingress = "src_ip"},
                    "address of the other end"),
    detail::port("src_port",
                 detail::in({.layer = Layer::tcp, .bit = 0, .bits = 16},
                            {.layer = Layer::udp, .bit = 0, .bits = 16}),
                 "TCP and UDP", "source port"),
    detail::port("dst_port",
                 detail::in({.layer = Layer::tcp, .bit = 16, .bits = 16},
                            {.layer = Layer::udp, .bit = 16, .bits = 16}),
                 "TCP and UDP", "destination port"),
    detail::port("port", EitherOf{{"src_port", "dst_port"}}, "TCP and UDP", "port of either end"),
    detail::port("local_port", ByDirection{.egress = "src_port", .ingress = "dst_port"},
                 "TCP and UDP", "port of this end: the source of what is sent"),
    detail::port("remote_port", ByDirection{.egress = "dst_port", .ingress = "src_port"},
                 "TCP and UDP", "port of the other end"),
    detail::direction("ingress", true, "the packet is received"),
    detail::direction("egress", false, "the packet is sent"),
    detail::flow("established", FlowFact::established,
                 "of a flow that passed before and was answered, or that answer"),
    detail::flow("reply", FlowFact::reply, "received, of a flow that was opened from here"),
    FieldRow{.name = "proto",
             .type = Type::integer,
             .kind = ValueKind::protocol,
             .source = WalkResult::protocol,
             .maximum = 255,
             .present = "IP packets",
             .doc = "transport protocol after all extension headers"},
    FieldRow{.name = "len",
             .type = Type::integer,
             .source = ContextWord::length,
             .maximum = 0xffff'ffff,
             .present = "every packet",
             .doc = "bytes from the network header on"},
    detail::context("gso_size", ContextWord::gso_size, 65535, kSocketBuffers,
                    "bytes of a segment where one packet here is many on the wire, else 0"),
    detail::context("gso_segs", ContextWord::gso_segments, 65535, kSocketBuffers,
                    "segments on the wire, 0 where there is one"),
    detail::context("mark", ContextWord::mark, 0xffff'ffff, kSocketBuffers,
                    "mark of the packet (SO_MARK)"),
    detail::context("priority", ContextWord::priority, 0xffff'ffff, kSocketBuffers,
                    "priority (SO_PRIORITY)"),
    detail::context("ifindex", ContextWord::interface, 0x7fff'ffff, kAllHooks,
                    "index of the interface"),
    FieldRow{.name = "iface",
             .type = Type::interface,
             .kind = ValueKind::interface,
             .source = ContextWord::interface,
             .maximum = 0x7fff'ffff,
             .present = "every packet",
             .doc = "the interface, by a name that is looked up when the filter is loaded"},
    detail::socket("uid", SocketFact::owner, 0xffff'ffff,
                   "user id of the socket, 65534 where it has none in its namespace"),
    detail::socket("cookie", SocketFact::cookie, kMostCookie, "number of the socket"),
    detail::socket("cgroup_id", SocketFact::cgroup, kMostCookie,
                   "id of the socket's cgroup: the inode number of its directory"),
    detail::mac("src_mac", LinkFact::source, "Ethernet address of who sent the frame"),
    detail::mac("dst_mac", LinkFact::destination, "Ethernet address of who is to have it"),
    FieldRow{.name = "ethertype",
             .type = Type::integer,
             .kind = ValueKind::ethertype,
             .source = LinkFact::ethertype,
             .maximum = 65535,
             .hooks = kLinkLayer,
             .present = "every packet",
             .doc = "protocol that the frame carries, behind up to two VLAN tags"},
    FieldRow{.name = "vlan",
             .type = Type::integer,
             .source = LinkFact::vlan,
             .maximum = 4095,
             .hooks = kLinkLayer,
             .present = "packets with a VLAN tag",
             .doc = "identifier of the VLAN, by the outermost tag"},
    FieldRow{.name = "ttl",
             .type = Type::integer,
             .source = detail::in({.layer = Layer::ipv4, .bit = 64, .bits = 8},
                                  {.layer = Layer::ipv6, .bit = 56, .bits = 8}),
             .maximum = 255,
             .present = "IP packets",
             .doc = "time to live, hop limit on IPv6"},
    FieldRow{.name = "dscp",
             .type = Type::integer,
             .kind = ValueKind::dscp,
             .source = detail::in({.layer = Layer::ipv4, .bit = 8, .bits = 6},
                                  {.layer = Layer::ipv6, .bit = 4, .bits = 6}),
             .maximum = 63,
             .present = "IP packets",
             .doc = "differentiated services code point"},
    FieldRow{.name = "ecn",
             .type = Type::integer,
             .kind = ValueKind::ecn,
             .source = detail::in({.layer = Layer::ipv4, .bit = 14, .bits = 2},
                                  {.layer = Layer::ipv6, .bit = 10, .bits = 2}),
             .maximum = 3,
             .present = "IP packets",
             .doc = "explicit congestion notification"},
    FieldRow{.name = "tos",
             .type = Type::integer,
             .source = detail::in({.layer = Layer::ipv4, .bit = 8, .bits = 8},
                                  {.layer = Layer::ipv6, .bit = 4, .bits = 8}),
             .maximum = 255,
             .present = "IP packets",
             .doc = "type of service, traffic class on IPv6: `dscp` and `ecn` together"},
    FieldRow{.name = "fragment",
             .type = Type::boolean,
             .source = WalkResult::fragment,
             .present = "IP packets",
             .doc = "more-fragments is set or the offset is not 0"},
    FieldRow{.name = "first_fragment",
             .type = Type::boolean,
             .source = WalkResult::first_fragment,
             .present = "IP packets",
             .doc = "more-fragments is set and the offset is 0"},
    FieldRow{.name = "frag_offset",
             .type = Type::integer,
             .source = WalkResult::fragment_offset,
             .maximum = 65528,
             .present = "IP packets",
             .doc = "fragment offset in bytes"},
    detail::number("ip.id", {.layer = Layer::ipv4, .bit = 32, .bits = 16}, "IPv4 packets",
                   "identification"),
    FieldRow{.name = "ip.df",
             .type = Type::boolean,
             .source = detail::in({.layer = Layer::ipv4, .bit = 49, .bits = 1}),
             .present = "IPv4 packets",
             .doc = "do not fragment"},
    FieldRow{.name = "ip.mf",
             .type = Type::boolean,
             .source = detail::in({.layer = Layer::ipv4, .bit = 50, .bits = 1}),
             .present = "IPv4 packets",
             .doc = "more fragments follow"},
    detail::number("ip.header_len", {.layer = Layer::ipv4, .bit = 4, .bits = 4, .scale = 4},
                   "IPv4 packets", "bytes of the IPv4 header, options included"),
    FieldRow{.name = "ip.options",
             .type = Type::boolean,
             .source = WalkResult::ipv4_options,
             .present = "IPv4 packets",
             .doc = "the IPv4 header has options"},
    detail::number("ipv6.flow_label", {.layer = Layer::ipv6, .bit = 12, .bits = 20}, "IPv6 packets",
                   "flow label"),
    FieldRow{.name = "ipv6.next_header",
             .type = Type::integer,
             .kind = ValueKind::protocol,
             .source = detail::in({.layer = Layer::ipv6, .bit = 48, .bits = 8}),
             .maximum = 255,
             .present = "IPv6 packets",
             .doc = "next header of the fixed header"},
    FieldRow{.name = "ipv6.ext",
             .type = Type::boolean,
             .source = WalkResult::extensions,
             .present = "IPv6 packets",
             .doc = "extension headers follow the fixed header"},
    FieldRow{.name = "tcp.flags",
             .type = Type::integer,
             .kind = ValueKind::tcp_flags,
             .source = detail::in({.layer = Layer::tcp, .bit = 104, .bits = 8}),
             .maximum = 255,
             .present = "TCP",
             .doc = "the eight flag bits"},
    detail::tcp_flag("tcp.cwr", 104, "congestion window reduced"),
    detail::tcp_flag("tcp.ece", 105, "ECN echo"),
    detail::tcp_flag("tcp.urg", 106, "the urgent pointer counts"),
    detail::tcp_flag("tcp.ack", 107, "the acknowledgment number counts"),
    detail::tcp_flag("tcp.psh", 108, "push"),
    detail::tcp_flag("tcp.rst", 109, "reset"),
    detail::tcp_flag("tcp.syn", 110, "synchronize: opens a connection"),
    detail::tcp_flag("tcp.fin", 111, "no more data"),
    FieldRow{.name = "icmp.type",
             .type = Type::integer,
             .kind = ValueKind::icmp_type,
             .source = detail::in({.layer = Layer::icmpv4, .bit = 0, .bits = 8},
                                  {.layer = Layer::icmpv6, .bit = 0, .bits = 8}),
             .maximum = 255,
             .present = "ICMP and ICMPv6",
             .doc = "message type"},
    FieldRow{.name = "icmp.code",
             .type = Type::integer,
             .kind = ValueKind::icmp_code,
             .source = detail::in({.layer = Layer::icmpv4, .bit = 8, .bits = 8},
                                  {.layer = Layer::icmpv6, .bit = 8, .bits = 8}),
             .maximum = 255,
             .present = "ICMP and ICMPv6",
             .doc = "message code"},
    detail::number("tcp.seq", {.layer = Layer::tcp, .bit = 32, .bits = 32}, "TCP",
                   "sequence number"),
    detail::number("tcp.ack_seq", {.layer = Layer::tcp, .bit = 64, .bits = 32}, "TCP",
                   "acknowledgment number"),
    detail::number("tcp.window", {.layer = Layer::tcp, .bit = 112, .bits = 16}, "TCP",
                   "window, not scaled"),
    detail::number("tcp.header_len", {.layer = Layer::tcp, .bit = 96, .bits = 4, .scale = 4}, "TCP",
                   "bytes of the TCP header by its data offset"),
    detail::number("udp.len", {.layer = Layer::udp, .bit = 32, .bits = 16}, "UDP",
                   "length of header and payload as the UDP header says"),
    FieldRow{.name = "icmp.id",
             .type = Type::integer,
             .source = detail::in({.layer = Layer::icmpv4, .bit = 32, .bits = 16},
                                  {.layer = Layer::icmpv6, .bit = 32, .bits = 16}),
             .maximum = 65535,
             .present = "ICMP and ICMPv6",
             .doc = "identifier of an echo"},
    FieldRow{.name = "icmp.seq",
             .type = Type::integer,
             .source = detail::in({.layer = Layer::icmpv4, .bit = 48, .bits = 16},
                                  {.layer = Layer::icmpv6, .bit = 48, .bits = 16}),
             .maximum = 65535,
             .present = "ICMP and ICMPv6",
             .doc = "sequence number of an echo"},
    detail::port("sctp.src_port", detail::in({.layer = Layer::sctp, .bit = 0, .bits = 16}), "SCTP",
                 "source port"),
    detail::port("sctp.dst_port", detail::in({.layer = Layer::sctp, .bit = 16, .bits = 16}), "SCTP",
                 "destination port"),
    FieldRow{.name = "payload",
             .type = Type::bytes,
             .source = PayloadPart::bytes,
             .present = "TCP, UDP, ICMP, ICMPv6 and SCTP, as far as it goes",
             .doc = "what follows the transport header, by slices"},
    FieldRow{.name = "payload.len",
             .type = Type::integer,
             .source = PayloadPart::length,
             .maximum = 0xffff'ffff,
             .present = "TCP, UDP, ICMP, ICMPv6 and SCTP",
             .doc = "bytes of the payload"},
};

/// Slices end within the first so many bytes of the payload, and have so many bytes at the most:
/// what the verifier follows through a packet, and a share of a program's stack.
inline constexpr std::int64_t kPayloadReach = 16384;
inline constexpr std::int64_t kMostSliceBytes = 64;

/// Whether the payload of a packet begins behind that header.
constexpr bool has_payload(const LayerRow& layer) {
  return !is_network(layer.layer) && layer.header_bytes != 0;
}

/// A field, by its place in kFields.
using FieldIndex = std::uint16_t;

/// The field of that name.
constexpr std::optional<FieldIndex> find_field(std::string_view name) {
  for (std::size_t i = 0; i < kFields.size(); ++i)
    if (kFields[i].name == name) return static_cast<FieldIndex>(i);
  return std::nullopt;
}

/// The field that a packet of that direction has under this name; the field itself for most.
constexpr FieldIndex resolve(FieldIndex field, bool ingress) {
  if (!std::holds_alternative<ByDirection>(kFields[field].source)) return field;
  const ByDirection& other = std::get<ByDirection>(kFields[field].source);
  return *find_field(ingress ? other.ingress : other.egress);
}

namespace detail {
consteval bool header_bits_are_well_formed(const FieldRow& f, const HeaderBits& at) {
  const LayerRow& layer = row(at.layer);
  if (at.bits == 0 || at.bit + at.bits > 8 * layer.header_bytes) return false;
  if (f.type == Type::address) return at.bits == 32 || at.bits == 128;
  if (f.type == Type::boolean) return at.bits == 1 && at.scale == 1;
  return at.bits <= 32 && f.maximum == ((std::int64_t{1} << at.bits) - 1) * at.scale;
}

/// Whether a field of that name lies in a header and has the values of `f`.
consteval bool stands_for(const FieldRow& f, std::string_view name) {
  const auto other = find_field(name);
  if (!other) return false;
  const FieldRow& r = kFields[*other];
  return std::holds_alternative<InHeader>(r.source) && r.type == f.type && r.kind == f.kind &&
         r.maximum == f.maximum && r.hooks == f.hooks;
}

consteval bool field_is_well_formed(const FieldRow& f) {
  if (f.name.empty() || f.doc.empty() || f.present.empty()) return false;
  if (f.type == Type::boolean && f.maximum != 1) return false;
  if (f.hooks == 0) return false;
  // Not std::get_if: its test for null is no constant expression to GCC 12 under UBSan.
  if (std::holds_alternative<InHeader>(f.source)) {
    const InHeader& header = std::get<InHeader>(f.source);
    if (header.count < 1 || header.count > 2) return false;
    for (std::size_t i = 0; i < header.count; ++i)
      if (!header_bits_are_well_formed(f, header.at[i])) return false;
    return header.count == 1 || header.at[0].layer != header.at[1].layer;
  }
  if (std::holds_alternative<EitherOf>(f.source)) {
    const EitherOf& either = std::get<EitherOf>(f.source);
    return stands_for(f, either.fields[0]) && stands_for(f, either.fields[1]);
  }
  if (std::holds_alternative<ByDirection>(f.source)) {
    const ByDirection& other = std::get<ByDirection>(f.source);
    return stands_for(f, other.egress) && stands_for(f, other.ingress);
  }
  return f.type != Type::address;
}

consteval bool fields_are_well_formed() {
  for (std::size_t i = 0; i < kFields.size(); ++i) {
    if (!field_is_well_formed(kFields[i])) return false;
    for (std::size_t j = 0; j < i; ++j)
      if (kFields[i].name == kFields[j].name) return false;
  }
  return true;
}
}  // namespace detail
static_assert(detail::fields_are_well_formed());

}  // namespace fwc
