#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The expressions and packets of a default run hold all that is claimed of them. Counted in the texts and bytes, by
the oracle's parser and not by the generator; and the engines are really compared: one that lies is found out.
"""
import collections
import os
import pathlib
import random
import re
import struct
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE), str(HERE.parent / "oracle")]

import cases  # noqa: E402
import expressions  # noqa: E402
import judge  # noqa: E402
import oracle  # noqa: E402
import packets  # noqa: E402
import pcap_filters  # noqa: E402
from engines import Engines  # noqa: E402
from oracle import grammar, names  # noqa: E402
from oracle.text import MARKS, WORDS, tokens  # noqa: E402
from trees import PRIMARY, Declaration, Filter, Node  # noqa: E402

SEED, EXPRESSIONS = 20190801, 500
FORMS = {"decimal": r"[1-9]\d*", "hex": r"0x[0-9a-f]*[a-f][0-9a-f]*", "HEX": r"0x[0-9A-F]*[A-F][0-9A-F]*",
         "octal": r"0o[0-7]+", "binary": r"0b[01]+", "grouped": r"\d+(_\d+)+", "quoted": r"\d+('\d+)+"}
ENGINES = os.environ.get("ENGINES", "")


def nodes(node):
    yield node
    for part in node[1:]:
        for inner in part if isinstance(part, list) else [part]:
            if isinstance(inner, tuple) and inner and isinstance(inner[0], str):
                yield from nodes(inner)


class Expressions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        dice = random.Random(SEED)
        packets.corpus(dice)
        generator = expressions.Generator(dice)
        filters = [generator.filter() for _ in range(EXPRESSIONS)]
        cls.texts = [filter_.text() for filter_ in filters]
        cls.tokens = [(token, text[token.at:token.end]) for text in cls.texts for token in tokens(text)]
        cls.trees = [grammar.parse(text) for text in cls.texts]
        cls.changed = [grammar.parse(filter_.changed() or filter_.text()) for filter_ in filters]
        conditions = [rule.condition for tree in cls.trees for policy in tree.policies.values() if policy
                      for rule in policy[0]]
        conditions += [node for tree in cls.trees for node in tree.named.values()]
        cls.nodes = [node for condition in conditions for node in nodes(condition)]
        cls.names = collections.Counter(node[1] for node in cls.nodes if node[0] == "name")

    def every(self, wanted, found):
        self.assertEqual(sorted(set(wanted) - set(found), key=str), [])

    def fields(self):
        return expressions.fields("cgroup", *{kind for kind, _ in names.FIELDS.values()})

    def test_every_field_of_the_language(self):
        self.every(self.fields(), self.names)

    def test_no_field_of_the_command_is_unknown_here(self):
        known = {*names.FIELDS, *names.EITHER, "payload"}
        listed = subprocess.run([os.environ["FWC"], "fields", "--names"], capture_output=True, text=True, check=True)
        self.assertGreater(len(listed.stdout.split()), 50)
        self.every(listed.stdout.split(), known)

    def test_every_operator_in_every_spelling(self):
        spelled = {shown for token, shown in self.tokens if token.kind == "mark"}
        self.every({*MARKS, *WORDS}, spelled)
        used = {node[1] for node in self.nodes if node[0] in ("unary", "binary")}
        self.every([sign for level in grammar.LEVELS for sign in level if sign != "in"] + list(grammar.PREFIXES), used)
        self.every([False, True], {node[1] for node in self.nodes if node[0] == "in"})

    def test_every_production(self):
        wanted = {"int", "address", "prefix", "name", "variable", "unary", "binary", "if", "in", "range", "set", "slice",
                  "string", "pair", "held", "file"}
        self.every(wanted, {node[0] for node in self.nodes})
        self.every((2, 3), {len(node[1]) for node in self.nodes if node[0] == "pair"})
        slices = {(node[3][0], node[1]) for node in self.nodes if node[0] == "binary" and node[2][0] == "slice"}
        self.every(("slice", "int", "string"), {kind for kind, _ in slices})
        self.every([("string", "=="), ("string", "!=")], slices)
        self.every(("int", "range", "string"), {element[0] for node in self.nodes if node[0] == "in" and
                                               node[2][0] == "slice" for element in node[3][1]})

    def test_every_form_of_policy(self):
        policies = [policy for tree in self.trees for policy in tree.policies.values() if policy]
        rules = [rule for policy, _ in policies for rule in policy]
        self.every(((action, named) for action in grammar.ACTIONS for named in (False, True)),
                   {(rule.action, rule.name is not None) for rule in rules})
        self.every(("allow", "drop"), {default for _, default in policies})
        self.every(range(5), {len(policy) for policy, _ in policies})
        self.every([("egress",), ("ingress",), ("egress", "ingress")],
                   {tuple(sorted(way for way, policy in tree.policies.items() if policy)) for tree in self.trees})
        orders = {tuple(re.findall(r"^(egress|ingress) \{", text, re.M)) for text in self.texts}
        self.every([(), ("egress", "ingress"), ("ingress", "egress")], orders)

    def test_every_form_of_definition(self):
        kinds = {node[0] for tree in self.trees for node in tree.named.values()}
        self.every(("set", "file", "prefix", "range", "binary", "in"), kinds)
        used = {name for tree in self.trees for name in tree.named}
        self.every(("address", "int", "pair"), {node[1][0][0] for tree in self.trees for node in tree.named.values()
                                                if node[0] == "set"})
        self.every((True, False), {node[0] == "set" and len(node[1]) > 1 and ("name", name) in node[1]
                                   for node in self.nodes for name in used})

    def test_every_kind_of_live_value(self):
        live = [value for tree in self.trees for value in tree.live.values()]
        numbers = {(value.kind, value.bounds is not None) for value in live if value.name[0] == "$"}
        self.every([(None, True), (None, False), ("int", True), ("int", False), ("bool", False), ("ip", False)], numbers)
        self.every(("name", "int", "address"), {value.initial[0] for value in live if value.kind is None})
        self.every([4, 6], {value.initial[1][0] for value in live if value.initial[0] == "address"})

    def test_every_change_of_what_a_live_set_holds(self):
        """Empty, filled by elements and by a file, each changed to each."""
        def held(node):
            return "nothing" if node == ("set", []) else node[0]

        met = {(before.kind, held(before.initial), held(after.live[name].initial))
               for tree, after in zip(self.trees, self.changed) for name, before in tree.live.items() if name[0] == "@"}
        every = ("nothing", "set", "file")
        self.every({(kind, one, other) for kind in ("ip", "port", ("ip", "port")) for one in every for other in every},
                   met)
        self.every({("int", one, other) for one in every[:2] for other in every[:2]}, met)

    def test_every_pair_of_operators_meets(self):
        """So that a wrong precedence or a lost parenthesis shows."""
        met = {(outer[1], inner[1], side) for outer in self.nodes if outer[0] == "binary"
               for side in (2, 3) for inner in [outer[side]] if inner[0] == "binary"}
        logic, numbers = ("||", "&&", "^^"), expressions.ARITHMETIC
        self.every({(a, b, side) for a in logic for b in logic for side in (2, 3)}, met)
        self.every({(a, b, 2) for a in numbers for b in numbers}, met)
        self.every({(a, b) for a in expressions.COMPARISONS for b in numbers}, {pair[:2] for pair in met})

    def test_every_form_of_integer(self):
        shown = [text for token, text in self.tokens if token.kind == "int"]
        self.every(FORMS, {form for form, pattern in FORMS.items() for text in shown if re.fullmatch(pattern, text)})

    def test_every_boundary_of_every_width(self):
        met = set()
        for node in self.nodes:
            if node[0] == "binary" and node[1] in expressions.COMPARISONS:
                for name, value in (node[2:], node[:1:-1]):
                    if name[0] == "name" and value[0] == "int":
                        met.add((name[1], value[1]))
        generator = expressions.Generator(random.Random(0))
        self.assertGreater(len(generator.edges), 150)
        self.every(generator.edges, met)

    def test_every_constant(self):
        wanted = {constant for field in expressions.fields("cgroup", *names.INTEGERS)
                  for constant in expressions.Generator.names(field)}
        self.every(wanted, self.names)

    def test_every_prefix_length(self):
        met = {shown.partition("/")[::2] for token, shown in self.tokens if token.kind == "prefix"}
        self.every(range(33), {int(length) for base, length in met if ":" not in base})
        self.every(range(129), {int(length) for base, length in met if ":" in base})

    def test_comments_and_white_space(self):
        for pattern in (r"#[^\n]*\n", r"//[^\n]*\n", r"/\*.*?\*/", "\t", r"\n"):
            self.assertTrue(any(re.search(pattern, text) for text in self.texts), pattern)


def extension_kinds(data):
    """The kinds of the extension headers of a whole chain, however many."""
    kinds, kind, at = [], data[6], 40
    while kind in packets.EXTENSIONS and at + 8 <= len(data):
        kinds.append(kind)
        size = 8 if kind == 44 else (data[at + 1] + 2) * 4 if kind == 51 else (data[at + 1] + 1) * 8
        kind, at = data[at], at + size
    return kinds


class Link(unittest.TestCase):
    """The filters and frames of a run at tc, each of fewer filters than one on a cgroup."""

    def test_every_form_of_what_is_asked(self):
        generator = expressions.Generator(random.Random(SEED), "tc")
        nodes_ = [node for _ in range(150) for policy in grammar.parse(generator.filter().text()).policies.values()
                  if policy for rule in policy[0] for node in nodes(rule.condition)]
        asked = {node[1] for node in nodes_ if node[0] == "name"}
        self.assertEqual(sorted(expressions.LINK - asked), [])
        self.assertLessEqual({"mac", "macs"}, {node[0] for node in nodes_})
        self.assertFalse(expressions.LINK & set(expressions.Generator(random.Random(0)).numbers))

    def test_every_form_of_frame(self):
        frames = packets.frames(random.Random(SEED))
        fields = [f for frame in frames if (f := frame.fields("ingress"))]
        self.assertLessEqual({*packets.VLANS, None}, {f["vlan"] for f in fields})
        self.assertLessEqual({int(mac.replace(":", ""), 16) for mac in packets.MACS}, {f["src_mac"] for f in fields})
        self.assertLessEqual({0x0800, 0x86DD, 0x0806, 0x8100, 0x88A8}, {f["ethertype"] for f in fields})
        whole = {frame.data for frame in frames}
        for count in range(4):  # tags before the packet
            self.assertGreater(len({frame for frame in whole if frame[12 + 4 * count:14 + 4 * count] == b"\x08\0"}), 99)
        for size in range(27):
            self.assertTrue(any(len(frame) == size for frame in whole), size)


class Packets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.packets = packets.corpus(random.Random(SEED))
        cls.bytes = {(packet.ethertype, packet.data) for packet in cls.packets}
        cls.fields = [packet.fields("egress") for packet in cls.packets]
        cls.walked = [fields for fields in cls.fields if fields]

    def test_every_extension_chain_of_0_to_12(self):
        chains = collections.Counter(tuple(extension_kinds(packet.data)) for packet in self.packets
                                     if packet.ethertype == packets.IPV6 and len(packet.data) >= 40)
        for kind in packets.EXTENSIONS:
            for count in range(13):
                self.assertGreater(chains[(kind,) * count], 0, (kind, count))
            for other in packets.EXTENSIONS:
                self.assertGreater(chains[(kind, other, 60, other)], 0, (kind, other))

    def test_every_option_length_and_wrong_one(self):
        met = {data[0] & 15 for ethertype, data in self.bytes if ethertype == packets.IPV4 and data}
        self.assertEqual(met, set(range(16)))
        self.assertEqual({f["ip.header_len"] for f in self.walked if f["ip"]}, set(range(20, 64, 4)))
        self.assertEqual({f["tcp.header_len"] for f in self.walked if f["tcp"] and "tcp.header_len" in f},
                         set(range(20, 64, 4)))

    def test_every_form_of_fragment(self):
        forms = {(f["ip"], f["fragment"], f["first_fragment"], f["frag_offset"] > 0) for f in self.walked
                 if f["ip"] or f["ipv6"]}
        self.assertEqual(forms, {(family, *form) for family in (0, 1) for form in
                                 ((0, 0, False), (1, 1, False), (1, 0, True))})
        atomic = [d for e, d in self.bytes if e == packets.IPV6 and len(d) > 47 and d[6] == 44 and
                  not struct.unpack("!H", d[42:44])[0] & 0xFFF9]
        self.assertTrue(atomic)

    def test_every_header_whole_exact_and_cut(self):
        for number, size in ((6, 20), (17, 8), (1, 8), (58, 8), (132, 12)):
            for family in ("ip", "ipv6"):
                head = 20 if family == "ip" else 40
                lengths = {len(d) - head for e, d in self.bytes if len(d) >= head and
                           (e, d[9 if family == "ip" else 6]) == ((packets.IPV4, number) if family == "ip" else
                                                                   (packets.IPV6, number))}
                if (family, number) not in (("ip", 58), ("ipv6", 1), ("ipv6", 132)):
                    self.assertLessEqual({size}, lengths, (family, number))
                self.assertTrue(any(length > size for length in lengths), (family, number))
        self.assertGreater(self.fields.count(None), 400)

    def test_truncation_at_every_byte(self):
        for ethertype, data in packets.to_truncate():
            for size in range(len(data)):
                self.assertIn((ethertype, data[:size]), self.bytes)

    def test_every_value_of_the_pools(self):
        for field, wanted in (("src_port", packets.PORTS), ("dst_port", packets.PORTS), ("ttl", packets.OCTETS),
                              ("tcp.flags", packets.TCP_FLAGS), ("icmp.type", packets.ICMP_TYPES),
                              ("proto", set(packets.PROTOCOLS) - {0, 51, 60}), ("mark", (0, 2**32 - 1)),
                              ("gso_segs", (0, 1, 2, 45, 65535)), ("ipv6.flow_label", (0, 2**20 - 1))):
            self.assertLessEqual(set(wanted), {f.get(field) for f in self.walked}, field)


class Lying(Engines):
    """Says the opposite of what the evaluator says wherever a condition on filter and packet holds."""

    def __init__(self, program, lies):
        self.lies = lies
        super().__init__(program)

    def filter(self, text, place, first=0, count=None, changed=None):
        answer = super().filter(text, place, first, count, changed)
        verdicts = answer.verdicts.get("evaluator", "")
        answer.verdicts["evaluator"] = "".join(
            "10"[int(v)] if self.lies(text, self.packets[(first + i) % len(self.packets)]) else v
            for i, v in enumerate(verdicts))
        return answer


class Deaf(Engines):
    """Never changes a live value."""

    def filter(self, text, place, first=0, count=None, changed=None):
        return super().filter(text, place, first, count, changed and text)


class Miscounting(Engines):
    def filter(self, text, place, first=0, count=None, changed=None):
        answer = super().filter(text, place, first, count, changed)
        answer.counts[-1] += 1
        return answer


class Comparison(unittest.TestCase):
    def test_a_lie_is_found_and_made_small(self):
        engines = Lying(ENGINES, lambda text, packet: "ttl" in text and packet.data[9:10] == b"\x11")
        self.addCleanup(engines.close)
        some = packets.corpus(random.Random(1))[:300]
        generator = expressions.Generator(random.Random(7))
        filter_ = next(f for f in (generator.filter() for _ in range(300)) if "ttl" in f.text() and
                       len(f.text()) > 100)
        with self.assertRaises(judge.Disagreement) as caught:
            judge.Judge(engines, some).check(filter_.text(), "egress")
        self.assertEqual(caught.exception.engine, "evaluator")
        case = judge.Shrinking(filter_, caught.exception, engines, "egress").case()
        self.assertIn("ttl", case.text)
        self.assertLess(len(case.text), 40)
        self.assertEqual(len(case.packet.data), 10)
        with tempfile.TemporaryDirectory() as folder:
            again = cases.read(case.write(folder))
            self.assertEqual((again.text, again.packet.data, again.verdict),
                             (case.text, case.packet.data, case.verdict))

    def judge(self, engines, text, changed, hook="cgroup", packet=None):
        self.addCleanup(engines.close)
        packet = packet or oracle.Packet(packets.IPV4, packets.ipv4(17, packets.udp()))
        with self.assertRaises(judge.Disagreement) as caught:
            judge.Judge(engines, [packet], hook).check(text, "ingress", changed=changed)
        return caught.exception

    @unittest.skipUnless(os.geteuid() == 0, "may not load BPF programs here")
    def test_a_change_that_is_not_made_is_found_and_made_small(self):
        engines = Deaf(ENGINES)
        found = self.judge(engines, "let $v = 1; udp && ttl > $v", "let $v = 64; udp && ttl > $v")
        self.assertEqual((found.engine, found.verdict), ("running", False))
        value, other = (Node("value", PRIMARY, text) for text in ("1", "64"))
        asked = Node("bool", 4, "udp && ", (Node("bool", 9, "ttl > $v0_"), 5), " && len < 2000")
        filter_ = Filter([Declaration("$v0_", " = ", value, other=other)], [("", [("", asked)], None)])
        case = judge.Shrinking(filter_, found, engines, "ingress").case()
        self.assertEqual((case.text, case.changed), ("let $v0_ = 1;\nttl > $v0_", "let $v0_ = 64;\nttl > $v0_"))
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(cases.read(case.write(folder)).changed, case.changed)

    @unittest.skipUnless(os.geteuid() == 0, "may not load BPF programs here")
    def test_a_wrong_count_is_found(self):
        text = "count a: udp; drop b: tcp; default allow;"
        self.assertEqual(self.judge(Miscounting(ENGINES), text, text).engine, "counts")

    def test_a_lie_about_a_frame_is_found(self):
        engines = Lying(ENGINES, lambda text, packet: len(packet.data) > 40)
        frame = oracle.Frame(packets.frame(packets.IPV4, packets.ipv4(17, packets.udp()), tags=((0x8100, 7),)))
        self.assertEqual(self.judge(engines, "vlan == 7", None, "tc", frame).engine, "evaluator")

    def test_a_wrong_filter_and_a_crash_are_found(self):
        engines = Engines(ENGINES)
        self.addCleanup(engines.close)
        one = [oracle.Packet(packets.IPV4, packets.ipv4(17, packets.udp()))]
        self.assertFalse(engines.filter("udp &&", ("cgroup", "egress"), 0, 1).accepted)
        judging = judge.Judge(engines, one)
        with self.assertRaises(oracle.FilterError):
            judging.check("udp &&", "egress")
        engines.process.kill()
        with self.assertRaises(judge.Disagreement) as caught:
            judging.check("udp", "egress")
        self.assertEqual(caught.exception.engine, "process")
        judging.check("udp", "egress")

    def test_both_refuse_what_is_no_filter(self):
        from oracle_test import WRONG
        engines = Engines(ENGINES)
        self.addCleanup(engines.close)
        for text in WRONG:
            with self.subTest(text):
                self.assertFalse(engines.filter(text, ("cgroup", "egress"), 0, 0).accepted)

    def test_every_sentence_of_libpcap_decides_something(self):
        engines = Engines(ENGINES)
        self.addCleanup(engines.close)
        every = packets.corpus(random.Random(SEED))
        judging = judge.Judge(engines, every)
        for ours, theirs in pcap_filters.PAIRS:
            with self.subTest(ours):
                before = judging.passed
                judging.check(ours, "egress", pcap=theirs)
                self.assertTrue(0 < judging.passed - before < len(every))


if __name__ == "__main__":
    unittest.main()
