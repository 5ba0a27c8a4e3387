# SPDX-License-Identifier: MIT
"""What the tests of the command share: running it, scratch folders, cgroups of one's own."""
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

FWC = os.environ.get("FWC", "fwc")
ROOT = pathlib.Path(__file__).resolve().parents[2]
SECONDS = 60
BPFFS = pathlib.Path("/sys/fs/bpf")


class Result:
    def __init__(self, done):
        self.status = done.returncode
        self.out = done.stdout.decode(errors="replace") if done.stdout is not None else ""
        self.err = done.stderr.decode(errors="replace") if done.stderr is not None else ""
        self.out_bytes = done.stdout


def run(*words, stdin=b"", program=FWC, env=None, **options):
    # Without a cache of objects, which would be the machine's.
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "FWC_CACHE": "",
                   **{name: value for name, value in os.environ.items() if name == "FWC_SYSTEMD_ROOT"},
                   **(env or {})}
    if not isinstance(stdin, bytes):
        options["stdin"] = stdin
    else:
        options["input"] = stdin
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    return Result(subprocess.run([program, *map(str, words)], env=environment, timeout=SECONDS,
                                 check=False, **options))


def fnv1a(data):
    """As compiler/include/fwc/seal.h has it."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def sealed_again(data):
    """An object that was changed, with the seal that it would have."""
    return bytes(data[:-8]) + fnv1a(data[:-8]).to_bytes(8, "little")


def require_kernel(reason_missing):
    """Skips, or fails where the machine is said to be able to run everything."""
    if os.environ.get("FWC_REQUIRE_KERNEL") == "1":
        raise AssertionError(f"FWC_REQUIRE_KERNEL is set, but {reason_missing}")
    raise unittest.SkipTest(reason_missing)


def check_json(schema, text):
    """That a text is JSON as docs/schemas/SCHEMA.json describes it. Gives the value."""
    try:
        import jsonschema
    except ImportError:
        require_kernel("python3-jsonschema is not installed")
    kind = jsonschema.Draft202012Validator
    rules = json.loads((ROOT / f"docs/schemas/{schema}.json").read_text())
    kind.check_schema(rules)
    value = json.loads(text)
    kind(rules).validate(value)
    return value


# Runs a command as a process of the cgroup that is the first word.
ENTER = 'echo $$ > "$0/cgroup.procs" && exec "$@"'


def ask(process, line):
    """Writes a line to a process and gives the one that it answers with."""
    process.stdin.write(f"{line}\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def cgroup2_mount():
    with open("/proc/self/mountinfo", encoding="utf-8") as table:
        for line in table:
            mount, _, kind = line.partition(" - ")
            if kind.startswith("cgroup2 "):
                return pathlib.Path(mount.split()[4])
    return None


class Scratch(unittest.TestCase):
    """A test with a folder of its own as the current one."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fwc-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder)

    def files(self):
        return sorted(path.name for path in self.folder.iterdir())

    def start_process(self, *words):
        """Starts a command to talk with by lines, see ask(). It has to end when its input does."""
        child = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(child.communicate)
        return child

    def start_python(self, code):
        return self.start_process(sys.executable, "-c", code)

    def check(self, result, status, out=None, err=None):
        self.assertEqual(result.status, status, f"\n{result.out}{result.err}")
        if out is not None:
            self.assertEqual(result.out, out)
        if err is not None:
            self.assertEqual(result.err, err)
        return result


# A process of the cgroup: sends a datagram to each port that it reads, and says whether it could.
SENDER = """
import socket, sys
for line in sys.stdin:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.sendto(b"x", ("127.0.0.1", int(line)))
            print("sent", flush=True)
        except PermissionError:
            print("dropped", flush=True)
"""


class OnKernel(Scratch):
    """A test with a cgroup of its own; pins are private to the mount namespace of private.sh."""

    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            require_kernel("loading a filter needs root")
        mount = cgroup2_mount()
        if mount is None:
            require_kernel("no cgroup2 is mounted")
        self.cgroup = mount / f"fwc-test-{os.getpid()}-{time.monotonic_ns()}"
        self.cgroup.mkdir()
        self.addCleanup(self.remove_cgroup)
        self.sender = None

    def remove_cgroup(self):
        for _ in range(50):
            try:
                self.cgroup.rmdir()
                return
            except OSError:
                time.sleep(0.02)

    def pinned(self):
        """Pins and folders in the bpf file system, without the two files that the kernel puts there."""
        return sorted(path for path in BPFFS.rglob("*") if not path.name.endswith(".debug"))

    def names(self):
        return sorted(path.name for path in self.pinned() if not path.is_dir())

    def remove_everything(self):
        run("detach", self.cgroup)
        for path in reversed(self.pinned()):
            with contextlib.suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()

    def in_cgroup(self, *words, **options):
        """Runs a command as a process of the cgroup."""
        return run("-c", ENTER, self.cgroup, *words, program="sh", **options)

    def start_in_cgroup(self, code):
        """start_python() as a process of the cgroup."""
        return self.start_process("sh", "-c", ENTER, self.cgroup, sys.executable, "-c", code)

    def sends_udp(self, port):
        """Whether a process of the cgroup can send a datagram: a dropped one fails with EPERM."""
        if self.sender is None:
            self.sender = self.start_in_cgroup(SENDER)
        answer = ask(self.sender, port)
        self.assertIn(answer, ("sent", "dropped"))
        return answer == "sent"
