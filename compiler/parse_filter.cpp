// SPDX-License-Identifier: MIT
// The front half of the pipe: text to a filter that is known to be right.
#include <variant>

#include "compiler/check/check.h"
#include "compiler/check/phrases.h"
#include "compiler/check/report.h"
#include "compiler/diagnostics/render.h"
#include "compiler/eval/evaluate.h"
#include "fwc/compile.h"
#include "grammar/parse.h"

namespace fwc {

namespace {

Code code_of(SyntaxError::Kind kind) {
  switch (kind) {
    case SyntaxError::Kind::syntax: return Code::syntax;
    case SyntaxError::Kind::assignment: return Code::assignment;
    case SyntaxError::Kind::too_deep: return Code::too_deep;
    case SyntaxError::Kind::too_long: return Code::too_long;
    case SyntaxError::Kind::encoding: return Code::encoding;
    case SyntaxError::Kind::empty: return Code::empty_filter;
  }
  return Code::syntax;
}

/// A phrase of another tool is shown as it would be said here, if that is a filter.
std::string hint_for(const SyntaxError& error, std::string_view text) {
  if (error.kind != SyntaxError::Kind::syntax) return error.hint;
  const std::string meaning = translate_phrase(text, error.span.begin);
  const auto parsed = parse(meaning);
  const auto* filter = std::get_if<ast::Filter>(&parsed);
  if (filter == nullptr || !check(*filter, meaning).filter) return error.hint;
  return "write " + quoted(meaning);
}

bool has_error(const std::vector<Diagnostic>& diagnostics) {
  for (const Diagnostic& d : diagnostics)
    if (d.error) return true;
  return false;
}

}  // namespace

ParseResult parse_filter(std::string_view text, bool strict) {
  auto parsed = parse(text);
  if (auto* error = std::get_if<SyntaxError>(&parsed)) {
    const Issues issues{
        {code_of(error->kind), error->span, error->message, hint_for(*error, text)}};
    return {.filter = std::nullopt, .diagnostics = to_diagnostics(issues, text, strict)};
  }
  CheckResult checked = check(std::get<ast::Filter>(parsed), text);
  ParseResult result{.filter = std::nullopt,
                     .diagnostics = to_diagnostics(checked.issues, text, strict)};
  if (checked.filter && !has_error(result.diagnostics))
    result.filter = Filter(std::make_shared<const CheckedFilter>(std::move(*checked.filter)));
  return result;
}

bool Filter::judge(std::span<const std::byte> packet, std::uint16_t ethertype) const {
  return evaluate(*checked_, Packet{.protocol = ethertype, .bytes = packet});
}

std::string_view version() {
  return "0.1.0";
}

}  // namespace fwc
