#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bpftool as a stranger: it loads, pins, dumps, attaches and makes skeletons of fwc's objects
untouched.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import unittest

from support import BPFFS, OnKernel, require_kernel, run

FILTER = "icmp ||\n  (udp && dst_port == 53) ||\n  tcp && src_port in {80, 443}"
LIMIT = "let $limit = 1500 in 0..65535; let $open: bool = true; len <= $limit && $open"
# name: filter, options, programs, maps
OBJECTS = {
    "egress": (FILTER, (), {"fwc_egress"}, set()),
    "ingress": (FILTER, ("--direction", "ingress"), {"fwc_ingress"}, set()),
    "both": (FILTER, ("--direction", "both"), {"fwc_ingress", "fwc_egress"}, set()),
    "counters": (FILTER, ("--counters",), {"fwc_egress"}, {"counters"}),
    "live": (LIMIT, (), {"fwc_egress"}, {"_data_live"}),
    "everything": (LIMIT, ("--counters", "--direction", "both"),
                   {"fwc_ingress", "fwc_egress"}, {"counters", "_data_live"}),
    "set": ("dst_port in {1, 5, 9, 77, 99, 1000..2000, 4000} || src_ip in {10.0.0.0/8, ::1}", (),
            {"fwc_egress"}, set()),
}

SKELETON_USER = """
#include "filter.skel.h"
int main() {
  filter* object = filter__open();
  if (object == nullptr) return 2;
  const int failure = filter__load(object);
  filter__destroy(object);
  return failure == 0 ? 0 : 1;
}
"""


def bpftool(*words):
    return run(*words, program="bpftool")


class Stranger(OnKernel):
    def setUp(self):
        super().setUp()
        if not shutil.which("bpftool"):
            require_kernel("bpftool is not installed")
        self.pin = BPFFS / "stranger"
        self.addCleanup(self.remove_everything)

    def compile(self, name):
        text, options, programs, maps = OBJECTS[name]
        path = self.folder / "filter.o"
        path.unlink(missing_ok=True)
        self.check(run(text, "-o", path, *options), 0)
        return path, programs, maps

    def shown(self, *words):
        return json.loads(self.check(bpftool("-j", *words), 0).out)


class Loading(Stranger):
    def test_one_program(self):
        for name in ("egress", "ingress", "counters", "live", "set"):
            with self.subTest(name):
                self.remove_everything()
                path, programs, _ = self.compile(name)
                self.check(bpftool("prog", "load", path, self.pin), 0)
                info = self.shown("prog", "show", "pinned", self.pin)
                self.assertEqual((info["type"], {info["name"]}), ("cgroup_skb", programs))
                self.assertTrue(info["gpl_compatible"])
                self.assertIn("btf_id", info)

    def test_all_programs(self):
        for name in OBJECTS:
            with self.subTest(name):
                self.remove_everything()
                path, programs, maps = self.compile(name)
                self.check(bpftool("prog", "loadall", path, self.pin, "pinmaps", BPFFS / "maps"), 0)
                pinned = {self.shown("prog", "show", "pinned", each)["name"]
                          for each in self.pin.iterdir()}
                self.assertEqual(pinned, programs)
                found = (BPFFS / "maps").iterdir() if (BPFFS / "maps").exists() else []
                self.assertEqual({each.name for each in found if "rodata" not in each.name}, maps)

    def test_what_it_loads_is_what_fwc_loads(self):
        path, _, _ = self.compile("egress")
        self.check(bpftool("prog", "load", path, self.pin), 0)
        self.check(run(path, "--no-slot", "--load", BPFFS / "own"), 0)
        tags = {self.shown("prog", "show", "pinned", each)["tag"]
                for each in (self.pin, BPFFS / "own")}
        self.assertEqual(len(tags), 1)

    def test_a_live_variable_is_seen_by_its_name(self):
        self.check(run(LIMIT, "--load", self.pin, "--var", "limit=77"), 0)
        dump = self.check(bpftool("map", "dump", "pinned", f"{self.pin}_live"), 0).out
        self.assertRegex(dump, r'"\$?limit": \[77,77\s')
        self.assertRegex(dump, r'"\$?open": ')


class Reading(Stranger):
    def dump(self):
        return self.check(bpftool("prog", "dump", "xlated", "pinned", self.pin, "linum"), 0).out

    def test_each_clause_is_shown_with_its_place(self):
        (self.folder / "web.filter").write_text(FILTER)
        self.check(run("-f", "web.filter", "--no-slot", "--load", self.pin), 0)
        text = self.dump()
        for line, clause in ((1, "icmp"), (2, "udp"), (2, "dst_port == 53"), (3, "tcp"),
                             (3, "src_port in {80, 443}")):
            column = FILTER.split("\n")[line - 1].index(clause) + 1
            pattern = (rf"(?m)^ *; .*{re.escape(clause)}.*\[file:\S+ line_num:{line} "
                       rf"line_col:{column}\]")
            self.assertRegex(text, pattern)

    def test_the_verifier_log_and_jited_code_show_them_too(self):
        path, _, _ = self.compile("egress")
        log = bpftool("-d", "prog", "load", path, self.pin)
        self.check(log, 0)
        self.assertIn("dst_port == 53", log.out + log.err)
        jited = bpftool("prog", "dump", "jited", "pinned", self.pin, "linum")
        if jited.status == 0 and "bpf_prog" in jited.out:
            self.assertIn("dst_port == 53", jited.out)


class Skeletons(Stranger):
    def test_they_compile_and_load(self):
        for name in OBJECTS:
            with self.subTest(name):
                path, _, _ = self.compile(name)
                header = self.check(bpftool("gen", "skeleton", path, "name", "filter"), 0).out
                (self.folder / "filter.skel.h").write_text(header)
                (self.folder / "user.cpp").write_text(SKELETON_USER)
                done = run("-std=c++20", "-fsyntax-only", "-Wall", "user.cpp", program="g++")
                self.check(done, 0, "")

    def test_a_program_made_with_one_runs(self):
        path, _, _ = self.compile("everything")
        header = self.check(bpftool("gen", "skeleton", path, "name", "filter"), 0).out
        (self.folder / "filter.skel.h").write_text(header)
        (self.folder / "user.cpp").write_text(SKELETON_USER)
        self.check(run("user.cpp", "-o", "user", "-lbpf", program="g++"), 0)
        self.check(run(program=self.folder / "user"), 0, "", "")


class Attaching(Stranger):
    def test_a_pin_of_ours_filters_on_a_cgroup(self):
        self.check(run("udp && dst_port == 53", "--load", self.pin), 0)
        words = (self.cgroup, "egress", "pinned", self.pin)
        self.check(bpftool("cgroup", "attach", *words, "multi"), 0)
        self.assertTrue(self.sends_udp(53))
        self.assertFalse(self.sends_udp(54))
        self.assertRegex(run("list", self.cgroup).out, r"egress +\(fwc_egress_via\) +\d+")
        self.check(bpftool("cgroup", "detach", *words), 0)
        self.assertTrue(self.sends_udp(54))

    def test_beside_a_filter_of_fwc_and_for_the_other_direction(self):
        self.check(run("udp", "--attach", self.cgroup, "--egress"), 0)
        self.check(run("dst_port == 53", "--direction", "both", "--load", self.pin), 0)
        for direction in ("ingress", "egress"):
            self.check(bpftool("cgroup", "attach", self.cgroup, direction, "pinned",
                               f"{self.pin}_{direction}", "multi"), 0)
        shown = self.shown("cgroup", "show", self.cgroup)
        self.assertEqual(sorted(each["name"] for each in shown),
                         ["fwc_egress", "fwc_egress_via", "fwc_ingress_via"])
        self.assertTrue(self.sends_udp(53))
        self.assertFalse(self.sends_udp(54))


if __name__ == "__main__":
    unittest.main()
