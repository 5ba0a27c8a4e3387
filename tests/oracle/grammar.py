# SPDX-License-Identifier: MIT
"""Tokens to a tree. Second stage of the oracle; meaning.py takes the tree.

A node is a tuple whose first item says what it is:
  ("int", n) ("address", a) ("prefix", p) ("mac", n) ("macs", p) ("string", bytes) ("name", text) ("variable", text)
  ("unary", op, x) ("binary", op, x, y) ("if", c, x, y) ("in", negated, x, set) ("slice", name, first, size)
  ("pair", [x, y, …]) ("range", x, y) ("set", [element, …]) ("held", text) ("file", text)
"""
import collections

from .text import FilterError, tokens

# From the loosest to the tightest; `?:` is looser than all of them, the prefix operators are tighter.
LEVELS = (("||",), ("^^",), ("&&",), ("|",), ("^",), ("&",), ("==", "!="), ("<", "<=", ">", ">="), ("in",),
          ("<<", ">>"), ("+", "-"), ("*", "/", "%"))
PREFIXES = ("!", "~", "-", "+")
ACTIONS = ("allow", "drop", "count")
LITERALS = ("int", "address", "prefix", "mac", "macs", "string", "name", "variable")

Live = collections.namedtuple("Live", "name kind initial bounds")  # `let $x` and `let @x`
Rule = collections.namedtuple("Rule", "action name condition")
# rules: by direction a list of rules and the default action, or None where that direction has no policy
Tree = collections.namedtuple("Tree", "named live policies")


def parse(text):
    return _Parser(text).filter()


class _Parser:
    def __init__(self, text):
        self.text, self.tokens, self.at = text, tokens(text), 0

    def see(self, *marks, ahead=0):
        token = self.tokens[min(self.at + ahead, len(self.tokens) - 1)]
        return token.kind == "mark" and token.value in marks

    def see_name(self, *names, ahead=0):
        token = self.tokens[min(self.at + ahead, len(self.tokens) - 1)]
        return token.kind == "name" and (not names or token.value in names)

    def take(self):
        self.at += 1
        return self.tokens[self.at - 1]

    def accept(self, *marks):
        return self.take().value if self.see(*marks) else None

    def fail(self, message):
        raise FilterError(message, self.tokens[self.at].at)

    def expect(self, mark):
        if not self.accept(mark):
            self.fail(f"`{mark}` is missing")

    def name(self):
        if not self.see_name():
            self.fail("a name is missing")
        return self.take().value

    # The file: declarations, then an expression or a policy.

    def filter(self):
        named, live = {}, {}
        while self.see("let"):
            self.declaration(named, live)
        if self.see_name("ingress", "egress") and self.see("{", ahead=1):
            policies = self.parts()
        elif self.see_name(*ACTIONS, "default"):
            policies = dict.fromkeys(("ingress", "egress"), self.rules())
        else:
            expression = self.expression()
            self.accept(";")
            policies = dict.fromkeys(("ingress", "egress"), ([Rule("allow", None, expression)], "drop"))
        if self.tokens[self.at].kind != "end":
            self.fail("text after the end")
        return Tree(named, live, policies)

    def declaration(self, named, live):
        self.expect("let")
        token = self.take()
        if token.kind == "name":
            self.expect("=")
            named[token.value] = self.file() or (self.set() if self.see("{") else self.defined())
        elif token.kind == "variable":
            kind = self.name() if self.accept(":") else None
            initial = self.expression_below_in() if self.accept("=") else None
            bounds = self.element() if self.accept("in") else None
            live[token.value] = Live(token.value, kind, initial, bounds)
        elif token.kind == "set":
            self.expect(":")
            kind = self.pair_of_kinds() if self.accept("(") else self.name()
            initial = (self.file() or self.set()) if self.accept("=") else ("set", [])
            live[token.value] = Live(token.value, kind, initial, None)
        else:
            self.fail("a name is missing")
        self.expect(";")

    def defined(self):
        first = self.expression()
        return ("range", first, self.expression()) if self.accept("..") else first

    def pair_of_kinds(self):
        first = self.name()
        self.expect(",")
        second = self.name()
        self.expect(")")
        return first, second

    def file(self):
        if not self.accept("from"):
            return None
        if self.tokens[self.at].kind != "string":
            self.fail("a file name is missing")
        return ("file", self.take().value.decode())

    def parts(self):
        policies = {"ingress": None, "egress": None}
        while self.see_name("ingress", "egress"):
            direction = self.name()
            if policies[direction] is not None:
                self.fail("this direction has its rules already")
            self.expect("{")
            policies[direction] = self.rules()
            self.expect("}")
        return policies

    def rules(self):
        rules = []
        while self.see_name(*ACTIONS):
            action = self.name()
            name = self.name() if self.see_name() and self.see(":", ahead=1) else None
            if name is not None:
                self.expect(":")
            rules.append(Rule(action, name, self.expression()))
            self.expect(";")
        if not self.see_name("default"):
            self.fail("the default is missing")
        self.take()
        if not self.see_name("allow", "drop"):
            self.fail("the default is `allow` or `drop`")
        default = self.name()
        self.expect(";")
        return rules, default

    # Expressions.

    def expression(self):
        condition = self.binary(0)
        if not self.accept("?"):
            return condition
        chosen = self.expression()
        self.expect(":")
        return ("if", condition, chosen, self.expression())

    def expression_below_in(self):
        """The default of a live variable, after which `in` opens its bounds."""
        return self.binary(LEVELS.index(("in",)) + 1)

    def binary(self, level):
        if level == len(LEVELS):
            return self.prefix()
        left = self.binary(level + 1)
        while True:
            if level == LEVELS.index(("in",)):
                negated = self.see("!") and self.see("in", ahead=1)
                if not negated and not self.see("in"):
                    return left
                self.at += 2 if negated else 1
                left = ("in", negated, left, self.members())
                continue
            operator = self.accept(*LEVELS[level])
            if operator is None:
                return left
            left = ("binary", operator, left, self.binary(level + 1))

    def prefix(self):
        if operator := self.accept(*PREFIXES):
            return ("unary", operator, self.prefix())
        return self.primary()

    def primary(self):
        if self.accept("("):
            parts = [self.expression()]
            while self.accept(","):
                parts.append(self.expression())
            self.expect(")")
            return ("pair", parts) if len(parts) > 1 else parts[0]
        if self.tokens[self.at].kind not in LITERALS:
            self.fail("an operand is missing")
        token = self.take()
        if self.accept("["):
            first, size = self.integer(), 1
            if self.accept(":"):
                size = self.integer()
            self.expect("]")
            return ("slice", token.value, first, size)
        return (token.kind, token.value)

    def integer(self):
        if self.tokens[self.at].kind != "int":
            self.fail("an integer is missing")
        return self.take().value

    # What stands to the right of `in`.

    def members(self):
        if file := self.file():
            return file
        if self.see("{"):
            return self.set()
        if self.tokens[self.at].kind == "set":
            return ("held", self.take().value)
        return ("set", [self.element(LEVELS.index(("in",)) + 1)])

    def set(self):
        self.expect("{")
        elements = [self.element()]
        while self.accept(","):
            if self.see("}"):
                break
            elements.append(self.element())
        self.expect("}")
        return ("set", elements)

    def element(self, level=0):
        if self.accept("("):
            parts = [self.element()]
            while self.accept(","):
                parts.append(self.element())
            self.expect(")")
            return ("pair", parts)
        first = self.binary(level)
        return ("range", first, self.binary(level)) if self.accept("..") else first
