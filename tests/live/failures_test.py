#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Everything around a filter that can be wrong: its own message of one line, its own exit status,
and the machine as it was before.
"""
import contextlib
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import time
import unittest

from support import BPFFS, FWC, OnKernel, require_kernel, run, sealed_again

FILTER = "udp && dst_port == 53"


@contextlib.contextmanager
def mounted(*words):
    done = subprocess.run(["mount", *map(str, words)], capture_output=True, check=False)
    if done.returncode != 0:
        raise unittest.SkipTest(done.stderr.decode())
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(words[-1])], check=False)


def program_info(path):
    out = run("-j", "prog", "show", "pinned", path, program="bpftool")
    return json.loads(out.out)["id"] if out.status == 0 else None


class Failing(OnKernel):
    def setUp(self):
        super().setUp()
        if not shutil.which("bpftool"):
            require_kernel("bpftool is not installed")
        self.pin = BPFFS / "web"
        self.addCleanup(self.remove_everything)

    def state(self):
        """All that a command of fwc could leave behind. A program that is neither pinned nor
        attached is gone with its process."""
        pins = {}
        for path in self.pinned():
            status = path.lstat()
            pins[str(path)] = (status.st_ino, status.st_mode, program_info(path))
        # The folder of the links is made where fwc attaches for the first time, and stays.
        pins.pop(str(BPFFS / "fwc"), None)
        attached = run("-j", "cgroup", "tree", self.cgroup, program="bpftool").out
        return pins, attached, self.files(), sorted(p.name for p in self.cgroup.iterdir())

    def refused(self, status, message, *words, **options):
        """That the command fails so and changes nothing; the last line but the hint is the message."""
        before = self.state()
        result = run(*words, **options)
        self.assert_refused(before, result, status, message)
        return result

    def assert_refused(self, before, result, status, message):
        self.check(result, status, "")
        lines = [line for line in result.err.splitlines() if not line.startswith("  hint: ")]
        self.assertEqual(lines[-1:], [f"fwc: error: {message}"], result.err)
        self.assertEqual(self.state(), before)


class Pins(Failing):
    def each_way(self, status, message, pin, directions=("--ingress", "--egress")):
        """Alone, and with an attachment, which must not have been made."""
        self.refused(status, message, FILTER, "--load", pin)
        self.refused(status, message, FILTER, "--load", pin, "--attach", self.cgroup, "--egress")
        self.refused(status, message, FILTER, "--load", pin, "--attach", self.cgroup, *directions,
                     "-o", self.folder / "prog.o")
        # What is attached already is not replaced either.
        self.check(run("true", "--attach", self.cgroup, "--egress"), 0)
        self.refused(status, message, FILTER, "--load", pin, "--attach", self.cgroup, "--egress")
        self.assertTrue(self.sends_udp(54))
        self.check(run("detach", self.cgroup), 0)

    def test_a_name_with_a_dot(self):
        self.each_way(64, "`web.pin` has a dot, which the bpf file system refuses",
                      BPFFS / "web.pin")

    def test_a_name_that_is_refused_before_anything_is_loaded(self):
        """Seen by the system calls: no program, no map, no type information was made."""
        if not shutil.which("strace"):
            self.skipTest("strace is not installed")
        run("-f", "-e", "trace=bpf", "-o", "calls", FWC, FILTER, "--load", BPFFS / "a.b",
            "--attach", self.cgroup, "--egress", program="strace")
        calls = (self.folder / "calls").read_text()
        self.assertNotIn("BPF_PROG_LOAD", calls)
        self.assertIn("+++ exited with 64 +++", calls)

    def test_a_path_outside_of_the_bpf_file_system(self):
        self.each_way(73, f"`{self.folder}` is not on a bpf file system", self.folder / "web")

    def test_a_missing_directory(self):
        self.each_way(73, f"directory `{BPFFS}/none`: no such file or directory",
                      BPFFS / "none/web")

    def test_no_name(self):
        self.each_way(64, f"`{BPFFS}/` does not end in a name", f"{BPFFS}/")

    def test_a_name_that_is_too_long(self):
        self.each_way(64, "the pin's name has 250 characters", BPFFS / ("n" * 250))

    def test_a_read_only_file_system(self):
        place = self.folder / "ro"
        place.mkdir()
        with mounted("-t", "bpf", "bpf", place):
            subprocess.run(["mount", "-o", "remount,ro,bind", place], check=True)
            self.each_way(73, f"the bpf file system at `{place}` is mounted read-only",
                          place / "web")

    def test_a_program_of_somebody_else(self):
        self.foreign_program(self.pin)
        self.each_way(73, f"`{self.pin}` is there already and is not a program of fwc", self.pin,
                      ["--egress"])
        self.refused(73, f"`{self.pin}` is there already and is not a program of fwc", "remove",
                     self.pin)

    def test_a_map_of_somebody_else_beside(self):
        words = ("type", "array", "key", "4", "value", "4", "entries", "1", "name", "other")
        self.check(run("map", "create", f"{self.pin}_counters", *words, program="bpftool"), 0)
        message = f"`{self.pin}_counters` is there already and is not a map of fwc"
        self.refused(73, message, FILTER, "--counters", "--load", self.pin)
        self.refused(73, message, FILTER, "--counters", "--load", self.pin, "--attach", self.cgroup,
                     "--egress")

    def test_a_directory_in_its_place(self):
        self.pin.mkdir()
        self.each_way(73, f"`{self.pin}` is there already and is not a program of fwc", self.pin,
                      ["--egress"])

    def test_no_bpf_file_system_at_all(self):
        words = ("--mount", "sh", "-c", 'while umount -l /sys/fs/bpf 2> /dev/null; do :; done; '
                 'exec "$@"', "sh", FWC, FILTER)
        message = "no bpf file system is mounted"
        for more in (("--load", "/sys/fs/bpf/none/web"), ("--load", "/sys/fs/bpf/web"),
                     ("--attach", self.cgroup, "--egress"),
                     ("--load", "/sys/fs/bpf/web", "--attach", self.cgroup, "--egress")):
            self.refused(78, message, *words, *more, program="unshare")

    def foreign_program(self, pin):
        """A program of the same type that is not fwc's, by way of an object that fwc made: bpftool
        attaches what is called otherwise."""
        self.check(run("true", "-o", "foreign.o"), 0)
        data = (self.folder / "foreign.o").read_bytes().replace(b"fwc_egress", b"not_egress")
        (self.folder / "foreign.o").write_bytes(data)
        self.check(run("prog", "load", "foreign.o", pin, program="bpftool"), 0)


class Cgroups(Failing):
    def attach(self, status, message, target, **options):
        self.refused(status, message, FILTER, "--attach", target, "--egress", **options)
        self.refused(status, message, FILTER, "--load", self.pin, "--attach", target, "--egress",
                     **options)

    def test_those_that_are_none(self):
        self.attach(66, "there is no cgroup `/no/such/cgroup`", "/no/such/cgroup")
        self.attach(66, "unit `no-such.service` has no cgroup", "no-such.service")
        self.attach(66, f"`{self.folder}` is not a cgroup", self.folder)
        self.attach(64, "the value of `--attach` is empty", "")

    def test_a_process_that_is_gone(self):
        process = subprocess.Popen(["true"])
        process.wait()
        self.attach(66, f"there is no process {process.pid}", process.pid)

    def test_the_root(self):
        root = self.cgroup.parent
        self.attach(64, f"`{root}` is the root cgroup, which holds every process", root)

    def test_one_of_version_1(self):
        place = self.folder / "v1"
        place.mkdir()
        with mounted("-t", "cgroup", "-o", "none,name=fwc-live", "cgroup", place):
            self.attach(69, f"`{place}` is a cgroup of version 1, which takes no programs", place)

    def test_a_parent_with_a_program_that_forbids_others(self):
        self.check(run("true", "--load", BPFFS / "exclusive"), 0)
        self.check(run("cgroup", "attach", self.cgroup, "egress", "pinned", BPFFS / "exclusive",
                       program="bpftool"), 0)
        child = self.cgroup / "child"
        child.mkdir()
        self.addCleanup(child.rmdir)
        self.attach(69, f"cannot attach to `{child}`: a program on `{self.cgroup}` forbids others",
                    child)
        self.attach(69, f"cannot attach to `{self.cgroup}`: a program on `{self.cgroup}` forbids "
                    "others", self.cgroup)

    def test_a_filter_that_was_replaced_is_put_back_where_the_next_step_fails(self):
        child = self.cgroup / "child"
        child.mkdir()
        self.addCleanup(child.rmdir)
        self.check(run("true", "--attach", child, "--ingress"), 0)
        self.check(run("true", "--load", BPFFS / "exclusive"), 0)
        self.check(run("cgroup", "attach", self.cgroup, "egress", "pinned", BPFFS / "exclusive",
                       program="bpftool"), 0)
        self.refused(69, f"cannot attach to `{child}`: a program on `{self.cgroup}` forbids others",
                     FILTER, "--attach", child, "--ingress", "--egress")

    def test_one_that_vanishes_while_fwc_is_at_it(self):
        """The folder is removed and made again between looking and attaching: whatever fwc finds,
        it never says that it filters what it does not."""
        child = self.cgroup / "child"
        before = self.state()
        outcomes = set()
        for round_ in range(12):
            child.mkdir()
            process = subprocess.Popen([FWC, FILTER, "--attach", child, "--egress"],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            time.sleep(round_ * 0.001)
            child.rmdir()
            out, err = process.communicate(timeout=20)
            outcomes.add(process.returncode)
            self.assertIn(process.returncode, (0, 66), err)
            if process.returncode == 66:
                self.assertRegex(err.decode(), rf"fwc: error: .*`{child}`")
        self.assertTrue(outcomes)
        run("list")
        for _ in range(100):
            if self.state() == before:
                break
            time.sleep(0.02)
            run("list")
        self.assertEqual(self.state(), before)


class Capabilities(Failing):
    def without(self, *names):
        drop = ",".join(f"-{name}" for name in names)
        return ("--bounding-set", drop, "--inh-caps", drop, "--", FWC)

    def test_each_one_alone_and_all(self):
        bpf = "no permission to load a program: CAP_BPF is missing"
        net = "no permission to attach a program to a cgroup: CAP_NET_ADMIN is missing"
        attach = (FILTER, "--attach", self.cgroup, "--egress")
        load = (FILTER, "--load", self.pin)
        for words, dropped, message in (
                (load, ("bpf", "sys_admin"), bpf), (load, ("all",), bpf),
                (attach, ("net_admin",), net), ((*attach, *load[1:]), ("net_admin",), net),
                (attach, ("bpf", "sys_admin"), bpf), (attach, ("all",), net)):
            with self.subTest(words=words, dropped=dropped):
                self.refused(77, message, *self.without(*dropped), *words, program="setpriv")

    def test_those_that_are_not_needed(self):
        for dropped in (("sys_admin",), ("bpf",), ("sys_admin", "sys_ptrace", "dac_override")):
            with self.subTest(dropped):
                result = run(*self.without(*dropped), FILTER, "--load", self.pin, "--attach",
                             self.cgroup, "--egress", program="setpriv")
                self.check(result, 0)
                self.assertFalse(self.sends_udp(54))
                self.check(run("detach", self.cgroup), 0)
                self.check(run("remove", self.pin), 0)

    def test_a_folder_that_may_not_be_written(self):
        (BPFFS / "closed").mkdir(mode=0o500)
        words = ("--reuid", "65534", "--clear-groups", "--inh-caps", "+bpf,+net_admin,+perfmon",
                 "--ambient-caps", "+bpf,+net_admin,+perfmon", "--", FWC)
        if run(*words, "--version", program="setpriv").status != 0:
            self.skipTest("the command lies in a folder that only root can see")
        for more in ((), ("--attach", self.cgroup, "--egress")):
            self.refused(77, f"cannot make a pin in `{BPFFS}/closed`: permission denied", *words,
                         FILTER, "--load", BPFFS / "closed/web", *more, program="setpriv")


class Verifier(Failing):
    # r0 = *(u64 *)(r1 + 4096), which lies outside of the context.
    OUTSIDE = struct.pack("<BBhi", 0x79, 0x10, 4096, 0)

    def test_a_program_that_reads_out_of_bounds(self):
        """An object of fwc's own shape whose first instruction is another one."""
        self.check(run("true", "-o", "bad.o"), 0)
        path = self.folder / "bad.o"
        data = bytearray(path.read_bytes())
        at = self.section(data, b"cgroup_skb/egress")
        data[at:at + 8] = self.OUTSIDE
        path.write_bytes(data)
        self.refused(65, "this is not an object that fwc wrote: it was changed after it was made",
                     path, "--load", self.pin)
        path.write_bytes(sealed_again(data))
        for words in (("--load", self.pin), ("--attach", self.cgroup, "--egress")):
            result = self.refused(69, "the kernel's verifier refuses the program: "
                                  "permission denied", path, *words)
            self.assertIn("invalid bpf_context access off=4096", result.err)
        self.check(run("udp", "--load", self.pin), 0)
        self.check(run("udp", "--attach", self.cgroup, "--egress"), 0)
        self.refused(69, "the kernel's verifier refuses the program: permission denied", path,
                     "--load", self.pin, "--attach", self.cgroup, "--egress")

    def section(self, data, name):
        """Offset of a section's content in an ELF file."""
        table, = struct.unpack_from("<Q", data, 40)
        size, count, names = struct.unpack_from("<HHH", data, 58)
        headers = [struct.unpack_from("<IIQQQQ", data, table + i * size) for i in range(count)]
        strings = headers[names][4]
        for header in headers:
            start = strings + header[0]
            if bytes(data[start:data.index(0, start)]) == name:
                return header[4]
        self.fail(f"there is no section {name}")

    def test_an_object_that_is_damaged(self):
        self.check(run("true", "-o", "bad.o"), 0)
        path = self.folder / "bad.o"
        path.write_bytes(path.read_bytes()[:200])
        result = run(path, "--load", self.pin)
        self.assertEqual(result.status, 65, result.err)
        self.assertIn("fwc: error: ", result.err)

    def test_too_few_open_files(self):
        self.refused(69, "the kernel does not make the maps that the filter needs", "-c",
                     'ulimit -n 5; exec "$@"', "sh", FWC, FILTER, "--load", self.pin, program="sh")


class Listing(Failing):
    def test_a_file_system_that_is_mounted_twice(self):
        (BPFFS / "below").mkdir()
        self.check(run(FILTER, "--load", self.pin, "--attach", self.cgroup, "--egress"), 0)
        self.check(run(FILTER, "--load", BPFFS / "below/dns"), 0)
        alone = self.check(run("list", "--json"), 0).out
        self.assertEqual(len(json.loads(alone)["pins"]), 2)
        self.assertEqual(len(json.loads(alone)["attachments"]), 1)
        again, part = self.folder / "again", self.folder / "part"
        again.mkdir()
        part.mkdir()
        with mounted("--bind", BPFFS, again), mounted("--bind", BPFFS / "below", part):
            self.assertEqual(run("list", "--json").out, alone)
            here = json.loads(run("list", self.cgroup, "--json").out)["attachments"]
            self.assertEqual(len(here), 1)
        (BPFFS / "other").mkdir()
        with mounted("-t", "bpf", "bpf", BPFFS / "other"):
            self.check(run(FILTER, "--load", BPFFS / "other/web"), 0)
            pins = [each["path"] for each in json.loads(run("list", "--json").out)["pins"]]
            self.assertEqual(pins, [f"{BPFFS}/below/dns", f"{BPFFS}/other/web", str(self.pin)])


if __name__ == "__main__":
    unittest.main()
