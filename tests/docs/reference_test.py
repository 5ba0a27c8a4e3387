#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The reference pages are what the command prints: the tables of the language, all of the messages.
FWC_REBASE=1 in the environment writes them anew.
"""
import os
import re
import unittest

from support import ROOT, Scratch, run

PAGE = ROOT / "docs/reference/language.md"
TABLE = re.compile(r"^<!-- table: ([^\n]+?) -->\n(.*?)^<!-- end -->$", re.M | re.S)


class Reference(Scratch):
    def test_every_table_is_that_of_the_command(self):
        printed = dict(TABLE.findall(self.check(run("fields", "--markdown"), 0, err="").out))
        page = PAGE.read_text()
        if os.environ.get("FWC_REBASE"):
            page = TABLE.sub(lambda m: f"<!-- table: {m[1]} -->\n{printed.get(m[1], '')}<!-- end -->", page)
            PAGE.write_text(page)
        self.assertEqual([name for name, _ in TABLE.findall(page)], list(printed))
        for name, rows in TABLE.findall(page):
            with self.subTest(name):
                self.assertEqual(rows, printed[name])

    def test_every_name_of_a_field_is_there(self):
        names = run("fields", "--names").out.split()
        self.assertGreater(len(names), 30)
        for name in names:
            self.assertRegex(PAGE.read_text(), rf"(?m)^\| `{re.escape(name)}` \|")


class Messages(Scratch):
    def test_the_page_is_what_the_command_prints(self):
        page = ROOT / "docs/reference/messages.md"
        printed = self.check(run("explain", "--markdown"), 0, err="").out
        if os.environ.get("FWC_REBASE"):
            page.write_text(printed)
        self.assertEqual(page.read_text(), printed)


if __name__ == "__main__":
    unittest.main()
