// SPDX-License-Identifier: MIT
// The text as characters: what is looked at before the grammar sees the first byte.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "grammar/parse.h"

namespace fwc::grammar {

/// One character of a text; length 0 where the bytes are not UTF-8.
struct Character {
  char32_t code = 0;
  std::size_t length = 0;
};

/// The character that starts at `at`, by RFC 3629: neither overlong forms nor surrogates.
Character character_at(std::string_view text, std::size_t at);

/// The first NUL or byte that is not UTF-8.
std::optional<SyntaxError> check_encoding(std::string_view text);

/// `text` in backticks for a message: one line, nothing unprintable, not too long.
std::string quote(std::string_view text);

/// `U+00A0`
std::string code_point(char32_t code);

}  // namespace fwc::grammar
