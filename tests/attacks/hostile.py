# SPDX-License-Identifier: MIT
"""Inputs of somebody who means harm, and how every command gets them."""
import struct

ESCAPES = "\x1b[31m\x1b]0;owned\x07\x9b2J\u202e\u2066\u200b"

# name: a text, in place of a filter and of any other word
TEXTS = {
    "nothing": b"",
    "blanks": b" \t\r\n\v\f",
    "NUL": b"udp\0&& tcp",
    "not UTF-8": b"udp \xff\xfe\x80 && tcp",
    "an overlong form": b"udp \xc0\xaf",
    "escape sequences": ESCAPES.encode(),
    "escape sequences behind a filter": b"udp && \x1b[2J\x1b[31m",
    "a line that is overwritten": b"nope\rfwc: all is well",
    "a message of its own": b"nope\nfwc: error: call 0900-1234",
    "escapes in a comment": b"udp # \x1b[2J\n&& nope",
    "escapes in a string": b'payload[0:2] == "\x1b[" && nope',
    "escapes in a path": b'dst_ip in from "\x1b[31m\xe2\x80\xae"',
    "a shell": b"udp; $(touch owned) `touch owned` | touch owned & touch owned",
    "a format": b"%s%n{}{0}{:>99999999}",
    "an option": b"--attach=/",
    "a path upwards": b"../../../../etc/shadow",
    "deep parentheses": b"(" * 100_000,
    "deep nots": b"!" * 100_000 + b"udp",
    "deep choices": b"udp ? " * 50_000,
    "a long chain": b"udp||" * 100_000 + b"udp",
    "many mistakes": b"nope && " * 50_000 + b"udp",
    "a long name": b"a" * 1_000_000,
    "a long number": b"len == " + b"9" * 100_000,
    "a long set": b"dst_port in {" + b"1," * 200_000 + b"1}",
    "many declarations": b"let a = 1; " * 20_000 + b"udp",
    "many rules": b"egress { " + b"allow udp; " * 10_000 + b"default drop; }",
    "more than a text may have": b" " * (1 << 20) + b"udp",
    "an object that is none": b"\x7fELF" + b"\0" * 60,
}

PACKET = "udp 10.0.0.1:1 > 10.0.0.2:53"

# FILE, TEXT, PIN and CGROUP stand for those of the test. What a command is told to write lies in
# `out` and what begins so.
WITH_FILE = [
    ("check", "-f", "FILE"),
    ("check", "--strict", "--json", "-f", "FILE"),
    ("fmt", "-f", "FILE"),
    ("fmt", "--check", "-f", "FILE"),
    ("-f", "FILE", "-o", "out.o"),
    ("explain", "-f", "FILE", PACKET),
    ("-f", "FILE", "--load", "PIN"),
]
WITH_TEXT = [
    ("TEXT",),
    ("TEXT", "-o", "out.o"),
    ("check", "TEXT"),
    ("explain", "TEXT"),
    ("explain", "TEXT", PACKET),
    ("explain", "udp", "TEXT"),
    ("test", "TEXT", "/dev/null"),
    ("attach", "CGROUP", "TEXT", "--egress"),
    ("attach", "CGROUP", "udp", "--egress", "--name", "TEXT"),
    ("replace", "PIN", "TEXT"),
    ("run", "--egress", "TEXT", "--", "true"),
    ("enable", "no-such.service", "--egress", "TEXT", "--dry-run"),
    ("set", "PIN", "TEXT"),
    ("set", "add", "PIN", "TEXT", "10.0.0.1"),
    ("set", "add", "PIN", "@s", "TEXT"),
    ("udp", "--load", "PIN", "--var", "TEXT"),
    ("help", "TEXT"),
    ("completion", "TEXT"),
    ("udp", "-o", "out.o", "--direction", "TEXT"),
    ("udp", "-o", "out.o", "--hook", "TEXT"),
    ("stats", "PIN", "--watch=xTEXT"),
    ("--TEXT",),
]

# a path, in place of any name of a file, a pin, a cgroup and a unit; each test makes those that are
# to be there
PATHS = [
    "a\nb", ESCAPES, b"\xff\xfe", "-x", "--", ".", "..", "../..", "/", "//", "", "a" * 300,
    "/a" * 3000, "/proc/self/mem", "/proc/self/fd/77", "/proc/self/exe/x", "/dev/null", "/dev/full",
    "/dev/zero", "folder", "fifo", "socket", "nowhere", "loop", "$(touch owned)", "x; touch owned",
    "web.service; touch owned", "a" * 255 + ".service", "../web.service", "web@\x1b[31m.service",
    "99999999999999999999", "0", "-1", "self/..",
]
WITH_PATH = [
    ("check", "-f", "PATH"),
    ("fmt", "--in-place", "-f", "PATH"),
    ("udp", "-o", "PATH"),
    ("udp", "--load", "PATH"),
    ("PATH", "--load", "PIN"),
    ("udp", "--attach", "PATH", "--egress"),
    ("test", "udp", "PATH"),
    ("explain", "udp", "PATH:1"),
    ("check", 'dst_ip in from "PATH"'),
    ("set", "add", "PIN", "@s", "from", "PATH"),
    ("replace", "PATH", "udp"),
    ("confirm", "PATH"),
    ("remove", "PATH"),
    ("detach", "PATH"),
    ("list", "PATH"),
    ("stats", "PATH"),
    ("audit", "PATH", "on"),
    ("log", "PATH", "--count", "1"),
    ("top", "PATH", "--count", "1"),
    ("status", "PATH"),
    ("enable", "PATH", "--egress", "udp", "--dry-run"),
    ("disable", "PATH", "--dry-run"),
    ("run", "--egress", "udp", "--", "PATH"),
]
# What is read as a stream, as from `<(…)`, waits for a writer.
WAITS = {("check", "fifo"), ("fmt", "fifo"), ("test", "fifo"), ("explain", "fifo"),
         ("test", "/dev/zero"), ("explain", "/dev/zero")}

SET_FILES = {
    "nothing": b"",
    "itself": b'from "set"\nset\n',
    "NUL": b"10.0.0.1\n\0\0\0\n",
    "not UTF-8": b"\xff\xfe1\x000\x00.\x00\n",
    "escape sequences": ESCAPES.encode() + b"\n",
    "a line that is overwritten": b"nope\rfwc: all is well\n",
    "one long line": b"1" * 5_000_000,
    "a million mistakes": b"x\n" * 1_000_000,
    "tuples": b"(((((((((\n(10.0.0.1,\n)",
    "everything": b"0.0.0.0/0\n::/0\n",
}

MAGIC = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101)
IPV4 = bytes.fromhex("4500001c000000004011000001010101020202020035003500080000")


def packet(kept, length, data=IPV4):
    return struct.pack("<IIII", 1, 1, kept, length) + data


ONE = MAGIC + packet(len(IPV4), len(IPV4))
CAPTURES = {
    **{f"the first {n} bytes": ONE[:n] for n in range(0, len(ONE), 3)},
    "a giant packet": MAGIC + packet(0xffffffff, 0xffffffff),
    "more than is there": MAGIC + packet(65535, 65535),
    "more kept than sent": MAGIC + packet(len(IPV4), 1),
    "nothing kept": MAGIC + packet(0, 65535, b""),
    "a giant limit": MAGIC[:16] + b"\xff" * 4 + MAGIC[20:] + packet(0x7fffffff, 1),
    "an unknown link type": MAGIC[:20] + struct.pack("<I", 0xfff) + packet(28, 28),
    "another byte order": struct.pack(">IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101) + b"\xff" * 32,
    "pcapng with a block of no length": struct.pack("<III", 0x0a0d0d0a, 0, 0x1a2b3c4d) + b"\0" * 16,
    "pcapng with a giant block": struct.pack("<III", 0x0a0d0d0a, 0xfffffffc, 0x1a2b3c4d) + b"\0" * 16,
    "zeros": b"\0" * 4096,
    "a text": b"udp\n",
}
WITH_CAPTURE = [("test", "udp", "FILE"), ("test", "udp", "FILE", "--json"),
                ("test", "udp", "FILE", "--kernel", "--count"), ("explain", "udp", "FILE:1")]
