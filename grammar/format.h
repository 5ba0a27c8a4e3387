// SPDX-License-Identifier: MIT
// The canonical layout of a filter text, behind `fwc fmt`. Unlike print(), which knows the tree
// alone, it keeps comments, parentheses and blank lines between statements as they were written.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "grammar/parse.h"

namespace fwc {

/// C's spellings, one space around binary operators, declarations on lines of their own, and what
/// is longer than `width` columns broken before its operators. Of several parentheses around one
/// thing one is left. The result ends in a newline, has the same tree, `parenthesized` included,
/// and is its own canonical layout.
std::variant<std::string, SyntaxError> format(std::string_view text, std::size_t width = 100);

}  // namespace fwc
