// SPDX-License-Identifier: MIT
// Reading a filter text character by character, for columns and for showing it on a terminal. Any
// bytes can be read: a byte that is not of valid UTF-8 is a character of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace fwc {

struct Character {
  std::size_t bytes = 1;
  std::optional<char32_t> code_point;  ///< empty for a byte that is not of valid UTF-8
};

namespace detail {
/// Bytes of the sequence that a lead byte opens (RFC 3629 section 3), 0 where it opens none.
constexpr std::size_t sequence_bytes(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}

/// Neither an overlong form, nor a surrogate, nor beyond Unicode.
constexpr bool is_scalar_value(char32_t c, std::size_t bytes) {
  if (bytes == 3) return c >= 0x800 && (c < 0xd800 || c > 0xdfff);
  if (bytes == 4) return c >= 0x10000 && c <= 0x10ffff;
  return true;
}
}  // namespace detail

/// The character that begins at `at`, which lies in the text.
constexpr Character character_at(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t bytes = detail::sequence_bytes(lead);
  if (bytes == 0 || bytes > text.size() - at) return {};
  if (bytes == 1) return {.bytes = 1, .code_point = lead};
  char32_t value = lead & (0x7f >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[at + i]);
    if ((next & 0xc0) != 0x80) return {};
    value = value << 6 | (next & 0x3f);
  }
  if (!detail::is_scalar_value(value, bytes)) return {};
  return {.bytes = bytes, .code_point = value};
}

/// Where the character that ends at `at` begins; `at` is not 0.
constexpr std::size_t character_before(std::string_view text, std::size_t at) {
  for (std::size_t back = 1; back <= 4 && back <= at; ++back) {
    const Character c = character_at(text, at - back);
    if (c.code_point && c.bytes == back) return at - back;
  }
  return at - 1;
}

}  // namespace fwc
