#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the commands that read print with --json is what docs/schemas says. `fwc status` of units is
held by tests/live/units_test.py.
"""
import json
import unittest

from support import ROOT, OnKernel, Scratch, check_json, run

CAPTURE = ROOT / "samples/demo-capture"
LIVE = "let @blocked: {}; {} not in @blocked"

# (schema, arguments, status)
CASES = [
    ("fields", ["fields", "--json"], 0),
    ("test", ["test", "udp", "capture.pcap", "--json"], 0),
    ("test", ["test", "udp", "capture.pcap", "--json", "--count"], 0),
    ("check", ["check", "--json", "tcp && dst_port == https"], 0),
    ("check", ["check", "--json", "dst_port != 22"], 0),
    ("check", ["check", "--json", "--strict", "dst_port != 22"], 65),
    ("check", ["check", "--json", "tcp && udp || dst_prot == 53"], 65),
    ("check", ["check", "--json", "tcp && && udp || dst_port = 53 || (len > 5"], 65),
    ("check", ["check", "--json", "allow tcp; drop tcp && dst_port == 23; default drop;"], 0),
    ("check", ["check", "--json", "udp \udcff"], 65),
    ("check", ["check", "--json", "dst_ip in from \"wrong.txt\""], 65),
    ("check", ["check", "--json", ""], 65),
    ("explain", ["explain", "udp && len + 1 > 5 || tcp.syn", "udp 10.0.0.1:1 > 10.0.0.2:2", "--json"], 0),
    ("explain", ["explain", "tcp", "capture.pcap:10", "--json"], 0),
    ("explain", ["explain", "drop far: ttl < 3; default allow;", "icmp ::1 > ::2", "--json"], 0),
    ("explain", ["explain", "egress { default drop; }", "icmp ::1 > ::2", "--json", "--ingress"], 0),
]


class Plain(Scratch):
    def setUp(self):
        super().setUp()
        (self.folder / "capture.pcap").write_bytes(run(program=CAPTURE).out_bytes)
        (self.folder / "wrong.txt").write_text("192.0.2.1\n192.0.2.300\n")

    def test_each_command(self):
        for schema, words, status in CASES:
            with self.subTest(" ".join(words)):
                check_json(schema, self.check(run(*words), status).out)

    def test_the_packets_of_a_capture(self):
        value = check_json("test", run("test", "udp", "capture.pcap", "--json").out)
        shown = run("test", "udp", "capture.pcap").out.splitlines()
        self.assertEqual([f"{p['number']:>6} {p['verdict']}  {p['packet']}" for p in value["packets"]],
                         shown)
        verdicts = [p["verdict"] for p in value["packets"]]
        self.assertEqual((value["passed"], value["dropped"]),
                         (verdicts.count("pass"), verdicts.count("drop")))

    def test_no_schema_takes_just_anything(self):
        for path in (ROOT / "docs/schemas").glob("*.json"):
            rules = json.loads(path.read_text())
            for bad in (1, None, {"unheard": 1}):
                with self.assertRaises(Exception, msg=f"{path.name}: {bad}"):
                    check_json(path.stem, json.dumps(bad))
            self.assertIn("title", rules)


class Kernel(OnKernel):
    def setUp(self):
        super().setUp()
        self.pin = "/sys/fs/bpf/schemas_test"
        self.addCleanup(run, "remove", self.pin)

    def test_list(self):
        check_json("list", run("list", "--json").out)
        self.check(run("attach", self.cgroup, "udp", "--egress", "--ingress"), 0)
        self.check(run("tcp", "--counters", "--load", self.pin), 0)
        value = check_json("list", run("list", "--json").out)
        self.assertEqual(len(value["attachments"]), 2)
        self.assertIn(self.pin, [pin["path"] for pin in value["pins"]])
        here = check_json("list", run("list", self.cgroup, "--json").out)
        self.assertEqual(len(here["attachments"]), 2)
        self.check(run("detach", self.cgroup), 0)

    def test_a_program_of_others(self):
        self.check(run("udp", "--load", self.pin), 0)
        self.check(run("cgroup", "attach", self.cgroup, "egress", "pinned", self.pin,
                       program="bpftool"), 0)
        (other,) = check_json("list", run("list", self.cgroup, "--json").out)["attachments"]
        self.assertEqual((other["name"], other["link_id"], other["pin"]), (None, None, None))

    def test_set_list(self):
        for kind, field, entry in (("ip", "dst_ip", "192.0.2.0/24"), ("port", "dst_port", "80"),
                                   ("(ip, port)", "(dst_ip, dst_port)", "(192.0.2.1, 443)")):
            self.check(run(LIVE.format(kind, field), "--load", self.pin), 0)
            self.check(run("set", "add", self.pin, "@blocked", entry), 0)
            value = check_json("set-list", run("set", "list", self.pin, "@blocked", "--json").out)
            self.assertEqual((value["type"], len(value["entries"])), (kind, 1))
            self.check(run("remove", self.pin), 0)

    def test_live_variables(self):
        self.check(run("let $limit = 15 in 0..65535; let $open = true; let $gate: ip = 10.0.0.1; "
                       "len <= $limit && $open && dst_ip == $gate", "--load", self.pin), 0)
        value = check_json("set", run("set", self.pin, "limit=9", "--json").out)
        self.assertEqual(value["variables"], [
            {"name": "limit", "type": "int", "value": 9, "minimum": 0, "maximum": 65535},
            {"name": "open", "type": "bool", "value": True},
            {"name": "gate", "type": "ip", "value": "10.0.0.1"}])
        self.check(run("udp", "--load", self.pin), 0)
        self.assertEqual(check_json("set", run("set", self.pin, "--json").out), {"variables": []})

    def test_audit(self):
        self.check(run("udp", "--audit", "--load", self.pin), 0)
        self.check(run("audit", self.pin, "off", "--dry-run"), 0, "would turn audit off\n")
        value = check_json("audit", run("audit", self.pin, "--json").out)
        self.assertEqual(value, {"target": self.pin, "audit": True})
        self.assertFalse(check_json("audit", run("audit", self.pin, "off", "--json").out)["audit"])
        self.check(run("udp", "--load", self.pin), 0)
        self.check(run("audit", self.pin, "off", "--dry-run"), 64, "")

    def test_status_of_a_cgroup(self):
        self.assertEqual(check_json("status", run("status", self.cgroup, "--json").out)["units"][0]
                         ["filters"], [])
        self.check(run("attach", self.cgroup, "udp", "--egress"), 0)
        value = check_json("status", self.check(
            run("status", self.cgroup, "--json", "--egress"), 0).out)
        self.assertEqual([f["state"] for f in value["units"][0]["filters"]], ["attached"])
        self.check(run("status", self.cgroup, "--ingress"), 69,
                   err=f"fwc: error: no ingress filter of fwc is in force on `{self.cgroup}`\n")
        self.check(run("detach", self.cgroup), 0)


if __name__ == "__main__":
    unittest.main()
