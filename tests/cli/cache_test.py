#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The cache of objects: what is taken from it, and what is not trusted."""
import os
import stat
import struct
import unittest

from support import OnKernel, fnv1a, run

PORT = 53
FILTER = f"udp && dst_port == {PORT}"
DENYING = f"udp && dst_port != {PORT}"


def split(entry):
    """What stands before the object, and the object."""
    magic, rest = entry[:entry.index(b"\n") + 1], entry[entry.index(b"\n") + 1:-8]
    size = struct.unpack("=Q", rest[:8])[0]
    return magic + rest[:8 + size], rest[8 + size:]


def join(head, body):
    return head + body + struct.pack("=Q", fnv1a(head + body))


class Cache(OnKernel):
    def setUp(self):
        super().setUp()
        self.cache = self.folder / "cache"

    def attach(self, text=FILTER, *options, status=0):
        return self.check(run("attach", self.cgroup, text, "--egress", *options,
                              env={"FWC_CACHE": str(self.cache)}), status)

    def entries(self):
        return sorted(self.cache.iterdir()) if self.cache.exists() else []

    def entry(self, text=FILTER):
        """The entry of a filter, made anew."""
        before = set(self.entries())
        self.attach(text)
        (new,) = set(self.entries()) - before
        return new

    def refused(self):
        """That the one entry is not taken but replaced by a good one."""
        (entry,) = self.entries()
        inode = entry.stat().st_ino
        self.attach()
        self.assertTrue(self.sends_udp(PORT))
        self.assertEqual(self.entries(), [entry])
        self.assertNotEqual(entry.stat().st_ino, inode)
        self.assertEqual(stat.S_IMODE(entry.stat().st_mode) & 0o022, 0)

    def test_an_entry_is_made_once_and_taken(self):
        entry = self.entry()
        inode = entry.stat().st_ino
        self.attach()
        self.assertEqual(self.entries(), [entry])
        self.assertEqual(entry.stat().st_ino, inode)
        self.assertEqual(stat.S_IMODE(self.cache.stat().st_mode), 0o700)
        self.assertTrue(self.sends_udp(PORT))
        self.assertFalse(self.sends_udp(PORT + 1))

    def test_it_is_the_entry_that_is_loaded(self):
        head, _ = split(self.entry().read_bytes())
        _, other = split(self.entry(DENYING).read_bytes())
        for entry in self.entries():
            if split(entry.read_bytes())[0] == head:
                entry.write_bytes(join(head, other))
        self.attach()
        self.assertFalse(self.sends_udp(PORT))

    def test_every_option_and_text_has_its_own(self):
        for count, words in enumerate(((FILTER,), (FILTER + " ",), (FILTER, "--counters"),
                                       (FILTER, "--ingress")), 1):
            self.attach(*words)
            self.assertEqual(len(self.entries()), count, words)
        self.attach(FILTER, "--strict")  # makes no other object
        self.assertEqual(len(self.entries()), count)

    def test_a_damaged_entry_is_replaced(self):
        entry = self.entry()
        good = entry.read_bytes()
        for bad in (b"", b"\x7fELF", good[:-1], good[:100], good + b"x",
                    good[:200] + bytes([good[200] ^ 1]) + good[201:], bytes(len(good))):
            entry.write_bytes(bad)
            self.refused()
            self.assertEqual(entry.read_bytes(), good)

    def test_the_entry_of_another_filter_is_not_taken(self):
        entry = self.entry()
        other = self.entry(DENYING)
        entry.write_bytes(other.read_bytes())
        other.unlink()
        self.refused()

    def test_an_entry_that_others_can_have_written_is_not_taken(self):
        entry = self.entry()
        for spoil in (lambda: entry.chmod(0o666), lambda: entry.chmod(0o664),
                      lambda: os.chown(entry, 65534, 0)):
            spoil()
            self.refused()

    def test_a_link_is_not_followed(self):
        entry = self.entry()
        entry.rename(self.folder / "elsewhere")
        os.symlink(self.folder / "elsewhere", entry)
        self.attach()
        self.assertTrue(self.sends_udp(PORT))

    def test_a_folder_that_others_can_write_is_not_used(self):
        for spoil in (lambda: self.cache.chmod(0o777), lambda: os.chown(self.cache, 65534, 0)):
            self.cache.mkdir()
            spoil()
            self.attach()
            self.assertEqual(self.entries(), [])
            self.cache.rmdir()
        os.mkdir(self.folder / "real", 0o700)
        os.symlink(self.folder / "real", self.cache)
        self.attach()
        self.assertEqual(list((self.folder / "real").iterdir()), [])

    def test_warnings_are_shown_each_time(self):
        for _ in range(2):
            self.assertIn("warning", self.attach("dst_port != 22").err)
        self.assertEqual(self.entries(), [])

    def test_a_file_that_changes_is_read_each_time(self):
        ports = self.folder / "ports.txt"
        for port, sent in ((PORT, True), (PORT + 1, False)):
            ports.write_text(f"{port}\n")
            self.attach(f'udp && dst_port in from "{ports}"')
            self.assertEqual(self.sends_udp(PORT), sent)
        self.assertEqual(self.entries(), [])

    def test_errors_are_the_compilers(self):
        self.assertIn("dst_port", self.attach("dst_prt == 1", status=65).err)
        self.assertEqual(self.entries(), [])

    def test_an_object_that_is_asked_for_is_compiled(self):
        self.check(run(FILTER, "-o", "x.o", env={"FWC_CACHE": str(self.cache)}), 0, "", "")
        self.assertEqual(self.entries(), [])

    def test_a_place_that_cannot_be_used_is_no_error(self):
        self.cache = self.folder / "no" / "cache"
        self.attach()
        self.cache = self.folder / "file"
        self.cache.write_text("")
        self.check(run("attach", self.cgroup, FILTER, "--egress",
                       env={"FWC_CACHE": str(self.cache)}), 0)

    def test_the_oldest_go(self):
        self.cache.mkdir(0o700)
        for i in range(300):
            path = self.cache / f"{i:016x}"
            path.write_text("")
            os.utime(path, (i, i))
        self.attach()
        self.assertEqual(len(self.entries()), 256)
        self.assertFalse((self.cache / f"{44:016x}").exists())
        self.assertTrue((self.cache / f"{45:016x}").exists())


if __name__ == "__main__":
    unittest.main()
