// SPDX-License-Identifier: MIT
// UTF-8; see the header for its place.
#include "grammar/encoding.h"

#include <array>
#include <cstdint>

namespace fwc::grammar {

namespace {

/// A row of the table of well-formed sequences (Unicode 15, table 3-7): lead bytes, and what the
/// second byte may be; all later ones are 80 to bf.
struct Sequence {
  std::uint8_t first_lead;
  std::uint8_t last_lead;
  std::size_t length;
  std::uint8_t first_second = 0x80;
  std::uint8_t last_second = 0xbf;
};

constexpr std::array kSequences = {
    Sequence{.first_lead = 0x00, .last_lead = 0x7f, .length = 1},
    Sequence{.first_lead = 0xc2, .last_lead = 0xdf, .length = 2},
    Sequence{.first_lead = 0xe0, .last_lead = 0xe0, .length = 3, .first_second = 0xa0},
    Sequence{.first_lead = 0xe1, .last_lead = 0xec, .length = 3},
    Sequence{.first_lead = 0xed, .last_lead = 0xed, .length = 3, .last_second = 0x9f},
    Sequence{.first_lead = 0xee, .last_lead = 0xef, .length = 3},
    Sequence{.first_lead = 0xf0, .last_lead = 0xf0, .length = 4, .first_second = 0x90},
    Sequence{.first_lead = 0xf1, .last_lead = 0xf3, .length = 4},
    Sequence{.first_lead = 0xf4, .last_lead = 0xf4, .length = 4, .last_second = 0x8f},
};

bool well_formed(std::string_view text, std::size_t at, const Sequence& sequence) {
  if (text.size() - at < sequence.length) return false;
  for (std::size_t i = 1; i < sequence.length; ++i) {
    const auto byte = static_cast<std::uint8_t>(text[at + i]);
    const std::uint8_t low = i == 1 ? sequence.first_second : 0x80;
    const std::uint8_t high = i == 1 ? sequence.last_second : 0xbf;
    if (byte < low || byte > high) return false;
  }
  return true;
}

char32_t decode(std::string_view text, std::size_t at, std::size_t length) {
  const auto lead = static_cast<std::uint8_t>(text[at]);
  char32_t code = length == 1 ? lead : lead & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i)
    code = code << 6 | (static_cast<std::uint8_t>(text[at + i]) & 0x3fU);
  return code;
}

SyntaxError encoding_error(std::size_t at, std::string_view what, std::string_view hint) {
  const auto begin = static_cast<std::uint32_t>(at);
  return {.kind = SyntaxError::Kind::encoding,
          .span = {begin, begin + 1},
          .message = "byte " + std::to_string(at + 1) + std::string(what),
          .hint = std::string(hint)};
}

}  // namespace

Character character_at(std::string_view text, std::size_t at) {
  const auto lead = static_cast<std::uint8_t>(text[at]);
  for (const Sequence& s : kSequences)
    if (lead >= s.first_lead && lead <= s.last_lead && well_formed(text, at, s))
      return {.code = decode(text, at, s.length), .length = s.length};
  return {};
}

std::optional<SyntaxError> check_encoding(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\0')
      return encoding_error(at, " of the filter is NUL", "a filter is plain text");
    const std::size_t length = character_at(text, at).length;
    if (length == 0)
      return encoding_error(at, " of the filter is not UTF-8", "a filter is plain text in UTF-8");
    at += length;
  }
  return std::nullopt;
}

std::string quote(std::string_view text) {
  constexpr std::size_t kLongest = 40;
  std::string shown;
  for (std::size_t at = 0; at < text.size();) {
    if (at >= kLongest) return "`" + shown + "…`";
    const Character c = character_at(text, at);
    if (c.length == 0) break;
    const bool control = c.code < 0x20 || (c.code >= 0x7f && c.code < 0xa0);
    shown += control ? " " : text.substr(at, c.length);
    at += c.length;
  }
  return "`" + shown + "`";
}

std::string code_point(char32_t code) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string digits;
  for (; code != 0 || digits.size() < 4; code >>= 4) digits.insert(0, 1, kDigits[code & 0xf]);
  return "U+" + digits;
}

}  // namespace fwc::grammar
