# SPDX-License-Identifier: MIT
"""The engines behind one pipe (engines.cpp), driven from Python."""
import contextlib
import subprocess


class Answer:
    """What the engines say of one filter: verdicts by engine, a character a packet, and failures by engine."""

    def __init__(self):
        self.accepted, self.said, self.verdicts, self.failures = False, "", {}, {}


def unhex(word):
    return "" if word == "-" else bytes.fromhex(word).decode(errors="replace")


def hexed(text):
    return text.encode().hex() or "-"


class Engines:
    def __init__(self, program):
        self.program, self.packets, self.process = program, [], None
        self.start()

    def start(self):
        self.close()
        self.process = subprocess.Popen([self.program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def close(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            # What was not yet written has no reader any more.
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.close()
            self.process.stdout.close()

    def write(self, line):
        self.process.stdin.write(line + "\n")

    def load(self, packets):
        self.packets = packets
        self.write("clear")
        for packet in packets:
            context = " ".join(f"{name}={value}" for name, value in packet.context.items())
            self.write(f"packet {packet.ethertype:04x} {packet.data.hex() or '-'} {context}")

    def ask(self, command):
        answer = Answer()
        try:
            self.write(command)
            self.process.stdin.flush()
            while (line := self.process.stdout.readline().split()) != ["done"]:
                if not line:
                    raise BrokenPipeError
                self.note(answer, line)
        except BrokenPipeError:
            answer.failures["process"] = f"the engines ended with status {self.process.wait()}"
            packets = self.packets
            self.start()
            self.load(packets)
        return answer

    @staticmethod
    def note(answer, words):
        if words[0] in ("accepted", "rejected"):
            answer.accepted, answer.said = words[0] == "accepted", unhex(words[1])
        elif words[1] == "failed":
            answer.failures[words[0]] = unhex(words[2])
        else:
            answer.verdicts[words[0]] = words[1]

    def filter(self, text, direction, first=0, count=None):
        return self.ask(f"filter {direction} {first} {count or len(self.packets)} {hexed(text)}")

    def pcap(self, text, first=0, count=None):
        return self.ask(f"pcap {first} {count or len(self.packets)} {hexed(text)}")
