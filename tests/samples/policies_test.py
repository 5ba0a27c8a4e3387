#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The policy files of the samples are right, in the canonical layout, and load."""
import unittest

from support import FWC, ROOT, OnKernel, Scratch, run

POLICIES = sorted((ROOT / "samples" / "policies").glob("*.fw"))


class Policies(Scratch):
    def test_are_right_and_laid_out(self):
        self.assertTrue(POLICIES)
        for policy in POLICIES:
            result = run("check", "--strict", "-f", policy)
            self.assertEqual((result.status, result.err), (0, ""), policy)
            self.assertEqual(run("fmt", "--check", "-f", policy).status, 0, policy)

    def test_say_which_rule_decides(self):
        result = run("explain", "-f", POLICIES[0], "udp 203.0.113.130:53 > 10.0.0.1:80")
        self.assertEqual(result.status, 0, result.err)


class Loaded(OnKernel):
    def test_load_count_and_change(self):
        pin = "/sys/fs/bpf/policy_sample"
        self.addCleanup(run, "remove", pin)
        for policy in POLICIES:
            self.check(run("-f", policy, "--counters", "--load", pin), 0, None, "")
        self.check(run("set", "add", pin, "@banned", "127.0.0.1"), 0, "", "")
        self.check(run("set", "list", pin, "@banned"), 0, "127.0.0.1\n", "")
        stats = self.check(run("stats", pin), 0).out
        self.assertRegex(stats, r"(?m)^drop +0 +0  banned$")
        self.assertRegex(stats, r"(?m)^count +0 +0  large$")


if __name__ == "__main__":
    unittest.main()
