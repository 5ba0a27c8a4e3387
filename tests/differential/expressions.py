# SPDX-License-Identifier: MIT
"""Random filters of the right types. Every choice is drawn from a deck without putting back, so that after a few
hundred filters each alternative has come up; coverage_test.py counts them in the texts.
"""
import ipaddress
import re

from oracle.names import CONSTANTS, EITHER, FIELDS, ICMP, INTEGERS, NETWORKS
from packets import ADDRESSES4, ADDRESSES6, MACS, PORTS, VLANS
from trees import PRIMARY, UNARY, Declaration, Filter, Node

# What BPF_PROG_TEST_RUN cannot feed; flows have a test of their own.
UNFED = {"cookie", "established", "reply"}
LINK = {"vlan", "ethertype", "src_mac", "dst_mac"}
SOCKET_BUFFER = {"mark", "priority", "gso_size", "gso_segs", "uid", "cgroup_id"}
MISSING = {"cgroup": LINK | UNFED, "tc": UNFED, "xdp": SOCKET_BUFFER | UNFED}  # by hook
SET_FILES = {"address": "addresses.txt", "port": "ports.txt", "pair": "pairs.txt"}  # in set_files
SLICES = ("int", "int", "text", "text", "slices", "numbers", "strings")  # what slices are compared with
# Ports of pairs in live sets, of which each is an entry of its own for each prefix of the addresses.
PORT_SPANS = ("0", "53", "80", "443", "65535", "0..1", "22..53", "440..450", "65530..65535")
# Kinds of live sets, each with where its elements are from at first and later.
LIVE_SETS = tuple((kind, first, later) for kind in (*SET_FILES, "int") for first in ("nothing", "elements", "file")
                  for later in ("nothing", "elements", "file") if kind in SET_FILES or "file" not in (first, later))

LEVEL = {"?:": 1, "||": 2, "^^": 3, "&&": 4, "|": 5, "^": 6, "&": 7, "==": 8, "!=": 8, "<": 9, "<=": 9, ">": 9,
         ">=": 9, "in": 10, "<<": 11, ">>": 11, "+": 12, "-": 12, "*": 13, "/": 13, "%": 13}
SPELLINGS = {"||": ("||", "or"), "^^": ("^^", "xor"), "&&": ("&&", "and"), "!": ("!", "not ")}
COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
LOGIC = ("||", "&&", "^^")
ARITHMETIC = ("+", "-", "*", "/", "%", "<<", ">>", "&", "|", "^")
FORMS = ("decimal", "decimal", "hex", "HEX", "octal", "binary", "grouped", "quoted")
GAPS = (" ",) * 12 + ("  ", "\n", "\t", " /* 1 */ ", " # 2\n", " // 3\n", "/**/")
WORD = re.compile(r"(?<![0-9A-Za-z_.])[$a-z_][a-z0-9_.]*")
BIG = (0, 1, 2, 7, 8, 40, 63, 64, 255, 256, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**63 - 1)


def fields(hook, *kinds):
    return [name for name, (kind, _) in FIELDS.items() if kind in kinds and name not in MISSING[hook]]


def plain(value):
    return isinstance(value, (str, int)) or isinstance(value, tuple) and all(map(plain, value))


def varies(node):
    return bool(set(WORD.findall(node.text())) - {"true", "false", "and", "or", "xor", "not", "in"})


def boundaries(most):
    return sorted({0, 1, most // 2, most // 2 + 1, most - 1, most} & set(range(most + 1)) if most < 100
                  else {0, 1, most // 2, most // 2 + 1, most - 1, most})


class Generator:
    def __init__(self, random, hook="cgroup"):
        self.random, self.hook, self.decks, self.declarations = random, hook, {}, []
        self.numbers, self.booleans = fields(hook, *INTEGERS), fields(hook, "bool")
        self.addresses, self.macs = fields(hook, "address"), fields(hook, "mac")
        self.edges = [(name, value) for name in self.numbers for value in boundaries(FIELDS[name][1])]
        self.constants = sorted({(FIELDS[name][0], constant) for name in self.numbers for constant in self.names(name)})

    @staticmethod
    def names(field):
        kind = FIELDS[field][0]
        return list(ICMP if kind == "icmp" else CONSTANTS.get(kind, ()))

    def draw(self, *choices):
        """One of the choices; where they are text or numbers, each comes up once before any comes up again."""
        if not plain(choices):
            return self.random.choice(choices)
        key = str(choices)
        deck = self.decks.get(key)
        if not deck:
            deck = self.decks[key] = list(choices)
            self.random.shuffle(deck)
        return deck.pop()

    def gap(self):
        return self.random.choice(GAPS)

    # Whole filters.

    def filter(self):
        self.declarations = []
        if self.random.random() < 0.3:
            return self.policy()
        return Filter(self.declarations, [("", [("", self.boolean(self.random.choice((1, 2, 2, 3, 3, 4))))], None)])

    def policy(self):
        policies = [(head, [(self.action(i), self.boolean(2)) for i in range(self.random.randrange(5))],
                     self.draw("allow", "drop")) for head in self.heads()]
        return Filter(self.declarations, policies)

    def heads(self):
        """The parts of a policy; no head is one for both directions."""
        if self.hook == "xdp":
            return self.draw(("",), ("ingress",))
        return self.draw(("",), ("",), ("egress", "ingress"), ("ingress", "egress"), ("egress",), ("ingress",))

    def action(self, number):
        return self.draw("allow", "drop", "count") + self.draw("", f" rule_{number}:")

    def declare(self, sigil, before, value, after="", other=None):
        """The name under which a value is declared from now on; see Declaration."""
        name = f"{sigil}v{len(self.declarations)}_"
        self.declarations.append(Declaration(name, before, value, after, other))
        return name

    # Conditions.

    def boolean(self, depth):
        if depth <= 0 or self.random.random() < 0.15:
            return self.atom()
        sign = self.draw("||", "||", "&&", "&&", "^^", "!", "?:", "many", "nested", "named")
        if sign == "!":
            return Node("bool", UNARY, self.draw(*SPELLINGS["!"]), (self.boolean(depth - 1), UNARY))
        if sign == "?:":
            return self.conditional("bool", self.boolean(depth - 1), self.boolean(depth - 1))
        if sign == "nested":
            return self.nested(depth)
        if sign == "named":
            return Node("bool", PRIMARY, self.declare("", " = ", self.boolean(depth - 1)))
        if sign == "many":
            sign = self.draw("||", "&&")
            return self.infix("bool", sign, *(self.boolean(depth - 2) for _ in range(self.random.randrange(3, 6))))
        return self.infix("bool", sign, self.boolean(depth - 1), self.boolean(depth - 1))

    def nested(self, depth):
        """One operator below another, each pair on each side."""
        outer, inner, side = self.draw(*((a, b, side) for a in LOGIC for b in LOGIC for side in (0, 1)))
        operands = [self.infix("bool", inner, self.boolean(depth - 2), self.boolean(depth - 2)), self.boolean(depth - 1)]
        return self.infix("bool", outer, operands[side], operands[1 - side])

    def infix(self, kind, sign, first, *rest):
        level = LEVEL[sign]
        parts = [(first, level)]
        for node in rest:
            word = self.draw(*SPELLINGS.get(sign, (sign,)))
            gap = self.gap() if not word.isalpha() and word != "/" else " "  # beside `/`, a comment would change it
            parts += [f"{gap}{word}{gap}", (node, level + 1)]
        return Node(kind, level, *parts)

    def conditional(self, kind, chosen, other):
        return Node(kind, 1, (self.boolean(1), 2), " ? ", (chosen, 1), f" :{self.gap()}", (other, 1))

    def atom(self):
        kinds = ["any set", *["constant"] * 3, *["nested"] * 3, *["edge"] * 6, "field", "field", "integers", "integers",
                 "address", "address", "addresses", "addresses", "set", "set", "numbers", "numbers", "flags", "number",
                 "bools", "literal", "live", "live", "either", "slice", "pair", "live set", "live set", "live ip",
                 "network", "named set", "interface", *(["mac", "mac", "link", "link"] if self.macs else [])]
        return getattr(self, "atom_" + self.draw(*kinds).replace(" ", "_"))()

    def atom_field(self):
        return Node("bool", PRIMARY, self.draw(*self.booleans))

    def atom_literal(self):
        return Node("bool", PRIMARY, self.draw("true", "false"))

    def atom_edge(self):
        """A field and one of the values where its width or its sign would show."""
        field, value = self.draw(*self.edges)
        return self.compared(Node("int", PRIMARY, field), Node("int", PRIMARY, self.literal(value)))

    def atom_constant(self):
        kind, constant = self.draw(*self.constants)
        field = self.draw(*fields(self.hook, kind))
        sign = self.draw("==", "!=", "in", "not in")
        if sign.endswith("in"):
            return self.member(Node("int", PRIMARY, field), sign, [constant, str(self.value(field))])
        return Node("bool", 8, *self.draw((field, f" {sign} ", constant), (constant, f" {sign} ", field)))

    def atom_integers(self):
        field = self.draw(*self.numbers)
        return self.compared(Node("int", PRIMARY, field), Node("int", PRIMARY, self.literal(self.value(field))))

    def atom_numbers(self):
        left, right = self.number(2), self.number(2)
        while not (varies(left) and varies(right)):  # a constant may be no value of the field, which is an error
            left, right = self.number(2), self.number(2)
        return self.compared(left, right)

    def atom_nested(self):
        sign, outer = self.draw(*((a, b) for a in COMPARISONS for b in ARITHMETIC))
        return self.compared(self.nested_number(2, outer), Node("int", 12, f"{self.draw(*self.numbers)} + 1"), sign)

    def atom_number(self):
        node = self.number(2)
        return Node("bool", node.level, *node.parts)

    def atom_bools(self):
        return self.compared(Node("bool", PRIMARY, self.draw(*self.booleans)), self.draw(
            Node("int", PRIMARY, "0"), Node("int", PRIMARY, "1"), Node("bool", PRIMARY, "true"),
            Node("bool", PRIMARY, self.draw(*self.booleans))))

    def atom_flags(self):
        flags = list(CONSTANTS["flags"])
        one, two = self.draw(*flags), self.draw(*flags)
        return Node("bool", *self.draw(
            (8, f"(tcp.flags & ({one} | {two})) == {one}"), (8, f"tcp.flags == ({one} | {two})"),
            (8, f"tcp.flags != {two}"), (7, f"tcp.flags & {one}"), (8, f"(tcp.flags & ({one} | {two})) != 0"),
            (10, f"tcp.flags in {{{one}, {two}, 0x12}}")))

    def compared(self, left, right, sign=None):
        sign = sign or self.draw(*COMPARISONS)
        left, right = self.draw((left, right), (right, left))
        gap = self.gap()
        return Node("bool", LEVEL[sign], (left, LEVEL[sign] + 1), f"{gap}{sign}{gap}", (right, LEVEL[sign] + 1))

    # Numbers.

    def number(self, depth):
        if depth <= 0 or self.random.random() < 0.25:
            return self.leaf()
        sign = self.draw(*ARITHMETIC, "unary", "unary", "?:", "nested", "nested")
        if sign == "nested":
            return self.nested_number(depth)
        if sign == "unary":
            return Node("int", UNARY, self.draw("-", "~", "+"), (self.number(depth - 1), PRIMARY))
        if sign == "?:":
            return self.conditional("int", self.number(depth - 1), self.number(depth - 1))
        return self.calculated(sign, self.number(depth - 1), depth - 1)

    def nested_number(self, depth, outer=None):
        outer = outer or self.draw(*ARITHMETIC)
        inner = self.draw(*((outer, sign) for sign in ARITHMETIC))[1]
        return self.calculated(outer, self.calculated(inner, self.number(depth - 2), depth - 2), depth - 1)

    def calculated(self, sign, left, depth):
        right = self.number(depth)
        if sign in ("/", "%", "<<", ">>"):  # a constant that is 0, or no shift count, would be an error
            constant = self.random.choice((1, 2, 3, 7, 10, 63)) if self.random.random() < 0.5 else None
            right = Node("int", PRIMARY, self.draw(*self.numbers) if constant is None else self.literal(constant))
        return self.infix("int", sign, left, right)

    def leaf(self):
        kind = self.draw(*["field"] * 6, *["literal"] * 4, "bool", "bool", "negative", "negative", "live", "named")
        if kind == "field":
            return Node("int", PRIMARY, self.draw(*self.numbers))
        if kind == "live":
            return Node("int", PRIMARY, self.live_number(self.draw(*self.numbers)))
        if kind == "named":
            return Node("int", PRIMARY, self.declare("", " = ", self.infix(
                "int", self.draw(*"+-&|^"), Node("int", PRIMARY, self.draw(*self.numbers)), self.leaf())))
        if kind == "bool":
            return Node("int", PRIMARY, self.draw(*self.booleans))
        if kind == "negative":
            return Node("int", UNARY, f"-{self.literal(self.draw(*BIG))}")
        return Node("int", PRIMARY, self.literal(self.draw(*BIG)))

    def value(self, field):
        """A value that packets have."""
        most = FIELDS[field][1]
        return self.random.choice([v for v in (*PORTS, 6, 17, 20, 28, 40, 44, 60, 128, 1448) if v <= most])

    def literal(self, value):
        form = self.draw(*FORMS)
        digits = str(value)
        return {"decimal": digits, "hex": f"{value:#x}", "HEX": f"0x{value:X}", "octal": f"{value:#o}",
                "binary": f"{value:#b}" if value < 65536 else digits,
                "grouped": f"{value:_}", "quoted": f"{value:,}".replace(",", "'")}[form]

    # Sets.

    def member(self, left, sign, elements, bare=False):
        braces = ("", "") if bare and len(elements) == 1 else ("{", "}")
        return Node("bool", 10, (left, 11), f" {sign} {braces[0]}", elements, braces[1])

    def atom_set(self):
        field = self.draw(*self.numbers)
        return self.member(Node("int", PRIMARY, field), self.draw("in", "not in"), self.elements(field),
                           self.random.random() < 0.7)

    def size(self, most=6):
        """Of a set: mostly small, for large ones are looked up in other ways."""
        return self.random.randrange(1, most) if self.random.random() < 0.8 else self.random.randrange(most, 40)

    def elements(self, field, most=6):
        found = []
        for _ in range(self.size(most)):
            low, high = sorted((self.value(field), self.random.choice((self.value(field), FIELDS[field][1]))))
            found.append(self.random.choice((self.literal(low), f"{self.literal(low)}..{self.literal(high)}",
                                             f"{low // 2} + {low - low // 2}")))
        return found

    def atom_any_set(self):
        """Numbers of either sign and any size, looked up where no field bounds them."""
        left = self.number(2)
        # `+field` is the field, and so is `true ? field : 0`.
        while not varies(left) or left.level in (1, PRIMARY) or left.parts[0] == "+":
            left = self.number(2)
        elements = []
        for _ in range(self.size()):
            one, other = sorted(self.random.choice((1, -1)) * max(self.random.choice(BIG) - self.random.randrange(9), 0)
                                for _ in range(2))
            elements.append(self.random.choice((f"{one}", f"{one}..{other}")))
        return self.member(left, self.draw("in", "not in"), elements)

    # Addresses.

    def address(self):
        return self.draw(*ADDRESSES4) if self.random.random() < 0.5 else self.draw(*ADDRESSES6)

    def prefix(self):
        version, length = self.draw(*((4, n) for n in range(33)), *((6, n) for n in range(129)))
        base = self.random.choice(ADDRESSES4 if version == 4 else ADDRESSES6)
        return str(ipaddress.ip_network(f"{base}/{length}", strict=False))

    def span(self):
        pool = [ipaddress.ip_address(text) for text in (ADDRESSES4 if self.draw(4, 6) == 4 else ADDRESSES6)]
        low, high = sorted(self.random.sample(pool, 2))
        return f"{low}..{high}"

    def one_address(self):
        return getattr(self, self.draw("address", "prefix", "span"))()

    def atom_address(self):
        field = self.draw(*self.addresses)
        kind = self.draw("address", "address", "prefix", "field")
        other = self.draw(*self.addresses) if kind == "field" else getattr(self, kind)()
        return Node("bool", 8, *self.draw((field, f" {self.draw('==', '!=')} ", other),
                                          (other, f" {self.draw('==', '!=')} ", field)))

    def atom_addresses(self):
        elements = [self.one_address() for _ in range(self.size())]
        return self.member(Node("address", PRIMARY, self.draw(*self.addresses)), self.draw("in", "not in"),
                           elements, self.random.random() < 0.7)

    def atom_network(self):
        return self.member(Node("address", PRIMARY, self.draw(*self.addresses)), self.draw("in", "not in"),
                           [self.draw(*NETWORKS)] + self.draw([], [self.address()]), True)

    def atom_named_set(self):
        """A set by its name, alone or in another; a prefix or a range under a name is one too."""
        kind = self.draw("port", "address", "span", "prefix", "file", "pair")
        if kind == "pair":
            name = self.declare("", " = ", self.braced([self.one_pair() for _ in range(3)]))
            return self.member(Node("pair", PRIMARY, self.pair_of_fields()), self.draw("in", "not in"), [name], True)
        address = kind in ("address", "prefix") or kind == "file" and self.draw("address", "port") == "address"
        field = self.draw(*self.addresses) if address else self.draw(*fields(self.hook, "port"))
        if kind == "file":
            value = self.set_file("address" if address else "port")
        elif kind in ("prefix", "span"):
            value = Node("set", PRIMARY, self.prefix() if kind == "prefix" else "22..443")
        else:
            value = self.braced([self.one_address() for _ in range(3)] if address else self.elements(field))
        name = self.declare("", " = ", value)
        elements = [name] + self.draw([], [self.address() if address else str(self.value(field))])
        return self.member(Node("int", PRIMARY, field), self.draw("in", "not in"), elements, True)

    @staticmethod
    def braced(elements):
        return Node("set", PRIMARY, "{", elements, "}")

    @staticmethod
    def set_file(kind):
        return Node("set", PRIMARY, f'from "{SET_FILES[kind]}"')

    # Live values: what they are at first, and what they are changed to.

    def live_number(self, field):
        most = FIELDS[field][1]
        after = self.draw("", "", f" in 0..{most}")
        if not after and self.random.random() < 0.3:
            most = 2**63 - 1
        values = [Node("value", PRIMARY, self.literal(self.random.choice([v for v in (self.value(field), *BIG)
                                                                          if v <= most]))) for _ in range(2)]
        return self.declare("$", self.draw(" = ", ": int = "), values[0], after, values[1])

    def atom_live(self):
        if self.draw("int", "int", "bool") == "bool":
            value, other = (Node("value", PRIMARY, text) for text in self.draw(("true", "false"), ("false", "true")))
            return Node("bool", PRIMARY, self.declare("$", self.draw(" = ", ": bool = "), value, other=other))
        field = self.draw(*self.numbers)
        return self.compared(Node("int", PRIMARY, field), Node("int", PRIMARY, self.live_number(field)))

    def atom_live_ip(self):
        name = self.declare("$", self.draw(" = ", ": ip = "), Node("value", PRIMARY, self.address()),
                            other=Node("value", PRIMARY, self.address()))
        return Node("bool", 8, self.draw(*self.addresses), f" {self.draw('==', '!=')} ", name)

    def atom_live_set(self):
        kind, *sources = self.draw(*LIVE_SETS)
        left = {"address": lambda: self.draw(*self.addresses), "port": lambda: self.draw(*fields(self.hook, "port")),
                "int": lambda: self.draw(*self.numbers), "pair": self.pair_of_fields}[kind]()
        declared = {"address": "ip", "pair": "(ip, port)"}.get(kind, kind)
        at_first, later = (self.held(source, kind, left) for source in sources)
        name = self.declare("@", f": {declared}", at_first, other=later)
        return Node("bool", 10, left, f" {self.draw('in', 'not in')} ", name)

    def held(self, source, kind, left):
        """What a live set holds."""
        if source == "nothing":
            return Node("held", PRIMARY, "")
        if source == "file":
            return Node("held", PRIMARY, " = ", (self.set_file(kind), PRIMARY))
        elements = (self.elements(left) if kind in ("port", "int") else
                    [self.one_pair(self.draw(*PORT_SPANS)) if kind == "pair" else self.one_address() for _ in range(self.size(5))])
        return Node("held", PRIMARY, " = ", (self.braced(elements), PRIMARY))

    # Either end, pairs, payload.

    def atom_either(self):
        end = self.draw(*EITHER)
        if end == "host":
            elements = [self.one_address() for _ in range(self.random.randrange(1, 4))]
            return self.draw(self.member(Node("address", PRIMARY, end), self.draw("in", "not in"), elements),
                             Node("bool", 8, end, f" {self.draw('==', '!=')} ", self.address()))
        if self.draw("set", "value") == "set":
            return self.member(Node("int", PRIMARY, end), self.draw("in", "not in"), self.elements("src_port"))
        return self.compared(Node("int", PRIMARY, end), Node("int", PRIMARY, self.draw(
            self.literal(self.value("src_port")), "https")))

    def pair_of_fields(self):
        return f"({self.draw(*self.addresses)}, {self.draw('src_port', 'dst_port', 'local_port', 'remote_port')})"

    def one_pair(self, ports=None):
        return f"({self.one_address()}, {ports or self.random.choice(self.elements('dst_port'))})"

    def atom_pair(self):
        if self.draw("pair", "three") == "three":
            left = f"(proto, {self.draw(*self.addresses)}, dst_port)"
            elements = [self.one_pair().replace("(", f"({self.draw('tcp', 'udp', '0..255')}, ")
                        for _ in range(self.random.randrange(1, 5))]
            return self.member(Node("pair", PRIMARY, left), self.draw("in", "not in"), elements)
        elements = [self.one_pair() for _ in range(self.size(5))]
        return self.member(Node("pair", PRIMARY, self.pair_of_fields()), self.draw("in", "not in"), elements)

    # What is not a number, an address or a condition.

    def atom_interface(self):
        return Node("bool", 8, *self.draw(("iface", f" {self.draw('==', '!=')} ", '"lo"'),
                                          ("iface", f" {self.draw('in', 'not in')} ", '{"lo"}')))

    def atom_link(self):
        """The two facts of the link layer that are numbers, more often than other numbers."""
        field = self.draw("vlan", "ethertype")
        value = self.draw(*VLANS) if field == "vlan" else self.draw("ipv4", "ipv6", "arp", "0x88B5", "vlan", "qinq")
        return self.compared(Node("int", PRIMARY, field), Node("int", PRIMARY, str(value)))

    def atom_mac(self):
        field, one, other = self.draw(*self.macs), *sorted((self.draw(*MACS), self.draw(*MACS)))
        kind = self.draw("equal", "fields", "set", "prefix")
        if kind == "equal":
            return Node("bool", 8, field, f" {self.draw('==', '!=')} ", one)
        if kind == "fields":
            return Node("bool", 8, field, f" {self.draw('==', '!=')} ", self.draw(*self.macs))
        if kind == "prefix":
            length = self.draw(*range(49))
            number = int(one.replace(":", ""), 16) >> 48 - length << 48 - length
            elements = [number.to_bytes(6, "big").hex(":") + f"/{length}"]
        else:
            elements = [self.draw(one, f"{one}..{other}", other), other]
        return self.member(Node("mac", PRIMARY, field), self.draw("in", "not in"), elements, True)

    def atom_slice(self):
        first = self.draw(0, 0, 1, 2, 15, 23)
        size = self.draw(1, 1, 2, 4, 8, 3, 16)
        text = f"payload[{first}]" if size == 1 else f"payload[{first}:{size}]"
        way = self.draw(*SLICES)
        if size in (1, 2, 4, 8) and way == "slices":
            other = f"payload[{self.draw(0, 1, 2, 5)}:{size}]"
            return self.compared(Node("bytes", PRIMARY, text), Node("bytes", PRIMARY, other))
        if size in (1, 2, 4, 8) and way == "numbers":
            low, high = sorted(self.random.choice((0, 0x35, 0x47, 0x7F)) for _ in range(2))
            elements = [str(low), f"{low}..{high}", self.bytes_text(first, size)]
            return self.member(Node("bytes", PRIMARY, text), self.draw("in", "not in"), elements)
        if way in ("numbers", "strings"):
            elements = [self.bytes_text(first, size), self.bytes_text(0, size)]
            return self.member(Node("bytes", PRIMARY, text), self.draw("in", "not in"), elements)
        if size in (1, 2, 4, 8) and way == "int":
            value = self.random.choice((0, 0x35, 0x47, 0x4745, 0x47455420, 255, 0x3535))
            return self.compared(Node("bytes", PRIMARY, text), Node("int", PRIMARY, self.literal(
                value & ((1 << 8 * size) - 1))))
        return Node("bool", 8, text, f" {self.draw('==', '!=')} ", self.bytes_text(first, size))

    def bytes_text(self, first, size):
        """What payloads have from there on, as a string."""
        data = (b"GET / HTTP/1.1\r\n" + bytes(range(48)))[first:first + size]
        if self.draw("text", "text", "hex") == "hex":
            return f'hex"{data.hex(" ")}"'
        return '"' + "".join(chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\x{b:02x}" for b in data) + '"'
