// SPDX-License-Identifier: MIT
// Several syntax errors of one text. Where the grammar came to a stop, what stands there is put
// aside and the rest is read again, so that one mistake gives one message and the sound parts
// still have a tree.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/parse.h"

namespace fwc {

/// What a text was found to say beside its mistakes.
struct Recovery {
  std::vector<SyntaxError> errors;  ///< in the order in which they were met; one at least
  /// The tree of the sound parts, with a name where a clause was put aside. Empty where there is
  /// none.
  std::optional<ast::Filter> filter = {};
  /// What that tree is of: the text with its repairs. What both have stands at the same place; the
  /// end may have been added.
  std::string text = {};
  std::vector<Span> holes = {};              ///< what was put aside
  std::vector<std::string> lost_names = {};  ///< of declarations with a mistake, with their sign
};

/// Goes on after `first`, which parse() gave for that text. Bounded: ten messages, and texts of
/// more than 64 KiB have one.
Recovery recover(std::string_view text, SyntaxError first, const ParseLimits& limits = {});

/// The name that stands in the place of what was put aside. Nothing is said of it.
inline constexpr char kHole = '_';

/// The tokens of any text, in their order: blanks and comments stand between them, and a character
/// of no token is one of its own.
std::vector<Span> tokens_of(std::string_view text);

}  // namespace fwc
