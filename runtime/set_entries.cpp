// SPDX-License-Identifier: MIT
// Entries of live sets as text.
#include <fmt/core.h>

#include <charconv>
#include <optional>

#include "fwc/runtime/sets.h"
#include "runtime/errors.h"

namespace fwc::runtime {
namespace {

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

Error no_entry(std::string_view text) {
  return make_error(
      Error::Kind::usage, fmt::format("`{}` is no entry of a set", text),
      "write an address, a prefix, a number, a range `low..high` or `(address, port)`");
}

unsigned width_of(const IpAddress& address) {
  return address.ipv6 ? 128 : 32;
}

/// The bits from `from` on set or cleared.
IpAddress with_host_bits(IpAddress address, unsigned from, bool set) {
  for (unsigned bit = from; bit < width_of(address); ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80 >> bit % 8);
    if (set)
      address.bytes[bit / 8] |= mask;
    else
      address.bytes[bit / 8] &= static_cast<std::uint8_t>(~mask);
  }
  return address;
}

Expected<AddressRange> parse_prefix(std::string_view text, std::size_t slash) {
  const std::optional<IpAddress> address = parse_ip_address(text.substr(0, slash));
  const std::string_view digits = text.substr(slash + 1);
  unsigned length = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  const bool whole = error == std::errc{} && end == digits.data() + digits.size();
  if (!address || !whole || length > width_of(*address)) return no_entry(text);
  const IpAddress low = with_host_bits(*address, length, false);
  if (low != *address)
    return make_error(Error::Kind::usage,
                      fmt::format("`{}` has bits set beyond its first {}", text, length),
                      fmt::format("write `{}/{}`", to_string(low), length));
  return AddressRange{.low = low, .high = with_host_bits(low, length, true)};
}

Expected<AddressRange> parse_addresses(std::string_view text) {
  if (const std::size_t slash = text.find('/'); slash != std::string_view::npos)
    return parse_prefix(text, slash);
  const std::size_t dots = text.find("..");
  const std::optional<IpAddress> low = parse_ip_address(trimmed(text.substr(0, dots)));
  const std::optional<IpAddress> high =
      dots == std::string_view::npos ? low : parse_ip_address(trimmed(text.substr(dots + 2)));
  if (!low || !high || low->ipv6 != high->ipv6) return no_entry(text);
  if (high->bytes < low->bytes)
    return make_error(Error::Kind::usage, fmt::format("the range `{}` is empty", text));
  return AddressRange{.low = *low, .high = *high};
}

Expected<NumberRange> parse_numbers(std::string_view text) {
  const std::size_t dots = text.find("..");
  const std::optional<std::int64_t> low = parse_number(trimmed(text.substr(0, dots)));
  const std::optional<std::int64_t> high =
      dots == std::string_view::npos ? low : parse_number(trimmed(text.substr(dots + 2)));
  if (!low || !high) return no_entry(text);
  if (*high < *low)
    return make_error(Error::Kind::usage, fmt::format("the range `{}` is empty", text));
  return NumberRange{.low = *low, .high = *high};
}

Expected<SetEntry> parse_pair(std::string_view text) {
  const std::size_t comma = text.find(',');
  Expected<AddressRange> addresses = parse_addresses(trimmed(text.substr(0, comma)));
  if (!addresses) return addresses.error();
  Expected<NumberRange> ports = parse_numbers(trimmed(text.substr(comma + 1)));
  if (!ports) return ports.error();
  return SetEntry{.addresses = *addresses, .numbers = *ports};
}

bool is_number(std::string_view text) {
  const std::size_t dots = text.find("..");
  return text.substr(0, dots).find_first_of(".:") == std::string_view::npos;
}

/// The length of the prefix that the range is; empty where it is none.
std::optional<unsigned> prefix_length(const AddressRange& range) {
  for (unsigned length = 0; length <= width_of(range.low); ++length) {
    if (with_host_bits(range.low, length, false) == range.low &&
        with_host_bits(range.low, length, true) == range.high)
      return length;
  }
  return {};
}

std::string to_string(const AddressRange& range) {
  if (range.low == range.high) return to_string(range.low);
  if (const std::optional<unsigned> length = prefix_length(range))
    return fmt::format("{}/{}", to_string(range.low), *length);
  return fmt::format("{}..{}", to_string(range.low), to_string(range.high));
}

std::string to_string(const NumberRange& range) {
  if (range.low == range.high) return std::to_string(range.low);
  return fmt::format("{}..{}", range.low, range.high);
}

}  // namespace

Expected<SetEntry> parse_set_entry(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('(') && text.ends_with(')')) text = text.substr(1, text.size() - 2);
  if (text.find(',') != std::string_view::npos) return parse_pair(text);
  if (is_number(text)) {
    const Expected<NumberRange> numbers = parse_numbers(text);
    if (!numbers) return numbers.error();
    return SetEntry{.addresses = {}, .numbers = *numbers};
  }
  const Expected<AddressRange> addresses = parse_addresses(text);
  if (!addresses) return addresses.error();
  return SetEntry{.addresses = *addresses, .numbers = {}};
}

std::string to_string(const SetEntry& entry) {
  if (!entry.addresses) return to_string(*entry.numbers);
  if (!entry.numbers) return to_string(*entry.addresses);
  return fmt::format("({}, {})", to_string(*entry.addresses), to_string(*entry.numbers));
}

}  // namespace fwc::runtime
