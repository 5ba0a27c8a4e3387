#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every command and every filter that the documents show is run, and what a session shows is what it
prints.
"""
import os
import pathlib
import re
import shlex
import shutil
import unittest

from support import FWC, ROOT, OnKernel, Scratch, run

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
# A block of no other kind says in the line before it why nothing can be done with it.
NOT_RUN = re.compile(r"^<!-- not run: [^\n]+ -->\n```text\n(.*?)^```$", re.M | re.S)
CODE = re.compile(r"(?<!`)`((?:[^`\\]|\\.)+)`(?!`)")

# What makes a piece of inline code a filter rather than a name, a path or a command.
LOOKS_LIKE_A_FILTER = re.compile(r"(==|!=|<=|>=|&&|\|\||\bin\b [\d{$]|[a-z_]+ < \d|\$\w+)")
IS_NO_FILTER = re.compile(r"^(fwc|let \$name|cmake|\./|ExecStartPre|a < b|a \|\||not in|a & b)|…|\.\.\.")

# The commands of the build, each held by a test of its own: of the script, the install, the bench.
COMMAND_OF_THE_TREE = (r"^(\./setup (demo|test)|cmake --install build --prefix /usr|bench/run( |$)|"
                       r"cmake -S \. -B build -G Ninja -DFWC_BENCH=ON && ninja -C build)")


def looks_like_a_filter(code):
    return bool(re.search(r"\w", code) and LOOKS_LIKE_A_FILTER.search(code)
                and not IS_NO_FILTER.search(code))


def blocks(language):
    for document in DOCUMENTS:
        for kind, text in BLOCK.findall(document.read_text()):
            if kind == language:
                yield document.relative_to(ROOT).as_posix(), text


def inline_code():
    for document in DOCUMENTS:
        text = BLOCK.sub("", document.read_text())
        for code in CODE.findall(text):
            yield document.relative_to(ROOT).as_posix(), code.replace("\\|", "|")


def sessions():
    """(document, command, what it prints) of every `$ fwc …` in a console block."""
    for document, text in blocks("console"):
        for part in re.split(r"^\$ ", text, flags=re.M)[1:]:
            command, _, output = part.partition("\n")
            yield document, command, output


class Documents(Scratch):
    def test_no_line_is_wider_than_a_screen(self):
        for document in DOCUMENTS:
            text = re.sub(r"^\|.*$", "", document.read_text(), flags=re.M)
            if document.name == "messages.md":  # the compiler's own lines
                text = BLOCK.sub("", text)
            for line in text.splitlines():
                self.assertLessEqual(len(line), 108, f"{document.name}: {line}")

    def test_links_lead_somewhere(self):
        for document in DOCUMENTS:
            for target in re.findall(r"\]\(([^)#]+)\)", document.read_text()):
                if not target.startswith("http"):
                    self.assertTrue((document.parent / target).exists(), f"{document}: {target}")

    def test_every_block_is_held_by_a_test(self):
        for document in DOCUMENTS:
            text = document.read_text()
            # The one is generated; the sessions of the other run in tests/live/units_test.py.
            generated = document.name in ("messages.md", "systemd.md")
            for kind, block in BLOCK.findall(NOT_RUN.sub("", text)):
                with self.subTest(f"{document.name}: {block[:40]}"):
                    self.assertIn(kind, ("console", "sh", "ini", "cmake", "cpp", "fw")
                                  + (("text",) if generated else ()))

    def test_every_filter_in_a_block_is_one(self):
        (self.folder / "sizes.txt").write_text("100\n")
        found = list(blocks("fw"))
        self.assertGreater(len(found), 2)
        for document, text in found:
            with self.subTest(f"{document}: {text[:40]}"):
                only_declares = not re.search(r"^(?!let )\S", re.sub(r"#.*", "", text), re.M)
                self.check(run("check", text + ("true" if only_declares else "")), 0)

    def test_every_command_has_the_options_that_are_named(self):
        commands = [(document, code) for document, code in inline_code() if code.startswith("fwc ")]
        self.assertGreater(len(commands), 20)
        for document, code in commands:
            word = code.split()[1]
            known = run("help", word) if re.fullmatch(r"[a-z]+", word) else run("help", "check")
            named = known.out if known.status == 0 and word.isalpha() and word.islower() else ""
            named += run("--help").out
            for option in re.findall(r"(?<= )--?[a-z]+(?:-[a-z]+)*", re.split(r" -- | \| [a-z]+ ", code)[0]):
                with self.subTest(f"{document}: {code}"):
                    self.assertRegex(named, rf"(?m)(^|[ ,]){option}\b")

    def test_every_filter_is_one(self):
        filters = [(document, code) for document, code in inline_code()
                   if looks_like_a_filter(code)]
        self.assertGreater(len(filters), 10)
        for document, code in filters:
            wrong = "dst_port = 53" in code
            with self.subTest(f"{document}: {code}"):
                self.check(run("check", code), 65 if wrong else 0)

    def test_every_filter_of_a_unit_is_one(self):
        for document, text in blocks("ini"):
            for code in re.findall(r"/usr/bin/fwc (?:attach --self --\w+ )?'([^']+)'", text):
                with self.subTest(f"{document}: {code}"):
                    self.check(run("check", code), 0, "", "")

    def test_every_example_of_the_help_is_a_right_command(self):
        text = (ROOT / "cli/commands.cpp").read_text()
        examples = re.findall(r'"(fwc [^"\n]*)"', text)
        for filter_text in {word for example in examples for word in shlex.split(example)
                            if re.search(r"==| in |^!|^icmp$", word)}:
            with self.subTest(filter_text):
                self.check(run("check", filter_text), 0)

    def test_the_table_of_exit_codes_is_that_of_the_command(self):
        readme = dict(re.findall(r"^\| (\d+) \| (.+) \|$", (ROOT / "README.md").read_text(), re.M))
        shown = dict(re.findall(r"^ +(\d+)  (.+)$", run("help").out.split("Exit status:")[1], re.M))
        shown.pop("0")
        self.assertEqual(readme, shown)

    def test_the_page_of_exit_codes_is_that_of_the_command(self):
        page = (ROOT / "docs/reference/exit-codes.md").read_text()
        shown = dict(re.findall(r"^ +(\d+)  (.+)$", run("help").out.split("Exit status:")[1], re.M))
        self.assertEqual(dict(re.findall(r"^\| (\d+) \| `EX_\w+` \| ([^|]+) \|", page, re.M)), shown)

    def test_every_command_of_the_help_is_in_the_readme(self):
        readme = (ROOT / "README.md").read_text()
        listed = run("help").out.split("Commands:\n")[1].split("\n\n")[0]
        for name in re.findall(r"^  (\w+) ", listed, re.M):
            self.assertIn(f"`fwc {name}", readme)


class Sessions(OnKernel):
    def test_each_prints_what_the_document_shows(self):
        shutil.copytree(ROOT / "samples", self.folder / "samples")
        (self.folder / "bin").mkdir()
        os.symlink(FWC, self.folder / "bin/fwc")
        found = list(sessions())
        self.assertGreater(len(found), 2)
        for document, command, output in found:
            with self.subTest(f"{document}: {command}"):
                result = run("-c", f"exec 2>&1; {command}", program="sh",
                             env={"PATH": f"{self.folder}/bin:{os.environ['PATH']}"})
                self.assertEqual(result.out, output)


class Setup(Scratch):
    def test_the_commands_of_the_readme_are_those_of_the_script(self):
        named = {line.split("#")[0].strip() for _, text in blocks("sh") for line in text.splitlines()
                 if line.startswith("./setup")}
        self.assertEqual(named, {"./setup demo", "./setup test"})
        script = (ROOT / "setup").read_text()
        for command in named:
            self.assertRegex(script, rf"(?m)^{command.split()[1]}\) ")

    def test_every_install_command_names_a_real_option(self):
        for _, text in blocks("sh"):
            for line in text.splitlines():
                self.assertRegex(line, COMMAND_OF_THE_TREE)


if __name__ == "__main__":
    unittest.main()
