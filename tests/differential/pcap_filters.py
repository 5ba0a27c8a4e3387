# SPDX-License-Identifier: MIT
"""Filters that libpcap can say too, as pairs (ours, theirs), and the packets on which both mean the same."""

PAIRS = (
    ("ip", "ip"), ("ipv6", "ip6"), ("tcp", "tcp"), ("udp", "udp"), ("sctp", "sctp"), ("icmpv4", "icmp"),
    ("icmpv6", "icmp6"), ("icmp", "(icmp or icmp6)"), ("esp", "esp"), ("ah", "ah"), ("gre", "proto 47"),
    ("ip && igmp", "igmp"), ("ip && proto == 17", "ip proto 17"), ("ipv6 && proto == 58", "ip6 proto 58"),
    ("proto == 132", "proto 132"), ("ip && proto > 50", "ip[9] > 50"),
    ("dst_port == 53", "(tcp dst port 53 or udp dst port 53)"), ("tcp && dst_port == 80", "tcp dst port 80"),
    ("udp && src_port == 40000", "udp src port 40000"),
    ("src_port == 53 || dst_port == 53", "(tcp port 53 or udp port 53)"),
    ("dst_port in 1..1024", "(tcp dst portrange 1-1024 or udp dst portrange 1-1024)"),
    ("src_port in {22, 53, 80}", "((tcp or udp) and (src port 22 or src port 53 or src port 80))"),
    ("src_ip == 10.0.0.1", "src host 10.0.0.1"), ("dst_ip == 255.255.255.255", "dst host 255.255.255.255"),
    ("src_ip == 10.0.0.1 || dst_ip == 10.0.0.1", "ip host 10.0.0.1"), ("src_ip in 10.0.0.0/8", "src net 10.0.0.0/8"),
    ("dst_ip in 0.0.0.0/1", "dst net 0.0.0.0/1"), ("src_ip in 224.0.0.0/4", "src net 224.0.0.0/4"),
    ("src_ip == 2001:db8::1", "src host 2001:db8::1"), ("dst_ip in 2001:db8::/32", "dst net 2001:db8::/32"),
    ("dst_ip in 2001:db8:0:0:8000::/65", "dst net 2001:db8:0:0:8000::/65"),
    ("src_ip in {fe80::/10, ::1}", "(src net fe80::/10 or src host ::1)"), ("src_ip != 10.0.0.1", "not src host 10.0.0.1"),
    ("ip && ttl == 64", "ip[8] = 64"), ("ip && ttl < 3", "ip[8] < 3"), ("ipv6 && ttl > 127", "ip6[7] > 127"),
    ("len <= 40", "len <= 40"), ("len > 100", "len > 100"), ("len >= 28 && len <= 48", "(greater 28 and less 48)"),
    ("ip && fragment", "ip[6:2] & 0x3fff != 0"), ("ip && ip.df", "ip[6] & 0x40 != 0"),
    ("ip && frag_offset > 8", "ip[6:2] & 0x1fff > 1"), ("ip.id == 0x1234", "ip[4:2] = 0x1234"),
    ("ip.options", "ip[0] & 15 > 5"), ("ip && dscp == 16", "ip[1] >> 2 = 16"), ("ip && ecn == 3", "ip[1] & 3 = 3"),
    ("ip && tos > 2", "ip[1] > 2"), ("ip && tcp.syn", "tcp[13] & 2 != 0"),
    ("ip && tcp.flags == 0x12", "tcp[tcpflags] = tcp-syn|tcp-ack"), ("ip && tcp.seq == 1", "tcp[4:4] = 1"),
    ("ip && tcp.seq > 0x7fffffff", "tcp[4:4] > 0x7fffffff"), ("ip && tcp.ack_seq == 0xffffffff", "tcp[8:4] = 0xffffffff"),
    ("ip && tcp.window >= 1024", "tcp[14:2] >= 1024"), ("ip && tcp.header_len > 20", "tcp[12] >> 4 > 5"),
    ("ip && (tcp.fin || tcp.rst)", "tcp[tcpflags] & (tcp-fin|tcp-rst) != 0"),
    ("ip && (tcp.flags & 0xc0) > 0", "tcp[13] & 0xc0 != 0"), ("icmpv4 && icmp.type == 8", "icmp[icmptype] = 8"),
    ("icmpv4 && icmp.code == 3", "icmp[1] = 3"), ("icmpv4 && icmp.seq == 65535", "icmp[6:2] = 65535"),
    ("ip && udp.len < 8", "udp[4:2] < 8"), ("ip && udp && dst_port % 2 == 0", "udp[2:2] % 2 = 0"),
    ("ip && udp && (dst_port & 0xff) == 53", "udp[2:2] & 0xff = 53"),
    ("ip && tcp && dst_port + src_port == 40053", "tcp[0:2] + tcp[2:2] = 40053"),
    ("ip && tcp && dst_port >> 8 == 0", "tcp[2:2] >> 8 = 0"), ("ip && sctp.dst_port == 53", "sctp[2:2] = 53"),
    ("ipv6.next_header == 6", "ip6[6] = 6"), ("ipv6.flow_label > 1", "ip6[0:4] & 0xfffff > 1"),
)


def filter_pair(random, depth=3):
    """One pair of PAIRS, or some of them put together."""
    if depth == 0 or random.random() < 0.3:
        ours, theirs = random.choice(PAIRS)
        return f"({ours})", f"({theirs})"
    sign = random.choice(("!", "&&", "||"))
    (ours, theirs), other = filter_pair(random, depth - 1), filter_pair(random, depth - 1)
    if sign == "!":
        return f"!{ours}", f"(not {theirs})"
    word = {"&&": "and", "||": "or"}[sign]
    return f"({ours} {sign} {other[0]})", f"({theirs} {word} {other[1]})"


def comparable(fields):
    """libpcap knows no EtherTypes here, no malformed packets, and reads one next header of IPv6 at most."""
    return fields is not None and (fields["ip"] or fields["ipv6"]) and not fields.get("ipv6.ext")
