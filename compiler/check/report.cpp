// SPDX-License-Identifier: MIT
// Collecting and quoting for the checker's messages.
#include "compiler/check/report.h"

#include <algorithm>
#include <utility>

#include "compiler/diagnostics/utf8.h"

namespace fwc {

namespace {

constexpr std::size_t kMostQuoted = 60;  // characters

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string out = "`";
  std::size_t characters = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (++characters > kMostQuoted) {
      out += "…";
      break;
    }
    const Character c = character_at(text, at);
    const bool space = is_space(text[at]);
    if (!space)
      out += text.substr(at, c.bytes);
    else if (out.back() != ' ')
      out += ' ';
    at += c.bytes;
  }
  return out + '`';
}

void Report::add(Code code, Span span, std::string message, std::string hint,
                 std::vector<Span> because) {
  const bool error = row(code).severity == Severity::error;
  failed_ = failed_ || error;
  if (!full())
    issues_.push_back({code, span, std::move(message), std::move(hint), std::move(because)});
}

void Report::add(Issue issue, std::uint32_t file) {
  failed_ = failed_ || row(issue.code).severity == Severity::error;
  issue.file = file;
  if (!full()) issues_.push_back(std::move(issue));
}

bool Report::has(Code code, Span within) const {
  return std::any_of(issues_.begin(), issues_.end(), [&](const Issue& issue) {
    return issue.code == code && issue.file == 0 && issue.span.begin <= within.begin &&
           within.end <= issue.span.end;
  });
}

std::string_view Report::text(Span span) const {
  if (span.begin >= text_.size() || span.end <= span.begin) return {};
  return text_.substr(span.begin, span.end - span.begin);
}

std::string Report::quote(Span span) const {
  return quoted(text(span));
}

Issues Report::take() && {
  std::stable_sort(issues_.begin(), issues_.end(), [](const Issue& a, const Issue& b) {
    return std::pair(a.file, a.span.begin) < std::pair(b.file, b.span.begin);
  });
  return std::move(issues_);
}

}  // namespace fwc
