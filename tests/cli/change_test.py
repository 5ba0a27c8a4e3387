#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Replacing what runs: by pin, cgroup and object, to be confirmed, several at once, and only said.
Runs in the private namespaces of private.sh.
"""
import json
import os
import pathlib
import pty
import signal
import subprocess
import time
import unittest

from support import BPFFS, FWC, OnKernel, run

PIN = BPFFS / "change_test"
OLD, NEW = "udp && dst_port == 53", "udp && dst_port == 54"


def keepers():
    """The processes of fwc that wait for a change to be confirmed."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"--confirm" in words and str(PIN).encode() in words:
            found.append(int(path.name))
    return found


class Change(OnKernel):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.remove_everything)

    def passes(self):
        return self.sends_udp(53), self.sends_udp(54)

    def load(self, *more):
        self.check(run(OLD, "--load", PIN, "--attach", self.cgroup, "--egress", *more), 0)
        self.assertEqual(self.passes(), (True, False))

    def wait_until(self, wanted, seconds=10):
        end = time.monotonic() + seconds
        while self.passes() != wanted:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)


class Replacing(Change):
    def test_by_pin(self):
        self.load()
        self.check(run("replace", PIN, NEW), 0, f"replaced egress of {PIN}\n", "")
        self.assertEqual(self.passes(), (False, True))

    def test_by_cgroup_in_a_slot(self):
        self.load()
        self.check(run("replace", self.cgroup, NEW), 0, f"replaced egress of {PIN}\n", "")
        self.assertEqual(self.passes(), (False, True))

    def test_by_cgroup_in_links(self):
        self.check(run(OLD, "--attach", self.cgroup, "--ingress", "--egress", "--name", "x"), 0)
        self.check(run("replace", self.cgroup, NEW), 66, "")
        self.check(run("replace", self.cgroup, NEW, "--name", "x"), 0,
                   f"replaced ingress and egress of {self.cgroup}\n", "")
        self.assertEqual(self.passes(), (False, True))
        self.check(run("replace", self.cgroup, "true", "--egress", "--name", "x"), 0,
                   f"replaced egress of {self.cgroup}\n")
        self.assertEqual(self.passes(), (True, True))
        run("detach", self.cgroup, "--name", "x")

    def test_by_an_object_or_a_file(self):
        self.load()
        self.check(run(NEW, "-o", "new.o"), 0)
        self.check(run("replace", PIN, "new.o"), 0)
        self.assertEqual(self.passes(), (False, True))
        (self.folder / "old.filter").write_text(OLD)
        self.check(run("replace", PIN, "-f", "old.filter"), 0)
        self.assertEqual(self.passes(), (True, False))

    def test_by_loading_again(self):
        self.load()
        self.check(run(NEW, "--load", PIN), 0, f"loaded {PIN}\n", "")
        self.assertEqual(self.passes(), (False, True))

    def test_counters_and_values_go_on(self):
        limit = "let $limit = 1500 in 0..65535; len <= $limit && "
        self.check(run(limit + OLD, "--counters", "--load", PIN, "--attach", self.cgroup,
                       "--egress"), 0)
        self.check(run("set", PIN, "limit=1000"), 0)
        self.assertEqual(self.passes(), (True, False))
        self.check(run("replace", PIN, limit + NEW), 0)
        self.check(run("set", PIN), 0, "limit=1000\n")
        self.assertEqual(self.passes(), (False, True))
        egress = json.loads(run("stats", PIN, "--json").out)["filters"][0]["egress"]
        self.assertEqual((egress["passed"]["packets"], egress["dropped"]["packets"]), (2, 2))

    def test_what_is_refused_changes_nothing(self):
        self.load()
        before = self.names()
        for status, words in ((65, ["dst_port = 53"]), (64, [NEW, "--var", "none=1"]),
                              (64, [NEW, "--confirm", "soon"]), (64, [NEW, "--confirm", "25h"]),
                              (66, ["-f", "no-file"])):
            self.check(run("replace", PIN, *words), status, "")
        self.check(run("replace", BPFFS / "none", NEW), 66, "")
        self.check(run("replace", "no-such.service", NEW), 66, "")
        self.check(run("confirm", PIN), 66, "")
        self.assertEqual(self.passes(), (True, False))
        self.assertEqual(self.names(), before)

    def test_several_at_once_end_in_one(self):
        both = ("--load", PIN, "--attach", self.cgroup, "--ingress",
                "--egress", "--counters")
        self.check(run("true", *both), 0)
        ports = range(60, 66)
        started = [subprocess.Popen([FWC, "replace", PIN, f"udp && dst_port == {port}"],
                                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                   for port in ports]
        for process in started:
            _, err = process.communicate(timeout=60)
            self.assertIn(process.returncode, (0, 75), err)
        stats = json.loads(run("stats", PIN, "--json").out)["filters"][0]
        conditions = {stats[direction]["deciders"][3]["condition"]
                      for direction in ("ingress", "egress")}
        self.assertEqual(len(conditions), 1)
        self.assertEqual([self.sends_udp(port) for port in ports].count(True), 1)


class Confirming(Change):
    def test_it_goes_back_by_itself(self):
        self.load()
        before = self.names()
        result = self.check(run("replace", PIN, NEW, "--confirm", "1s"), 0)
        self.assertEqual(result.out, f"replaced egress of {PIN}\n"
                         f"goes back in 1 s unless you say: fwc confirm {PIN}\n")
        self.wait_until((True, False))
        self.assertEqual(self.names(), before)
        self.check(run("confirm", PIN), 66, "")
        self.assert_no_keepers()

    def test_it_stays_where_it_is_confirmed(self):
        self.load()
        before = self.names()
        self.check(run("replace", PIN, NEW, "--confirm", "1s"), 0)
        self.check(run("replace", PIN, "true"), 75, "")
        self.check(run("confirm", PIN, "--dry-run"), 0, f"would confirm {PIN}\n", "")
        self.check(run("confirm", PIN), 0, f"confirmed {PIN}\n", "")
        self.check(run("confirm", PIN, "--dry-run"), 66, "")
        time.sleep(1.3)
        self.assertEqual(self.passes(), (False, True))
        self.assertEqual(self.names(), before)
        self.assert_no_keepers()

    def test_links_go_back(self):
        self.check(run(OLD, "--attach", self.cgroup, "--ingress", "--egress"), 0)
        before = self.names()
        self.check(run("replace", self.cgroup, NEW, "--confirm", "1s"), 0)
        self.assertEqual(self.passes(), (False, True))
        self.wait_until((True, False))
        self.assertEqual(self.names(), before)

    def test_the_terminal_may_close(self):
        self.load()
        child, terminal = pty.fork()
        if child == 0:
            os.execvp("sh", ["sh", "-c", f"{FWC} replace {PIN} '{NEW}' --confirm 2s; sleep 60"])
        self.wait_until((False, True))
        os.close(terminal)
        os.waitpid(child, 0)
        self.wait_until((True, False))

    def test_the_keeper_may_be_killed(self):
        self.load()
        before = self.names()
        self.check(run("replace", PIN, NEW, "--confirm", "1s"), 0)
        keeper, = keepers()
        os.kill(keeper, signal.SIGKILL)
        time.sleep(1.1)
        self.assertEqual(self.passes(), (False, True))
        self.check(run("confirm", PIN), 66, "")
        self.assertEqual(self.passes(), (True, False))
        self.assertEqual(self.names(), before)

    def assert_no_keepers(self):
        for _ in range(50):
            if not keepers():
                return
            time.sleep(0.1)
        self.fail("a process still waits")


class OnlySaid(Change):
    def said(self, words, text):
        before = self.names()
        self.check(run(*words, "--dry-run"), 0, text, "")
        self.assertEqual(self.names(), before)

    def test_nothing_is_changed(self):
        attach = ("--attach", self.cgroup, "--egress")
        self.said([OLD, "--load", PIN, *attach, "-o", "x.o"],
                  f"would write x.o\nwould load {PIN}\nwould attach egress to {self.cgroup}\n")
        self.assertEqual(self.files(), [])
        self.assertEqual(self.passes(), (True, True))
        self.load()
        self.said([NEW, *attach], f"would update egress to {self.cgroup}\n")
        self.said(["replace", PIN, NEW, "--confirm", "1s"], f"would replace egress of {PIN}\n")
        self.said(["detach", self.cgroup], f"would detach egress from {self.cgroup}\n")
        self.said(["remove", PIN, "--force"], f"would remove {PIN}\n")
        self.assertEqual(self.passes(), (True, False))

    def test_values_and_sets(self):
        text = "let @blocked: ip; let $limit = 1500 in 0..65535; len <= $limit && dst_ip not in @blocked"
        self.check(run(text, "--load", PIN), 0)
        self.said(["set", PIN, "limit=9"], "would set limit=9\n")
        self.said(["set", "add", PIN, "@blocked", "127.0.0.1"], "would add entries of @blocked\n")
        self.check(run("set", PIN), 0, "limit=1500\n")
        self.check(run("set", "list", PIN, "@blocked"), 0, "")
        self.check(run("set", PIN, "limit=70000", "--dry-run"), 64, "")
        self.check(run("set", "del", PIN, "@blocked", "127.0.0.1", "--dry-run"), 64, "")

    def test_what_would_be_refused_is(self):
        self.load()
        self.check(run("remove", PIN, "--dry-run"), 69, "")
        self.check(run("detach", self.cgroup, "--ingress", "--dry-run"), 66, "")
        self.check(run("udp", "--load", BPFFS / "a.b", "--dry-run"), 64, "")


if __name__ == "__main__":
    unittest.main()
