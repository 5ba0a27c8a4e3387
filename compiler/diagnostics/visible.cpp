// SPDX-License-Identifier: MIT
// Which characters a terminal may see; see visible.h.
#include "compiler/diagnostics/visible.h"

#include <algorithm>
#include <initializer_list>

#include <fmt/format.h>

namespace fwc {

namespace {

struct CodePointRange {
  char32_t low;
  char32_t high;
};

bool lies_in(char32_t c, std::initializer_list<CodePointRange> ranges) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [c](CodePointRange r) { return c >= r.low && c <= r.high; });
}

/// Control characters, and those that are invisible or change the order of what is shown.
bool needs_escape(char32_t c) {
  return lies_in(c, {{0x00, 0x1f},
                     {0x7f, 0x9f},
                     {0xad, 0xad},
                     {0x0300, 0x036f},
                     {0x061c, 0x061c},
                     {0x200b, 0x200f},
                     {0x2028, 0x202e},
                     {0x2060, 0x206f},
                     {0xfe00, 0xfe0f},
                     {0xfeff, 0xfeff},
                     {0xfff0, 0xfffb},
                     {0xe0000, 0xe0fff}});
}

/// Whether a terminal gives the character two columns, near enough (Unicode Annex 11).
bool is_wide(char32_t c) {
  return lies_in(c, {{0x1100, 0x115f},
                     {0x2e80, 0xa4cf},
                     {0xac00, 0xd7a3},
                     {0xf900, 0xfaff},
                     {0xfe30, 0xfe6f},
                     {0xff00, 0xff60},
                     {0xffe0, 0xffe6},
                     {0x1f300, 0x1faff},
                     {0x20000, 0x3fffd}});
}

std::string shown(std::string_view text, std::string_view kept) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const Character c = character_at(text, at);
    out += kept.find(text[at]) != std::string_view::npos ? std::string(1, text[at])
                                                         : cell_of(text, at, c).shown;
    at += c.bytes;
  }
  return out;
}

}  // namespace

Cell cell_of(std::string_view text, std::size_t at, const Character& c) {
  std::string escape;
  if (!c.code_point)
    escape = fmt::format("\\x{:02x}", static_cast<unsigned char>(text[at]));
  else if (*c.code_point == '\t')
    escape = "\\t";
  else if (*c.code_point == '\r')
    escape = "\\r";
  else if (*c.code_point == '\n')
    escape = "\\n";
  else if (*c.code_point < 0x80 && needs_escape(*c.code_point))
    escape = fmt::format("\\x{:02x}", static_cast<unsigned>(*c.code_point));
  else if (needs_escape(*c.code_point))
    escape = fmt::format("\\u{{{:x}}}", static_cast<unsigned>(*c.code_point));
  else
    return {std::string(text.substr(at, c.bytes)), is_wide(*c.code_point) ? 2U : 1U};
  return {escape, escape.size()};
}

std::string visible(std::string_view text) {
  return shown(text, {});
}

std::string visible_lines(std::string_view text) {
  return shown(text, "\t\n");
}

}  // namespace fwc
