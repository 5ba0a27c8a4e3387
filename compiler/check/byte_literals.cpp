// SPDX-License-Identifier: MIT
// `"GET "`, `hex"0d 0a"` and `00:1b:21:0a:0b:0c`.
#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "compiler/check/literals.h"
#include "compiler/check/report.h"

namespace fwc {

namespace {

constexpr unsigned kMacBits = 48;
constexpr std::array<std::pair<char, char>, 6> kEscapes = {
    {{'n', '\n'}, {'r', '\r'}, {'t', '\t'}, {'0', '\0'}, {'\\', '\\'}, {'"', '"'}}};

std::optional<unsigned> digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return std::nullopt;
}

/// The byte of the two digits at `at`.
std::optional<char> byte_at(std::string_view text, std::size_t at) {
  const auto high = at < text.size() ? digit(text[at]) : std::nullopt;
  const auto low = at + 1 < text.size() ? digit(text[at + 1]) : std::nullopt;
  if (!high || !low) return std::nullopt;
  return static_cast<char>(*high << 4 | *low);
}

/// Bytes of the character, which is UTF-8.
std::size_t length_at(std::string_view text, std::size_t at) {
  std::size_t length = 1;
  while (at + length < text.size() && (text[at + length] & 0xc0) == 0x80) ++length;
  return length;
}

LiteralError error(std::size_t begin, std::size_t end, std::string message, std::string hint) {
  return {.code = Code::bad_bytes,
          .span = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)},
          .message = std::move(message),
          .hint = std::move(hint)};
}

Literal<std::string> read_hex(std::string_view text, std::size_t begin, std::size_t end) {
  std::string bytes;
  for (std::size_t at = begin; at < end;) {
    if (text[at] == ' ' || text[at] == '\t') {
      ++at;
      continue;
    }
    const auto byte = byte_at(text.substr(0, end), at);
    if (!byte)
      return error(at, at + 1,
                   fmt::format("{} is not two hexadecimal digits",
                               quoted(text.substr(at, std::min<std::size_t>(2, end - at)))),
                   "each byte is two digits, as in `hex\"0d 0a\"`");
    bytes += *byte;
    at += 2;
  }
  return bytes;
}

Literal<std::string> read_text(std::string_view text, std::size_t begin, std::size_t end) {
  std::string bytes;
  for (std::size_t at = begin; at < end; ++at) {
    if (text[at] != '\\') {
      bytes += text[at];
      continue;
    }
    const char escape = text[at + 1];
    if (escape == 'x') {
      const auto byte = byte_at(text.substr(0, end), at + 2);
      if (!byte)
        return error(at, at + 2, "`\\x` needs two hexadecimal digits after it",
                     "a backslash itself is `\\\\`");
      bytes += *byte;
      at += 3;
      continue;
    }
    const auto* known = std::find_if(kEscapes.begin(), kEscapes.end(),
                                     [&](const auto& e) { return e.first == escape; });
    if (known == kEscapes.end())
      return error(
          at, at + 1 + length_at(text, at + 1),
          fmt::format("{} is no escape", quoted(text.substr(at, 1 + length_at(text, at + 1)))),
          "there are `\\n`, `\\r`, `\\t`, `\\0`, `\\\\`, `\\\"` and `\\x00` to `\\xff`");
    bytes += known->second;
    ++at;
  }
  return bytes;
}

}  // namespace

Literal<std::string> read_bytes(std::string_view text) {
  const std::size_t quote = text.find('"');
  const std::size_t end = text.size() - 1;
  auto read = quote == 0 ? read_text(text, 1, end) : read_hex(text, quote + 1, end);
  if (const auto* bytes = std::get_if<std::string>(&read); bytes != nullptr && bytes->empty())
    return error(0, text.size(), "the byte string is empty", {});
  return read;
}

std::int64_t read_mac(std::string_view text) {
  std::int64_t address = 0;
  for (std::size_t at = 0; at < text.size(); at += 3)
    address = address << 8 | static_cast<unsigned char>(*byte_at(text, at));
  return address;
}

bool is_mac(std::string_view address) {
  if (address.size() != 17) return false;
  for (std::size_t i = 0; i < address.size(); ++i)
    if (i % 3 == 2 ? address[i] != ':' : !digit(address[i])) return false;
  return true;
}

Literal<std::pair<std::int64_t, std::int64_t>> read_mac_prefix(std::string_view address,
                                                               std::string_view length) {
  const auto begin = static_cast<std::uint32_t>(address.size() + 1);
  unsigned bits = 0;
  const auto [end, failed] = std::from_chars(length.data(), length.data() + length.size(), bits);
  const bool zero = length.size() > 1 && length.front() == '0';
  if (failed != std::errc() || end != length.data() + length.size() || zero || bits > kMacBits)
    return LiteralError{
        .code = Code::bad_prefix,
        .span = {begin, begin + static_cast<std::uint32_t>(length.size())},
        .message = fmt::format("{} is not a prefix length of an Ethernet address", quoted(length)),
        .hint = "it is 0 to 48"};
  const std::int64_t host = (std::int64_t{1} << (kMacBits - bits)) - 1;
  const std::int64_t first = read_mac(address);
  if ((first & host) == 0) return std::pair{first, first | host};
  const std::int64_t right = first & ~host;
  std::string text;
  for (int shift = 40; shift >= 0; shift -= 8)
    text += fmt::format("{}{:02x}", shift == 40 ? "" : ":", right >> shift & 0xff);
  return LiteralError{
      .code = Code::host_bits,
      .span = {0, begin + static_cast<std::uint32_t>(length.size())},
      .message = fmt::format("{} has bits set beyond its length",
                             quoted(fmt::format("{}/{}", address, length))),
      .hint = fmt::format("the prefix is {}", quoted(fmt::format("{}/{}", text, bits)))};
}

}  // namespace fwc
