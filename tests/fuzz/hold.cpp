// SPDX-License-Identifier: MIT
#include "tests/fuzz/hold.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "compiler/diagnostics/utf8.h"

namespace fwc::test {

namespace {

bool lies_in(std::uint64_t offset, std::uint64_t length, std::size_t size) {
  return offset + length <= size;
}

bool is_printable(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const Character c = character_at(text, at);
    if (!c.code_point) return false;
    const char32_t code = *c.code_point;
    if ((code < 0x20 && code != '\n') || (code >= 0x7f && code < 0xa0)) return false;
    if ((code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)) return false;
    at += c.bytes;
  }
  return true;
}

}  // namespace

void hold(bool property, const char* name, std::string_view text) {
  if (property) return;
  std::fprintf(stderr, "does not hold: %s\n", name);
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fputc('\n', stderr);
  std::abort();
}

ast::Filter bare(ast::Filter filter, bool keep_parentheses) {
  for (ast::Node& node : filter.nodes) {
    node.span = {};
    node.parenthesized &= keep_parentheses;
  }
  for (ast::Declaration& d : filter.declarations) d.name_span = d.type_span = {};
  for (ast::Part& part : filter.parts) {
    part.span = part.otherwise.span = {};
    for (ast::Rule& rule : part.rules) rule.action_span = rule.name_span = rule.span = {};
  }
  return filter;
}

void hold_of_diagnostics(std::span<const Diagnostic> diagnostics, bool is_right,
                         std::string_view text) {
  hold(is_right == std::ranges::none_of(diagnostics, &Diagnostic::error),
       "there is a result where there is no error", text);
  for (const Diagnostic& d : diagnostics) {
    if (d.file.empty())
      hold(lies_in(d.offset, d.length, text.size()), "a span lies in the text", text);
    for (const Place& place : d.because)
      hold(lies_in(place.offset, place.length, text.size()), "a reason lies in the text", text);
  }
}

void hold_of_showing(std::span<const Diagnostic> diagnostics, std::string_view text) {
  for (const Diagnostic& d : diagnostics) {
    const std::string shown = render(d, text, "fuzz", false, 40);
    hold(shown.ends_with('\n'), "a diagnostic is lines", text);
    hold(is_printable(shown), "a diagnostic is printable", text);
    hold(render(d, text, "fuzz", true, 200).size() >= shown.size() / 8, "and in color", text);
  }
}

}  // namespace fwc::test
