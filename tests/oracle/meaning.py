# SPDX-License-Identifier: MIT
"""A tree to functions over the fields of a packet. Third stage of the oracle.

A compiled expression is a type and a function from the fields to a value, or to None where the value is absent.
Conditions are functions to True or False and never absent.
"""
import ipaddress
import operator
import pathlib
import re

from .grammar import parse
from .names import CONSTANTS, EITHER, FIELDS, ICMP, INTEGERS, NETWORKS
from .text import FilterError

BITS = 64


def wrap(number):
    return (number + (1 << BITS - 1) & (1 << BITS) - 1) - (1 << BITS - 1)


def quotient(x, y):
    if y == 0:
        return 0
    result = abs(x) // abs(y)
    return result if (x < 0) == (y < 0) else -result


def remainder(x, y):
    return x if y == 0 else x - y * quotient(x, y)


ARITHMETIC = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": quotient, "%": remainder,
    "<<": lambda x, y: x << (y & 63), ">>": lambda x, y: x >> (y & 63),
    "&": operator.and_, "|": operator.or_, "^": operator.xor,
}
ORDER = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
LOGIC = {"&&": lambda x, y: lambda f: x(f) and y(f), "||": lambda x, y: lambda f: x(f) or y(f),
         "^^": lambda x, y: lambda f: x(f) != y(f)}
NUMBERS = ("bool", "int")


def error(message):
    raise FilterError(message, 0)


class Meaning:
    def __init__(self, tree, folder):
        self.named, self.live, self.folder = tree.named, tree.live, pathlib.Path(folder)
        self.values = {name: self.initial(live) for name, live in self.live.items()}

    def initial(self, live):
        if live.name[0] == "@":
            types = {"ip": "address", "port": "int", "int": "int"}
            if isinstance(live.kind, tuple):
                return self.members(live.initial, tuple(types[kind] for kind in live.kind), live.kind)
            return self.members(live.initial, types[live.kind], live.kind)
        if live.initial is None:
            error(f"no default of {live.name}")
        return self.compile(live.initial)[1]({})

    # Conditions.

    def condition(self, node):
        kind, value = self.compile(node)
        if kind not in NUMBERS:
            error(f"{kind} is no condition")
        return lambda f: bool(value(f))  # an absent value, None, is false

    # Values.

    def compile(self, node, constants=None):
        """`constants` is the kind of field whose constants a name may stand for."""
        return getattr(self, node[0] + "_")(node, constants)

    def int_(self, node, _):
        return "int", lambda f: node[1]

    def address_(self, node, _):
        return "address", lambda f: node[1]

    def mac_(self, node, _):
        return "mac", lambda f: node[1]

    def string_(self, node, _):
        return "string", lambda f: node[1]

    def variable_(self, node, _):
        live = self.live.get(node[1]) or error(f"no variable {node[1]}")
        kind = live.kind
        if kind is None:
            return self.compile(live.initial)[0], lambda f: self.values[node[1]]
        return {"ip": "address"}.get(kind, kind), lambda f: self.values[node[1]]

    def name_(self, node, constants):
        name = node[1]
        if constants and name in CONSTANTS.get(constants, ()):
            return "int", lambda f: CONSTANTS[constants][name]
        if name in ("true", "false"):
            return "bool", lambda f: int(name == "true")
        if name in self.named:
            return self.compile(self.named[name])
        if name not in FIELDS:
            error(f"no field {name}")
        kind = "int" if FIELDS[name][0] in INTEGERS else FIELDS[name][0]
        return kind, lambda f: f.get(name)

    def slice_(self, node, _):
        name, first, size = node[1:]
        if name != "payload":
            error("only the payload has slices")
        if size == 0:
            error("an empty slice")
        end = first + size

        def cut(fields):
            payload = fields.get("payload")
            return payload[first:end] if payload is not None and end <= len(payload) else None

        return f"bytes {end - first}", cut

    def unary_(self, node, constants):
        if node[1] == "!":
            inner = self.condition(node[2])
            return "bool", lambda f: int(not inner(f))
        value = self.number(node[2], self.flags(constants, node) if node[1] == "~" else None)
        change = {"-": operator.neg, "+": operator.pos, "~": operator.invert}[node[1]]

        def changed(fields):
            x = value(fields)
            return None if x is None else wrap(change(x))

        return "int", changed

    def number(self, node, constants):
        kind, value = self.compile(node, constants)
        if kind not in NUMBERS:
            error(f"{kind} is no number")
        return value

    def if_(self, node, constants):
        condition = self.condition(node[1])
        arms = [self.compile(arm, constants) for arm in node[2:]]
        kinds = {kind for kind, _ in arms}
        if kinds == {"bool"}:
            yes, no = (self.condition(arm) for arm in node[2:])
            return "bool", lambda f: int(yes(f) if condition(f) else no(f))
        if len(kinds) > 1 and not kinds <= set(NUMBERS):
            error("arms of different types")
        kind = "int" if kinds <= set(NUMBERS) else arms[0][0]
        return kind, lambda f: arms[0][1](f) if condition(f) else arms[1][1](f)

    def binary_(self, node, constants):
        sign, left, right = node[1:]
        if sign in LOGIC:
            holds = LOGIC[sign](self.condition(left), self.condition(right))
            return "bool", lambda f: int(holds(f))
        if sign in ARITHMETIC:
            self.check_constant(sign, right)
            constants = self.flags(constants, node) if sign in ("&", "|", "^") else None
            return "int", self.arithmetic(sign, self.number(left, constants), self.number(right, constants))
        if sign == "!=":
            equal = self.comparison("==", left, right)
            return "bool", lambda f: int(not equal(f))
        holds = self.comparison(sign, left, right)
        return "bool", lambda f: int(holds(f))

    def check_constant(self, sign, right):
        if sign not in ("/", "%", "<<", ">>") or not self.is_constant(right, None):
            return
        value = self.number(right, None)({})
        if sign in ("/", "%") and value == 0:
            error("a division by zero")
        if sign in ("<<", ">>") and not 0 <= value <= 63:
            error("a shift count outside of 0..63")

    @staticmethod
    def arithmetic(sign, left, right):
        calculate = ARITHMETIC[sign]

        def result(fields):
            x, y = left(fields), right(fields)
            return None if x is None or y is None else wrap(calculate(x, y))

        return result

    def kind_in(self, node):
        """The kind of field whose constants are meant where this is compared. Of what is calculated, flags alone."""
        if node[0] == "name" and node[1] in self.named:
            return self.kind_in(self.named[node[1]])
        if node[0] == "name":
            return FIELDS.get(node[1], FIELDS.get(EITHER.get(node[1], ("",))[0], (None,)))[0]
        if node[0] == "if":
            kinds = {self.kind_in(arm) for arm in node[2:]}
            return kinds.pop() if len(kinds) == 1 else None
        if node[0] == "unary" and node[1] == "~" or node[0] == "binary" and node[1] in ("&", "|", "^"):
            return "flags" if "flags" in map(self.kind_in, node[2:]) else None
        return None

    def flags(self, constants, node):
        return "flags" if "flags" in (constants, self.kind_in(node)) else None

    # Comparisons. Each gives a condition.

    def comparison(self, sign, left, right):
        for this, other, turned in ((left, right, sign), (right, left, {"<": ">", ">": "<", "<=": ">=",
                                                                       ">=": "<="}.get(sign, sign))):
            if this[0] == "name" and this[1] in EITHER and this[1] not in self.named:
                ends = [self.comparison(turned, ("name", end), other) for end in EITHER[this[1]]]
                return lambda f: ends[0](f) or ends[1](f)
        if sign == "==" and {"prefix", "macs"} & {left[0], right[0]}:
            value, prefix = (right, left) if left[0] in ("prefix", "macs") else (left, right)
            return self.membership(value, ("set", [prefix]))
        if icmp := self.icmp(sign, left, right) or self.icmp(sign, right, left):
            return icmp
        return self.plain_comparison(sign, left, right)

    def plain_comparison(self, sign, left, right):
        kind = next((k for k in (self.kind_in(left), self.kind_in(right)) if k in CONSTANTS), None)
        (left_kind, x), (right_kind, y) = self.compile(left, kind), self.compile(right, kind)
        if sign == "==":
            self.in_range(left, right, kind)
            self.in_range(right, left, kind)
        x, y = self.as_number(left_kind, right_kind, x), self.as_number(right_kind, left_kind, y)
        if sign == "==":
            compare = operator.eq
        elif {left_kind, right_kind} & {"address", "mac", "string", "interface"}:
            error("no order")
        else:
            compare = ORDER[sign]

        def holds(fields):
            a, b = x(fields), y(fields)
            return a is not None and b is not None and compare(a, b)

        return holds

    def in_range(self, field, other, constants):
        """A constant that the field, `+field` too, cannot have is an error."""
        while field[:2] == ("unary", "+"):
            field = field[2]
        most = FIELDS.get(field[1], (None, None))[1] if field[0] == "name" and field[1] not in self.named else None
        if most is not None and self.is_constant(other, constants):
            kind, value = self.compile(other, constants)
            if kind in NUMBERS and not 0 <= value({}) <= most:
                error(f"{value({})} is no value of {field[1]}")

    def is_constant(self, node, constants):
        if node[0] == "name":
            return node[1] in CONSTANTS.get(constants, ()) or node[1] in ("true", "false")
        if node[0] in ("unary", "binary"):
            inner = self.flags(constants, node) if node[1] in ("~", "&", "|", "^") else None
            return all(self.is_constant(part, inner) for part in node[2:])
        return node[0] == "int"

    @staticmethod
    def as_number(kind, other, value):
        """Bytes are numbers where they are compared with one, and nothing else fits a different type."""
        if kind.startswith("bytes") and (other in NUMBERS or other == kind):
            if int(kind.split()[1]) not in (1, 2, 4, 8):
                error("bytes of this length are no number")

            def number(fields):
                data = value(fields)
                return None if data is None else wrap(int.from_bytes(data, "big"))

            return number
        fits = kind == other or {kind, other} <= set(NUMBERS) or \
            kind.startswith("bytes") and other == "string" or \
            kind == "string" and other.startswith("bytes") or kind in NUMBERS and other.startswith("bytes") or \
            {kind, other} == {"interface", "string"}
        if not fits:
            error(f"{kind} compared with {other}")
        return value

    def icmp(self, sign, field, constant):
        """A comparison with a name that has another value in each family."""
        if self.kind_in(field) != "icmp" or constant[0] != "name" or constant[1] not in ICMP:
            return None
        if sign != "==":
            error("a name of both families has no order")
        value, (in_ipv4, in_ipv6) = self.number(field, None), ICMP[constant[1]]
        return lambda f: value(f) is not None and value(f) == (in_ipv4 if f["ip"] else in_ipv6)

    # Sets. A set is a list of tests of one value.

    def in_(self, node, _):
        holds = self.membership(node[2], node[3])
        return "bool", (lambda f: int(not holds(f))) if node[1] else lambda f: int(holds(f))

    def membership(self, left, members):
        if left[0] == "name" and left[1] in EITHER and left[1] not in self.named:
            ends = [self.membership(("name", end), members) for end in EITHER[left[1]]]
            return lambda f: ends[0](f) or ends[1](f)
        if left[0] == "pair":
            kinds, parts = zip(*(self.compile(part) for part in left[1]))
            tests = self.members(members, kinds, tuple(self.kind_in(part) for part in left[1]))

            def value(fields):
                both = tuple(part(fields) for part in parts)
                return None if None in both else both
        else:
            kind, value = self.compile(left)
            tests = self.members(members, kind, self.kind_in(left))
            for element in members[1] if members[0] == "set" else ():
                for end in element[1:] if element[0] == "range" else (element,):
                    self.in_range(left, end, self.kind_in(left))

        def holds(fields):
            x = value(fields)
            return x is not None and any(test(x, fields) for test in tests())

        return holds

    def members(self, members, kind, constants):
        """A function that gives the tests, so that live sets can change."""
        if members[0] == "held":
            return lambda: self.values[members[1]]()
        if members[0] == "file":
            tests = self.file(members[1], kind, constants)
        else:
            tests = [test for element in members[1] for test in self.tests(element, kind, constants)]
        return lambda: tests

    def file(self, path, kind, constants):
        words = [re.split("#|//|;", line)[0].strip() for line in (self.folder / path).read_text().splitlines()]
        elements = parse(f"true in {{{', '.join(word for word in words if word)}}}").policies["egress"][0][0]
        return [test for element in elements.condition[3][1] for test in self.tests(element, kind, constants)]

    def tests(self, element, kind, constants):
        if element[0] == "name" and element[1] in self.named and self.named[element[1]][0] in ("set", "file"):
            return self.members(self.named[element[1]], kind, constants)()
        if element[0] == "name" and element[1] in self.named:
            return self.tests(self.named[element[1]], kind, constants)
        if isinstance(kind, tuple):
            if element[0] != "pair" or len(element[1]) != len(kind):
                error("not a tuple of so many")
            parts = [self.tests(*part) for part in zip(element[1], kind, constants)]
            return [lambda x, f: all(any(test(y, f) for test in tests) for y, tests in zip(x, parts))]
        if kind == "address":
            return [self.address_test(element)]
        if constants == "icmp" and element[0] == "name" and element[1] in ICMP:
            values = ICMP[element[1]]
            return [lambda x, f: x == (values[0] if f["ip"] else values[1])]
        return [self.value_test(element, kind, constants)]

    def address_test(self, element):
        if element[0] == "name" and element[1] in NETWORKS:
            networks = [ipaddress.ip_network(text) for text in NETWORKS[element[1]]]
            spans = [(n.version, int(n.network_address), int(n.broadcast_address)) for n in networks]
            return lambda x, f: any(x[0] == family and first <= x[1] <= last for family, first, last in spans)
        if element[0] == "range":
            (family, first), (other, last) = (self.address(end) for end in element[1:])
            if family != other or first > last:
                error("an empty range")
        elif element[0] == "prefix":
            family, first, last = element[1]
        elif element[0] == "variable":
            kind, value = self.compile(element)
            return lambda x, f: kind == "address" and x == value(f)
        else:
            family, first = self.address(element)
            last = first
        return lambda x, f: x[0] == family and first <= x[1] <= last

    @staticmethod
    def mac_test(ends):
        spans = [end[1] if end[0] == "macs" else (end[1], end[1]) for end in ends]
        if any(end[0] not in ("mac", "macs") for end in ends) or spans[0][0] > spans[-1][1]:
            error("no Ethernet addresses")
        return lambda x, f: spans[0][0] <= x <= spans[-1][1]

    @staticmethod
    def address(element):
        return element[1] if element[0] == "address" else error("no address")

    def value_test(self, element, kind, constants):
        ends = element[1:] if element[0] == "range" else (element, element)
        if kind == "mac":
            return self.mac_test(ends)
        (first_kind, first), (_, last) = (self.compile(end, constants) for end in ends)
        if kind.startswith("bytes") and first_kind in NUMBERS:
            return lambda x, f: first(f) <= wrap(int.from_bytes(x, "big")) <= last(f)
        if kind == "interface" or kind.startswith("bytes"):
            return lambda x, f: x == first(f)
        if kind not in NUMBERS or first_kind not in NUMBERS:
            error(f"{first_kind} in a set of {kind}")
        if first({}) > last({}):
            error("an empty range")
        return lambda x, f: first(f) <= x <= last(f)
