#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The command line: help, wrong uses, files and streams. Needs no privilege."""
import os
import pty
import re
import stat
import subprocess
import unittest

from support import FWC, ROOT, Scratch, run

ELF = b"\x7fELF"
FILTER = "icmp || (udp && dst_port == 53)"


class Usage(Scratch):
    def test_an_unknown_option_names_the_nearest(self):
        self.check(run("udp", "--laod", "x"), 64, "",
                   "fwc: error: unknown option `--laod`\n  hint: did you mean `--load`?\n")

    def test_an_option_far_from_all_others_points_to_the_help(self):
        self.check(run("check", "udp", "--zzzzzz"), 64, "",
                   "fwc: error: unknown option `--zzzzzz`\n  hint: see `fwc help check`\n")

    def test_a_filter_that_looks_like_an_option_goes_behind_dashes(self):
        self.check(run("check", "-1 < len"), 64, "",
                   "fwc: error: unknown option `-1 < len`\n"
                   "  hint: what begins with `-` and is no option stands after `--`\n")
        self.check(run("check", "--", "-1 + len < 5"), 0, "", "")

    def test_a_mistyped_command_is_told(self):
        result = self.check(run("chekc", "-o", "x.o"), 65, "")
        self.assertTrue(result.err.endswith(
            "fwc: warning: `chekc` was taken for a filter, for no command has this name\n"
            "  hint: did you mean `fwc check`?\n"), result.err)
        self.assertEqual(self.files(), [])

    def test_a_mistyped_command_before_a_filter_is_told(self):
        self.check(run("chekc", "udp"), 64, "",
                   "fwc: error: no command is called `chekc`\n  hint: did you mean `fwc check`?\n")

    def test_a_file_taken_for_a_filter_is_told(self):
        (self.folder / "web").write_text(FILTER)
        result = self.check(run("web", "-o", "x.o"), 65, "")
        self.assertTrue(result.err.endswith("fwc: warning: `web` is also the name of a file\n"
                                            "  hint: to read the filter from it, say `-f web`\n"))

    def test_two_words_hint_at_quotes(self):
        self.check(run("icmp", "or", "-o", "x.o"), 64, "",
                   "fwc: error: unexpected argument `or`\n"
                   "  hint: put the filter in single quotes, so that it is one argument\n")

    def test_a_filter_without_a_purpose(self):
        self.check(run("udp"), 64, "",
                   "fwc: error: nothing was said to be done with the filter\n"
                   "  hint: give `-o FILE`, `--load PIN` or `--attach CGROUP`; "
                   "`fwc check` judges it\n")

    def test_attach_needs_a_direction(self):
        self.check(run("udp", "--attach", "self"), 64, "",
                   "fwc: error: `--attach` needs `--ingress` or `--egress`, or both\n"
                   "  hint: or write the filter as parts, `egress {…}`\n")

    def test_an_option_without_its_value(self):
        self.check(run("udp", "-o"), 64, "",
                   "fwc: error: option `--output` needs a value\n  hint: see `fwc --help`\n")

    def test_an_option_given_twice(self):
        self.check(run("udp", "-o", "a", "-o", "b"), 64, "",
                   "fwc: error: option `--output` was given more than once\n"
                   "  hint: see `fwc --help`\n")

    def test_values_that_are_none(self):
        self.check(run("udp", "-o", "x", "--direction", "up"), 64, "",
                   "fwc: error: `--direction` cannot be `up`\n"
                   "  hint: say `ingress`, `egress` or `both`\n")
        self.check(run("check", "udp", "--color", "pink"), 64, "",
                   "fwc: error: `--color` cannot be `pink`\n"
                   "  hint: say `auto`, `always` or `never`\n")

    def test_run_needs_a_filter_and_a_command(self):
        self.check(run("run", "--", "true"), 64, "",
                   "fwc: error: no filter was given\n"
                   "  hint: give `--egress FILTER` or `--ingress FILTER`\n")
        self.check(run("run", "--egress", "udp"), 64, "",
                   "fwc: error: no command was given\n  hint: put it after `--`\n")

    def test_run_stops_at_a_wrong_filter(self):
        result = run("run", "--egress", "nonsense", "--", "touch", "was-run")
        self.check(result, 65, "")
        self.assertEqual(self.files(), [])

    def test_double_dash_ends_the_options(self):
        self.check(run("-o", "x.o", "--", "!udp || dst_port == 53"), 0, "")
        self.assertEqual(self.files(), ["x.o"])

    def test_a_filter_may_begin_with_any_operator_but_minus(self):
        for text in ("!udp", "(udp)", "~1 == -2", "+1 == 1 && udp"):
            self.assertEqual(run("-o", "x.o", text).status, 0, text)

    def test_no_arguments_on_a_terminal_is_a_wrong_use(self):
        main, child = pty.openpty()
        result = run("check", stdin=child)
        os.close(main)
        os.close(child)
        self.check(result, 64, "", "fwc: error: no filter was given\n"
                   "  hint: give it as an argument in single quotes, or with `-f FILE`\n")


class Help(Scratch):
    def commands(self):
        text = self.check(run("help"), 0, err="").out
        listed = text.split("Commands:\n")[1].split("\n\n")[0]
        return re.findall(r"^  (\w+) ", listed, re.M)

    def test_every_command_of_the_overview_has_help_with_examples(self):
        names = self.commands()
        self.assertIn("check", names)
        for name in names:
            by_help = self.check(run("help", name), 0, err="").out
            self.assertEqual(by_help, run(name, "--help").out)
            self.assertIn(f"Usage: fwc {name}", by_help)
            self.assertRegex(by_help, rf"Examples:\n  fwc {name}")

    def test_what_reads_has_json_and_what_changes_a_dry_run(self):
        options = {"--json": "check test explain fields set list stats log audit status",
                   "--dry-run": "attach run set audit replace confirm detach remove enable disable"}
        for option, commands in options.items():
            for command in commands.split():
                self.assertIn(f" {option} ", run("help", command).out, command)
        rest = {"fmt", "top", "completion", "help"}  # text, a screen of `stats`, and no filter at all
        self.assertEqual(set(self.commands()), {*" ".join(options.values()).split()} | rest)

    def test_help_fits_a_screen_of_100_columns(self):
        for words in (["help"], ["--help"], *(["help", n] for n in self.commands())):
            for line in run(*words).out.splitlines():
                self.assertLessEqual(len(line), 100, line)

    def test_help_of_an_unknown_command(self):
        self.check(run("help", "lst"), 64, "",
                   "fwc: error: no command is called `lst`\n  hint: did you mean `list`?\n")

    def test_the_overview_lists_the_exit_codes(self):
        header = (ROOT / "cli/exit_codes.h").read_text()
        for number in re.findall(r"^  \w+ = (\d+),", header, re.M):
            self.assertRegex(run("help").out, rf"(?m)^ +{number}  ")

    def test_the_version_names_the_libraries(self):
        self.assertRegex(self.check(run("--version"), 0, err="").out,
                         r"^fwc \d+\.\d+\.\d+ \(LLVM 19\.[\d.]+, libbpf \d[\d.]+\)\n$")


class Output(Scratch):
    def test_the_object_is_a_readable_elf_file(self):
        self.check(run(FILTER, "-o", "prog.o"), 0, "", "")
        self.assertEqual((self.folder / "prog.o").read_bytes()[:4], ELF)
        self.assertEqual(stat.S_IMODE((self.folder / "prog.o").stat().st_mode), 0o644)
        self.assertEqual(self.files(), ["prog.o"])

    def test_the_same_filter_gives_the_same_bytes(self):
        first = run(FILTER, "-o", "-").out_bytes
        self.assertEqual(first[:4], ELF)
        self.assertEqual(run(FILTER, "-o", "-").out_bytes, first)

    def test_every_way_to_give_the_filter_gives_the_same_bytes(self):
        (self.folder / "f").write_text(FILTER)
        wanted = run(FILTER, "-o", "-").out_bytes
        self.assertEqual(run("-f", "f", "-o", "-").out_bytes, wanted)
        self.assertEqual(run("-f", "-", "-o", "-", stdin=FILTER.encode()).out_bytes, wanted)
        self.assertEqual(run("-", "-o", "-", stdin=FILTER.encode()).out_bytes, wanted)
        self.assertEqual(run("-o", "-", stdin=FILTER.encode()).out_bytes, wanted)

    def test_a_wrong_filter_leaves_the_old_file(self):
        (self.folder / "prog.o").write_text("old")
        self.check(run("dst_port = 53", "-o", "prog.o"), 65, "")
        self.assertEqual((self.folder / "prog.o").read_text(), "old")
        self.assertEqual(self.files(), ["prog.o"])

    def test_what_is_no_regular_file_is_not_replaced(self):
        os.mkfifo("pipe")
        (self.folder / "target").write_text("old")
        os.symlink("target", "link")
        os.mkdir("folder")
        for path in ("pipe", "link", "folder", "/dev/full"):
            self.check(run("udp", "-o", path), 73, "",
                       f"fwc: error: `{path}` is there and is not a regular file\n"
                       "  hint: give the name of a file, or `-` for standard output\n")
        self.assertEqual(self.files(), ["folder", "link", "pipe", "target"])
        self.assertEqual((self.folder / "target").read_text(), "old")

    def test_a_missing_folder(self):
        self.check(run("udp", "-o", "no/prog.o"), 73, "",
                   "fwc: error: cannot write `no/prog.o`: No such file or directory\n")

    def test_a_full_disk_on_stdout(self):
        with open("/dev/full", "wb") as full:
            result = run("udp", "-o", "-", stdout=full)
        self.check(result, 71, err="fwc: error: cannot write to standard output: "
                   "No space left on device\n")

    def test_a_closed_stdout_is_an_error_and_never_another_file(self):
        done = subprocess.run(["sh", "-c", '"$0" udp -o - >&-', FWC], stderr=subprocess.PIPE,
                              timeout=60, check=False)
        self.assertEqual(done.returncode, 71)
        self.assertEqual(done.stderr, b"fwc: error: cannot write to standard output: "
                         b"Bad file descriptor\n")
        done = subprocess.run(["sh", "-c", '"$0" udp -o prog.o <&- >&- 2>&-', FWC], timeout=60,
                              check=False)
        self.assertEqual(done.returncode, 0)
        self.assertEqual((self.folder / "prog.o").read_bytes(), run("udp", "-o", "-").out_bytes)


class Input(Scratch):
    def test_a_missing_file(self):
        self.check(run("-f", "none", "-o", "x.o"), 66, "",
                   "fwc: error: cannot read `none`: No such file or directory\n")

    def test_a_folder_is_no_filter(self):
        self.check(run("check", "-f", "."), 71, "",
                   "fwc: error: cannot read `.`: Is a directory\n")

    def test_a_filter_given_twice(self):
        self.check(run("udp", "-f", "x", "-o", "y"), 64, "",
                   "fwc: error: a filter was given twice: as an argument and with `-f`\n")

    def test_endless_input_ends_in_a_message(self):
        with open("/dev/zero", "rb") as zero:
            result = run("check", stdin=zero)
        self.assertEqual(result.status, 65)
        self.assertLess(len(result.err), 2000)
        self.assertRegex(result.err, r"^stdin:1:\d+: error: .*too-long")

    def test_hostile_text_is_answered_shortly(self):
        for text in (b"(" * 1_000_000, b"udp || " * 200_000, b"\0" * 9, b"\xff\xfe udp", b""):
            result = run("check", stdin=text)
            self.assertEqual(result.status, 65, text[:20])
            self.assertLess(len(result.err), 3000)

    def test_an_object_is_not_the_text_of_a_filter(self):
        run("udp", "-o", "prog.o")
        self.check(run("check", "prog.o"), 65, "",
                   "fwc: error: this is a compiled object, and the text of a filter is needed\n")

    def test_an_object_is_not_compiled_again(self):
        run("udp", "-o", "prog.o")
        self.check(run("prog.o", "-o", "x.o"), 64, "",
                   "fwc: error: `-o` needs the text of a filter, and this is an object already\n"
                   "  hint: see `fwc --help`\n")
        self.assertEqual(run("prog.o", "--load", "/x/y", "--counters").status, 64)

    def test_a_foreign_object_is_refused(self):
        (self.folder / "foreign.o").write_bytes(ELF + b"\2\1\1" + bytes(200))
        result = run("foreign.o", "--load", "/sys/fs/bpf/fwc-test-foreign")
        self.assertEqual(result.status, 65, result.err)


class Messages(Scratch):
    def test_check_is_silent_about_a_good_filter(self):
        self.check(run("check", FILTER), 0, "", "")

    def test_an_error_is_shown_with_its_place(self):
        result = self.check(run("check", "udp && (dst_port = 53)"), 65, "")
        self.assertTrue(result.err.startswith("filter:1:18: error: "), result.err)
        self.assertIn("udp && (dst_port = 53)", result.err)
        self.assertIn("==", result.err)

    def test_a_file_is_named(self):
        (self.folder / "web.filter").write_text("udp\n&& dst_prot == 53\n")
        result = self.check(run("check", "-f", "web.filter"), 65, "")
        self.assertTrue(result.err.startswith("web.filter:2:4: error: "), result.err)
        self.assertIn("dst_port", result.err)

    def test_strict_makes_a_warning_an_error(self):
        self.assertIn("warning", self.check(run("check", "dst_port != 22"), 0, "").err)
        self.assertIn("error", self.check(run("check", "--strict", "dst_port != 22"), 65, "").err)
        self.check(run("dst_port != 22", "--strict", "-o", "x.o"), 65, "")
        self.assertEqual(self.files(), [])

    def test_colors_are_shown_when_asked_for(self):
        for words, env, colored in ((["--color=always"], {}, True), ([], {}, False),
                                    (["--color=always"], {"NO_COLOR": "1"}, True),
                                    (["--color=never"], {}, False)):
            result = run("check", "nonsense", *words, env=env)
            self.assertEqual("\033[" in result.err, colored, words)

    def colored_on_a_terminal(self, env):
        main, child = pty.openpty()
        run("check", "nonsense", stderr=child, env={"TERM": "xterm", **env})
        os.close(child)
        text = os.read(main, 10000)
        os.close(main)
        return b"\033[" in text

    def test_colors_on_a_terminal(self):
        self.assertTrue(self.colored_on_a_terminal({}))
        self.assertTrue(self.colored_on_a_terminal({"NO_COLOR": ""}))
        self.assertFalse(self.colored_on_a_terminal({"NO_COLOR": "1"}))
        self.assertFalse(self.colored_on_a_terminal({"TERM": "dumb"}))


if __name__ == "__main__":
    unittest.main()
