// SPDX-License-Identifier: MIT
// What is shown on a terminal of a text that is not trusted: control characters, invalid UTF-8, and
// what is invisible or changes the order of what is shown appear as escapes, `\x1b`.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "compiler/diagnostics/utf8.h"

namespace fwc {

/// A character of the text as it is shown.
struct Cell {
  std::string shown;
  std::size_t columns = 1;
};

/// The character `c` that begins at `at`.
Cell cell_of(std::string_view text, std::size_t at, const Character& c);

/// All of a text on one line.
std::string visible(std::string_view text);

/// The same, but for tabs and the ends of its lines.
std::string visible_lines(std::string_view text);

}  // namespace fwc
