#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What `fwc check --json` says of single filters; that all of it is of its schema is held by
schemas_test.py.
"""
import json
import unittest

from support import Scratch, run


class Check(Scratch):
    def diagnostics(self, *words, status=65):
        return json.loads(self.check(run("check", "--json", *words), status, err="").out)["diagnostics"]

    def test_places_are_bytes_and_characters(self):
        [found] = self.diagnostics("# \u00e4\u00f6\nudp && dst_prot == 53")
        self.assertEqual((found["line"], found["column"]), (2, 8))
        self.assertEqual((found["offset"], found["length"]), (14, 8))

    def test_a_suggestion_is_what_to_write(self):
        for text, fixed in [
                ("dst_prot == 53", "dst_port == 53"),
                ("dst_port = 53", "dst_port == 53"),
                ("src_ip in 192.0.2.1/24", "src_ip in 192.0.2.0/24"),
                ("udp port 53", "udp && port == 53"),
                ("dst_port != 22", "(tcp || udp) && dst_port != 22")]:
            with self.subTest(text):
                found = self.diagnostics(text, status=0 if "!=" in text else 65)
                at = found[0]["suggestion"]
                self.assertIsNotNone(at)
                raw = text.encode()
                made = raw[:at["offset"]] + at["text"].encode() + raw[at["offset"] + at["length"]:]
                self.assertEqual(made.decode(), fixed)
                self.check(run("check", "--strict", fixed), 0, "", "")

    def test_the_hook_is_that_of_the_call(self):
        [found] = self.diagnostics("--hook", "tc", "vlan == 7 && dst_prot == 53")
        self.assertEqual(found["suggestion"]["text"], "dst_port")

    def test_related_places_are_the_reasons(self):
        text = "tcp || (tcp && dst_port == 80)"
        [found] = self.diagnostics(text, status=0)
        self.assertEqual([text[p["offset"]:p["offset"] + p["length"]] for p in found["related"]], ["tcp"])

    def test_the_file_is_that_of_the_wrong_line(self):
        (self.folder / "block.txt").write_text("192.0.2.1\n192.0.2.300\n")
        (self.folder / "f.fw").write_text("dst_ip in from \"block.txt\"\n")
        [found] = self.diagnostics("-f", "f.fw")
        self.assertEqual((found["file"], found["line"]), ("block.txt", 2))
        [found] = [d for d in self.diagnostics("-f", "-", status=65) if d["file"] == "stdin"]
        self.assertEqual(found["code"], "empty-filter")


if __name__ == "__main__":
    unittest.main()
