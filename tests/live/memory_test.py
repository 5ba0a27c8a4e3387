#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Where the bytes of a packet lie never changes a verdict: plain sends, sendfile, splice, zero copy,
datagrams up to the largest, pings of 20,000 bytes, TCP in segments as large as the stack makes them;
both families, both directions, each with filters that pass and that drop.
"""
import contextlib
import os
import pathlib
import socket
import struct
import subprocess
import sys
import unittest

from support import OnKernel, cgroup2_mount, run

ZEROCOPY = 0x4000000  # MSG_ZEROCOPY
SO_ZEROCOPY = 60
LOOPBACK = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}
FAMILIES = tuple(LOOPBACK)
IP_HEADER = {socket.AF_INET: 20, socket.AF_INET6: 40}
PORT = 4053


def own_cgroup():
    with open("/proc/self/cgroup", encoding="utf-8") as table:
        below = next(line for line in table if line.startswith("0::"))[4:].strip()
    return cgroup2_mount() / below


@contextlib.contextmanager
def inside(cgroup):
    """A socket belongs to the cgroup that its maker is in."""
    before = own_cgroup()
    (cgroup / "cgroup.procs").write_text(str(os.getpid()))
    try:
        yield
    finally:
        (before / "cgroup.procs").write_text(str(os.getpid()))


def plainly(sender, data, _file):
    sender.send(data)


def by_sendfile(sender, data, file):
    os.sendfile(sender.fileno(), file, 0, len(data))


def by_splice(sender, data, file):
    read, write = os.pipe()
    try:
        os.splice(file, write, len(data), offset_src=0)
        os.splice(read, sender.fileno(), len(data))
    finally:
        os.close(read)
        os.close(write)


def without_a_copy(sender, data, _file):
    sender.setsockopt(socket.SOL_SOCKET, SO_ZEROCOPY, 1)
    sender.send(data, ZEROCOPY)


# What a pipe holds bounds what one splice can send.
WAYS = [(plainly, (0, 1, 12, 1400, 20000, 65000)), (by_sendfile, (1, 12, 1400, 20000, 60000)),
        (by_splice, (1, 12, 1400, 20000)), (without_a_copy, (1, 12, 1400, 20000, 65000))]


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class OnTraffic(OnKernel):
    def setUp(self):
        super().setUp()
        self.addCleanup(run, "detach", self.cgroup)
        self.data = b"5" * 65536
        (self.folder / "data").write_bytes(self.data)
        self.file = os.open(self.folder / "data", os.O_RDONLY)
        self.addCleanup(os.close, self.file)

    def filter(self, text, direction="egress"):
        run("detach", self.cgroup, f"--{direction}")  # or the counters would go on
        self.check(run(text, "--attach", self.cgroup, f"--{direction}", "--counters"), 0)

    def counts(self, direction="egress"):
        """Packets that the filter passed and dropped since it was attached."""
        out = run("stats", self.cgroup, f"--{direction}").out.split("\n")
        row = next(line.split() for line in out if line.startswith(direction))
        return int(row[1]), int(row[3])

    def socket(self, family, kind, protocol=0, filtered=True):
        with inside(self.cgroup) if filtered else contextlib.nullcontext():
            made = socket.socket(family, kind, protocol)
        self.addCleanup(made.close)
        made.settimeout(10)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        return made

    def receiver(self, family, filtered=False):
        made = self.socket(family, socket.SOCK_DGRAM, filtered=filtered)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        made.bind((LOOPBACK[family], 0))
        return made, made.getsockname()[1]


class Datagrams(OnTraffic):
    def outcomes(self, family, port, filtered):
        """(way, size): whether it was sent."""
        seen = {}
        for way, sizes in WAYS:
            for size in sizes:
                sender = self.socket(family, socket.SOCK_DGRAM, filtered=filtered)
                sender.connect((LOOPBACK[family], port))
                try:
                    way(sender, self.data[:size], self.file)
                    seen[way.__name__, size] = True
                except PermissionError:
                    seen[way.__name__, size] = False
        return seen

    def test_every_way_to_send(self):
        for family in FAMILIES:
            receiver, port = self.receiver(family)
            wanted = {
                f"udp && dst_port == {port}": lambda size: True,
                f"!(udp && dst_port == {port})": lambda size: False,
                f"len <= {1400 + 8 + IP_HEADER[family]}": lambda size: size <= 1400,
                f"len > {1400 + 8 + IP_HEADER[family]}": lambda size: size > 1400,
                'payload[0:4] == "5555"': lambda size: size >= 4,
                f'payload[12:20] == "{"5" * 20}"': lambda size: size >= 32,
                "payload[16000:8] == 0x3535353535353535": lambda size: size >= 16008,
                "payload[0] != 0x35": lambda size: size == 0,
                "payload.len in {0, 20000..70000}": lambda size: size == 0 or size >= 20000,
            }
            for text, passes in wanted.items():
                with self.subTest(filter=text):
                    self.filter(text)
                    seen = self.outcomes(family, port, True)
                    self.assertEqual(seen, {(way, size): passes(size) for way, size in seen})
                    for (_, size), sent in seen.items():
                        if sent:
                            self.assertEqual(receiver.recv(65536), self.data[:size])

    def test_every_way_to_receive(self):
        for family in FAMILIES:
            receiver, port = self.receiver(family, filtered=True)
            receiver.setblocking(False)
            for text, passes in ((f"udp && dst_port == {port}", True),
                                 (f"dst_port != {port}", False)):
                with self.subTest(filter=text):
                    self.filter(text, "ingress")
                    for way, sizes in WAYS:
                        for size in sizes:
                            sender = self.socket(family, socket.SOCK_DGRAM, filtered=False)
                            sender.connect((LOOPBACK[family], port))
                            way(sender, self.data[:size], self.file)
                            try:
                                self.assertEqual(receiver.recv(65536), self.data[:size])
                                received = True
                            except BlockingIOError:
                                received = False
                            self.assertEqual(received, passes, f"{way.__name__} {size}")


class Pings(OnTraffic):
    """Of a raw or ping socket's 20,000 bytes only the IP header is linear."""
    SIZES = (0, 12, 1400, 20000, 64000)
    # family: protocol, type of the request
    ECHO = {socket.AF_INET: (socket.IPPROTO_ICMP, 8), socket.AF_INET6: (socket.IPPROTO_ICMPV6, 128)}

    def ping(self, family, kind):
        """Sends one of each size. A ping socket of IPv6 hides that a packet was dropped."""
        protocol, number = self.ECHO[family]
        sender = self.socket(family, kind, protocol)
        for size in self.SIZES:
            message = struct.pack("!BBHHH", number, 0, 0, 7, 1) + self.data[:size]
            if family == socket.AF_INET:
                message = message[:2] + struct.pack("!H", checksum(message)) + message[4:]
            with contextlib.suppress(PermissionError):
                sender.sendto(message, (LOOPBACK[family], 0))

    def test_type_and_its_negation(self):
        pathlib.Path("/proc/sys/net/ipv4/ping_group_range").write_text("0 0")
        filters = {"icmp.type == 8 || icmp.type == 128": True,
                   "!(icmp.type == 8 || icmp.type == 128)": False,
                   "icmp && icmp.code == 0": True, "icmp.code != 0": False, "!icmp": False}
        for family in FAMILIES:
            for kind in (socket.SOCK_RAW, socket.SOCK_DGRAM):
                for text, passes in filters.items():
                    with self.subTest(family=family, kind=kind, filter=text):
                        self.filter(text)
                        self.ping(family, kind)
                        count = len(self.SIZES)
                        self.assertEqual(self.counts(), (count, 0) if passes else (0, count))

    def test_the_command_itself(self):
        words = ["-c", "1", "-W", "1", "-s", "20000", "127.0.0.1"]
        for text, status in (("icmp.type in {0, 8}", 0), ("!(icmp.type == 8)", 1)):
            self.filter(text)
            self.assertEqual(self.in_cgroup("ping", "-q", *words).status, status, text)

    def test_ports_that_are_not_linear(self):
        """UDP by a raw socket: its ports lie behind the linear part."""
        for family in FAMILIES:
            sender = self.socket(family, socket.SOCK_RAW, socket.IPPROTO_UDP)
            for text, passes in (("udp && dst_port == 53", True), ("dst_port != 53", False),
                                 ("src_port == 1", True), ("!(src_port == 1)", False)):
                self.filter(text)
                for size in (0, 12, 20000):
                    message = struct.pack("!HHHH", 1, 53, 8 + size, 0) + self.data[:size]
                    try:
                        sender.sendto(message, (LOOPBACK[family], 0))
                        self.assertTrue(passes, (text, size))
                    except PermissionError:
                        self.assertFalse(passes, (text, size))


class Streams(OnTraffic):
    TOTAL = 8 << 20

    def setUp(self):
        super().setUp()
        # Segments of more than 64 KB (BIG TCP), where the kernel and ip(8) know them.
        for name in ("gso_max_size", "gso_ipv4_max_size", "gro_max_size", "gro_ipv4_max_size"):
            subprocess.run(["ip", "link", "set", "lo", name, "200000"], check=False,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def connect(self, family, server_filtered=False):
        """The client is the filtered one, or else the server."""
        server = self.socket(family, socket.SOCK_STREAM, filtered=server_filtered)
        server.bind((LOOPBACK[family], 0))
        server.listen()
        client = self.socket(family, socket.SOCK_STREAM, filtered=not server_filtered)
        client.settimeout(0.2)
        try:
            client.connect(server.getsockname())
        except (TimeoutError, PermissionError):
            return None
        other = server.accept()[0]
        self.addCleanup(other.close)
        other.settimeout(10)
        return client, other

    def bulk(self, client, other, sendfile):
        """Bytes that arrive of TOTAL."""
        child = os.fork()
        if child == 0:
            try:
                other.close()
                client.setblocking(True)
                for _ in range(self.TOTAL // len(self.data)):
                    if sendfile:
                        sent = os.sendfile(client.fileno(), self.file, 0, len(self.data))
                        while sent < len(self.data):
                            sent += os.sendfile(client.fileno(), self.file, sent,
                                                len(self.data) - sent)
                    else:
                        client.sendall(self.data)
            finally:
                os._exit(0)
        client.close()
        arrived = 0
        while data := other.recv(1 << 20):
            self.assertEqual(data.strip(b"5"), b"")
            arrived += len(data)
        os.waitpid(child, 0)
        return arrived

    def test_bulk_in_large_segments(self):
        for family in FAMILIES:
            for sendfile in (False, True):
                with self.subTest(family=family, sendfile=sendfile):
                    self.filter("tcp && dst_port > 1000 && len >= 40")
                    client, other = self.connect(family)
                    self.assertEqual(self.bulk(client, other, sendfile), self.TOTAL)
                    passed, dropped = self.counts()
                    self.assertEqual(dropped, 0)
                    # Segments of 10,000 bytes and more in the mean: far over what one packet on
                    # most wires holds. That any was over 64 KB is not asked for.
                    self.assertLess(passed, self.TOTAL // 10000)

    def test_a_filter_on_length_judges_the_handshake(self):
        for family in FAMILIES:
            self.filter("len > 65535")
            self.assertIsNone(self.connect(family))
            self.filter("tcp && len <= 60000")
            client, other = self.connect(family)
            client.close()
            other.close()

    def test_a_filter_that_forbids_the_port(self):
        for family in FAMILIES:
            for direction in ("egress", "ingress"):
                for text, connects in (("tcp && (dst_port != 1 || tcp.syn)", True),
                                       ("!(tcp && tcp.syn)", False), ("!tcp", False)):
                    with self.subTest(family=family, direction=direction, filter=text):
                        run("detach", self.cgroup)
                        self.filter(text, direction)
                        pair = self.connect(family, server_filtered=direction == "ingress")
                        self.assertEqual(pair is not None, connects)


if __name__ == "__main__":
    unittest.main()
