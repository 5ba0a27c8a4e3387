#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Hostile texts, paths, set files and captures through every command; what a command starts and
writes, by its system calls; pins and objects of somebody else.
"""
import os
import pathlib
import pty
import re
import shutil
import socket
import subprocess
import threading
import time
import unittest

import hostile
from support import BPFFS, FWC, OnKernel, require_kernel, run

# sysexits(3), but for 70: that would be a bug of fwc
STATUSES = {0, 64, 65, 66, 69, 71, 73, 74, 75, 77, 78}
RUN_STATUSES = STATUSES | {126, 127}  # of the command that is run
MOST_SECONDS = 20
MOST_BYTES = 200_000  # of messages
# what no terminal may get: control characters, what changes the order of a line, invalid UTF-8
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffd]")
PIN = BPFFS / "web"
STRANGER = 1234
POLICY = "let $limit = 1500; let @s: ip = {10.0.0.1}; len <= $limit || dst_ip in @s"


def fill(words, **values):
    """A row of the tables with what its words stand for; words are bytes, for paths may be any."""
    out = []
    for word in words:
        word = os.fsencode(word)
        for name, value in values.items():
            word = word.replace(name.encode(), os.fsencode(value))
        out.append(word)
    return out


def run_bytes(words, **options):
    """run(), whose words may be no text."""
    return run(*map(os.fsdecode, words), **options)


class Attack(OnKernel):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.remove_everything)
        self.check(run(POLICY, "--counters", "--load", PIN), 0)

    def state(self):
        return self.files(), self.names(), sorted(os.listdir(self.cgroup))

    def attack(self, words, **options):
        """That a command ends in time, with a status that is documented and nothing but printable
        characters, and leaves everything as it was where it fails."""
        before = self.state()
        began = time.monotonic()
        result = run_bytes(words, **options)
        self.assertLess(time.monotonic() - began, MOST_SECONDS)
        told = result.err[:2000]
        self.assertIn(result.status, RUN_STATUSES if words[0] == b"run" else STATUSES, told)
        self.assertLess(len(result.err), MOST_BYTES, told)
        self.assertIsNone(FORBIDDEN.search(result.err), told)
        if result.status != 0:
            self.assertIn("error", result.err + result.out)
            self.assertEqual(self.state(), before, told)
        return result

    def restore(self):
        """What an attack that is no mistake has done."""
        run("detach", self.cgroup)
        for path in self.folder.glob("out*"):
            path.unlink()
        if not PIN.exists():
            self.remove_everything()
            self.check(run(POLICY, "--counters", "--load", PIN), 0)

    def sweep(self, rows, **values):
        values = {"PIN": PIN, "CGROUP": self.cgroup, **values}
        for row in rows:
            with self.subTest(row=row):
                if self.attack(fill(row, **values), stdin=subprocess.DEVNULL).status == 0:
                    self.restore()


class Texts(Attack):
    def test_in_a_file(self):
        for name, text in hostile.TEXTS.items():
            (self.folder / "in").write_bytes(text)
            with self.subTest(name):
                self.sweep(hostile.WITH_FILE, FILE="in")

    def test_as_a_word(self):
        for name, text in hostile.TEXTS.items():
            if b"\0" in text or len(text) > 100_000:
                text = text[:50_000].replace(b"\0", b"")
            with self.subTest(name):
                self.sweep(hostile.WITH_TEXT, TEXT=text)

    def test_through_a_pipe(self):
        for name, text in hostile.TEXTS.items():
            with self.subTest(name):
                self.attack([b"-", b"-o", b"out"], stdin=text)
                self.restore()


class Paths(Attack):
    def setUp(self):
        super().setUp()
        (self.folder / "folder").mkdir()
        os.mkfifo(self.folder / "fifo")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("socket")
        (self.folder / "nowhere").symlink_to("not-there")
        (self.folder / "loop").symlink_to("loop")

    def test_everywhere(self):
        for path in hostile.PATHS:
            rows = [row for row in hostile.WITH_PATH if (row[0], path) not in hostile.WAITS]
            with self.subTest(path):
                for row in rows:
                    self.one(fill(row, PATH=path, PIN=PIN), path, row)

    def one(self, words, path, row):
        with self.subTest(row=row):
            result = self.attack(words, stdin=subprocess.DEVNULL)
            made = self.folder / os.fsdecode(path)
            if result.status == 0 and b"-o" in words and made.is_file():
                made.unlink()
            self.assertFalse((self.folder / "owned").exists())


class Files(Attack):
    def test_sets(self):
        for name, data in hostile.SET_FILES.items():
            (self.folder / "set").write_bytes(data)
            with self.subTest(name):
                self.sweep([("check", 'dst_ip in from "set"'),
                            ("set", "replace", "PIN", "@s", "from", "set")])

    def test_a_set_that_is_larger_than_memory_should_be(self):
        with open("set", "wb") as file:
            file.truncate(1 << 40)
        for row in (("check", 'dst_ip in from "set"'), ("set", "add", "PIN", "@s", "from", "set"),
                    ("check", "-f", "set"), ("set", "--load", "PIN"), ("-f", "set", "-o", "out")):
            self.assertNotEqual(self.attack(fill(row, PIN=PIN)).status, 0)

    def test_captures(self):
        for name, data in hostile.CAPTURES.items():
            (self.folder / "in").write_bytes(data)
            with self.subTest(name):
                self.sweep(hostile.WITH_CAPTURE, FILE="in")


CALLS = ("execve,execveat,fork,vfork,clone,clone3,open,openat,creat,rename,renameat,renameat2,link,"
         "linkat,symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,rmdir,mknod,mknodat,chmod,fchmodat,"
         "chown,fchownat,truncate,connect,kill,ptrace,mount")
CALL = re.compile(r"^\d+ +(\w+)\((.*)\) += (-?\d+)")
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
STARTS = {"execve", "execveat"}
FORKS = {"fork", "vfork", "clone", "clone3"}
ONLY_READS = re.compile(r"O_RDONLY(?!.*O_(CREAT|TRUNC))")
# `out` is what the tables tell a command to write. Pins are made by bpf(2); their folder has files
# renamed, linked and removed. `run` makes a cgroup and puts its process there.
MAY_CHANGE = re.compile(r"^out(\.o)?(\.\w{6})?$|/sys/fs/bpf/(web\w*|fwc(/\w+)?|fwc_\w+)$|/dev/null$|"
                        r"/[\w/.-]*/fwc-run-[\w-]+(/cgroup\.procs)?$")


class Calls(Attack):
    def setUp(self):
        super().setUp()
        if not shutil.which("strace"):
            require_kernel("strace is not installed")

    def trace(self, words):
        """The calls that did something: name, the strings in it, its arguments."""
        run_bytes([b"-f", b"-qq", b"-s", b"4096", b"-e", b"signal=none",
                   b"-e", b"trace=" + CALLS.encode(), b"-o", b"calls", FWC.encode(), *words],
                  program="strace", stdin=subprocess.DEVNULL)
        lines = (self.folder / "calls").read_text(errors="replace").splitlines()
        (self.folder / "calls").unlink()
        for line in lines:
            call = CALL.match(line)
            if call and int(call[3]) >= 0:
                yield call[1], STRING.findall(call[2]), call[2]

    def one(self, words, starts=(), forks=0, also="(?!)"):
        calls = list(self.trace(words))
        started = [strings[1:] for name, strings, _ in calls if name in STARTS]
        self.assertEqual(started[1:], list(starts))
        self.assertLessEqual(sum(name in FORKS for name, _, _ in calls), forks)
        for name, strings, arguments in calls:
            if name in STARTS | FORKS or (name.startswith("open") and ONLY_READS.search(arguments)):
                continue
            for path in strings:
                self.assertRegex(path, f"{MAY_CHANGE.pattern}|{also}", f"{name}({arguments})")
        self.restore()

    def test_nothing_is_started_and_nothing_written_elsewhere(self):
        text = hostile.TEXTS["a shell"]
        for each in (text, b"udp # " + text, b'payload[0:2] == "$(touch owned)"', b"udp"):
            (self.folder / "in").write_bytes(each)
            for row in hostile.WITH_FILE + hostile.WITH_TEXT:
                with self.subTest(row=row, text=each):
                    is_run = row[0] == "run"
                    good = is_run and run_bytes([b"check", each]).status == 0
                    self.one(fill(row, FILE="in", TEXT=each, PIN=PIN, CGROUP=self.cgroup),
                             starts=[["true"]] if good else [], forks=1 if is_run else 0)
        self.assertFalse((self.folder / "owned").exists())

    def test_units(self):
        """Files below a folder, and a filter in them that is data."""
        (self.folder / "root/usr/lib/systemd/system").mkdir(parents=True)
        (self.folder / "root/usr/lib/systemd/system/web.service").write_text("[Service]\nExecStart=/x\n")
        for verb in (("enable", "web.service", "--egress", "udp # $(touch owned)\n"),
                     ("disable", "web.service")):
            self.one(fill((*verb, "--root", self.folder / "root")),
                     also=re.escape(str(self.folder / "root/etc")) + r"(/(fwc|systemd)(/[\w.-]+)*)?$")

    def test_set_files_and_captures(self):
        (self.folder / "set").write_bytes(b"$(touch owned)\n|touch owned\n")
        (self.folder / "in").write_bytes(hostile.ONE)
        for row in [("check", 'dst_ip in from "set"'), ("set", "add", "PIN", "@s", "from", "set"),
                    *hostile.WITH_CAPTURE]:
            with self.subTest(row=row):
                self.one(fill(row, FILE="in", PIN=PIN))

    def test_a_change_that_is_taken_back_has_a_process_that_waits(self):
        self.one(fill(("replace", "PIN", "udp", "--confirm", "1ms"), PIN=PIN), forks=1)


class Objects(Attack):
    """An object is a program for the kernel: only root's and the caller's are taken."""

    def setUp(self):
        super().setUp()
        self.check(run("false", "-o", "in.o"), 0)
        self.path = self.folder / "in.o"

    def ways(self):
        """Every way to name an object, and what is to be standard input."""
        loads = ("--load", PIN)
        return [((self.path, *loads), None), (("-f", self.path, *loads), None),
                (("attach", self.cgroup, self.path, "--egress"), None),
                ((self.path, "--attach", self.cgroup, "--egress"), None),
                (("replace", PIN, self.path), None), (("-", *loads), self.path)]

    def refused(self, message, by_name_only=False):
        for words, stdin in self.ways():
            if stdin and by_name_only:
                continue
            with self.subTest(words=words):
                with open(stdin or "/dev/null", "rb") as file:
                    result = self.attack(list(map(os.fsencode, words)), stdin=file)
                self.assertEqual(result.status, 77, result.err)
                name = "stdin" if stdin else self.path
                self.assertIn(message.format(f"`{name}`"), result.err)

    def test_they_load_where_they_can_be_trusted(self):
        for words, stdin in self.ways():
            with open(stdin or "/dev/null", "rb") as file:
                self.check(run(*words, stdin=file), 0)
            run("detach", self.cgroup)

    def test_of_another_owner(self):
        os.chown(self.path, STRANGER, 0)
        self.refused(f"fwc: error: {{}} belongs to user {STRANGER}, whom fwc does not trust")

    def test_that_others_can_write(self):
        for mode in (0o664, 0o646, 0o777):
            self.path.chmod(mode)
            self.refused("fwc: error: {} can be written by others than its owner")

    def test_behind_a_link(self):
        self.path.rename("real.o")
        self.path.symlink_to("real.o")
        self.refused("fwc: error: {} is a symbolic link", by_name_only=True)

    def test_that_was_changed(self):
        data = bytearray(self.path.read_bytes())
        for at in range(0, len(data), 97):
            self.path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1:])
            result = self.attack([b"in.o", b"--load", os.fsencode(PIN)])
            self.assertIn(result.status, (64, 65), result.err)

    def test_that_is_put_there_meanwhile(self):
        """A stranger's object in the place of root's between looking and reading."""
        shutil.copy(self.path, "stranger.o")
        os.chown("stranger.o", STRANGER, 0)
        self.check(run("true", "-o", "good.o"), 0)
        self.check(run(self.folder / "good.o", "--load", PIN), 0)
        good = self.tag()
        self.assertNotEqual(self.swap(["good.o", "stranger.o", "text"], good), set())

    def swap(self, names, good):
        (self.folder / "text").write_text("nope")
        done = threading.Event()

        def put_in_place(name):
            shutil.copy2(name, "next")
            os.chown("next", *os.stat(name)[4:6])
            os.rename("next", "in.o")

        def keep_swapping():
            while not done.is_set():
                for name in names:
                    put_in_place(name)

        put_in_place(names[0])  # what stood there before may be loaded
        swapper = threading.Thread(target=keep_swapping)
        swapper.start()
        statuses = set()
        try:
            for words in [(self.path,), ("-f", self.path)] * 15:
                result = run(*words, "--load", PIN)
                statuses.add(result.status)
                self.assertIn(result.status, (0, 65, 77), result.err)
                self.assertEqual(self.tag(), good)
        finally:
            done.set()
            swapper.join()
        return statuses

    def tag(self):
        return re.search(r'"tag": "(\w+)"', run("list", "--json").out)[1]


class Pins(Attack):
    def refused(self, message, *rows):
        for row in rows:
            with self.subTest(row=row):
                result = self.attack(fill(row, PIN=PIN))
                self.assertEqual(result.status, 77, result.err)
                self.assertIn(f"fwc: error: {message}", result.err)

    CHANGES = [("udp", "--load", "PIN"), ("replace", "PIN", "udp"), ("set", "PIN", "limit=1"),
               ("set", "add", "PIN", "@s", "10.0.0.9"), ("remove", "PIN"), ("remove", "PIN", "--force")]

    def test_of_another_owner(self):
        os.chown(PIN, STRANGER, 0)
        self.refused(f"`{PIN}` belongs to user {STRANGER}, whom fwc does not trust", *self.CHANGES)

    def test_a_map_of_another_owner(self):
        os.chown(f"{PIN}_counters", STRANGER, 0)
        self.refused(f"`{PIN}_counters` belongs to user {STRANGER}, whom fwc does not trust",
                     ("udp", "--load", "PIN"))

    def test_behind_a_link(self):
        PIN.rename(BPFFS / "real")
        PIN.symlink_to(BPFFS / "real")
        self.refused(f"`{PIN}` is a symbolic link", *self.CHANGES)

    def test_in_a_folder_of_another_owner(self):
        folder = BPFFS / "theirs"
        folder.mkdir()
        self.addCleanup(folder.rmdir)
        os.chown(folder, STRANGER, 0)
        self.refused(f"`{folder}` belongs to user {STRANGER}", ("udp", "--load", folder / "x"))
        os.chown(folder, 0, 0)
        folder.chmod(0o777)
        self.refused(f"`{folder}` can be written by everybody", ("udp", "--load", folder / "x"))
        folder.chmod(0o1777)
        self.check(run("udp", "--load", folder / "x"), 0)
        self.check(run("remove", folder / "x"), 0)

    def test_the_folder_of_links(self):
        links = BPFFS / "fwc"
        attach = ("udp", "--attach", self.cgroup, "--egress")
        self.check(run(*attach), 0)
        self.check(run("detach", self.cgroup), 0)
        message = f"`{links}` can be written by others than root"
        os.chown(links, STRANGER, 0)
        self.refused(message, attach)
        os.chown(links, 0, 0)
        links.chmod(0o777)
        self.refused(message, attach)
        links.chmod(0o700)
        links.rename(BPFFS / "real")
        links.symlink_to(BPFFS / "real")
        self.refused(message, attach)
        links.unlink()
        (BPFFS / "real").rename(links)

    def test_a_journal_of_another_owner(self):
        """It says what is to be put back, so a stranger's must not be believed."""
        self.check(run("replace", PIN, "udp", "--confirm", "1h"), 0)
        journal = list(BPFFS.glob("fwc_back_*"))
        self.assertTrue(journal)
        for pin in journal:
            os.chown(pin, STRANGER, 0)
        result = self.attack(fill(("confirm", "PIN"), PIN=PIN))
        self.assertEqual(result.status, 66, result.err)

    def test_folders_that_are_swapped(self):
        """Between looking and pinning the folder becomes a link that leads elsewhere."""
        (BPFFS / "a").mkdir()
        place, away = BPFFS / "place", self.folder / "away"
        away.mkdir()
        place.symlink_to(BPFFS / "a")
        done = threading.Event()

        def keep_swapping():
            while not done.is_set():
                for target in (away, BPFFS / "a"):
                    (BPFFS / "next").symlink_to(target)
                    os.rename(BPFFS / "next", place)

        swapper = threading.Thread(target=keep_swapping)
        swapper.start()
        try:
            for _ in range(30):
                result = run("udp", "--load", place / "x")
                self.assertIn(result.status, (0, 66, 71, 73, 77), result.err)
                self.assertEqual(os.listdir(away), [])
        finally:
            done.set()
            swapper.join()


class Outputs(Attack):
    def test_links_are_not_followed(self):
        target = self.folder / "target"
        target.write_text("kept")
        for name, row in (("link", ("udp", "-o", "link")),
                          ("link", ("fmt", "--in-place", "-f", "link")),
                          ("link", ("log", "PIN", "--pcap", "link", "--count", "1"))):
            with self.subTest(row=row):
                (self.folder / name).unlink(missing_ok=True)
                (self.folder / name).symlink_to(target)
                self.check(run("true", "--log", "drop", "--load", PIN), 0)
                if row[0] == "fmt":
                    target.write_text("udp  &&tcp")
                before = target.read_text()
                self.assertEqual(self.attack(fill(row, PIN=PIN)).status, 73)
                self.assertEqual(target.read_text(), before)
                self.assertTrue((self.folder / name).is_symlink())

    def on_terminal(self, words):
        """What a terminal gets, but for the returns that it adds itself."""
        ours, terminal = pty.openpty()
        with open(ours, "rb", buffering=0) as out:
            run_bytes(words, stdin=subprocess.DEVNULL, stdout=terminal, stderr=terminal)
            os.close(terminal)
            shown = b""
            try:
                while piece := out.read(65536):
                    shown += piece
            except OSError:  # the end of a terminal
                pass
        self.assertTrue(shown)
        return shown.decode(errors="replace").replace("\r\n", "\n")

    def test_what_is_shown_of_names_that_others_chose(self):
        """A cgroup is named by whoever may make one, and root lists it."""
        child = self.cgroup / ("x" + hostile.ESCAPES + "y")
        child.mkdir()
        self.addCleanup(child.rmdir)
        self.check(run("true", "--attach", child, "--egress", "--counters", "--log", "pass"), 0)
        for row in (("list",), ("list", child), ("status", child), ("stats", child),
                    ("fmt", "udp # \x1b[2J\n&& tcp"), ("detach", child, "--dry-run")):
            with self.subTest(row=row):
                self.assertEqual(self.attack(fill(row)).status, 0)
                self.assertIsNone(FORBIDDEN.search(self.on_terminal(fill(row))))
        self.check(run("detach", child), 0)


if __name__ == "__main__":
    unittest.main()
