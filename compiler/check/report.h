// SPDX-License-Identifier: MIT
// What the checker has found so far, and the words of the filter text that its messages quote.
#pragma once

#include <string>
#include <string_view>

#include "compiler/diagnostics/issue.h"

namespace fwc {

class Report {
 public:
  explicit Report(std::string_view text) : text_(text) {}

  /// `because` are the other places that make it so.
  void add(Code code, Span span, std::string message, std::string hint = {},
           std::vector<Span> because = {});

  /// The same with a span in a file, by its number from 1.
  void add(Issue issue, std::uint32_t file);

  /// Whether an error was found.
  bool failed() const { return failed_; }

  /// More is not kept: nobody reads a hundred messages, and hostile text shall not cost memory.
  bool full() const { return issues_.size() >= kMostIssues; }

  /// Whether something of that code was found at a span that covers the given one.
  bool has(Code code, Span within) const;

  bool empty() const { return issues_.empty(); }

  /// The text of a span as a message shows it: on one line, not too long, in backticks.
  std::string quote(Span span) const;
  std::string_view text(Span span) const;

  /// All that was found, in the order of the text.
  Issues take() &&;

 private:
  static constexpr std::size_t kMostIssues = 100;

  std::string_view text_;
  Issues issues_;
  bool failed_ = false;
};

/// Any text in backticks, shortened where it is long.
std::string quoted(std::string_view text);

/// `a`, `b` or `c`.
template <typename Names>
std::string quoted_choice(const Names& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i != 0) out += i + 1 == names.size() ? " or " : ", ";
    out += quoted(names[i]);
  }
  return out;
}

}  // namespace fwc
