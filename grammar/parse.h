// SPDX-License-Identifier: MIT
// Text to ast::Filter. Pure syntax: no name is looked up and no literal is converted here.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "grammar/ast.h"

namespace fwc {

/// What a text may not exceed. Each limit has its own error, so that hostile text costs a bounded
/// amount of time and memory.
struct ParseLimits {
  std::size_t text_bytes = 1 << 20;
  /// Levels of nesting of the tree, parentheses, operators and `?:` together; also bounds the
  /// recursion of every later pass.
  std::size_t depth = 200;
  std::size_t nodes = 1 << 18;
};

/// The first thing in the text that is not of the grammar.
struct SyntaxError {
  enum class Kind { syntax, assignment, too_deep, too_long, encoding, empty, no_default };
  Kind kind;
  Span span;
  std::string message;
  std::string hint;  ///< empty where there is none
  /// The piece that did not fit, empty at the end of the text; nothing where a limit was met.
  std::optional<Span> found = {};

  friend bool operator==(const SyntaxError&, const SyntaxError&) = default;
};

/// Parses a whole text. Never throws, for any bytes; the time is linear in the size of the text.
std::variant<ast::Filter, SyntaxError> parse(std::string_view text, const ParseLimits& limits = {});

/// Writes a tree as text with C's spellings and only the parentheses that precedence needs; parsing
/// that text gives the tree again, but for spans and `parenthesized`.
std::string print(const ast::Filter& filter);
std::string print(const ast::Filter& filter, ast::NodeId node);

}  // namespace fwc
