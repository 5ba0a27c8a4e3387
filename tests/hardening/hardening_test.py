#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""That the command and the libraries are built as Debian hardens its packages: read from the files themselves."""
import json
import os
import pathlib
import re
import subprocess
import unittest

from support import FWC, ROOT

BUILD = pathlib.Path(os.environ["BUILD"])
LIBRARIES = [BUILD / "compiler/libfwc.a", BUILD / "runtime/libfwc-runtime.a"]
OURS = ("grammar", "compiler", "runtime", "cli")
FLAGS = ("-fstack-protector-strong", "-fstack-clash-protection", "-D_FORTIFY_SOURCE=2", "-Wformat",
         "-Werror=format-security", "-fPIC|-fPIE")


def output(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}).stdout


class Command(unittest.TestCase):
    def test_it_is_position_independent(self):
        self.assertRegex(output("readelf", "-h", FWC), r"Type:\s+DYN")
        self.assertRegex(output("readelf", "-d", FWC), r"FLAGS_1\b.*\bPIE")

    def test_what_is_relocated_is_read_only_and_bound_at_the_start(self):
        self.assertIn("GNU_RELRO", output("readelf", "-lW", FWC))
        self.assertRegex(output("readelf", "-d", FWC), r"FLAGS_1\b.*\bNOW")
        self.assertNotIn("TEXTREL", output("readelf", "-d", FWC))

    def test_no_memory_can_be_written_and_run(self):
        segments = re.findall(r"^\s+(LOAD|GNU_STACK)\s.*0x\S+ ([R ][W ][E ]) 0x", output("readelf", "-lW", FWC), re.M)
        self.assertIn("GNU_STACK", [kind for kind, _ in segments])
        for kind, flags in segments:
            self.assertNotIn("WE", flags, kind)
        self.assertIn(("GNU_STACK", "RW "), segments)

    def test_nothing_is_looked_up_by_a_path_of_the_build(self):
        self.assertNotRegex(output("readelf", "-d", FWC), "RPATH|RUNPATH")


class Libraries(unittest.TestCase):
    def test_stacks_are_guarded_and_functions_checked(self):
        for library in LIBRARIES:
            if library.exists():
                symbols = output("nm", "--undefined-only", library)
                self.assertIn("__stack_chk_fail", symbols, library)
                self.assertRegex(symbols, r"__\w+_chk\b(?<!stack_chk)", library)

    @unittest.skipUnless(os.uname().machine == "x86_64", "of this processor")
    def test_functions_begin_with_a_mark_of_branches(self):
        """Of an object of our own: the archives of LLVM decide about the whole command."""
        for library in LIBRARIES:
            if library.exists():
                notes = output("readelf", "-nW", library)
                members = re.split(r"^File: ", notes, flags=re.M)[1:]
                without = [member.splitlines()[0] for member in members if "IBT, SHSTK" not in member]
                self.assertEqual(without, [])

    def test_every_source_was_compiled_so(self):
        found = 0
        for entry in json.loads((BUILD / "compile_commands.json").read_text()):
            path = pathlib.Path(entry["file"])
            # Some are compiled once more for a test.
            if not path.is_relative_to(ROOT) or path.relative_to(ROOT).parts[0] not in OURS \
                    or " -o tests/" in entry["command"]:
                continue
            found += 1
            for flag in FLAGS:
                self.assertRegex(entry["command"], rf" ({flag})( |$)", path)
        self.assertGreater(found, 100)


if __name__ == "__main__":
    unittest.main()
