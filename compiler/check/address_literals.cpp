// SPDX-License-Identifier: MIT
// Addresses and prefixes as written. What is right is decided by parse_address; the rest here finds
// the words for what is wrong.
#include <algorithm>
#include <bit>
#include <charconv>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "compiler/check/literals.h"
#include "compiler/check/report.h"

namespace fwc {

namespace {

struct Piece {
  std::string_view text;
  std::size_t at;
};

std::vector<Piece> split(std::string_view text, char separator) {
  std::vector<Piece> pieces;
  for (std::size_t at = 0;;) {
    const std::size_t end = text.find(separator, at);
    pieces.push_back({text.substr(at, end - at), at});
    if (end == std::string_view::npos) return pieces;
    at = end + 1;
  }
}

LiteralError bad(Code code, std::size_t at, std::size_t size, std::string message,
                 std::string hint = {}) {
  const auto begin = static_cast<std::uint32_t>(at);
  return {.code = code,
          .span = {begin, begin + static_cast<std::uint32_t>(size)},
          .message = std::move(message),
          .hint = std::move(hint)};
}

LiteralError bad_address(const Piece& piece, std::string message, std::string hint = {}) {
  return bad(Code::bad_address, piece.at, piece.text.size(), std::move(message), std::move(hint));
}

bool is_decimal(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_hexadecimal(std::string_view text) {
  return text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

std::string_view without_zeros(std::string_view digits) {
  while (digits.size() > 1 && digits[0] == '0') digits.remove_prefix(1);
  return digits;
}

std::optional<LiteralError> explain_octet(const Piece& octet, std::string_view whole) {
  if (octet.text.empty())
    return bad(Code::bad_address, octet.at, 0,
               fmt::format("a part of the address {} is missing", quoted(whole)));
  if (!is_decimal(octet.text))
    return bad_address(octet,
                       fmt::format("{} is not a decimal number from 0 to 255", quoted(octet.text)));
  const std::string_view plain = without_zeros(octet.text);
  if (plain.size() > 3 || (plain.size() == 3 && plain > "255"))
    return bad_address(octet,
                       fmt::format("{} is above 255, the most a part of an IPv4 address can be",
                                   quoted(octet.text)));
  if (plain != octet.text)
    return bad_address(octet, fmt::format("{} has a leading zero", quoted(octet.text)),
                       fmt::format("write {}; some tools read the zero as octal", quoted(plain)));
  return std::nullopt;
}

LiteralError explain_ipv4(std::string_view text) {
  const std::vector<Piece> octets = split(text, '.');
  for (const Piece& octet : octets)
    if (auto error = explain_octet(octet, text)) return *error;
  std::string hint;
  if (octets.size() < 4) {
    std::string network(text);
    for (std::size_t i = octets.size(); i < 4; ++i) network += ".0";
    hint = fmt::format("for the network write {}",
                       quoted(fmt::format("{}/{}", network, 8 * octets.size())));
  }
  return bad_address(
      {text, 0}, fmt::format("{} has {} parts, an IPv4 address has 4", quoted(text), octets.size()),
      std::move(hint));
}

std::optional<LiteralError> explain_group(const Piece& group) {
  if (!is_hexadecimal(group.text))
    return bad_address(group, fmt::format("{} is not a hexadecimal number", quoted(group.text)));
  if (group.text.size() > 4)
    return bad_address(group,
                       fmt::format("{} has more than 4 hexadecimal digits", quoted(group.text)));
  return std::nullopt;
}

LiteralError explain_ipv6(std::string_view text) {
  const Piece whole{text, 0};
  const std::size_t gap = text.find("::");
  if (text.find(":::") != std::string_view::npos)
    return bad_address({text.substr(text.find(":::"), 3), text.find(":::")},
                       "three colons stand together in an IPv6 address");
  if (gap != std::string_view::npos && text.find("::", gap + 2) != std::string_view::npos)
    return bad_address(whole, fmt::format("{} has `::` twice", quoted(text)),
                       "`::` stands for as many zeros as are missing, so only once");
  const std::vector<Piece> groups = split(text, ':');
  std::size_t count = 0;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const Piece& group = groups[i];
    const bool dotted = group.text.find('.') != std::string_view::npos;
    count += group.text.empty() ? 0 : dotted ? 2 : 1;
    if (dotted && i + 1 < groups.size())
      return bad_address(group, "an IPv4 part stands only at the end of an IPv6 address");
    if (dotted && !parse_address(group.text)) {
      LiteralError error = explain_ipv4(group.text);
      const auto shift = static_cast<std::uint32_t>(group.at);
      error.span = {error.span.begin + shift, error.span.end + shift};
      error.hint.clear();
      return error;
    }
    if (!dotted)
      if (auto error = explain_group(group)) return *error;
  }
  const bool gapped = gap != std::string_view::npos;
  if (gapped ? count < 8 : count == 8)
    return bad_address(whole, fmt::format("{} begins or ends with a single colon", quoted(text)));
  return bad_address(whole,
                     fmt::format("{} has {} groups{}, an IPv6 address has {}", quoted(text), count,
                                 gapped ? " beside `::`" : "", gapped ? "at most 7 then" : "8"));
}

/// `255.255.255.0` as 24, where the ones stand before the zeros.
std::optional<unsigned> netmask_length(std::string_view text) {
  const auto address = parse_address(text);
  if (!address || address->family != Family::ipv4) return std::nullopt;
  const auto mask = static_cast<std::uint32_t>(address->bits.low);
  const auto length = static_cast<unsigned>(std::countl_one(mask));
  if (std::popcount(mask) != static_cast<int>(length)) return std::nullopt;
  return length;
}

Literal<unsigned> read_length(std::string_view text, std::size_t at, const Address& address) {
  const auto error = [&](std::string message, std::string hint = {}) {
    return bad(Code::bad_prefix, at, text.size(), std::move(message), std::move(hint));
  };
  if (const auto length = netmask_length(text))
    return error(
        fmt::format("{} is a netmask, not a prefix length", quoted(text)),
        fmt::format("write {}", quoted(fmt::format("{}/{}", to_string(address), *length))));
  if (text.empty() || !is_decimal(text))
    return error(fmt::format("{} is not a prefix length", quoted(text)));
  const std::string_view plain = without_zeros(text);
  if (plain != text)
    return error(fmt::format("the prefix length {} has a leading zero", quoted(text)),
                 fmt::format("write {}", quoted(plain)));
  const unsigned most = address_bits(address.family);
  unsigned length = most + 1;
  if (text.size() <= 3) std::from_chars(text.data(), text.data() + text.size(), length);
  if (length > most)
    return error(fmt::format("the prefix length {} is above {}, the bits of an {} address",
                             quoted(text), most, address.family == Family::ipv4 ? "IPv4" : "IPv6"));
  return length;
}

}  // namespace

Literal<Address> read_address(std::string_view text) {
  if (const auto address = parse_address(text)) return *address;
  return text.find(':') == std::string_view::npos ? explain_ipv4(text) : explain_ipv6(text);
}

Literal<AddressPrefix> read_prefix(std::string_view address, std::string_view length) {
  const auto base = read_address(address);
  if (const auto* error = std::get_if<LiteralError>(&base)) return *error;
  const Address& first = std::get<Address>(base);
  const auto bits = read_length(length, address.size() + 1, first);
  if (const auto* error = std::get_if<LiteralError>(&bits)) return *error;
  const AddressPrefix prefix{.address = first, .length = std::get<unsigned>(bits)};
  if (!has_host_bits(prefix)) return prefix;
  const std::string whole = fmt::format("{}/{}", address, length);
  return bad(
      Code::host_bits, 0, whole.size(),
      fmt::format("{} has bits set beyond its first {}", quoted(whole), prefix.length),
      fmt::format("write {} for the network or {} for the address alone",
                  quoted(fmt::format("{}/{}", to_string(first_address(prefix)), length)),
                  quoted(fmt::format("{}/{}", to_string(first), address_bits(first.family)))));
}

}  // namespace fwc
