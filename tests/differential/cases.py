# SPDX-License-Identifier: MIT
"""Regression files: one filter, one packet, the right verdict. Lines `key: value`; `filter` may come many times, once
for each line of the filter; text before the first key says what was wrong.
"""
import hashlib
import pathlib

from oracle import Packet

FOLDER = pathlib.Path(__file__).resolve().parent / "regressions"


class Case:
    def __init__(self, text, direction, packet, verdict, about=""):
        self.text, self.direction, self.packet, self.verdict, self.about = text, direction, packet, verdict, about

    def written(self):
        about = "".join(f"# {line}\n" for line in self.about.splitlines())
        lines = "".join(f"filter: {line}\n" for line in self.text.split("\n"))
        context = "".join(f" {name}={value}" for name, value in self.packet.context.items() if value)
        return (f"{about}{lines}direction: {self.direction}\n"
                f"packet: {self.packet.ethertype:04x} {self.packet.data.hex() or '-'}{context}\n"
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
    ethertype, data, *context = values["packet"].split()
    packet = Packet(int(ethertype, 16), bytes.fromhex("" if data == "-" else data),
                    {name: int(number) for name, number in (word.split("=") for word in context)})
    return Case("\n".join(value[1:] for key, value in lines if key == "filter"), values["direction"], packet,
                values["verdict"] == "pass")


def all_cases():
    return [(path, read(path)) for path in sorted(FOLDER.glob("*.case"))]
