# SPDX-License-Identifier: MIT
"""Packets for the differential tests, built from the RFCs' layouts: a corpus that has every shape, then random ones.
All values come from the small pools that expressions.py uses too, so that comparisons are true about as often as not.
"""
import struct

from oracle import Frame, Packet

IPV4, IPV6 = 0x0800, 0x86DD
PORTS = (0, 1, 22, 53, 80, 443, 1023, 1024, 8080, 40000, 65534, 65535)
OCTETS = (0, 1, 2, 3, 63, 64, 127, 128, 254, 255)
ADDRESSES4 = ("10.0.0.1", "10.0.0.2", "10.255.255.255", "127.0.0.1", "192.168.0.1", "224.0.0.1", "255.255.255.255",
              "0.0.0.0", "8.8.8.8", "172.16.0.1", "169.254.1.1")
ADDRESSES6 = ("::", "::1", "2001:db8::1", "2001:db8::8000:0:0:1", "fe80::2", "::ffff:10.0.0.1", "::10.0.0.1", "ff02::1", "fc00::1",
              "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")
MACS = ("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "00:00:5e:00:53:01", "00:00:5e:00:53:02", "01:00:5e:00:00:01",
        "33:33:00:00:00:01", "0a:1b:2c:3d:4e:5f", "80:00:00:00:00:00")
VLANS = (0, 1, 7, 100, 2048, 4095)
TAGGED = (0x8100, 0x88A8)
# What BPF_PROG_TEST_RUN gives every packet: the loopback device, and a socket of root's in the root cgroup.
TEST_RUN = {"ifindex": 1, "iface": "lo", "uid": 0, "cgroup_id": 1}
EXTENSIONS = (0, 43, 44, 51, 60, 135, 139, 140)
# The headers that every filter knows, some that it does not, and numbers that are almost one of them.
PROTOCOLS = (6, 17, 1, 58, 132, 33, 136, 2, 47, 50, 51, 4, 41, 59, 0, 5, 7, 16, 18, 57, 60, 131, 133, 255)
TCP_FLAGS = (0x00, 0x01, 0x02, 0x04, 0x08, 0x10, 0x12, 0x20, 0x40, 0x80, 0xC2, 0xFF)
ICMP_TYPES = (0, 1, 2, 3, 4, 5, 8, 11, 128, 129, 135, 136, 255)
PAYLOADS = (b"", b"\0", b"\x35" * 3, b"GET / HTTP/1.1\r\n", b"\xff" * 8, bytes(range(24)))


def address(text):
    import ipaddress
    return ipaddress.ip_address(text).packed


def tcp(src=40000, dst=80, flags=0x10, seq=1, ack=2, words=5, window=0x7210, options=None):
    size = (words - 5) * 4 if options is None else options
    return struct.pack("!HHIIBBHHH", src, dst, seq, ack, words << 4, flags, window, 0, 0) + b"\1" * size


def udp(src=40000, dst=53, length=8):
    return struct.pack("!HHHH", src, dst, length, 0)


def icmp(kind=8, code=0, ident=7, seq=1):
    return struct.pack("!BBHHH", kind, code, 0, ident, seq)


def sctp(src=40000, dst=53):
    return struct.pack("!HHII", src, dst, 0, 0)


def ipv4(proto, rest, src="10.0.0.1", dst="10.0.0.2", ttl=64, tos=0, ident=0x1234, df=0, mf=0, offset=0, options=0,
         version=4, words=None):
    words = 5 + options // 4 if words is None else words
    return struct.pack("!BBHHHBBH", version << 4 | words, tos, min(20 + options + len(rest), 65535), ident,
                       df << 14 | mf << 13 | offset // 8, ttl, proto, 0) + \
        address(src) + address(dst) + b"\1" * options + rest


def ipv6(kind, rest, src="2001:db8::1", dst="::1", hops=64, traffic_class=0, label=0, version=6):
    return struct.pack("!IHBB", version << 28 | traffic_class << 20 | label, len(rest) & 0xFFFF, kind, hops) + \
        address(src) + address(dst) + rest


def extension(kind, following, length=0, fill=0, offset=0, more=0):
    """The bytes of one extension header whose second byte is `length`; a fragment header has none."""
    if kind == 44:
        return struct.pack("!BBHI", following, fill, offset | more | (fill & 3) << 1, 0x01020304)
    size = (length + 2) * 4 if kind == 51 else (length + 1) * 8
    return bytes((following, length)) + bytes((fill,)) * (size - 2)


def chain(kinds, final, rest, **options):
    """An IPv6 packet whose extension headers are `kinds`; each a number, or keywords for extension()."""
    kinds = [kind if isinstance(kind, dict) else {"kind": kind} for kind in kinds]
    numbers = [kind["kind"] for kind in kinds] + [final]
    data = b"".join(extension(following=numbers[i + 1], **kind) for i, kind in enumerate(kinds))
    return ipv6(numbers[0], data + rest, **options)


TRANSPORTS = ((6, tcp()), (17, udp()), (1, icmp()), (58, icmp(128)), (132, sctp()), (47, b"\0" * 4), (59, b""))


def _transports():
    for port in PORTS:
        yield from ((6, tcp(dst=port)), (6, tcp(src=port, dst=9)), (17, udp(dst=port, length=port)),
                    (17, udp(src=port, dst=9)), (132, sctp(src=port, dst=port)))
    for flags in TCP_FLAGS:
        yield 6, tcp(flags=flags, seq=flags << 24, ack=0xFFFFFFFF, window=flags)
    for kind in ICMP_TYPES:
        yield from ((number, icmp(kind, kind, kind << 8, 0xFFFF)) for number in (1, 58))
    for number in PROTOCOLS:
        yield from ((number, b"\xee" * size) for size in (0, 12, 40))


def _whole():
    for number, header in _transports():
        for payload in (b"", b"GET / HTTP/1.1\r\n"):
            yield IPV4, ipv4(number, header + payload)
            yield IPV6, ipv6(number, header + payload)


def _payloads():
    for payload in PAYLOADS:
        for number, header in TRANSPORTS:
            yield IPV4, ipv4(number, header + payload)
            yield IPV6, chain((60,), number, header + payload)
        yield IPV4, ipv4(6, tcp(words=8) + payload)
        yield IPV4, ipv4(6, tcp(words=15, options=0) + payload)  # options that end past the packet


def _networks():
    for i, text in enumerate(ADDRESSES4):
        yield IPV4, ipv4(17, udp(), src=text, dst=ADDRESSES4[i - 3])
    for i, text in enumerate(ADDRESSES6):
        yield IPV6, ipv6(6, tcp(), src=text, dst=ADDRESSES6[i - 2])
    for value in OCTETS:
        yield IPV4, ipv4(1, icmp(), ttl=value, tos=value, ident=value << 8)
        yield IPV6, ipv6(58, icmp(), hops=value, traffic_class=value, label=value << 12 | value)
    yield IPV6, ipv6(17, udp(), label=0xFFFFF)
    yield IPV4, ipv4(17, udp(), df=1, ident=0xFFFF)


def _lengths():
    for version in range(16):
        yield IPV4, ipv4(17, udp(), version=version)
        yield IPV6, ipv6(17, udp(), version=version)
    for words in range(16):
        for room in (0, 44):
            yield IPV4, ipv4(17, udp(dst=0x3500) + b"\x35" * room, words=words)
            yield IPV4, ipv4(6, tcp(words=words, options=0) + b"\0" * room)
            yield IPV6, ipv6(6, tcp(words=words, options=0) + b"\0" * room)
    for options in range(0, 44, 4):
        yield from ((IPV4, ipv4(number, header + b"x", options=options)) for number, header in TRANSPORTS)


def _chains():
    for kind in EXTENSIONS:
        for count in range(13):
            length = (0, 1, 3)[count % 3]
            yield IPV6, chain([{"kind": kind, "length": length, "fill": 0x35} if kind != 44 else 44] * count, 17,
                              udp(src=1, dst=9999) + b"\x35" * 12)
            yield IPV6, chain([kind] * count, *TRANSPORTS[count % len(TRANSPORTS)])
        for length in (2, 31, 255):
            yield IPV6, chain([{"kind": kind, "length": length} if kind != 44 else {"kind": 44, "fill": length}], 6,
                              tcp(dst=22))
        for other in EXTENSIONS:
            yield IPV6, chain([kind, other, 60, other], 6, tcp(dst=443))


def _fragments():
    for more in (0, 1):
        for offset in (0, 8, 1480, 65528):
            for number in PROTOCOLS[:18]:
                yield IPV4, ipv4(number, b"\0\x35\0\x35" + b"\0" * 16, mf=more, offset=offset)
                yield IPV6, chain([{"kind": 44, "offset": offset, "more": more, "fill": 3}], number,
                                  b"\0\x35\0\x35" + b"\0" * 16)
            for number in EXTENSIONS:  # before and after another header, and two fragment headers in a row
                fragment = {"kind": 44, "offset": offset, "more": more}
                yield IPV6, chain([number, fragment], 17, udp())
                yield IPV6, chain([fragment, number], 17, udp())
                yield IPV6, chain([{"kind": 44, "more": 1}, number, fragment], 6, tcp())
            for size in (0, 3, 7, 8, 19):
                yield IPV4, ipv4(6, tcp()[:size], mf=more, offset=offset)
                yield IPV6, chain([{"kind": 44, "offset": offset, "more": more}], 6, tcp()[:size])


def to_truncate():
    """Packets whose every shorter form is in the corpus too."""
    return [(IPV4, ipv4(17, udp() + b"abcd")), (IPV4, ipv4(6, tcp(words=6) + b"ab", options=12)),
            (IPV4, ipv4(1, icmp() + b"a")), (IPV4, ipv4(132, sctp() + b"a")), (IPV4, ipv4(6, tcp(), offset=8)),
            (IPV6, ipv6(6, tcp() + b"a")), (IPV6, ipv6(58, icmp())), (IPV6, chain([0, 43, 60], 17, udp() + b"a")),
            (IPV6, chain([{"kind": 51, "length": 4}, {"kind": 44, "more": 1}], 132, sctp())),
            (IPV6, chain([{"kind": 44, "offset": 8}, 60], 6, tcp())), (IPV6, chain([135, 139, 140], 6, tcp()))]


def _truncations():
    for ethertype, data in to_truncate():
        yield from ((ethertype, data[:size]) for size in range(len(data)))


def _others():
    for ethertype in (0x0806, 0x88B5, 0x8100, 0):
        yield from ((ethertype, data) for data in (ipv4(17, udp()), ipv6(6, tcp()), b"", b"\x45"))
    yield IPV4, ipv6(6, tcp())
    yield IPV6, ipv4(17, udp() + b"\0" * 40)
    yield IPV4, ipv4(4, ipv4(17, udp()))
    yield IPV6, ipv6(41, ipv6(6, tcp()))
    for size in (1000, 1452, 1453, 1472, 3000):
        yield IPV4, ipv4(17, udp() + b"\0" * size)
        yield IPV6, ipv6(6, tcp() + b"\xff" * size)


TOPICS = (_whole, _payloads, _networks, _lengths, _chains, _fragments, _truncations, _others)


def context(random):
    """What else the kernel knows of a packet."""
    gso = random.random() < 0.3
    return {"mark": random.choice((0, 0, 1, 255, 2**31, 2**32 - 1)), "priority": random.choice((0, 0, 6, 2**32 - 1)),
            **TEST_RUN, "gso_size": random.choice((1, 1448, 65535)) if gso else 0,
            "gso_segs": random.choice((1, 2, 45, 65535)) if gso else 0}


def corpus(random):
    """Every shape once, without two equal, in random order."""
    seen = dict.fromkeys(packet for topic in TOPICS for packet in topic())
    packets = [Packet(ethertype, data, context(random)) for ethertype, data in seen]
    random.shuffle(packets)
    return packets


def _random_rest(random):
    number = random.choice((6, 6, 17, 17, 1, 58, 132, random.choice(PROTOCOLS)))
    port = random.choice
    header = {6: lambda: tcp(port(PORTS), port(PORTS), random.choice(TCP_FLAGS), random.getrandbits(32),
                             random.choice((0, 1, 2**31, 2**32 - 1)), random.choice((5, 5, 6, 15)), port(PORTS)),
              17: lambda: udp(port(PORTS), port(PORTS), port(PORTS)),
              132: lambda: sctp(port(PORTS), port(PORTS))}.get(
                  number, lambda: icmp(random.choice(ICMP_TYPES), random.choice(OCTETS), port(PORTS), port(PORTS)))()
    return number, header + random.choice(PAYLOADS)


def _random_extension(random):
    kind = random.choice(EXTENSIONS)
    if kind == 44:
        later = random.random() < 0.3
        return {"kind": 44, "offset": random.randrange(1, 8192) * 8 if later else 0, "more": random.getrandbits(1)}
    return {"kind": kind, "length": random.choice((0, 0, 1, 2, 4)), "fill": random.choice(OCTETS)}


def random_packet(random):
    number, rest = _random_rest(random)
    if random.random() < 0.5:
        data = ipv4(number, rest, random.choice(ADDRESSES4), random.choice(ADDRESSES4), random.choice(OCTETS),
                    random.choice(OCTETS), random.choice(PORTS), random.getrandbits(1), random.random() < 0.1,
                    random.choice((0, 0, 0, 0, 8, 65528)), random.choice((0, 0, 4, 20, 40)))
        ethertype = IPV4
    else:
        count = random.choice((0, 0, 0, 1, 1, 2, 3, 7, 8, 9))
        data = chain([_random_extension(random) for _ in range(count)], number, rest,
                     src=random.choice(ADDRESSES6), dst=random.choice(ADDRESSES6), hops=random.choice(OCTETS),
                     traffic_class=random.choice(OCTETS), label=random.choice((0, 1, 0x12345, 0xFFFFF)))
        ethertype = IPV6
    return Packet(ethertype, _damaged(data, random) if random.random() < 0.1 else data, context(random))


def _damaged(data, random):
    if random.random() < 0.5:
        return data[:random.randrange(len(data))]
    at = random.randrange(len(data))
    return data[:at] + bytes((random.choice(OCTETS),)) + data[at + 1:]


# Frames: any packet behind an Ethernet header and VLAN tags.

def frame(ethertype, data, src=MACS[2], dst=MACS[6], tags=()):
    """`tags` are pairs (EtherType of the tag, its 16 bits), the outermost first."""
    words = [word for tag in tags for word in tag] + [ethertype]
    return bytes.fromhex((dst + src).replace(":", "")) + b"".join(struct.pack("!H", word) for word in words) + data


def random_frame(random, packet):
    tags = [(random.choice(TAGGED), random.choice((0, 0xE000, 0x1000)) | random.choice(VLANS))
            for _ in range(random.choice((0, 0, 1, 1, 2, 2, 3)))]
    return Frame(frame(packet.ethertype, packet.data, random.choice(MACS), random.choice(MACS), tags), context(random))


def _cut_frames():
    for count in range(4):
        whole = frame(IPV4, ipv4(17, udp()), tags=((0x8100, 7), (0x88A8, 0xFFFF), (0x8100, 1))[:count])
        yield from (whole[:size] for size in range(len(whole)))


def frames(random):
    """The corpus in frames, and frames that end at every byte."""
    made = [random_frame(random, packet) for packet in corpus(random)]
    made += [Frame(data, context(random)) for data in dict.fromkeys(_cut_frames())]
    random.shuffle(made)
    return made
