# SPDX-License-Identifier: MIT
"""Bytes of a packet to the values of all fields. The layouts are those of the RFCs: 791 (IPv4), 8200 (IPv6), 4302
(authentication header), 9293 (TCP), 768 (UDP), 792 and 4443 (ICMP), 9260 (SCTP).
"""
IPV4, IPV6 = 0x0800, 0x86DD
ETHERNET, TAG = 14, 4  # bytes of the header and of a VLAN tag (IEEE 802.3, 802.1Q)
TAGS = (0x8100, 0x88A8)
MOST_TAGS = 2
MOST_EXTENSIONS = 8
# Bytes of an extension header by the value of its second byte.
EXTENSIONS = {
    **dict.fromkeys((0, 43, 60, 135, 139, 140), lambda length: (length + 1) * 8),
    44: lambda _: 8,
    51: lambda length: (length + 2) * 4,
}
PROTOCOLS = {"tcp": 6, "udp": 17, "sctp": 132, "dccp": 33, "udplite": 136, "igmp": 2, "gre": 47, "esp": 50, "ipip": 4}
SHORTEST = {"tcp": 20, "udp": 8, "icmp": 8, "sctp": 12}
TCP_FLAGS = ("fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr")
# What a hook shows besides the bytes: 0 unless the packet comes with it; of a socket, absent.
CONTEXT = ("mark", "priority", "ifindex", "gso_size", "gso_segs", "established", "reply")
SOCKET = ("uid", "cookie", "cgroup_id")


class Malformed(Exception):
    """The packet is dropped before any expression is asked."""


class Packet:
    """A packet from its network header on."""

    def __init__(self, ethertype, data, context=None):
        self.ethertype, self.data, self.context = ethertype, bytes(data), dict(context or {})

    def fields(self, direction):
        """Every field by name, None where it is absent; or None where the packet is malformed."""
        try:
            return _Walk(self, direction).fields
        except Malformed:
            return None

    def cut(self, size, context):
        return Packet(self.ethertype, self.data[:size], context)


class Frame:
    """A packet with its Ethernet header and VLAN tags, as tc and xdp see it."""

    def __init__(self, data, context=None):
        self.data, self.context = bytes(data), dict(context or {})

    def fields(self, direction):
        """As of a packet, and the fields of the link layer."""
        end, vlan = ETHERNET, None
        for number in range(MOST_TAGS + 1):
            if len(self.data) < end:
                return None
            ethertype = _number(self.data, end - 2, 2)
            if ethertype not in TAGS or number == MOST_TAGS:
                break
            if number == 0 and len(self.data) >= end + TAG:
                vlan = _number(self.data, end, 2) & 0xFFF
            end += TAG
        fields = Packet(ethertype, self.data[end:], self.context).fields(direction)
        return fields and {**fields, "dst_mac": _number(self.data, 0, 6), "src_mac": _number(self.data, 6, 6),
                           "ethertype": ethertype, "vlan": vlan}

    def cut(self, size, context):
        return Frame(self.data[:size], context)


def _number(data, at, size):
    return int.from_bytes(data[at:at + size], "big")


class _Walk:
    def __init__(self, packet, direction):
        self.data = packet.data
        self.fields = {"len": len(packet.data), "ingress": int(direction == "ingress"),
                       "egress": int(direction == "egress"), "ip": 0, "ipv6": 0, "ah": 0}
        self.fields.update({name: packet.context.get(name, 0) for name in CONTEXT})
        self.fields.update({name: packet.context.get(name) for name in SOCKET})
        self.fields["iface"] = packet.context.get("iface", "").encode()
        self.proto = self.transport = self.kind = None
        if packet.ethertype == IPV4:
            self.ipv4()
        elif packet.ethertype == IPV6:
            self.ipv6()
        self.protocols()
        if self.transport is not None:
            self.transport_header()
        self.ends(direction)

    def need(self, end):
        if end > len(self.data):
            raise Malformed

    def ipv4(self):
        data = self.data
        self.need(20)
        words = data[0] & 15
        if data[0] >> 4 != 4 or words < 5:
            raise Malformed
        self.need(words * 4)
        flags = _number(data, 6, 2)
        self.proto = data[9]
        self.fields.update({
            "ip": 1, "ah": int(self.proto == 51), "ttl": data[8], "src_ip": (4, _number(data, 12, 4)),
            "dst_ip": (4, _number(data, 16, 4)), "ip.id": _number(data, 4, 2), "ip.df": flags >> 14 & 1,
            "ip.mf": flags >> 13 & 1, "ip.header_len": words * 4, "ip.options": int(words > 5)})
        self.traffic_class(data[1])
        self.fragment(flags >> 13 & 1, (flags & 0x1FFF) * 8)
        if not flags & 0x1FFF:
            self.transport = words * 4

    def ipv6(self):
        data = self.data
        self.need(40)
        if data[0] >> 4 != 6:
            raise Malformed
        first = _number(data, 0, 4)
        self.fields.update({
            "ipv6": 1, "ttl": data[7], "src_ip": (6, _number(data, 8, 16)), "dst_ip": (6, _number(data, 24, 16)),
            "ipv6.flow_label": first & 0xFFFFF, "ipv6.next_header": data[6]})
        self.traffic_class(first >> 20 & 0xFF)
        self.extensions(data[6])

    def extensions(self, kind):
        at, count, more, offset = 40, 0, 0, 0
        while kind in EXTENSIONS:
            if count == MOST_EXTENSIONS:
                raise Malformed
            self.need(at + 2)
            end = at + EXTENSIONS[kind](self.data[at + 1])
            self.need(end)
            if kind == 51:
                self.fields["ah"] = 1
            if kind == 44:
                more |= self.data[at + 3] & 1
                offset = _number(self.data, at + 2, 2) & 0xFFF8
            kind, at, count = self.data[at], end, count + 1
            if offset:
                break
        self.proto = kind  # 51 of a later fragment is no header of this packet
        self.fields["ipv6.ext"] = int(count > 0)
        self.fragment(more, offset)
        if not offset:
            self.transport = at

    def traffic_class(self, value):
        self.fields.update({"tos": value, "dscp": value >> 2, "ecn": value & 3})

    def fragment(self, more, offset):
        self.fields.update({"fragment": int(bool(more or offset)), "first_fragment": int(bool(more) and not offset),
                            "frag_offset": offset})

    def protocols(self):
        fields = self.fields
        if self.proto is not None:
            fields["proto"] = self.proto
        for name, number in PROTOCOLS.items():
            fields[name] = int(self.proto == number)
        fields["icmpv4"] = int(bool(fields["ip"]) and self.proto == 1)
        fields["icmpv6"] = int(bool(fields["ipv6"]) and self.proto == 58)
        fields["icmp"] = fields["icmpv4"] | fields["icmpv6"]

    def transport_header(self):
        for name, size in SHORTEST.items():
            if self.fields[name]:
                self.need(self.transport + size)
                start = getattr(self, name)(self.transport)
                self.fields["payload.len"] = max(0, len(self.data) - start)
                self.fields["payload"] = self.data[start:]

    def ports(self, at, prefix=""):
        self.fields[prefix + "src_port"] = _number(self.data, at, 2)
        self.fields[prefix + "dst_port"] = _number(self.data, at + 2, 2)

    def tcp(self, at):
        data, words = self.data, self.data[at + 12] >> 4
        if words < 5:
            raise Malformed
        self.ports(at)
        self.fields.update({
            "tcp.flags": data[at + 13], "tcp.seq": _number(data, at + 4, 4), "tcp.ack_seq": _number(data, at + 8, 4),
            "tcp.window": _number(data, at + 14, 2), "tcp.header_len": words * 4})
        for bit, name in enumerate(TCP_FLAGS):
            self.fields["tcp." + name] = data[at + 13] >> bit & 1
        return at + words * 4

    def udp(self, at):
        self.ports(at)
        self.fields["udp.len"] = _number(self.data, at + 4, 2)
        return at + 8

    def icmp(self, at):
        data = self.data
        self.fields.update({"icmp.type": data[at], "icmp.code": data[at + 1], "icmp.id": _number(data, at + 4, 2),
                            "icmp.seq": _number(data, at + 6, 2)})
        return at + 8

    def sctp(self, at):
        self.ports(at, "sctp.")
        return at + 12

    def ends(self, direction):
        local, remote = ("src", "dst") if direction == "egress" else ("dst", "src")
        for what in ("ip", "port"):
            self.fields["local_" + what] = self.fields.get(f"{local}_{what}")
            self.fields["remote_" + what] = self.fields.get(f"{remote}_{what}")
