#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""docs/adding-a-field.md is true: its row, put into a copy of the table, is a field that the evaluator reads, and a
row that cannot be right does not compile.
"""
import os
import pathlib
import re
import struct
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = "compiler/language/fields.h"
ROW = re.search(r"^```cpp\n(.*?)^```$", (ROOT / "docs/adding-a-field.md").read_text(), re.M | re.S)[1]
BEFORE = 'inline constexpr std::array kFields = {\n'


def ipv4(protocol, rest):
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(rest), 1, 0, 64, protocol, 0)
    return (header + bytes((10, 0, 0, 1, 10, 0, 0, 2)) + rest).hex()


def udp(checksum):
    return ipv4(17, struct.pack("!HHHH", 40000, 53, 8, checksum))


class AddedField(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def compile(self, row, source, *options):
        copy = self.folder / TABLE
        copy.parent.mkdir(parents=True, exist_ok=True)
        text = (ROOT / TABLE).read_text()
        self.assertEqual(text.count(BEFORE), 1)
        copy.write_text(text.replace(BEFORE, BEFORE + row))
        includes = [f"-I{path}" for path in (self.folder, ROOT, ROOT / "compiler/include")]
        words = [os.environ.get("CXX", "c++"), "-std=c++20", "-O0", *includes, *options]
        return subprocess.run([*words, str(source)], capture_output=True, text=True, cwd=self.folder, check=False)

    def test_the_row_of_the_page_is_all_there_is_to_it(self):
        program = self.folder / "added"
        made = self.compile(ROW, ROOT / "tests/language/added_field.cpp", "-o", str(program))
        self.assertEqual(made.returncode, 0, made.stderr[-2000:])
        packets = [udp(0xBEEF), udp(0), ipv4(6, bytes(12) + b"\x50" + bytes(7))]
        out = subprocess.run([program, "udp.checksum", str(0xBEEF), *packets], capture_output=True, text=True,
                             check=True).stdout
        self.assertEqual(out.split(), ["true", "false", "false"])

    def test_a_row_that_cannot_be_right_does_not_compile(self):
        for what, wrong in (("leaves the header", ROW.replace(".bit = 48", ".bit = 56")),
                            ("has another maximum", ROW.replace("65535", "65536")),
                            ("has a name that is taken", ROW.replace("udp.checksum", "udp.len")),
                            ("says nothing", ROW.replace("checksum, 0 where there is none", ""))):
            with self.subTest(what):
                self.assertNotEqual(wrong, ROW)
                made = self.compile(wrong, self.folder / TABLE, "-fsyntax-only", "-xc++")
                self.assertIn("fields_are_well_formed", made.stderr)


if __name__ == "__main__":
    unittest.main()
