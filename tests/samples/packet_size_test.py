#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The packet-size sample: plain lines, its screen through a pseudo-terminal, keys and signals."""
import os
import pty
import re
import select
import signal
import subprocess
import termios
import time
import unittest

from support import FWC, OnKernel, run

PROGRAM = os.path.join(os.environ.get("BUILD", "build"), "samples/packet-size/fwc-packet-size")
LEAVES_SCREEN = b"\033[?1049l"


class Plain(OnKernel):
    def setUp(self):
        super().setUp()
        self.addCleanup(run, "detach", self.cgroup, "--name", "packet-size")

    def sample(self, *words, **options):
        return run("-c", self.cgroup, "-t", "egress", *words, program=PROGRAM, **options)

    def test_lines_where_there_is_no_terminal(self):
        self.check(self.sample("-n", "2", "--detach"), 0,
                   "limit 1500 forwarded 0 dropped 0\n" * 2, "")

    def test_packets_are_counted_and_the_filter_stays(self):
        pin = "/sys/fs/bpf/packet_size_test"
        self.addCleanup(run, "remove", pin)
        self.check(self.sample("-n", "1", "--max", "28", pin), 0, None, "")
        self.assertFalse(self.sends_udp(9))
        self.check(run("set", pin, "limit=29"), 0)
        self.assertTrue(self.sends_udp(9))
        self.assertRegex(run("stats", pin).out, r"egress +1 +29 +1 +29\n")

    def test_detach_takes_it_off(self):
        self.check(self.sample("-n", "1", "--max", "28", "--detach"), 0)
        self.assertTrue(self.sends_udp(9))

    def test_a_signal_ends_it_cleanly(self):
        process = subprocess.Popen([PROGRAM, "-c", self.cgroup, "-t", "egress", "--detach"],
                                   stdout=subprocess.PIPE)
        self.assertEqual(process.stdout.readline(), b"limit 1500 forwarded 0 dropped 0\n")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=10), 0)
        process.stdout.close()
        self.assertNotIn("packet-size", run("list", self.cgroup).out)

    def test_wrong_arguments(self):
        for words in ([], ["-c", self.cgroup], ["-c", self.cgroup, "-t", "up"],
                      ["-c", self.cgroup, "-t", "egress", "-m", "12x"],
                      ["-c", self.cgroup, "-t", "egress", "-m", "70000"]):
            result = run(*words, program=PROGRAM)
            self.assertEqual(result.status, 64)
            self.assertTrue(result.err.startswith("Usage: ") or "Usage: " in result.err)


class Screen(OnKernel):
    def setUp(self):
        super().setUp()
        self.addCleanup(run, "detach", self.cgroup, "--name", "packet-size")
        self.main, self.child = pty.openpty()
        self.before = termios.tcgetattr(self.child)
        self.addCleanup(os.close, self.main)
        self.addCleanup(os.close, self.child)
        self.shown = b""
        self.process = subprocess.Popen(
            [PROGRAM, "-c", self.cgroup, "-t", "egress", "--detach"], stdin=self.child,
            stdout=self.child, stderr=self.child, env={"TERM": "xterm", "PATH": "/usr/bin:/bin"})
        self.addCleanup(self.process.wait)
        self.addCleanup(self.process.kill)

    def read_until(self, wanted):
        deadline = time.monotonic() + 20
        while not re.search(wanted, self.shown):
            self.assertLess(time.monotonic(), deadline, self.shown)
            if select.select([self.main], [], [], 0.1)[0]:
                self.shown += os.read(self.main, 65536)

    def press(self, keys, limit):
        """The screen shows changes alone, so the variable is asked."""
        os.write(self.main, keys)
        deadline = time.monotonic() + 20
        shown = ""
        while shown != f"limit={limit}\n":
            self.assertLess(time.monotonic(), deadline, shown)
            shown = run("set", self.cgroup, "--egress", "--name", "packet-size").out

    def assert_ended_in_order(self, status):
        self.assertEqual(self.process.wait(timeout=10), status)
        self.read_until(re.escape(LEAVES_SCREEN))
        self.assertEqual(termios.tcgetattr(self.child), self.before)

    def test_keys_change_the_limit_and_quit(self):
        self.read_until(rb"up to 1500 bytes")
        self.press(b"+", 1550)
        self.press(b"--", 1450)
        self.assertTrue(self.sends_udp(9))
        self.press(b"-" * 40, 0)
        self.assertFalse(self.sends_udp(9))
        self.press(b"+", 50)
        self.assertTrue(self.sends_udp(9))
        os.write(self.main, b"q")
        self.assert_ended_in_order(0)

    def test_signals_put_the_terminal_back(self):
        self.read_until(rb"up to 1500 bytes")
        self.process.send_signal(signal.SIGINT)
        self.assert_ended_in_order(0)


if __name__ == "__main__":
    unittest.main()
