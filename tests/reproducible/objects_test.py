#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The same filter gives the same bytes, wherever and whenever it is compiled: the objects of several filters, in a
table of environments.
"""
import os
import pathlib
import shutil
import unittest

from support import FWC, Scratch, run

PREFIXES = "".join(f"10.{i % 250}.{i // 250}.0/{24 + i % 5}\n2001:db8:{i:x}::/48\n" for i in range(3000))
POLICY = """let $limit = 1500 in 68..65535;
let @blocked: ip = from "list.txt";
let web = tcp && dst_port in {80, 443};
ingress { drop blocked: src_ip in @blocked; count large: len > $limit; allow web; default drop; }
egress { drop listed: dst_ip in from "list.txt"; allow answers: reply; default allow; }
"""

# name: arguments of `fwc`
FILTERS = {
    "plain": ["icmp || (udp && dst_port == 53)"],
    "expression": ["(src_port * 3 + len / 7) % 11 == 4 || payload[0:4] == \"GET \" || dst_ip in {10.0.0.0/8, ::1}"],
    "counted": ["tcp && tcp.syn && dst_port in {22, 80, 8000..8999}", "--counters", "--log", "all", "--audit"],
    "refusing": ["udp && dst_port == 53", "--refuse"],
    "set": ["dst_ip in from \"list.txt\"", "--direction", "both"],
    "policy": ["-f", "policy.fw", "--counters"],
    "flows": ["established || udp && dst_port == 53"],
    "tc": ["udp || ethertype == arp || vlan == 7", "--hook", "tc"],
    "xdp": ["udp && dst_port == 53", "--hook", "xdp"],
}

# name: what stands before the command, and its environment
ENVIRONMENTS = {
    "once more": ([], {}),
    "locale of bytes": ([], {"LC_ALL": "C"}),
    "locale of German": ([], {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"}),
    "locale of Turkish": ([], {"LC_ALL": "tr_TR.UTF-8"}),
    "no such locale": ([], {"LC_ALL": "xx_YY"}),
    "zone": ([], {"TZ": "Pacific/Kiritimati"}),
    "zone of half hours": ([], {"TZ": "XYZ+03:30"}),
    "empty environment": (["env", "-i"], {}),
    "large environment": ([], {f"FILLER{i}": "x" * 1000 for i in range(100)}),
    "home and user": ([], {"HOME": "/nowhere", "USER": "nobody", "TMPDIR": "/nowhere", "PWD": "/nowhere"}),
    "terminal": ([], {"TERM": "xterm-256color", "COLUMNS": "20", "NO_COLOR": "1"}),
    "date of a package": ([], {"SOURCE_DATE_EPOCH": "0"}),
    "addresses that are not random": (["setarch", "-R"], {}),
    "old layout of addresses": (["setarch", "-L"], {}),
    "memory that is not zero": ([], {"MALLOC_PERTURB_": "165"}),
    "memory by mappings": ([], {"MALLOC_MMAP_THRESHOLD_": "4096", "MALLOC_TOP_PAD_": "0"}),
    "umask of nothing": (["sh", "-c", 'umask 0; exec "$@"', "sh"], {}),
    "umask of all": (["sh", "-c", 'umask 077; exec "$@"', "sh"], {}),
    "small stack": (["sh", "-c", 'ulimit -s 1024; exec "$@"', "sh"], {}),
    "unlimited stack": (["sh", "-c", 'ulimit -s unlimited; exec "$@"', "sh"], {}),
    "no standard input": (["sh", "-c", 'exec "$@" <&-', "sh"], {}),
    "one processor": (["taskset", "1"], {}),
}


class Objects(Scratch):
    def setUp(self):
        super().setUp()
        self.first = self.folder / "first"
        self.first.mkdir()
        (self.first / "list.txt").write_text(PREFIXES)
        (self.first / "policy.fw").write_text(POLICY)
        self.expected = {name: self.object(words) for name, words in FILTERS.items()}

    def object(self, words, before=(), env=None, folder=None, program=FWC):
        path = self.folder / "object.o"
        path.unlink(missing_ok=True)
        command = [*before, program, *words, "-o", path]
        done = run(*command[1:], program=command[0], env=env, cwd=folder or self.first)
        self.assertEqual(done.status, 0, done.err)
        return path.read_bytes()

    def check_all(self, **place):
        for name, words in FILTERS.items():
            with self.subTest(filter=name):
                self.assertTrue(self.object(words, **place) == self.expected[name], "the bytes differ")

    def test_filters_differ(self):
        self.assertEqual(len(set(self.expected.values())), len(FILTERS))

    def test_in_every_environment(self):
        for name, (before, env) in ENVIRONMENTS.items():
            with self.subTest(environment=name):
                self.check_all(before=before, env=env)

    def test_in_every_folder(self):
        for name in ("second", "with a space", "a/b/c/" + "d" * 200):
            folder = self.folder / name
            shutil.copytree(self.first, folder)
            with self.subTest(folder=name):
                self.check_all(folder=folder)

    def test_by_a_command_of_another_path(self):
        self.check_all(program=shutil.copy(FWC, self.folder / "other"))

    def test_on_another_day(self):
        """The times of the files that are read."""
        for path in self.first.iterdir():
            os.utime(path, (0, 0))
        self.check_all()

    def test_by_another_user(self):
        if os.getuid() != 0:
            self.skipTest("this user cannot be another")
        os.chmod(self.folder, 0o755)
        command = shutil.copy(FWC, self.folder / "command")
        written = self.folder / "written"
        written.mkdir()
        os.chown(written, 65534, 65534)
        for name, words in FILTERS.items():
            path = written / f"{name}.o"
            done = run("--reuid", "65534", "--regid", "65534", "--clear-groups", command, *words, "-o", path,
                       program="setpriv", cwd=self.first)
            self.assertEqual(done.status, 0, done.err)
            self.assertTrue(path.read_bytes() == self.expected[name], name)

    def test_no_path_is_in_an_object(self):
        for name, bytes_ in self.expected.items():
            for word in (str(self.folder), str(pathlib.Path.cwd()), "/tmp", "/root"):
                self.assertNotIn(word.encode(), bytes_, name)


if __name__ == "__main__":
    unittest.main()
