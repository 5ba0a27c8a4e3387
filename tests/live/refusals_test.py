#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`--refuse` over real sockets: calls that fail at once, and that never one fails whose packets the
filter would pass.
"""
import json
import os
import pathlib
import random
import socket
import sys
import time
import unittest

from support import OnKernel, ask, run

LINKS = pathlib.Path("/sys/fs/bpf/fwc")

# Makes the calls that it reads, one a line, and says for each what came of it.
CALLER = """
import ast, errno, socket, sys
for line in sys.stdin:
    call, family, kind, protocol, address, data = ast.literal_eval(line)
    try:
        with socket.socket(family, kind, protocol) as s:
            s.settimeout(0.2)
            if call == 'connect':
                s.connect(address)
            elif call == 'send':
                s.sendto(data, address)
            elif call == 'connect and send':
                s.connect(address)
                s.send(data)
        print('ok', flush=True)
    except TimeoutError:
        print('timeout', flush=True)
    except OSError as error:
        print(errno.errorcode.get(error.errno, error), flush=True)
"""
V4, V6 = socket.AF_INET, socket.AF_INET6
TCP, UDP = socket.SOCK_STREAM, socket.SOCK_DGRAM


class Refusals(OnKernel):
    def setUp(self):
        super().setUp()
        self.addCleanup(run, "detach", self.cgroup)
        self.caller = self.start_in_cgroup(CALLER)
        self.addCleanup(self.caller.kill)

    def call(self, call, family, kind, address, protocol=0, data=b"x"):
        return ask(self.caller, repr((call, int(family), int(kind), protocol, address, data)))

    def listen(self, address="::"):
        server = socket.create_server((address, 0), family=V6 if ":" in address else V4,
                                      dualstack_ipv6=":" in address)
        self.addCleanup(server.close)
        return server.getsockname()[1]

    def attach(self, text, *more):
        return self.check(run(text, "--attach", self.cgroup, "--egress", *more), 0)

    def links(self):
        if not LINKS.exists():
            return []
        inode = str(self.cgroup.stat().st_ino)
        return sorted(p.name.split("_")[1] for p in LINKS.iterdir() if p.name.startswith(inode))

    def test_a_blocked_connect_fails_at_once(self):
        port = self.listen()
        self.attach(f"tcp && dst_port == {port + 1}")
        self.assertEqual(self.call("connect", V4, TCP, ("127.0.0.1", port)), "timeout")
        self.attach(f"tcp && dst_port == {port + 1}", "--refuse")
        for family, host in ((V4, "127.0.0.1"), (V6, "::1"), (V6, "::ffff:127.0.0.1")):
            before = time.monotonic()
            self.assertEqual(self.call("connect", family, TCP, (host, port)), "EPERM", host)
            self.assertLess(time.monotonic() - before, 0.2)
        self.attach(f"tcp && (dst_port == {port} || src_port == {port})", "--refuse")
        for family, host in ((V4, "127.0.0.1"), (V6, "::1"), (V6, "::ffff:127.0.0.1")):
            self.assertEqual(self.call("connect", family, TCP, (host, port)), "ok", host)

    def test_by_address(self):
        port = self.listen()
        self.attach("dst_ip in {127.0.0.2, ::1}", "--refuse")
        self.assertEqual(self.call("connect", V4, TCP, ("127.0.0.1", port)), "EPERM")
        self.assertEqual(self.call("connect", V6, TCP, ("::ffff:127.0.0.1", port)), "EPERM")
        self.assertEqual(self.call("connect", V6, TCP, ("::1", port)), "ok")
        self.attach("dst_ip in 127.0.0.0/8", "--refuse")
        # The kernel puts its own address in the place of none.
        self.assertEqual(self.call("connect", V4, TCP, ("0.0.0.0", port)), "ok")
        self.assertEqual(self.call("connect", V6, TCP, ("::ffff:0.0.0.0", port)), "ok")
        self.assertEqual(self.call("connect", V6, TCP, ("::ffff:127.0.0.1", port)), "ok")
        self.assertEqual(self.call("connect", V6, TCP, ("::1", port)), "EPERM")
        self.assertNotEqual(self.call("connect", V6, TCP, ("::", port)), "EPERM")

    def test_datagrams(self):
        self.attach("udp && dst_port == 53", "--refuse")
        for family, host in ((V4, "127.0.0.1"), (V6, "::1"), (V6, "::ffff:127.0.0.1")):
            self.assertEqual(self.call("send", family, UDP, (host, 54)), "EPERM", host)
            self.assertEqual(self.call("send", family, UDP, (host, 53)), "ok", host)
            self.assertEqual(self.call("connect", family, UDP, (host, 54)), "ok", host)
            self.assertEqual(self.call("connect and send", family, UDP, (host, 54)), "EPERM", host)

    def test_sockets_that_are_not_judged(self):
        self.attach("icmp", "--refuse")
        raw, icmp = socket.SOCK_RAW, socket.IPPROTO_ICMP
        echo = bytes([8, 0, 0xf7, 0xff, 0, 0, 0, 0])
        self.assertEqual(self.call("connect and send", V4, raw, ("127.0.0.1", 0), icmp, echo), "ok")
        self.assertEqual(self.call("send", V4, raw, ("127.0.0.1", 0), icmp, echo), "ok")
        pathlib.Path("/proc/sys/net/ipv4/ping_group_range").write_text("0 0")
        self.assertEqual(self.call("connect and send", V4, UDP, ("127.0.0.1", 0), icmp, echo), "ok")
        self.assertEqual(self.call("send", V4, UDP, ("127.0.0.1", 0), icmp, echo), "ok")
        self.assertEqual(self.call("connect", V4, raw, ("127.0.0.1", 0), 6), "ok")
        self.assertEqual(self.call("connect", V4, TCP, ("127.0.0.1", 80)), "EPERM")

    def test_live_values_are_those_of_the_filter(self):
        self.attach("let $open = false; let @hosts: ip = {127.0.0.3}; "
                    "udp && ($open || dst_ip in @hosts || dst_ip == 127.0.0.9)", "--refuse")
        self.assertEqual(self.call("send", V4, UDP, ("127.0.0.1", 54)), "EPERM")
        self.assertEqual(self.call("send", V4, UDP, ("127.0.0.3", 54)), "ok")
        self.assertEqual(self.call("send", V4, UDP, ("127.0.0.9", 54)), "ok")

    def test_they_come_and_go_with_the_filter(self):
        calls = ["connect4", "connect6", "egress", "sendmsg4", "sendmsg6"]
        self.attach("udp", "--refuse")
        self.assertEqual(self.links(), calls)
        listed = json.loads(run("list", self.cgroup, "--json").out)["attachments"]
        self.assertEqual([a["refuses"] for a in listed], [True])
        self.assertIn("refuses calls", run("list", self.cgroup).out)
        self.attach("udp && dst_port == 53", "--refuse")
        self.assertEqual(self.links(), calls)
        self.attach("tcp")
        self.assertEqual(self.links(), ["egress"])
        self.attach("udp", "--refuse")
        self.check(run("detach", self.cgroup), 0)
        self.assertEqual(self.links(), [])
        self.assertNotEqual(self.call("connect", V4, TCP, ("127.0.0.1", 9)), "EPERM")

    def test_a_replacement_brings_its_own(self):
        self.attach("udp", "--refuse")
        self.assertEqual(self.call("connect", V4, TCP, ("127.0.0.1", 9)), "EPERM")
        self.check(run("replace", self.cgroup, "tcp"), 0)
        self.assertNotEqual(self.call("connect", V4, TCP, ("127.0.0.1", 9)), "EPERM")
        self.assertEqual(self.call("send", V4, UDP, ("127.0.0.1", 54)), "EPERM")
        self.assertEqual(self.links(), ["connect4", "connect6", "egress", "sendmsg4", "sendmsg6"])
        self.check(run("replace", self.cgroup, "tcp ="), 65)
        self.assertEqual(len(self.links()), 5)

    def test_an_audited_filter_refuses_nothing(self):
        self.attach("udp", "--refuse", "--audit")
        self.assertNotEqual(self.call("connect", V4, TCP, ("127.0.0.1", 9)), "EPERM")
        self.check(run("audit", self.cgroup, "off"), 0)
        self.assertEqual(self.call("connect", V4, TCP, ("127.0.0.1", 9)), "EPERM")
        self.check(run("audit", self.cgroup, "on"), 0)
        self.assertNotEqual(self.call("connect", V4, TCP, ("127.0.0.1", 9)), "EPERM")

    def test_an_object_takes_them_along(self):
        self.check(run("udp", "--refuse", "-o", "prog.o"), 0)
        self.check(run("prog.o", "--attach", self.cgroup, "--egress"), 0)
        self.assertEqual(self.call("connect", V4, TCP, ("127.0.0.1", 9)), "EPERM")
        result = self.check(run("prog.o", "--load", "/sys/fs/bpf/refusals_test"), 64, "")
        self.assertIn("attach the filter instead", result.err)

    def test_a_failure_leaves_what_was_there(self):
        self.attach("udp", "--refuse")
        before = run("list", self.cgroup, "--json").out
        self.check(run("tcp", "--attach", self.cgroup, "--egress", "--refuse", "-o", "/no/where"), 73)
        self.assertEqual(run("list", self.cgroup, "--json").out, before)

    def test_where_they_cannot_be_attached_the_filter_is_not(self):
        # A program of somebody else that allows no other beside it.
        run("true", "--refuse", "-o", "prog.o")
        pins = "/sys/fs/bpf/refusals_test"
        self.check(run("prog", "loadall", "prog.o", pins, program="bpftool"), 0)
        self.addCleanup(run, "-r", pins, program="rm")
        foreign = [self.cgroup, "sendmsg4", "pinned", f"{pins}/fwc_sendmsg4"]
        self.attach("udp")
        before = run("list", self.cgroup, "--json").out
        self.check(run("cgroup", "attach", *foreign, program="bpftool"), 0)
        self.addCleanup(run, "cgroup", "detach", *foreign, program="bpftool")
        result = run("tcp", "--attach", self.cgroup, "--egress", "--refuse")
        self.assertIn("cannot attach sendmsg4", self.check(result, 77, "").err)
        self.assertEqual(run("list", self.cgroup, "--json").out, before)
        self.assertEqual(self.links(), ["egress"])
        self.check(run("detach", self.cgroup), 0)
        self.check(run("tcp", "--attach", self.cgroup, "--egress", "--refuse"), 77)
        self.assertEqual(self.links(), [])

    def test_usage(self):
        for words in (["--load", "/sys/fs/bpf/x"], ["--attach", "self", "--ingress"]):
            self.assertIn("`--refuse`", self.check(run("udp", "--refuse", *words), 64, "").err)
        self.assertIn("`--refuse`", self.check(run("run", "--ingress", "udp", "--refuse", "--",
                                                   "true"), 64).err)

    def test_a_command(self):
        port = self.listen("127.0.0.1")
        code = ("import socket\n"
                "try: socket.create_connection(('127.0.0.1', {}), timeout=2)\n"
                "except OSError as e: print(e.errno)")
        for refused in (port, port + 1):
            done = run("run", "--egress", f"dst_port != {refused}", "--refuse", "--",
                       sys.executable, "-c", code.format(port))
            self.assertEqual(done.out, "1\n" if refused == port else "", done.err)

    def test_never_stricter_by_chance(self):
        """Each call is made with the filter alone and with its refusals. A send that passes must
        pass, and a connection that is made must be made."""
        chance = random.Random(os.environ.get("FWC_SEED", "20190801"))
        ports = [self.listen() for _ in range(2)]
        hosts = [(V4, "127.0.0.1"), (V4, "127.0.0.2"), (V6, "::1"), (V6, "::ffff:127.0.0.1"),
                 (V6, "::ffff:127.0.0.2")]

        def atom():
            port = chance.choice(ports)
            return chance.choice([
                "tcp", "udp", "ip", "ipv6", "tcp.syn", "tcp.ack", "true", "len > 45", "len == 29",
                f"dst_port == {port}", f"dst_port != {port}", f"port == {port}", "src_port > 4000",
                f"dst_port in {{{ports[0]}, 53..80}}", "dst_ip == 127.0.0.1", "dst_ip == ::1",
                "dst_ip in 127.0.0.0/31", "src_ip == 127.0.0.1", "proto == 6", "ttl == 64",
                "remote_ip != 127.0.0.2", "ipv6.flow_label == 0", "ip.df", "uid == 0"])

        def expression(depth):
            if depth == 0:
                return atom()
            a, b = expression(depth - 1), expression(depth - 1)
            return chance.choice([f"({a} && {b})", f"({a} || {b})", f"!({a})", f"({a} ^^ {b})",
                                  f"({a} ? {b} : {atom()})"])

        counts = {"ok": 0, "refused": 0, "let be": 0}
        for _ in range(int(os.environ.get("FWC_EXPRESSIONS", "25"))):
            text = expression(chance.randint(1, 3))
            # What is sent back by the server's side is not of the cgroup, so only SYN and data count.
            calls = [(kind, *chance.choice(hosts), chance.choice(ports + [53]))
                     for kind in ("tcp", "udp") for _ in range(3)]
            answers = []
            for more in ([], ["--refuse"]):
                self.check(run(text, "--attach", self.cgroup, "--egress", *more), 0)
                answers.append([self.call("connect" if kind == "tcp" else "send", family,
                                          TCP if kind == "tcp" else UDP, (host, port))
                                for kind, family, host, port in calls])
            for call, plain, refused in zip(calls, *answers):
                with self.subTest(filter=text, call=call):
                    if plain in ("ok", "ECONNREFUSED"):
                        self.assertEqual(refused, plain)
                        counts["ok"] += 1
                    elif plain == "timeout":
                        self.assertIn(refused, ("EPERM", "timeout"))
                        counts["refused" if refused == "EPERM" else "let be"] += 1
                    else:
                        self.assertEqual((plain, refused), ("EPERM", "EPERM"))
        self.assertGreater(counts["ok"], 20, counts)
        self.assertGreater(counts["refused"], 10, counts)


if __name__ == "__main__":
    unittest.main()
