# SPDX-License-Identifier: MIT
"""The engines behind one pipe (engines.cpp), driven from Python."""
import contextlib
import os
import pathlib
import subprocess

from cases import line

# Where the files of sets are that filters name.
SET_FILES = pathlib.Path(__file__).resolve().parent / "set_files"


class Answer:
    """What the engines say of one filter: verdicts by engine, a character a packet, and failures by engine; of one that
    ran with counters, the packets of each decider.
    """

    def __init__(self):
        self.accepted, self.said, self.verdicts, self.failures, self.counts = False, "", {}, {}, None


def unhex(word):
    return "" if word == "-" else bytes.fromhex(word).decode(errors="replace")


def hexed(text):
    return text.encode().hex() or "-"


class Engines:
    def __init__(self, program):
        self.program, self.packets, self.process = os.path.abspath(program), [], None
        self.start()

    def start(self):
        self.close()
        self.process = subprocess.Popen([self.program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        cwd=SET_FILES)

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
            self.write(line(packet))

    def ask(self, command):
        answer = Answer()
        try:
            self.write(command)
            self.process.stdin.flush()
            while (words := self.process.stdout.readline().split()) != ["done"]:
                if not words:
                    raise BrokenPipeError
                self.note(answer, words)
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
        elif words[0] == "counts":
            answer.counts = [int(word) for word in words[1:]]
        elif words[1] == "failed":
            answer.failures[words[0]] = unhex(words[2])
        else:
            answer.verdicts[words[0]] = words[1]

    def filter(self, text, place, first=0, count=None, changed=None):
        """`place` is a hook and a direction; `changed` is the filter with other values of what is live."""
        return self.ask(f"filter {' '.join(place)} {first} {count or len(self.packets)} {hexed(text)} "
                        f"{hexed(changed or '')}")

    def pcap(self, text, first=0, count=None):
        return self.ask(f"pcap {first} {count or len(self.packets)} {hexed(text)}")
