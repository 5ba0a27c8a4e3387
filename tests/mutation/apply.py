# SPDX-License-Identifier: MIT
"""Makes a copy of the tree that holds all mutants, each asleep until FWC_MUTANT in the environment names its number.
The tree itself stays as it is: no hook is in the code that ships.
"""
import pathlib
import re
import subprocess

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


def write_if_changed(path, data):
    if not path.exists() or path.read_bytes() != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return True
    return False


def copy_tree(target, mutants):
    """Numbers start at 1, in the order of the table."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            capture_output=True, check=True).stdout.decode().split("\0")
    files = {name: (ROOT / name).read_bytes() for name in listed if name and (ROOT / name).is_file()}
    stale = []
    for number, mutant in enumerate(mutants, 1):
        try:
            files[mutant.file] = mutated_text(files[mutant.file].decode(), number, mutant).encode()
        except Stale as one:
            stale.append(str(one))
    if stale:
        raise Stale("\n".join(stale))
    for name in {mutant.file for mutant in mutants}:
        files[name] = f'#include "{SWITCH}"\n'.encode() + files[name]
    files[SWITCH] = HEADER.encode()
    for name, data in files.items():
        write_if_changed(target / name, data)
        (target / name).chmod((ROOT / name).stat().st_mode & 0o777 if name != SWITCH else 0o644)
