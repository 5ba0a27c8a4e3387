// SPDX-License-Identifier: MIT
// Issues to public Diagnostics. Issues come mostly in the order of the text, so that lines and
// columns are counted on from the issue before, not from the start for each.
#include <algorithm>

#include "compiler/diagnostics/render.h"
#include "compiler/diagnostics/utf8.h"

namespace fwc {

namespace {

/// Walks forward through a text and knows line and column.
class Position {
 public:
  explicit Position(std::string_view text) : text_(text) {}

  void move_to(std::size_t offset) {
    if (offset < at_) {
      at_ = 0;
      line_ = column_ = 1;
    }
    while (at_ < offset) step();
  }
  std::uint32_t line() const { return line_; }
  std::uint32_t column() const { return column_; }

 private:
  void step() {
    if (text_[at_] == '\n') {
      ++line_;
      column_ = 1;
      ++at_;
      return;
    }
    ++column_;
    at_ += character_at(text_, at_).bytes;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
  std::uint32_t column_ = 1;
};

}  // namespace

std::vector<Diagnostic> to_diagnostics(const Issues& issues, std::string_view text, bool strict) {
  std::vector<Diagnostic> out;
  out.reserve(issues.size());
  Position position(text);
  const auto size = static_cast<std::uint32_t>(text.size());
  for (const Issue& issue : issues) {
    const std::uint32_t begin = std::min(issue.span.begin, size);
    const std::uint32_t end = std::clamp(issue.span.end, begin, size);
    const CodeRow& kind = row(issue.code);
    position.move_to(begin);
    out.push_back({.error = strict || kind.severity == Severity::error,
                   .code = std::string(kind.name),
                   .offset = begin,
                   .length = end - begin,
                   .line = position.line(),
                   .column = position.column(),
                   .message = issue.message,
                   .hint = issue.hint});
  }
  return out;
}

}  // namespace fwc
