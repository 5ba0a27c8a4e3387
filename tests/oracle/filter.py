# SPDX-License-Identifier: MIT
"""A filter, ready to judge packets: the last stage of the oracle."""
from .grammar import parse
from .meaning import Meaning


class Filter:
    """Raises FilterError where the text is no filter. `folder` is where the files of sets are."""

    def __init__(self, text, folder="."):
        tree = parse(text)
        meaning = Meaning(tree, folder)
        self.policies = {}
        for direction, policy in tree.policies.items():
            if policy is None:
                continue
            rules, default = policy
            self.policies[direction] = ([(rule.action, rule.name, meaning.condition(rule.condition))
                                         for rule in rules], default)

    def decide(self, fields, direction):
        """Whether the packet of these fields (Packet.fields()) passes, and the number of the rule that said so, or
        `default`, `malformed`, or `unfiltered` where the filter has parts and none for the direction.
        """
        if direction not in self.policies:
            return True, "unfiltered"
        if fields is None:
            return False, "malformed"
        rules, default = self.policies[direction]
        for number, (action, _, condition) in enumerate(rules):
            if action != "count" and condition(fields):
                return action == "allow", number
        return default == "allow", "default"

    def counted(self, fields, direction):
        """The counters that the packet adds to: 0 malformed, 1 the default, 2 that of later fragments, 3 the rules."""
        decider = self.decide(fields, direction)[1]
        if decider == "malformed":
            return [0]
        rules = self.policies[direction][0]
        asked = rules[:decider] if decider != "default" else rules
        held = [3 + number for number, (action, _, condition) in enumerate(asked)
                if action == "count" and condition(fields)]
        return held + [3 + decider if decider != "default" else 2 if fields.get("frag_offset") else 1]

    def judge(self, fields, direction):
        return self.decide(fields, direction)[0]
