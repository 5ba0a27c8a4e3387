#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`established` and `reply` over real sockets, between a cgroup and what is outside of it."""
import json
import pathlib
import socket
import sys
import unittest

from support import OnKernel, ask, run

PIN = "/sys/fs/bpf/flows_test"
OPENED = "egress || reply"

# Connects to the ports that it reads, sends a byte, and says what came back.
CLIENT = """
import socket, sys
for line in sys.stdin:
    try:
        with socket.create_connection(('127.0.0.1', int(line)), timeout=1) as s:
            s.settimeout(1)
            s.sendall(b'x')
            print(s.recv(1).decode(), flush=True)
    except OSError as error:
        print(type(error).__name__, flush=True)
"""

# Accepts connections and gives back what comes.
SERVER = """
import socket, sys
s = socket.create_server(('127.0.0.1', 0))
print(s.getsockname()[1], flush=True)
while True:
    c, _ = s.accept()
    while (data := c.recv(1)):
        c.sendall(data)
"""


class Flows(OnKernel):
    def setUp(self):
        super().setUp()
        self.addCleanup(run, "detach", self.cgroup)

    def start(self, code, inside):
        start = self.start_in_cgroup if inside else self.start_python
        child = start(code)
        self.addCleanup(child.kill)
        return child

    def attach(self, text, *more):
        self.check(run(text, "--attach", self.cgroup, "--ingress", "--egress", *more), 0)

    def flows(self):
        return json.loads(run("-j", "map", "dump", "name", "flows", program="bpftool").out)

    def test_connections_from_here_have_answers_and_others_do_not(self):
        port = int(self.start(SERVER, inside=False).stdout.readline())
        inner = int(self.start(SERVER, inside=True).stdout.readline())
        self.attach(OPENED)
        self.assertEqual(ask(self.start(CLIENT, inside=True), port), "x")
        self.assertEqual(ask(self.start(CLIENT, inside=False), inner), "TimeoutError")
        # A refused connection is an answer too, at once.
        self.assertEqual(ask(self.start(CLIENT, inside=True), 1), "ConnectionRefusedError")

    def test_a_server_that_only_answers(self):
        port = int(self.start(SERVER, inside=False).stdout.readline())
        inner = int(self.start(SERVER, inside=True).stdout.readline())
        self.attach(f"egress {{ allow established; default drop; }} "
                    f"ingress {{ allow tcp && dst_port == {inner}; default drop; }}")
        self.assertEqual(ask(self.start(CLIENT, inside=False), inner), "x")
        self.assertEqual(ask(self.start(CLIENT, inside=True), port), "TimeoutError")

    def test_a_datagram_is_answered(self):
        self.attach("egress || reply || icmp")
        there = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(there.close)
        there.bind(("127.0.0.1", 0))
        there.settimeout(5)
        code = ("import socket,sys; s=socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
                "s.bind(('127.0.0.1', 0)); s.settimeout(1)\n"
                "print(s.getsockname()[1], flush=True); port = int(sys.stdin.readline())\n"
                "try: s.recv(9); print('stranger', flush=True)\n"
                "except TimeoutError: print('silence', flush=True)\n"
                "s.sendto(b'x', ('127.0.0.1', port)); print(s.recv(9).decode(), flush=True)")
        child = self.start(code, inside=True)
        address = ("127.0.0.1", int(child.stdout.readline()))
        there.sendto(b"unasked", address)
        child.stdin.write(f"{there.getsockname()[1]}\n")
        child.stdin.flush()
        self.assertEqual(child.stdout.readline().strip(), "silence")
        there.recv(9)
        there.sendto(b"answer", address)
        self.assertEqual(child.stdout.readline().strip(), "answer")

    def test_flows_outlive_a_replacement(self):
        code = ("import socket,sys; s=socket.create_connection(('127.0.0.1', int(sys.argv[1])))\n"
                "s.settimeout(1)\n"
                "for line in sys.stdin:\n"
                "  s.sendall(b'x')\n"
                "  try: print(s.recv(1).decode(), flush=True)\n"
                "  except TimeoutError: print('lost', flush=True)\n")
        port = int(self.start(SERVER, inside=False).stdout.readline())
        self.attach(OPENED)
        child = self.start(code.replace("sys.argv[1]", str(port)), inside=True)
        for text in (OPENED, "egress || established", "len < 9000 && (egress || reply)"):
            self.assertEqual(ask(child, ""), "x")
            self.attach(text)
        self.assertEqual(ask(child, ""), "x")
        self.check(run("detach", self.cgroup), 0)
        self.attach(OPENED)
        self.assertEqual(ask(child, ""), "lost", "a new filter knows no flow")

    def test_one_direction_is_refused(self):
        result = self.check(run(OPENED, "--attach", self.cgroup, "--egress"), 65, "")
        self.assertIn("[missing-direction]", result.err)
        run(OPENED, "-o", "both.o")
        result = self.check(run("both.o", "--attach", self.cgroup, "--egress"), 64, "")
        self.assertIn("`--ingress` and `--egress`", result.err)

    def test_two_commands_share_them(self):
        port = int(self.start(SERVER, inside=False).stdout.readline())
        inner = int(self.start(SERVER, inside=True).stdout.readline())
        first, second = ("tcp", "--egress"), ("reply", "--ingress")
        for words in (first, second, second, first):
            self.check(run("attach", self.cgroup, *words, "--share-flows"), 0)
        self.assertEqual(ask(self.start(CLIENT, inside=True), port), "x")
        self.assertEqual(ask(self.start(CLIENT, inside=False), inner), "TimeoutError")
        maps = [set(json.loads(run("-j", "prog", "show", "id", each["program_id"],
                                   program="bpftool").out)["map_ids"])
                for each in json.loads(run("list", self.cgroup, "--json").out)["attachments"]]
        self.assertEqual(len(maps), 2)
        self.assertEqual(len(set.intersection(*maps)), 1, "they share flows and nothing else")

    def test_pins(self):
        self.addCleanup(run, "remove", PIN)
        self.check(run(OPENED, "--load", PIN), 0, f"loaded {PIN}_ingress\nloaded {PIN}_egress\nloaded {PIN}_flows\n")
        self.assertTrue(pathlib.Path(PIN + "_flows").exists())
        first = json.loads(run("-j", "map", "show", "pinned", PIN + "_flows", program="bpftool").out)
        self.check(run("established", "--load", PIN), 0)
        second = json.loads(run("-j", "map", "show", "pinned", PIN + "_flows", program="bpftool").out)
        self.assertEqual(first["id"], second["id"])
        self.check(run("true", "--direction", "both", "--load", PIN), 0)
        self.assertFalse(pathlib.Path(PIN + "_flows").exists())
        self.check(run(OPENED, "--load", PIN), 0)
        self.check(run("remove", PIN), 0)
        self.assertFalse(pathlib.Path(PIN + "_flows").exists())

    def test_a_command_behind_two_filters(self):
        port = int(self.start(SERVER, inside=False).stdout.readline())
        done = run("run", "--egress", "tcp", "--ingress", "reply", "--", sys.executable, "-c", CLIENT,
                   stdin=f"{port}\n".encode())
        self.check(done, 0, "x\n")
        done = run("run", "--ingress", "reply", "--", "true")
        self.assertIn("[missing-direction]", self.check(done, 65).err)


if __name__ == "__main__":
    unittest.main()
