# SPDX-License-Identifier: MIT
"""One filter through all engines, compared with the oracle; and a disagreement made small."""
import oracle
import pcap_filters
from cases import Case
from engines import SET_FILES
from packets import TEST_RUN

# A program without the passes needs more stack; the kernel's 512 bytes do not hold every one.
TOLERATED = ("stack limit", "too large for the kernel")


class Disagreement(Exception):
    """`engine` says something else than the oracle on the packet, or cannot judge the filter at all (no packet)."""

    def __init__(self, engine, packet, verdict, said=""):
        super().__init__(f"{engine} {'disagrees' if packet else 'fails'} {said}".strip())
        self.engine, self.packet, self.verdict, self.said = engine, packet, verdict, said


class Judge:
    def __init__(self, engines, packets, hook="cgroup"):
        self.engines, self.packets, self.hook = engines, packets, hook
        self.fields = {way: [packet.fields(way) for packet in packets] for way in ("egress", "ingress")}
        self.pairs = dict.fromkeys(("oracle", "evaluator", "optimized", "unoptimized", "running", "pcap"), 0)
        self.passed, self.tolerated = 0, 0
        engines.load(packets)

    def check(self, text, direction, first=0, count=None, pcap=None, changed=None):
        """Raises Disagreement; `pcap` is the same filter in libpcap's language, `changed` the filter that this one is
        once it runs and its live values are changed.
        """
        count = count or len(self.packets)
        at = [(first + i) % len(self.packets) for i in range(count)]
        fields = [self.fields[direction][i] for i in at]
        right = self.right(text, direction, fields)
        self.pairs["oracle"] += count
        self.passed += right.count("1")
        answer = self.engines.filter(text, (self.hook, direction), first, count, changed)
        self.fail(answer)
        if pcap:
            theirs = self.engines.pcap(pcap, first, count)
            self.fail(theirs, accepted=True)
            answer.verdicts["pcap"] = "".join(v if pcap_filters.comparable(f) else "-"
                                              for v, f in zip(theirs.verdicts["pcap"], fields))
        for engine, verdicts in answer.verdicts.items():
            self.pairs[engine] += count - verdicts.count("-")
            said = self.right(changed, direction, fields) if engine == "running" else right
            for i, (verdict, other) in enumerate(zip(said, verdicts)):
                if other not in ("-", verdict):
                    raise Disagreement(engine, self.packets[at[i]], verdict == "1")
        if answer.counts is not None:
            self.compare_counts(changed, direction, fields, answer)

    @staticmethod
    def right(text, direction, fields):
        filter_ = oracle.Filter(text, SET_FILES)
        return "".join("01"[filter_.judge(f, direction)] for f in fields)

    @staticmethod
    def compare_counts(text, direction, fields, answer):
        filter_ = oracle.Filter(text, SET_FILES)
        right = [0] * (3 + len(filter_.policies[direction][0]))
        for f, verdict in zip(fields, answer.verdicts["running"]):
            for decider in filter_.counted(f, direction) if verdict != "-" else ():
                right[decider] += 1
        if right != answer.counts:
            raise Disagreement("counts", None, None, f"{answer.counts} for {right}")

    def fail(self, answer, accepted=False):
        if not (answer.accepted or accepted or answer.failures):
            raise Disagreement("checker", None, None, answer.said)
        for engine, why in answer.failures.items():
            if engine == "unoptimized" and any(reason in why for reason in TOLERATED):
                self.tolerated += 1
            else:
                raise Disagreement(engine, None, None, why)


class Shrinking:
    """Greedy steps to the smallest case where the same engine is still wrong."""

    def __init__(self, filter_, found, engines, direction, hook="cgroup", packets=(), attempts=1500):
        self.filter, self.found, self.engines, self.place, self.attempts = filter_, found, engines, (direction, hook), attempts
        self.packets = [found.packet] if found.packet else list(packets) or [oracle.Packet(0x0800, b"", TEST_RUN)]

    def still(self, filter_, packets):
        """How the engine is wrong of these, None where it is not."""
        direction, hook = self.place
        self.attempts -= 1
        try:
            Judge(self.engines, packets, hook).check(filter_.text(), direction, changed=filter_.changed())
        except oracle.FilterError:
            return None
        except Disagreement as other:
            same = other.engine == self.found.engine and bool(other.packet) == bool(self.found.packet)
            return other if same else None
        return None

    def step(self):
        """Whether a smaller filter was found."""
        for candidate in sorted(self.filter.simpler(), key=size):
            if self.attempts <= 0 or size(candidate) >= size(self.filter):
                return False
            if other := self.still(candidate, self.packets):
                self.filter, self.found = candidate, other
                return True
        return False

    def shorten(self):
        """Whether a smaller packet was found."""
        packet = self.found.packet
        for length in range(len(packet.data)) if packet else ():
            for context in (TEST_RUN, packet.context):
                if self.attempts > 0 and (other := self.still(self.filter, [packet.cut(length, context)])):
                    self.found = other
                    return True
        return False

    def case(self):
        while self.step():
            pass
        while self.shorten():
            pass
        direction, hook = self.place
        packet, changed = self.found.packet or self.packets[0], self.filter.changed()
        verdict = oracle.Filter(self.filter.text(), SET_FILES).judge(packet.fields(direction), direction)
        return Case(self.filter.text(), direction, packet, verdict, f"{self.found}".strip()[:2000], hook, changed)


def size(filter_):
    return len(filter_.text()) + len(filter_.changed() or "")
