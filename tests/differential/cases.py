# SPDX-License-Identifier: MIT
"""Regression files: one filter, one packet, the right verdict. Lines `key: value`; `filter` may come many times, once
for each line of the filter, and `changed` likewise, for the same filter with the values that the live ones are changed
to while it runs; text before the first key says what was wrong. `packet` begins with its EtherType, `frame` with its
Ethernet header. What is not told of the context is as BPF_PROG_TEST_RUN has it.
"""
import hashlib
import pathlib

from oracle import Frame, Packet
from packets import TEST_RUN

FOLDER = pathlib.Path(__file__).resolve().parent / "regressions"


def line(packet):
    """As the engines read it."""
    kind = "frame" if isinstance(packet, Frame) else f"packet {packet.ethertype:04x}"
    context = "".join(f" {name}={value}" for name, value in packet.context.items() if value != TEST_RUN.get(name, 0))
    return f"{kind} {packet.data.hex() or '-'}{context}"


class Case:
    def __init__(self, text, direction, packet, verdict, about="", hook="cgroup", changed=None):
        self.text, self.direction, self.packet, self.verdict, self.about = text, direction, packet, verdict, about
        self.hook, self.changed = hook, changed

    def written(self):
        about = "".join(f"# {line}\n" for line in self.about.splitlines())
        lines = "".join(f"{key}: {line}\n" for key, text in (("filter", self.text), ("changed", self.changed)) if text
                        for line in text.split("\n"))
        hook = "" if self.hook == "cgroup" else f"hook: {self.hook}\n"
        kind, rest = line(self.packet).split(" ", 1)
        return (f"{about}{lines}{hook}direction: {self.direction}\n{kind}: {rest}\n"
                f"verdict: {'pass' if self.verdict else 'drop'}\n")

    def write(self, folder):
        name = hashlib.sha256(self.written().encode()).hexdigest()[:12]
        path = pathlib.Path(folder) / f"{name}.case"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.written())
        return path


def read(path):
    lines = [line.partition(":")[::2] for line in path.read_text().splitlines() if not line.startswith("#")]
    values = {key: value[1:] for key, value in lines}
    text, changed = ("\n".join(value[1:] for key, value in lines if key == wanted) for wanted in ("filter", "changed"))
    return Case(text, values["direction"], _packet(values), values["verdict"] == "pass",
                hook=values.get("hook", "cgroup"), changed=changed or None)


def _packet(values):
    ethertype, data, *words = values["packet"].split() if "packet" in values else ["", *values["frame"].split()]
    data = bytes.fromhex("" if data == "-" else data)
    context = {**TEST_RUN, **{name: int(number) for name, number in (word.split("=") for word in words)}}
    return Packet(int(ethertype, 16), data, context) if ethertype else Frame(data, context)


def all_cases():
    return [(path, read(path)) for path in sorted(FOLDER.glob("*.case"))]
