#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds the shape of the tree: who may include what, sizes of files and functions, licence lines,
and public headers that compile alone. Usage: layering_test.py ROOT COMPILER
"""
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
COMPILER = sys.argv[2] if len(sys.argv) > 2 else "g++"

# folder: folders of this project that its files may include
MAY_INCLUDE = {
    "grammar": {"grammar"},
    "compiler": {"grammar", "compiler", "fwc"},
    "runtime": {"runtime", "fwc"},
    "cli": {"grammar", "compiler", "cli", "fwc", "fwc/runtime"},
}

# what the two libraries have in common
SHARED_HEADERS = {"fwc/export.h", "fwc/hook.h", "fwc/object.h", "fwc/seal.h"}

# kind of header: files that may include it
MAY_SEE = {
    r"llvm[/-]": r"compiler/codegen/",
    r"tao/pegtl": r"grammar/",
    r"bpf/": r"runtime/",
    r"linux/(bpf|btf)\.h": r"runtime/|compiler/codegen/|cli/kernel_judge\.cpp",
    r"pcap": r"cli/capture_file\.cpp",
    r"CLI/": r"cli/",
    r"nlohmann/": r"cli/",
    r"fmt/": r"(compiler|runtime|cli|grammar)/.*\.(cpp|h)",
    r"elf\.h|libelf|gelf": r"runtime/",
}

# headers of this project that only some files may include
FILES_WITH_PEGTL = {"grammar/rules.h", "grammar/errors.h", "grammar/actions.h", "grammar/parse.cpp"}

# tables are exempt from the limit on lines
TABLES = {"compiler/language/fields.h", "compiler/language/constants.h",
          "compiler/language/foreign_names.h", "compiler/diagnostics/issues.cpp",
          "compiler/language/layers.h"}
MOST_LINES_OF_FILE = 400
MOST_LINES_OF_FUNCTION = 40

CODE_FOLDERS = ("grammar", "compiler", "runtime", "cli", "samples")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
STANDARD = re.compile(r"^[a-z_0-9]+$")


def code_files(*folders):
    for folder in folders or CODE_FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".h", ".cpp"):
                yield path.relative_to(ROOT).as_posix(), path.read_text()


def includes(text):
    return [(kind == "<", name) for kind, name in INCLUDE.findall(text)]


def include_problems(name, text):
    folder = name.split("/")[0]
    allowed = MAY_INCLUDE.get(folder)
    for system, header in includes(text):
        for pattern, where in MAY_SEE.items():
            if re.match(pattern, header) and not re.match(where, name):
                yield f"{name} includes {header}"
        if header.startswith("tao/") and name not in FILES_WITH_PEGTL:
            yield f"{name} includes {header}"
        if system or allowed is None:
            continue
        top = "fwc/runtime" if header.startswith("fwc/runtime/") else header.split("/")[0]
        if top == "fwc/runtime" and folder == "runtime":
            continue
        if "/" in header and top not in allowed:
            yield f"{name} includes {header}"
        if folder == "runtime" and top == "fwc" and header not in SHARED_HEADERS:
            yield f"{name} includes {header}, which is the compiler's"


def hidden_functions(text):
    """Declarations of a public header that a shared library would not show: functions, and classes
    with members that are defined elsewhere."""
    for function in re.finditer(r"^(?!FWC_API |using |template|inline |constexpr )\w[^\n;{}]*\(", text, re.M):
        yield function.group()
    for kind in re.finditer(r"^(?:class|struct) (?!FWC_API )[^{;]*\{.*?^\};", text, re.M | re.S):
        if re.search(r"^  \w[^\n/{}=]*\)(?: const)?;$", kind.group(), re.M):
            yield kind.group().split("{")[0]


def functions(text):
    """(first line, number of lines) of each function, found by the layout of clang-format."""
    lines = text.split("\n")
    start = None
    head = 0
    for number, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        if start is None:
            if indent in (0, 2, 4) and line.strip() and not line.strip().startswith(("//", "#", "}")):
                head = number if not continues(lines, number) else head
            if line.endswith("{") and is_function_head(" ".join(lines[head:number + 1])):
                start = (head, len(lines[head]) - len(lines[head].lstrip()))
        elif line.startswith(" " * start[1] + "}") and indent == start[1]:
            yield start[0] + 1, number - start[0] + 1
            start = None


def continues(lines, number):
    """Whether the line goes on with the statement of the line before."""
    before = lines[number - 1].rstrip() if number else ""
    return bool(before) and not before.endswith((";", "{", "}", ":")) and \
        not before.strip().startswith(("//", "#", "template"))


def is_function_head(head):
    head = head.strip()
    if head.startswith(("namespace", "struct ", "class ", "enum ", "union ", "extern \"C\" {")):
        return False
    head = re.sub(r'"([^"\\]|\\.)*"', '""', head)
    return "(" in head and not re.search(r"=\s*\w*\{(?!\})", head)


def size_problems(name, text):
    if name in TABLES:
        return
    count = text.count("\n")
    if count > MOST_LINES_OF_FILE:
        yield f"{name} has {count} lines"
    for first, length in functions(text):
        if length > MOST_LINES_OF_FUNCTION:
            yield f"{name}:{first}: a function of {length} lines"


class Tree(unittest.TestCase):
    def assert_none(self, problems):
        problems = list(problems)
        self.assertFalse(problems, "\n" + "\n".join(problems))

    def test_includes_follow_the_layers(self):
        self.assert_none(p for name, text in code_files("grammar", "compiler", "runtime", "cli")
                         for p in include_problems(name, text))

    def test_files_and_functions_are_small(self):
        self.assert_none(p for name, text in code_files() for p in size_problems(name, text))

    def test_every_source_names_its_licence_and_its_job(self):
        for name, text in code_files():
            lines = text.split("\n")
            self.assertEqual(lines[0], "// SPDX-License-Identifier: MIT", name)
            self.assertTrue(lines[1].startswith("// "), f"{name} does not tell its job")

    def test_every_build_file_and_script_names_its_licence(self):
        for pattern in ("**/CMakeLists.txt", "cmake/*.cmake", "**/*.py", "**/*.sh", "setup", ".ci/*"):
            for path in ROOT.glob(pattern):
                name = path.relative_to(ROOT).as_posix()
                if not name.startswith("build"):
                    self.assertIn("SPDX-License-Identifier: MIT", path.read_text()[:200], name)

    def test_public_headers_include_only_the_standard_library_and_each_other(self):
        for name, text in code_files("compiler/include", "runtime/include"):
            for system, header in includes(text):
                good = STANDARD.match(header) if system else header.startswith("fwc/")
                self.assertTrue(good, f"{name} includes {header}")

    def test_public_functions_are_shown_by_shared_libraries(self):
        self.assert_none(f"{name}: {hidden}"
                         for name, text in code_files("compiler/include", "runtime/include")
                         for hidden in hidden_functions(text))

    def test_public_headers_compile_alone(self):
        for name, _ in code_files("compiler/include", "runtime/include"):
            done = subprocess.run(
                [COMPILER, "-std=c++20", "-Wall", "-Wextra", "-Werror", "-pedantic-errors",
                 "-fsyntax-only", "-x", "c++", "-include", ROOT / name, "/dev/null",
                 "-I", ROOT / "compiler/include", "-I", ROOT / "runtime/include"],
                capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, f"{name}\n{done.stderr}")


class Checks(unittest.TestCase):
    """That the checks above can fail."""

    def test_wrong_includes_are_seen(self):
        for name, line in (("cli/main.cpp", "#include <llvm/IR/Module.h>"),
                           ("cli/main.cpp", "#include <bpf/libbpf.h>"),
                           ("compiler/check/a.cpp", '#include "fwc/runtime/pins.h"'),
                           ("grammar/a.cpp", '#include "compiler/check/check.h"'),
                           ("grammar/print.cpp", "#include <tao/pegtl.hpp>"),
                           ("runtime/a.cpp", '#include "fwc/compile.h"')):
            self.assertTrue(list(include_problems(name, line + "\n")), line)

    def test_right_includes_pass(self):
        for name, line in (("compiler/codegen/a.cpp", "#include <llvm/IR/Module.h>"),
                           ("runtime/a.cpp", '#include "fwc/runtime/pins.h"'),
                           ("runtime/a.cpp", "#include <bpf/libbpf.h>"),
                           ("cli/a.cpp", '#include "compiler/eval/evaluate.h"')):
            self.assertFalse(list(include_problems(name, line + "\n")), line)

    def test_hidden_functions_are_seen(self):
        for text in ("int f(int a);\n", "class C {\n public:\n  int f() const;\n};\n",
                     "Expected<std::vector<int>> f(int a,\n    int b);\n"):
            self.assertTrue(list(hidden_functions(text)), text)
            self.assertFalse(list(hidden_functions(re.sub("^(class |)", r"\1FWC_API ", text))))
        self.assertFalse(list(hidden_functions("class C {\n  int f() { return 1; }\n};\n")))

    def test_long_functions_are_seen(self):
        body = "  call();\n" * 39
        self.assertTrue(list(size_problems("cli/a.cpp", "int f(int a) {\n" + body + "}\n")))
        wrapped = "int f(int a,\n      int b) {\n" + body + "}\n"
        self.assertTrue(list(size_problems("cli/a.cpp", wrapped)))
        member = "class C {\n  int f() {\n" + body + "  }\n};\n"
        self.assertTrue(list(size_problems("cli/a.cpp", member)))
        self.assertFalse(list(size_problems("cli/a.cpp", "int f(int a) {\n" + body[10:-10] + "}\n")))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
