// SPDX-License-Identifier: MIT
// An object as libbpf sees it before it is loaded: programs, instructions, maps, types.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fwc/compile.h"

struct bpf_insn;
struct bpf_object;

namespace fwc::test {

class ObjectView {
 public:
  explicit ObjectView(const Object& object);

  bool opened() const { return object_ != nullptr; }

  /// Names of the programs' sections, in the order of the object.
  std::vector<std::string> sections() const;

  /// The instructions of a program before the kernel rewrites them; empty where there is none.
  std::vector<bpf_insn> instructions(std::string_view program) const;

  /// Names of the maps that loading would make, libbpf's own for data sections included.
  std::vector<std::string> maps() const;

  /// Whether a string is in the BTF: names of types and variables, and lines of the source.
  bool knows(std::string_view text) const;

 private:
  struct Close {
    void operator()(bpf_object* object) const;
  };
  std::unique_ptr<bpf_object, Close> object_;
};

/// Compiles, failing the test with the diagnostics where that is refused.
Object compile_or_fail(std::string_view filter, const CompileOptions& options = {});

}  // namespace fwc::test
