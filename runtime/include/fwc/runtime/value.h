// SPDX-License-Identifier: MIT
// Values of live variables, as they are given when a filter is loaded or while it runs.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "fwc/export.h"
#include "fwc/runtime/error.h"

namespace fwc::runtime {

/// An IPv4 or IPv6 address in network order; an IPv4 one has its first four bytes.
struct IpAddress {
  bool ipv6 = false;
  std::array<std::uint8_t, 16> bytes = {};

  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

/// Dotted quad, or RFC 5952 text.
FWC_API std::string to_string(const IpAddress& address);

/// Nothing where the text is no address.
FWC_API std::optional<IpAddress> parse_ip_address(std::string_view text);

/// What a live variable holds.
using Value = std::variant<bool, std::int64_t, IpAddress>;

/// `true`, `false`, the number in decimal or the address.
FWC_API std::string to_string(const Value& value);

struct Assignment {
  std::string name;  ///< without the `$`
  Value value;
};

/// A number as the language writes it, with a sign.
FWC_API std::optional<std::int64_t> parse_number(std::string_view text);

/// Reads `limit=1500`, `$limit=0x5dc`, `open=true`, `gateway=10.0.0.1`.
FWC_API Expected<Assignment> parse_assignment(std::string_view text);

}  // namespace fwc::runtime
