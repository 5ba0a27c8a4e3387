#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`fwc test`: capture files of every link type, cut packets, both judges."""
import os
import struct
import subprocess
import unittest

from support import ROOT, Scratch, require_kernel, run

DEMO_BYTES = subprocess.run([ROOT / "samples/demo-capture"], check=True, capture_output=True).stdout
FILTER = "icmp || (udp && dst_port == 53)"

DEMO = "demo.pcap"

DEMO_LINES = """\
     1 pass  udp 192.0.2.10:40000 > 198.51.100.53:53 len 57
     2 drop  tcp 192.0.2.10:40001 > 203.0.113.7:443 len 40
     3 pass  icmpv4 192.0.2.10 > 198.51.100.53 len 52
     4 pass  udp [2001:db8::10]:40002 > [2001:db8::53]:53 len 77
     5 pass  icmpv6 2001:db8::10 > 2001:db8::53 len 72
     6 drop  udp 192.0.2.10:40003 > 198.51.100.53:123 len 76
     7 drop  udp 192.0.2.10 > 198.51.100.53 len 45 later fragment
     8 pass  udp [2001:db8::10]:40004 > [2001:db8::53]:53 len 93
     9 drop  gre 192.0.2.10 > 198.51.100.53 len 32
    10 drop  malformed IPv4 len 23
"""


def ipv4(payload=b"", protocol=17):
    return struct.pack("!BBHHHBBH4B4B", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0,
                       10, 0, 0, 1, 10, 0, 0, 2) + payload


def ipv6(payload=b"", protocol=17):
    return struct.pack("!IHBB", 6 << 28, len(payload), protocol, 64) + bytes(15) + b"\1" + \
        bytes(15) + b"\2" + payload


DNS = struct.pack("!HHHH", 5000, 53, 8, 0)
V4 = ipv4(DNS)
V6 = ipv6(DNS)
V4_TEXT = "udp 10.0.0.1:5000 > 10.0.0.2:53 len 28"
V6_TEXT = "udp [::1]:5000 > [::2]:53 len 48"


def pcap(link_type, *frames, cut=None, order="<"):
    data = struct.pack(order + "IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, link_type)
    for frame in frames:
        kept = frame[:cut]
        data += struct.pack(order + "IIII", 0, 0, len(kept), len(frame)) + kept
    return data


def pcapng(link_type, frame):
    def block(kind, body):
        body += bytes(-len(body) % 4)
        return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)
    return (block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)) +
            block(1, struct.pack("<HHI", link_type, 0, 65535)) +
            block(6, struct.pack("<IIIII", 0, 0, 0, len(frame), len(frame)) + frame))


class Captures(Scratch):
    def setUp(self):
        super().setUp()
        (self.folder / DEMO).write_bytes(DEMO_BYTES)

    def capture(self, data):
        (self.folder / "capture.pcap").write_bytes(data)
        return "capture.pcap"

    def lines(self, data, text=FILTER):
        result = self.check(run("test", text, self.capture(data)), 0)
        return [line.lstrip().split("  ", 1)[-1] for line in result.out.splitlines()]

    def test_each_packet_is_a_line(self):
        self.check(run("test", FILTER, DEMO), 0, DEMO_LINES, "")

    def test_numbers_alone(self):
        self.check(run("test", FILTER, DEMO, "--count"), 0, "passed 5\ndropped 5\n", "")

    def test_the_filter_may_stand_in_a_file_and_the_capture_come_from_stdin(self):
        (self.folder / "f").write_text(FILTER)
        self.check(run("test", "-f", "f", DEMO, "--count"), 0, "passed 5\ndropped 5\n", "")
        self.check(run("test", FILTER, "-", stdin=DEMO_BYTES), 0, DEMO_LINES, "")

    def test_every_link_type(self):
        mac = bytes(12)
        frames = {
            1: [mac + b"\x08\x00" + V4, mac + b"\x86\xdd" + V6],
            12: [V4, V6], 101: [V4, V6],
            0: [struct.pack("<I", 2) + V4, struct.pack("<I", 24) + V6,
                struct.pack(">I", 2) + V4, struct.pack("<I", 30) + V6],
            108: [struct.pack(">I", 2) + V4, struct.pack(">I", 28) + V6],
            113: [bytes(14) + b"\x08\x00" + V4, bytes(14) + b"\x86\xdd" + V6],
            276: [b"\x08\x00" + bytes(18) + V4, b"\x86\xdd" + bytes(18) + V6],
            228: [V4], 229: [V6],
        }
        for link_type, packets in frames.items():
            wanted = [V4_TEXT if packet.endswith(V4) else V6_TEXT for packet in packets]
            with self.subTest(link_type):
                self.assertEqual(self.lines(pcap(link_type, *packets)), wanted)
        self.assertEqual(self.lines(pcapng(1, frames[1][0])), [V4_TEXT])
        self.assertEqual(self.lines(pcap(1, *frames[1], order=">")), [V4_TEXT, V6_TEXT])

    def test_vlan_tags_and_padding_are_taken_off(self):
        mac = bytes(12)
        tagged = mac + b"\x81\x00\x00\x05\x08\x00" + V4
        twice = mac + b"\x88\xa8\x00\x05\x81\x00\x00\x06\x86\xdd" + V6
        padded = mac + b"\x08\x00" + V4 + bytes(18)
        self.assertEqual(self.lines(pcap(1, tagged, twice, padded)), [V4_TEXT, V6_TEXT, V4_TEXT])

    def test_what_is_not_ip_has_no_fields(self):
        arp = bytes(12) + b"\x08\x06" + bytes(28)
        self.check(run("test", "!udp && !ip", self.capture(pcap(1, arp))), 0,
                   "     1 pass  ethertype 0x0806 len 28\n", None)

    def test_a_cut_packet_is_told_and_judged_as_it_is(self):
        frame = bytes(12) + b"\x08\x00" + ipv4(struct.pack("!HHHH", 5000, 53, 508, 0) + bytes(500))
        result = run("test", FILTER, self.capture(pcap(1, frame, cut=64)))
        self.check(result, 0, "     1 pass  udp 10.0.0.1:5000 > 10.0.0.2:53 len 50 "
                   "(cut: 50 of 528 bytes)\n",
                   "fwc: warning: the capture has cut 1 packets; they were judged as they are\n")

    def test_live_variables_take_values(self):
        text = "let $limit = 50 in 0..1500; len <= $limit"
        self.check(run("test", text, DEMO, "--count"), 0, "passed 3\ndropped 7\n", "")
        self.check(run("test", text, DEMO, "--count", "--var", "limit=1500"), 0,
                   "passed 9\ndropped 1\n", "")
        self.check(run("test", text, DEMO, "--var", "limit=1501"), 64, "",
                   "fwc: error: `$limit` cannot be 1501\n  hint: it is in 0..1500\n")
        self.check(run("test", text, DEMO, "--var", "size=1"), 64, "",
                   "fwc: error: the filter declares no `$size`\n")

    def test_what_is_no_capture(self):
        self.check(run("test", "udp", "none.pcap"), 66, "",
                   "fwc: error: cannot read `none.pcap`: No such file or directory\n")
        (self.folder / "text").write_text("this is no capture file at all")
        result = self.check(run("test", "udp", "text"), 65, "")
        self.assertIn("`text` is no capture file", result.err)
        result = self.check(run("test", "udp", self.capture(pcap(147, V4))), 65, "")
        self.assertIn("link type", result.err)
        self.check(run("test", "udp"), 64, "")

    def test_a_damaged_capture_keeps_the_lines_before(self):
        result = run("test", FILTER, self.capture(pcap(101, V4, V4)[:-5]))
        self.check(result, 65, "     1 pass  " + V4_TEXT + "\n")
        self.assertIn("is damaged", result.err)


MACS = bytes.fromhex("0a1b2c3d4e5f00005e005301")
MACS_TEXT = " src_mac=00:00:5e:00:53:01 dst_mac=0a:1b:2c:3d:4e:5f"
FRAMES = (MACS + b"\x08\x00" + V4, MACS + b"\x81\x00\xe0\x07\x86\xdd" + V6,
          MACS + b"\x88\xa8\x00\x05\x81\x00\x00\x06\x08\x00" + V4 + bytes(18), MACS + b"\x08\x06" + bytes(28),
          MACS + b"\x81\x00\x00", MACS[:9])


class Frames(Captures):
    """Captures at the hooks that see the link layer, by both judges."""
    JUDGES, COUNT = ((),), len(FRAMES)

    def frames(self, text, *options):
        self.capture(pcap(1, *FRAMES[:self.COUNT]))
        results = [self.check(run("test", text, "capture.pcap", *options, *judge), 0, err="").out
                   for judge in self.JUDGES]
        self.assertEqual(results, results[:1] * len(results), text)
        return [line.lstrip().split(" ", 1)[1] for line in results[0].splitlines()]

    def verdicts(self, text, *options):
        return "".join(line[0] for line in self.frames(text, *options))

    def test_each_frame_is_a_line_with_its_link_layer(self):
        for hook in ("tc", "xdp"):
            self.assertEqual(self.frames("udp && vlan != 7", "--hook", hook), [
                f"pass  {V4_TEXT}{MACS_TEXT}", f"drop  {V6_TEXT}{MACS_TEXT} vlan=7",
                f"pass  {V4_TEXT.replace('28', '46')}{MACS_TEXT} vlan=5",  # padded frames are judged as they are
                f"drop  ethertype 0x0806 len 28{MACS_TEXT}", "drop  malformed frame len 15",
                "drop  malformed frame len 9"][:self.COUNT])

    def test_fields_of_the_link_layer(self):
        for hook in ("tc", "xdp"):
            for text, wanted in (("src_mac in 00:00:5e:00:00:00/24", "ppppdd"), ("dst_mac == src_mac", "dddddd"),
                                 ("vlan in 5..7", "dppddd"), ("ethertype == arp || len == 46", "ddppdd"),
                                 ("drop vlan == 5; default allow;", "ppdpdd"), ("true", "ppppdd")):
                with self.subTest(text, hook=hook):
                    self.assertEqual(self.verdicts(text, "--hook", hook), wanted[:self.COUNT])

    def test_directions(self):
        text = "ingress { allow vlan == 7; default drop; } egress { allow udp; default drop; }"
        for words, wanted in ((("--ingress",), "dpdddd"), (("--egress",), "pppddd"), (("--local", "10.0.0.2"), "dpdddd")):
            self.assertEqual(self.verdicts(text, "--hook", "tc", *words), wanted[:self.COUNT])
        one = "ingress { default drop; } egress { drop vlan == 7; default allow; }"
        self.assertEqual(self.verdicts(one, "--hook", "tc", "--egress"), "pdppdd"[:self.COUNT])
        self.assertEqual(self.verdicts("ingress", "--hook", "xdp"), "ppppdd"[:self.COUNT])

    def test_one_frame_is_explained(self):
        self.capture(pcap(1, *FRAMES))
        for hook in ("tc", "xdp"):
            self.check(run("explain", "vlan == 7 && udp", "capture.pcap:2", "--hook", hook), 0,
                       f"pass  {V6_TEXT}{MACS_TEXT} vlan=7\n  vlan == 7 && udp  true  <- decided\n"
                       "    vlan == 7       true\n      vlan          7\n    udp             true\n", "")
            self.check(run("explain", "true", "capture.pcap:6", "--hook", hook), 0,
                       "drop  malformed frame len 9\n"
                       "  its headers do not fit in it, so it is dropped whatever the filter says\n", "")

    def test_what_has_no_link_layer(self):
        result = self.check(run("test", "vlan == 7", self.capture(pcap(113, V4)), "--hook", "tc"), 65, "")
        self.assertIn("link type LINUX_SLL, which has no Ethernet header for `--hook` to see", result.err)
        self.assertIn("hint: capture on one interface, as by `tcpdump -i eth0`", result.err)
        self.check(run("test", "vlan == 7", self.capture(pcap(1, *FRAMES))), 65, "")

    def test_what_makes_no_sense(self):
        self.check(run("test", "udp", DEMO, "--hook", "nic"), 64, "")
        for words, left_out in ((("--egress",), "--egress"), (("--local", "10.0.0.1"), "--local")):
            self.check(run("test", "udp", DEMO, "--hook", "xdp", *words), 64, "",
                       f"fwc: error: the hook `xdp` sees nothing that is sent\n  hint: leave out `{left_out}`\n")
        self.check(run("test", "mark == 7", DEMO, "--hook", "xdp"), 65, "")


class FramesByTheKernel(Frames):
    # The kernel runs nothing that ends within the Ethernet header.
    JUDGES, COUNT = ((), ("--kernel",)), len(FRAMES) - 1

    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            require_kernel("running a filter in the kernel needs root")


class ByTheKernel(Captures):
    """The same captures, judged by the kernel."""

    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            require_kernel("running a filter in the kernel needs root")

    def test_each_packet_is_a_line(self):
        self.check(run("test", FILTER, DEMO, "--kernel"), 0, DEMO_LINES, "")

    def test_both_judges_agree_on_every_sample(self):
        for text in (FILTER, "true", "!udp", "fragment || tcp", "ttl == 64 && len > 50",
                     "dst_ip in 198.51.100.0/24", "proto == 47 or ipv6"):
            with self.subTest(text):
                self.assertEqual(run("test", text, DEMO, "--kernel").out, run("test", text, DEMO).out)

    def test_live_variables_take_values(self):
        text = "let $limit = 50 in 0..1500; len <= $limit"
        self.check(run("test", text, DEMO, "--kernel", "--count", "--var", "limit=1500"), 0,
                   "passed 9\ndropped 1\n", "")

    def test_what_the_kernel_cannot_run_is_told(self):
        big = ipv4(struct.pack("!HHHH", 1, 53, 0, 0) + bytes(20000))
        result = run("test", FILTER, self.capture(pcap(101, big, V4)), "--kernel")
        if "? " in result.out:
            self.assertEqual(result.status, 69)
            self.assertIn("the kernel cannot run 1 of the packets", result.err)
        else:
            self.assertEqual(result.status, 0)


def tcp(flags, from_here=True):
    ports = (40000, 443) if from_here else (443, 40000)
    header = struct.pack("!HHIIBBHHH", *ports, 0, 0, 5 << 4, flags, 0, 0, 0)
    packet = bytearray(ipv4(header, 6))
    if not from_here:
        packet[12:16], packet[16:20] = packet[16:20], packet[12:16]
    return bytes(packet)


class Flows(Scratch):
    """A connection from 10.0.0.1, and packets of another one that was never opened."""
    SYN, SYN_ACK, ACK = 2, 18, 16
    PACKETS = [(ACK, False), (SYN, True), (SYN_ACK, False), (ACK, True), (ACK, False)]

    def capture(self, link_type, head):
        frames = [head(sent) + tcp(flags, sent) for flags, sent in self.PACKETS]
        (self.folder / "flows.pcap").write_bytes(pcap(link_type, *frames))

    def verdicts(self, text, *options):
        result = self.check(run("test", text, "flows.pcap", *options), 0)
        return [line.split()[1] for line in result.out.splitlines()], result.err

    def test_where_the_link_layer_tells(self):
        self.capture(113, lambda sent: struct.pack("!HHH8sH", 4 if sent else 0, 1, 6, b"", 0x800))
        self.assertEqual(self.verdicts("egress || reply"), (["drop", "pass", "pass", "pass", "pass"], ""))
        self.assertEqual(self.verdicts("established || tcp.syn"), (["drop", "pass", "pass", "pass", "pass"], ""))
        self.assertEqual(self.verdicts("reply"), (["drop"] * 5, ""), "the SYN was dropped")
        self.assertIn("pass", run("explain", "egress || reply", "flows.pcap:3").out)
        self.assertIn("drop", run("explain", "egress || reply", "flows.pcap:1").out)
        self.capture(276, lambda sent: struct.pack("!HHIHBB8s", 0x800, 0, 1, 1, 4 if sent else 0, 6, b""))
        self.assertEqual(self.verdicts("egress || reply"), (["drop", "pass", "pass", "pass", "pass"], ""))

    def test_where_the_user_tells(self):
        self.capture(101, lambda sent: b"")
        for local in ("10.0.0.1", "{10.0.0.1, ::1}", "10.0.0.0/31"):
            self.assertEqual(self.verdicts("egress || reply", "--local", local)[0],
                             ["drop", "pass", "pass", "pass", "pass"], local)
        self.assertEqual(self.verdicts("ingress", "--local", "10.0.0.1"),
                         (["pass", "drop", "pass", "drop", "pass"], ""))
        self.check(run("test", "reply", "flows.pcap", "--local", "nowhere"), 65)

    def test_where_nobody_tells(self):
        self.capture(101, lambda sent: b"")
        verdicts, said = self.verdicts("egress && tcp.syn || established")
        self.assertEqual(verdicts, ["drop", "pass", "pass", "drop", "drop"])
        self.assertIn("does not tell which of 5 packets were sent", said)
        self.assertIn("does not tell", run("explain", "reply", "flows.pcap:2").err)
        self.assertEqual(run("explain", "reply", "tcp 10.0.0.1:1 > 10.0.0.2:2").err, "")

    def test_by_the_kernel(self):
        if os.geteuid() != 0:
            require_kernel("loading a filter needs root")
        self.capture(101, lambda sent: b"")
        for text in ("egress || reply", "ingress", "egress { default allow; } ingress { allow reply; default drop; }"):
            words = ("--local", "10.0.0.1")
            self.assertEqual(self.verdicts(text, *words, "--kernel"), self.verdicts(text, *words), text)


if __name__ == "__main__":
    unittest.main()
