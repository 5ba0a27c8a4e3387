// SPDX-License-Identifier: MIT
// Brackets by a stack, the rest by looking at the tokens beside; see the header.
#include "grammar/statement_map.h"

#include <algorithm>
#include <array>

#include "grammar/recover.h"

namespace fwc::grammar {

namespace {

constexpr std::array<std::string_view, 6> kLogical = {"&&", "||", "^^", "and", "or", "xor"};
constexpr std::array<std::string_view, 4> kSeparators = {",", ";", "?", ":"};
constexpr std::array<std::string_view, 5> kStatements = {"allow", "drop", "count", "default",
                                                         "let"};

template <typename Words>
bool is_one_of(const Words& words, std::string_view text) {
  return std::ranges::find(words, text) != words.end();
}

constexpr std::string_view closer_of(std::string_view opener) {
  return opener == "(" ? ")" : opener == "{" ? "}" : "]";
}

}  // namespace

StatementMap::StatementMap(std::string_view text) : text_(text) {
  for (const Span span : tokens_of(text)) tokens_.push_back({span, tokens_.size()});
  pair_brackets();
}

void StatementMap::pair_brackets() {
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < size(); ++i) {
    if (is_opener(i)) open.push_back(i);
    // The `;` of a rule ends what is open in the rule; the brace of a part stays.
    if (text(i) == ";")
      while (!open.empty() && text(open.back()) == "(") open.pop_back();
    if (!is_closer(i)) continue;
    const auto fits = [&](std::size_t o) { return closer_of(text(o)) == text(i); };
    const auto found = std::find_if(open.rbegin(), open.rend(), fits);
    if (found == open.rend()) continue;
    tokens_[i].partner = *found;
    tokens_[*found].partner = i;
    open.erase(std::prev(found.base()), open.end());
  }
}

std::string_view StatementMap::text(std::size_t token) const {
  const Span span = tokens_[token].span;
  return text_.substr(span.begin, span.end - span.begin);
}

std::size_t StatementMap::token_at(std::uint32_t offset) const {
  const auto found =
      std::ranges::find_if(tokens_, [&](const Token& t) { return t.span.end > offset; });
  return static_cast<std::size_t>(found - tokens_.begin());
}

bool StatementMap::is_opener(std::size_t token) const {
  return text(token) == "(" || text(token) == "{" || text(token) == "[";
}

bool StatementMap::is_closer(std::size_t token) const {
  return text(token) == ")" || text(token) == "}" || text(token) == "]";
}

bool StatementMap::is_logical(std::size_t token) const {
  return is_one_of(kLogical, text(token));
}

bool StatementMap::begins_statement(std::size_t token) const {
  if (!is_one_of(kStatements, text(token))) return false;
  if (token == 0) return true;
  const std::string_view before = text(token - 1);
  return before == ";" || before == "}" ||
         (before == "{" && token >= 2 &&
          (text(token - 2) == "ingress" || text(token - 2) == "egress"));
}

bool StatementMap::is_boundary(std::size_t token) const {
  if (is_logical(token) || is_one_of(kSeparators, text(token))) return true;
  if (text(token) != "=") return false;
  // Of a declaration: the first one behind its `let`.
  for (std::size_t i = token; i-- > 0;) {
    if (begins_statement(i)) return text(i) == "let";
    if (text(i) == "=" || text(i) == ";") return false;
  }
  return false;
}

StatementMap::Range StatementMap::clause_at(std::size_t token) const {
  Range range{std::min(token, size()), std::min(token, size())};
  while (range.begin > 0) {
    const std::size_t before = range.begin - 1;
    const bool pair = is_closer(before) && tokens_[before].partner < before;
    if (!pair && (ends_clause(before) || is_opener(before))) break;
    range.begin = pair ? tokens_[before].partner : before;
  }
  while (range.end < size()) {
    const bool pair = is_opener(range.end) && tokens_[range.end].partner > range.end;
    if (!pair && (ends_clause(range.end) || is_closer(range.end))) break;
    range.end = pair ? tokens_[range.end].partner + 1 : range.end + 1;
  }
  return range;
}

StatementMap::Range StatementMap::statement_at(std::size_t token) const {
  Range range{std::min(token, size()), std::min(token, size())};
  while (range.begin > 0) {
    const std::size_t before = range.begin - 1;
    if (text(before) == ";" || (range.begin < size() && begins_statement(range.begin))) break;
    const bool pair = is_closer(before) && tokens_[before].partner < before;
    if (!pair && is_opener(before) && text(before) == "{") break;
    range.begin = pair ? tokens_[before].partner : before;
  }
  while (range.end < size()) {
    const bool pair = is_opener(range.end) && tokens_[range.end].partner > range.end;
    if (!pair && text(range.end) == "}") break;
    if (range.end > token && begins_statement(range.end)) break;
    if (text(range.end) == ";") return {range.begin, range.end + 1};
    range.end = pair ? tokens_[range.end].partner + 1 : range.end + 1;
  }
  return range;
}

}  // namespace fwc::grammar
