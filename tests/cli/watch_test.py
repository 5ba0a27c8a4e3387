#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Watching filters: statistics in all their forms, the log and its captures, audit, and the screen of
`fwc top`. Runs in the private namespaces of private.sh.
"""
import fcntl
import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
import unittest

from support import BPFFS, FWC, OnKernel, check_json, run

PIN = BPFFS / "watch_test"
FILTER = "udp && dst_port == 53"
POLICY = 'egress { allow dns: udp && dst_port == 53; drop dst_port == 80; default drop; }'
LIMIT = "let $limit: int = 1500 in 0..65535; let $open: bool = true; len <= $limit && $open"
SECONDS = 20


class Watching(OnKernel):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.remove_everything)

    def attach(self, text, *options):
        self.check(run(text, "--attach", self.cgroup, "--egress", *options), 0)

    def sends(self, port, times=1, size=1):
        """As many datagrams of one process of the cgroup; how many were not dropped."""
        code = ("import socket; s=socket.socket(socket.AF_INET, socket.SOCK_DGRAM); n=0\n"
                f"for _ in range({times}):\n"
                f"  try: s.sendto(b'x' * {size}, ('127.0.0.1', {port})); n += 1\n"
                "  except PermissionError: pass\nprint(n)")
        return int(self.check(self.in_cgroup(sys.executable, "-c", code), 0).out)

    def follow(self, *words):
        """The command while it runs; it is ended with the test at the latest."""
        process = subprocess.Popen([FWC, *map(str, words)], stdout=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def stats(self, *words):
        out = self.check(run("stats", *words, "--json"), 0, err="").out
        return check_json("stats", out)["filters"]

    def log(self, *words):
        return self.check(run("log", self.cgroup, *words), 0, err="").out


class Statistics(Watching):
    def test_of_everything(self):
        self.attach(FILTER, "--counters")
        self.check(run("true", "--counters", "--direction", "both", "--load", PIN), 0)
        self.check(run("false", "--load", f"{PIN}_quiet"), 0)
        self.sends(53, 2)
        self.sends(54, 3)
        attached, pinned = self.stats()
        self.assertEqual((attached["target"], attached["name"]), (str(self.cgroup), "filter"))
        self.assertEqual(attached["egress"]["passed"], {"packets": 2, "bytes": 58})
        self.assertEqual(attached["egress"]["dropped"], {"packets": 3, "bytes": 87})
        self.assertIsNone(attached["ingress"])
        self.assertEqual(pinned["target"], str(PIN))
        self.assertEqual((pinned["name"], pinned["audit"]), (None, None))
        self.assertIsNotNone(pinned["ingress"])
        text = self.check(run("stats"), 0, err="").out
        self.assertIn(f"{self.cgroup} filter\n", text)
        self.assertIn(f"{PIN}\n", text)

    def test_targets(self):
        self.attach(FILTER, "--counters", "--load", PIN)
        by_cgroup, = self.stats(self.cgroup)
        by_pin, = self.stats(PIN)
        self.assertEqual(by_cgroup["egress"], by_pin["egress"])
        self.assertEqual(len(self.stats(self.cgroup, PIN)), 2)
        self.check(run("stats", self.cgroup, "--ingress"), 66, "")
        self.check(run("stats", self.cgroup, "--name", "none"), 66, "")
        self.check(run("stats", "--egress"), 64, "")
        self.check(run("stats", BPFFS / "none"), 66, "")

    def test_by_cpu(self):
        self.attach(FILTER, "--counters")
        self.sends(53, 4)
        filter_, = self.stats(self.cgroup, "--per-cpu")
        self.assertEqual(sum(cpu["egress"]["passed"]["packets"] for cpu in filter_["cpus"]), 4)
        self.assertIn("cpu 0", run("stats", self.cgroup, "--per-cpu").out)

    def test_for_prometheus(self):
        self.attach("egress { count all: true; allow udp && dst_port == 53; default drop; }",
                    "--counters")
        self.sends(53, 2)
        self.sends(54, 3)
        text = self.check(run("stats", "--prometheus"), 0, err="").out
        samples = {}
        types = {}
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split()
                types[name] = kind
            elif line.startswith("# HELP "):
                self.assertRegex(line, r"^# HELP [a-z_]+ .+\.$")
            else:
                match = re.fullmatch(r'([a-z_]+)\{((?:[a-z]+="(?:[^"\\\n]|\\.)*",?)*)\} (\d+)', line)
                self.assertIsNotNone(match, line)
                self.assertIn(match[1], types)
                samples[match[1], match[2]] = int(match[3])
        base = f'filter="{self.cgroup}",name="filter",direction="egress"'
        self.assertEqual(samples["fwc_packets_total",
                                 f'{base},verdict="pass",reason="rule",number="2",'
                                 'rule="udp && dst_port == 53"'], 2)
        self.assertEqual(samples["fwc_packets_total", f'{base},verdict="drop",reason="default"'], 3)
        self.assertEqual(samples["fwc_bytes_total", f'{base},verdict="drop",reason="default"'], 87)
        self.assertEqual(samples["fwc_counted_packets_total", f'{base},number="1",rule="all"'], 5)
        self.assertEqual(types["fwc_packets_total"], "counter")
        self.check(run("stats", "--prometheus", "--json"), 64, "")

    def test_go_on_over_replacements(self):
        self.attach(POLICY, "--counters")
        self.sends(53, 2)
        self.sends(80, 3)
        self.sends(81, 4)
        self.attach("egress { allow dns: udp && dst_port == 53; default allow; }", "--counters")
        self.sends(81, 5)
        egress = self.stats(self.cgroup)[0]["egress"]
        self.assertEqual((egress["passed"]["packets"], egress["dropped"]["packets"]), (2 + 5, 3 + 4))
        self.assertEqual([(d["decider"], d["action"], d["packets"]) for d in egress["deciders"]],
                         [("malformed", "drop", 0), ("default", "allow", 5),
                          ("fragment", "allow", 0), ("rule", "allow", 2), ("earlier", "drop", 7)])

    def test_go_on_in_a_slot(self):
        self.attach(FILTER, "--counters", "--load", PIN)
        self.sends(53, 2)
        self.sends(54, 3)
        self.check(run("replace", PIN, "drop dst_port == 54; default allow;", "--log", "drop"), 0)
        self.sends(53, 4)
        self.sends(54, 5)
        egress = self.stats(PIN)[0]["egress"]
        self.assertEqual((egress["passed"]["packets"], egress["dropped"]["packets"]), (6, 8))
        self.assertEqual(len(self.log("--count", 5).splitlines()), 5)

    def test_again_and_again(self):
        self.attach(FILTER, "--counters")
        process = self.follow("stats", self.cgroup, "--watch=0.05", "--json")
        first = json.loads(process.stdout.readline())
        self.sends(53, 2)
        time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        rest = [json.loads(line) for line in process.stdout]
        self.assertEqual(process.wait(SECONDS), 0)
        packets = [each["filters"][0]["egress"]["passed"]["packets"] for each in [first, *rest]]
        self.assertEqual((packets[0], packets[-1], sorted(packets)), (0, 2, packets))
        for wrong in ("0", "-1", "x", "1e9"):
            self.check(run("stats", self.cgroup, f"--watch={wrong}"), 64, "")


class Log(Watching):
    def test_lines(self):
        self.attach(POLICY, "--log", "drop")
        self.sends(53)
        self.sends(80)
        self.sends(81, size=900)
        lines = self.log("--count", 2).splitlines()
        when = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}"
        what = rf"drop egress {re.escape(str(self.cgroup))} udp 127\.0\.0\.1:\d+ > 127\.0\.0\.1"
        self.assertRegex(lines[0], rf"^{when} {what}:80 len 29 uid 0 by dst_port == 80$")
        self.assertRegex(lines[1], rf"^{when} {what}:81 len 928 uid 0 by default$")

    def test_json(self):
        self.attach(POLICY, "--log", "all", "--counters")
        self.sends(53)
        self.sends(80)
        passed, dropped = (check_json("log", line)
                           for line in self.log("--count", 2, "--json").splitlines())
        self.assertEqual((passed["verdict"], passed["rule"], dropped["verdict"]),
                         ("pass", "dns", "drop"))
        self.assertEqual(dropped["condition"], "dst_port == 80")
        self.assertEqual((dropped["cgroup"], dropped["protocol"], dropped["destination"],
                          dropped["destination_port"], dropped["length"], dropped["uid"]),
                         (str(self.cgroup), "udp", "127.0.0.1", 80, 29, 0))
        self.assertIsNone(dropped["rule"])

    def test_the_clause_that_decided(self):
        self.attach("tcp || (udp && dst_port in {53, 80..90} && len <= 100)", "--log", "all")
        for port, size in ((53, 1), (7, 1), (81, 90)):
            self.sends(port, size=size)
        events = [check_json("log", line)
                  for line in self.log("--count", 3, "--json").splitlines()]
        self.assertEqual([(event["clause"], event["clause_holds"]) for event in events],
                         [("udp && dst_port in {53, 80..90} && len <= 100", True), (None, None),
                          (None, None)])
        self.attach("dst_port == 53 && len <= 100", "--log", "drop")
        self.sends(53, size=90)
        self.assertRegex(self.log("--count", 1), "by default, for len <= 100 is false\n")

    def test_units_and_containers(self):
        container = "0123456789abcdef" * 4
        for folder, key, name in (("web.service", "unit", "web.service"),
                                  (f"libpod-{container}.scope", "container", container[:12])):
            inner = self.cgroup / folder
            inner.mkdir()
            self.addCleanup(inner.rmdir)
            self.attach("false", "--log", "drop")
            outer, self.cgroup = self.cgroup, inner
            self.sends(80)
            self.cgroup = outer
            event = check_json("log", self.log("--count", 1, "--json"))
            self.assertEqual((event[key], event["cgroup"]), (name, str(inner)))

    def test_ipv6_and_ingress(self):
        self.check(run("!udp", "--attach", self.cgroup, "--ingress", "--log", "drop"), 0)
        code = ("import socket\nr=socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)\n"
                "r.bind(('::1', 0)); r.sendto(b'x', r.getsockname())")
        self.check(self.in_cgroup(sys.executable, "-c", code), 0)
        event = check_json("log", self.log("--count", 1, "--json"))
        self.assertEqual((event["direction"], event["source"], event["protocol"]),
                         ("ingress", "::1", "udp"))

    def test_captures(self):
        self.attach("false", "--log", "drop")
        self.sends(80, size=900)
        self.sends(53, size=3)
        path = self.folder / "log.pcap"
        self.check(run("log", self.cgroup, "--count", 2, "--pcap", path), 0, "", "")
        data = path.read_bytes()
        magic, major, minor, _, snap, link = struct.unpack("=IHHQII", data[:24])
        self.assertEqual((magic, major, minor, link), (0xa1b2c3d4, 2, 4, 101))
        seconds, micros, kept, length = struct.unpack("=IIII", data[24:40])
        self.assertEqual((kept, length), (128, 928))
        self.assertLess(abs(seconds + micros / 1e6 - time.time()), 60)
        self.assertGreaterEqual(snap, kept)
        if shutil.which("tshark"):
            fields = ["ip.dst", "udp.dstport", "frame.len", "frame.cap_len"]
            shown = run("-r", path, "-T", "fields", *(word for f in fields for word in ("-e", f)),
                        program="tshark")
            self.assertEqual([line.split("\t") for line in shown.out.splitlines()],
                             [["127.0.0.1", "80", "928", "128"], ["127.0.0.1", "53", "31", "31"]])
        self.sends(54)
        out = run("log", self.cgroup, "--count", 1, "--pcap", "-").out_bytes
        self.assertEqual(len(out), 24 + 16 + 29)

    def test_each_packet_is_flushed(self):
        self.attach("false", "--log", "drop")
        process = self.follow("log", self.cgroup, "--pcap", "-")
        self.assertEqual(len(os.read(process.stdout.fileno(), 4096)), 24)
        for _ in range(3):
            self.sends(80)
            self.assertEqual(len(os.read(process.stdout.fileno(), 4096)), 16 + 29)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(SECONDS), 0)

    def test_losses_are_shown(self):
        self.attach("false", "--log", "drop")
        process = self.follow("log", self.cgroup, "--json", "--rate", "5")
        time.sleep(0.3)
        self.sends(80, 500)
        time.sleep(1.5)
        process.send_signal(signal.SIGTERM)
        events = [check_json("log", line) for line in process.stdout]
        self.assertEqual(process.wait(SECONDS), 0)
        lost = sum(event["not_logged"]["over_rate"] for event in events if "not_logged" in event)
        kept = sum("verdict" in event for event in events)
        self.assertEqual(lost + kept, 500)
        self.assertLessEqual(kept, 10)
        self.assertEqual(self.stats_losses(), lost)

    def stats_losses(self):
        self.attach("false", "--log", "drop", "--counters")
        return self.stats(self.cgroup)[0]["not_logged"]["over_rate"]

    def test_goes_on_where_the_filter_is_replaced(self):
        self.attach("false", "--log", "drop")
        process = self.follow("log", self.cgroup, "--json", "--count", "2")
        self.sends(80)
        first = json.loads(process.stdout.readline())
        self.attach("drop all: true; default drop;", "--log", "drop")
        self.sends(81)
        second = json.loads(process.stdout.readline())
        self.assertEqual(process.wait(SECONDS), 0)
        self.assertEqual((first["destination_port"], second["destination_port"]), (80, 81))
        self.assertEqual(second["rule"], "all")

    def test_what_cannot_be_logged(self):
        self.attach("true")
        self.assertIn("--log drop", self.check(run("log", self.cgroup), 64, "").err)
        self.check(run("true", "--log", "some", "-o", "x.o"), 64, "")
        for words in (["--count", "0"], ["--rate", "x"], ["--json", "--pcap", "-"]):
            self.check(run("log", self.cgroup, *words), 64, "")


class Audit(Watching):
    def test_drops_nothing_until_it_is_told_to(self):
        self.attach(FILTER, "--audit", "--load", PIN)
        self.check(run("audit", PIN), 0, "audit on\n", "")
        self.assertEqual(self.sends(80, 3), 3)
        egress = self.stats(self.cgroup)[0]["egress"]
        self.assertEqual((egress["dropped"]["packets"], egress["audited"]["packets"]), (3, 3))
        self.assertRegex(self.log("--count", 1),
                         " audit egress .* by default, for dst_port == 53 is false\n")
        self.check(run("audit", self.cgroup, "off"), 0, "audit off\n", "")
        self.assertEqual(self.sends(80, 2), 0)
        self.assertIn("audited egress: 3 of the dropped passed, 87 bytes",
                      run("stats", self.cgroup).out)
        self.check(run("audit", PIN, "on"), 0, "audit on\n", "")
        self.assertEqual(self.sends(80), 1)
        self.check(run("audit", PIN, "maybe"), 64, "")

    def test_needs_a_filter_that_can_be_audited(self):
        self.attach("false", "--log", "drop")
        self.check(run("audit", self.cgroup), 64, "")
        self.check(run("audit", self.cgroup, "on"), 64, "")
        self.assertEqual(self.sends(80), 0)

    def test_outlives_its_pins(self):
        self.attach(FILTER, "--audit", "--load", PIN, "--no-slot")
        self.check(run("audit", PIN, "off"), 0)
        self.check(run("remove", PIN), 0)
        self.assertEqual(self.sends(80), 0)


class Screen:
    """`fwc top` on a terminal of its own."""

    def __init__(self, *words):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 120, 0, 0))
        self.slave = slave
        self.before = termios.tcgetattr(slave)
        self.text = ""
        self.process = subprocess.Popen([FWC, "top", *map(str, words)], stdin=slave, stdout=slave,
                                        stderr=slave, env={**os.environ, "TERM": "xterm"},
                                        start_new_session=True)

    def until(self, pattern):
        end = time.monotonic() + SECONDS
        while not re.search(pattern, self.text):
            if time.monotonic() > end:
                raise AssertionError(f"no {pattern!r} in {self.text!r}")
            if select.select([self.master], [], [], 0.1)[0]:
                self.text += os.read(self.master, 65536).decode(errors="replace")

    def press(self, keys):
        self.text = ""
        os.write(self.master, keys.encode())

    def end(self):
        status = self.process.wait(SECONDS)
        while select.select([self.master], [], [], 0.1)[0]:
            self.text += os.read(self.master, 65536).decode(errors="replace")
        restored = termios.tcgetattr(self.slave) == self.before
        os.close(self.master)
        os.close(self.slave)
        return status, restored


class Top(Watching):
    def setUp(self):
        super().setUp()
        self.attach(LIMIT, "--counters", "--audit")
        self.check(run("audit", self.cgroup, "off"), 0)

    def value(self, name):
        values = dict(line.split("=") for line in
                      run("set", self.cgroup, "--egress").out.splitlines())
        return values[name]

    def test_keys_change_variables(self):
        screen = Screen("--interval", "0.1")
        screen.until(r"PASSED/S")
        screen.until(r"\$limit = 1500")
        screen.press("+")
        screen.until("6")
        self.assertEqual(self.value("limit"), "1600")
        screen.press("--")
        screen.until("4")
        self.assertEqual(self.value("limit"), "1400")
        screen.press("\t+")
        screen.until("false")
        self.assertEqual(self.value("open"), "false")
        screen.press("a")
        screen.until("audited")
        self.check(run("audit", self.cgroup), 0, "audit on\n")
        screen.press("q")
        self.assertEqual(screen.end(), (0, True))
        self.assertIn("\x1b[?1049l", screen.text)

    def test_rates(self):
        with subprocess.Popen(["sh", "-c", 'echo $$ > "$0/cgroup.procs" && exec "$@"', self.cgroup,
                               sys.executable, "-c",
                               "import socket, time\n"
                               "s=socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
                               "while True: s.sendto(b'x', ('127.0.0.1', 9)); time.sleep(0.001)"]
                              ) as sender:
            time.sleep(0.3)
            out = self.check(run("top", "--count", 3, "--interval", "0.3"), 0, err="").out
            sender.kill()
        rates = [int(rate) for rate in re.findall(r"egress +(\d+) +0$", out, re.M)]
        self.assertEqual(len(rates), 3)
        self.assertTrue(all(50 < rate < 1100 for rate in rates[1:]), rates)

    def test_signals_put_the_terminal_back(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            screen = Screen()
            screen.until("PASSED/S")
            screen.process.send_signal(number)
            self.assertEqual(screen.end(), (0, True))
            self.assertIn("\x1b[?1049l", screen.text)

    def test_plain_text(self):
        self.sends(53, 3)
        out = self.check(run("top", "--count", 2, "--interval", "0.1"), 0, err="").out
        self.assertEqual(out.count("PASSED/S"), 2)
        self.assertNotIn("\x1b", out)
        self.assertIn("$limit = 1500", out)
        self.assertIn("malformed", out)
        for wrong in (["--count", "0"], ["--interval", "0"]):
            self.check(run("top", *wrong), 64, "")

    def test_without_filters(self):
        self.check(run("detach", self.cgroup), 0)
        self.check(run("top", "--count", 1), 0, None, "")


if __name__ == "__main__":
    unittest.main()
