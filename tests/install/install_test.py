#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Installs into a stage and builds an outside project against it, by CMake and by pkg-config."""
import os
import pathlib
import shutil
import subprocess
import unittest

from support import ROOT, Scratch, run

BUILD = pathlib.Path(os.environ["BUILD"])
SAMPLE = ROOT / "samples/embedding"
FILTER = "udp && dst_port == 53"


class Install(Scratch):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stage = BUILD / "stage"
        shutil.rmtree(cls.stage, ignore_errors=True)
        subprocess.run(["cmake", "--install", BUILD, "--prefix", cls.stage], check=True,
                       stdout=subprocess.DEVNULL)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.stage, ignore_errors=True)

    def build(self, *words, env=None):
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                              check=False, env={**os.environ, **(env or {})})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def use(self, judge, inspect):
        self.check(run(FILTER, "prog.o", program=judge), 0, "a DNS query passes\n", "")
        self.check(run("tcp", "x.o", program=judge), 0, "a DNS query is dropped\n", "")
        self.check(run("prog.o", program=inspect), 0, "prog.o is an object of fwc\n", "")
        (self.folder / "bad.o").write_bytes(b"\x7fELF")
        self.assertEqual(run("bad.o", program=inspect).status, 1)
        self.assertEqual(run("nonsense", "y.o", program=judge).status, 65)
        symbols = self.build("nm", "-C", inspect)
        self.assertNotIn("llvm::", symbols)

    def test_the_installed_command_works(self):
        self.check(run("check", FILTER, program=self.stage / "bin/fwc"), 0, "", "")

    def test_what_the_command_writes_about_itself_is_where_it_is_looked_for(self):
        fwc = self.stage / "bin/fwc"
        for path, words in (("share/man/man1/fwc.1", ("help", "--man")),
                            ("share/bash-completion/completions/fwc", ("completion", "bash")),
                            ("share/zsh/site-functions/_fwc", ("completion", "zsh")),
                            ("share/fish/vendor_completions.d/fwc.fish", ("completion", "fish"))):
            self.check(run(*words, program=fwc), 0, (self.stage / path).read_text(), "")
        schemas = {path.name for path in self.stage.rglob("schemas/*.json")}
        self.assertEqual(schemas, {path.name for path in (ROOT / "docs/schemas").glob("*.json")})

    def test_only_public_headers_are_installed(self):
        headers = sorted(path.relative_to(self.stage / "include")
                         for path in (self.stage / "include").rglob("*") if path.is_file())
        public = sorted(path.relative_to(root) for root in (ROOT / "compiler/include",
                                                            ROOT / "runtime/include")
                        for path in root.rglob("*.h"))
        self.assertEqual(headers, public)

    def test_by_cmake(self):
        self.build("cmake", "-S", SAMPLE, "-B", "out", "-G", "Ninja",
                   f"-DCMAKE_PREFIX_PATH={self.stage}")
        self.build("cmake", "--build", "out")
        self.use(self.folder / "out/judge", self.folder / "out/inspect")

    def test_by_pkg_config(self):
        path = next(self.stage.rglob("pkgconfig"))
        env = {"PKG_CONFIG_PATH": str(path)}
        for program, module in (("judge", "fwc"), ("inspect", "fwc-runtime")):
            flags = self.build("pkg-config", "--static", "--cflags", "--libs", module, env=env)
            source = SAMPLE / f"{program}.cpp"
            self.build("c++", "-std=c++20", source, "-o", program, *flags.split())
        self.use(self.folder / "judge", self.folder / "inspect")


if __name__ == "__main__":
    unittest.main()
