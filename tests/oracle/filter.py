# SPDX-License-Identifier: MIT
"""A filter, ready to judge packets: the last stage of the oracle."""
from .grammar import parse
from .meaning import Meaning


class Filter:
    """Raises FilterError where the text is no filter. `values` replaces the defaults of live variables."""

    def __init__(self, text, values=None):
        tree = parse(text)
        meaning = Meaning(tree, values or {})
        self.policies = {}
        for direction, policy in tree.policies.items():
            if policy is None:
                continue
            rules, default = policy
            self.policies[direction] = ([(rule.action, rule.name, meaning.condition(rule.condition))
                                         for rule in rules], default)

    def decide(self, fields, direction):
        """Whether the packet of these fields (Packet.fields()) passes, and the number of the rule that said so, or
        `default` or `malformed`.
        """
        if fields is None:
            return False, "malformed"
        rules, default = self.policies[direction]
        for number, (action, _, condition) in enumerate(rules):
            if action != "count" and condition(fields):
                return action == "allow", number
        return default == "allow", "default"

    def judge(self, fields, direction):
        return self.decide(fields, direction)[0]
