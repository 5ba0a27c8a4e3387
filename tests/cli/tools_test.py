#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`fwc fields`, `fwc explain` and `fwc fmt`: whole outputs. Needs no privilege."""
import json
import os
import re
import stat
import subprocess
import unittest

from support import ROOT, Scratch, run

# No short filter shows them.
WITHOUT_EXAMPLE = {"too-deep", "too-long", "too-complex", "missing-part", "missing-direction", "bad-entry",
                   "empty-file", "internal"}

QUERY = "udp 10.0.0.1:5000 > 8.8.8.8:53"


def codes():
    return re.findall(r'\.name = "([a-z-]+)"', (ROOT / "compiler/diagnostics/codes.h").read_text())


class Fields(Scratch):
    def test_the_text_has_every_table(self):
        lines = self.check(run("fields"), 0, err="").out.splitlines()
        for head in ("FIELD ", "PROTOCOL ", "EXTENSION HEADER ", "OPERATOR ", "SERVICE NAME ",
                     "ICMP TYPE ", "TCP FLAG "):
            self.assertTrue(any(line.startswith(head) for line in lines), head)
        # How wide a column is, and where its words break, depends on the other rows.
        rows = [re.split(" {2,}", line) for line in lines]
        self.assertIn(["dst_port", "int", "0..65535"], [row[:3] for row in rows])
        self.assertLessEqual(max(map(len, lines)), 100)

    def test_names_are_the_fields_of_the_json(self):
        fields = json.loads(self.check(run("fields", "--json"), 0, err="").out)["fields"]
        names = self.check(run("fields", "--names"), 0, err="").out.split()
        self.assertEqual(names, [field["name"] for field in fields])

    def test_json(self):
        tables = json.loads(run("fields", "--json").out)
        self.assertIn({"name": "dst_port", "type": "int", "minimum": 0, "maximum": 65535,
                       "constants": "a service name", "hooks": ["cgroup", "tc", "xdp"],
                       "present_on": "TCP and UDP", "meaning": "destination port"}, tables["fields"])
        self.assertIn({"name": "udp", "number": 17, "over": ["ipv4", "ipv6"], "header_bytes": 8,
                       "defined_in": "RFC 768"}, tables["protocols"])
        self.assertIn({"symbol": "&&", "word": "and", "precedence": 4, "operands": 2},
                      tables["operators"])
        kinds = {kind["kind"]: kind["values"] for kind in tables["constants"]}
        self.assertIn({"name": "https", "value": 443}, kinds["a service name"])
        self.assertIn({"name": "echo_request", "ipv4": 8, "ipv6": 128}, kinds["an ICMP type"])

    def test_one_form_at_a_time(self):
        self.check(run("fields", "--json", "--names"), 64, "",
                   "fwc: error: `--json`, `--names` and `--markdown` exclude each other\n"
                   "  hint: see `fwc help fields`\n")


class Codes(Scratch):
    def test_one_code(self):
        self.check(run("explain", "assignment"), 0,
                   "assignment (error)\n\n"
                   "A single = assigns in other languages; a filter changes nothing. Comparing for\n"
                   "equality is ==.\n\n"
                   "For example:\n\n"
                   "  filter:1:10: error: `=` is assignment in C, not comparison [assignment]\n"
                   "    dst_port = 53\n"
                   "             ^\n"
                   "    hint: write `==` to compare\n", "")

    def test_every_code_has_an_example_that_shows_it(self):
        explained = {entry["code"]: entry
                     for entry in json.loads(self.check(run("explain", "--json"), 0, err="").out)}
        self.assertEqual(list(explained), codes())
        for name, entry in explained.items():
            with self.subTest(name):
                self.assertEqual("example" not in entry, name in WITHOUT_EXAMPLE)
                if "example" in entry:
                    self.assertIn(f"[{name}]", entry["message"])
                self.assertIn(entry["explanation"].split()[0], run("explain", name).out)

    def test_the_list(self):
        lines = self.check(run("explain"), 0, err="").out.splitlines()
        self.assertEqual([line.split()[0] for line in lines], codes())

    def test_an_unknown_code(self):
        self.check(run("explain", "asignment"), 64, "",
                   "fwc: error: no code is called `asignment`\n"
                   "  hint: did you mean `assignment`?\n")
        self.check(run("explain", "udp && dst_port == 53"), 64, "",
                   "fwc: error: no code is called `udp && dst_port == 53`\n  hint: `fwc explain` "
                   "lists the codes; to explain a filter, name a packet as well\n")


class Verdicts(Scratch):
    def test_an_or_is_decided_by_its_first_true_part(self):
        self.check(run("explain", "icmp || (udp && dst_port == 53)", QUERY), 0,
                   "pass  udp 10.0.0.1:5000 > 8.8.8.8:53 len 28\n"
                   "  icmp || (udp && dst_port == 53)  true\n"
                   "    icmp                           false\n"
                   "    udp && dst_port == 53          true  <- decided\n"
                   "      udp                          true\n"
                   "      dst_port == 53               true\n"
                   "        dst_port                   53\n", "")

    def test_an_and_is_decided_by_its_first_false_part(self):
        self.check(run("explain", "ip && !udp && tcp", QUERY), 0,
                   "drop  udp 10.0.0.1:5000 > 8.8.8.8:53 len 28\n"
                   "  ip && !udp && tcp  false\n"
                   "    ip               true\n"
                   "    !udp             false\n"
                   "      udp            true  <- decided\n"
                   "    tcp              false\n")

    def test_addresses_numbers_and_absent_values(self):
        self.check(run("explain", "len > ttl && src_ip in 2001:db8::/32 && !(tcp.syn + 1 > 5)",
                       "icmp echo_request [2001:db8::1] > 2001:db8::2 ttl=3"), 0,
                   "pass  icmpv6 2001:db8::1 > 2001:db8::2 len 48\n"
                   "  len > ttl && src_ip in 2001:db8::/32 && !(tcp.syn + 1 > 5)  true  <- decided\n"
                   "    len > ttl                                                 true\n"
                   "      len                                                     48\n"
                   "      ttl                                                     3\n"
                   "    src_ip in 2001:db8::/32                                   true\n"
                   "      src_ip                                                  2001:db8::1\n"
                   "    !(tcp.syn + 1 > 5)                                        true\n"
                   "      tcp.syn + 1 > 5                                         false\n"
                   "        tcp.syn + 1                                           absent\n"
                   "          tcp.syn                                             absent\n")

    def test_a_conditional_is_decided_by_its_arm(self):
        self.check(run("explain", "# dns\nudp ?\n dst_port == 53 : false", QUERY), 0,
                   "pass  udp 10.0.0.1:5000 > 8.8.8.8:53 len 28\n"
                   "  udp ? dst_port == 53 : false  true\n"
                   "    udp                         true\n"
                   "    dst_port == 53              true  <- decided\n"
                   "      dst_port                  53\n", "")

    def test_live_variables(self):
        text = "let $limit = 1500; len <= $limit"
        self.assertIn("$limit       1500", run("explain", text, QUERY).out)
        result = run("explain", text, QUERY, "--var", "limit=9")
        self.assertIn("$limit       9", self.check(result, 0).out)
        self.assertTrue(result.out.startswith("drop  "))

    def test_live_addresses(self):
        text = "let $peer: ip = 192.0.2.1; dst_ip == $peer"
        self.assertTrue(run("explain", text, QUERY).out.startswith("drop  "))
        result = self.check(run("explain", text, QUERY, "--var", "peer=8.8.8.8"), 0)
        self.assertRegex(result.out, r"(?m)^    \$peer +8\.8\.8\.8$")
        self.assertTrue(result.out.startswith("pass  "))
        result = run("explain", text, "udp [2001:db8::1]:1 > [2001:db8::2]:2", "--var", "peer=2001:db8::2")
        self.assertTrue(result.out.startswith("pass  "))
        self.check(run("explain", text, QUERY, "--var", "peer=5"), 64, "",
                   "fwc: error: `$peer` cannot be 5\n  hint: it is an `ip`\n")
        self.check(run("explain", "let $limit = 5; len < $limit", QUERY, "--var", "limit=10.0.0.1"), 64, "",
                   "fwc: error: `$limit` cannot be 10.0.0.1\n  hint: it is an `int`\n")

    def test_frames_of_a_capture(self):
        capture = subprocess.run([ROOT / "samples/demo-capture"], stdout=subprocess.PIPE, check=True)
        (self.folder / "demo.pcap").write_bytes(capture.stdout)
        self.check(run("explain", "tcp", "demo.pcap:2"), 0,
                   "pass  tcp 192.0.2.10:40001 > 203.0.113.7:443 len 40\n  tcp  true  <- decided\n")
        self.check(run("explain", "true", "demo.pcap:10"), 0,
                   "drop  malformed IPv4 len 23\n"
                   "  its headers do not fit in it, so it is dropped whatever the filter says\n")
        self.check(run("explain", "tcp", "demo.pcap:11"), 66, "",
                   "fwc: error: `demo.pcap` has no frame 11\n  hint: its last is 10\n")
        self.check(run("explain", "tcp", "demo.pcap:0"), 64, "",
                   "fwc: error: the frames of a capture count from 1\n")
        for frame in range(1, 11):
            verdict = run("explain", "udp || icmp", f"demo.pcap:{frame}").out.split()[0]
            shown = run("test", "udp || icmp", "demo.pcap").out.splitlines()[frame - 1].split()[1]
            self.assertEqual(verdict, shown, frame)

    def test_json(self):
        self.assertEqual(json.loads(self.check(run("explain", "dst_port == 53", QUERY, "--json"), 0).out), {
            "verdict": "pass", "packet": "udp 10.0.0.1:5000 > 8.8.8.8:53 len 28", "direction": "egress", "malformed": False,
            "trace": {"source": "dst_port == 53", "offset": 0, "type": "bool", "value": True,
                      "decided": True,
                      "parts": [{"source": "dst_port", "offset": 0, "type": "int", "value": 53,
                                 "decided": False, "parts": []}]}})

    def test_descriptions(self):
        for description, text in (
                (QUERY, "udp && ip && src_port == 5000 && dst_ip == 8.8.8.8 && ttl == 64"),
                ("tcp syn [2001:db8::1]:1234 > [2001:db8::2]:443",
                 "tcp.flags == syn && ipv6 && dst_port == https && src_ip == 2001:db8::1"),
                ("tcp syn ack 10.0.0.1:1 > 10.0.0.2:2 tcp.window=7 len 99",
                 "tcp.syn && tcp.ack && !tcp.fin && len == 99 && tcp.window == 7"),
                ("icmp echo_request 10.0.0.1 > 10.0.0.2", "icmpv4 && icmp.type == 8"),
                ("icmp echo_request ::1 > ::2", "icmpv6 && icmp.type == 128"),
                ("sctp 10.0.0.1:1 > 10.0.0.2:2", "sctp.src_port == 1 && sctp.dst_port == 2"),
                ("proto 89 10.0.0.1 > 10.0.0.2", "proto == 89 && len == 20"),
                ("esp 10.0.0.1 > 10.0.0.2", "esp")):
            with self.subTest(description):
                result = self.check(run("explain", text, description), 0)
                self.assertTrue(result.out.startswith("pass  "), result.out)

    def test_what_a_test_shows_can_be_explained(self):
        for packet in ("udp 192.0.2.10:40000 > 198.51.100.53:53 len 57",
                       "icmpv6 2001:db8::10 > 2001:db8::53 len 72", "proto 89 10.0.0.1 > 10.0.0.2 len 20"):
            self.assertTrue(run("explain", "true", packet).out.startswith(f"pass  {packet}\n"), packet)

    def test_a_frame(self):
        described = "udp 10.0.0.1:5000 > 8.8.8.8:53 len 28 src_mac=00:00:5e:00:53:01 dst_mac=00:00:00:00:00:00"
        for hook in ("tc", "xdp"):
            self.check(run("explain", "--hook", hook, "src_mac == dst_mac || vlan != 7 && ethertype == ipv4",
                           QUERY + " src_mac=00:00:5E:00:53:01"), 0,
                       f"pass  {described}\n"
                       "  src_mac == dst_mac || vlan != 7 && ethertype == ipv4  true\n"
                       "    src_mac == dst_mac                                  false\n"
                       "      src_mac                                           00:00:5e:00:53:01\n"
                       "      dst_mac                                           00:00:00:00:00:00\n"
                       "    vlan != 7 && ethertype == ipv4                      true  <- decided\n"
                       "      vlan != 7                                         true\n"
                       "        vlan                                            absent\n"
                       "      ethertype == ipv4                                 true\n"
                       "        ethertype                                       2048\n", "")
            shown = described.replace("dst_mac=00:00", "dst_mac=0a:00") + " vlan=4095"
            self.assertTrue(run("explain", "--hook", hook, "true", shown).out.startswith(f"pass  {shown}\n"))
        part = json.loads(run("explain", "--hook", "tc", "src_mac != dst_mac", QUERY, "--json").out)
        part = part["trace"]["parts"][0]
        self.assertEqual((part["type"], part["value"]), ("mac", "00:00:00:00:00:00"))

    def test_wrong_frames(self):
        for words, option, message in (
                ("vlan=7", (), "a cgroup sees no `vlan`\n  hint: the hooks with a link layer are `--hook tc` and "
                               "`--hook xdp`\n"),
                ("vlan=4096", ("--hook", "tc"), "`4096` is not a value of `vlan`\n  hint: it is 0 to 4095\n"),
                ("dst_mac=1:2", ("--hook", "xdp"), "`1:2` is no Ethernet address\n  hint: an Ethernet address is "
                                                   "`00:00:5e:00:53:01`\n"),
                ("ethertype=2054", ("--hook", "tc"), "`ethertype` follows from the addresses of a packet\n  hint: "
                                                     "write a packet like `udp 10.0.0.1:5000 > 8.8.8.8:53`\n"),
                ("vlan", ("--hook", "tc"), "`vlan` says nothing about this packet\n  hint: say a flag, an ICMP type, "
                                           "`FIELD=NUMBER` or `len BYTES`\n"),
                ("", ("--hook", "xdp", "--egress"), "the hook `xdp` sees nothing that is sent\n"
                                                    "  hint: leave out `--egress`\n")):
            with self.subTest(words, option=option):
                self.check(run("explain", "udp", f"{QUERY} {words}".strip(), *option), 64, "", "fwc: error: " + message)

    def test_the_parts_of_a_policy(self):
        policy = "ingress { drop in1: tcp; default allow; } egress { allow out1: udp; default drop; }"
        self.check(run("explain", policy, QUERY), 0,
                   "pass  udp 10.0.0.1:5000 > 8.8.8.8:53 len 28 (egress)\n"
                   "  allow out1: udp  true  <- decided\n", "")
        self.check(run("explain", policy, QUERY, "--ingress"), 0,
                   "pass  udp 10.0.0.1:5000 > 8.8.8.8:53 len 28 (ingress)\n"
                   "  drop in1: tcp  false\n"
                   "  default allow  <- decided\n", "")
        self.check(run("explain", "egress { default drop; }", QUERY, "--ingress"), 0,
                   "pass  udp 10.0.0.1:5000 > 8.8.8.8:53 len 28 (ingress)\n"
                   "  the filter has no part for its direction, so it is forwarded\n", "")
        self.check(run("explain", policy, QUERY, "--ingress", "--egress"), 64, "",
                   "fwc: error: `--ingress` and `--egress` exclude each other\n"
                   "  hint: a packet is received or sent\n")
        found = json.loads(run("explain", policy, QUERY, "--ingress", "--json").out)
        self.assertEqual((found["direction"], found["by_default"]), ("ingress", True))

    def test_wrong_packets(self):
        like = "  hint: write a packet like `udp 10.0.0.1:5000 > 8.8.8.8:53`\n"
        for packet, message in (
                ("x", "`x` is not a packet\n  hint: name a frame, `capture.pcap:3`, or write one like "
                      "`udp 10.0.0.1:5000 > 8.8.8.8:53`\n"),
                ("udp 1.2.3.4 > 1.2.3.5", "`udp` has a port at either end\n" + like),
                ("icmp 1.2.3.4:1 > 1.2.3.5:2", "`icmp` has no ports\n" + like),
                ("udp 1.2.3.4:5 > [::1]:5",
                 "a packet goes between two addresses of one family\n" + like),
                ("icmpv6 1.2.3.4 > 1.2.3.5", "`icmpv6` is no protocol over IPv4\n  hint: `fwc fields` "
                                             "lists the protocols; any other is `proto NUMBER`\n"),
                ("udp syn 1.2.3.4:5 > 1.2.3.5:6", "`syn` says nothing about this packet\n  hint: say a "
                                                  "flag, an ICMP type, `FIELD=NUMBER` or `len BYTES`\n"),
                ("udp 1.2.3.4:5 > 1.2.3.5:6 ttl=256",
                 "`256` is not a value of `ttl`\n  hint: it is 0 to 255\n"),
                ("udp 1.2.3.4:5 > 1.2.3.5:6 len 10",
                 "`len` needs a number of bytes that the headers fit in\n" + like),
                ("udp 1.2.3:5 > 1.2.3.5:6",
                 "`1.2.3:5` is not an end of a packet\n  hint: an end is `10.0.0.1:53`, "
                 "`[2001:db8::1]:53` or an address alone\n")):
            with self.subTest(packet):
                self.check(run("explain", "true", packet), 64, "", f"fwc: error: {message}")

    def test_a_wrong_filter_comes_first(self):
        self.assertIn("unknown-name", self.check(run("explain", "upd", QUERY), 65, "").err)


class Format(Scratch):
    def write(self, text):
        (self.folder / "f").write_text(text)

    def read(self):
        return (self.folder / "f").read_text()

    def test_a_filter_is_printed(self):
        self.check(run("fmt", "not udp or(dst_port==53)"), 0, "!udp || (dst_port == 53)\n", "")
        self.check(run("fmt", stdin=b"# web\ntcp and dst_port==443 # tls\n"), 0,
                   "# web\ntcp && dst_port == 443  # tls\n", "")

    def test_in_place_writes_only_what_changes(self):
        self.write("tcp and udp # x\n")
        os.chmod("f", 0o640)
        self.check(run("fmt", "-f", "f", "--in-place"), 0, "", "")
        self.assertEqual(self.read(), "tcp && udp  # x\n")
        self.assertEqual(stat.S_IMODE(os.stat("f").st_mode), 0o640)
        before = os.stat("f")
        self.check(run("fmt", "-f", "f", "--in-place"), 0, "", "")
        self.assertEqual(os.stat("f").st_ino, before.st_ino)
        self.assertEqual(self.files(), ["f"])

    def test_a_wrong_filter_leaves_its_file(self):
        self.write("tcp and (udp\n")
        result = self.check(run("fmt", "-f", "f", "--in-place"), 65, "")
        self.assertIn("f:1:", result.err)
        self.assertEqual((self.read(), self.files()), ("tcp and (udp\n", ["f"]))

    def test_what_is_no_regular_file_is_left(self):
        (self.folder / "target").write_text("tcp and udp")
        os.symlink("target", "link")
        self.check(run("fmt", "-f", "link", "--in-place"), 73, "")
        self.assertTrue((self.folder / "link").is_symlink())
        self.assertEqual((self.folder / "target").read_text(), "tcp and udp")

    def test_check(self):
        self.write("tcp && udp\n")
        self.check(run("fmt", "-f", "f", "--check"), 0, "", "")
        self.check(run("fmt", "tcp && udp", "--check"), 0, "", "")
        self.write("tcp and udp\n")
        self.check(run("fmt", "-f", "f", "--check"), 65, "",
                   "fwc: error: `f` is not in the canonical layout\n"
                   "  hint: `fwc fmt` prints it as it should be\n")

    def test_wrong_uses(self):
        self.check(run("fmt", "udp", "--in-place"), 64, "",
                   "fwc: error: `--in-place` needs a file\n  hint: name it with `-f FILE`\n")
        self.check(run("fmt", "-f", "f", "--in-place", "--check"), 64, "",
                   "fwc: error: `--check` and `--in-place` exclude each other\n"
                   "  hint: see `fwc help fmt`\n")


class SetFiles(Scratch):
    def refused(self, path, *parts):
        result = self.check(run("check", f'dst_ip in from "{path}"'), 65, "")
        for part in parts:
            self.assertIn(part, result.err)

    def test_paths_are_those_of_the_filters_file(self):
        (self.folder / "sub").mkdir()
        (self.folder / "sub" / "list.txt").write_text("192.0.2.1\n")
        (self.folder / "sub" / "a.fw").write_text('dst_ip in from "list.txt"\n')
        self.check(run("check", "-f", "sub/a.fw"), 0, "", "")
        self.check(run("check", 'dst_ip in from "sub/list.txt"'), 0, "", "")
        self.refused("list.txt", "cannot read `list.txt`: No such file")

    def test_hostile_files(self):
        (self.folder / "folder").mkdir()
        os.mkfifo(self.folder / "fifo")
        (self.folder / "nul").write_bytes(b"192.0.2.1\n\0\n")
        (self.folder / "long").write_bytes(b"9" * (1 << 20))
        with open(self.folder / "large", "wb") as large:
            large.truncate((256 << 20) + 1)
        self.refused("folder", "it is a directory")
        self.refused("fifo", "not a regular file")
        self.refused("nul", "nul:2:1: error: the file holds a NUL byte")
        self.refused("long", "the line has 1048576 characters")
        self.refused("large", "the limit is")
        self.refused("/dev/zero", "not a regular file")

    def test_policies(self):
        policy = "drop far: ttl < 3; allow dns: udp && dst_port == 53; default drop;"
        result = self.check(run("explain", policy, "udp 10.0.0.1:5000 > 8.8.8.8:53"), 0, err="")
        self.assertRegex(result.out, r"(?m)^  drop far: ttl < 3 +false$")
        self.assertRegex(result.out, r"(?m)^  allow dns: udp && dst_port == 53 +true")
        self.assertIn("<- decided", result.out)
        result = self.check(run("explain", policy, "tcp 10.0.0.1:5000 > 8.8.8.8:53"), 0, err="")
        self.assertIn("default drop  <- decided", result.out)
        one_part = "egress { allow udp; default drop; }"
        self.check(run(one_part, "-o", "x.o"), 0)
        self.assertIn("[missing-part]",
                      self.check(run(one_part, "-o", "y.o", "--direction", "both"), 65, "").err)


if __name__ == "__main__":
    unittest.main()
