#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Filters at tc and xdp on frames that cross a pair of interfaces, attached by tc(8) and ip(8): VLAN tags that the kernel
keeps beside the frame, too. The verdict on each is that of `fwc test`. Runs in the private namespaces of private.sh.
"""
import contextlib
import json
import os
import pathlib
import socket
import struct
import unittest

from support import BPFFS, Scratch, require_kernel, run

PIN = BPFFS / "link_test"
OUT, IN = "fwctestout", "fwctestin"
SOURCE, TARGET = "00:00:5e:00:53:01", "00:00:5e:00:53:02"
EXPERIMENT = 0x88B5  # IEEE 802 local experimental EtherType; its frames end a batch
FILTERS = ("vlan == 7 && udp", "vlan != 7", "vlan in 1..4094 || ethertype == arp", "src_mac in 00:00:5e:00:53:00/40 && ip",
           "dst_mac == 00:00:5e:00:53:02 && dst_port == 53", "payload[0:3] == \"abc\" && !fragment", "len <= 31",
           "ethertype == ipv4 ? vlan < 8 : len > 28", "drop vlan == 9; count udp; default allow;", "true")


def ipv4(data, port):
    return struct.pack("!BBHHHBBH4s4sHHHH", 0x45, 0, 28 + len(data), 0, 0, 64, 17, 0, b"\x0a\0\0\1", b"\x0a\0\0\2", 4000, port,
                       8 + len(data), 0) + data


def frame(ethertype, data, *tags):
    words = [word for tag in tags for word in tag] + [ethertype]
    return bytes.fromhex((TARGET + SOURCE).replace(":", "")) + b"".join(struct.pack("!H", word) for word in words) + data


FRAMES = [frame(0x0800, ipv4(data, port), *tags) for data in (b"", b"abc") for port in (53, 80)
          for tags in ((), ((0x8100, 7),), ((0x8100, 0xE009),), ((0x8100, 0),), ((0x88A8, 7), (0x8100, 9)),
                       ((0x8100, 9), (0x8100, 7)))]
FRAMES += [frame(0x0806, bytes(28)), frame(0x0806, bytes(28), (0x8100, 7)), frame(0x86DD, b"\x60" + bytes(39))]


def command(*words):
    result = run(*words[1:], program=words[0])
    assert result.status == 0, f"{words}\n{result.err}"


class Link(Scratch):
    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            require_kernel("attaching a filter needs root")
        command("ip", "link", "add", OUT, "type", "veth", "peer", "name", IN)
        self.addCleanup(run, "link", "del", OUT, program="ip")
        for name in (OUT, IN):
            pathlib.Path(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6").write_text("1")  # it would send of its own
            command("ip", "link", "set", name, "up")
            command("tc", "qdisc", "add", "dev", name, "clsact")
        self.sender, self.receiver = self.socket(OUT, 0), self.socket(IN, 3)
        capture = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)
        capture += b"".join(struct.pack("<IIII", 0, 0, len(data), len(data)) + data for data in FRAMES)
        pathlib.Path("frames.pcap").write_bytes(capture)
        last = frame(EXPERIMENT, bytes(46))
        pathlib.Path("last.pcap").write_bytes(capture[:24] + struct.pack("<IIII", 0, 0, len(last), len(last)) + last)

    def socket(self, name, protocol):
        made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(protocol))
        self.addCleanup(made.close)
        made.bind((name, protocol))
        made.settimeout(20)
        return made

    def load(self, text, hook, direction):
        self.addCleanup(run, "remove", PIN)
        run("remove", PIN)  # the counters of a filter that is replaced would go on
        self.check(run(text, "--hook", hook, "--direction", direction, "--counters", "--load", PIN), 0)

    def counts(self, direction):
        [found] = json.loads(self.check(run("stats", PIN, "--json"), 0).out)["filters"]
        return found[direction]["passed"]["packets"], found[direction]["dropped"]["packets"]

    def wanted(self, text, hook, direction):
        """The verdicts of the evaluator, in the order of the frames."""
        lines = self.check(run("test", text, "frames.pcap", "--hook", hook, f"--{direction}"), 0).out.splitlines()
        self.assertEqual(len(lines), len(FRAMES))
        return [line.split()[1] == "pass" for line in lines]

    def send(self):
        """All frames; gives the number that arrives. The last frame is of no filter's, sent by who receives."""
        for data in FRAMES:
            with contextlib.suppress(OSError):  # ENOBUFS where the filter dropped it
                self.sender.send(data)
        arrived = 0
        self.sender.setsockopt(263, 20, 1)  # SOL_PACKET, PACKET_QDISC_BYPASS: past the filter of what is sent
        self.sender.send(frame(EXPERIMENT, bytes(46)))
        self.sender.setsockopt(263, 20, 0)
        while (got := self.receiver.recv(2048))[12:14] != struct.pack("!H", EXPERIMENT):
            arrived += got[6:12] == bytes.fromhex(SOURCE.replace(":", ""))
        return arrived

    def test_what_is_received(self):
        for text in FILTERS:
            with self.subTest(text):
                wanted = self.wanted(text, "tc", "ingress")
                self.load(text, "tc", "ingress")
                command("tc", "filter", "add", "dev", IN, "ingress", "bpf", "direct-action", "object-pinned", PIN)
                self.assertEqual(self.send(), len(FRAMES))  # sockets of packets see them before
                passed, dropped = self.counts("ingress")
                self.assertEqual(passed + dropped, len(FRAMES) + 1)  # the last one, too
                last = self.check(run("test", text, "last.pcap", "--hook", "tc", "--ingress"), 0).out.split()[1] == "pass"
                self.assertEqual(passed - last, sum(wanted))
                command("tc", "filter", "del", "dev", IN, "ingress")

    def test_what_is_sent(self):
        for text in FILTERS:
            with self.subTest(text):
                wanted = self.wanted(text, "tc", "egress")
                self.load(text, "tc", "egress")
                command("tc", "filter", "add", "dev", OUT, "egress", "bpf", "direct-action", "object-pinned", PIN)
                self.assertEqual(self.send(), sum(wanted))
                self.assertEqual(self.counts("egress"), (sum(wanted), len(FRAMES) - sum(wanted)))
                command("tc", "filter", "del", "dev", OUT, "egress")

    def test_before_anything_else(self):
        for mode in ("xdp", "xdpgeneric"):
            for text in FILTERS:
                with self.subTest(text, mode=mode):
                    wanted = self.wanted(text, "xdp", "ingress")
                    self.load(f"ethertype == {EXPERIMENT} || ({text})" if ";" not in text else
                              f"allow ethertype == {EXPERIMENT}; {text}", "xdp", "ingress")
                    command("ip", "link", "set", "dev", IN, mode, "pinned", PIN)
                    self.assertEqual(self.send(), sum(wanted))
                    command("ip", "link", "set", "dev", IN, mode, "off")

    def test_live_values_and_removal(self):
        self.load("let $vlan = 7; vlan != $vlan", "tc", "egress")
        command("tc", "filter", "add", "dev", OUT, "egress", "bpf", "direct-action", "object-pinned", PIN)
        for vlan in (7, 9, 4000):
            self.check(run("set", PIN, f"vlan={vlan}"), 0)
            self.assertEqual(self.send(), sum(self.wanted(f"vlan != {vlan}", "tc", "egress")))
        self.check(run("remove", PIN), 0)
        self.assertEqual(self.send(), sum(self.wanted("true", "tc", "egress")))  # what is attached stays


if __name__ == "__main__":
    unittest.main()
