#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What derives from the table of commands: the manual page, and completion as bash does it. Needs
no privilege.
"""
import os
import pty
import re
import select
import shutil
import subprocess
import time
import unittest

from support import FWC, Scratch, run

# Macros of man(7) that the page may use.
MACROS = {"TH", "SH", "SS", "TP", "PP", "br", "nf", "fi", "BR"}


def commands():
    listed = run("help").out.split("Commands:\n")[1].split("\n\n")[0]
    return re.findall(r"^  (\w+) ", listed, re.M)


def options(command=None):
    """Every name of every option that the help of a command lists."""
    text = run("help", command).out if command else run("--help").out
    lines = text.split("Options:\n")[1].split("\n\n")[0].splitlines()
    names = [re.match(r"  ((?:-\w, )?--[\w-]+)", line) for line in lines]
    return [name for match in names if match for name in match.group(1).split(", ")]


class Completion(Scratch):
    """Calls the function that the script registers, with the words of a line that ends where the
    completion key was pressed.
    """

    def complete(self, line):
        words = re.findall(r"=|[^ =]+", line)
        if line.endswith(" ") or line.endswith("="):
            words.append("") if line.endswith(" ") else None
        array = " ".join(f"'{word}'" for word in words)
        script = (f"source <('{FWC}' completion bash); COMP_WORDS=({array}); "
                  f"COMP_CWORD={len(words) - 1}; $(complete -p fwc | cut -d ' ' -f 3); "
                  "printf '%s\\n' \"${COMPREPLY[@]}\"")
        result = run("--norc", "--noprofile", "-c", script, program="bash")
        self.check(result, 0, err="")
        return sorted(word for word in result.out.splitlines() if word)

    def test_the_script_registers_a_function(self):
        result = run("--norc", "-c", f"source <('{FWC}' completion bash); complete -p fwc",
                     program="bash")
        self.check(result, 0, "complete -F _fwc fwc\n", "")

    def test_the_first_word_is_a_command(self):
        self.assertEqual(self.complete("fwc che"), ["check"])
        self.assertEqual(self.complete("fwc "), sorted(commands()))
        self.assertEqual(self.complete("fwc help det"), ["detach"])

    def test_every_option_of_every_command(self):
        self.assertEqual(self.complete("fwc -"), sorted(options()))
        for command in commands():
            self.assertEqual(self.complete(f"fwc {command} -"), sorted(options(command)), command)

    def test_options_of_the_command_and_of_no_other(self):
        self.assertEqual(self.complete("fwc fmt --in"), ["--in-place"])
        self.assertEqual(self.complete("fwc check --in"), [])

    def test_values_of_options(self):
        (self.folder / "web.filter").write_text("udp")
        self.assertEqual(self.complete("fwc check --color a"), ["always", "auto"])
        self.assertEqual(self.complete("fwc check --color="), ["always", "auto", "never"])
        self.assertEqual(self.complete("fwc check --color=n"), ["never"])
        self.assertEqual(self.complete("fwc udp --direction b"), ["both"])
        self.assertEqual(self.complete("fwc check -f web"), ["web.filter"])
        self.assertEqual(self.complete("fwc check --file=web"), ["web.filter"])

    def test_words_by_their_place(self):
        (self.folder / "day.pcap").write_text("")
        self.assertEqual(self.complete("fwc test udp day"), ["day.pcap"])
        self.assertEqual(self.complete("fwc test --var a=1 udp day"), ["day.pcap"])
        self.assertEqual(self.complete("fwc test day"), [])
        self.assertEqual(self.complete("fwc completion f"), ["fish"])
        self.assertEqual(self.complete("fwc set a"), ["add"])
        self.assertIn("self", self.complete("fwc list s"))
        self.assertIn("bash", self.complete("fwc run --egress udp -- bas"))

    def at_a_terminal(self, *shell, before):
        """Starts a shell, and gives a function that says of keys what has to be shown after them."""
        child, terminal = pty.fork()
        if child == 0:
            os.execvpe(shell[0], shell, {
                "PATH": f"{os.path.dirname(FWC)}:{os.environ['PATH']}", "TERM": "dumb", "PS1": "$ ",
                "HOME": str(self.folder)})
        self.addCleanup(os.waitpid, child, 0)
        self.addCleanup(os.close, terminal)

        def shown(keys, wanted):
            os.write(terminal, keys)
            text, end = b"", time.monotonic() + 20
            while wanted not in text and time.monotonic() < end:
                if select.select([terminal], [], [], 0.1)[0]:
                    text += os.read(terminal, 4096)
            self.assertIn(wanted, text)

        shown(before + b"; echo rea''dy\n", b"\nready")
        return shown

    def test_bash_at_a_terminal(self):
        shown = self.at_a_terminal("bash", "--norc", "--noprofile", "-i",
                                   before=b"source <(fwc completion bash)")
        shown(b"fwc expl\t", b"explain ")
        shown(b"\x15fwc fmt --in-p\t", b"--in-place ")
        shown(b"\x15exit\n", b"exit")

    def test_zsh_at_a_terminal(self):
        if not shutil.which("zsh"):
            self.skipTest("zsh is not installed")
        (self.folder / "_fwc").write_text(run("completion", "zsh").out)
        shown = self.at_a_terminal("zsh", "-f", "-i", before=f"fpath=({self.folder} $fpath); autoload"
                                   " -U compinit; compinit -u -D".encode())
        shown(b"fwc expl\t", b"explain ")
        for line, wanted in ((b"fwc fmt --in", b"--in-place "), (b"fwc check --color al", b"always "),
                             (b"fwc help det", b"detach ")):
            shown(b"\x15" + line + b"\t", wanted)
        shown(b"\x15exit\n", b"exit")

    def test_fish(self):
        if not shutil.which("fish"):
            self.skipTest("fish is not installed")
        (self.folder / "script").write_text(run("completion", "fish").out)
        (self.folder / "day.pcap").write_text("")
        for line, wanted in (("fwc che", "check"), ("fwc fmt --in", "--in-place"),
                             ("fwc check --color a", "always auto"), ("fwc set re", "replace"),
                             ("fwc help det", "detach"), ("fwc test udp day", "day.pcap")):
            result = run("-N", "-c", f"source script; complete -C '{line}'", program="fish",
                         env={"HOME": str(self.folder)})
            self.assertEqual(sorted(each.split("\t")[0] for each in result.out.splitlines()),
                             wanted.split(), line)

    def test_an_unknown_shell(self):
        self.check(run("completion", "csh"), 64, "",
                   "fwc: error: there is no completion for `csh`\n"
                   "  hint: say `bash`, `zsh` or `fish`\n")

    def test_all_scripts_name_every_command_and_option(self):
        for shell, long_option in (("bash", "--{}"), ("zsh", "--{}"), ("fish", "-l {}")):
            text = run("completion", shell).out
            for command in commands():
                self.assertIn(command, text)
                for name in options(command):
                    if name.startswith("--"):
                        self.assertIn(long_option.format(name[2:]), text, shell)

    def test_the_shells_that_are_here_read_their_script(self):
        for shell in ("bash", "zsh", "fish"):
            if not shutil.which(shell):
                continue
            (self.folder / "script").write_text(run("completion", shell).out)
            self.check(run("-n", "script", program=shell), 0, "", "")


class Manual(Scratch):
    def page(self):
        return self.check(run("help", "--man"), 0, err="").out

    def test_every_command_option_and_exit_status_is_in_it(self):
        page = self.page().replace("\\-", "-")
        for command in commands():
            self.assertIn(f"\n.SS fwc {command}", page)
            section = page.split(f"\n.SS fwc {command}")[1].split("\n.S")[0]
            for name in options(command):
                self.assertIn(f"\\fB{name}\\fR", section, command)
        statuses = re.findall(r"^ +(\d+)  (.+)$", run("help").out.split("Exit status:")[1], re.M)
        self.assertGreater(len(statuses), 5)
        for number, meaning in statuses:
            self.assertIn(f"\\fB{number}\\fR\n{meaning}\n", page)

    def test_every_control_line_is_a_macro_of_man(self):
        for line in self.page().splitlines():
            self.assertFalse(line.startswith("'"), line)
            if line.startswith(".") and not line.startswith('.\\"'):
                self.assertIn(line[1:].split()[0], MACROS, line)

    def test_every_escape_is_known_and_every_font_ends(self):
        for line in self.page().splitlines():
            rest = re.sub(r'\\(?:f[BIR]|-|e|&|\(aq|\(ha|\(ti|")', "", line)
            self.assertNotIn("\\", rest, line)
            fonts = re.findall(r"\\f([BIR])", line)
            self.assertEqual(fonts[-1:], ["R"] if fonts else [], line)

    def test_man_shows_it_without_a_warning(self):
        if not shutil.which("man") or not shutil.which("groff"):
            self.skipTest("man and groff are not installed")
        (self.folder / "fwc.1").write_text(self.page())
        done = subprocess.run(["man", "--warnings", "-l", "fwc.1"], capture_output=True, text=True,
                              check=False, env={**os.environ, "MANWIDTH": "100", "LC_ALL": "C.UTF-8"})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("fwc fmt FILTER", done.stdout)
        self.assertIn("'udp and(dst_port==53)'", done.stdout)


if __name__ == "__main__":
    unittest.main()
