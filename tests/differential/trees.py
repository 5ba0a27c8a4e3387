# SPDX-License-Identifier: MIT
"""Filters as trees of text, so that a failing one can be made smaller by cutting branches off."""

PRIMARY, UNARY = 15, 14


class Node:
    """Text with holes. A part is text, a pair (Node, level below which it needs parentheses), or a list of elements of
    a set, of which one must remain.
    """
    __slots__ = ("kind", "level", "parts")

    def __init__(self, kind, level, *parts):
        self.kind, self.level, self.parts = kind, level, list(parts)

    def text(self, least=0):
        text = "".join(part if isinstance(part, str) else ", ".join(part) if isinstance(part, list)
                       else part[0].text(part[1]) for part in self.parts)
        return text if self.level >= least else f"({text})"

    def children(self):
        return [part[0] for part in self.parts if isinstance(part, tuple)]

    def descendants(self):
        for child in self.children():
            yield child
            yield from child.descendants()

    def replaced(self, index, part):
        return Node(self.kind, self.level, *self.parts[:index], part, *self.parts[index + 1:])

    def simpler(self):
        """Smaller trees of the same kind, the smallest first."""
        for leaf in {"bool": ("true", "false"), "int": ("0", "1")}.get(self.kind, ()):
            if self.parts != [leaf]:
                yield Node(self.kind, PRIMARY, leaf)
        yield from (node for node in self.descendants() if node.kind == self.kind)
        for index, part in enumerate(self.parts):
            if isinstance(part, list) and len(part) > 1:
                yield from (self.replaced(index, part[:i] + part[i + 1:]) for i in range(len(part)))
            if isinstance(part, tuple):
                yield from (self.replaced(index, (node, part[1])) for node in part[0].simpler())


class Declaration:
    """`let NAME BEFORE VALUE AFTER;` where the value is a Node; `other` is what a live one is changed to later."""

    def __init__(self, name, before, value, after="", other=None):
        self.name, self.before, self.value, self.after, self.other = name, before, value, after, other

    def text(self, changed):
        value = self.other if changed and self.other else self.value
        return f"let {self.name}{self.before}{value.text()}{self.after};\n"

    def simpler(self):
        for value in self.value.simpler():
            yield Declaration(self.name, self.before, value, self.after, self.other)
        for other in self.other.simpler() if self.other else ():
            yield Declaration(self.name, self.before, self.value, self.after, other)


class Filter:
    """Declarations, and an expression or rules over them: policies are [(head, [(head, Node)], default)]."""

    def __init__(self, declarations, policies):
        self.declarations, self.policies = declarations, policies

    def text(self, changed=False):
        """The declarations that are used, then what uses them; `changed` gives live ones their other values."""
        if len(self.policies) == 1 and self.policies[0][2] is None:
            text = self.policies[0][1][0][1].text()
        else:
            text = "\n".join(self._policy(*policy) for policy in self.policies)
        for declaration in reversed(self.declarations):
            if declaration.name in text:
                text = declaration.text(changed) + text
        return text

    def changed(self):
        """The filter that this one is once it runs and its live values are changed, or the same where there are rules
        to be counted; None where there are neither.
        """
        changed = self.text(changed=True)
        return changed if changed != self.text() or self.policies[0][2] is not None else None

    @staticmethod
    def _policy(head, rules, default):
        lines = [f"{action} {condition.text()};" for action, condition in rules] + [f"default {default};"]
        return "\n".join([head + " {", *lines, "}"] if head else lines)

    def simpler(self):
        for at, (head, rules, default) in enumerate(self.policies):
            if len(self.policies) > 1:
                yield self._with_policies(self.policies[:at] + self.policies[at + 1:])
            for i, (action, condition) in enumerate(rules):
                if default is not None:
                    yield self._with_policies([("", [("", condition)], None)])
                if len(rules) > 1:
                    yield self._with_rules(at, rules[:i] + rules[i + 1:])
                for smaller in condition.simpler():
                    yield self._with_rules(at, rules[:i] + [(action, smaller)] + rules[i + 1:])
        for at, declaration in enumerate(self.declarations):
            for smaller in declaration.simpler():
                yield Filter(self.declarations[:at] + [smaller] + self.declarations[at + 1:], self.policies)

    def _with_policies(self, policies):
        return Filter(self.declarations, policies)

    def _with_rules(self, at, rules):
        head, _, default = self.policies[at]
        return self._with_policies(self.policies[:at] + [(head, rules, default)] + self.policies[at + 1:])
