#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`fwc enable` and `fwc disable` on the files of a machine below a folder. Needs no privilege."""
import os
import re
import shutil
import subprocess
import unittest

from support import FWC, Scratch, run

FILTER = "udp && dst_port == 53"
HARDENED = """[Service]
ExecStart=/bin/true
User=daemon
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
"""
DROP_IN = """# Written by `fwc enable {owner}`; `fwc disable {owner}` takes it away.
[{section}]
"""


class Units(Scratch):
    def setUp(self):
        super().setUp()
        self.root = self.folder / "root"
        self.unit("web.service", HARDENED)

    def unit(self, name, text, folder="usr/lib/systemd/system"):
        path = self.root / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def fwc(self, *words):
        return run(*words, "--root", self.root)

    def written(self):
        """Files below etc that are no units, by path."""
        found = {}
        for top in ("etc/fwc", "etc/systemd/system"):
            for path in sorted((self.root / top).rglob("*")):
                if path.is_file() and path.suffix not in (".service", ".socket"):
                    found["/" + path.relative_to(self.root).as_posix()] = path.read_text()
        return found

    def drop_in(self, *directions, owner="web.service", section="Service"):
        lines = [f"ExecStartPre=+/usr/bin/fwc attach --self --{d} -f /etc/fwc/{owner}.{d}\n"
                 for d in directions]
        return DROP_IN.format(owner=owner, section=section) + "".join(lines)


class Enable(Units):
    def test_a_filter_file_and_a_drop_in(self):
        self.check(self.fwc("enable", "web.service", "--egress", FILTER), 0,
                   f"wrote {self.root}/etc/fwc/web.service.egress\n"
                   f"wrote {self.root}/etc/systemd/system/web.service.d/50-fwc.conf\n", "")
        self.assertEqual(self.written(), {
            "/etc/fwc/web.service.egress": FILTER + "\n",
            "/etc/systemd/system/web.service.d/50-fwc.conf": self.drop_in("egress")})

    def test_both_directions_and_a_name_without_a_suffix(self):
        self.check(self.fwc("enable", "web", "--egress", FILTER, "--ingress", "icmp"), 0, err="")
        self.assertEqual(self.written()["/etc/fwc/web.service.ingress"], "icmp\n")
        self.assertEqual(self.written()["/etc/systemd/system/web.service.d/50-fwc.conf"],
                         self.drop_in("ingress", "egress"))

    def test_nothing_in_a_filter_can_mean_something_to_systemd(self):
        for text in ("dst_port % 2 == 1 && udp", "udp # '; touch x; \"$(id)\" %n",
                     "let $limit = 1500 in 0..65535; len <= $limit"):
            self.check(self.fwc("enable", "web", "--egress", text), 0)
            self.assertEqual(self.written(), {
                "/etc/fwc/web.service.egress": text + "\n",
                "/etc/systemd/system/web.service.d/50-fwc.conf": self.drop_in("egress")})

    def lines(self):
        text = self.written()["/etc/systemd/system/web.service.d/50-fwc.conf"]
        return re.findall(r"attach --self (.*) -f ", text)

    def test_flags_of_attach_are_handed_on(self):
        for flags in ("--counters", "--audit", "--log drop", "--counters --log all", "--refuse",
                      "--counters --audit --refuse --log pass"):
            self.check(self.fwc("enable", "web", "--egress", FILTER, *flags.split()), 0)
            self.assertEqual(self.lines(), ["--egress " + flags])

    def test_calls_are_refused_by_what_is_sent(self):
        self.check(self.fwc("enable", "web", "--egress", FILTER, "--ingress", "icmp", "--refuse",
                            "--counters"), 0)
        self.assertEqual(self.lines(), ["--ingress --counters", "--egress --counters --refuse"])
        self.check(self.fwc("enable", "web", "--ingress", "icmp", "--refuse"), 64, "",
                   "fwc: error: `--refuse` needs `--egress`\n"
                   "  hint: calls are about what is sent\n")

    def test_two_filters_share_flows_where_one_asks(self):
        for egress, ingress in (("tcp", "reply"), ("established", "tcp"), ("reply", "reply")):
            self.check(self.fwc("enable", "web", "--egress", egress, "--ingress", ingress), 0)
            self.assertEqual(self.lines(), ["--ingress --share-flows", "--egress --share-flows"])

    def test_flows_need_both_directions(self):
        result = self.check(self.fwc("enable", "web", "--egress", "established"), 65, "")
        self.assertIn("needs programs for both directions", result.err)
        self.assertEqual(self.written(), {})

    def test_systemd_accepts_what_is_written(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("systemd-analyze is not installed")
        self.unit("web.socket", "[Socket]\nListenStream=80\n")
        self.check(self.fwc("enable", "web", "--egress", FILTER, "--ingress", "reply", "--counters",
                            "--log", "drop", "--refuse"), 0)
        for path in (self.root / "etc/systemd/system").rglob("*.conf"):
            path.write_text(path.read_text().replace("/usr/bin/fwc", FWC))
        units = f"{self.root}/etc/systemd/system:{self.root}/usr/lib/systemd/system:"
        done = subprocess.run(["systemd-analyze", "verify", "--recursive-errors=one", "web.service",
                               "web.socket"], capture_output=True, text=True, check=False,
                              env={**os.environ, "SYSTEMD_UNIT_PATH": units})
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_second_time_replaces_the_first(self):
        self.check(self.fwc("enable", "web", "--egress", FILTER, "--ingress", "icmp"), 0)
        result = self.check(self.fwc("enable", "web", "--egress", "tcp"), 0)
        self.assertIn(f"removed {self.root}/etc/fwc/web.service.ingress\n", result.out)
        self.assertEqual(self.written(), {
            "/etc/fwc/web.service.egress": "tcp\n",
            "/etc/systemd/system/web.service.d/50-fwc.conf": self.drop_in("egress")})

    def test_a_wrong_filter_writes_nothing(self):
        for text in ("udp && dst_prt == 53", ""):
            self.check(self.fwc("enable", "web", "--egress", text), 65, "")
        self.check(self.fwc("enable", "web", "--egress", "dst_port != 22", "--strict"), 65, "")
        self.check(self.fwc("enable", "web", "--egress", FILTER, "--ingress", "nonsense"), 65, "")
        self.assertEqual(self.written(), {})

    def test_units_that_are_none(self):
        self.check(self.fwc("enable", "wbe", "--egress", FILTER), 66, "",
                   "fwc: error: there is no unit `wbe.service`\n"
                   "  hint: `systemctl list-unit-files` shows those there are\n")
        for name in ("../web.service", "web.slice", "we b.service", "%n.service", ".service", ""):
            result = self.check(self.fwc("enable", name, "--egress", FILTER), 64, "")
            self.assertIn("is not the name of a service or a socket", result.err)
        (self.root / "etc/systemd/system").mkdir(parents=True)
        os.symlink("/dev/null", self.root / "etc/systemd/system/web.service")
        self.check(self.fwc("enable", "web", "--egress", FILTER), 66, "",
                   "fwc: error: unit `web.service` is masked\n"
                   "  hint: `systemctl unmask web.service`\n")
        self.assertEqual(self.written(), {})

    def test_wrong_uses(self):
        self.check(self.fwc("enable", "web"), 64, "", "fwc: error: no filter was given\n"
                   "  hint: give `--egress FILTER` or `--ingress FILTER`\n")
        self.check(self.fwc("enable", "web", "--egress", FILTER, "--now"), 64, "",
                   "fwc: error: `--now` does not go with `--root`\n"
                   "  hint: no unit runs from there\n")
        self.check(self.fwc("enable", "web", "--egress", FILTER, "--log", "nothing"), 64, "",
                   "fwc: error: `--log` cannot be `nothing`\n"
                   "  hint: say `drop`, `pass` or `all`\n")

    def test_a_dry_run_shows_the_files_and_writes_none(self):
        self.check(self.fwc("enable", "web", "--egress", FILTER, "--dry-run"), 0,
                   f"would write {self.root}/etc/fwc/web.service.egress\n{FILTER}\n"
                   f"would write {self.root}/etc/systemd/system/web.service.d/50-fwc.conf\n"
                   + self.drop_in("egress"), "")
        self.assertEqual(self.written(), {})

    def test_a_failure_on_the_way_leaves_all_as_it_was(self):
        self.check(self.fwc("enable", "web", "--ingress", "icmp"), 0)
        before = self.written()
        (self.root / "etc/systemd/system/web.service.d/50-fwc.conf").unlink()
        (self.root / "etc/systemd/system/web.service.d/50-fwc.conf").mkdir()
        result = self.check(self.fwc("enable", "web", "--ingress", "tcp", "--egress", "tcp"), 73, "")
        self.assertIn("50-fwc.conf` is there and is not a regular file", result.err)
        before.pop("/etc/systemd/system/web.service.d/50-fwc.conf")
        self.assertEqual(self.written(), before)

    def test_names_that_systemd_escapes(self):
        name = "disk-a\\x2db.service"
        self.unit(name, HARDENED)
        self.check(self.fwc("enable", name, "--egress", FILTER), 0)
        text = self.written()[f"/etc/systemd/system/{name}.d/50-fwc.conf"]
        self.assertIn("-f /etc/fwc/disk-a\\\\x2db.service.egress\n", text)
        self.assertIn(f"/etc/fwc/{name}.egress", self.written())
        self.check(self.fwc("disable", name), 0)
        self.assertEqual(self.written(), {})

    def test_an_alias_means_the_unit(self):
        os.symlink("web.service", self.root / "usr/lib/systemd/system/www.service")
        self.check(self.fwc("enable", "www", "--egress", FILTER), 0)
        self.assertIn("/etc/systemd/system/web.service.d/50-fwc.conf", self.written())


class Sockets(Units):
    def enabled(self, unit="web"):
        self.check(self.fwc("enable", unit, "--ingress", "tcp"), 0)
        return [path.split("/")[-2][:-2] for path in self.written() if path.endswith(".conf")]

    def test_the_socket_units_of_a_service_get_the_filter_too(self):
        self.unit("web.socket", "[Socket]\nListenStream=80\n")
        self.unit("admin.socket", "[Socket]\nListenStream=81\nService=web.service\n",
                  "etc/systemd/system")
        self.unit("other.socket", "[Socket]\nListenStream=82\n")
        self.assertEqual(self.enabled(), ["admin.socket", "web.service", "web.socket"])
        self.assertEqual(self.written()["/etc/systemd/system/admin.socket.d/50-fwc.conf"],
                         self.drop_in("ingress", section="Socket"))
        self.check(self.fwc("disable", "web"), 0)
        self.assertEqual(self.written(), {})

    def test_a_socket_of_another_service_of_the_same_name(self):
        self.unit("web.socket", "[Socket]\nListenStream=80\nService=other.service\n")
        self.assertEqual(self.enabled(), ["web.service"])

    def test_instances_of_a_template(self):
        self.unit("echo@.service", HARDENED)
        self.unit("echo.socket", "[Socket]\nListenStream=7\nAccept=yes\n")
        self.assertEqual(self.enabled("echo@.service"), ["echo.socket", "echo@.service"])

    def test_a_socket_unit_alone(self):
        self.unit("web.socket", "[Socket]\nListenStream=80\n")
        self.assertEqual(self.enabled("web.socket"), ["web.socket"])

    def test_a_socket_unit_that_is_gone_loses_its_drop_in(self):
        self.unit("web.socket", "[Socket]\nListenStream=80\n")
        self.enabled()
        (self.root / "usr/lib/systemd/system/web.socket").unlink()
        self.assertEqual(self.enabled(), ["web.service"])


class Gaps(Units):
    def warnings(self, unit):
        self.unit("web.service", unit)
        result = self.check(self.fwc("enable", "web", "--egress", FILTER), 0)
        return [line.split(": ", 3)[3] for line in result.err.splitlines() if "warning" in line]

    PACKETS = "it may open packet sockets, which pass below every filter"
    LEAVES = "it runs as root and may move to another cgroup"
    EARLY = "other commands of the unit run before the filter is there"

    def test_a_service_that_says_nothing(self):
        self.assertEqual(self.warnings("[Service]\nExecStart=/bin/true\n"),
                         [self.PACKETS, self.LEAVES])

    def test_what_closes_them(self):
        self.assertEqual(self.warnings(HARDENED), [])
        self.assertEqual(self.warnings("[Service]\nDynamicUser=yes\n"
                                       "RestrictAddressFamilies=~AF_PACKET AF_NETLINK\n"), [])
        self.assertEqual(self.warnings("[Service]\nProtectControlGroups=yes\n"
                                       "RestrictAddressFamilies=none\n"), [])

    def test_lists_are_read_as_systemd_does(self):
        base = "[Service]\nUser=web\nRestrictAddressFamilies="
        for lines, open_ in (("AF_INET\nRestrictAddressFamilies=\n", True),
                             ("AF_INET \\\n AF_PACKET\n", True),
                             ("AF_INET AF_PACKET\nRestrictAddressFamilies=~AF_PACKET\n", False),
                             ("~AF_PACKET\nRestrictAddressFamilies=AF_PACKET\n", True),
                             ("~AF_NETLINK\n", True), ("AF_INET\n# AF_PACKET\n", False)):
            self.assertEqual(self.warnings(base + lines), [self.PACKETS] if open_ else [], lines)

    def test_drop_ins_count(self):
        self.unit("web.service.d/a.conf", "[Service]\nRestrictAddressFamilies=AF_INET\n",
                  "run/systemd/system")
        self.unit("service.d/b.conf", "[Service]\nUser=web\n", "etc/systemd/system")
        self.assertEqual(self.warnings("[Service]\nExecStart=/bin/true\n"), [])

    def test_commands_before_the_filter(self):
        self.assertEqual(self.warnings(HARDENED + "ExecStartPre=/bin/true\n"), [self.EARLY])
        self.assertEqual(self.warnings(HARDENED + "ExecCondition=/bin/true\n"), [self.EARLY])


class Disable(Units):
    def test_everything_goes(self):
        self.check(self.fwc("enable", "web", "--egress", FILTER, "--ingress", "icmp"), 0)
        self.check(self.fwc("disable", "web", "--dry-run"), 0,
                   f"would remove {self.root}/etc/systemd/system/web.service.d/50-fwc.conf\n"
                   f"would remove {self.root}/etc/fwc/web.service.ingress\n"
                   f"would remove {self.root}/etc/fwc/web.service.egress\n", "")
        self.assertEqual(len(self.written()), 3)
        self.check(self.fwc("disable", "web"), 0,
                   f"removed {self.root}/etc/systemd/system/web.service.d/50-fwc.conf\n"
                   f"removed {self.root}/etc/fwc/web.service.ingress\n"
                   f"removed {self.root}/etc/fwc/web.service.egress\n", "")
        self.assertEqual(self.written(), {})
        self.assertFalse((self.root / "etc/systemd/system/web.service.d").exists())

    def test_what_was_not_enabled(self):
        self.check(self.fwc("disable", "web"), 66, "",
                   "fwc: error: `web.service` has no filter of fwc\n"
                   "  hint: `fwc status` shows the units that have one\n")

    def test_a_unit_that_is_gone(self):
        self.check(self.fwc("enable", "web", "--egress", FILTER), 0)
        (self.root / "usr/lib/systemd/system/web.service").unlink()
        self.check(self.fwc("disable", "web"), 0)
        self.assertEqual(self.written(), {})

    def test_drop_ins_of_others_stay(self):
        self.unit("web.service.d/10-own.conf", "[Service]\nNice=1\n", "etc/systemd/system")
        self.check(self.fwc("enable", "web", "--egress", FILTER), 0)
        self.check(self.fwc("disable", "web"), 0)
        self.assertEqual(list(self.written()), ["/etc/systemd/system/web.service.d/10-own.conf"])


if __name__ == "__main__":
    unittest.main()
