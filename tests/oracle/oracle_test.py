#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The oracle says what the page about the language says: each row is a sentence of it, tried."""
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "differential")]

import packets as p  # noqa: E402
from oracle import Filter, FilterError, Frame, Packet  # noqa: E402

UDP = Packet(p.IPV4, p.ipv4(17, p.udp(40000, 53, 12) + b"\0\0\0\x35"), {"mark": 7, "gso_size": 1448})
TCP6 = Packet(p.IPV6, p.ipv6(6, p.tcp(5000, 443, 0x12) + b"GET / HTTP/1.1"))
ICMP = Packet(p.IPV4, p.ipv4(1, p.icmp()))
LATER = Packet(p.IPV4, p.ipv4(17, b"\0\x35\0\x35" + b"\0" * 8, offset=8))
ARP = Packet(0x0806, b"\0" * 28)
TAGGED = Frame(p.frame(p.IPV6, p.ipv6(17, p.udp(dst=53)), tags=((0x8100, 0xE007), (0x88A8, 9))))
UNTAGGED = Frame(p.frame(0x0806, b"\0" * 28))

TRUE = (
    # values and operators
    (UDP, "dst_port + 1 == 54 and 0x35 == dst_port and 0o65 == dst_port and 0b110101 == dst_port"),
    (UDP, "1_000 == 1'000"), (UDP, "1 + 2 * 3 == 7 && 1 << 2 + 1 == 8 && (6 & 3 == 3) == 0"),
    (UDP, "1 ? 0 ? 0 : 1 : 0"), (UDP, "1 || 0 ^^ 1 && 0"), (UDP, "!0 == 1 && ~0 == -1 && - -5 == 5"),
    (UDP, "-7 / 2 == -3 && -7 % 2 == -1 && 7 / -2 == -3 && 7 % -2 == 1"),
    (UDP, "7 / (udp - 1) == 0 && 7 % (udp - 1) == 7"),
    (UDP, "9223372036854775807 + udp < 0 && (udp << 63) / (0 - udp) == udp << 63"),
    (UDP, "-8 >> 1 == -4 && 1 << (64 + udp) == 2 && 1 << (0 - udp) < 0"),
    (UDP, "tcp + udp == 1 && dst_port && !(dst_port - 53)"),
    (UDP, "dst_port in {22, 50..60} && dst_port in 53 && dst_port not in 54..99"),
    (UDP, "src_ip in 10.0.0.0/8 && src_ip == 10.0.0.0/8 && src_ip != 11.0.0.0/8 && src_ip == 10.0.0.1"),
    (TCP6, "src_ip in {10.0.0.0/8, 2001:db8::/32} && dst_ip in ::..::2 && dst_port == https"),
    (UDP, "not (src_ip == ::ffff:10.0.0.1) /* v4-mapped */ # to the end\n // and again\n"),
    # absent
    (ICMP, "!(dst_port == 0) && !(dst_port < 1) && !(dst_port >= 0) && !(dst_port in 0..65535)"),
    (ICMP, "dst_port != 0 && dst_port not in 0..65535 && !dst_port && !(dst_port + 1)"),
    (ICMP, "!tcp.syn && !(tcp.syn == 0) && tcp.syn != 0 && !(-dst_port < 0) && !(~tcp.syn == -1)"),
    (ICMP, "(1 ? tcp.syn : udp) == 0 && !((1 ? tcp.syn : 5) == 0)"),
    # fields
    (UDP, "udp && ip && !ipv6 && len == 32 && proto == udp && ttl == 64 && udp.len == 12 && mark == 7"),
    (UDP, "gso_size == 1448 && gso_segs == 0 && ip.id == 0x1234 && ip.header_len == 20 && !ip.options"),
    (TCP6, "tcp.flags == (syn | ack) && tcp.syn && tcp.ack && !tcp.fin && tcp.seq == 1 && tcp.header_len == 20"),
    (TCP6, "ipv6.next_header == tcp && !ipv6.ext && ip.id != 0 && !icmp && (tcp.flags & syn) == syn"),
    (ICMP, "icmp && icmpv4 && !icmpv6 && icmp.type == echo_request && icmp.type in {echo_request} && icmp.id == 7"),
    (LATER, "udp && proto == 17 && fragment && !first_fragment && frag_offset == 8 && !(dst_port == 53)"),
    (ARP, "!ip && !ipv6 && !tcp && !(ttl >= 0) && len == 28 && src_ip != 0.0.0.0"),
    (UDP, "port == 53 && port in {53} && !(port == 54) && port != 54 && host in 10.0.0.2 && host != 9.9.9.9"),
    (UDP, "!(port != 53) && port > 39999 && port < 54"),
    (UDP, "egress && !ingress && local_port == 40000 && remote_ip == 10.0.0.2"),
    (TCP6, 'payload[0] == 0x47 && payload[1:2] == "ET" && payload[1:2] == 0x4554 && payload.len == 14'),
    (TCP6, 'payload[13:1] == "\\x31" && payload[0:3] == hex"47 4554" && !(payload[14] == 0) && payload[14] != 0 && payload[0:4] in {"GET ", "PUT "}'),
    # declarations and policies
    (UDP, "let $limit = 100 in 0..9000; let $on: bool = true; len <= $limit && $on"),
    (UDP, "let dns = {53, 5353}; let lan = 10.0.0.0/8; let q = udp && dst_port in dns; q && src_ip in lan"),
    (UDP, "let @blocked: ip = {10.0.0.0/30}; let @none: port; dst_ip in @blocked && dst_port not in @none"),
    (UDP, "let @p: (ip, port) = {(10.0.0.0/8, 50..60)}; (dst_ip, dst_port) in @p"),
    (UDP, "(dst_ip, dst_port) in {(10.0.0.1, 53), (10.0.0.0/8, 53)} && (dst_ip, tcp.seq) not in {(10.0.0.2, 1)}"),
    (UDP, "drop tcp; count big: len > 9; allow dns: dst_port == 53; drop udp; default drop;"),
    (TCP6, "egress { drop udp; default allow; } ingress { default drop; }"),
    (TCP6, 'payload[0:4] in {"GET ", 0x1, 5..9} && payload[1] in {69} && payload[0:2] < payload[1:2] ^^ 1'),
    (TCP6, 'let g = {(2001:db8::/32, 400 + 43)}; (src_ip, dst_port) in g && tcp.flags in {syn | ack, 1}'),
    (UDP, "let both = udp ? dst_port : src_port; let ports = 1..53; both == domain && dst_port in ports"),
    (UDP, "(proto, src_ip, dst_port) in {(tcp, ::/0, 53), (udp, 10.0.0.0/8, 50..60)} && 1 * udp % proto == 1 && -udp != proto"),
    # the link layer
    (TAGGED, "vlan == 7 && ethertype == ipv6 && udp && dst_port == 53 && len == 48 && src_mac == 00:00:5e:00:53:01"),
    (TAGGED, "src_mac in 00:00:5e:00:00:00/24 && dst_mac not in {0a:1b:2c:00:00:00..0a:1b:2c:3d:4e:5e}"),
    (UNTAGGED, "ethertype == arp && vlan != 7 && !(vlan < 4096) && !ip && src_mac != dst_mac && len == 28"),
    (UDP, "src_ip in private && dst_ip not in {loopback, multicast, link_local}"),
)
FALSE = (
    (UDP, "established"), (UDP, "reply"), (UDP, "1 & 2 == 1"), (UDP, "dst_port == 53 == 0"), (ICMP, "dst_port == dst_port"), (ICMP, "tcp.syn == 0"),
    (UDP, "allow tcp; default drop;"), (UDP, "egress { allow udp && tcp; default drop; }"),
    (Packet(p.IPV4, p.ipv4(17, p.udp())[:27]), "true"), (Packet(p.IPV4, p.ipv4(17, p.udp(), words=4)), "true"),
    (Packet(p.IPV4, p.ipv4(17, p.udp(), version=6)), "true"), (Packet(p.IPV6, p.ipv6(59, b"")[:39]), "true"),
    (Packet(p.IPV6, p.chain([60] * 9, 17, p.udp())), "true"),
    (Packet(p.IPV4, p.ipv4(6, p.tcp(words=4, options=0))), "true"),
    (Packet(p.IPV6, p.chain([{"kind": 51, "length": 1}], 132, p.sctp()[:11])), "true"),
)
WRONG = ("", "udp &&", "(udp", "udp)", "= 1", "dst_port = 53", "010 == 8", "10.0.0.1/8 == src_ip", "nothing", "src_ip < 1.1.1.1",
         "src_ip", "src_ip == 1", "dst_port in {}", "dst_port in 9..1", "1__0", "0x", "9223372036854775808", "/* open",
         "let x = 1", "drop udp;", "payload[0:3] == 1", "payload[2:0] == 1", "10.0.0.256 == src_ip", "udp ? 1",
         "dst_port == 70000", "70000 != dst_port", "dst_port in {1, 70000}", "ttl in 0..256", "+ttl in {-1}", "dscp == -1", "len / 0 == 1",
         "len % (1 - 1) == 1", "len << 64 == 1", "len >> -1 == 1", "src_ip in {10.0.0.1..::1}", "tcp ? src_ip : 1", "$x", "allow udp", "default allow")


class Oracle(unittest.TestCase):
    def judge(self, packet, text):
        return Filter(text).judge(packet.fields("egress"), "egress")

    def test_what_is_true(self):
        for packet, text in TRUE:
            with self.subTest(text):
                self.assertTrue(self.judge(packet, text))

    def test_what_is_false(self):
        for packet, text in FALSE:
            with self.subTest(text):
                self.assertFalse(self.judge(packet, text))

    def test_what_is_no_filter(self):
        for text in WRONG:
            with self.subTest(text):
                with self.assertRaises(FilterError):
                    Filter(text)

    def test_eight_extension_headers_of_every_kind_are_walked(self):
        for kind in p.EXTENSIONS:
            packet = Packet(p.IPV6, p.chain([kind] * 8, 17, p.udp(dst=99)))
            self.assertTrue(self.judge(packet, "dst_port == 99 && ipv6.ext"), kind)

    def test_the_rule_that_decided(self):
        rules = Filter("drop a: tcp; count b: udp; allow c: udp; default drop;")
        self.assertEqual(rules.decide(UDP.fields("ingress"), "ingress"), (True, 2))
        self.assertEqual(rules.decide(ICMP.fields("ingress"), "ingress"), (False, "default"))
        self.assertEqual(rules.decide(None, "ingress"), (False, "malformed"))
        one = Filter("ingress { drop tcp; default allow; }")
        self.assertEqual(one.decide(UDP.fields("egress"), "egress"), (True, "unfiltered"))

    def test_what_is_counted(self):
        rules = Filter("count a: ip; drop b: tcp; count c: udp; allow d: dst_port == 53; count e: ip; default drop;")
        counted = {UDP: [3, 5, 6], TCP6: [4], ICMP: [3, 7, 1], LATER: [3, 5, 7, 2]}
        self.assertEqual({packet: rules.counted(packet.fields("egress"), "egress") for packet in counted}, counted)
        self.assertEqual(rules.counted(None, "egress"), [0])

    def test_frames_that_end_within_their_link_layer(self):
        for size in range(22):
            self.assertIsNone(Frame(TAGGED.data[:size]).fields("ingress"), size)
        three = Frame(p.frame(p.IPV4, b"", tags=((0x8100, 1), (0x8100, 2), (0x8100, 3))))
        self.assertEqual((three.fields("ingress")["ethertype"], three.fields("ingress")["ip"]), (0x8100, 0))


if __name__ == "__main__":
    unittest.main()
