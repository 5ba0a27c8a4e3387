# SPDX-License-Identifier: MIT
"""The names of the language: fields with their types, and the constants that stand for values of a kind."""

MOST = 2**31 - 1
PROTOCOLS = ("tcp", "udp", "icmp", "icmpv4", "icmpv6", "sctp", "dccp", "udplite", "igmp", "gre", "esp", "ah", "ipip")


def _row(kind, most, *names):
    return {name: (kind, most) for name in names}


# Name: (type or the kind of its constants, greatest value).
FIELDS = {
    **_row("bool", 1, "ip", "ipv6", *PROTOCOLS, "ingress", "egress", "established", "reply", "fragment",
           "first_fragment", "ip.df", "ip.mf", "ip.options", "ipv6.ext"),
    **_row("bool", 1, *(f"tcp.{flag}" for flag in ("syn", "ack", "fin", "rst", "psh", "urg", "ece", "cwr"))),
    **_row("address", None, "src_ip", "dst_ip", "local_ip", "remote_ip"),
    **_row("port", 65535, "src_port", "dst_port", "local_port", "remote_port", "sctp.src_port", "sctp.dst_port"),
    **_row("protocol", 255, "proto", "ipv6.next_header"),
    **_row("int", 2**32 - 1, "len", "mark", "priority", "tcp.seq", "tcp.ack_seq", "uid"),
    **_row("int", MOST, "ifindex"),
    **_row("int", 65535, "gso_size", "gso_segs", "ip.id", "tcp.window", "udp.len", "icmp.id", "icmp.seq"),
    **_row("int", 255, "ttl", "tos", "icmp.code"),
    **_row("dscp", 63, "dscp"),
    **_row("int", 3, "ecn"),
    **_row("int", 65528, "frag_offset"),
    **_row("int", 60, "ip.header_len", "tcp.header_len"),
    **_row("int", 2**20 - 1, "ipv6.flow_label"),
    **_row("flags", 255, "tcp.flags"),
    **_row("icmp", 255, "icmp.type"),
    **_row("int", 2**32 - 1, "payload.len"),
    **_row("int", 2**63 - 1, "cookie", "cgroup_id"),
    **_row("int", 4095, "vlan"),
    **_row("ethertype", 65535, "ethertype"),
    **_row("mac", None, "src_mac", "dst_mac"),
    **_row("interface", None, "iface"),
}

# Either end of a packet: a comparison with one is true where it is true of the one or of the other.
EITHER = {"port": ("src_port", "dst_port"), "host": ("src_ip", "dst_ip")}

INTEGERS = ("port", "protocol", "int", "dscp", "flags", "icmp", "ethertype")

CONSTANTS = {
    "port": {"ssh": 22, "smtp": 25, "domain": 53, "http": 80, "ntp": 123, "snmp": 161, "https": 443, "syslog": 514,
             "mysql": 3306, "http_alt": 8080, "postgresql": 5432, "wireguard": 51820, "telnet": 23, "ftp": 21,
             "bgp": 179, "ldap": 389, "imaps": 993},
    "protocol": {"tcp": 6, "udp": 17, "icmp": 1, "icmpv4": 1, "icmpv6": 58, "ipv6_icmp": 58, "sctp": 132, "dccp": 33,
                 "udplite": 136, "igmp": 2, "gre": 47, "esp": 50, "ah": 51, "ipip": 4, "ospf": 89, "vrrp": 112,
                 "ipv6_nonxt": 59, "pim": 103, "l2tp": 115, "ipv6": 41},
    "flags": {"fin": 1, "syn": 2, "rst": 4, "psh": 8, "ack": 16, "urg": 32, "ece": 64, "cwr": 128},
    "dscp": {"cs0": 0, "cs1": 8, "cs2": 16, "cs3": 24, "cs4": 32, "cs5": 40, "cs6": 48, "cs7": 56, "ef": 46,
             **{f"af{c}{d}": 8 * c + 2 * d for c in (1, 2, 3, 4) for d in (1, 2, 3)}},
    "ethertype": {"ipv4": 0x0800, "arp": 0x0806, "vlan": 0x8100, "ipv6": 0x86DD, "qinq": 0x88A8, "lldp": 0x88CC},
}

# IPv4 and IPv6 value of an ICMP type; None where the family has none (RFC 792, 1256, 2710, 4443, 4861, 8335).
ICMP = {"echo_reply": (0, 129), "destination_unreachable": (3, 1), "redirect": (5, 137), "echo_request": (8, 128),
        "router_advertisement": (9, 134), "router_solicitation": (10, 133), "time_exceeded": (11, 3),
        "parameter_problem": (12, 4), "timestamp_request": (13, None), "packet_too_big": (None, 2),
        "neighbor_solicitation": (None, 135), "neighbor_advertisement": (None, 136)}

# Named networks. RFC 1918 and 4193, 1122 and 4291, 3927 and 4291, 5771 and 4291.
NETWORKS = {"private": ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
            "loopback": ("127.0.0.0/8", "::1/128"),
            "link_local": ("169.254.0.0/16", "fe80::/10"),
            "multicast": ("224.0.0.0/4", "ff00::/8")}
