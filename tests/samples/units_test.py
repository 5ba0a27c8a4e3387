#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The units among the samples: accepted by systemd-analyze, at work under a real systemd, and their
filters are right.
"""
import os
import pathlib
import re
import shutil
import subprocess
import unittest

from support import FWC, ROOT, Scratch, cgroup2_mount, require_kernel, run

SAMPLES = ROOT / "samples"
UNITS = sorted(SAMPLES.glob("*/*.service"))
HERE = pathlib.Path(__file__).resolve().parent

DROP_EVERYTHING = """
systemctl start ping-one-line.service
systemctl start ping-behind-pin.service
sleep 1.5
for unit in ping-one-line ping-behind-pin; do
    systemctl is-active $unit
    kill -INT $(systemctl show -P MainPID $unit)
done
systemctl stop fwc-drop-everything.service
if [ -e /sys/fs/bpf/fwc-drop-everything ]; then echo "the pin was left"; fi
"""

WEB = """
mkdir -p /etc/fwc
cp /run/fwc/files/web.filter /etc/fwc/
get() { python3 -c "import urllib.request as u; print(u.urlopen('http://127.0.0.1', timeout=5).status)"; }
wait_for() { for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do get 2>/dev/null && return; sleep 0.3; done; echo none; }
for unit in web-one-line web-behind-pin; do
    systemctl start $unit
    wait_for
    systemctl stop $unit
done
"""

FAIL_CLOSED = """
sed -i 's/icmp ||/icpm ||/' /run/systemd/system/web-one-line.service
systemctl daemon-reload
if systemctl start web-one-line 2>/dev/null; then echo started; else echo refused; fi
systemctl show -P ExecMainStatus web-one-line
systemctl show web-one-line | grep -o 'ExecStartPre=.*status=[0-9]*' | grep -o 'status=.*'
rm -f /run/systemd/system/fwc-drop-everything.service
sed -i '/fwc-drop-everything.service/d' /run/systemd/system/ping-behind-pin.service
systemctl daemon-reload
if systemctl start ping-behind-pin 2>/dev/null; then echo started; else echo refused; fi
"""


class Files(Scratch):
    def test_there_are_units(self):
        self.assertEqual(len(UNITS), 6)

    def test_the_filter_in_each_unit_is_right(self):
        for unit in UNITS:
            for text in re.findall(r"/usr/bin/fwc (?:attach --self --\w+ )?'([^']+)'",
                                   unit.read_text()):
                self.check(run("check", text.replace("%%", "%")), 0, "", "")
        self.check(run("check", "-f", SAMPLES / "port-firewall/web.filter"), 0, "", "")

    def test_systemd_accepts_the_units(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("systemd-analyze is not installed")
        for unit in UNITS:
            text = unit.read_text().replace("/usr/bin/fwc", FWC)
            text = re.sub(r"/usr/bin/(ping|python3)", "/bin/true", text)
            (self.folder / unit.name).write_text(text)
        done = subprocess.run(["systemd-analyze", "verify", "--recursive-errors=one",
                               *(self.folder / unit.name for unit in UNITS)],
                              capture_output=True, text=True, check=False,
                              env={**os.environ, "SYSTEMD_UNIT_PATH": f"{self.folder}:"})
        self.assertEqual((done.returncode, done.stderr), (0, ""))


class AtWork(Scratch):
    def setUp(self):
        super().setUp()
        if os.geteuid() != 0 or not os.path.exists("/lib/systemd/systemd") or not cgroup2_mount():
            require_kernel("a systemd of one's own needs root, systemd and cgroup2")

    def boot(self, script):
        """Runs the script with the units and the command."""
        files = self.folder / "files"
        files.mkdir()
        shutil.copy(FWC, files / "fwc")
        shutil.copy(SAMPLES / "port-firewall/web.filter", files)
        for unit in UNITS:
            text = unit.read_text().replace("/usr/bin/ping ", f"{shutil.which('ping')} ")
            (files / unit.name).write_text(text)
        (self.folder / "script").write_text(f"cp /run/fwc/files/fwc /usr/bin/fwc\n{script}")
        return run(files, self.folder / "script", program=HERE / "with_systemd.sh")

    def test_services_that_receive_nothing(self):
        if not shutil.which("ping"):
            require_kernel("ping is not installed")
        self.check(self.boot(DROP_EVERYTHING), 0, "active\nactive\n")

    def test_the_web_server_answers_through_its_filter(self):
        self.check(self.boot(WEB), 0, "200\n200\n")

    def test_a_wrong_filter_or_a_missing_pin_keeps_the_service_down(self):
        self.check(self.boot(FAIL_CLOSED), 0, "refused\n0\nstatus=65\nrefused\n")


if __name__ == "__main__":
    unittest.main()
