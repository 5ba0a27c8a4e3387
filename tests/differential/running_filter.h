// SPDX-License-Identifier: MIT
// A filter as the runtime loads it: with counters, and with its live values and sets changed while
// it is there. What it says then is what a filter says that is written with those values.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "compiler/check/checked_filter.h"
#include "fwc/compile.h"
#include "fwc/runtime/program.h"

namespace fwc::test {

class RunningFilter {
 public:
  /// The filter in the kernel with the values of `changed`, which differs from it in those alone;
  /// or why there is none.
  static std::variant<RunningFilter, std::string> make(const std::string& text,
                                                       const CheckedFilter& changed,
                                                       const CompileOptions& options);

  int program_fd() const;

  /// Packets of each decider: malformed, default, default of later fragments, the rules.
  std::vector<std::uint64_t> counts() const;

 private:
  RunningFilter(runtime::LoadedObject object, runtime::Direction direction)
      : object_(std::move(object)), direction_(direction) {}

  runtime::LoadedObject object_;
  runtime::Direction direction_;
};

}  // namespace fwc::test
