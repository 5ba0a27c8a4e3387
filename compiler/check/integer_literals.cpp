// SPDX-License-Identifier: MIT
// Integer literals.
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "compiler/check/literals.h"
#include "compiler/check/report.h"

namespace fwc {

namespace {

struct Base {
  unsigned radix;
  std::size_t prefix;  ///< characters before the first digit
  std::string_view digits;
};

constexpr Base kDecimal = {.radix = 10, .prefix = 0, .digits = "a decimal digit"};

Base base_of(std::string_view text) {
  if (text.size() < 2 || text[0] != '0') return kDecimal;
  switch (text[1]) {
    case 'x':
    case 'X': return {.radix = 16, .prefix = 2, .digits = "a hexadecimal digit"};
    case 'o':
    case 'O': return {.radix = 8, .prefix = 2, .digits = "an octal digit"};
    case 'b':
    case 'B': return {.radix = 2, .prefix = 2, .digits = "a binary digit"};
    default: return kDecimal;
  }
}

bool is_separator(char c) {
  return c == '_' || c == '\'';
}

std::optional<unsigned> digit_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return std::nullopt;
}

LiteralError bad_integer(std::size_t at, std::size_t size, std::string message,
                         std::string hint = {}) {
  const auto begin = static_cast<std::uint32_t>(at);
  return {.code = Code::bad_integer,
          .span = {begin, begin + static_cast<std::uint32_t>(size)},
          .message = std::move(message),
          .hint = std::move(hint)};
}

std::optional<LiteralError> find_bad_character(std::string_view text, const Base& base) {
  if (text.size() == base.prefix)
    return bad_integer(0, text.size(), fmt::format("{} has no digits", quoted(text)));
  for (std::size_t i = base.prefix; i < text.size(); ++i) {
    if (is_separator(text[i])) {
      const bool between = i > base.prefix && i + 1 < text.size() && !is_separator(text[i - 1]) &&
                           !is_separator(text[i + 1]);
      if (!between)
        return bad_integer(i, 1, fmt::format("{} is not between two digits", quoted({&text[i], 1})),
                           "separators stand between digits, as in `1_000`");
      continue;
    }
    const auto digit = digit_value(text[i]);
    if (!digit || *digit >= base.radix)
      return bad_integer(i, 1, fmt::format("{} is not {}", quoted({&text[i], 1}), base.digits));
  }
  return std::nullopt;
}

/// `010`: both readings, where there are both.
LiteralError leading_zero(std::string_view text) {
  std::string_view rest = text;
  while (rest.size() > 1 && (rest[0] == '0' || is_separator(rest[0]))) rest.remove_prefix(1);
  const bool octal = rest.find_first_of("89") == std::string_view::npos && rest != "0";
  std::string hint = fmt::format("write {}", quoted(rest));
  if (octal)
    hint += fmt::format(" for the decimal number or {} for the octal one",
                        quoted("0o" + std::string(rest)));
  return {.code = Code::leading_zero,
          .span = {0, static_cast<std::uint32_t>(text.size())},
          .message = fmt::format("{} has a leading zero", quoted(text)),
          .hint = std::move(hint)};
}

}  // namespace

Literal<std::int64_t> read_integer(std::string_view text) {
  const Base base = base_of(text);
  if (auto error = find_bad_character(text, base)) return *error;
  if (base.radix == 10 && text.size() > 1 && text[0] == '0') return leading_zero(text);
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  std::uint64_t value = 0;
  for (const char c : text.substr(base.prefix)) {
    const auto digit = digit_value(c);
    if (!digit) continue;
    if (value > (kMost - *digit) / base.radix)
      return bad_integer(0, text.size(), fmt::format("{} is too large", quoted(text)),
                         fmt::format("numbers are signed and of 64 bits, so {} is the largest",
                                     quoted(std::to_string(kMost))));
    value = value * base.radix + *digit;
  }
  return static_cast<std::int64_t>(value);
}

}  // namespace fwc
