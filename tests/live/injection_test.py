#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Commands that are killed at each system call that changes something, and whose system calls fail:
the old or the new policy is in force, and the next command repairs the rest.
"""
import collections
import errno
import os
import pathlib
import re
import shutil
import socket
import sys
import unittest

from support import BPFFS, FWC, OnKernel, ask, run

INJECT = pathlib.Path(os.environ["BUILD"]) / "tests/live/inject"
PIN = BPFFS / "web"
ROOT = "root"  # of another machine, with a unit
OLD, NEW = 53, 54
CPUS = os.sched_getaffinity(0)

# A process of the cgroup: `s` sends a datagram to each port, `r` says on which one came.
PROBE = """
import socket, sys
inside = []
for port in (53, 54):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("127.0.0.1", port))
    s.setblocking(False)
    inside.append(s)
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for line in sys.stdin:
    answer = ""
    for port, s in zip((53, 54), inside):
        try:
            if line[0] == "s":
                out.sendto(b"x", ("127.0.0.2", port))
            else:
                s.recv(1)
            answer += "1"
        except (PermissionError, BlockingIOError):
            answer += "0"
    print(answer, flush=True)
"""

# what passes: the two ports, of packets sent and of packets received
ALL, FIRST, SECOND = "11", "10", "01"


# Two policies as objects, so that most commands need no compiler.
OBJECTS = {"OLD": (f"udp && dst_port == {OLD}",), "NEW": (f"udp && dst_port == {NEW}",),
           "COUNTS": (f"udp && dst_port == {OLD}", "--counters"),
           "OLD_REFUSES": (f"udp && dst_port == {OLD}", "--refuse"),
           "NEW_REFUSES": (f"udp && dst_port == {NEW}", "--refuse")}


class Machine(OnKernel):
    def setUp(self):
        super().setUp()
        for name, words in OBJECTS.items():
            self.check(run(*words, "--direction", "both", "-o", self.folder / name), 0)
        unit = self.folder / ROOT / "usr/lib/systemd/system/web.service"
        unit.parent.mkdir(parents=True)
        unit.write_text("[Service]\nExecStart=/bin/true\n")
        self.probe = self.start_in_cgroup(PROBE)
        self.outside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(self.outside.close)
        self.outside.bind(("127.0.0.1", 0))
        self.addCleanup(self.remove_everything)
        self.sent()

    def sent(self):
        return ask(self.probe, "s")

    def received(self):
        """Each CPU hands packets on in their order, so all are there when one to oneself is."""
        os.sched_setaffinity(0, {min(CPUS)})
        for place in (("127.0.0.1", OLD), ("127.0.0.1", NEW), self.outside.getsockname()):
            self.outside.sendto(b"x", place)
        os.sched_setaffinity(0, CPUS)
        self.outside.recv(1)
        return ask(self.probe, "r")

    def prepare(self, before, anew=True):
        """Where something runs that `before` replaces, it need not be removed first."""
        if anew or not before:
            self.remove_everything()
            shutil.rmtree(self.folder / ROOT / "etc", ignore_errors=True)
        for words in before:
            self.check(self.do(words), 0)

    def expand(self, words):
        places = {"CGROUP": self.cgroup, **{name: self.folder / name for name in OBJECTS}}
        return [str(places.get(word, word)) for word in words]

    def do(self, words):
        return run(*self.expand(words))

    def inject(self, calls, words, *how):
        return run(calls, *how, "--", FWC, *self.expand(words), program=INJECT,
                   env={"ASAN_OPTIONS": "detect_leaks=0"})

    def calls_of(self, calls, words):
        self.check(self.inject(calls, words, "--log", self.folder / "calls"), 0)
        return (self.folder / "calls").read_text().split()


ATTACH = ("--attach", "CGROUP", "--ingress", "--egress")
LOAD = ("--load", PIN, "--ingress", "--egress")
LOAD_AND_ATTACH = ("--load", PIN, *ATTACH)

# takes back what was left half done, whatever it says
REPAIR = (("confirm", PIN), (0, 66))
REPAIR_LINKS = (("confirm", "CGROUP"), (0, 66))

# name: what is done before, the command, what passes before and after it, the commands that follow
# it, with the statuses that are right
SCENARIOS = {
    "attach": ([], ("NEW", *ATTACH), ALL, SECOND, []),
    "attach over another": ([("OLD", *ATTACH)], ("NEW", *ATTACH), FIRST, SECOND, [REPAIR_LINKS]),
    # A call that is refused is one that does not pass: never by the programs of another filter.
    "attach over one that refuses": ([("OLD_REFUSES", *ATTACH)], ("NEW_REFUSES", *ATTACH), FIRST,
                                     SECOND, [REPAIR_LINKS]),
    "replace one that refuses": ([("OLD_REFUSES", *ATTACH)], ("replace", "CGROUP", "NEW_REFUSES"),
                                 FIRST, SECOND, [REPAIR_LINKS]),
    "detach one that refuses": ([("OLD_REFUSES", *ATTACH)], ("detach", "CGROUP"), FIRST, ALL, []),
    "load and attach": ([], ("NEW", *LOAD_AND_ATTACH), ALL, SECOND, []),
    "load over another": ([("OLD", *LOAD_AND_ATTACH)], ("NEW", *LOAD), FIRST, SECOND,
                          [REPAIR]),
    "replace in links": ([("OLD", *ATTACH)], ("replace", "CGROUP", "NEW"), FIRST,
                         SECOND, [REPAIR_LINKS]),
    "replace in slots": ([("COUNTS", *LOAD_AND_ATTACH)],
                         ("replace", PIN, "NEW"), FIRST, SECOND, [REPAIR]),
    "replace to be confirmed": ([("OLD", *LOAD_AND_ATTACH)],
                                ("replace", PIN, "NEW", "--confirm", "1h"), FIRST, SECOND,
                                [REPAIR]),
    "load over one that waits": ([("NEW", *LOAD_AND_ATTACH),
                                  ("replace", PIN, "OLD", "--confirm", "1h")],
                                 ("NEW", *LOAD), FIRST, SECOND, [REPAIR]),
    "confirm": ([("OLD", *LOAD_AND_ATTACH),
                 ("replace", PIN, "NEW", "--confirm", "1h")],
                ("confirm", PIN), SECOND, SECOND, [REPAIR]),
    "detach": ([("OLD", *ATTACH)], ("detach", "CGROUP"), FIRST, ALL, []),
    "remove": ([("OLD", *LOAD)], ("remove", PIN), ALL, ALL, []),
}
# a second time, these find nothing to do
GOES_AWAY = ("detach", "detach one that refuses", "remove", "confirm")


class Killed(Machine):
    def one_by_one(self, name):
        before, words, old, new, more = SCENARIOS[name]
        self.prepare(before)
        count = len(self.calls_of("changes", words))
        whole = self.names()
        if more:  # what it leaves until it is confirmed is no part of the end
            self.assertIn(self.do(more[0][0]).status, more[0][1])
            whole = self.names()
        self.assertGreater(count, 0)
        for nth in range(count):
            for moment in ("--before", "--after"):
                with self.subTest(name, nth=nth, moment=moment):
                    self.prepare(before)
                    self.check(self.inject("changes", words, "--nth", nth, moment), 137)
                    self.assertIn(self.sent(), (old, new))
                    self.assertIn(self.received(), (old, new))
                    for each, statuses in more:
                        self.assertIn(self.do(each).status, statuses)
                        self.assertEqual(self.sent(), self.received())
                    again = self.do(words)
                    right = (0, 66) if name in GOES_AWAY else (0,)
                    self.assertIn(again.status, right, again.err)
                    for each, statuses in more:
                        self.assertIn(self.do(each).status, statuses)
                    self.assertEqual((self.sent(), self.received()), (new, new))
                    self.assertEqual(self.names(), whole)


for key in SCENARIOS:
    setattr(Killed, "test_" + key.replace(" ", "_"), lambda self, key=key: self.one_by_one(key))


# call: errnos that it is made to fail with
ERRNOS = {"bpf": (1, 12, 22, 7, 28), "open": (13, 24), "rename": (1, 30), "link": (1, 12),
          "write": (28, 5), "unlink": (1, 30), "mkdir": (28, 30)}
# errno: statuses that are right; 69 is of a refusal by the verifier or a kernel that lacks it
STATUSES = {1: {65, 69, 70, 71, 73, 75, 77}, 5: {71, 73, 74}, 7: {69, 70, 71}, 12: {69, 70, 71},
            13: {66, 70, 71, 73, 77}, 22: {65, 69, 70, 71}, 24: {66, 69, 70, 71, 73},
            28: {69, 70, 71, 73}, 30: {71, 73}}
MESSAGE = re.compile(r"(?m)^fwc: error: ([^A-Z].*[^.\n])$")

FAILURES = {name: SCENARIOS[name] for name in (
    "attach over another", "load and attach", "load over another", "replace in links",
    "replace in slots", "detach", "remove")}
FAILURES["set"] = ([("let $limit = 1500; len <= $limit", *LOAD)], ("set", PIN, "limit=9"), ALL, ALL, [])
ENABLE = ("enable", "web", "--egress", "udp", "--ingress", "icmp", "--root", ROOT)
FAILURES["enable"] = ([], ENABLE, ALL, ALL, [])
FAILURES["disable"] = ([ENABLE], ("disable", "web", "--root", ROOT), ALL, ALL, [])
FAILURES["compile"] = ([], (OBJECTS["OLD"][0], "-o", "prog.o"), ALL, ALL, [])

EVERY_ERRNO = "--every-errno"  # of each call, in place of one of them by turns
TABLE = "--table"  # print what each failure led to
BPF = ("MAP_CREATE", "MAP_LOOKUP_ELEM", "MAP_UPDATE_ELEM", "MAP_DELETE_ELEM", "MAP_GET_NEXT_KEY",
       "PROG_LOAD", "OBJ_PIN", "OBJ_GET", "PROG_ATTACH", "PROG_DETACH", "PROG_TEST_RUN",
       "PROG_GET_NEXT_ID", "MAP_GET_NEXT_ID", "PROG_GET_FD_BY_ID", "MAP_GET_FD_BY_ID",
       "OBJ_GET_INFO_BY_FD", "PROG_QUERY", "RAW_TRACEPOINT_OPEN", "BTF_LOAD", "BTF_GET_FD_BY_ID",
       "TASK_FD_QUERY", "MAP_LOOKUP_AND_DELETE_ELEM", "MAP_FREEZE", "BTF_GET_NEXT_ID",
       "MAP_LOOKUP_BATCH", "MAP_LOOKUP_AND_DELETE_BATCH", "MAP_UPDATE_BATCH", "MAP_DELETE_BATCH",
       "LINK_CREATE", "LINK_UPDATE", "LINK_GET_FD_BY_ID", "LINK_GET_NEXT_ID", "ENABLE_STATS",
       "ITER_CREATE", "LINK_DETACH", "PROG_BIND_MAP")


class Failing(Machine):
    every_errno = False
    rows = collections.Counter()  # (command, call, errno, status, message): how often

    def state(self):
        """The two policies differ in what passes, so that it tells which program runs."""
        written = {path: path.is_file() and path.read_text()
                   for path in (self.folder / ROOT).rglob("*")}
        return self.sent(), self.received(), self.names(), self.files(), written

    def note(self, name, nth, code, done):
        """By the call that failed: what other processes do to the machine can add some before it."""
        calls = (self.folder / "calls").read_text().split()
        if nth >= len(calls):
            return
        call = calls[nth]
        kind, _, command = call.partition(":")
        if command:
            kind = f"{kind}({BPF[int(command)]})"
        said = MESSAGE.findall(done.err)
        said = said[0].replace(str(self.cgroup), "CGROUP").replace(str(self.folder), "FOLDER") \
            if said else "done"
        self.rows[name, kind, errno.errorcode[code], done.status, re.sub(r"\d{2,}", "N", said)] += 1

    def one_by_one(self, name):
        """Each call fails once with one of its errnos, by turns, or with each of them. A call that is
        only a question (libbpf asks what the kernel can do) may fail without harm: then all is done."""
        before, words, _, new, _ = FAILURES[name]
        self.prepare(before)
        found = self.calls_of(",".join(ERRNOS), words)
        was = None
        failed = 0
        first = next((i for i, call in enumerate(found) if call.startswith("bpf")), 0)
        for nth, call, code in self.failures(found, first):
            if was is None:
                self.prepare(before, anew=False)
                was = self.state()
            with self.subTest(name, nth=nth, call=call, errno=code):
                done = self.inject(",".join(ERRNOS), words, "--log", self.folder / "calls",
                                   "--nth", nth, "--errno", code)
                self.note(name, nth, code, done)
                if done.status == 0 or "cannot write to standard output" in done.err:
                    was = None
                    self.assertEqual((self.sent(), self.received()), (new, new))
                    continue
                failed += 1
                self.assertIn(done.status, STATUSES[code], done.err)
                self.assertEqual(len(MESSAGE.findall(done.err)), 1, done.err)
                same, was = was, None
                self.assertEqual(self.state(), same, done.err)
                was = same
        self.assertGreater(failed, 0)

    def failures(self, calls, first):
        """(number of the call, its name, errno)"""
        for nth, call in list(enumerate(calls))[first:]:
            codes = ERRNOS[call.partition(":")[0]]
            for code in codes if self.every_errno else (codes[nth % len(codes)],):
                yield nth, call, code


for key in FAILURES:
    setattr(Failing, "test_" + key.replace(" ", "_"), lambda self, key=key: self.one_by_one(key))


def print_table():
    print(f"{'times':>5}  {'command':<20} {'call':<28} {'errno':<7} status  message")
    for (name, call, code, status, said), times in sorted(Failing.rows.items()):
        print(f"{times:>5}  {name:<20} {call:<28} {code:<7} {status:<6}  {said}")


def main():
    """injection_test.py [--every-errno] [--table] [what unittest takes]: every failure that a test
    asserts to leave the state unchanged, and every one without harm, is a row of the table."""
    words = [word for word in sys.argv if word not in (EVERY_ERRNO, TABLE)]
    Failing.every_errno = EVERY_ERRNO in sys.argv
    tests = unittest.main(argv=words, exit=False)
    if TABLE in sys.argv:
        print_table()
    sys.exit(not tests.result.wasSuccessful())


if __name__ == "__main__":
    main()
