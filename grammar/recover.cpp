// SPDX-License-Identifier: MIT
// Tries one repair after the other at the place of a mistake until the grammar gets further; see
// the header. A repair keeps every byte behind it where it was, so that spans stay true.
#include "grammar/recover.h"

#include <algorithm>
#include <array>
#include <utility>

#include "grammar/statement_map.h"

namespace fwc {

namespace {

using grammar::StatementMap;

constexpr std::size_t kMostErrors = 10;
constexpr std::size_t kMostRepairs = 40;
constexpr std::size_t kLargestText = 64 * 1024;

/// Other text for a piece of the text; filled up with blanks.
struct Repair {
  Span span;
  std::string text = {};
  bool is_statement = false;  ///< a whole one was put aside
};

bool meet(Span a, Span b) {
  return a.begin <= b.end && b.begin <= a.end;
}

class Recoverer {
 public:
  Recoverer(std::string_view text, const ParseLimits& limits)
      : original_(text), text_(text), map_(text_), limits_(limits) {}

  Recovery run(SyntaxError error) && {
    out_.errors.push_back(error);
    for (std::size_t i = 0; i < kMostRepairs && error.found; ++i) {
      auto parsed = repair(error);
      if (!parsed) break;
      if (auto* filter = std::get_if<ast::Filter>(&*parsed)) {
        out_.filter = std::move(*filter);
        break;
      }
      error = std::get<SyntaxError>(*std::move(parsed));
      if (follows_from_others(error)) continue;
      out_.errors.push_back(error);
      if (out_.errors.size() == kMostErrors) break;
    }
    out_.text = std::move(text_);
    return std::move(out_);
  }

 private:
  using Parsed = std::variant<ast::Filter, SyntaxError>;

  std::optional<Parsed> repair(const SyntaxError& error) {
    for (const Repair& r : repairs(map_, error)) {
      std::string repaired = with(r);
      Parsed parsed = parse(repaired, limits_);
      if (const auto* next = std::get_if<SyntaxError>(&parsed))
        if (!next->found || !gets_further(error, *next)) continue;
      out_.holes.push_back(r.span);
      remember(map_, r);
      text_ = std::move(repaired);
      map_ = StatementMap(text_);
      return parsed;
    }
    return std::nullopt;
  }

  static bool gets_further(const SyntaxError& before, const SyntaxError& after) {
    return after.found->begin > before.found->begin ||
           (after.found->begin == before.found->begin && after.span.begin < before.span.begin);
  }

  std::string with(const Repair& r) const {
    std::string repaired = text_;
    std::string text = r.text;
    const std::size_t length = r.span.end - r.span.begin;
    // Line breaks stay, for the ends of comments.
    for (std::size_t i = text.size(); i < length; ++i)
      text += repaired[r.span.begin + i] == '\n' ? '\n' : ' ';
    return repaired.replace(r.span.begin, length, text);
  }

  // --- what could be meant ---

  std::vector<Repair> repairs(const StatementMap& map, const SyntaxError& error) const {
    std::vector<Repair> out;
    const std::size_t found = map.token_at(error.found->begin);
    add_opener(map, error, found, out);
    if (error.kind == SyntaxError::Kind::no_default) {
      if (at_end(map, found)) out.push_back(appended("default drop;"));
      return out;
    }
    add_semicolon(map, found, out);
    if (!at_end(map, found) && map.is_closer(found)) out.push_back({map.span(found)});
    add_clause(map, found, out);
    add_statement(map, found, out);
    return out;
  }

  static bool at_end(const StatementMap& map, std::size_t token) { return token == map.size(); }

  Repair appended(std::string text) const {
    const auto end = static_cast<std::uint32_t>(text_.size());
    // The text may end in a comment.
    return {{end, end}, "\n" + std::move(text)};
  }

  static Span span_of(const StatementMap& map, StatementMap::Range range) {
    return join(map.span(range.begin), map.span(range.end - 1));
  }

  /// A bracket without its other half, or `?` without `:`.
  void add_opener(const StatementMap& map, const SyntaxError& error, std::size_t found,
                  std::vector<Repair>& out) const {
    if (!is_unclosed(map, error, found)) return;
    const std::string_view opener = map.text(map.token_at(error.span.begin));
    const Span rest = {error.span.begin, error.found->begin};
    if (opener == "?") return out.push_back({rest});
    if (at_end(map, found)) out.push_back(appended(opener == "(" ? ")" : "}"));
    if (opener == "(") return out.push_back({error.span});
    out.push_back({rest, std::string(1, kHole)});
  }

  static bool is_unclosed(const StatementMap& map, const SyntaxError& error, std::size_t found) {
    const std::size_t token = map.token_at(error.span.begin);
    return token + 1 < found && map.span(token) == error.span &&
           (map.is_opener(token) || map.text(token) == "?");
  }

  /// `allow udp default drop;`
  void add_semicolon(const StatementMap& map, std::size_t found, std::vector<Repair>& out) const {
    constexpr std::array<std::string_view, 5> kWords = {"allow", "drop", "count", "default", "let"};
    if (at_end(map, found)) return out.push_back(appended(";"));
    if (found == 0) return;
    const Span span = map.span(found);
    const bool begins = std::ranges::find(kWords, map.text(found)) != kWords.end();
    if ((begins || map.text(found) == "}") && map.span(found - 1).end < span.begin)
      out.push_back({{span.begin - 1, span.begin}, ";"});
  }

  void add_clause(const StatementMap& map, std::size_t found, std::vector<Repair>& out) const {
    const std::string hole(1, kHole);
    const StatementMap::Range clause = map.clause_at(found);
    if (!clause.empty()) return out.push_back({span_of(map, clause), hole});
    if (at_end(map, found)) out.push_back(appended(hole));
    if (found == 0) return;
    const std::size_t before = found - 1;
    if (!at_end(map, found) && map.span(before).end < map.span(found).begin) {
      const std::uint32_t blank = map.span(found).begin;
      out.push_back({{blank - 1, blank}, hole});
    }
    const StatementMap::Range left = map.clause_at(before);
    if (map.is_logical(before) && !left.empty())
      out.push_back({span_of(map, {left.begin, found}), hole});
    if (map.is_opener(before) && !at_end(map, found) && map.is_closer(found))
      out.push_back({span_of(map, {before, found + 1}), hole});
    if (at_end(map, found)) return;
    out.push_back({span_of(map, {found, map.clause_at(found + 1).end}), hole});
  }

  void add_statement(const StatementMap& map, std::size_t found, std::vector<Repair>& out) const {
    const StatementMap::Range statement = map.statement_at(found);
    if (statement.empty()) return;
    const Span span = span_of(map, statement);
    const bool is_default = map.text(statement.begin) == "default";
    if (is_default && span.end - span.begin >= kDefault.size())
      out.push_back({span, std::string(kDefault), true});
    if (map.text(statement.end - 1) == ";") return out.push_back({span, {}, true});
    out.push_back({span, std::string(1, kHole), true});
  }

  // --- what not to say twice ---

  void remember(const StatementMap& map, const Repair& r) {
    if (r.is_statement) erased_statement_ = true;
    const std::size_t token = map.token_at(r.span.begin);
    if (token == map.size()) return;
    const StatementMap::Range statement = map.statement_at(token);
    if (statement.end - statement.begin < 2 || map.text(statement.begin) != "let") return;
    out_.lost_names.emplace_back(map.text(statement.begin + 1));
  }

  bool follows_from_others(const SyntaxError& error) const {
    if (!error.found) return true;  // a limit, of a text that nobody wrote
    if (error.kind == SyntaxError::Kind::empty) return true;
    if (error.kind == SyntaxError::Kind::no_default && erased_statement_) return true;
    const std::size_t found = map_.token_at(error.found->begin);
    const StatementMap::Range clause = map_.clause_at(found);
    Span about = join(error.span, *error.found);
    if (!clause.empty()) about = join(about, span_of(map_, clause));
    if (found > 0 && clause.empty()) about = join(about, map_.span(found - 1));
    const std::size_t size = original_.size();
    if (about.begin >= size || error.span.end > size) return true;
    return std::ranges::any_of(out_.holes, [&](Span hole) { return meet(hole, about); });
  }

  static constexpr std::string_view kDefault = "default drop;";

  std::string_view original_;
  std::string text_;
  StatementMap map_;  ///< of text_
  ParseLimits limits_;
  Recovery out_;
  bool erased_statement_ = false;
};

}  // namespace

Recovery recover(std::string_view text, SyntaxError first, const ParseLimits& limits) {
  if (text.size() > kLargestText) return {.errors = {std::move(first)}};
  return Recoverer(text, limits).run(std::move(first));
}

}  // namespace fwc
