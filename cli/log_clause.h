// SPDX-License-Identifier: MIT
// Which part of a condition made a logged packet pass or be dropped: the evaluator asks the bytes
// that were logged.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "fwc/compile.h"
#include "fwc/runtime/rules.h"
#include "fwc/runtime/watch.h"

namespace fwc::cli {

/// A part of a condition, as it was written, and what it is worth.
struct Clause {
  std::string text;
  bool holds = false;
};

class ClauseFinder {
 public:
  /// The rules of the filter that logs, so far as they can be read.
  explicit ClauseFinder(const runtime::LoadedObject& filter);

  /// The smallest part whose value, or its negation, is that of the condition: of the rule that
  /// decided, or, of a filter that is one expression and dropped the packet, of the expression.
  /// Empty where it cannot be told: the packet or the condition was cut, the condition needs more
  /// of the filter than itself, or does not come out as the kernel's verdict did.
  std::optional<Clause> find(const runtime::LogEvent& event);

 private:
  struct Asked {
    std::string condition;
    bool holds = false;
  };
  std::optional<Asked> asked(const runtime::LogEvent& event) const;

  std::map<runtime::Direction, std::string> expressions_;
  std::map<std::string, std::optional<Filter>> parsed_;
};

}  // namespace fwc::cli
