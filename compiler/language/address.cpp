// SPDX-License-Identifier: MIT
// Addresses to and from text, and the ends of prefixes. Written out rather than inet_pton, which
// differs between C libraries in what it accepts.
#include <array>
#include <cstddef>

#include "compiler/language/types.h"

namespace fwc {

namespace {

constexpr std::size_t kGroups = 8;
using Groups = std::array<std::uint16_t, kGroups>;

std::optional<std::uint32_t> parse_octet(std::string_view text) {
  if (text.empty() || text.size() > 3 || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint32_t>(c - '0');
  }
  if (value > 255) return std::nullopt;
  return value;
}

std::optional<std::uint32_t> parse_ipv4(std::string_view text) {
  std::uint32_t value = 0;
  for (int part = 0; part < 4; ++part) {
    const std::size_t dot = text.find('.');
    if ((dot == std::string_view::npos) != (part == 3)) return std::nullopt;
    const auto octet = parse_octet(text.substr(0, dot));
    if (!octet) return std::nullopt;
    value = value << 8 | *octet;
    text.remove_prefix(part == 3 ? text.size() : dot + 1);
  }
  return value;
}

std::optional<std::uint16_t> parse_group(std::string_view text) {
  if (text.empty() || text.size() > 4) return std::nullopt;
  unsigned value = 0;
  for (const char c : text) {
    unsigned digit = 0;
    if (c >= '0' && c <= '9')
      digit = static_cast<unsigned>(c - '0');
    else if (c >= 'a' && c <= 'f')
      digit = static_cast<unsigned>(c - 'a') + 10;
    else if (c >= 'A' && c <= 'F')
      digit = static_cast<unsigned>(c - 'A') + 10;
    else
      return std::nullopt;
    value = value << 4 | digit;
  }
  return static_cast<std::uint16_t>(value);
}

/// Reads groups separated by single colons into `out` from `count` on; the last piece may be dotted
/// IPv4, which makes two groups. Empty text has no groups.
bool parse_groups(std::string_view text, Groups& out, std::size_t& count) {
  while (!text.empty()) {
    const std::size_t colon = text.find(':');
    const std::string_view piece = text.substr(0, colon);
    const bool last = colon == std::string_view::npos;
    if (last && piece.find('.') != std::string_view::npos) {
      const auto ipv4 = parse_ipv4(piece);
      if (!ipv4 || count + 2 > kGroups) return false;
      out[count++] = static_cast<std::uint16_t>(*ipv4 >> 16);
      out[count++] = static_cast<std::uint16_t>(*ipv4);
      return true;
    }
    const auto group = parse_group(piece);
    if (!group || count == kGroups) return false;
    out[count++] = *group;
    if (last) return true;
    text.remove_prefix(colon + 1);
    if (text.empty()) return false;
  }
  return true;
}

U128 pack(const Groups& groups) {
  U128 value;
  for (std::size_t i = 0; i < 4; ++i) value.high = value.high << 16 | groups[i];
  for (std::size_t i = 4; i < 8; ++i) value.low = value.low << 16 | groups[i];
  return value;
}

std::optional<U128> parse_ipv6(std::string_view text) {
  const std::size_t gap = text.find("::");
  Groups head{};
  std::size_t head_count = 0;
  if (gap == std::string_view::npos) {
    if (!parse_groups(text, head, head_count) || head_count != kGroups) return std::nullopt;
    return pack(head);
  }
  Groups tail{};
  std::size_t tail_count = 0;
  const std::string_view before = text.substr(0, gap);
  if (before.find('.') != std::string_view::npos) return std::nullopt;
  if (!parse_groups(before, head, head_count)) return std::nullopt;
  if (!parse_groups(text.substr(gap + 2), tail, tail_count)) return std::nullopt;
  if (head_count + tail_count >= kGroups) return std::nullopt;
  for (std::size_t i = 0; i < tail_count; ++i) head[kGroups - tail_count + i] = tail[i];
  return pack(head);
}

void append_hex(std::string& out, std::uint16_t group) {
  bool started = false;
  for (int shift = 12; shift >= 0; shift -= 4) {
    const unsigned digit = group >> shift & 0xf;
    started = started || digit != 0 || shift == 0;
    if (started) out += "0123456789abcdef"[digit];
  }
}

std::string ipv4_to_string(std::uint64_t value) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) {
    if (!out.empty()) out += '.';
    out += std::to_string(value >> shift & 0xff);
  }
  return out;
}

struct Run {
  std::size_t begin = 0;
  std::size_t size = 0;
};

/// The longest run of at least two zero groups, the first of equals (RFC 5952 section 4.2).
Run longest_zero_run(const Groups& groups) {
  Run best;
  Run current;
  for (std::size_t i = 0; i < kGroups; ++i) {
    if (groups[i] != 0) {
      current = {i + 1, 0};
      continue;
    }
    if (++current.size > best.size) best = current;
  }
  return best.size >= 2 ? best : Run{};
}

std::string ipv6_to_string(const U128& value) {
  if (value.high == 0 && value.low >> 32 == 0xffff)
    return "::ffff:" + ipv4_to_string(value.low & 0xffff'ffff);  // RFC 5952 section 5
  Groups groups{};
  for (std::size_t i = 0; i < kGroups; ++i) {
    const std::uint64_t half = i < 4 ? value.high : value.low;
    groups[i] = static_cast<std::uint16_t>(half >> (48 - 16 * (i % 4)));
  }
  const Run gap = longest_zero_run(groups);
  std::string out;
  for (std::size_t i = 0; i < kGroups; ++i) {
    if (gap.size != 0 && i == gap.begin) {
      out += "::";
      i += gap.size - 1;
      continue;
    }
    if (!out.empty() && out.back() != ':') out += ':';
    append_hex(out, groups[i]);
  }
  return out;
}

/// The bits of an address of that family that lie beyond the first `length`.
U128 host_mask(Family family, unsigned length) {
  const unsigned host = address_bits(family) - length;
  const auto ones = [](unsigned n) { return n >= 64 ? ~0ULL : (1ULL << n) - 1; };
  return {.high = host > 64 ? ones(host - 64) : 0, .low = ones(host)};
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  if (text.find(':') == std::string_view::npos) {
    const auto ipv4 = parse_ipv4(text);
    if (!ipv4) return std::nullopt;
    return Address{.family = Family::ipv4, .bits = {.high = 0, .low = *ipv4}};
  }
  const auto ipv6 = parse_ipv6(text);
  if (!ipv6) return std::nullopt;
  return Address{.family = Family::ipv6, .bits = *ipv6};
}

std::string to_string(const Address& address) {
  return address.family == Family::ipv4 ? ipv4_to_string(address.bits.low)
                                        : ipv6_to_string(address.bits);
}

Address first_address(const AddressPrefix& prefix) {
  const U128 mask = host_mask(prefix.address.family, prefix.length);
  Address first = prefix.address;
  first.bits.high &= ~mask.high;
  first.bits.low &= ~mask.low;
  return first;
}

Address last_address(const AddressPrefix& prefix) {
  const U128 mask = host_mask(prefix.address.family, prefix.length);
  Address last = prefix.address;
  last.bits.high |= mask.high;
  last.bits.low |= mask.low;
  return last;
}

}  // namespace fwc
