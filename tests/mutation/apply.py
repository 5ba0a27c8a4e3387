# SPDX-License-Identifier: MIT
"""The tree with all mutants in it, each asleep until FWC_MUTANT in the environment names its number, and where to build
it. The tree itself stays as it is: no hook is in the code that ships.
"""
import contextlib
import ctypes
import os
import pathlib
import re
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
MARK = re.compile(r"\bM\b")
SWITCH = "mutation_switch.h"
# In constant expressions no mutant is on, so that the checks of the tables still hold.
HEADER = """// Written by tests/mutation; included by the files that hold a mutant.
#pragma once
#include <cstdlib>
namespace fwc {
inline int active_mutant() {
  static const int number = [] {
    const char* text = std::getenv("FWC_MUTANT");
    return text ? std::atoi(text) : 0;
  }();
  return number;
}
constexpr bool mutated(int number) {
  return !__builtin_is_constant_evaluated() && active_mutant() == number;
}
}  // namespace fwc
"""


class Stale(Exception):
    """The text that a mutant replaces is not there once any more: the row has to follow the code."""


def mutated_text(text, number, mutant):
    if text.count(mutant.old) != 1:
        raise Stale(f"{mutant.name}: {text.count(mutant.old)} times in {mutant.file}: {mutant.old}")
    switch = f"::fwc::mutated({number})"
    new = mutant.new if MARK.search(mutant.new) else f"(M ? ({mutant.new}) : ({mutant.old}))"
    return text.replace(mutant.old, MARK.sub(switch, new))


def mutated_files(mutants):
    """The files that differ from the tree, by name. Numbers start at 1, in the order of the table."""
    files = {mutant.file: (ROOT / mutant.file).read_text() for mutant in mutants}
    stale = []
    for number, mutant in enumerate(mutants, 1):
        try:
            files[mutant.file] = mutated_text(files[mutant.file], number, mutant)
        except Stale as one:
            stale.append(str(one))
    if stale:
        raise Stale("\n".join(stale))
    return {SWITCH: HEADER, **{name: f'#include "{SWITCH}"\n{text}' for name, text in files.items()}}


def write_if_changed(path, data):
    if not path.exists() or path.read_bytes() != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def write_tree(target, mutants):
    """Into a copy of the tree, or into the tree itself where that is an overlay. What is the same keeps its time, so
    that it is not built again."""
    changed = mutated_files(mutants)
    if target != ROOT:
        listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                                capture_output=True, check=True).stdout.decode().split("\0")
        for name in listed:
            if name and name not in changed and (ROOT / name).is_file():
                write_if_changed(target / name, (ROOT / name).read_bytes())
                (target / name).chmod((ROOT / name).stat().st_mode & 0o777)
    for name, text in changed.items():
        write_if_changed(target / name, text.encode())


def mount(*words):
    return subprocess.run(["mount", *words], check=False, stderr=subprocess.DEVNULL).returncode == 0


@contextlib.contextmanager
def overlay(folders):
    """Gives this process and its children a view of the folders of their own: what they write there stays in memory,
    and goes when they end. Yields whether that worked; it needs root."""
    new_namespace = 0x20000  # CLONE_NEWNS
    if ctypes.CDLL(None).unshare(new_namespace) != 0 or not mount("--make-rprivate", "/"):
        yield False
        return
    with tempfile.TemporaryDirectory() as place:
        made = mount("-t", "tmpfs", "none", place)
        for number, folder in enumerate(folders):
            upper, work = pathlib.Path(place, f"upper{number}"), pathlib.Path(place, f"work{number}")
            upper.mkdir()
            work.mkdir()
            made = made and mount("-t", "overlay", "none", "-o", f"lowerdir={folder},upperdir={upper},workdir={work}",
                                  str(folder))
        os.chdir("/")
        try:
            yield made
        finally:
            subprocess.run(["umount", "--lazy", place], check=False)
