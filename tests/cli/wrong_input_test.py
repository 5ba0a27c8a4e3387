#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""No wrong input changes a pin, a map or a file: every wrong filter of the goldens, every kind of wrong value, set entry
and object, by every command that would change something.
"""
import hashlib
import os
import pathlib
import re
import unittest

from support import BPFFS, ROOT, OnKernel, run

PIN = BPFFS / "kept"
FILTER = ("let $limit: int = 1500 in 0..9000; let $open: bool = true; let $to: ip = 10.0.0.1; "
          "let @blocked: ip = {192.0.2.0/24, ::1}; let @ports: port; let @pairs: (ip, port) = {(10.0.0.1, 53)}; "
          "$open && len <= $limit && dst_ip != $to && dst_ip not in @blocked && dst_port not in @ports "
          "&& (dst_ip, dst_port) not in @pairs")
USAGE, DATA = 64, 65
ESCAPES = {b"n": b"\n", b"t": b"\t", b"\\": b"\\"}


def unescaped(text):
    text = re.sub(rb"\\\{(\d+):(.*?)\}", lambda m: m[2] * int(m[1]), text.encode())
    return re.sub(rb"\\(x[0-9a-fA-F]{2}|.)", lambda m: ESCAPES.get(m[1]) or bytes.fromhex(m[1][1:].decode()), text)


def wrong_filters():
    """Those of the goldens whose messages have an error, in bytes."""
    found = []
    for path in sorted((ROOT / "tests/golden/diagnostics").glob("*.txt")):
        for case in re.split(r"^>>> ", path.read_text(), flags=re.M)[1:]:
            text, _, said = case.partition("\n")
            if re.search(r"^filter:\d+:\d+: error: ", said.partition("\n!!!")[0], re.M) and path.stem != "later_stages":
                found.append(unescaped(text))
    return found


class WrongInput(OnKernel):
    def setUp(self):
        super().setUp()
        self.addCleanup(run, "remove", PIN)
        self.addCleanup(run, "detach", self.cgroup)  # else the next test meets the link of a cgroup that is gone
        self.check(run(FILTER, "--load", PIN, "--attach", self.cgroup, "--egress", "--counters"), 0)
        for name, text in (("kept.o", "udp"), ("kept.fw", "udp  &&dst_port==53")):
            pathlib.Path(name).write_text(text)
        self.before = self.state()

    def state(self):
        """Programs, links, values, sets, counters and files, with what tells that one was written again."""
        files = {path.name: (hashlib.sha256(path.read_bytes()).hexdigest(), os.stat(path).st_mtime_ns, os.stat(path).st_ino)
                 for path in self.folder.iterdir() if not path.name.startswith("wrong")}
        pins = {path.name: os.stat(path).st_ino for path in BPFFS.iterdir()}
        said = [self.check(run(*words), 0).out for words in (
            ("list", "--json"), ("set", PIN), ("stats", PIN, "--json"),
            *(("set", "list", PIN, name) for name in ("@blocked", "@ports", "@pairs")))]
        return files, pins, said

    def refused(self, *words, status=(USAGE, DATA), **options):
        result = run(*words, **options)
        self.assertIn(result.status, status, f"{words}\n{result.out}{result.err}")
        self.assertTrue(result.err, words)

    def unchanged(self):
        self.assertEqual(self.state(), self.before)

    def test_wrong_filters(self):
        count = 0
        for text in wrong_filters():
            pathlib.Path("wrong.fw").write_bytes(text)
            if run("check", "-f", "wrong.fw").status == 0:  # wrong for one direction alone
                continue
            count += 1
            with self.subTest(text[:200]):
                for words in (("-f", "wrong.fw", "--load", PIN), ("-f", "wrong.fw", "-o", "kept.o"),
                              ("-f", "wrong.fw", "--attach", self.cgroup, "--egress"),
                              ("replace", PIN, "-f", "wrong.fw")):
                    self.refused(*words)
        self.unchanged()
        self.assertGreaterEqual(count, 150)

    def test_wrong_filters_are_not_laid_out(self):
        for text in wrong_filters():
            pathlib.Path("wrong.fw").write_bytes(text)
            if run("fmt", "-f", "wrong.fw", "--in-place").status != 0:  # fmt takes what is wrong by its meaning alone
                with self.subTest(text[:200]):
                    self.assertEqual(pathlib.Path("wrong.fw").read_bytes(), text)
        self.unchanged()

    def test_wrong_values(self):
        for words in (["limit=9001"], ["limit=-1"], ["limit=true"], ["limit=10.0.0.1"], ["limit=1e3"], ["limit="], ["limit"],
                      ["open=2"], ["open=yes"], ["to=5"], ["to=10.0.0"], ["nothing=1"], ["limit=1", "nothing=1"],
                      ["limit=1", "open=false", "to=::1", "limit=9001"]):
            with self.subTest(words):
                self.refused("set", PIN, *words)
        self.unchanged()

    def test_wrong_entries(self):
        pathlib.Path("wrong.txt").write_text("10.0.0.1\n10.0.0.1/8\n")
        for change in ("add", "replace", "del"):
            for words in (["@blocked", "53"], ["@blocked", "10.0.0.1", "10.0.0.1/8"], ["@blocked", "10.0.0.9..10.0.0.1"],
                          ["@blocked", "(10.0.0.1, 53)"], ["@ports", "10.0.0.1"], ["@ports", "53", "65536"], ["@ports", "9..1"],
                          ["@pairs", "10.0.0.1"], ["@pairs", "(53, 10.0.0.1)"], ["@pairs", "(10.0.0.1, 65536)"],
                          ["@nothing", "53"], ["@blocked", "from", "wrong.txt"], ["@blocked", "from", "none.txt"]):
                with self.subTest(words, change=change):
                    self.refused("set", change, PIN, *words, status=(USAGE, DATA, 66))
        self.refused("set", "del", PIN, "@blocked", "192.0.2.1", "198.51.100.1")
        self.unchanged()

    def test_wrong_objects(self):
        self.check(run("tcp", "-o", "wrong.o"), 0)
        whole = pathlib.Path("wrong.o").read_bytes()
        for number, data in enumerate((b"", b"\x7fELF", whole[:64], whole[:len(whole) // 2], whole[:-1],
                                       whole.replace(b"fwc_egress", b"fwc_egrets"))):
            pathlib.Path("wrong.o").write_bytes(data)
            with self.subTest(number):
                self.refused("./wrong.o", "--load", PIN)
                self.refused("replace", PIN, "./wrong.o")
        self.unchanged()

    def test_what_is_watched_would_be_seen(self):
        self.check(run("set", PIN, "limit=9"), 0)
        changed = self.state()
        self.assertNotEqual(changed, self.before)
        self.check(run("set", "add", PIN, "@ports", "9"), 0)
        self.assertNotEqual(self.state(), changed)


if __name__ == "__main__":
    unittest.main()
