// SPDX-License-Identifier: MIT
// What the tree does not tell of a text: its comments, and where a token stands.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/ast.h"

namespace fwc::grammar {

struct Comment {
  std::size_t begin = 0;
  std::size_t end = 0;       ///< without the line end
  std::string text;          ///< without blanks at its end
  bool block = false;        ///< `/* … */`
  bool begins_line = false;  ///< nothing but blanks stands before it in its line
  bool ends_line = false;    ///< nothing but blanks stands after it in its line
};

/// All comments of a text that has this tree, in its order.
std::vector<Comment> find_comments(std::string_view text, const ast::Filter& filter);

/// The first byte from `at` on that is neither blank nor in a comment.
std::size_t next_token(std::string_view text, std::size_t at);

/// The text with blanks for all but the innermost of several parentheses around one thing, so that
/// each that is left is `parenthesized` in the tree, which stays the same.
std::string without_doubled_parentheses(std::string_view text, const ast::Filter& filter);

/// Whether an empty line stands before what begins at `at`.
bool has_blank_line_before(std::string_view text, std::size_t at);

}  // namespace fwc::grammar
