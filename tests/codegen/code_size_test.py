#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a filter costs that uses none of the newer constructs: instructions of the programs for what is received and
for what is sent, without and with counters. None may grow. FWC_REBASE=1 in the environment writes code_size.txt anew.
"""
import os
import pathlib
import struct
import unittest

from support import Scratch, run

TABLE = pathlib.Path(__file__).with_name("code_size.txt")
SECTION = struct.Struct("<IIQQQQIIQQ")  # Elf64_Shdr
INSTRUCTION = 8


def sizes(path):
    """Instructions by section of a program."""
    data = path.read_bytes()
    start, = struct.unpack_from("<Q", data, 40)
    count, names = struct.unpack_from("<HH", data, 60)
    sections = [SECTION.unpack_from(data, start + SECTION.size * i) for i in range(count)]
    text = data[sections[names][4]:]
    found = {text[s[0]:text.index(b"\0", s[0])].decode(): s[5] // INSTRUCTION for s in sections}
    return [found["cgroup_skb/ingress"], found["cgroup_skb/egress"]]


class CodeSize(Scratch):
    def count(self, text):
        counts = []
        for options in ([], ["--counters"]):
            path = self.folder / "object"
            self.assertEqual(run(text, "-o", path, "--direction", "both", *options).status, 0, text)
            counts += sizes(path)
        return counts

    def test_no_filter_grows(self):
        lines = []
        for line in TABLE.read_text().splitlines():
            if line.startswith("#"):
                lines.append(line)
                continue
            text = line.split(maxsplit=4)[4]
            counts = self.count(text)
            lines.append(" ".join(f"{count:>4}" for count in counts) + "  " + text)
            if not os.environ.get("FWC_REBASE"):
                for was, now in zip(map(int, line.split()[:4]), counts):
                    self.assertLessEqual(now, was, text)
        if os.environ.get("FWC_REBASE"):
            TABLE.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    unittest.main()
