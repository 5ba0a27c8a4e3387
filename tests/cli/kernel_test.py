#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Loading, attaching, changing and removing filters, with packets that pass and are dropped. Runs in
the private namespaces of private.sh.
"""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import unittest

from support import BPFFS, FWC, OnKernel, run

FILTER = "icmp || (udp && dst_port == 53)"
PIN = BPFFS / "cli_test"
LIMIT = "let $limit = 1500 in 0..65535; len <= $limit"


class Kernel(OnKernel):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.remove_everything)

    def program_id(self, pin=PIN):
        listed = json.loads(run("list", "--json").out)["pins"]
        return next(each["program_id"] for each in listed if each["path"] == str(pin))


class Loading(Kernel):
    def test_load_and_remove(self):
        self.check(run(FILTER, "--load", PIN), 0, f"loaded {PIN}\n", "")
        self.assertEqual(self.names(), ["cli_test", "cli_test_slot"])
        self.check(run("remove", PIN), 0, f"removed {PIN}\n", "")
        self.assertEqual(self.names(), [])

    def test_without_a_slot(self):
        self.check(run(FILTER, "--no-slot", "--load", PIN), 0, f"loaded {PIN}\n", "")
        self.assertEqual(self.names(), ["cli_test"])
        self.check(run("true", "--load", PIN), 0, f"loaded {PIN}\n", "")
        self.assertEqual(self.names(), ["cli_test"])
        result = self.check(run("replace", PIN, "udp"), 69, "")
        self.assertIn("has no slot", result.err)

    def test_every_way_to_load_an_object(self):
        run(FILTER, "-o", "prog.o")
        data = (self.folder / "prog.o").read_bytes()
        for words, stdin in ((["prog.o"], b""), (["-f", "prog.o"], b""), ([], data), (["-"], data)):
            self.check(run("--load", PIN, *words, stdin=stdin), 0, f"loaded {PIN}\n", "")
            self.check(run("remove", PIN), 0)
        self.check(run("--load", PIN, stdin=FILTER.encode()), 0, f"loaded {PIN}\n", "")

    def test_loading_again_replaces(self):
        run(FILTER, "--load", PIN)
        first = self.program_id()
        self.check(run("true", "--load", PIN), 0, f"loaded {PIN}\n")
        self.assertNotEqual(self.program_id(), first)

    def test_a_failure_leaves_the_pin_as_it_is(self):
        run(FILTER, "--load", PIN)
        before = self.program_id()
        self.check(run("dst_port = 53", "--load", PIN), 65, "")
        self.check(run(FILTER, "--load", PIN, "--var", "none=1"), 64, "")
        self.assertEqual(self.program_id(), before)
        self.assertEqual(self.names(), ["cli_test", "cli_test_slot"])

    def test_a_failure_leaves_no_output_file(self):
        self.check(run(FILTER, "-o", "prog.o", "--load", BPFFS / "with.dot"), 64, "")
        self.assertEqual(self.files(), [])
        self.assertEqual(self.names(), [])

    def test_a_file_and_a_pin_at_once(self):
        self.check(run(FILTER, "-o", "prog.o", "--load", PIN), 0, f"loaded {PIN}\n")
        self.assertEqual(self.files(), ["prog.o"])

    def test_both_directions_are_two_pins(self):
        self.check(run(FILTER, "--direction", "both", "--load", PIN), 0,
                   f"loaded {PIN}_ingress\nloaded {PIN}_egress\n", "")

    def test_a_pin_that_is_not_there(self):
        for words in (["remove"], ["stats"], ["set"]):
            result = self.check(run(*words, PIN), 66, "")
            self.assertIn(str(PIN), result.err)


class Attaching(Kernel):
    def test_what_passes_and_what_is_dropped(self):
        self.assertTrue(self.sends_udp(54))
        self.check(run(FILTER, "--attach", self.cgroup, "--egress"), 0,
                   f"attached egress to {self.cgroup}\n", "")
        self.assertTrue(self.sends_udp(53))
        self.assertFalse(self.sends_udp(54))
        self.check(run("detach", self.cgroup, "--egress"), 0,
                   f"detached egress from {self.cgroup}\n", "")
        self.assertTrue(self.sends_udp(54))
        self.assertEqual(self.names(), [])

    def test_attaching_again_updates(self):
        run(FILTER, "--attach", self.cgroup, "--egress")
        self.check(run("udp && dst_port == 54", "--attach", self.cgroup, "--egress"), 0,
                   f"updated egress to {self.cgroup}\n", "")
        self.assertFalse(self.sends_udp(53))
        self.assertTrue(self.sends_udp(54))

    def test_several_filters_by_name(self):
        run("udp", "--attach", self.cgroup, "--egress")
        self.check(run("dst_port == 53", "--attach", self.cgroup, "--egress", "--name", "dns"), 0)
        self.assertFalse(self.sends_udp(54))
        self.check(run("detach", self.cgroup, "--name", "dns"), 0)
        self.assertTrue(self.sends_udp(54))

    def test_both_directions(self):
        self.check(run("true", "--attach", self.cgroup, "--ingress", "--egress"), 0,
                   f"attached ingress to {self.cgroup}\nattached egress to {self.cgroup}\n", None)
        self.check(run("detach", self.cgroup), 0,
                   f"detached ingress from {self.cgroup}\ndetached egress from {self.cgroup}\n", "")

    def test_self_and_pid(self):
        self.check(self.in_cgroup(FWC, FILTER, "--attach", "self", "--egress"), 0,
                   f"attached egress to {self.cgroup}\n", "")
        sleeper = subprocess.Popen(["sh", "-c", 'echo $$ > "$0/cgroup.procs"; exec sleep 60',
                                    self.cgroup])
        try:
            while str(sleeper.pid) not in (self.cgroup / "cgroup.procs").read_text().split():
                time.sleep(0.01)
            self.check(run("true", "--attach", sleeper.pid, "--egress"), 0,
                       f"updated egress to {self.cgroup}\n", None)
        finally:
            sleeper.kill()
            sleeper.wait()

    def test_the_parts_of_a_policy_are_attached_where_no_direction_is_said(self):
        self.check(run("ingress { default allow; } egress { drop udp; default allow; }", "--attach",
                       self.cgroup), 0,
                   f"attached ingress to {self.cgroup}\nattached egress to {self.cgroup}\n", "")
        self.assertFalse(self.sends_udp(5353))
        self.check(run("attach", self.cgroup, "egress { default allow; }"), 0,
                   f"updated egress to {self.cgroup}\n", "")
        self.assertTrue(self.sends_udp(5353))
        self.check(run("detach", self.cgroup), 0)

    def test_an_object_is_attached_in_its_own_direction(self):
        run(FILTER, "-o", "prog.o")
        self.check(run("prog.o", "--attach", self.cgroup, "--egress"), 0,
                   f"attached egress to {self.cgroup}\n", "")
        result = run("prog.o", "--attach", self.cgroup, "--ingress")
        self.assertNotEqual(result.status, 0)
        self.assertNotEqual(result.err, "")

    def test_a_pin_that_fails_takes_the_attachment_back(self):
        self.check(run(FILTER, "--load", BPFFS / "a.b", "--attach", self.cgroup, "--egress"), 64, "")
        self.assertTrue(self.sends_udp(54))
        self.assertEqual(self.names(), [])

    def test_cgroups_that_are_none(self):
        for target in ("/no/such/cgroup", "no-such.service", "999999999"):
            result = self.check(run("udp", "--attach", target, "--egress"), 66, "")
            self.assertIn(target, result.err)
        self.check(run("udp", "--attach", "", "--egress"), 64, "")

    def test_detaching_what_is_not_there(self):
        for words in ([], ["--egress"], ["--ingress"]):
            self.check(run("detach", self.cgroup, *words), 66, "")


class Looking(Kernel):
    def test_the_list(self):
        run(FILTER, "--counters", "--load", PIN, "--attach", self.cgroup, "--egress")
        result = self.check(run("list"), 0, err="")
        self.assertRegex(result.out, rf"(?m)^{re.escape(str(self.cgroup))} +egress +filter +\d+$")
        self.assertRegex(result.out, rf"(?m)^{PIN} +egress +\d+ +counters$")
        self.assertRegex(self.check(run("list", self.cgroup), 0).out, "egress +filter")

    def test_the_list_as_json(self):
        run(LIMIT, "--load", PIN, "--attach", self.cgroup, "--egress")
        all_of_it = json.loads(self.check(run("list", "--json"), 0, err="").out)
        attachment, = all_of_it["attachments"]
        self.assertEqual((attachment["cgroup"], attachment["direction"], attachment["name"]),
                         (str(self.cgroup), "egress", "filter"))
        pin, = all_of_it["pins"]
        self.assertEqual((pin["path"], pin["live_variables"], pin["counters"]),
                         (str(PIN), True, False))
        self.assertEqual(pin["pinned_program_id"], attachment["program_id"])
        self.assertNotEqual(pin["program_id"], attachment["program_id"])
        self.assertTrue(pin["slot"])

    def test_an_empty_list(self):
        self.check(run("list"), 0, "", "")
        self.assertEqual(json.loads(run("list", "--json").out), {"attachments": [], "pins": []})

    def test_counters(self):
        run(FILTER, "--counters", "--load", PIN, "--attach", self.cgroup, "--egress")
        self.assertTrue(self.sends_udp(53))
        self.assertFalse(self.sends_udp(54))
        self.assertFalse(self.sends_udp(55))
        counts, = json.loads(self.check(run("stats", PIN, "--json"), 0, err="").out)["filters"]
        egress = counts["egress"]
        self.assertEqual((egress["passed"], egress["dropped"]),
                         ({"packets": 1, "bytes": 29}, {"packets": 2, "bytes": 58}))
        self.assertEqual([(d["decider"], d["action"], d["packets"]) for d in egress["deciders"]],
                         [("malformed", "drop", 0), ("default", "drop", 2),
                          ("fragment", "drop", 0), ("rule", "allow", 1)])
        self.assertEqual(egress["deciders"][3]["condition"], FILTER)
        self.assertIsNone(counts["ingress"])
        text = self.check(run("stats", self.cgroup, "--egress"), 0, err="").out
        self.assertRegex(text, r"egress +1 +29 +2 +58\n")
        self.assertRegex(text, r"(?m)^drop +2 +58  default$")
        self.assertRegex(text, rf"(?m)^allow +1 +29  {re.escape(FILTER)}$")

    def test_a_filter_without_counters(self):
        run(FILTER, "--load", PIN)
        self.check(run("stats", PIN), 64, "")


class Variables(Kernel):
    def test_a_change_takes_effect_at_once(self):
        run(LIMIT, "--load", PIN, "--attach", self.cgroup, "--egress")
        self.assertTrue(self.sends_udp(53))
        self.check(run("set", PIN, "limit=28"), 0, "limit=28\n", "")
        self.assertFalse(self.sends_udp(53))
        self.check(run("set", self.cgroup, "--egress", "limit=29"), 0, "limit=29\n", "")
        self.assertTrue(self.sends_udp(53))

    def test_a_value_at_load(self):
        self.check(run(LIMIT, "--load", PIN, "--attach", self.cgroup, "--egress", "--var",
                       "limit=20"), 0)
        self.assertFalse(self.sends_udp(53))

    def test_wrong_values_change_nothing(self):
        run(LIMIT, "--load", PIN)
        for word in ("limit=70000", "limit=-1", "limit=true", "size=1", "limit", "limit="):
            self.check(run("set", PIN, word), 64, "")
        self.check(run("set", PIN, "limit=10", "size=1"), 64, "")
        self.check(run("set", PIN), 0, "limit=1500\n", "")

    def test_a_lock_of_somebody_else_is_not_waited_for_for_ever(self):
        run(LIMIT, "--load", PIN)
        holder = self.start_python("import fcntl, os, sys\nos.setresuid(65534, 65534, 65534)\n"
                                   "fcntl.flock(os.eventfd(0), fcntl.LOCK_EX)\nprint(flush=True)\nsys.stdin.read()")
        holder.stdout.readline()
        self.check(run("set", PIN, "limit=10"), 0, "limit=10\n", "")
        holder.communicate()
        self.check(run("set", PIN, "limit=11"), 0, "limit=11\n", "")

    def test_variables_need_a_filter_in_the_kernel(self):
        self.check(run(LIMIT, "-o", "x.o", "--var", "limit=1"), 64, "")
        self.assertEqual(self.files(), [])


class Sets(Kernel):
    BLOCKED = "let @blocked: ip; let $most: int = 2 in 0..9; dst_ip not in @blocked && $most > 0"

    def setUp(self):
        super().setUp()
        self.check(run(self.BLOCKED, "--load", PIN, "--attach", self.cgroup, "--egress"), 0)

    def listed(self):
        return self.check(run("set", "list", PIN, "@blocked"), 0, err="").out.split()

    def test_changes_take_effect_at_once(self):
        self.assertTrue(self.sends_udp(53))
        self.check(run("set", "add", PIN, "@blocked", "127.0.0.0/8", "::1"), 0, "", "")
        self.assertFalse(self.sends_udp(53))
        self.assertEqual(self.listed(), ["127.0.0.0/8", "::1"])
        self.check(run("set", "del", self.cgroup, "@blocked", "127.0.0.1", "--egress"), 0, "", "")
        self.assertTrue(self.sends_udp(53))
        self.check(run("set", "replace", PIN, "blocked", "127.0.0.1"), 0, "", "")
        self.assertFalse(self.sends_udp(53))
        self.assertEqual(json.loads(run("set", "list", PIN, "@blocked", "--json").out),
                         {"set": "blocked", "type": "ip", "entries": ["127.0.0.1"]})

    def test_from_a_file(self):
        pathlib.Path("list.txt").write_text("127.0.0.1 # this host\n\n192.0.2.0/24\n")
        self.check(run("set", "replace", PIN, "@blocked", "from", "list.txt"), 0, "", "")
        self.assertEqual(self.listed(), ["127.0.0.1", "192.0.2.0/24"])
        pathlib.Path("wrong.txt").write_text("127.0.0.2\n 192.0.2.0/33\n")
        result = self.check(run("set", "replace", PIN, "@blocked", "from", "wrong.txt"), 65, "")
        self.assertIn("wrong.txt:2:", result.err)
        self.check(run("set", "replace", PIN, "@blocked", "from", "none.txt"), 66, "")
        self.assertEqual(self.listed(), ["127.0.0.1", "192.0.2.0/24"])

    def test_wrong_calls_change_nothing(self):
        self.check(run("set", "add", PIN, "@blocked", "192.0.2.1"), 0)
        for words in (["add", PIN, "@blocked"], ["add", PIN, "@bloked", "192.0.2.2"],
                      ["add", PIN, "@blocked", "192.0.2.2", "53"], ["del", PIN, "@blocked", "::1"],
                      ["add", PIN, "@blocked", "192.0.2.1/24"], ["list", PIN], ["add"]):
            self.check(run("set", *words), 64, "")
        self.assertEqual(self.listed(), ["192.0.2.1"])


class Running(Kernel):
    SEND = ("import socket,sys\ns=socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
            "try: s.sendto(b'x', ('127.0.0.1', int(sys.argv[1])))\n"
            "except PermissionError: sys.exit(3)")

    def test_the_command_is_behind_the_filter(self):
        for port, status in ((53, 0), (54, 3)):
            self.check(run("run", "--egress", FILTER, "--", sys.executable, "-c", self.SEND, port),
                       status, "", "")

    def test_a_dry_run_loads_and_runs_nothing(self):
        self.check(run("run", "--egress", FILTER, "--dry-run", "--", "touch", "here"), 0,
                   "would run touch here\n", "")
        self.assertEqual(self.files(), [])

    def test_the_status_is_passed_on(self):
        for script, status in (("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 137)):
            self.check(run("run", "--egress", "true", "--", "sh", "-c", script), status)
        self.check(run("run", "--egress", "udp", "--", "no-such-command"), 127)

    def test_streams_are_the_commands_own(self):
        self.check(run("run", "--ingress", "udp", "--", "cat", stdin=b"some text"), 0, "some text", "")

    def test_options_after_the_dashes_are_the_commands(self):
        self.check(run("run", "--egress", "udp", "--", "echo", "--egress", "--", "-x"), 0,
                   "--egress -- -x\n", "")

    def test_a_signal_is_passed_on(self):
        process = subprocess.Popen([FWC, "run", "--egress", "udp", "--", "sh", "-c",
                                    "echo ready; exec sleep 60"], stdout=subprocess.PIPE)
        self.assertEqual(process.stdout.readline(), b"ready\n")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=20), 128 + signal.SIGTERM)
        process.stdout.close()

    def test_nothing_is_left(self):
        run("run", "--egress", "udp", "--", "true")
        self.assertEqual(self.names(), [])


class Permissions(Kernel):
    def test_a_user_is_told_the_missing_capability(self):
        self.folder.chmod(0o755)
        result = run("-c", 'import os,sys; os.setgid(65534); os.setuid(65534); '
                     'os.execv(sys.argv[1], sys.argv[1:])', FWC, FILTER, "--load", PIN,
                     program=sys.executable)
        if "Permission denied" in result.err and "execv" in result.err:
            self.skipTest("the command lies in a folder that only root can see")
        self.check(result, 77, "")
        self.assertIn("CAP_BPF", result.err)
        self.assertEqual(self.names(), [])


if __name__ == "__main__":
    unittest.main()
