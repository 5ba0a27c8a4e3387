#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Services behind a filter under a real systemd: what they send and receive is filtered, and where
the filter cannot be put, they never run.
"""
import os
import pathlib
import shutil
import unittest

from support import FWC, ROOT, Scratch, cgroup2_mount, require_kernel, run

WITH_SYSTEMD = ROOT / "tests/samples/with_systemd.sh"
FILTER = "udp && dst_port == 53 || tcp"

# Says of each packet what became of it, then stays.
PROBE = """
import socket, sys, time
words = []
for port in (53, 54):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        s.sendto(b"x", ("127.0.0.1", port))
        words.append(f"{port} sent")
    except PermissionError:
        words.append(f"{port} dropped")
r = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
r.bind(("127.0.0.1", 53))
r.settimeout(0.2)
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 53))
try:
    r.recv(1)
    words.append("received")
except TimeoutError:
    words.append("silence")
with open(f"/run/fwc/{sys.argv[1]}", "w") as f:
    f.write(", ".join(words) + chr(10))
time.sleep(100)
"""

UNIT = """[Service]
{lines}
ExecStart=/usr/bin/python3 /run/fwc/files/probe.py {name}
"""

PIN = "/sys/fs/bpf/live"
PINNED = UNIT.replace("[Service]", "[Unit]\nRequires=live-filter.service\n"
                      "After=live-filter.service\n[Service]")
FILTER_UNIT = f"""[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/fwc '{FILTER}' --direction both --load {PIN}
ExecStop=/usr/bin/fwc remove {PIN}
"""


def one_line(text, options="--egress"):
    return f"ExecStartPre=+/usr/bin/fwc '{text}' --attach self {options}"


UNITS = {
    "plain": UNIT.format(name="plain", lines=""),
    "egress": UNIT.format(name="egress", lines=one_line(FILTER)),
    "user": UNIT.format(name="user", lines=one_line(FILTER) + "\nUser=nobody\nAmbientCapabilities="
                        "CAP_NET_BIND_SERVICE\nNoNewPrivileges=yes\nReadWritePaths=/run/fwc"),
    "ingress": UNIT.format(name="ingress", lines=one_line("tcp", "--ingress")),
    "percent": UNIT.format(name="percent", lines=one_line("udp && dst_port %% 53 == 0")),
    "broken": UNIT.format(name="broken", lines=one_line("udp && dst_prt == 53")),
    "misplaced": UNIT.format(name="misplaced",
                             lines=one_line(FILTER, "--egress --load /tmp/nowhere")),
    "pinned": PINNED.format(name="pinned", lines=f"IPEgressFilterPath={PIN}_egress"),
    "pinned-in": PINNED.format(name="pinned-in", lines=f"IPIngressFilterPath={PIN}_ingress"),
    "unpinned": UNIT.format(name="unpinned", lines="IPEgressFilterPath=/sys/fs/bpf/nothing"),
    "live-filter": FILTER_UNIT,
}

SCRIPT = """
cp /run/fwc/files/fwc /usr/bin/fwc
chmod 777 /run/fwc
try() {
    systemctl start $1 2> /dev/null || { echo "$1: not started"; }
}
for unit in plain egress user ingress percent broken misplaced pinned pinned-in unpinned; do
    try $unit
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        systemctl -q is-active $unit && [ ! -s /run/fwc/$unit ] && sleep 0.1
    done
    if [ -e /run/fwc/$unit ]; then echo "$unit: $(cat /run/fwc/$unit)"; else echo "$unit: never ran"; fi
    case $unit in egress) before=$(fwc list egress.service | grep -c filter); echo "attached: $before";; esac
    systemctl stop $unit 2> /dev/null || true
done
echo "left: $(fwc list | grep -c filter || true)"
systemctl stop live-filter
ls /sys/fs/bpf | grep -v debug
"""

EXPECTED = """plain: 53 sent, 54 sent, received
egress: 53 sent, 54 dropped, received
attached: 1
user: 53 sent, 54 dropped, received
ingress: 53 sent, 54 sent, silence
percent: 53 sent, 54 dropped, received
broken: not started
broken: never ran
misplaced: not started
misplaced: never ran
pinned: 53 sent, 54 dropped, received
pinned-in: 53 sent, 54 sent, received
unpinned: not started
unpinned: never ran
left: 0
fwc
"""


class Services(Scratch):
    def setUp(self):
        super().setUp()
        if os.geteuid() != 0 or not os.path.exists("/lib/systemd/systemd") or not cgroup2_mount():
            require_kernel("a systemd of one's own needs root, systemd and cgroup2")

    def test_what_each_service_sends_and_receives(self):
        files = self.folder / "files"
        files.mkdir()
        shutil.copy(FWC, files / "fwc")
        (files / "probe.py").write_text(PROBE)
        for name, text in UNITS.items():
            (files / f"{name}.service").write_text(text)
        (self.folder / "script").write_text(SCRIPT)
        self.check(run(files, self.folder / "script", program=WITH_SYSTEMD), 0, EXPECTED)


if __name__ == "__main__":
    unittest.main()
