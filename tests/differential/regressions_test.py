#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every disagreement that was ever found stays decided: the files of regressions/ through all engines."""
import os
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import cases  # noqa: E402
import oracle  # noqa: E402
from engines import SET_FILES, Engines  # noqa: E402
from judge import Judge  # noqa: E402


class Regressions(unittest.TestCase):
    def test_every_case(self):
        engines = Engines(os.environ["ENGINES"])
        self.addCleanup(engines.close)
        found = cases.all_cases()
        self.assertTrue(found)
        for path, case in found:
            with self.subTest(path.name):
                fields = case.packet.fields(case.direction)
                right = oracle.Filter(case.text, SET_FILES).judge(fields, case.direction)
                self.assertEqual(right, case.verdict)
                Judge(engines, [case.packet], case.hook).check(case.text, case.direction, changed=case.changed)


if __name__ == "__main__":
    unittest.main()
