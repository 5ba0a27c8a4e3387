// SPDX-License-Identifier: MIT
// Each field of the table: a match, a mismatch, packets without it, truncation at every byte.
#include <algorithm>

#include "tests/packets/cases.h"

namespace fwc::test {

namespace {

const TestPacket kArp = with_ethertype(Ipv4{} / Udp{}, 0x0806);
const TestPacket kIcmp4 = Ipv4{} / Icmp{};
const TestPacket kIcmp6 = Ipv6{} / Icmp{.type = 128};
const TestPacket kUdp4 = Ipv4{} / Udp{} / Payload{4};
const TestPacket kUdp6 = Ipv6{} / Udp{} / Payload{4};
const TestPacket kTcp4 = Ipv4{} / Tcp{};
const TestPacket kSctp4 = Ipv4{} / Sctp{};
const TestPacket kLaterTcp = Ipv4{.fragment_offset = 64} / Tcp{.dst_port = 80, .flags = 0xff};
const TestPacket kLaterUdp6 = Ipv6{} / Fragment{.offset = 64} / Udp{};
const TestPacket kLaterIcmp = Ipv4{.fragment_offset = 64} / Icmp{};

/// IPv4 and IPv6 packets of a protocol of which no header is read.
FieldExpectation opaque(const std::string& name, std::uint8_t number) {
  return {.field = name,
          .filter = name,
          .match = Ipv4{} / Opaque{.protocol = number, .size = 8},
          .mismatch = kUdp4,
          .absent = {kArp},
          .whole = 20};
}

FieldExpectation tcp_flag(const std::string& name, std::uint8_t bit) {
  return {.field = name,
          .filter = name,
          .match = Ipv6{} / Extension{} / Tcp{.flags = bit},
          .mismatch = Ipv4{} / Tcp{.flags = static_cast<std::uint8_t>(~bit)},
          .absent = {kUdp4, kIcmp6, kArp, kLaterTcp},
          .whole = 40 + 8 + 20};
}

void add_protocols(std::vector<FieldExpectation>& out) {
  out.push_back({"ip", "ip", kUdp4, kUdp6, {kArp}, 20 + 8});
  out.push_back({"ipv6", "ipv6", kUdp6, kUdp4, {kArp}, 40 + 8});
  out.push_back({"tcp", "tcp", kTcp4, kUdp4, {kArp, kSctp4}, 20 + 20});
  out.push_back({"tcp", "tcp", Ipv6{} / Tcp{} / Payload{3}, kUdp6, {kArp, kIcmp6}, 40 + 20});
  out.push_back({"udp", "udp", kUdp4, kTcp4, {kArp}, 20 + 8});
  out.push_back({"udp", "udp", kUdp6, kIcmp6, {kArp}, 40 + 8});
  out.push_back({"icmp", "icmp", kIcmp4, kUdp4, {kArp, Ipv6{} / Icmp{.protocol = 1}}, 20 + 8});
  out.push_back({"icmp", "icmp", kIcmp6, kUdp6, {kArp, Ipv4{} / Icmp{.protocol = 58}}, 40 + 8});
  out.push_back({"icmpv4", "icmpv4", kIcmp4, kIcmp6, {kArp}, 20 + 8});
  out.push_back({"icmpv6", "icmpv6", kIcmp6, kIcmp4, {kArp}, 40 + 8});
  out.push_back({"sctp", "sctp", kSctp4, kUdp4, {kArp}, 20 + 12});
  out.push_back(opaque("dccp", 33));
  out.push_back(opaque("udplite", 136));
  out.push_back(opaque("igmp", 2));
  out.push_back(opaque("gre", 47));
  out.push_back(opaque("esp", 50));
  out.push_back(opaque("ah", 51));
  out.push_back(opaque("ipip", 4));
  out.push_back({"ah",
                 "ah",
                 Ipv6{} / Extension{.number = 51, .length = 4} / Udp{},
                 Ipv6{} / Extension{.number = 60, .length = 4} / Udp{},
                 {kArp},
                 40 + 24 + 8});
}

void add_network(std::vector<FieldExpectation>& out) {
  const TestPacket low = Ipv4{.src = 0x0a010203, .dst = 0x01020304, .ttl = 1} / Udp{};
  const TestPacket low6 = Ipv6{.src = {0xfe80, 0, 0, 0, 0, 0, 0, 1},
                               .dst = {0xff02, 0, 0, 0, 0, 0, 0, 0xfb},
                               .hop_limit = 1} /
                          Udp{};
  out.push_back({"src_ip", "src_ip == 10.1.2.3", low, kUdp4, {kArp}, 28});
  out.push_back({"src_ip", "src_ip == fe80::1", low6, kUdp6, {kArp}, 48});
  out.push_back({"src_ip", "src_ip in {10.1.0.0/16, fe80::/10}", low6, kUdp6, {kArp}, 48});
  out.push_back({"dst_ip", "dst_ip == 1.2.3.4", low, kUdp4, {kArp}, 28});
  out.push_back({"dst_ip", "dst_ip == ff02::fb", low6, kUdp6, {kArp}, 48});
  out.push_back({"dst_ip", "dst_ip == 1.2.0.0/16", low, low6, {kArp}, 28});
  out.push_back({"ttl", "ttl == 1", low, kUdp4, {kArp}, 28});
  out.push_back({"ttl", "ttl < 64", low6, kUdp6, {kArp}, 48});
  out.push_back({"proto", "proto == 17", kUdp4, kTcp4, {kArp}, 28});
  out.push_back({"proto", "proto == 6", Ipv6{} / Extension{} / Tcp{}, kUdp6, {kArp}, 68});
  out.push_back({"proto", "proto == 17", kLaterUdp6, kIcmp6, {kArp}, 48});
  out.push_back({"fragment", "fragment", Ipv4{.mf = true} / Udp{}, kUdp4, {kArp}, 28});
  out.push_back({"fragment", "fragment", kLaterUdp6, Ipv6{} / Fragment{} / Udp{}, {kArp}, 48});
  out.push_back({.field = "len",
                 .filter = "len == 28",
                 .match = Ipv4{} / Udp{},
                 .mismatch = kUdp4,
                 .whole = 28});
}

void add_transport(std::vector<FieldExpectation>& out) {
  const std::vector<TestPacket> no_ports = {kIcmp4, kIcmp6, kSctp4, kArp, kLaterTcp, kLaterUdp6};
  const TestPacket dns = Ipv4{.options = 12} / Udp{.src_port = 5353, .dst_port = 53};
  const TestPacket https =
      Ipv6{} / Extension{.length = 2} / Tcp{.src_port = 5353, .dst_port = 443} / Payload{2};
  out.push_back({"src_port", "src_port == 5353", dns, kUdp4, no_ports, 40});
  out.push_back({"src_port", "src_port == 5353", https, kTcp4, no_ports, 84});
  out.push_back({"dst_port", "dst_port == 53", dns, kTcp4, no_ports, 40});
  out.push_back({"dst_port", "dst_port == 443", https, kTcp4, no_ports, 84});
  out.push_back(
      {"dst_port", "dst_port < 1024", https, Ipv4{} / Udp{.dst_port = 1024}, no_ports, 84});
  const std::vector<TestPacket> no_tcp = {kUdp4, kUdp6, kIcmp4, kArp, kLaterTcp};
  out.push_back({"tcp.flags", "tcp.flags == 0x12", Ipv4{} / Tcp{.flags = 0x12}, kTcp4, no_tcp, 40});
  out.push_back({"tcp.flags", "tcp.flags & 0xc0", Ipv6{} / Tcp{.flags = 0x80}, kTcp4, no_tcp, 60});
  static constexpr std::array kNames = {"fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr"};
  for (std::size_t i = 0; i < kNames.size(); ++i)
    out.push_back(tcp_flag(std::string("tcp.") + kNames[i], static_cast<std::uint8_t>(1u << i)));
  const std::vector<TestPacket> no_icmp = {kUdp4, kTcp4, kArp, kLaterIcmp,
                                           Ipv6{} / Icmp{.protocol = 1}};
  const TestPacket unreachable = Ipv4{} / Icmp{.type = 3, .code = 4} / Payload{8};
  const TestPacket unreachable6 = Ipv6{} / Fragment{} / Icmp{.type = 1, .code = 4};
  out.push_back({"icmp.type", "icmp.type == 3", unreachable, kIcmp4, no_icmp, 28});
  out.push_back({"icmp.type", "icmp.type == 1", unreachable6, kIcmp6, no_icmp, 56});
  out.push_back({"icmp.code", "icmp.code == 4", unreachable, kIcmp4, no_icmp, 28});
  out.push_back({"icmp.code", "icmp.code == 4", unreachable6, kIcmp6, no_icmp, 56});
}

void add_traffic_class(std::vector<FieldExpectation>& out) {
  const TestPacket ef = Ipv4{.tos = 0xb9} / Udp{};  // DSCP 46, ECN 1
  const TestPacket ef6 = Ipv6{.traffic_class = 0xb9, .flow_label = 0xfffff} / Udp{};
  for (const TestPacket& packet : {ef, ef6}) {
    const std::size_t whole = packet.bytes.size();
    out.push_back({"dscp", "dscp == 46", packet, kUdp4, {kArp}, whole});
    out.push_back({"ecn", "ecn == 1", packet, kUdp6, {kArp}, whole});
    out.push_back({"tos", "tos == 0xb9", packet, kUdp4, {kArp}, whole});
  }
}

void add_fragments(std::vector<FieldExpectation>& out) {
  const TestPacket first = Ipv4{.mf = true} / Udp{};
  const TestPacket first6 = Ipv6{} / Fragment{.more = true} / Udp{};
  const TestPacket last6 = Ipv6{} / Fragment{.offset = 65528} / Udp{};
  out.push_back({"first_fragment", "first_fragment", first, kLaterTcp, {kArp}, 28});
  out.push_back({"first_fragment", "first_fragment", first6, kLaterUdp6, {kArp}, 56});
  out.push_back({"frag_offset", "frag_offset == 64", kLaterTcp, kUdp4, {kArp}, 20});
  out.push_back({"frag_offset", "frag_offset == 65528", last6, first6, {kArp}, 48});
}

void add_ipv4_alone(std::vector<FieldExpectation>& out) {
  const std::vector<TestPacket> absent = {kUdp6, kArp};
  const TestPacket plain = Ipv4{.id = 1} / Udp{};
  const TestPacket options = Ipv4{.options = 40} / Udp{};
  out.push_back({"ip.id", "ip.id == 0x1234", kUdp4, plain, absent, 28});
  out.push_back({"ip.df", "ip.df", Ipv4{.df = true} / Udp{}, plain, absent, 28});
  out.push_back({"ip.mf", "ip.mf", Ipv4{.mf = true} / Udp{}, plain, absent, 28});
  out.push_back({"ip.header_len", "ip.header_len == 60", options, plain, absent, 68});
  out.push_back({"ip.options", "ip.options", options, plain, absent, 68});
}

void add_ipv6_alone(std::vector<FieldExpectation>& out) {
  const std::vector<TestPacket> absent = {kUdp4, kArp};
  const TestPacket flow = Ipv6{.traffic_class = 0xff, .flow_label = 0x12345} / Udp{};
  const TestPacket extended = Ipv6{} / Extension{} / Udp{};
  out.push_back({"ipv6.flow_label", "ipv6.flow_label == 0x12345", flow, kUdp6, absent, 48});
  out.push_back({"ipv6.next_header", "ipv6.next_header == 0", extended, kUdp6, absent, 56});
  out.push_back({"ipv6.ext", "ipv6.ext", extended, kUdp6, absent, 56});
}

void add_transport_numbers(std::vector<FieldExpectation>& out) {
  const std::vector<TestPacket> no_tcp = {kUdp4, kIcmp6, kArp, kLaterTcp};
  const TestPacket tcp =
      Ipv6{} / Tcp{.seq = 0xfedcba98, .ack_seq = 0x89abcdef, .window = 0xabcd, .options = 40};
  out.push_back({"tcp.seq", "tcp.seq == 0xfedcba98", tcp, kTcp4, no_tcp, 60});
  out.push_back({"tcp.ack_seq", "tcp.ack_seq == 0x89abcdef", tcp, kTcp4, no_tcp, 60});
  out.push_back({"tcp.window", "tcp.window == 0xabcd", tcp, kTcp4, no_tcp, 60});
  out.push_back({"tcp.header_len", "tcp.header_len == 60", tcp, kTcp4, no_tcp, 60});
  const std::vector<TestPacket> no_udp = {kTcp4, kIcmp6, kArp, kLaterUdp6};
  out.push_back({"udp.len", "udp.len == 12", kUdp4, Ipv4{} / Udp{}, no_udp, 28});
  const std::vector<TestPacket> no_icmp = {kUdp4, kTcp4, kArp, kLaterIcmp};
  const TestPacket echo = Ipv4{} / Icmp{.id = 0xbeef, .seq = 0xcafe};
  const TestPacket echo6 = Ipv6{} / Icmp{.type = 128, .id = 0xbeef, .seq = 0xcafe};
  out.push_back({"icmp.id", "icmp.id == 0xbeef", echo, kIcmp4, no_icmp, 28});
  out.push_back({"icmp.seq", "icmp.seq == 0xcafe", echo6, kIcmp6, no_icmp, 48});
  const std::vector<TestPacket> no_sctp = {kUdp4, kTcp4, kArp};
  const TestPacket sctp = Ipv6{} / Sctp{.src_port = 3868, .dst_port = 2905};
  out.push_back({"sctp.src_port", "sctp.src_port == 3868", sctp, kSctp4, no_sctp, 52});
  out.push_back({"sctp.dst_port", "sctp.dst_port == 2905", sctp, kSctp4, no_sctp, 52});
}

/// Metadata outlives any cut of the bytes that leaves the headers whole.
void add_context(std::vector<FieldExpectation>& out) {
  const TestPacket packet = with_context(
      kUdp4,
      {.mark = 0xfedcba98, .priority = 6, .interface = 1, .gso_size = 1448, .gso_segments = 45});
  out.push_back({"mark", "mark == 0xfedcba98", packet, kUdp4, {}, 28});
  out.push_back({"priority", "priority == 6", packet, kUdp4, {}, 28});
  out.push_back({"gso_size", "gso_size == 1448", packet, kUdp4, {}, 28});
  out.push_back({"gso_segs", "gso_segs == 45", packet, kUdp4, {}, 28});
  out.push_back({"ifindex", "ifindex == 1 && udp", kUdp4, kTcp4, {}, 28});
  out.push_back({"iface", "iface == \"lo\" && udp", kUdp4, kTcp4, {}, 28});
  out.push_back({"iface", "iface in {\"no0\", \"lo\"} && udp", kUdp4, kTcp4, {}, 28});
  out.push_back({"uid", "uid == 0 && udp", kUdp4, kTcp4, {}, 28});
  out.push_back({"cookie", "cookie > 0 && udp", kUdp4, kTcp4, {}, 28});
  out.push_back({"cgroup_id", "cgroup_id == 1 && udp", kUdp4, kTcp4, {}, 28});
}

/// Fields that stand for others; what is sent and what is received swap their meanings.
void add_ends(std::vector<FieldExpectation>& out) {
  const std::vector<TestPacket> no_ports = {kIcmp4, kSctp4, kArp, kLaterTcp};
  const TestPacket from = Ipv4{.src = 0x01020304} / Udp{.src_port = 53, .dst_port = 1};
  const TestPacket to = Ipv4{.dst = 0x01020304} / Udp{.src_port = 1, .dst_port = 53};
  const TestPacket other = Ipv4{} / Udp{.src_port = 1, .dst_port = 2};
  for (const TestPacket& packet : {from, to}) {
    out.push_back({"port", "port == 53", packet, other, no_ports, 28});
    out.push_back({"port", "port in {50..60, 80}", packet, other, no_ports, 28});
    out.push_back({"port", "port > 52", packet, other, no_ports, 28});
    out.push_back({"host", "host == 1.2.3.4", packet, other, {kArp}, 28});
    out.push_back({"host", "host in {1.2.0.0/16, fe80::/10}", packet, other, {kArp}, 28});
  }
  out.push_back({"port", "port == 53 && port == 1", from, other, no_ports, 28});
  for (const Direction direction : {Direction::egress, Direction::ingress}) {
    const bool sent = direction == Direction::egress;
    const TestPacket& local = sent ? from : to;
    const TestPacket& remote = sent ? to : from;
    out.push_back({"local_port", "local_port == 53", local, remote, no_ports, 28, direction});
    out.push_back({"remote_port", "remote_port == 53", remote, local, no_ports, 28, direction});
    out.push_back({"local_ip", "local_ip == 1.2.3.4", local, remote, {kArp}, 28, direction});
    out.push_back({"remote_ip", "remote_ip in 1.2.0.0/16", remote, local, {kArp}, 28, direction});
    const std::string name = sent ? "egress" : "ingress";
    out.push_back({name, name + " && udp", kUdp4, kTcp4, {}, 28, direction});
  }
}

/// Of every header that a payload follows, with and without options.
void add_payload(std::vector<FieldExpectation>& out) {
  const std::vector<TestPacket> without = {kArp,
                                           kLaterTcp,
                                           kLaterUdp6,
                                           kLaterIcmp,
                                           Ipv4{} / Opaque{.protocol = 47, .size = 40},
                                           Ipv4{} / Udp{},
                                           Ipv6{} / Tcp{.options = 40}};
  const Payload get = {.text = "GET / HTTP/1.1\r\n"};
  const auto add = [&](const std::string& filter, const Stack& stack, std::size_t whole,
                       std::size_t end) {
    out.push_back({.field = "payload",
                   .filter = filter,
                   .match = stack / get,
                   .mismatch = stack / Payload{16, 0x41},
                   .absent = without,
                   .whole = whole,
                   .reaches = whole + end});
  };
  const auto stack = [](const auto&... headers) { return Stack{{headers...}}; };
  add("payload[0] == 0x47", stack(Ipv4{}, Udp{}), 28, 1);
  add("payload[0:4] == \"GET \"", stack(Ipv6{}, Udp{}), 48, 4);
  add("payload[0:4] == 0x47455420", stack(Ipv4{.options = 8}, Tcp{}), 48, 4);
  add("payload[1:2] in {\"ET\", 7}", stack(Ipv6{}, Extension{}, Tcp{}), 68, 3);
  add("payload[0:8] in 0x474554202f000000..0x474554202fffffff", stack(Ipv4{}, Icmp{}), 28, 8);
  add("payload[4:3] == \"/ H\"", stack(Ipv6{}, Icmp{.type = 128}), 48, 7);
  add("payload[0:16] == \"GET / HTTP/1.1\\r\\n\"", stack(Ipv4{}, Sctp{}), 32, 16);
  add("payload[14:2] == hex\"0d 0a\"", stack(Ipv6{}, Sctp{}), 52, 16);
  add("payload[3:5] in {\" / HT\", \"x/ HT\"}", stack(Ipv4{}, Udp{}), 28, 8);
  add("payload[0] > 0x46 && payload[0] < 0x48", stack(Ipv4{}, Tcp{}), 40, 1);
  add("payload[0:2] == payload[0:2] && payload[0] != payload[1]", stack(Ipv4{}, Udp{}), 28, 2);
  for (const std::size_t options : {4, 40}) {
    // Options are no payload; they are not read, so that a packet may end within them.
    const std::size_t whole = 20 + 20;
    out.push_back({.field = "payload",
                   .filter = "payload[0:3] == \"GET\"",
                   .match = Ipv4{} / Tcp{.options = options} / get,
                   .mismatch = Ipv4{} / Tcp{.options = options} / Payload{16, 0x41},
                   .absent = without,
                   .whole = whole,
                   .reaches = whole + options + 3});
    out.push_back({.field = "payload.len",
                   .filter = "payload.len == 16",
                   .match = Ipv6{} / Tcp{.options = options} / get,
                   .mismatch = Ipv6{} / Tcp{.options = options},
                   .absent = {kArp, kLaterTcp, kLaterUdp6, kLaterIcmp},
                   .whole = 60,
                   .reaches = 60 + options + 16});
  }
  out.push_back(
      {"payload.len", "payload.len >= 4", kUdp4, Ipv4{} / Udp{}, {kArp, kLaterUdp6}, 28, {}, 32});
}

std::string as_name(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
  return text;
}

void add_truncations(const FieldExpectation& f, const std::string& name, std::vector<Case>& out) {
  const std::string negated = "!(" + f.filter + ")";
  for (std::size_t size = 0; size < f.match.bytes.size(); ++size) {
    const TestPacket cut = truncated(f.match, size);
    const std::string at = name + "_cut_at_" + std::to_string(size);
    const bool known = size >= f.reaches && f.field != "len";
    out.push_back({at, f.filter, cut, size >= f.whole && known, f.only});
    out.push_back({at + "_negated", negated, cut, size >= f.whole && !known, f.only});
  }
}

}  // namespace

std::vector<FieldExpectation> field_expectations() {
  std::vector<FieldExpectation> all;
  add_protocols(all);
  add_network(all);
  add_transport(all);
  add_traffic_class(all);
  add_fragments(all);
  add_ipv4_alone(all);
  add_ipv6_alone(all);
  add_transport_numbers(all);
  add_payload(all);
  add_context(all);
  add_ends(all);
  return all;
}

std::vector<Case> field_cases() {
  std::vector<Case> out;
  int number = 0;
  for (const FieldExpectation& f : field_expectations()) {
    const std::string name = as_name(f.field) + "_" + std::to_string(number++);
    const std::string negated = "!(" + f.filter + ")";
    out.push_back({name + "_match", f.filter, f.match, true, f.only});
    out.push_back({name + "_match_negated", negated, f.match, false, f.only});
    out.push_back({name + "_mismatch", f.filter, f.mismatch, false, f.only});
    out.push_back({name + "_mismatch_negated", negated, f.mismatch, true, f.only});
    for (std::size_t i = 0; i < f.absent.size(); ++i) {
      const std::string absent = name + "_absent_" + std::to_string(i);
      out.push_back({absent, f.filter, f.absent[i], false, f.only});
      out.push_back({absent + "_negated", negated, f.absent[i], true, f.only});
    }
    add_truncations(f, name, out);
  }
  return out;
}

}  // namespace fwc::test
