# SPDX-License-Identifier: MIT
"""One filter through all engines, compared with the oracle; and a disagreement made small."""
import oracle
import pcap_filters
from cases import Case

# A program without the passes needs more stack; the kernel's 512 bytes do not hold every one.
TOLERATED = ("stack limit", "too large for the kernel")


class Disagreement(Exception):
    """`engine` says something else than the oracle on the packet, or cannot judge the filter at all (no packet)."""

    def __init__(self, engine, packet, verdict, said=""):
        super().__init__(f"{engine} {'disagrees' if packet else 'fails'} {said}".strip())
        self.engine, self.packet, self.verdict, self.said = engine, packet, verdict, said


class Judge:
    def __init__(self, engines, packets):
        self.engines, self.packets = engines, packets
        self.fields = {way: [packet.fields(way) for packet in packets] for way in ("egress", "ingress")}
        self.pairs = dict.fromkeys(("oracle", "evaluator", "optimized", "unoptimized", "pcap"), 0)
        self.passed, self.tolerated = 0, 0
        engines.load(packets)

    def check(self, text, direction, first=0, count=None, pcap=None):
        """Raises Disagreement; `pcap` is the same filter in libpcap's language."""
        count = count or len(self.packets)
        at = [(first + i) % len(self.packets) for i in range(count)]
        fields = [self.fields[direction][i] for i in at]
        filter_ = oracle.Filter(text)
        right = "".join("01"[filter_.judge(f, direction)] for f in fields)
        self.pairs["oracle"] += count
        self.passed += right.count("1")
        answer = self.engines.filter(text, direction, first, count)
        self.fail(answer)
        if pcap:
            theirs = self.engines.pcap(pcap, first, count)
            self.fail(theirs, accepted=True)
            answer.verdicts["pcap"] = "".join(v if pcap_filters.comparable(f) else "-"
                                              for v, f in zip(theirs.verdicts["pcap"], fields))
        for engine, verdicts in answer.verdicts.items():
            self.pairs[engine] += count - verdicts.count("-")
            for i, (verdict, other) in enumerate(zip(right, verdicts)):
                if other not in ("-", verdict):
                    raise Disagreement(engine, self.packets[at[i]], verdict == "1")

    def fail(self, answer, accepted=False):
        if not (answer.accepted or accepted or answer.failures):
            raise Disagreement("checker", None, None, answer.said)
        for engine, why in answer.failures.items():
            if engine == "unoptimized" and any(reason in why for reason in TOLERATED):
                self.tolerated += 1
            else:
                raise Disagreement(engine, None, None, why)


def shrink(filter_, found, engines, direction, attempts=1500):
    """The smallest case that greedy steps reach where the same engine is still wrong."""
    packets = [found.packet] if found.packet else [oracle.Packet(0x0800, b"")]

    def still(text, candidates):
        nonlocal attempts
        attempts -= 1
        try:
            Judge(engines, candidates).check(text, direction)
        except oracle.FilterError:
            return None
        except Disagreement as other:
            return other if other.engine == found.engine and bool(other.packet) == bool(found.packet) else None
        return None

    smaller = True
    while smaller and attempts > 0:
        smaller = False
        for candidate in sorted(filter_.simpler(), key=lambda f: len(f.text())):
            if attempts > 0 and len(candidate.text()) < len(filter_.text()) and (
                    other := still(candidate.text(), packets)):
                filter_, found, smaller = candidate, other, True
                break
    while found.packet and attempts > 0:
        data = found.packet.data
        shorter = (oracle.Packet(found.packet.ethertype, data[:size], context)
                   for size in range(len(data)) for context in ({}, found.packet.context))
        other = next((d for p in shorter if attempts > 0 and (d := still(filter_.text(), [p]))), None)
        if other is None:
            break
        found = other
    packet = found.packet or packets[0]
    verdict = oracle.Filter(filter_.text()).judge(packet.fields(direction), direction)
    return Case(filter_.text(), direction, packet, verdict, f"{found}".strip()[:2000])
