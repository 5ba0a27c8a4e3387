// SPDX-License-Identifier: MIT
// Values of live variables as text.
#include "fwc/runtime/value.h"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <charconv>
#include <optional>

#include "runtime/errors.h"

namespace fwc::runtime {
namespace {

struct Base {
  std::string_view prefix;
  int base;
};

constexpr Base kBases[] = {
    {.prefix = "0x", .base = 16}, {.prefix = "0X", .base = 16}, {.prefix = "0b", .base = 2},
    {.prefix = "0B", .base = 2},  {.prefix = "0o", .base = 8},  {.prefix = "0O", .base = 8},
};

bool has_leading_zero(std::string_view digits) {
  return digits.size() > 1 && digits[0] == '0';
}

// The integers of the language: decimal without leading zero, 0x, 0o, 0b, `_` and `'` between
// digits.
std::optional<std::int64_t> parse_integer(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  int base = 10;
  for (const Base& row : kBases) {
    if (text.starts_with(row.prefix)) base = row.base;
  }
  if (base != 10) text.remove_prefix(2);
  std::string digits(text);
  std::erase_if(digits, [](char c) { return c == '_' || c == '\''; });
  if (digits.empty() || digits[0] == '-' || (base == 10 && has_leading_zero(digits))) return {};
  if (negative) digits.insert(digits.begin(), '-');
  std::int64_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, base);
  if (error != std::errc{} || stop != end) return {};
  return value;
}

}  // namespace

std::optional<std::int64_t> parse_number(std::string_view text) {
  return parse_integer(text);
}

std::string to_string(const IpAddress& address) {
  char text[INET6_ADDRSTRLEN];
  const int family = address.ipv6 ? AF_INET6 : AF_INET;
  return ::inet_ntop(family, address.bytes.data(), text, sizeof text) == nullptr ? "" : text;
}

std::optional<IpAddress> parse_ip_address(std::string_view text) {
  const std::string terminated(text);
  IpAddress address{.ipv6 = text.find(':') != std::string_view::npos};
  const int family = address.ipv6 ? AF_INET6 : AF_INET;
  if (terminated.find('\0') != std::string::npos) return {};
  if (::inet_pton(family, terminated.c_str(), address.bytes.data()) != 1) return {};
  return address;
}

std::string to_string(const Value& value) {
  if (const bool* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* address = std::get_if<IpAddress>(&value)) return to_string(*address);
  return std::to_string(std::get<std::int64_t>(value));
}

Expected<Assignment> parse_assignment(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    return make_error(Error::Kind::usage, fmt::format("`{}` has no `=`", text),
                      "write NAME=VALUE, say `limit=1500`");
  }
  std::string_view name = text.substr(0, equals);
  const std::string_view value = text.substr(equals + 1);
  if (name.starts_with('$')) name.remove_prefix(1);
  if (name.empty()) {
    return make_error(Error::Kind::usage, fmt::format("`{}` has no name before `=`", text),
                      "write NAME=VALUE, say `limit=1500`");
  }
  if (value == "true" || value == "false") {
    return Assignment{.name = std::string(name), .value = value == "true"};
  }
  if (const std::optional<std::int64_t> number = parse_integer(value)) {
    return Assignment{.name = std::string(name), .value = *number};
  }
  if (const std::optional<IpAddress> address = parse_ip_address(value)) {
    return Assignment{.name = std::string(name), .value = *address};
  }
  return make_error(Error::Kind::usage,
                    fmt::format("`{}` is neither a 64-bit integer nor `true` or `false`", value),
                    "decimal (without leading zero), 0x, 0o and 0b are understood");
}

}  // namespace fwc::runtime
