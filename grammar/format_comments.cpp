// SPDX-License-Identifier: MIT
// The comments of a text; see format_comments.h. Between the operands of a text that was parsed,
// `#`,
// `//` and `/*` begin comments and nothing else.
#include "grammar/format_comments.h"

#include <algorithm>

namespace fwc::grammar {

namespace {

constexpr std::string_view kBlanks = " \t\n\r\v\f";
constexpr std::string_view kBlanksOfLine = " \t\r\v\f";

/// Bytes of the comment that begins at `at`, 0 where none does.
std::size_t comment_at(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  if (rest.starts_with('#') || rest.starts_with("//"))
    return std::min(rest.find('\n'), rest.size());
  if (rest.starts_with("/*")) return std::min(rest.find("*/", 2), rest.size() - 2) + 2;
  return 0;
}

bool is_operand(const ast::Node& node) {
  return std::holds_alternative<ast::Integer>(node.value) ||
         std::holds_alternative<ast::Address>(node.value) ||
         std::holds_alternative<ast::Prefix>(node.value) ||
         std::holds_alternative<ast::Mac>(node.value) ||
         std::holds_alternative<ast::Bytes>(node.value) ||
         std::holds_alternative<ast::Name>(node.value) ||
         std::holds_alternative<ast::Variable>(node.value) ||
         std::holds_alternative<ast::LiveSet>(node.value) ||
         std::holds_alternative<ast::File>(node.value);
}

/// Where operands stand: in them nothing is a comment.
std::vector<Span> operands(const ast::Filter& filter) {
  std::vector<Span> spans;
  for (const ast::Node& node : filter.nodes)
    if (is_operand(node)) spans.push_back(node.span);
  std::ranges::sort(spans, {}, &Span::begin);
  return spans;
}

Comment make_comment(std::string_view text, std::size_t begin, std::size_t length) {
  const std::size_t end = begin + length;
  std::string_view body = text.substr(begin, length);
  body = body.substr(0, body.find_last_not_of(kBlanks) + 1);
  const std::size_t before = text.substr(0, begin).find_last_not_of(kBlanksOfLine);
  const std::size_t after = text.find_first_not_of(kBlanksOfLine, end);
  return {.begin = begin,
          .end = end,
          .text = std::string(body),
          .block = body.starts_with("/*"),
          .begins_line = before == std::string_view::npos || text[before] == '\n',
          .ends_line = after == std::string_view::npos || text[after] == '\n'};
}

}  // namespace

std::vector<Comment> find_comments(std::string_view text, const ast::Filter& filter) {
  const std::vector<Span> skipped = operands(filter);
  std::vector<Comment> comments;
  auto operand = skipped.begin();
  for (std::size_t at = 0; at < text.size();) {
    if (operand != skipped.end() && at == operand->begin) {
      at = operand++->end;
    } else if (const std::size_t length = comment_at(text, at)) {
      comments.push_back(make_comment(text, at, length));
      at += length;
    } else {
      ++at;
    }
  }
  return comments;
}

std::size_t next_token(std::string_view text, std::size_t at) {
  for (;;) {
    at = std::min(text.find_first_not_of(kBlanks, at), text.size());
    const std::size_t length = comment_at(text, at);
    if (length == 0) return at;
    at += length;
  }
}

std::string without_doubled_parentheses(std::string_view text, const ast::Filter& filter) {
  struct Piece {
    std::size_t at;
    std::size_t partner = 0;  ///< of a parenthesis, the index of the other one
  };
  const std::vector<Span> skipped = operands(filter);
  std::vector<Piece> pieces;
  std::vector<std::size_t> open;
  auto operand = skipped.begin();
  for (std::size_t at = next_token(text, 0); at < text.size();) {
    pieces.push_back({.at = at});
    if (text[at] == '(') open.push_back(pieces.size() - 1);
    if (text[at] == ')') {
      pieces.back().partner = open.back();
      pieces[open.back()].partner = pieces.size() - 1;
      open.pop_back();
    }
    const bool is_operand = operand != skipped.end() && at == operand->begin;
    at = next_token(text, is_operand ? operand++->end : at + 1);
  }
  std::string out(text);
  for (std::size_t i = 0; i + 1 < pieces.size(); ++i) {
    if (text[pieces[i].at] != '(' || text[pieces[i + 1].at] != '(') continue;
    if (pieces[i].partner != pieces[i + 1].partner + 1) continue;
    out[pieces[i].at] = out[pieces[pieces[i].partner].at] = ' ';
  }
  return out;
}

bool has_blank_line_before(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const std::size_t last = before.find_last_not_of(kBlanks);
  if (last == std::string_view::npos) return false;
  return std::ranges::count(before.substr(last + 1), '\n') > 1;
}

}  // namespace fwc::grammar
