// SPDX-License-Identifier: MIT
// Where clauses and statements of a text begin and end, as its brackets, operators and semicolons
// tell, whatever mistakes are in it. What the recovery from syntax errors goes by.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "grammar/span.h"

namespace fwc::grammar {

class StatementMap {
 public:
  explicit StatementMap(std::string_view text);

  std::size_t size() const { return tokens_.size(); }
  Span span(std::size_t token) const { return tokens_[token].span; }
  std::string_view text(std::size_t token) const;
  /// The first token that ends behind the offset; size() where none does.
  std::size_t token_at(std::uint32_t offset) const;

  bool is_opener(std::size_t token) const;
  bool is_closer(std::size_t token) const;
  bool is_logical(std::size_t token) const;
  /// `allow`, `drop`, `count`, `default` or `let`, where a statement can begin.
  bool begins_statement(std::size_t token) const;

  /// Tokens `[begin, end)`.
  struct Range {
    std::size_t begin;
    std::size_t end;
    bool empty() const { return begin == end; }
  };
  /// What lies between the boundaries around the token; may be empty, where it is one itself.
  Range clause_at(std::size_t token) const;
  /// From the word that begins it to its `;`.
  Range statement_at(std::size_t token) const;

 private:
  struct Token {
    Span span;
    std::size_t partner;  ///< of a bracket that has one; its own number otherwise
  };

  void pair_brackets();
  bool is_boundary(std::size_t token) const;
  bool ends_clause(std::size_t token) const {
    return is_boundary(token) || begins_statement(token);
  }

  std::string_view text_;
  std::vector<Token> tokens_;
};

}  // namespace fwc::grammar
